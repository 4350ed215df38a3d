"""Studies, plain logs and proposals over every form of table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.sources.formats.test_formats import FORMS, NAMES, Row

from crmmining import open_study
from crmmining.sources.plain_logs import is_plain_log, read_table
from crmmining.sources.proposing import propose_study

ROWS: list[Row] = [
    (f"c{i % 7}@x", f"step {i % 3}", f"2026-01-{1 + i // 20:02} {i % 20:02}:30", f"r{i % 11}")
    for i in range(97)
]
EVENT = {"time": NAMES[2], "activity": NAMES[1], "customer": {"email": "id"}}


def study(folder: Path, name: str) -> Path:
    path = folder / "study.yaml"
    table = {"table": name, "record": {"type": "Case", "id": NAMES[3]}, "event": EVENT}
    path.write_text(yaml.safe_dump({"study": "Small", "sources": [table]}), "utf-8")
    return path


def events(path: Path) -> list[tuple[object, ...]]:
    opened = open_study(path)
    found = opened.workspace.rows("""
        SELECT e.time, n.name, k.kind, k.value, r.id, e.row
        FROM events e
        JOIN names n ON n.kind = 'activity' AND n.code = e.activity
        LEFT JOIN keys k ON k.key = e.key
        LEFT JOIN record_ids r ON r.record = e.record
        ORDER BY e.row
    """)
    opened.workspace.close()
    return found


@pytest.mark.parametrize("name", FORMS)
def test_a_study_is_the_same_in_every_form_also_when_it_grows(name: str, tmp_path: Path) -> None:
    folders = [tmp_path / "csv", tmp_path / "other"]
    for rows in (ROWS[:60], ROWS):
        found = []
        for folder, form in zip(folders, ("t.csv", name), strict=True):
            folder.mkdir(exist_ok=True)
            FORMS[form](folder / form, rows)
            found.append(events(study(folder, form)))
        assert found[0] == found[1]
        assert len(found[0]) == len(rows)


@pytest.mark.parametrize("name", [name for name in FORMS if name != "t.zip"])
def test_a_plain_log_is_the_same_in_every_form(name: str, tmp_path: Path) -> None:
    FORMS["t.csv"](tmp_path / "t.csv", ROWS)
    FORMS[name](tmp_path / name, ROWS)
    columns = {"case": NAMES[3], "activity": NAMES[1], "time": NAMES[2]}
    expected, found = (read_table(tmp_path / n, columns=columns) for n in ("t.csv", name))
    assert is_plain_log(tmp_path / name)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())


@pytest.mark.parametrize("name", ["t.jsonl", "t.xlsx", "t.sqlite", "t.csv.gz"])
def test_a_study_is_proposed_for_it(name: str, tmp_path: Path) -> None:
    names = ("email", "status", "created_at", "case_id")
    FORMS[name](tmp_path / name, ROWS, names)
    proposal = propose_study(tmp_path, tmp_path / "study.yaml")
    assert proposal.n_sources == 1
    assert len(events(proposal.path)) == len(ROWS)
