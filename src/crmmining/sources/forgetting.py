"""Forgetting a customer: out of the workspace, and out of every load to come."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from crmmining.engine.beside import Beside
from crmmining.engine.leftovers import remove_leftovers
from crmmining.engine.load_lock import load_lock
from crmmining.engine.workspace import Workspace
from crmmining.errors import InvalidOptionError, WorkspaceError
from crmmining.eventlog.goal_building import rebuild_goals
from crmmining.eventlog.shared_keys import shared_keys
from crmmining.eventlog.study import Study
from crmmining.sources.customers import remake_customers
from crmmining.sources.filling import remember_run
from crmmining.sources.forgotten import ANY_TYPE, Forgotten, merged
from crmmining.sources.loading import in_place_of, tables_of
from crmmining.sources.records import remake_records
from crmmining.sources.touched import (
    close_touched,
    forget_events,
    open_touched,
    reread_customers,
    touch_records,
)
from crmmining.study.engine_spec import SparkSpec

_OWN = "SELECT record FROM gone_records WHERE NOT several"
_KEYS = "SELECT key FROM gone_keys"
_EVENT_IDS = """
    SELECT 'event', CAST(e.id AS VARCHAR) FROM events e SEMI JOIN gone_events g ON g.event = e.event
"""
# Where several records have one id, the id alone means the first (`intake`).
_BY_ID = """
    SELECT m.source, g.id, g.several
    FROM (
        SELECT f.source, i.id, min(s.record) AS record
        FROM said_records s
        JOIN files f ON f.file = s.file
        JOIN record_ids i ON i.record = s.record
        WHERE i.id IN (SELECT id FROM gone_records)
        GROUP BY f.source, i.id
    ) m
    JOIN gone_records g ON g.record = m.record
"""
_BESIDE_KEYS = f"""
    SELECT k.kind, k.value, k.key
    FROM keys k
    SEMI JOIN (
        SELECT same AS key FROM said_keys WHERE key IN ({_KEYS})
        UNION SELECT key FROM said_keys WHERE same IN ({_KEYS})
    ) n ON n.key = k.key
    WHERE k.key NOT IN ({_KEYS})
"""
_BESIDE = f"SELECT kind, value FROM ({_BESIDE_KEYS})"


@dataclass(frozen=True)
class ForgottenCustomer:
    """What was taken out: keys, events, and records that were nobody else's."""

    n_keys: int
    n_events: int
    n_records: int


def forget_customer(study: Study, key: str) -> ForgottenCustomer:
    """Take one customer out of a study's workspace, in one step or not at all; `study` is closed.

    What they did and said, their records and what is said of these, their keys: gone from the file, whose
    free space is given back. Rows that other customers have in a record they share stay. Later loads know
    the customer again by salted hashes and leave them out.

    Raises:
        InvalidOptionError: nobody has this key; or the tables lie on Spark.
        WorkspaceError: they are the only customer; the workspace is in use.
    """
    declared, customer = study.declared, study.customer_number(key)
    if isinstance(declared.engine, SparkSpec):
        raise InvalidOptionError(
            "on Spark nobody can be forgotten; take the customer out of the exports and load with --reload"
        )
    study.workspace.close()
    target = declared.workspace_path
    with load_lock(target, wait=True, say=lambda text: None):
        remove_leftovers(target)
        with Beside(target, copy=True) as beside:
            beside.begin()
            with in_place_of(beside, copied=True) as path:
                with Workspace(path) as workspace:
                    done = _forget(workspace, study, customer)
                _give_space_back(path)
    return done


def _forget(workspace: Workspace, study: Study, customer: int) -> ForgottenCustomer:
    began = time.time_ns() // 1000
    declared = study.declared
    tables = [spec for source in declared.sources for spec in tables_of(source, declared)]
    n_before = workspace.value("SELECT count(*) FROM events")
    with workspace.at_once():
        _name(workspace, customer)
        before = Forgotten.of(workspace)
        gone = replace(
            before,
            secret=declared.secret.fingerprint if declared.secret else "",
            keys=merged(before.keys, before.marks(workspace.rows("SELECT kind, value FROM gone_keys"))),
            records=merged(before.records, _record_marks(workspace, before, "NOT several")),
            beside=merged(before.beside, before.marks(workspace.rows(_BESIDE))),
            apart=merged(before.apart, before.marks(_shared_beside(workspace, study))),
            events=merged(before.events, before.marks(workspace.rows(_EVENT_IDS))),
            shared=merged(before.shared, _record_marks(workspace, before, "several")),
        )
        counted = [workspace.value(f"SELECT count(*) FROM gone_{what}") for what in ("keys", "events")]
        n_records = workspace.value("SELECT count(*) FROM gone_records WHERE NOT several")
        if counted[1] == n_before:
            raise WorkspaceError(
                f"{study.workspace.path}: without this customer nothing is left; delete the file instead"
            )
        open_touched(workspace)
        _take_out(workspace)
        first_file = int(workspace.value("SELECT coalesce(max(file), -1) + 1 FROM files"))
        remake_customers(workspace, declared, first_file)
        workspace.run(f"DELETE FROM keys WHERE key IN ({_KEYS})")
        remake_records(workspace, declared, tables)
        workspace.run(f"DELETE FROM record_ids WHERE record IN ({_OWN})")
        rebuild_goals(workspace, declared)
        remember_run(workspace, began, 0, 0, counted[1], 1)
        close_touched(workspace)
        workspace.drop("gone_keys", "gone_records", "gone_by_id", "gone_events")
        gone.remember(workspace)
    return ForgottenCustomer(counted[0], counted[1], n_records)


