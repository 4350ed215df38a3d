"""Salesforce's weekly export, its traps by hand, and the columns of a real trial org."""

import csv
import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from tests.sources.small import events, findings, opened, records, utc, write_study

from crmmining.errors import MissingColumnError, MissingFileError, SourceError, UnknownNameError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.presets.salesforce import SALESFORCE
from crmmining.sources.proposing import propose_study
from crmmining.study.reading import read_study_file

TRIAL_ORG = Path(__file__).parents[4] / "shared" / "data" / "salesforce_trial_org"
NOBODY = "000000000000000AAA"
LEAD = (
    "Id,IsDeleted,Email,Status,OwnerId,IsConverted,ConvertedDate,"
    "ConvertedContactId,ConvertedOpportunityId,CreatedDate,LastModifiedDate"
)
EXPORT = {
    "Contact": f"""
        Id,LastName,Phone,Email,CreatedDate,Region__c
        003A,Ann,020 7946 0001,ann@example.org,2024-01-01 00:00:00,North
        003B,Bob,,bob@example.org,2024-01-01 00:00:00,{NOBODY}
    """,
    "Lead": f"""
        {LEAD}
        00Q1,0,ann@example.org,Qualified,005X,1,2025-01-05 09:00:00,003A,006A,2025-01-01 09:00:00,2025-01-05
        00Q2,0,cyd@example.org,Unqualified,005X,0,,{NOBODY},{NOBODY},2025-01-02 09:00:00,2025-01-03 09:00:00
        00Q3,1,dot@example.org,Open,005X,0,,{NOBODY},{NOBODY},2025-01-02 09:00:00,2025-01-03 09:00:00
    """,
    "Opportunity": """
        Id,IsDeleted,StageName,Amount,CloseDate,Type,CreatedDate,ContactId
        006A,0,Closed Won,100,2030-12-31 00:00:00,Loan,2025-01-05 09:00:00,003A
        006B,1,Enquiry,100,2030-12-31 00:00:00,Loan,2025-01-05 09:00:00,003B
    """,
    "OpportunityHistory": """
        Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount
        0081,006A,005Y,2025-01-05 09:00:00,Enquiry,100
        0082,006A,005Y,2025-01-06 09:00:00,Enquiry,120
        0083,006A,005Y,2025-01-07 09:00:00,Offer,120
        0084,006A,005Y,2025-01-08 09:00:00,Offer,110
        0085,006A,005Y,2025-01-09 09:00:00,Closed Won,110
    """,
    "Case": f"""
        Id,IsDeleted,CaseNumber,ContactId,ParentId,Type,Status,Origin,ClosedDate,CreatedDate,Deal__c
        500A,0,1,003A,{NOBODY},Complaint,Closed,Phone,2025-02-03 09:00:00,2025-02-01 09:00:00,006A
        500B,0,2,003B,500A,Question,New,Web,,2025-02-04 09:00:00,{NOBODY}
        500C,1,3,003B,{NOBODY},Question,New,Web,,2025-02-04 09:00:00,{NOBODY}
    """,
    "CaseHistory": """
        Id,CaseId,CreatedById,CreatedDate,Field,OldValue,NewValue
        0171,500A,005Z,2025-02-01 09:00:00,created,,
        0172,500A,005Z,2025-02-01 10:00:00,Owner,005Z,005X
        0173,500A,005Z,2025-02-02 09:00:00,Status,New,Working
        0174,500A,005Z,2025-02-02 10:00:00,Priority,Low,High
        0175,500A,005Z,2025-02-03 09:00:00,Status,Working,Closed
    """,
    "Task": f"""
        Id,WhoId,WhatId,Subject,OwnerId,IsDeleted,TaskSubtype,CallType,CompletedDateTime
        00T1,003B,{NOBODY},Chase,005X,0,Call,Inbound,2025-03-01 09:00:00
        00T2,{NOBODY},006A,Letter,005X,0,Email,,2025-03-02 09:00:00
        00T3,003B,{NOBODY},Later,005X,0,Call,Outbound,
        00T4,003B,{NOBODY},Gone,005X,1,Call,Outbound,2025-03-03 09:00:00
    """,
    "CampaignMember": f"""
        Id,CampaignId,LeadId,ContactId,Status,CreatedDate,FirstRespondedDate
        00v1,7011,00Q2,{NOBODY},Sent,2025-01-02 10:00:00,2025-01-02 11:00:00
        00v2,7011,{NOBODY},003B,Sent,2025-01-02 10:00:00,
    """,
    "Account": "Id,Name\n001A,Nobody asks\n",
}
DECLARED = """
study: Salesforce
sources:
  - salesforce: .
    activities: {Case: "{Type}: {Status}", Task: "{Subject}"}
    links: {Case: [Deal__c]}
customers: {attributes: [region]}
processes:
  Loans: {record: Opportunity, where: {Type: Loan}}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("export"), DECLARED, **EXPORT)


def of(study: Study, customer: str) -> list[tuple[str, str | None]]:
    return [
        (activity, record)
        for activity, record, key in events(study, "activity", "record", "customer")
        if key == customer
    ]


def test_every_event_is_its_customers_and_its_records(study: Study) -> None:
    assert of(study, "ann@example.org") == [
        ("Lead created", "00Q1"),
        ("Lead converted", "00Q1"),
        ("Enquiry", "006A"),
        ("Offer", "006A"),
        ("Closed Won", "006A"),
        ("Complaint: New", "500A"),
        ("Complaint: Working", "500A"),
        ("Complaint: Closed", "500A"),
        ("Letter", "006A"),
    ]
    assert sorted(of(study, "bob@example.org"), key=str) == [
        ("Campaign member added", None),
        ("Chase", None),
        ("Question: New", "500B"),
    ]


def test_a_lead_that_never_converted_is_a_customer_of_its_own(study: Study) -> None:
    assert sorted(of(study, "cyd@example.org"), key=str) == [
        ("Campaign member added", None),
        ("Campaign responded", None),
        ("Lead created", "00Q2"),
        ("Lead unqualified", "00Q2"),
    ]


def test_a_change_of_amount_is_no_event(study: Study) -> None:
    assert study.process_log("Loans").variants[0].activities == ("Enquiry", "Offer", "Closed Won", "Letter")


def test_a_null_lookup_is_nobody(study: Study) -> None:
    assert NOBODY not in events(study, "customer") + events(study, "record")
    assert findings(study)["links to a record that is in no export"] == 0


def test_deleted_rows_are_left_out(study: Study) -> None:
    assert set(records(study)) == {"00Q1", "00Q2", "006A", "500A", "500B"}
    assert "Gone" not in events(study, "activity") and "dot@example.org" not in events(study, "customer")


def test_a_task_not_done_is_no_event_and_no_refused_row(study: Study) -> None:
    assert "Later" not in events(study, "activity") and not len(study.quality.refused)


def test_a_close_date_is_a_forecast_and_no_closing(study: Study) -> None:
    found = records(study)
    assert found["006A"] == (utc("2025-01-05 09:00"), utc("2025-03-02 09:00"))
    assert found["500A"] == (utc("2025-02-01 09:00"), utc("2025-02-03 09:00"))
    assert found["500B"] == (utc("2025-02-04 09:00"), None)


def test_a_lead_links_to_its_opportunity_a_case_to_its_parent_and_own_lookups_count(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT a.id, b.id FROM links JOIN records a USING (record) "
        "JOIN records b ON b.record = linked ORDER BY ALL"
    )
    assert rows == [("00Q1", "006A"), ("500A", "006A"), ("500B", "500A")]


def test_channels_and_callers_are_translated(study: Study) -> None:
    rows = {
        activity: (channel, actor)
        for activity, channel, actor in events(study, "activity", "channel", "actor")
    }
    assert rows["Chase"] == ("phone", 0) and rows["Letter"] == ("email", None)
    assert rows["Complaint: New"][0] == "phone" and rows["Question: New"][0] == "web"


def test_attributes_of_contacts_are_found_whatever_their_suffix(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT key, attribute, value FROM customer_attributes JOIN customers USING (customer)"
    )
    assert rows == [("ann@example.org", "region", "North")]


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    declared = DECLARED.replace("links: {Case:", "links: {Cases:")
    with pytest.raises(UnknownNameError, match=r"no Salesforce table 'Cases'.* Did you mean 'Case'"):
        opened(tmp_path, declared, **EXPORT)


def test_a_lookup_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumnError, match=r"Case.csv has no column 'Deal_c'.* Did you mean 'Deal__c'"):
        opened(tmp_path, DECLARED.replace("Deal__c", "Deal_c"), **EXPORT)


def test_a_folder_without_a_known_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"The folder of a weekly export holds Lead.csv"):
        opened(tmp_path, DECLARED, other="a\n1\n")


@pytest.mark.shared
@pytest.mark.skipif(not TRIAL_ORG.exists(), reason="the folder ../shared/data is not there")
@pytest.mark.parametrize(
    "table", ["Contact", "Lead", "Campaign", "Opportunity", "OpportunityHistory", "Case"]
)
def test_the_columns_the_preset_needs_are_those_of_a_real_org(table: str, tmp_path: Path) -> None:
    source = next(path for path in TRIAL_ORG.iterdir() if path.name.lower() == f"{table}.csv".lower())
    with source.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    path = write_study(
        tmp_path, "study: T\nsources:\n  - salesforce: .\n", **{table: ",".join(header) + "\n"}
    )
    declared = read_study_file(path)
    (described,) = SALESFORCE.tables_of(declared.sources[0], declared)
    named = [described.record.id] if described.record else []
    for columns in (described.customer or {}).values():
        named += columns
    for event in described.all_events:
        named += [event.time, *event.where]
    if described.record:
        named += [spec.column for spec in described.record.attributes.values()]
    assert named and set(named) <= set(header)


def packed(folder: Path, form: str) -> None:
    """A folder's tables as another form: two .zip files as the weekly export comes, packed, or landed."""
    for number, path in enumerate(sorted(folder.glob("*.csv"))):
        if form == "zip":
            with zipfile.ZipFile(folder / f"WE_00D_{number % 2}.ZIP", "a") as archive:
                archive.write(path, path.name)
        elif form == "gz":
            path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        else:
            frame = pd.read_csv(path, dtype=str)
            frame.to_parquet(path.with_suffix(".parquet"))
        path.unlink()


@pytest.mark.parametrize("form", ["zip", "gz", "parquet"])
def test_a_packed_or_landed_export_is_the_same(study: Study, form: str, tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED, **EXPORT)
    packed(tmp_path, form)
    columns = ("time", "activity", "record", "customer", "channel", "resource", "actor", "row")
    assert events(open_study(path), *columns) == events(study, *columns)


@pytest.mark.parametrize("form", ["zip", "gz", "parquet"])
def test_a_packed_export_is_recognised(form: str, tmp_path: Path) -> None:
    write_study(tmp_path / "export", DECLARED, **EXPORT)
    packed(tmp_path / "export", form)
    proposal = propose_study(tmp_path / "export", tmp_path / "proposed.yaml")
    proposed = proposal.path.read_text()
    assert "  - salesforce: export\n    # own columns of Case: Deal__c\n" in proposed
    assert "    # own columns of Contact: Region__c\n" in proposed


def test_a_table_in_two_of_the_packed_files_is_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED, **EXPORT)
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("in/Solution.csv", "Id\n1\n")
            archive.writestr("in/lead.csv", EXPORT["Lead"])
    with pytest.raises(SourceError, match=r"Lead.csv and a.zip, in/lead.csv are both Salesforce's Lead"):
        open_study(path)
