"""What new rows touch: the records and customers that are made anew, the others staying as they are.

Noted in working tables, before rows are taken out and after rows have come in: touched_records and
touched_customers, whose goals are made anew; reread_customers, of whom something else is said than before:
their keys or attributes. A load from nothing has no such tables: it makes everything.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.engine.workspace import Workspace

_SAID = ("said_keys", "said_customer_attributes", "said_records", "said_attributes", "said_links")


def open_touched(workspace: Workspace) -> None:
    """Nothing is touched yet."""
    workspace.table("touched_records", "SELECT record FROM records WHERE FALSE")
    for name in ("touched_customers", "reread_customers"):
        workspace.table(name, "SELECT customer FROM customers WHERE FALSE")


def close_touched(workspace: Workspace) -> None:
    """Give their space back."""
    workspace.drop("touched_records", "touched_customers", "reread_customers")


def touch_records(workspace: Workspace, sql: str, values: Sequence[object] = ()) -> None:
    """Note the records a query finds."""
    workspace.run(
        f"""
        INSERT INTO touched_records
        SELECT DISTINCT record FROM ({sql}) n
        WHERE record IS NOT NULL AND record NOT IN (SELECT record FROM touched_records)
        """,
        values,
    )


def touch_customers(workspace: Workspace, sql: str, values: Sequence[object] = ()) -> None:
    """Note the customers a query finds."""
    _note_customers(workspace, "touched_customers", sql, values)


def reread_customers(workspace: Workspace, sql: str, values: Sequence[object] = ()) -> None:
    """Note the customers a query finds: who they are, or what they are like, is said otherwise now."""
    for table in ("touched_customers", "reread_customers"):
        _note_customers(workspace, table, sql, values)


def _note_customers(workspace: Workspace, table: str, sql: str, values: Sequence[object]) -> None:
    workspace.run(
        f"""
        INSERT INTO {table}
        SELECT DISTINCT customer FROM ({sql}) n
        WHERE customer IS NOT NULL AND customer NOT IN (SELECT customer FROM {table})
        """,
        values,
    )


def forget_events(workspace: Workspace, sql: str, values: Sequence[object] = ()) -> None:
    """Take out the events whose numbers a query finds, and note whom they touch."""
    chosen = f"event IN ({sql})"
    touch_records(workspace, f"SELECT record FROM events WHERE {chosen}", values)
    touch_customers(workspace, f"SELECT customer FROM customer_events WHERE {chosen}", values)
    for table in ("untyped_events", "events"):
        workspace.run(f"DELETE FROM {table} WHERE {chosen}", values)


def forget_files(workspace: Workspace, files: Sequence[int]) -> int:
    """Take out all that these files said, and note whom it touches; returns the number of events."""
    said = f"file IN ({', '.join('?' * len(files))})"
    n = int(workspace.value(f"SELECT count(*) FROM events WHERE {said}", files))
    forget_events(workspace, f"SELECT event FROM events WHERE {said}", files)
    for table in ("said_records", "said_attributes", "said_links"):
        touch_records(workspace, f"SELECT record FROM {table} WHERE {said}", files)
    for table in ("said_keys", "said_customer_attributes"):
        touched = f"SELECT k.customer FROM {table} s JOIN key_customers k ON k.key = s.key WHERE s.{said}"
        reread_customers(workspace, touched, files)
    beside = f"SELECT k.customer FROM said_keys s JOIN key_customers k ON k.key = s.same WHERE s.{said}"
    reread_customers(workspace, beside, files)  # a key that too many have is no customer's but its own
    for table in (*_SAID, "refused", "notes", "files"):
        workspace.run(f"DELETE FROM {table} WHERE {said}", files)
    return n


def touch_new(workspace: Workspace, first_file: int) -> None:
    """Note the records of which files from this number on speak."""
    for table in ("events", "said_records", "said_attributes", "said_links"):
        touch_records(workspace, f"SELECT record FROM {table} WHERE file >= ?", [first_file])
