"""Small studies written into a folder, and what came of them as plain rows."""

import datetime as dt
from pathlib import Path
from textwrap import dedent
from typing import Any

from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study

PLAIN = """
study: Small
sources:
  - table: events.csv
    event: {time: at, activity: step, customer: email}
"""


def write_study(folder: Path, declared: str, **files: str | bytes) -> Path:
    """A study file and its exports; ``events="…"`` becomes events.csv, bytes are written as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        content = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
        (folder / f"{name}.csv").write_bytes(content)
    path = folder / "study.yaml"
    path.write_text(dedent(declared).lstrip("\n"), encoding="utf-8")
    return path


def opened(folder: Path, declared: str, **files: str | bytes) -> Study:
    return open_study(write_study(folder, declared, **files))


def events(study: Study, *columns: str) -> list[tuple[Any, ...]]:
    """The chosen columns of every event, in the order they are numbered."""
    sql = {
        "time": "e.time",
        "start": "e.start",
        "activity": "a.name",
        "customer": "c.key",
        "record": "r.id",
        "channel": "ch.name",
        "department": "d.name",
        "resource": "rs.name",
        "actor": "e.actor",
        "visible": "e.visible",
        "contact": "e.contact",
        "satisfaction": "e.satisfaction",
        "sentiment": "e.sentiment",
        "row": "e.row",
    }
    joins = "".join(
        f" LEFT JOIN names {alias} ON {alias}.kind = '{kind}' AND {alias}.code = e.{kind}"
        for alias, kind in (("a", "activity"), ("ch", "channel"), ("d", "department"), ("rs", "resource"))
    )
    chosen = ", ".join(sql[column] for column in columns)
    found = study.workspace.rows(
        f"SELECT {chosen} FROM customer_events e{joins} LEFT JOIN customers c ON c.customer = e.customer "
        "LEFT JOIN records r ON r.record = e.record ORDER BY e.event"
    )
    return [row if len(columns) > 1 else row[0] for row in found]


def utc(text: str) -> int:
    """Microseconds of a moment written ``2025-06-03 14:02`` in UTC."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    return round(moment.timestamp()) * 1_000_000


def records(study: Study) -> dict[str, tuple[int | None, int | None]]:
    """Opening and closing of every record by its id."""
    found = study.workspace.rows("SELECT id, opened, closed FROM records ORDER BY id")
    return {name: (opening, closing) for name, opening, closing in found}


def findings(study: Study) -> dict[str, int]:
    """How many were found of what."""
    frame = study.quality.findings
    return dict(zip(frame["what"], frame["n"].astype(int), strict=True))
