"""ServiceNow's list exports and the log of updates, their traps by hand, and the columns of a real log."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.sources.small import events, findings, records, utc

from crmmining.errors import MissingColumnError, MissingFileError, UnknownNameError, UnreadableValueError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.presets.servicenow import SERVICENOW
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import ServiceNowSource, TableSource

TABLES = Path(__file__).parent / "servicenow_tables"
REAL_LOG = (
    Path(__file__).parents[4] / "shared" / "data" / "servicenow_uci498" / "incident_event_log_sample.csv"
)
CUSTOMER, COMPANY, SYSTEM = 0, 1, 2
DECLARED = {
    "study": "ServiceNow",
    "customers": {"attributes": ["location"]},
    "processes": {"Incident": {"record": "incident", "solves": True}},
}


def declared(folder: Path, **options: Any) -> Path:
    """A study file whose only source is the export in its folder."""
    path = folder / "study.yaml"
    source = {"servicenow": ".", **options}
    path.write_text(json.dumps({**DECLARED, "sources": [source]}), encoding="utf-8")
    return path


def tables_of(folder: Path, **options: Any) -> list[TableSource]:
    study = read_study_file(declared(folder, **options))
    (source,) = study.sources
    assert isinstance(source, ServiceNowSource)
    return SERVICENOW.tables_of(source, study)


def loaded(folder: Path, **options: Any) -> Study:
    return open_study(declared(folder, **options))


def copied(name: str, folder: Path, *tables: str) -> Path:
    """The export's folder, or some tables of it only."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (TABLES / name).iterdir():
        if not tables or path.stem in tables:
            shutil.copy(path, folder)
    return folder


