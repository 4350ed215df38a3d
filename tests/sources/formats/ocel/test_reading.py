"""Reading OCEL 2.0: what an object was last, the order of events, broken files; by hand."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining import read_table
from crmmining.errors import SourceError, UnreadableValueError
from crmmining.sources.formats.ocel import object_rows
from crmmining.sources.formats.ocel.from_sqlite import read_sqlite
from crmmining.sources.formats.ocel.xml_signs import spelled, unspelled

JSON = {
    "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
    "eventTypes": [{"name": "pay", "attributes": []}, {"name": "ask", "attributes": []}],
    "objects": [
        {
            "id": "o",
            "type": "order",
            "attributes": [
                {"name": "price", "time": "2025-01-03T00:00:00.5Z", "value": 3},
                {"name": "price", "time": "2025-01-03T00:00:00Z", "value": 2},
                {"name": "price", "time": "2025-01-03T01:30:00+02:00", "value": 1},
            ],
        }
    ],
    "events": [
        {
            "id": id,
            "type": kind,
            "time": "2025-01-01T00:00:00Z",
            "relationships": [{"objectId": "o", "qualifier": "of"}],
        }
        for id, kind in (("1", "pay"), ("2", "ask"), ("3", "pay"))
    ],
}
XML = """<log>
<object-types><object-type name="order"><attributes><attribute name="price" type="float"/></attributes>
</object-type></object-types>
<event-types><event-type name="pay"/><event-type name="ask"/></event-types>
<objects><object id="o" type="order"><attributes>
<attribute name="price" time="2025-01-03T00:00:00.5Z">3</attribute>
<attribute name="price" time="2025-01-03T00:00:00Z">2</attribute>
<attribute name="price" time="2025-01-03T01:30:00+02:00">1</attribute>
</attributes></object></objects>
<events>{events}</events></log>"""
XML_EVENT = """<event id="{}" type="{}" time="2025-01-01T00:00:00Z"><objects>
<relationship object-id="o" qualifier="of"/></objects></event>"""
SQLITE = """
    CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
    INSERT INTO event VALUES ('1', 'pay'), ('2', 'ask'), ('3', 'pay');
    CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
    INSERT INTO object VALUES ('o', 'order'), ('bare', 'order');
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
    INSERT INTO event_object VALUES ('1', 'o', 'of'), ('2', 'o', 'of'), ('3', 'o', 'of');
    CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
    INSERT INTO object_object VALUES ('o', 'bare', 'beside'), ('bare', 'o', NULL);
    CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
    INSERT INTO event_map_type VALUES ('ask', 'Ask'), ('pay', 'Pay');
    CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
    INSERT INTO object_map_type VALUES ('order', 'Order');
    CREATE TABLE event_Ask (ocel_id TEXT, ocel_time TEXT);
    INSERT INTO event_Ask VALUES ('2', '2025-01-01T00:00:00Z');
    CREATE TABLE event_Pay (ocel_id TEXT, ocel_time TEXT);
    INSERT INTO event_Pay VALUES ('3', '2025-01-01T00:00:00Z'), ('1', '2025-01-01T00:00:00Z');
    CREATE TABLE object_Order (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, price REAL, topic TEXT);
    INSERT INTO object_Order VALUES
        ('o', '2025-01-03 00:00:00.5', 'price', 3, 'of no change'),
        ('o', '2025-01-03 00:00:00', 'price', 2, NULL),
        ('o', '2025-01-03T01:30:00+02:00', NULL, 1, 'tax');
