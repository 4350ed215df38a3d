"""HubSpot's own exports of contacts, deals, tickets and calls: their headings and traps, by hand."""

import csv
import shutil
from pathlib import Path

import pytest
from tests.sources.small import events, records, utc

from crmmining.errors import SourceError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.proposing import propose_study

EXPORTS = Path(__file__).parent / "vendor_exports" / "hubspot"
CUSTOMER, COMPANY = 0, 1
STAGES = ("Appointment scheduled", "Contract sent", "Closed won")
WITHOUT_STAGES: dict[str, str | None] = {f'Date entered "{stage} (Sales Pipeline)"': None for stage in STAGES}
DECLARED = """
study: HubSpot
sources: [{hubspot: export}]
processes:
  Business: {record: Deal, where: {pipeline: Sales Pipeline}, closed_by: [Closed won, Closed lost]}
  Support: {record: Ticket}
"""


def loaded(folder: Path, said: str = "") -> Study:
    path = folder / "study.yaml"
    path.write_text(DECLARED.replace("export}", f"export, {said}}}" if said else "export}"))
    return open_study(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXPORTS, tmp_path / "export")
    return tmp_path


def changed(folder: Path, kind: str, headings: dict[str, str | None]) -> Path:
    """The file of an object with other headings; a column whose heading is None is taken out."""
    (path,) = (folder / "export").glob(f"*-{kind}-*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = {old: headings.get(old, old) for old in rows[0]}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([new for new in named.values() if new is not None])
        writer.writerows([row[old] for old, new in named.items() if new is not None] for row in rows)
    return path


def test_deals_tell_the_stages_they_entered_and_whose_they_are(folder: Path) -> None:
    rows = sorted(events(loaded(folder), "time", "activity", "record", "customer", "actor"))
    assert [row for row in rows if row[1] in STAGES] == [
        (utc("2025-01-05 09:30"), "Appointment scheduled", "7001", "ann@example.org", None),
        (utc("2025-02-01 09:00"), "Contract sent", "7001", "ann@example.org", None),
        (utc("2025-02-10 12:00"), "Closed won", "7001", "ann@example.org", None),
        (utc("2025-03-01 09:30"), "Appointment scheduled", "7003", "ann@example.org", None),
        (utc("2025-07-05 09:30"), "Appointment scheduled", "7002", "bob@example.org", None),
        (utc("2025-07-06 09:30"), "Contract sent", "7002", "bob@example.org", None),
    ]


def test_a_deal_closes_by_its_stage_never_by_its_close_date(folder: Path) -> None:
    sql = (
        "SELECT id, closed FROM records r JOIN names n ON n.kind = 'process' AND n.code = r.process "
        "WHERE n.name = 'Business' ORDER BY id"
    )
    found = loaded(folder).workspace.rows(sql)
    assert found == [("7001", utc("2025-02-10 12:00")), ("7002", None), ("7003", None)]


def test_without_those_columns_a_deal_tells_its_beginning_and_a_closing_that_happened(folder: Path) -> None:
    changed(folder, "deals", WITHOUT_STAGES)
    rows = sorted(events(loaded(folder), "time", "activity", "record"))
    assert [row for row in rows if row[2] in ("7001", "7002") and row[1] in ("Deal created", *STAGES)] == [
        (utc("2025-01-05 09:30"), "Deal created", "7001"),
        (utc("2025-02-10 12:00"), "Closed won", "7001"),
        (utc("2025-07-05 09:30"), "Deal created", "7002"),
    ]


def test_stages_of_ones_own_close_where_the_export_says_so(folder: Path) -> None:
    path = changed(folder, "deals", WITHOUT_STAGES)
    text = path.read_text().replace("Closed won", "Signed")
    path.write_text(text)
    assert "Signed" not in events(loaded(folder), "activity")
    head, *rows = text.splitlines()
    flagged = [f"{row},{'true' if 'Signed' in row else 'false'}" for row in rows]
    path.write_text("\n".join([f"{head},Is Deal Closed?", *flagged]) + "\n")
    assert [row for row in events(loaded(folder), "activity", "record") if row[0] == "Signed"] == [
        ("Signed", "7001")
    ]


def test_tickets_tell_their_beginning_and_their_end(folder: Path) -> None:
    study = loaded(folder)
    rows = sorted(events(study, "time", "activity", "record", "customer"))
    assert [row for row in rows if row[1].startswith("Ticket")] == [
        (utc("2025-02-12 09:00"), "Ticket created", "7001", "ann@example.org"),
        (utc("2025-02-13 09:00"), "Ticket closed", "7001", "ann@example.org"),
        (utc("2025-02-14 09:00"), "Ticket created", "52", None),
    ]
    assert records(study)["52"] == (utc("2025-02-14 09:00"), None)


def test_a_deal_and_a_ticket_of_one_number_are_two_records_that_belong_together(folder: Path) -> None:
    process = "JOIN names {0} ON {0}.kind = 'process' AND {0}.code = {1}.process "
    sql = (
        "SELECT n.name, m.name FROM links l "
        "JOIN records a USING (record) JOIN records b ON b.record = l.linked "
        f"{process.format('n', 'a')} {process.format('m', 'b')} WHERE a.id = '7001'"
    )
    assert loaded(folder).workspace.rows(sql) == [("Support", "Business")]


def test_a_lifecycle_is_told_by_the_dates_a_contact_became_something(folder: Path) -> None:
    rows = sorted(events(loaded(folder), "time", "activity", "customer"))
    assert [row for row in rows if row[1].startswith("Lifecycle")] == [
        (utc("2025-01-02 10:00"), "Lifecycle stage: lead", "ann@example.org"),
        (utc("2025-01-03 10:00"), "Lifecycle stage: lead", "bob@example.org"),
        (utc("2025-02-10 12:00"), "Lifecycle stage: customer", "ann@example.org"),
    ]


def test_calls_have_a_direction_and_the_first_contact_of_several(folder: Path) -> None:
    rows = events(loaded(folder), "activity", "record", "customer", "actor", "channel", "resource")
    assert [row[1:] for row in rows if row[0] == "Call"] == [
        ("31", "ann@example.org", COMPANY, "phone", "Carter"),
        ("32", "bob@example.org", CUSTOMER, "phone", "Carter"),
    ]


def test_a_merged_contact_is_one_with_what_it_was_merged_into(folder: Path) -> None:
    study = loaded(folder)
    assert study.customer("855").name == study.customer("856").name == "ann@example.org"


def test_times_are_the_accounts(folder: Path) -> None:
    rows = events(loaded(folder, "zone: America/New_York"), "record", "time", "activity")
    assert {row[:2] for row in rows if row[2] == "Contract sent"} == {
        ("7001", utc("2025-02-01 14:00")),
        ("7002", utc("2025-07-06 13:30")),
    }


def test_names_of_stages_as_the_study_says(folder: Path) -> None:
    study = loaded(folder, 'activities: {deal: "{pipeline_id}: {label}"}')
    assert "Sales Pipeline: Contract sent" in events(study, "activity")


def test_headings_in_another_case(folder: Path) -> None:
    columns = ("time", "activity", "record", "customer")
    before = sorted(map(str, events(loaded(folder), *columns)))
    changed(
        folder, "deals", {"Record ID": "Record Id", "Create Date": "Create date", "Deal Stage": "Deal stage"}
    )
    assert sorted(map(str, events(loaded(folder), *columns))) == before


def test_a_heading_that_is_missing_is_named_as_hubspot_writes_it(folder: Path) -> None:
    changed(folder, "tickets", {"Create date": None})
    with pytest.raises(SourceError, match=r"all-tickets-2025-03-31.csv has no column 'Create date'"):
        loaded(folder)


def test_more_stages_than_a_table_has_kinds_of_events(folder: Path) -> None:
    head, first, *rows = changed(folder, "deals", {}).read_text().splitlines()
    more = ",".join(f'"Date entered ""Stage {n} (Other)"""' for n in range(20))
    days = ",".join(f"2025-05-{n + 1:02d} 09:00" for n in range(20))
    (path,) = (folder / "export").glob("*-deals-*.csv")
    lines = [f"{head},{more}", f"{first},{days}", *(row + 20 * "," for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    found = events(loaded(folder), "activity", "record", "customer")
    assert sorted(row for row in found if row[0].startswith("Stage")) == sorted(
        (f"Stage {n}", "7001", "ann@example.org") for n in range(20)
    )


def test_an_earlier_export_still_has_the_entry_that_a_later_one_overwrote(folder: Path) -> None:
    (path,) = (folder / "export").glob("*-deals-*.csv")
    later = path.with_name("hubspot-crm-exports-all-deals-2025-04-30.csv")
    later.write_text(path.read_text().replace("2025-07-06 09:30", "2025-08-01 09:30"))
    rows = sorted(events(loaded(folder), "time", "activity", "record"))
    assert [row[:2] for row in rows if row[2] == "7002"] == [
        (utc("2025-07-05 09:30"), "Appointment scheduled"),
        (utc("2025-07-06 09:30"), "Contract sent"),
        (utc("2025-08-01 09:30"), "Contract sent"),
    ]


def test_init_recognises_the_exports_whatever_the_views_are_called(folder: Path) -> None:
    for n, path in enumerate(sorted((folder / "export").iterdir())):
        path.rename(path.with_name(f"view-{n}.csv"))
    proposal = propose_study(folder / "export", folder / "proposed.yaml")
    assert "  - hubspot: export\n" in proposal.path.read_text() and proposal.n_sources == 1
    assert "Closed won" in events(open_study(proposal.path), "activity")


def test_companies_are_left_alone(folder: Path) -> None:
    before = events(loaded(folder), "activity", "record")
    (folder / "export" / "hubspot-crm-exports-all-companies-2025-03-31.csv").write_text(
        "Record ID,Company name,Create Date\n5,Acme,2025-01-01 09:00\n"
    )
    assert events(loaded(folder), "activity", "record") == before
