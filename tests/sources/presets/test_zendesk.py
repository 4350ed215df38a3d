"""Zendesk's ticket tables, their traps by hand, and the columns a data pipeline lands."""

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from tests.sources.small import events, findings, records, utc

from crmmining.errors import MissingFileError, UnknownNameError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.presets.zendesk import ZENDESK
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import TableSource, ZendeskSource
from crmmining.study.study_file import StudyFile

TABLES = Path(__file__).parent / "zendesk_tables"
CUSTOMER, COMPANY, SYSTEM = 0, 1, 2
LANDED = {
    "user": """
        id,_fivetran_deleted,email,phone,role,default_group_id,locale
        1,FALSE,ann@example.org,020 7946 0001,end-user,,en-GB
        2,FALSE,bob@example.org,,end-user,,de
        3,TRUE,gone@example.org,,end-user,,en-GB
        8,FALSE,agent@company.example,,agent,70,en-GB
        9,FALSE,boss@company.example,,admin,71,en-GB
    """,
    "ticket": """
        id,created_at,requester_id,submitter_id,status,type,priority,group_id,via_channel,merged_ticket_ids,via_followup_source_id,problem_id
        100,2025-01-01 09:00:00,1,1,closed,question,high,70,email,[101],,
        101,2025-01-01 10:00:00,1,1,closed,question,,70,web,[],,
        102,2025-02-01 09:00:00,1,8,open,incident,,71,native_messaging,[],100,104
        103,2025-01-05 09:00:00,2,2,deleted,question,,70,web,[],,
        104,2025-01-06 09:00:00,8,8,open,problem,,70,web,[],,
        105,2025-01-07 09:00:00,2,2,new,question,,70,api,[],,
    """,
    "ticket_tag": """
        tag,ticket_id
        vip,100
        closed_by_merge,101
    """,
    "ticket_comment": """
        id,body,created,public,ticket_id,user_id
        1,Help,2025-01-01 09:00:00,TRUE,100,1
        2,Mind his temper,2025-01-01 09:30:00,FALSE,100,8
        3,Done,2025-01-02 09:00:00,TRUE,100,9
        4,Not done,2025-01-03 09:00:00,TRUE,100,1
        5,Now done,2025-01-04 09:00:00,TRUE,100,8
        6,Spam,2025-01-05 09:00:00,TRUE,103,2
        7,Server is down,2025-01-06 09:00:00,TRUE,104,8
        8,By nobody known,2025-01-07 10:00:00,TRUE,105,-1
    """,
    "ticket_field_history": """
        field_name,ticket_id,updated,user_id,value
        status,100,2025-01-08 09:00:00,-1,closed
        status,100,2025-01-01 09:00:00,1,new
        status,100,2025-01-01 09:30:00,8,open
        status,100,2025-01-01 09:40:00,8,open
        status,100,2025-01-02 09:00:00,9,solved
        status,100,2025-01-03 09:00:00,1,open
        status,100,2025-01-04 09:00:00,8,solved
        status,100,2025-01-04 09:00:00,8,solved
        group_id,100,2025-01-01 09:30:00,8,70
        group_id,100,2025-01-03 09:30:00,8,71
        assignee_id,100,2025-01-01 09:30:00,8,8
        priority,100,2025-01-01 09:30:00,8,high
        satisfaction_score,100,2025-01-05 09:00:00,-1,offered
        satisfaction_score,100,2025-01-05 10:00:00,1,bad
        satisfaction_score,100,2025-01-05 11:00:00,1,good
        status,101,2025-01-01 11:00:00,8,closed
        status,103,2025-01-05 09:00:00,2,open
        status,103,2025-01-05 10:00:00,8,deleted
        status,104,2025-01-06 09:00:00,8,open
    """,
    "group": """
        id,_fivetran_deleted,name
        70,FALSE,Billing
        71,TRUE,"Complaints, old"
    """,
}
DECLARED = """
study: Zendesk
sources: [{zendesk: "."}]
customers: {attributes: [locale]}
processes:
  Merged tickets: {record: Ticket, where: {merged: closed_by_merge}}
  Tickets: {record: Ticket, closed_by: ["Ticket: solved"]}
"""


