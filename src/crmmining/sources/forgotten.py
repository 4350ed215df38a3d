"""Who is to be forgotten for good: what their later rows are known by, and how those are left out.

A workspace remembers of a forgotten customer only salted hashes of their keys and of the ids of their
records: enough to know them again in an export that still has them, and not enough to read who they were.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Engine
from crmmining.engine.workspace import Workspace
from crmmining.errors import ForgottenError, WorkspaceError

META = "forgotten"
ANY_TYPE = "*"


@dataclass(frozen=True)
class Forgotten:
    """Salted hashes of keys (kind, value), records (type, id) and events (their ids) that go.

    `shared` are records that several customers have, of which only what nobody else said goes. `beside` are
    keys that stood beside theirs and are others'; those of them that too many had, such as a switchboard's
    number, are `apart`: nobody becomes one customer because somebody else is gone. `secret` is the
    fingerprint of the key of the pseudonyms under which all of these were stored.
    """

    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    secret: str = ""
    keys: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.records or self.shared)

    def mark(self, kind: str, value: str) -> str:
        """What is remembered of a key or a record."""
        return hashlib.sha256(f"{self.salt}{kind}\x1f{value}".encode()).hexdigest()

    def marks(self, pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """The marks of several, in order."""
        return tuple(sorted({self.mark(*pair) for pair in pairs}))

    @classmethod
    def stored(cls, target: Path, secret: str) -> Forgotten:
        """Who was forgotten in a workspace; nobody where it cannot be read, as nothing of it is used then.

        Raises:
            WorkspaceError: they were forgotten under another key of pseudonyms, and would come back.
        """
        try:
            if not target.is_file():
                return cls()
            with Workspace(target, read_only=True, check=False) as workspace:
                workspace.version()  # of whichever version: what is remembered is written alike in all
                return cls.of(workspace, secret)
        except ForgottenError:
            raise
        except WorkspaceError:
            return cls()

    @classmethod
    def of(cls, workspace: Engine, secret: str | None = None) -> Forgotten:
        """Who was forgotten in this workspace.

        Raises:
            WorkspaceError: under another key of pseudonyms than `secret`.
        """
        said = workspace.meta(META)
        if said is None:
            return cls()
        found = json.loads(said)
        if secret is not None and found["secret"] != secret:
            raise ForgottenError(
                f"customers were {META} under another key of pseudonyms, and would come "
                "back under this one; load under the key before, or take them out of the exports and delete "
                "the file"
            )
        lists = {name: tuple(said) for name, said in found.items() if isinstance(said, list)}
        return cls(found["salt"], found["secret"], **lists)

    def remember(self, workspace: Workspace) -> None:
        """Keep this in a workspace."""
        if self:
            workspace.remember(META, json.dumps(self.__dict__))


def leave_out_forgotten(workspace: Workspace) -> None:
    """Take what forgotten customers said, and what is said of their records, out of the staging tables.

    A key that is new, and stands in one row with one of theirs, is theirs too.
    """
    forgotten = Forgotten.of(workspace)
    if not forgotten:
        return
    while (grown := _with_new_keys(workspace, forgotten)) != forgotten:
        forgotten = grown
    forgotten.remember(workspace)
    _mark(workspace, forgotten)
    for statement in _LEAVE_OUT:
        workspace.run(statement.replace("{salt}", f"'{forgotten.salt}'"))
    workspace.drop(*_MARKED)


def _with_new_keys(workspace: Workspace, forgotten: Forgotten) -> Forgotten:
    """The same with the keys that are staged beside theirs: new ones are theirs, known ones others'."""
    _mark(workspace, forgotten)
    found = workspace.rows(_NEIGHBOURS.replace("{salt}", f"'{forgotten.salt}'"))
    new, known = ([pair[:2] for pair in found if pair[2] == is_known] for is_known in (False, True))
    return replace(
        forgotten,
        keys=merged(forgotten.keys, forgotten.marks(new)),
        beside=merged(forgotten.beside, forgotten.marks(known)),
    )


def kept_apart_keys(engine: Engine) -> NDArray[np.int32] | None:
    """The keys that join nobody because too many had them before somebody was forgotten."""
    forgotten = Forgotten.of(engine)
    if not forgotten.apart:
        return None
    mark = "sha256(? || kind || chr(31) || value)"
    either = ", ".join("?" * len(forgotten.apart))
    sql = f"SELECT key FROM keys WHERE {mark} IN ({either})"
    return engine.columns(sql, [forgotten.salt, *forgotten.apart])["key"]


def merged(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Two lists of marks as one."""
    return tuple(sorted({*before, *new}))


_MARKED = ("forgotten_keys", "forgotten_beside", "forgotten_events", "forgotten_records", "forgotten_shared")


def _mark(workspace: Workspace, forgotten: Forgotten) -> None:
    said = forgotten
    marked = (said.keys, said.beside, said.events, said.records, (*said.records, *said.shared))
    for table, marks in zip(_MARKED, marked, strict=True):
        workspace.table(table, "SELECT unnest(CAST(? AS VARCHAR[])) AS mark", [list(marks)])


def _among(table: str, kind: str, value: str) -> str:
    mark = f"sha256({{salt}} || {kind} || chr(31) || {value})"
    return f"coalesce({mark} IN (SELECT mark FROM {table}), FALSE)"


def _scope(kind: str) -> str:
    """Under what a record is marked: its type, or the source that names it by its id alone."""
    return f"CASE WHEN {kind} = '{ANY_TYPE}' THEN '{ANY_TYPE}/' || source ELSE {kind} END"


_ONE, _OTHER = _among("forgotten_keys", "kind", "key"), _among("forgotten_keys", "same_kind", "same_key")
_NEIGHBOURS = f"""
    SELECT DISTINCT n.kind, n.key, k.key IS NOT NULL
    FROM (
        SELECT same_kind AS kind, same_key AS key FROM stage_keys WHERE {_ONE} AND NOT {_OTHER}
        UNION SELECT kind, key FROM stage_keys WHERE {_OTHER} AND NOT {_ONE}
    ) n
    LEFT JOIN keys k ON k.kind = n.kind AND k.value = n.key
    WHERE NOT {_among("forgotten_beside", "n.kind", "n.key")}
    ORDER BY 1, 2
"""
_LEAVE_OUT = (
    f"""
    DELETE FROM stage_events
    WHERE {_among("forgotten_keys", "key_kind", "key")}
        OR key IS NULL AND {_among("forgotten_shared", _scope("record_type"), "record_id")}
        OR {_among("forgotten_events", "'event'", "CAST(id AS VARCHAR)")}
    """,
    f"DELETE FROM stage_records WHERE {_among('forgotten_records', 'type', 'id')}",
    f"""
    UPDATE stage_records SET key_kind = NULL, key = NULL
    WHERE {_among("forgotten_keys", "key_kind", "key")}
    """,
    f"DELETE FROM stage_attributes WHERE {_among('forgotten_records', 'type', 'id')}",
    f"""
    DELETE FROM stage_links
    WHERE {_among("forgotten_records", "type", "id")}
        OR {_among("forgotten_records", _scope("to_type"), "to_id")}
    """,
    f"DELETE FROM stage_keys WHERE {_ONE} AND {_OTHER}",
    f"UPDATE stage_keys SET kind = same_kind, key = same_key WHERE {_ONE}",
    f"UPDATE stage_keys SET same_kind = kind, same_key = key WHERE {_OTHER}",
    f"DELETE FROM stage_customer_attributes WHERE {_among('forgotten_keys', 'kind', 'key')}",
)
