"""A study as OCEL 2.0: by hand, read back by us and by pm4py, in every form the same."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.small import opened
from tests.sources.worlds import World

from crmmining import export_ocel, open_study, read_table
from crmmining.errors import InvalidOptionError, SourceError
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog
from crmmining.eventlog.study import Study
from crmmining.reporting.ocel import OCEL
from crmmining.reporting.ocel.as_json import write_json
from crmmining.reporting.ocel.as_sqlite import write_sqlite
from crmmining.reporting.ocel.as_xml import write_xml
from crmmining.sources.formats.ocel import object_rows
from crmmining.sources.formats.ocel.attribute_times import since
from crmmining.sources.formats.ocel.from_json import read_json
from crmmining.sources.formats.ocel.from_sqlite import read_sqlite
from crmmining.sources.formats.ocel.from_xml import read_xml

DECLARED = """
study: Small
sources:
  - table: events.csv
    record: {type: Ticket, id: ticket, opened: begun, attributes: {topic: {column: topic}}}
    links: [{column: after, to: Ticket}]
    customer: {email: mail}
    event: {time: at, activity: step, channel: via}
    customer_attributes: {region: region}
activities: {ask: {actor: customer}}
processes: {Help: {record: Ticket}}
goals: {Be helped: {opened_by: ask, reached_by: done, includes: {processes: [Help]}, silence: 10d}}
customers: {attributes: [region]}
"""
EVENTS = '''
    at,step,mail,ticket,after,topic,begun,via,region
    2025-03-01 09:00:00.25,ask,ann@x,1,,tax,2025-03-01,"e & ""mail""",North
    2025-03-02,done,ann@x,1,,tax,2025-03-01,,North
    2025-03-03,look,ann@x,,,,,web,North
    2025-03-04,ask,bob@x,2,1,,2025-03-04,web,