def written(folder: Path, **tables: str) -> StudyFile:
    """A study and its tables in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    path = folder / "study.yaml"
    path.write_text(DECLARED, encoding="utf-8")
    return read_study_file(path)


def described(study: StudyFile, **options: object) -> dict[str, TableSource]:
    source = ZendeskSource.model_validate({"zendesk": ".", **options})
    return {Path(spec.table).stem.lower(): spec for spec in ZENDESK.tables_of(source, study)}


def loaded(folder: Path, **options: object) -> Study:
    """The study of the folder, with what its source says beside."""
    source = json.dumps({"zendesk": ".", **options})
    path = folder / "study.yaml"
    path.write_text(DECLARED.replace('{zendesk: "."}', source), encoding="utf-8")
    return open_study(path)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("tables")
    written(folder, **LANDED)
    return loaded(folder)


def of(study: Study, record: str) -> list[str]:
    return [activity for activity, of in events(study, "activity", "record") if of == record]


def test_a_ticket_is_told_from_its_asking_to_its_closing(study: Study) -> None:
    found = [
        (activity, actor, time)
        for activity, actor, time, record in sorted(
            events(study, "activity", "actor", "time", "record"), key=lambda row: row[2]
        )
        if record == "100"
    ]
    assert found == [
        ("Ticket: new", None, utc("2025-01-01 09:00")),
        ("Customer commented", CUSTOMER, utc("2025-01-01 09:00")),
        ("Ticket: open", None, utc("2025-01-01 09:30")),
        ("Agent commented", COMPANY, utc("2025-01-02 09:00")),
        ("Ticket: solved", None, utc("2025-01-02 09:00")),
        ("Customer commented", CUSTOMER, utc("2025-01-03 09:00")),
        ("Ticket: open", None, utc("2025-01-03 09:00")),
        ("Agent commented", COMPANY, utc("2025-01-04 09:00")),
        ("Ticket: solved", None, utc("2025-01-04 09:00")),
        ("Ticket: rated bad", CUSTOMER, utc("2025-01-05 10:00")),
        ("Ticket: rated good", CUSTOMER, utc("2025-01-05 11:00")),
        ("Ticket: closed", SYSTEM, utc("2025-01-08 09:00")),
    ]


def test_who_is_a_customer_is_told_by_the_role(study: Study) -> None:
    named = {
        (record, customer) for record, customer in events(study, "record", "customer") if record is not None
    }
    assert named == {
        ("100", "ann@example.org"),
        ("101", "ann@example.org"),
        ("102", "ann@example.org"),
        ("104", None),
        ("105", "bob@example.org"),
    }


def test_a_ticket_of_somebody_unknown_has_no_customer_and_no_asking(tmp_path: Path) -> None:
    ticket = "id,created_at,requester_id\n1,2025-07-01T09:00:00Z,1\n2,2025-07-01T09:00:00Z,404\n"
    written(tmp_path, user=LANDED["user"], ticket=ticket)
    found = loaded(tmp_path)
    assert events(found, "record", "customer") == [("1", "ann@example.org")]
    assert found.workspace.rows("SELECT id FROM records WHERE customer IS NULL") == [("2",)]


def test_an_agent_who_asks_is_no_customer_and_writes_as_the_company(study: Study) -> None:
    rows = events(study, "activity", "actor", "customer", "record")
    assert [row[:3] for row in rows if row[3] == "104"] == [
        ("Ticket: new", None, None),
        ("Agent commented", COMPANY, None),
        ("Ticket: open", None, None),
    ]


def test_a_private_note_is_no_event(study: Study) -> None:
    times = events(study, "activity", "time")
    assert [activity for activity, time in times if time == utc("2025-01-01 09:30")] == ["Ticket: open"]


def test_a_comment_by_nobody_known_is_set_aside_with_its_reason(study: Study) -> None:
    refused = study.quality.refused
    assert refused["reason"].tolist() == ["no activity"] and of(study, "105") == ["Ticket: new"]


def test_a_value_that_is_repeated_is_no_change_though_the_history_is_in_no_order(study: Study) -> None:
    assert of(study, "100").count("Ticket: open") == 2 and of(study, "100").count("Ticket: solved") == 2


def test_closing_is_a_rule_that_nobody_meets_and_no_contact(study: Study) -> None:
    rows = events(study, "activity", "actor", "visible", "contact")
    assert {row[1:] for row in rows if row[0] == "Ticket: closed"} == {(SYSTEM, False, False)}
    assert {row[3] for row in rows if row[0].endswith("commented")} == {True}
    assert {row[3] for row in rows if row[0] in ("Ticket: new", "Ticket: open", "Ticket: solved")} == {False}


def test_a_ticket_is_done_when_it_is_solved_last_not_when_it_is_closed(study: Study) -> None:
    found = records(study)
    assert found["100"] == (utc("2025-01-01 09:00"), utc("2025-01-04 09:00"))
    assert found["102"] == (utc("2025-02-01 09:00"), None)


def test_deleted_rows_and_deleted_tickets_are_left_out(study: Study) -> None:
    assert set(records(study)) == {"100", "101", "102", "104", "105"}
    keys = [key for (key,) in study.workspace.rows("SELECT key FROM customers")]
    assert "gone@example.org" not in keys and "Ticket: deleted" not in events(study, "activity")
    left = events(study, "activity", "record", "customer")
    assert [row for row in left if row[1] is None and row[2] is not None] == []


def test_a_merged_ticket_can_be_told_from_the_others(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT r.id, n.name FROM records r JOIN names n ON n.kind = 'process' AND n.code = r.process "
        "ORDER BY r.id"
    )
    assert rows == [
        ("100", "Tickets"), ("101", "Merged tickets"), ("102", "Tickets"), ("104", "Tickets"),
        ("105", "Tickets"),
    ]  # fmt: skip
    assert of(study, "101") == ["Ticket: new", "Ticket: closed"]


def test_a_follow_up_links_to_the_ticket_it_follows(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT a.id, b.id FROM links JOIN records a USING (record) JOIN records b ON b.record = linked"
    )
    assert rows == [("102", "100")] and findings(study)["links to a record that is in no export"] == 0


def test_channels_are_translated_and_a_department_is_the_writers_group(study: Study) -> None:
    channels = {
        record: channel
        for activity, record, channel in events(study, "activity", "record", "channel")
        if activity == "Ticket: new"
    }
    assert channels == {"100": "email", "101": "web", "102": "chat", "104": "web", "105": "api"}
    rows = events(study, "activity", "record", "resource", "department")
    assert [row[2:] for row in rows if row[1] == "100" and row[0] == "Agent commented"] == [
        ("9", "Complaints, old"),
        ("8", "Billing"),
    ]


def test_a_chat_is_one_event_of_its_ticket(tmp_path: Path) -> None:
    chats = "chat_id,ticket_id,user_id,channel\na.1,105,2,chat\na.2,105,2,chat\n"
    messages = """
        chat_id,created_at,actor_id,type,status
        a.1,2025-01-07 09:00:00,__trigger,ChatJoin,
        a.1,2025-01-07 09:01:00,2,ChatMessage,
        a.1,2025-01-07 09:02:00,agent:8,ChatMessage,
        a.2,2025-01-07 11:00:00,2,ChatMessage,
        a.3,2025-01-07 12:00:00,2,ChatMessage,
    """
    written(tmp_path, **LANDED, ticket_chat=chats, ticket_chat_event=messages)
    found = loaded(tmp_path)
    rows = events(found, "activity", "time", "record", "channel", "actor")
    assert [row[1:] for row in rows if row[0] == "Chat"] == [
        (utc("2025-01-07 09:01"), "105", "chat", None),
        (utc("2025-01-07 11:00"), "105", "chat", None),
    ]
    assert "neither customer nor record" in found.quality.refused["reason"].tolist()


def test_attributes_of_tickets_and_of_customers(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT attribute, value FROM record_attributes JOIN records USING (record) WHERE id = '100'"
    )
    assert dict(rows) == {
        "type": "question", "priority": "high", "status": "closed", "via_channel": "email", "group_id": "70"
    }  # fmt: skip
    found = study.workspace.rows("SELECT key, value FROM customer_attributes JOIN customers USING (customer)")
    assert sorted(found) == [("ann@example.org", "en-GB"), ("bob@example.org", "de")]


def test_times_without_an_offset_are_utc_and_others_keep_theirs(tmp_path: Path) -> None:
    ticket = """
        id,created_at,requester_id
        1,2025-07-01T09:00:00Z,1
        2,2025-07-01T09:00:00+02:00,1
        3,2025-07-01 09:00:00,1
    """
    written(tmp_path, user=LANDED["user"], ticket=ticket)
    assert [time for time, _ in records(loaded(tmp_path)).values()] == [
        utc("2025-07-01 09:00"),
        utc("2025-07-01 07:00"),
        utc("2025-07-01 09:00"),
    ]


def test_moves_between_groups_and_people_are_read_where_the_study_names_the_field(tmp_path: Path) -> None:
    written(tmp_path, **LANDED)
    names = {"ticket_field_history": "{field_name}: {value}"}
    found = loaded(tmp_path, activities=names)
    rows = events(found, "activity", "department", "resource")
    assert [row[1:] for row in rows if row[0] == "group_id: changed"] == [
        ("Billing", "8"),
        ("Complaints, old", "8"),
    ]
    assert [row[0] for row in rows].count("assignee_id: changed") == 1
    assert "status: solved" in [row[0] for row in rows]


def test_the_ticket_can_give_its_history_the_name(tmp_path: Path) -> None:
    written(tmp_path, **LANDED)
    names = {"ticket_field_history": "{type}: {value}", "ticket": "{type}: new", "ticket_comment": "Word"}
    found = loaded(tmp_path, activities=names, links={"ticket": ["problem_id"]})
    assert of(found, "101") == ["question: new", "question: closed"]
    assert {actor for activity, actor in events(found, "activity", "actor") if activity == "Word"} == {
        CUSTOMER,
        COMPANY,
        None,
    }
    linked = found.workspace.rows(
        "SELECT a.id, b.id FROM links JOIN records a USING (record) JOIN records b ON b.record = linked "
        "ORDER BY ALL"
    )
    assert linked == [("102", "100"), ("102", "104")]


def test_without_users_nobody_is_taken_for_a_customer_or_an_agent(tmp_path: Path) -> None:
    written(tmp_path, **LANDED)
    (tmp_path / "user.csv").unlink()
    found = loaded(tmp_path)
    rows = events(found, "activity", "actor", "customer", "record")
    assert {row[1] for row in rows if row[0] == "Public comment"} == {None}
    assert {row[2] for row in rows if row[3] == "100"} == {"1"}


def test_the_vendors_own_export_is_read_under_its_names(tmp_path: Path) -> None:
    written(
        tmp_path,
        users="id,email,phone,role\n1,ann@example.org,,end-user\n8,agent@company.example,,agent\n",
        tickets="""
            id,created_at,requester_id,status,via.channel
            100,2025-01-01T09:00:00Z,1,new,email
            100,2025-01-01T09:00:00Z,1,solved,email
        """,
        comments="""
            id,ticket_id,author_id,public,created_at,via.channel
            1,100,1,true,2025-01-01T09:00:00Z,email
            2,100,8,true,2025-01-02T09:00:00Z,web
            3,100,8,false,2025-01-02T10:00:00Z,web
        """,
        satisfaction_ratings="""
            id,ticket_id,requester_id,group_id,score,created_at,updated_at
            5,100,1,70,offered,2025-01-03T09:00:00Z,2025-01-03T09:00:00Z
            6,100,1,70,good,2025-01-03T09:00:00Z,2025-01-04T09:00:00Z
        """,
        groups="id,name\n70,Billing\n",
    )
    found = loaded(tmp_path)
    assert events(found, "activity", "customer", "channel", "actor", "department", "time") == [
        ("Ticket: new", "ann@example.org", "email", None, None, utc("2025-01-01 09:00")),
        ("Customer commented", "ann@example.org", "email", CUSTOMER, None, utc("2025-01-01 09:00")),
        ("Agent commented", "ann@example.org", "web", COMPANY, None, utc("2025-01-02 09:00")),
        ("Ticket: rated good", "ann@example.org", None, CUSTOMER, "Billing", utc("2025-01-04 09:00")),
    ]
    status = "SELECT value FROM record_attributes WHERE attribute = 'status'"
    assert found.workspace.rows(status) == [("solved",)]


def test_ratings_that_stand_in_two_tables_count_once(tmp_path: Path) -> None:
    rating = "id,ticket_id,score,created_at\n5,100,good,2025-01-05 11:00:00\n"
    written(tmp_path, **LANDED, satisfaction_rating=rating)
    assert [name for name in of(loaded(tmp_path), "100") if "rated" in name] == ["Ticket: rated good"]


def test_a_folder_without_a_known_table_is_refused(tmp_path: Path) -> None:
    study = written(tmp_path, other="a\n1\n")
    with pytest.raises(MissingFileError, match=r"folder of the landed tables holds ticket.csv"):
        described(study)


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    study = written(tmp_path, **LANDED)
    with pytest.raises(UnknownNameError, match=r"no Zendesk table 'tickets'"):
        described(study, links={"tickets": ["problem_id"]})


def test_landed_tables_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(TABLES, folder)
    written(folder)
    assert list(described(read_study_file(folder / "study.yaml"))) == [
        "user", "ticket", "ticket_chat", "ticket_chat_event", "ticket_comment", "ticket_field_history"
    ]  # fmt: skip
    found = loaded(folder)
    history = [name for name in of(found, "11071") if name != "Ticket: new"]
    assert history == [
        "Ticket: open", "Ticket: pending", "Ticket: on-hold", "Ticket: pending", "Ticket: open",
        "Ticket: pending", "Ticket: on-hold", "Ticket: open", "Ticket: on-hold", "Ticket: pending",
        "Ticket: open", "Ticket: solved", "Ticket: closed",
    ]  # fmt: skip
    assert len(records(found)) == 8 and not {"1595", "11013"} & set(records(found))
