"""ServiceNow's lists headed by labels, their users' ways of writing times, and the metrics of incidents."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.sources.presets.test_servicenow import copied, loaded, of, refused, rewritten, steps
from tests.sources.small import events, records, utc

from crmmining.errors import SourceError
from crmmining.sources.loading import open_study
from crmmining.sources.presets.servicenow_headings import SPELLINGS
from crmmining.sources.proposing import propose_study

EXPORT = Path(__file__).parent / "vendor_exports" / "servicenow"
CUSTOMER, COMPANY, SYSTEM = 0, 1, 2
SEEN = ("time", "activity", "record", "customer", "channel", "department", "resource", "actor")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXPORT, tmp_path, dirs_exist_ok=True)
    return tmp_path


def by_labels(folder: Path) -> None:
    """Head each list by the labels of its fields; those of another record keep their names."""
    for path in folder.glob("*.csv"):
        head, *rows = path.read_text("utf-8").splitlines()
        labels = {f'"{name}"': f'"{label}"' for name, (label, *_) in SPELLINGS[path.stem].items()}
        headed = ",".join(labels.get(name, name) for name in head.split(","))
        path.write_text("\n".join([headed, *rows]) + "\n", "utf-8")


def everything(folder: Path, **options: Any) -> list[Any]:
    study = loaded(folder, **options)
    attributes = study.workspace.rows(
        "SELECT id, attribute, value FROM record_attributes JOIN records USING (record) ORDER BY ALL"
    )
    customers = study.workspace.rows(
        "SELECT key, attribute, value FROM customer_attributes JOIN customers USING (customer) ORDER BY ALL"
    )
    links = study.workspace.value("SELECT count(*) FROM links")
    found = [sorted(map(str, events(study, *SEEN))), records(study), attributes, customers, links]
    study.workspace.close()
    return found


@pytest.mark.parametrize("audited", [True, False])
def test_lists_headed_by_labels_are_those_headed_by_fields(audited: bool, tmp_path: Path) -> None:
    tables = ("incident", "sys_user", "task_sla", *(("sys_audit",) if audited else ()))
    by_fields = everything(copied("export", tmp_path / "fields", *tables))
    folder = copied("export", tmp_path / "labels", *tables)
    by_labels(folder)
    assert '"Opened","Resolved"' in (folder / "incident.csv").read_text()
    assert everything(folder) == by_fields and by_fields[2] and by_fields[3] and by_fields[4]


def test_names_of_files_do_not_matter_and_times_are_read_as_they_prove(folder: Path) -> None:
    study = loaded(folder, zone="Europe/London")
    assert of(study, "INC0020001", "activity", "customer", "actor", "channel") == [
        ("Incident opened", "ann@example.org", CUSTOMER, "phone"),
        ("In Progress", "ann@example.org", COMPANY, None),
        ("Resolved", "ann@example.org", COMPANY, None),
        ("Closed", "ann@example.org", SYSTEM, None),
    ]
    assert records(study) == {
        "INC0020001": (utc("2025-03-31 08:00"), utc("2025-04-14 14:00")),
        "INC0020002": (utc("2025-04-14 08:30"), None),
        "INC0020003": (utc("2025-04-15 07:00"), None),
    }
    assert steps(study, "INC0020002") == ["Incident opened", "On Hold"]
    assert of(study, "INC0020003", "activity", "customer", "actor") == [("Incident opened", None, SYSTEM)]


def test_without_an_audit_only_the_beginning_and_the_end_are_told(folder: Path) -> None:
    (folder / "audit.csv").unlink()
    study = loaded(folder)
    assert of(study, "INC0020001", "activity", "actor", "department") == [
        ("Incident opened", CUSTOMER, None),
        ("Resolved", COMPANY, "Service Desk"),
        ("Closed", None, None),
    ]
    assert steps(study, "INC0020002") == ["Incident opened"]


def test_times_that_can_be_read_two_ways_are_refused_until_the_study_says_which(folder: Path) -> None:
    for old, new in (("31-03-2025", "11-03-2025"), ("14-04-2025", "12-04-2025"), ("15-04", "12-04")):
        rewritten(folder / "incident (3).csv", old, new)
    with pytest.raises(SourceError, match=r"column 'Opened': row 1: '11-03-2025 09:00:00' can be read as"):
        loaded(folder)
    study = loaded(folder, time={"format": "%d-%m-%Y %H:%M:%S"})
    assert records(study)["INC0020001"][0] == utc("2025-03-11 09:00")


def test_a_label_that_is_missing_is_named(folder: Path) -> None:
    rewritten(folder / "incident (3).csv", '"Opened"', '"Begun"')
    (folder / "incident (3).csv").rename(folder / "incident.csv")
    with pytest.raises(SourceError, match=r"incident.csv has no column 'Opened'"):
        loaded(folder)


def test_a_caller_has_a_name_only_where_no_key_is_exported(folder: Path) -> None:
    head = (folder / "incident (3).csv").read_text()
    head = head.replace("caller_id.user_name", "note").replace("caller_id.email", "remark")
    (folder / "incident (3).csv").write_text(head)
    assert of(loaded(folder), "INC0020002", "customer")[0] == ("Bob Ray",)


METRICS = """\
inc_number,inc_state,mi_definition,mi_field,mi_value,mi_start,mi_end
INC0020001,Closed,Incident State Duration,incident_state,In Progress,2025-03-31 09:05:00,2025-04-14 15:00:00
INC0020001,Closed,Assigned to Duration,assigned_to,Kim Poe,2025-03-31 09:05:00,
INC0020001,Closed,Incident State Duration,incident_state,Resolved,2025-04-14 15:00:00,2025-04-21 15:00:00
INC0020001,Closed,Create to Resolve Duration,incident_state,,2025-03-31 09:00:00,2025-04-14 15:00:00
INC0020001,Closed,Incident State Duration,incident_state,Closed,2025-04-21 15:00:00,
INC0020002,On Hold,Incident State Duration,incident_state,On Hold,2025-04-14 10:30:00,
"""


def test_metrics_of_states_tell_the_changes_where_no_audit_does(folder: Path) -> None:
    (folder / "audit.csv").rename(folder / "audit.keep")
    (folder / "metrics of march.csv").write_text(METRICS)
    study = loaded(folder)
    assert of(study, "INC0020001", "activity", "actor") == [
        ("Incident opened", CUSTOMER),
        ("In Progress", None),
        ("Resolved", None),
        ("Closed", None),
    ]
    assert steps(study, "INC0020002") == ["Incident opened", "On Hold"]
    assert refused(study) == []
    (folder / "audit.keep").rename(folder / "audit.csv")
    with_audit = of(loaded(folder), "INC0020001", "activity", "actor")
    assert with_audit[1:] == [("In Progress", COMPANY), ("Resolved", COMPANY), ("Closed", SYSTEM)]


def test_metric_instances_are_found_by_the_incidents_sys_id(folder: Path) -> None:
    (folder / "audit.csv").unlink()
    (folder / "metric_instance.csv").write_text(
        "sys_id,table,id,definition,field,value,start,end\n"
        "m1,incident,b2,Incident State Duration,incident_state,3,2025-04-14 10:30:00,\n"
        "m2,problem,b2,Incident State Duration,incident_state,3,2025-04-14 11:30:00,\n"
        "m3,incident,Incident: INC0020001,Incident State Duration,incident_state,2,2025-04-14 10:30:00,\n"
    )
    study = loaded(folder)
    assert steps(study, "INC0020002") == ["Incident opened", "On Hold"]
    assert [reason for _, reason in refused(study)] == ["neither customer nor record"]


def test_init_recognises_lists_headed_by_labels(folder: Path) -> None:
    proposal = propose_study(folder, folder.parent / "proposed.yaml")
    assert "servicenow: " in proposal.path.read_text() and proposal.n_sources == 1
    assert "Incident opened" in events(open_study(proposal.path), "activity")