"""


def database(path: Path, *changes: str) -> Path:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(SQLITE + ";".join(changes))
    return path


def written(folder: Path, form: str) -> Path:
    """The same log in a form."""
    path = folder / f"log.{form}"
    if form == "sqlite":
        return database(path)
    kinds = (("1", "pay"), ("2", "ask"), ("3", "pay"))
    events = "".join(XML_EVENT.format(*one) for one in kinds)
    path.write_text(json.dumps(JSON) if form == "jsonocel" else XML.format(events=events), "utf-8")
    return path


@pytest.mark.parametrize("form", ["jsonocel", "xmlocel", "sqlite"])
def test_events_of_one_time_keep_the_order_of_the_file_and_objects_are_as_they_were_last(
    form: str, tmp_path: Path
) -> None:
    with object_rows(written(tmp_path, form), None) as rows:
        price = rows.columns.index("object:price")
        assert [(row[0], row[1], row[price]) for row in rows.rows] == [
            ("1", "pay", "3"), ("2", "ask", "3"), ("3", "pay", "3"),
        ]  # fmt: skip


def test_sqlite_has_objects_of_objects_and_objects_without_attributes(tmp_path: Path) -> None:
    order, bare = read_sqlite(written(tmp_path, "sqlite")).objects()
    assert order.objects == (("bare", "beside"),)
    assert (bare.id, bare.attributes, bare.objects) == ("bare", (), (("o", ""),))
    assert ("topic", "2025-01-03T01:30:00+02:00", "tax") in order.attributes
    assert "of no change" not in [value for _, _, value in order.attributes]


def test_objects_of_objects_may_be_absent(tmp_path: Path) -> None:
    log = read_sqlite(database(tmp_path / "log.sqlite", "DROP TABLE object_object"))
    assert [of.objects for of in log.objects()] == [(), ()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("DROP TABLE event", "there is no table 'event'"),
        ("DROP TABLE object", "there is no table 'object'"),
        ("DROP TABLE event_object", "there is no table 'event_object'"),
        ("DROP TABLE event_map_type", "there is no table 'event_map_type'"),
        ("DROP TABLE event_Pay", "there is no table 'event_Pay'"),
        ("DROP TABLE object_Order", "there is no table 'object_Order'"),
        (
            "ALTER TABLE event_Pay RENAME ocel_id TO id",
            "'event_Pay', has no column 'ocel_id'; it has 'id'",
        ),
        ("ALTER TABLE event_Pay RENAME ocel_time TO at", "table 'event_Pay', has no column 'ocel_time'"),
        ("ALTER TABLE event RENAME ocel_id TO id", "table 'event', has no column 'ocel_id'"),
        ("ALTER TABLE event_map_type RENAME ocel_type_map TO short", "has no column 'ocel_type_map'"),
        ("ALTER TABLE object_object RENAME ocel_target_id TO x", "has no column 'ocel_target_id'"),
        ("UPDATE event SET ocel_type = 'go'", "table 'event' has the type 'go'.* there is 'ask', 'pay'"),
        ("UPDATE object SET ocel_type = 'go'", "table 'object' has the type 'go'"),
        (
            "INSERT INTO event VALUES ('4', 'pay')",
            "3 events .* 'pay', table 'event_Pay' has 2, and 2 are",
        ),
        (
            "INSERT INTO event VALUES ('1', 'pay')",
            "2 events .* 'pay', table 'event_Pay' has 2, and 3 are",
        ),
        (
            "DELETE FROM event WHERE ocel_id = '1'",
            "1 events .* 'pay', table 'event_Pay' has 2, and 1 are",
        ),
        ("UPDATE object_Order SET ocel_time = 'then'", "object 'o', attribute 'price': 'then' is no time"),
    ],
)
def test_a_broken_database_is_told_in_one_line(change: str, message: str, tmp_path: Path) -> None:
    path = database(tmp_path / "log.sqlite", change)
    with pytest.raises(SourceError, match=message) as caught:
        read_table(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_column_more_is_no_harm(tmp_path: Path) -> None:
    changes = [f"ALTER TABLE {name} ADD COLUMN note" for name in ("event", "event_object", "event_map_type")]
    assert read_table(database(tmp_path / "log.sqlite", *changes)).n_events == 3


@pytest.mark.parametrize("content", [b"no database at all, but a text", b"SQLite format 3\x00, no more"])
def test_what_is_no_database_is_told_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(content)
    with pytest.raises(SourceError, match=r"log\.sqlite: cannot be read as a SQLite file: [^\n]*$"):
        read_table(tmp_path / "log.sqlite")


@pytest.mark.parametrize("form", ["jsonocel", "xmlocel"])
def test_a_time_of_an_object_that_cannot_be_read_is_told(form: str, tmp_path: Path) -> None:
    path = written(tmp_path, form)
    path.write_text(path.read_text("utf-8").replace("2025-01-03T00:00:00Z", "3rd of May"), "utf-8")
    with pytest.raises(UnreadableValueError, match="object 'o', attribute 'price': '3rd of May' is no time"):
        read_table(path)


COLUMNS = {"case": "case", "activity": "activity", "time": "time"}
ROW = '"case": "1", "activity": "{}", "time": "2025-01-01"'


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson", "rows.json"])
@pytest.mark.parametrize("column", ["events", "objects"])
def test_rows_with_a_column_called_events_or_objects_are_a_table(
    column: str, name: str, tmp_path: Path
) -> None:
    lines = [f'{{"{column}": [1], {ROW.format(step)}}}\n' for step in "ab"]
    (tmp_path / name).write_text("".join(lines))
    assert read_table(tmp_path / name, columns=COLUMNS).variants[0].activities == ("a", "b")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("first", list(JSON))
def test_json_is_an_object_centric_log_whatever_stands_first(
    first: str, indent: int | None, tmp_path: Path
) -> None:
    log = {first: JSON[first], **JSON}
    (tmp_path / "log.json").write_text(json.dumps(log, indent=indent))
    assert read_table(tmp_path / "log.json").n_events == 3


@given(st.text(st.characters() | st.sampled_from("_x0001F5\x01\ufffe"), max_size=20))
def test_signs_that_xml_cannot_hold_are_spelled_and_read_back(text: str) -> None:
    from xml.etree import ElementTree
    from xml.sax.saxutils import quoteattr

    held = ElementTree.fromstring(f"<a b={quoteattr(spelled(text))}/>").get("b", "")
    assert unspelled(held) == text