'''


def small(folder: Path) -> Study:
    return opened(folder, DECLARED, events=EVENTS)


def test_every_event_is_written_once_with_its_objects(tmp_path: Path) -> None:
    export_ocel(small(tmp_path), tmp_path / "log.jsonocel")
    log = json.loads((tmp_path / "log.jsonocel").read_text("utf-8"))
    assert [kind["name"] for kind in log["objectTypes"]] == ["customer", "Ticket", "goal: Be helped"]
    first, _second, third, _fourth = log["events"]
    ann, goal = "customer:ann@x", "goal: Be helped:ann@x/1"
    assert (first["type"], first["time"]) == ("ask", "2025-03-01T09:00:00.250000Z")
    assert first["attributes"] == [
        {"name": "channel", "value": 'e & "mail"'},
        {"name": "actor", "value": "customer"},
    ]
    assert [(r["objectId"], r["qualifier"]) for r in first["relationships"]] == [
        (ann, "customer"), ("Ticket:1", "record"), (goal, "goal"),
    ]  # fmt: skip
    assert len(third["relationships"]) == 1 and third["attributes"] == [{"name": "channel", "value": "web"}]
    objects = {of["id"]: of for of in log["objects"]}
    assert set(objects) == {
        ann, "customer:bob@x", "Ticket:1", "Ticket:2", goal, "goal: Be helped:bob@x/1",
    }  # fmt: skip
    assert objects[ann]["attributes"] == [
        {"name": "region", "time": "1970-01-01T00:00:00Z", "value": "North"}
    ]
    assert objects["Ticket:2"]["relationships"] == [
        {"objectId": "customer:bob@x", "qualifier": "of"},
        {"objectId": "Ticket:1", "qualifier": "linked"},
    ]
    assert objects[goal]["relationships"] == [
        {"objectId": ann, "qualifier": "of"},
        {"objectId": "Ticket:1", "qualifier": "served by"},
    ]
    said = {a["name"]: a["value"] for a in objects[goal]["attributes"]}
    assert said["outcome"] == "reached" and said["reached"] == "2025-03-02T00:00:00Z"


@pytest.mark.parametrize("suffix", OCEL)
def test_pm4py_reads_what_is_written(suffix: str, tmp_path: Path) -> None:
    import pm4py

    study = open_study(World(3).write(tmp_path))
    path = tmp_path / f"log{suffix}"
    export_ocel(study, path)
    forms = {".jsonocel": "json", ".xmlocel": "xml", ".sqlite": "sqlite"}
    with warnings.catch_warnings(action="ignore"):
        found = getattr(pm4py, f"read_ocel2_{forms[suffix]}")(str(path))
    count = study.workspace.value
    belong = "customer IS NOT NULL OR record IN (SELECT record FROM records)"
    assert len(found.events) == count(
        f"SELECT count(*) FROM customer_events WHERE {belong}"
    )  # those of nothing are left out there
    known = "SELECT count(customer) FROM customer_events"
    in_records = "SELECT count(r.record) FROM events e JOIN records r ON r.record = e.record"
    in_goals = "SELECT count(*) FROM event_goals"
    assert len(found.relations) == sum(map(count, (known, in_records, in_goals)))
    n_objects = sum(count(f"SELECT count(*) FROM {table}") for table in ("customers", "records", "goals"))
    assert found.objects["ocel:oid"].nunique() >= len(found.objects) > 0
    assert len(found.objects) == n_objects


@pytest.mark.parametrize("suffix", OCEL)
def test_a_goal_read_back_is_the_journey(suffix: str, tmp_path: Path) -> None:
    study = small(tmp_path)
    export_ocel(study, tmp_path / f"log{suffix}")
    journey = study.journey_log("Be helped")
    found = read_table(tmp_path / f"log{suffix}", within="goal: Be helped")
    assert [v.activities for v in found.variants] == [v.activities for v in journey.variants]
    assert (found.n_cases, found.n_events) == (journey.n_cases, journey.n_events)


def test_another_suffix_and_an_unknown_type_are_refused(tmp_path: Path) -> None:
    study = small(tmp_path)
    with pytest.raises(InvalidOptionError, match=r"written as '.jsonocel'"):
        export_ocel(study, tmp_path / "log.ocel")
    export_ocel(study, tmp_path / "log.jsonocel")
    with pytest.raises(SourceError, match=r"has no object type 'Order'; it has 'Ticket', 'customer'"):
        read_table(tmp_path / "log.jsonocel", within="Order")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".log")]


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\x01\x1f\r\n\t\x85\ufffe\uffff_x01F"),
    min_size=1, max_size=6,
)  # fmt: skip
TIMES = st.sampled_from([
    "1969-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-02T10:00:00Z", "2025-01-02T10:00:00.500000Z",
])  # fmt: skip
KINDS = st.dictionaries(TEXTS, st.just("string"), max_size=3)
WRITERS = {
    "json": (write_json, read_json),
    "xml": (write_xml, read_xml),
    "sqlite": (write_sqlite, read_sqlite),
}


@st.composite
def logs(draw: Any) -> ObjectLog:
    object_types = draw(st.dictionaries(TEXTS, KINDS, min_size=1, max_size=3))
    event_types = draw(st.dictionaries(TEXTS, KINDS, min_size=1, max_size=3))
    objects, events = [], []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(object_types)))
        names = (
            draw(st.lists(st.sampled_from(sorted(object_types[kind])), max_size=4))
            if object_types[kind]
            else []
        )
        said = [(name, draw(TIMES), draw(TEXTS)) for name in names]
        beside = draw(st.lists(st.sampled_from(["o0", "o1"]), max_size=2, unique=True))
        related = tuple((other, draw(TEXTS)) for other in beside)
        objects.append(LoggedObject(f"{draw(TEXTS)} o{number}", kind, tuple(said), related))
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(event_types)))
        chosen = draw(st.lists(st.sampled_from([of.id for of in objects]), unique=True))
        said = {name: draw(TEXTS) for name in event_types[kind]}
        related = tuple((of, "with") for of in chosen)
        events.append(ObjectEvent(f"e{number}", kind, draw(TIMES), said, related))
    return ObjectLog(event_types, object_types, lambda: iter(events), lambda: iter(objects))


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=40, deadline=None)
@given(log=logs())
def test_what_is_written_is_read_back(form: str, log: ObjectLog) -> None:
    types = (*log.event_types.values(), *log.object_types.values())
    folded = [[name.lower() for name in kinds] for kinds in types]
    if form == "sqlite" and any(len(set(names)) < len(names) for names in folded):
        return  # SQLite takes two names in different case for one: the second is written otherwise
    write, read = WRITERS[form]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"log.{form}")
        write(log, path)
        found = read(path)
        for mine, theirs in ((found.event_types, log.event_types), (found.object_types, log.object_types)):
            assert {n: list(kinds) for n, kinds in mine.items()} == {n: list(k) for n, k in theirs.items()}
        assert list(found.events()) == list(log.events())
        assert [told(of) for of in found.objects()] == [told(of) for of in log.objects()]


def told(of: LoggedObject) -> tuple[object, ...]:
    """An object with what it was at each time, and what it was last."""
    in_time = sorted(of.attributes, key=lambda said: since(said[1]))
    return of.id, of.type, set(of.attributes), {name: value for name, _, value in in_time}, of.objects


def test_an_event_of_two_objects_of_one_type_is_two_rows(tmp_path: Path) -> None:
    events = [ObjectEvent("e", "pack", "2025-01-01T00:00:00Z", {}, (("a", ""), ("b", ""), ("c", "")))]
    types = {"a": "item", "b": "item", "c": "order"}
    objects = [LoggedObject(name, kind, (), ()) for name, kind in types.items()]
    log = ObjectLog({"pack": {}}, {"item": {}, "order": {}}, lambda: iter(events), lambda: iter(objects))
    write_json(log, tmp_path / "log.json")
    with object_rows(tmp_path / "log.json", "item") as rows:
        assert [(row[0], row[3], row[4]) for row in rows.rows] == [("e", "a", "c"), ("e", "b", "c")]
    with object_rows(tmp_path / "log.json", "order") as rows:
        assert [row[3:] for row in rows.rows] == [("c", None)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("log.jsonocel", "{", "log.jsonocel: cannot be read as JSON"),
        ("log.jsonocel", '{"objectTypes": []}', "not as OCEL 2.0 says .*'eventTypes'"),
        ("log.jsonocel", '{"objectTypes":[],"eventTypes":[],"objects":[],"events":[]}', "names no types"),
        ("log.xmlocel", "<log>", "log.xmlocel: cannot be read as XML"),
        ("log.xmlocel", "<log><event-types><event-type/></event-types></log>", "<event-type> without name"),
        ("log.json", '{"events": [{"id": 1}], "eventTypes": []}', "not as OCEL 2.0 says"),
        ("log.sqlite", "none", "cannot be read as a SQLite file"),
    ],
)
def test_what_is_no_ocel_is_refused_in_one_line(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=message):
        read_table(tmp_path / name)
