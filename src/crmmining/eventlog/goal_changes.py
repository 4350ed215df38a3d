"""What walks over touched customers made, written only where it differs from what is stored.

A new event is mostly the last of its goal, and all before it stays as it was: then it is added, and not
one row taken out. Taking rows out is what costs, since they lie all over the file.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns
from crmmining.engine.schema import MOST_GOALS
from crmmining.engine.workspace import Workspace
from crmmining.eventlog.kernel import Int64s, native

_BITS = MOST_GOALS.bit_length() - 1
_OWNER = {"event_goals": f"instance >> {_BITS}"}  # to divide takes several times longer
_TELLING = {"event_goals": ("event", "instance", "goal", "rule")}
"""Columns that say all of a row; the others come with the event."""


def write_changes(workspace: Workspace, made: dict[str, Columns], customers: NDArray[np.int64]) -> None:
    """Make the rows of these customers (ascending) those that were made, table by table.

    Rows of one instance or, in tables without instances, of one customer are a group. They are stored and
    made in the same order, of which what is added keeps what the time does not say: that of equal times.
    """
    workspace.hold("walked", {"customer": customers})
    for table, columns in made.items():
        if "instance" in columns:
            _write(workspace, table, columns, "instance", made["goal_facts"]["instance"])
        else:
            _write(workspace, table, columns, "customer", customers)
    workspace.drop("walked")


def take_out(workspace: Workspace, tables: Sequence[str], customers: NDArray[np.int64]) -> None:
    """Take all rows of these customers out."""
    workspace.hold("walked", {"customer": customers})
    for table in tables:
        owner = _OWNER.get(table, "customer")
        workspace.run(f"DELETE FROM {table} WHERE {owner} IN (SELECT customer FROM walked)")
    workspace.drop("walked")


def _write(workspace: Workspace, table: str, made: Columns, group: str, groups: NDArray[np.int64]) -> None:
    """Write one table, its rows grouped by a column all of whose values, ascending, are `groups`."""
    names, owner = _TELLING.get(table, tuple(made)), _OWNER.get(table, "customer")
    bits = _BITS if group == "instance" else 0
    stored = workspace.columns(
        f"SELECT {', '.join(names)} FROM {table} WHERE {owner} IN (SELECT customer FROM walked)"
    )
    key, order = ("event", "time") if "event" in made else ("goal", "goal")
    of_made, of_stored = numbered(made[group], groups, bits), numbered(stored[group], groups, bits)
    place = matched(of_made, made[key], made[order], of_stored, stored[key], groups.size)
    same: NDArray[np.bool_] = place >= 0
    for name in set(names) - {group, key} if of_made.size else ():
        same &= made[name][place] == stored[name]
    anew = np.zeros(groups.size + 1, bool)  # the last for what is in no group any more
    anew[of_stored[~same]] = True
    if anew.any():
        gone = stored[group][of_stored < 0]
        workspace.hold("changed_groups", {group: np.concatenate([groups[anew[:-1]], gone])})
        workspace.run(f"DELETE FROM {table} WHERE {group} IN (SELECT {group} FROM changed_groups)")
        workspace.drop("changed_groups")
    new = np.ones(of_made.size, bool)
    new[place[place >= 0]] = False
    new |= anew[of_made]
    workspace.insert(table, {name: values[new] for name, values in made.items()})


def numbered(values: NDArray[np.int64], groups: NDArray[np.int64], owner: int = 0) -> NDArray[np.int64]:
    """Which of the groups (ascending) each value is, -1 where none.

    The value's last `owner` bits tell the groups of one owner apart.

    >>> numbered(np.array([7, 3, 4]), np.array([3, 7])).tolist()
    [1, 0, -1]
    >>> numbered(np.array([7, 3, 4, 9]), np.array([3, 7]), 2).tolist()
    [1, 0, -1, -1]
    """
    owners = groups >> owner
    first = np.full(int(owners.max(initial=-1)) + 1, groups.size)
    first[owners[::-1]] = np.arange(groups.size)[::-1]
    number = np.empty(values.size, np.int64)
    number_rows(values.size, _int64(values), owner, first.size, first, groups.size, _int64(groups), number)
    return number


def matched(
    of_made: NDArray[np.int64],
    made: NDArray[np.int64],
    order: NDArray[np.int64],
    of_stored: NDArray[np.int64],
    stored: NDArray[np.int64],
    n_groups: int,
) -> NDArray[np.int64]:
    """The made row that each stored row is, by group and key, both in the order of the rows; else -1.

    Made rows may lie between, but none of the same `order` as the stored row that follows: added behind it,
    it would lie wrong.

    >>> new, old = np.array([5, 6, 7]), np.array([5, 7])
    >>> matched(np.zeros(3, int), new, np.array([1, 2, 3]), np.zeros(2, int), old, 1).tolist()
    [0, 2]
    >>> matched(np.zeros(3, int), new, np.array([1, 3, 3]), np.zeros(2, int), old, 1).tolist()
    [0, -1]
    """
    begins = np.concatenate([[0], np.cumsum(np.bincount(of_made, minlength=n_groups))])
    by_group, place = np.empty(of_made.size, np.int64), np.empty(of_stored.size, np.int64)
    match_rows(
        of_made.size, of_made, _int64(made), _int64(order), of_stored.size, of_stored, _int64(stored),
        begins, begins[:-1].copy(), by_group, place,
    )  # fmt: skip
    return place


def _int64(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(values, np.int64)


@native
def match_rows(
    n_made: int, of_made: Int64s, made: Int64s, order: Int64s, n_stored: int, of_stored: Int64s,
    stored: Int64s, begins: Int64s, met: Int64s, by_group: Int64s, place: Int64s,
) -> None:  # fmt: skip
    """Put the made rows of each group side by side, and walk along them with the stored rows."""
    for row in range(n_made):
        by_group[met[of_made[row]]] = row
        met[of_made[row]] += 1
    for row in range(n_made):
        met[of_made[row]] = begins[of_made[row]]
    for row in range(n_stored):
        place[row] = -1
        group = of_stored[row]
        if group < 0:
            continue
        passed, end = met[group], begins[group + 1]
        at = passed
        while at < end and made[by_group[at]] != stored[row]:
            at += 1
        if at < end and (at == passed or order[by_group[at - 1]] != order[by_group[at]]):
            place[row] = by_group[at]
            met[group] = at + 1
        else:
            met[group] = end


@native
def number_rows(
    n: int, values: Int64s, owner: int, n_owners: int, first: Int64s, n_groups: int, groups: Int64s,
    number: Int64s,
) -> None:  # fmt: skip
    """Look each value up among the groups of its owner, which begin at `first`."""
    for row in range(n):
        value = values[row]
        at = n_groups
        if value >= 0 and value >> owner < n_owners:
            at = first[value >> owner]
        while at < n_groups and groups[at] < value:
            at += 1
        number[row] = at if at < n_groups and groups[at] == value else -1
