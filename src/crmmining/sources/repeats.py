"""The same event in two files is one event: which of its rows counts.

An event without an id of its own says the same wherever it stands: the first file's row counts. A row
that comes again under its own id corrects the earlier one: the last file's last row counts. Files come
in the order in which a load from nothing reads them, so the order of arriving changes nothing.

Rows of one file that say the same are so many events: the second, third … get ids of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.engine.engine import Engine
from crmmining.engine.workspace import Workspace
from crmmining.sources.touched import forget_events

_LOSING = """
    SELECT event, file
    FROM (
        SELECT
            s.event, s.file,
            row_number() OVER (
                PARTITION BY s.id ORDER BY CASE WHEN s.declared THEN -s.event ELSE s.event END
            ) AS n
        FROM stage_events s
        SEMI JOIN (SELECT id FROM stage_events GROUP BY id HAVING count(*) > 1) d ON d.id = s.id
    ) met
    WHERE n > 1
"""
_KNOWN = """
    CREATE OR REPLACE TEMP TABLE meeting AS
    SELECT
        s.event, s.file, e.event AS stored, e.file AS stored_file,
        CASE WHEN s.declared THEN g.rank <= f.rank ELSE g.rank > f.rank END AS wins
    FROM stage_events s
    JOIN events e ON e.id = s.id
    JOIN files f ON f.file = s.file
    JOIN files g ON g.file = e.file AND g.spec = f.spec
"""
# Stored files that may hold the same event; not what a file had before it grew, from which its rows without
# an id were told apart.
_OTHERS = """
    SELECT count(*)
    FROM files f JOIN files g ON g.spec = f.spec AND g.file <> f.file
    WHERE f.file IN (SELECT DISTINCT file FROM stage_events)
        AND g.file NOT IN (SELECT DISTINCT file FROM stage_events)
        AND (g.path <> f.path OR EXISTS (SELECT event FROM stage_events WHERE declared))
"""


_NTH_ID = (
    "CAST(md5_number_lower(concat_ws(chr(31), CAST({id} AS VARCHAR), CAST({n} AS VARCHAR))) >> 1 AS BIGINT)"
)
_TELL_APART = f"""
    UPDATE stage_events s
    SET id = {_NTH_ID.format(id="s.id", n="d.n")}
    FROM (
        SELECT t.event, coalesce(b.n, 0) + row_number() OVER (PARTITION BY t.id ORDER BY t.event) AS n
        FROM stage_events t
        LEFT JOIN said_before b ON b.id = t.id
        WHERE t.file = ? AND NOT t.declared AND (
            b.id IS NOT NULL
            OR t.id IN (SELECT id FROM stage_events WHERE file = ? GROUP BY id HAVING count(*) > 1)
        )
    ) d
    WHERE s.event = d.event AND d.n > 1
"""
_SAID_BEFORE = """
    CREATE OR REPLACE TEMP TABLE said_before AS
    SELECT DISTINCT s.id, CAST(1 AS BIGINT) AS n
    FROM stage_events s
    SEMI JOIN (SELECT id FROM events WHERE file IN ({})) e ON e.id = s.id
    WHERE s.file = ? AND NOT s.declared
"""
_SAID_MORE = f"""
    UPDATE said_before
    SET n = said_before.n + f.more
    FROM (
        SELECT b.id, count(*) AS more
        FROM said_before b
        CROSS JOIN range(?, ?) k(n)
        JOIN (SELECT id FROM events WHERE file IN ({{}})) e ON e.id = {_NTH_ID.format(id="b.id", n="k.n")}
        WHERE b.n = ?
        GROUP BY b.id
    ) f
    WHERE f.id = said_before.id
"""


def tell_equal_rows_apart(workspace: Workspace, file: int, before: Sequence[int]) -> None:
    """Give the rows of a staged file that say the same, the first aside, ids of their own.

    `before` are the parts of the file that are stored; none of their rows may stand elsewhere too.
    """
    marks = ", ".join("?" * len(before)) or "NULL"
    workspace.run(_SAID_BEFORE.format(marks), [*before, file])
    n = 1
    while workspace.value("SELECT count(*) FROM said_before WHERE n = ?", [n]):
        workspace.run(_SAID_MORE.format(marks), [n + 1, 2 * n + 1, *before, n])
        n *= 2
    workspace.run(_TELL_APART, [file, file])
    workspace.drop("said_before")


def find_losing(engine: Engine) -> None:
    """The working table losing: staged events that count for nothing, since another staged row does."""
    engine.table("losing", _LOSING)


def settle_repeats(workspace: Workspace) -> None:
    """Take rows that stand elsewhere too out of the staged events, or the stored ones they correct.

    Must run before `take_in`; the files are numbered in the order of their ranks.
    """
    find_losing(workspace)
    workspace.run("DELETE FROM stage_events WHERE event IN (SELECT event FROM losing)")
    _count(workspace, "n_repeated", "losing", "file")
    workspace.drop("losing")
    if workspace.value(_OTHERS) == 0:
        return
    workspace.run(_KNOWN)
    if workspace.value("SELECT count(*) FROM meeting"):
        workspace.run("DELETE FROM stage_events WHERE event IN (SELECT event FROM meeting WHERE NOT wins)")
        workspace.run(
            "CREATE OR REPLACE TEMP TABLE corrected AS SELECT stored AS event FROM meeting WHERE wins"
        )
        forget_events(workspace, "SELECT event FROM corrected")
        _count(workspace, "n_repeated", "(SELECT * FROM meeting WHERE NOT wins)", "file")
        _count(workspace, "n_replaced", "(SELECT * FROM meeting WHERE wins)", "stored_file")
        workspace.drop("corrected")
    workspace.drop("meeting")


def _count(workspace: Workspace, column: str, table: str, file: str) -> None:
    workspace.run(f"""
        UPDATE files SET {column} = {column} + c.n
        FROM (SELECT {file} AS file, count(*) AS n FROM {table} t GROUP BY {file}) c
        WHERE files.file = c.file
    """)
