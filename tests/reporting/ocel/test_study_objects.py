"""What a study's objects are called, and that nothing of it is held: worked by hand."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.sources.small import opened
from tests.sources.worlds import World

from crmmining import export_ocel, open_study, read_table
from crmmining.engine.workspace import Workspace
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.study import Study
from crmmining.reporting.ocel import OCEL
from crmmining.reporting.ocel.object_names import GOAL, customer_id, goal_id, record_id, record_type

ALIKE = """
study: Alike
sources:
  - table: a.csv
    record: {type: A, id: ticket, opened: begun}
    customer: {id: who}
    event: {time: at, activity: step, satisfaction: score, sentiment: tone}
  - table: b.csv
    record: {type: "A:b", id: ticket}
    customer: {phone: who}
    event: {time: at, activity: step}
"""
A = """
    at,step,who,ticket,begun,score,tone
    1969-03-01 09:00:00.5,ask,5,b:1,1960-01-01,3.1234567891,-0.75
    2025-03-01 09:00,ask,5,b:1,1960-01-01,4,
"""
B = """
    at,step,who,ticket
    2025-03-01 09:00,ask,5,1
"""


@pytest.fixture
def alike(tmp_path: Path) -> Study:
    """Two customers of one key, and two records of one type and id run together."""
    return opened(tmp_path, ALIKE, a=A, b=B)


@pytest.mark.parametrize("suffix", OCEL)
def test_no_two_objects_share_an_id(suffix: str, alike: Study, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    export_ocel(alike, path)
    assert read_table(path, within="customer").cases["case"].tolist() == ["customer:id:5", "customer:phone:5"]
    assert read_table(path, within="A").cases["case"].tolist() == ["A:b:1"]
    assert read_table(path, within="A:b").cases["case"].tolist() == ["A%3Ab:1"]


def test_times_before_1970_and_all_digits_are_written(alike: Study, tmp_path: Path) -> None:
    export_ocel(alike, tmp_path / "log.jsonocel")
    log = json.loads((tmp_path / "log.jsonocel").read_text("utf-8"))
    assert [event["time"] for event in log["events"]] == [
        "1969-03-01T09:00:00.500000Z", "2025-03-01T09:00:00Z", "2025-03-01T09:00:00Z",
    ]  # fmt: skip
    assert [a["value"] for event in log["events"] for a in event["attributes"]] == [3.1234567891, -0.75, 4.0]
    said = {of["id"]: of["attributes"] for of in log["objects"]}["A:b:1"]
    begun = "1960-01-01T00:00:00Z"
    assert said[0] == {"name": "opened", "time": begun, "value": begun}


@pytest.mark.parametrize("suffix", [".xmlocel", ".sqlite"])
def test_a_score_is_read_back_to_the_last_digit(suffix: str, alike: Study, tmp_path: Path) -> None:
    from crmmining.sources.formats.ocel import object_rows

    export_ocel(alike, tmp_path / f"log{suffix}")
    with object_rows(tmp_path / f"log{suffix}", "A") as rows:
        score = rows.columns.index("satisfaction")
        mood = rows.columns.index("sentiment")
        told = [(row[score], row[mood] or None) for row in rows.rows]
        assert told == [("3.1234567891", "-0.75"), ("4", None)]


PARTS = st.text(st.sampled_from("a: %/25@34xgol"), max_size=5)
TYPES = PARTS | st.sampled_from(["customer", "goal: a", "record: a", "record: customer", "goal: ", "goal:"])


@st.composite
def things(draw: Any) -> tuple[tuple[str, ...], str]:
    """A customer, record or goal by all that tells it, and its id."""
    what = draw(st.sampled_from(["customer", "record", "goal"]))
    if what == "record":
        kind, name = draw(TYPES), draw(PARTS)
        return (what, kind, name), record_id(kind, name)
    kind, key = draw(st.sampled_from(["email", "phone", "id"]) | PARTS), draw(PARTS)
    if what == "customer":
        return (what, kind, key), customer_id(kind, key)
    goal, number = draw(PARTS), draw(st.integers(1, 12))
    return (what, goal, kind, key, str(number)), goal_id(goal, kind, key, number)


@given(things(), things())
@example((("record", "A", "b:1"), record_id("A", "b:1")), (("record", "A:b", "1"), record_id("A:b", "1")))
def test_ids_are_equal_only_where_the_things_are(
    one: tuple[tuple[str, ...], str], other: tuple[tuple[str, ...], str]
) -> None:
    assert (one[0] == other[0]) == (one[1] == other[1])


@given(TYPES, TYPES)
def test_types_of_records_stay_apart_from_each_other_and_from_goals(one: str, other: str) -> None:
    assert (record_type(one) == record_type(other)) == (one == other)
    assert record_type(one) != "customer" and not record_type(one).startswith(GOAL)


def test_objects_are_asked_for_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = open_study(World(6).write(tmp_path))
    export_ocel(study, tmp_path / "whole.jsonocel")
    fetched, rows = [], Workspace.rows

    def watched(self: Workspace, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        found = rows(self, sql, values)
        fetched.append(len(found))
        return found

    module = import_module("crmmining.reporting.ocel.study_objects")
    monkeypatch.setattr(Workspace, "rows", watched)
    for name in ("_EVENTS_AT_ONCE", "_OBJECTS_AT_ONCE"):
        monkeypatch.setattr(module, name, 2)
    export_ocel(study, tmp_path / "paged.jsonocel")
    assert (tmp_path / "paged.jsonocel").read_bytes() == (tmp_path / "whole.jsonocel").read_bytes()
    n = min(study.workspace.value(f"SELECT count(*) FROM {table}") for table in ("customers", "records"))
    assert max(fetched) < n
    assert "ocel_customers" not in study.workspace.tables()


def test_a_folder_that_is_not_there_is_named_as_it_was_typed(alike: Study, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptionError) as caught:
        export_ocel(alike, tmp_path / "nowhere" / "log.jsonocel")
    missing = tmp_path / "nowhere"
    assert str(caught.value) == (
        f"{missing / 'log.jsonocel'}: there is no folder {missing}; make it, or name another file"
    )
    (tmp_path / "taken.sqlite").mkdir()
    with pytest.raises(InvalidOptionError, match=r"taken\.sqlite: is a folder; name a file"):
        export_ocel(alike, tmp_path / "taken.sqlite")
