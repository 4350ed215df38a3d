"""Zendesk's own exports: the CSV of all tickets, and the JSON of tickets and users; their traps by hand."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from tests.sources.small import events, records, utc

from crmmining.errors import SourceError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.proposing import propose_study

EXPORTS = Path(__file__).parent / "vendor_exports"
CUSTOMER, COMPANY = 0, 1
DECLARED = """
study: Zendesk
sources: [{{zendesk: export, zone: {zone}}}]
processes:
  Merged tickets: {{record: Ticket, where: {{merged: closed_by_merge}}}}
  Tickets: {{record: Ticket, closed_by: ["Ticket: solved"]}}
"""
NEW, SOLVED = "Ticket: new", "Ticket: solved"


def loaded(folder: Path, zone: str = "UTC", said: str = "") -> Study:
    path = folder / "study.yaml"
    path.write_text(DECLARED.format(zone=zone).replace("export,", f"export, {said}" if said else "export,"))
    return open_study(path)


def exported(name: str, folder: Path) -> Path:
    shutil.copytree(EXPORTS / name, folder / "export")
    return folder


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return exported("zendesk_csv", tmp_path)


@pytest.fixture
def ndjson(tmp_path: Path) -> Path:
    return exported("zendesk_json", tmp_path)


def attributes(study: Study, record: str) -> dict[str, str]:
    sql = "SELECT attribute, value FROM record_attributes JOIN records USING (record) WHERE id = ?"
    return dict(study.workspace.rows(sql, [record]))


def test_the_csv_tells_when_a_ticket_was_opened_and_last_solved_in_the_accounts_zone(csv: Path) -> None:
    study = loaded(csv, "Europe/Paris")
    assert sorted(events(study, "time", "activity", "record", "customer", "channel", "actor")) == [
        (utc("2025-01-01 09:00"), NEW, "100", "ann@example.org", "email", None),
        (utc("2025-01-01 10:00"), NEW, "101", "ann@example.org", "web", None),
        (utc("2025-01-04 09:00"), SOLVED, "100", "ann@example.org", None, None),
        (utc("2025-07-07 08:00"), NEW, "105", "2", "Web service (API)", None),
    ]
    assert records(study)["100"] == (utc("2025-01-01 09:00"), utc("2025-01-04 09:00"))
    assert records(study)["105"] == (utc("2025-07-07 08:00"), None)
    assert study.quality.refused.empty


def test_the_csv_has_a_tickets_state_and_rating_as_attributes_only(csv: Path) -> None:
    study = loaded(csv)
    assert attributes(study, "100") == {
        "type": "Question", "priority": "High", "status": "Closed", "via_channel": "Mail",
        "group": "Billing", "assignee": "Ada Agent", "satisfaction_score": "Good",
    }  # fmt: skip
    assert attributes(study, "101")["merged"] == "closed_by_merge"
    assert not [activity for activity in events(study, "activity") if "rated" in activity]


def test_headings_in_another_case_and_a_template_in_landed_names(csv: Path) -> None:
    for path in (csv / "export").iterdir():
        text = path.read_text().replace('"Id"', '"ID"').replace('"Requester id"', '"Requester ID"')
        path.write_text(text)
    said = 'activities: {ticket_field_history: "{type}: {value}"},'
    assert "Question: solved" in events(loaded(csv, said=said), "activity")


def test_a_file_without_a_needed_heading_is_no_export_and_the_way_out_is_said(csv: Path) -> None:
    for path in (csv / "export").iterdir():
        path.write_text(path.read_text().replace('"Created at"', '"Made at"'))
    with pytest.raises(SourceError, match=r"an export from the Admin Center its .csv or .json files"):
        loaded(csv)


def test_a_later_export_of_the_same_ticket_corrects_it_and_counts_once(csv: Path) -> None:
    before = events(loaded(csv), "activity", "record")
    first = csv / "export" / "export_2025_03_31_1f3c_1.csv"
    head, row, _ = first.read_text().splitlines()
    later = row.replace("2025-01-04 10:00:00", "2025-01-09 10:00:00")
    (csv / "export" / "export_2025_04_30_77aa_1.csv").write_text(f"{head}\n{later}\n")
    study = loaded(csv)
    assert sorted(events(study, "activity", "record")) == sorted(before)
    assert records(study)["100"][1] == utc("2025-01-09 10:00")
    anew = open_study(csv / "study.yaml", reload=True)
    assert sorted(events(anew, "activity", "record", "time")) == sorted(
        events(study, "activity", "record", "time")
    )


def test_the_json_tells_comments_and_who_wrote_them(ndjson: Path) -> None:
    study = loaded(ndjson)
    rows = sorted(events(study, "time", "activity", "record", "customer", "channel", "actor"))
    assert [row[1:] for row in rows if row[2] == "100"] == [
        ("Customer commented", "100", "ann@example.org", "email", CUSTOMER),
        (NEW, "100", "ann@example.org", "email", None),
        ("Agent commented", "100", "ann@example.org", "web", COMPANY),
        (SOLVED, "100", "ann@example.org", None, None),
    ]
    assert [row[1:4] for row in rows if row[2] == "104"] == [
        ("Agent commented", "104", None),
        (NEW, "104", None),
    ]
    assert [row[0] for row in rows if row[1] == SOLVED] == [utc("2025-01-04 09:00")]
    assert set(records(study)) == {"100", "101", "102", "104"}
    assert attributes(study, "101")["merged"] == "closed_by_merge"
    assert attributes(study, "100")["satisfaction_score"] == "good"
    linked = "SELECT a.id, b.id FROM links JOIN records a USING (record) JOIN records b ON b.record = linked"
    assert study.workspace.rows(linked) == [("102", "100")]


def test_objects_within_another_that_says_what_they_are_are_the_same(ndjson: Path) -> None:
    plain = events(loaded(ndjson), "activity", "record", "customer", "time", "actor")
    for path in (ndjson / "export").iterdir():
        what = "user" if "c0de" in path.name else "ticket"
        lines = path.read_text().splitlines()
        path.write_text("".join(json.dumps({what: json.loads(line)}) + "\n" for line in lines))
    assert events(loaded(ndjson), "activity", "record", "customer", "time", "actor") == plain


def test_a_zip_with_one_file_of_tickets_is_read_as_it_comes(ndjson: Path) -> None:
    folder = ndjson / "export"
    (folder / "export_2025_03_31_9a77_2.json").unlink()
    plain = events(loaded(ndjson), "activity", "record", "customer", "time")
    for path in sorted(folder.glob("*.json")):
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.write(path, path.name)
        path.unlink()
    assert events(loaded(ndjson), "activity", "record", "customer", "time") == plain


def test_a_zip_with_several_files_of_tickets_is_to_be_unpacked(csv: Path) -> None:
    folder = csv / "export"
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for path in sorted(folder.glob("*.csv")):
            archive.write(path, path.name)
            path.unlink()
    with pytest.raises(
        SourceError, match=r"all.zip, .*_1.csv and all.zip, .*_2.csv are both .* unpack the .zip"
    ):
        loaded(csv)


def test_two_writings_of_the_same_tickets_are_refused(csv: Path) -> None:
    for path in (EXPORTS / "zendesk_json").iterdir():
        shutil.copy(path, csv / "export")
    with pytest.raises(
        SourceError, match=r"both Zendesk's ticket, written in two ways; leave one of them there"
    ):
        loaded(csv)


def test_users_in_two_files_are_to_be_joined(ndjson: Path) -> None:
    users = ndjson / "export" / "export_2025_03_31_c0de_1.json"
    shutil.copy(users, users.with_name("export_2025_03_31_c0de_2.json"))
    with pytest.raises(SourceError, match=r"Zendesk's user is in 2 files; make them one file"):
        loaded(ndjson)


def test_ticket_audits_tell_every_change_of_status(ndjson: Path) -> None:
    def audit(n: int, at: str, author: int, *changes: dict[str, object]) -> str:
        told = [{"id": 10 * n + i, **change} for i, change in enumerate(changes)]
        return json.dumps({"id": n, "ticket_id": 100, "created_at": at, "author_id": author, "events": told})

    lines = [
        audit(1, "2025-01-01T09:00:00Z", 1, {"type": "Create", "field_name": "status", "value": "new"},
              {"type": "Comment", "body": "Help", "public": True}),
        audit(2, "2025-01-01T09:30:00Z", 8, {"type": "Change", "field_name": "status", "value": "open"},
              {"type": "Change", "field_name": "tags", "value": ["a", "b"]}),
        audit(3, "2025-01-02T09:00:00Z", 8, {"type": "Change", "field_name": "status", "value": "solved"}),
        audit(4, "2025-01-06T09:00:00Z", -1, {"type": "Change", "field_name": "status", "value": "closed"}),
    ]  # fmt: skip
    (ndjson / "export" / "ticket_audits.ndjson").write_text("\n".join(lines) + "\n")
    rows = events(loaded(ndjson), "time", "activity", "record", "resource")
    told = [(row[1], row[3], row[0]) for row in sorted(rows) if row[2] == "100" and row[1] != NEW]
    assert [row for row in told if "commented" not in row[0]] == [
        ("Ticket: open", "8", utc("2025-01-01 09:30")),
        (SOLVED, "8", utc("2025-01-02 09:00")),
        ("Ticket: closed", "-1", utc("2025-01-06 09:00")),
    ]


@pytest.mark.parametrize("name", ["zendesk_csv", "zendesk_json"])
def test_init_recognises_an_export_whatever_its_files_are_called(name: str, tmp_path: Path) -> None:
    exported(name, tmp_path)
    proposal = propose_study(tmp_path / "export", tmp_path / "study.yaml")
    text = proposal.path.read_text()
    assert "  - zendesk: export\n" in text and proposal.n_sources == 1 and "table:" not in text
    assert NEW in events(open_study(proposal.path), "activity")


def test_a_view_without_the_requesters_id_is_not_taken_for_the_export(tmp_path: Path) -> None:
    (tmp_path / "view.csv").write_text("ID,Subject,Requester,Requested\n1,Help,Ann,2025-01-01 09:00\n")
    proposal = propose_study(tmp_path, tmp_path / "study.yaml")
    assert "zendesk:" not in proposal.path.read_text()
