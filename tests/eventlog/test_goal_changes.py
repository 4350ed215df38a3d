"""What is written of a goal made anew: only what differs, in an order that tells equal times apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crmmining.engine.schema import MOST_GOALS
from crmmining.engine.workspace import Workspace
from crmmining.eventlog.goal_changes import take_out, write_changes

Row = tuple[int, int, int]  # event, instance of customer 1, time


def made_of(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """The two tables with instances, as a walk over customer 1 makes them."""
    event, number, time = (np.array(values, np.int64) for values in zip(*rows, strict=True))
    instance = MOST_GOALS + number
    n = int(number.max()) + 1
    last = [int(time[number == k].max()) for k in range(n)]
    facts = {
        "instance": MOST_GOALS + np.arange(n),
        "goal": np.zeros(n, np.int32),
        "customer": np.ones(n, np.int64),
        "last": np.array(last),
    }
    zeros = np.zeros(event.size, np.int32)
    events = {
        "event": event,
        "instance": instance,
        "goal": zeros,
        "time": time,
        "activity": zeros,
        "rule": zeros,
    }
    return {"goal_facts": facts, "event_goals": events}


def stored(workspace: Workspace) -> list[Row]:
    """The rows in the order they lie in the table."""
    rows = workspace.rows(
        f"SELECT event, instance - {MOST_GOALS}, time FROM event_goals WHERE instance // {MOST_GOALS} = 1"
    )
    return [(int(event), int(number), int(time)) for event, number, time in rows]


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace()
    made.run(f"INSERT INTO event_goals VALUES (99, {2 * MOST_GOALS}, 0, 5, 0, 0)")  # somebody else's
    return made


def write(workspace: Workspace, rows: list[Row]) -> None:
    write_changes(workspace, made_of(rows), np.array([1]))


BEFORE = [(1, 0, 10), (2, 1, 12), (3, 0, 20), (4, 1, 30)]


@pytest.mark.parametrize(
    ("after", "lie"),
    [
        ([*BEFORE, (5, 1, 40)], [*BEFORE, (5, 1, 40)]),  # the newest: nothing else moves
        # Between others: its time says where it is.
        ([(1, 0, 10), (2, 1, 12), (5, 0, 15), *BEFORE[2:]], [*BEFORE, (5, 0, 15)]),
        # Of the same time as the one that follows: the instance is written in its order.
        ([(1, 0, 10), (2, 1, 12), (5, 0, 20), *BEFORE[2:]],
         [(2, 1, 12), (4, 1, 30), (1, 0, 10), (5, 0, 20), (3, 0, 20)]),
        (BEFORE[:3], [(1, 0, 10), (3, 0, 20), (2, 1, 12)]),  # one went
        ([(1, 0, 10), (3, 0, 20)], [(1, 0, 10), (3, 0, 20)]),  # an instance went
        # Two became one.
        ([(1, 0, 10), (2, 0, 12), (3, 0, 20), (4, 0, 30)],
         [(1, 0, 10), (3, 0, 20), (2, 0, 12), (4, 0, 30)]),
        (BEFORE, BEFORE),
    ],
)  # fmt: skip
def test_only_what_differs_is_written(workspace: Workspace, after: list[Row], lie: list[Row]) -> None:
    write(workspace, BEFORE)
    write(workspace, after)
    assert stored(workspace) == lie
    assert workspace.value("SELECT count(*) FROM event_goals WHERE event = 99") == 1
    facts = workspace.rows(f"SELECT instance - {MOST_GOALS}, last FROM goal_facts ORDER BY instance")
    assert facts == [
        (k, max(time for _, n, time in after if n == k)) for k in sorted({n for _, n, _ in after})
    ]


def test_rows_that_are_told_otherwise_are_written_anew(workspace: Workspace) -> None:
    write(workspace, BEFORE)
    made = made_of(BEFORE)
    made["event_goals"]["rule"] = np.array([0, 0, 3, 0], np.int32)
    write_changes(workspace, made, np.array([1]))
    rules = workspace.rows("SELECT event, rule FROM event_goals WHERE event < 99 ORDER BY event")
    assert rules == [(1, 0), (2, 0), (3, 3), (4, 0)]


def test_equal_rows_of_a_customer_are_counted(workspace: Workspace) -> None:
    """Two goals of a customer may have had the same longest pause."""

    def pauses(*longest: int) -> dict[str, Any]:
        n = len(longest)
        return {"customer": np.ones(n, np.int64), "goal": np.zeros(n, np.int32), "longest": np.array(longest)}

    for said in ((7, 7), (7, 7, 7), (7, 8), (8,)):
        write_changes(workspace, {"goal_pauses": pauses(*said)}, np.array([1]))
        assert workspace.rows("SELECT longest FROM goal_pauses ORDER BY longest") == [
            (n,) for n in sorted(said)
        ]


def test_customers_are_taken_out_of_every_table(workspace: Workspace) -> None:
    write(workspace, BEFORE)
    take_out(workspace, ("event_goals", "goal_facts"), np.array([1]))
    assert stored(workspace) == []
    assert workspace.value("SELECT count(*) FROM goal_facts") == 0
    assert workspace.value("SELECT count(*) FROM event_goals") == 1