def rewritten(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def of(study: Study, record: str, *columns: str) -> list[tuple[Any, ...]]:
    """The chosen columns of a record's events, as they happened."""
    found = [row for row in events(study, "record", "time", *columns) if row[0] == record]
    return [row[2:] for row in sorted(found, key=lambda row: row[1])]


def steps(study: Study, record: str) -> list[str]:
    return [activity for (activity,) in of(study, record, "activity")]


def refused(study: Study) -> list[tuple[Any, ...]]:
    return study.workspace.rows("SELECT row, reason FROM refused ORDER BY file, row")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return loaded(copied("export", tmp_path_factory.mktemp("export")))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return loaded(copied("event_log", tmp_path_factory.mktemp("log")))


def test_of_all_audited_changes_those_of_the_state_are_events_and_each_only_once(study: Study) -> None:
    assert steps(study, "INC0010001") == [
        "Incident opened", "In Progress", "Resolved", "In Progress", "SLA breached", "Resolved", "Closed",
    ]  # fmt: skip


def test_a_closing_that_follows_by_itself_is_the_systems_and_the_incident_is_done_before(
    study: Study,
) -> None:
    rows = of(study, "INC0010001", "activity", "actor", "resource")
    assert rows[-2:] == [("Resolved", COMPANY, "kim.poe"), ("Closed", SYSTEM, "system")]
    assert records(study)["INC0010001"] == (utc("2025-03-03 09:00"), utc("2025-03-03 15:00"))


def test_changes_within_a_second_come_in_the_order_of_the_records_versions(study: Study) -> None:
    assert steps(study, "INC0010002") == ["Incident opened", "In Progress", "On Hold"]


def test_other_tasks_and_unknown_incidents_are_no_incidents(study: Study) -> None:
    assert set(records(study)) == {f"INC001000{n}" for n in range(1, 6)}
    assert len(events(study, "activity")) == 13
    assert refused(study) == [(16, "neither customer nor record"), (4, "neither customer nor record")]


def test_a_breach_time_is_a_forecast_until_it_is_breached(study: Study) -> None:
    found = [row for row in events(study, "activity", "time", "actor") if row[0] == "SLA breached"]
    assert found == [("SLA breached", utc("2025-03-03 14:00"), SYSTEM)]
    rows = study.workspace.rows(
        "SELECT id, value FROM record_attributes JOIN records USING (record) "
        "WHERE attribute = 'sla_breached' ORDER BY ALL"
    )
    assert rows == [("INC0010001", "true"), ("INC0010002", "false")]


def test_callers_are_known_by_the_keys_of_their_user_and_not_by_a_name_two_may_have(study: Study) -> None:
    callers = {record: key for record, key in events(study, "record", "customer") if key}
    assert callers == {
        "INC0010001": "ann@example.org",
        "INC0010002": "bob@example.org",
        "INC0010003": "ann.two@example.org",
        "INC0010004": "cyd.orr",
    }
    assert steps(study, "INC0010005") == ["Incident opened"]


def test_a_customers_attributes_are_those_of_the_user(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT key, value FROM customer_attributes JOIN customers USING (customer) "
        "WHERE attribute = 'location' ORDER BY ALL"
    )
    assert rows == [
        ("ann.two@example.org", "York"),
        ("ann@example.org", "London"),
        ("bob@example.org", "Leeds"),
    ]


def test_how_an_incident_came_in_tells_channel_and_actor(study: Study) -> None:
    rows = {
        record: (channel, actor)
        for record, activity, channel, actor in events(study, "record", "activity", "channel", "actor")
        if activity == "Incident opened"
    }
    assert rows == {
        "INC0010001": ("phone", CUSTOMER),
        "INC0010002": ("web", CUSTOMER),
        "INC0010003": ("Monitoring", SYSTEM),
        "INC0010004": ("Direct opening", COMPANY),
        "INC0010005": (None, None),
    }


def test_an_incident_that_is_cancelled_is_not_resolved(study: Study) -> None:
    assert records(study)["INC0010004"] == (utc("2025-03-05 10:00"), None)


def test_a_child_incident_links_to_its_parent(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT a.id, b.id FROM links JOIN records a USING (record) JOIN records b ON b.record = linked"
    )
    assert rows == [("INC0010002", "INC0010001")]
    assert findings(study)["links to a record that is in no export"] == 0


def test_without_a_table_of_changes_the_incident_tells_its_steps(tmp_path: Path) -> None:
    study = loaded(copied("export", tmp_path, "incident"))
    assert of(study, "INC0010001", "activity", "actor", "resource", "department") == [
        ("Incident opened", CUSTOMER, None, None),
        ("Resolved", COMPANY, "Kim Poe", "Service Desk"),
        ("Closed", None, None, None),  # closed_by repeats who resolved it
    ]
    assert of(study, "INC0010003", "activity", "actor")[1] == ("Resolved", CUSTOMER)
    assert steps(study, "INC0010004") == ["Incident opened", "Closed"]


def test_openings_for_a_service_account_are_the_systems(tmp_path: Path) -> None:
    copied("export", tmp_path, "incident")
    path = tmp_path / "incident.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    flags = ["false", "false", "true", "false", ""]
    lines = [f'{head},"caller_id.web_service_access_only"']
    lines += [f'{row},"{flag}"' for row, flag in zip(rows, flags, strict=True)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    rewritten(path, "Monitoring", "Phone")
    rows_of = events(loaded(tmp_path), "activity", "actor", "visible")
    opened = [row[1:] for row in rows_of if row[0] == "Incident opened"]
    assert opened == [(CUSTOMER, True), (CUSTOMER, True), (SYSTEM, False), (CUSTOMER, True), (None, True)]


def test_history_lines_are_dated_by_the_change_and_those_made_twice_count_once(tmp_path: Path) -> None:
    copied("export", tmp_path, "incident")
    (tmp_path / "sys_history_line.csv").write_text(
        "set.table,set.id,field,old,new,update,update_time,user_name,sys_created_on\n"
        "incident,a1,state,,New,0,2025-03-03 09:00:00,ann.lee,2025-06-01 08:00:00\n"
        "incident,a1,state,New,In Progress,1,2025-03-03 09:05:00,kim.poe,2025-06-01 08:00:00\n"
        "incident,a1,state,New,In Progress,1,2025-03-03 09:05:00,kim.poe,2025-06-02 08:00:00\n"
        "incident,a1,priority,4,3,2,2025-03-03 09:06:00,kim.poe,2025-06-01 08:00:00\n"
        "problem,p1,state,New,Known,1,2025-03-03 09:06:00,kim.poe,2025-06-01 08:00:00\n",
        "utf-8",
    )
    assert of(loaded(tmp_path), "INC0010001", "activity", "time") == [
        ("Incident opened", utc("2025-03-03 09:00")),
        ("New", utc("2025-03-03 09:00")),
        ("In Progress", utc("2025-03-03 09:05")),
    ]


def test_two_tables_of_changes_count_once(tmp_path: Path) -> None:
    copied("export", tmp_path)
    (tmp_path / "sys_history_line.csv").write_text(
        "set.id,field,old,new,update,update_time,user_name\n"
        "a1,state,1,In Progress,1,2025-03-03 09:05:00,kim.poe\n",
        "utf-8",
    )
    assert steps(loaded(tmp_path), "INC0010001").count("In Progress") == 2


def test_times_are_local_to_the_zone_that_is_said(tmp_path: Path) -> None:
    study = loaded(copied("export", tmp_path), zone="America/New_York")
    opened, closed = records(study)["INC0010001"]
    assert (opened, closed) == (utc("2025-03-03 14:00"), utc("2025-03-03 20:00"))
    last = of(study, "INC0010001", "time")[-1]
    assert last == (utc("2025-03-10 19:00"),)  # summer time has begun


def test_day_first_times_in_a_list_export_stop(tmp_path: Path) -> None:
    copied("export", tmp_path, "incident")
    rewritten(tmp_path / "incident.csv", "2025-03-03 09:00:00", "03/03/2025 09:00:00")
    with pytest.raises(UnreadableValueError, match="'03/03/2025 09:00:00' is no time"):
        loaded(tmp_path)


def test_an_audit_without_the_incidents_own_ids_stops(tmp_path: Path) -> None:
    copied("export", tmp_path)
    rewritten(tmp_path / "incident.csv", '"sys_id"', '"unique_id"')
    with pytest.raises(MissingColumnError, match=r"incident\.csv has no column 'sys_id'"):
        loaded(tmp_path)


def test_own_names_of_events_are_made_of_columns(tmp_path: Path) -> None:
    templates = {"sys_audit": "State {newvalue}", "task_sla": "Breached: {sla}"}
    found = steps(loaded(copied("export", tmp_path), activities=templates), "INC0010001")
    assert found[1] == "State 2" and "Breached: Priority 3 resolution (3 hours)" in found


def test_in_the_log_a_change_of_state_is_an_event_and_ties_are_ordered_by_version(log: Study) -> None:
    assert of(log, "INC0000045", "activity", "time", "actor") == [
        ("Incident opened", utc("2016-02-29 01:16"), CUSTOMER),
        ("New", utc("2016-02-29 01:23"), COMPANY),
        ("Active", utc("2016-02-29 11:29"), COMPANY),
        ("Resolved", utc("2016-02-29 11:29"), COMPANY),
        ("Closed", utc("2016-03-05 12:00"), SYSTEM),
    ]
    assert records(log)["INC0000045"] == (utc("2016-02-29 01:16"), utc("2016-02-29 11:29"))


def test_in_the_log_an_absent_value_is_nothing(log: Study) -> None:
    assert of(log, "INC0000045", "resource", "department")[1:3] == [
        (None, "Group 56"),
        ("Resolver 8", "Group 56"),
    ]
    assert records(log)["INC0005103"][1] is None
    assert "?" not in events(log, "resource") + events(log, "department") + events(log, "customer")


def test_a_state_that_is_none_is_no_event_and_listed(log: Study) -> None:
    assert steps(log, "INC0005103") == ["Incident opened", "New", "Active", "Closed"]
    assert refused(log) == [(8, "no activity")]


def test_an_incident_of_two_callers_is_the_firsts_and_each_event_its_own_callers(log: Study) -> None:
    assert [key for (key,) in of(log, "INC0005103", "customer")] == [
        "Caller 3505", "Caller 3505", "Caller 290", "Caller 290",
    ]  # fmt: skip
    rows = log.workspace.rows(
        "SELECT key, shared FROM records JOIN customers USING (customer) WHERE id = 'INC0005103'"
    )
    assert rows == [("Caller 3505", True)]


def test_a_log_with_iso_times_and_the_incidents_ids_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "incident_event_log.csv").write_text(
        "sys_id,number,state,sys_mod_count,caller_id,opened_at,sys_updated_on\n"
        "a1,INC1,New,0,Ann,2025-03-03 09:00:00,2025-03-03 09:00:00\n"
        "a1,INC1,Resolved,1,Ann,2025-03-03 09:00:00,2025-03-03 10:00:00\n",
        "utf-8",
    )
    study = loaded(tmp_path)
    assert of(study, "INC1", "activity", "actor") == [
        ("Incident opened", None), ("New", None), ("Resolved", None),
    ]  # fmt: skip


def test_a_log_beside_the_incidents_tells_the_events(tmp_path: Path) -> None:
    copied("event_log", tmp_path)
    (tmp_path / "incident.csv").write_text(
        "number,opened_at,resolved_at,caller_id\nINC0000045,2016-02-29 01:16:00,,Caller 2403\n", "utf-8"
    )
    assert len(of(loaded(tmp_path), "INC0000045", "activity")) == 5


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no ServiceNow table 'incidents'.* Did you mean 'incident'"):
        tables_of(copied("export", tmp_path), links={"incidents": ["problem_id"]})


def test_a_folder_without_a_known_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"The folder holds list exports: incident.csv"):
        tables_of(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not REAL_LOG.exists(), reason="the folder ../shared/data is not there")
def test_the_real_log_loads_whole(tmp_path: Path) -> None:
    shutil.copy(REAL_LOG, tmp_path)
    study = loaded(tmp_path)
    assert len(records(study)) == 2_882 and not refused(study)
    found = events(study, "activity", "customer")
    assert len({key for _, key in found}) == 420
    assert sum(activity == "Incident opened" for activity, _ in found) == 2_882