def _shared_beside(workspace: Workspace, study: Study) -> list[tuple[str, str]]:
    """The keys beside the customer's that join nobody as too many have them."""
    shared = set(shared_keys(workspace, study.declared.customers.shared_above).tolist())
    return [(kind, value) for kind, value, key in workspace.rows(_BESIDE_KEYS) if key in shared]


def _record_marks(workspace: Workspace, forgotten: Forgotten, which: str) -> tuple[str, ...]:
    """Marks of records under their type, and under the sources that name them by their id alone."""
    typed = workspace.rows(f"SELECT type, id FROM gone_records WHERE {which}")
    by_id = workspace.rows(f"SELECT source, id FROM gone_by_id WHERE {which}")
    return forgotten.marks([*typed, *((f"{ANY_TYPE}/{source}", id) for source, id in by_id)])


def _name(workspace: Workspace, customer: int) -> None:
    """What goes, as working tables: keys, records (and whether several customers have them), events."""
    workspace.table(
        "gone_keys",
        """
        SELECT k.key, k.kind, k.value
        FROM keys k JOIN key_customers c ON c.key = k.key
        WHERE c.customer = ?
        """,
        [customer],
    )
    workspace.table(
        "gone_records",
        """
        SELECT r.record, n.name AS type, r.id, r.shared AS several
        FROM records r JOIN names n ON n.kind = 'record_type' AND n.code = r.type
        WHERE r.customer = ?
        """,
        [customer],
    )
    workspace.table("gone_by_id", _BY_ID)
    workspace.table("gone_events", "SELECT event FROM customer_events WHERE customer = ?", [customer])


def _take_out(workspace: Workspace) -> None:
    """Take out what was said by the customer and of their records, and note whom that touches."""
    reread_customers(workspace, f"SELECT customer FROM key_customers WHERE key IN ({_KEYS})")
    touch_records(workspace, "SELECT record FROM gone_records")
    to_own = f"""
        SELECT l.record, l.to_type, l.to_id
        FROM said_links l JOIN gone_records g ON g.id = l.to_id AND g.type = l.to_type
        WHERE NOT g.several
        UNION
        SELECT l.record, l.to_type, l.to_id
        FROM said_links l
        JOIN files f ON f.file = l.file
        JOIN gone_by_id g ON g.id = l.to_id AND g.source = f.source
        WHERE l.to_type = '{ANY_TYPE}' AND NOT g.several
    """
    touch_records(workspace, f"SELECT record FROM ({to_own}) l")
    forget_events(workspace, "SELECT event FROM gone_events")
    workspace.run(f"""
        DELETE FROM said_links
        WHERE record IN ({_OWN})
            OR (record, to_type, to_id) IN (SELECT record, to_type, to_id FROM ({to_own}) l)
    """)
    for table in ("said_records", "said_attributes"):
        workspace.run(f"DELETE FROM {table} WHERE record IN ({_OWN})")
    workspace.run(f"UPDATE said_records SET key = NULL WHERE key IN ({_KEYS})")
    workspace.run(f"DELETE FROM said_keys WHERE key IN ({_KEYS}) AND same IN ({_KEYS})")
    workspace.run(f"UPDATE said_keys SET key = same WHERE key IN ({_KEYS})")
    workspace.run(f"UPDATE said_keys SET same = key WHERE same IN ({_KEYS})")
    workspace.run(f"DELETE FROM said_customer_attributes WHERE key IN ({_KEYS})")


def _give_space_back(path: Path) -> None:
    """Write the file anew: what was deleted is in no free block of it."""
    anew = path.with_name(f"{path.name}.anew")
    anew.unlink(missing_ok=True)
    with Workspace(path) as workspace:
        workspace.copy_to(anew)
    anew.replace(path)
