"""Salesforce's weekly export, its traps by hand, and the columns of a real trial org."""

import csv
import gzip
import shutil
import zipfile
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest
from tests.sources.small import events, findings, opened, records, utc, write_study

from crmmining.errors import MissingColumnError, MissingFileError, SourceError, UnknownNameError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.sources.presets.salesforce import SALESFORCE
from crmmining.sources.presets.written import landed
from crmmining.sources.proposing import propose_study
from crmmining.study.reading import read_study_file

TRIAL_ORG = Path(__file__).parents[4] / "shared" / "data" / "salesforce_trial_org"
LANDED = Path(__file__).parent / "salesforce_tables"
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


def test_tables_as_pipelines_land_them_are_the_same(study: Study, tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED.replace("Deal__c", "deal_c"))
    for name, text in EXPORT.items():
        header, *rows = dedent(text).strip().splitlines()
        flags = [n for n, column in enumerate(header.split(",")) if column.startswith("Is")]
        written = [",".join(landed(column) for column in header.split(","))]
        for row in rows:
            cells = row.split(",")
            for n in flags:
                cells[n] = {"0": "false", "1": "true"}.get(cells[n], cells[n])
            written.append(",".join(cells))
        (tmp_path / f"{landed(name)}.csv").write_text("\n".join(written) + "\n")
    columns = ("time", "activity", "record", "customer", "channel", "resource", "actor", "row")
    opened_anew = open_study(path)
    assert events(opened_anew, *columns) == events(study, *columns)
    links = "SELECT count(*) FROM links"
    assert opened_anew.workspace.value(links) == study.workspace.value(links) > 0


MORE = """
study: More
sources:
  - salesforce: .
"""
MEETINGS = f"""
    Id,IsDeleted,WhoId,WhatId,Subject,OwnerId,StartDateTime,EndDateTime,IsRecurrence,IsChild
    00U1,0,003A,006A,Visit,005X,2025-01-06 09:00:00,2025-01-06 10:00:00,0,0
    00U2,0,003A,006A,Visit,005Y,2025-01-06 09:00:00,2025-01-06 10:00:00,0,1
    00U3,0,003A,{NOBODY},Weekly,005X,2025-01-01 09:00:00,2025-01-01 10:00:00,1,0
    00U4,0,003A,{NOBODY},Fair,005X,,,0,0
    00U5,1,003A,{NOBODY},Gone,005X,2025-01-06 09:00:00,2025-01-06 10:00:00,0,0
"""
MAILS = """
    Id,IsDeleted,ParentId,RelatedToId,Incoming,MessageDate,Status,CreatedById
    02s1,0,500A,500A,1,2025-02-01 12:00:00,0,005Z
    02s2,0,500A,500A,0,2025-02-01 13:00:00,3,005Z
    02s3,0,500A,500A,0,2025-02-01 14:00:00,5,005Z
    02s4,0,,006A,0,2025-02-02 09:00:00,3,005Z
"""
USERS = "Id,Name,Department\n005X,Xenia,Sales\n005Y,Yan,Service\n"


def test_meetings_have_a_start_and_an_end_and_their_owner_a_department(tmp_path: Path) -> None:
    tables = {name: EXPORT[name] for name in ("Contact", "Opportunity")}
    study = opened(tmp_path, MORE, Event=MEETINGS, User=USERS, **tables)
    assert events(study, "activity", "start", "time", "customer", "record", "channel", "department") == [
        (
            "Meeting: Visit", utc("2025-01-06 09:00"), utc("2025-01-06 10:00"), "ann@example.org", "006A",
            "meeting", "Sales",
        )
    ]  # fmt: skip


def test_mails_belong_to_their_record_and_drafts_are_none(tmp_path: Path) -> None:
    tables = {name: EXPORT[name] for name in ("Contact", "Opportunity", "Case")}
    study = opened(tmp_path, MORE, EmailMessage=MAILS, **tables)
    found = [row for row in events(study, "activity", "record", "customer", "channel") if "mail" in row[0]]
    assert found == [
        ("E-mail from customer", "500A", "ann@example.org", "email"),
        ("E-mail to customer", "500A", "ann@example.org", "email"),
        ("E-mail to customer", "006A", "ann@example.org", "email"),
    ]


def test_published_comments_are_events(tmp_path: Path) -> None:
    comments = """
        Id,IsDeleted,ParentId,IsPublished,CreatedDate,CreatedById
        00a1,0,500A,1,2025-02-02 12:00:00,005Z
        00a2,0,500A,0,2025-02-02 13:00:00,005Z
    """
    study = opened(tmp_path, MORE, CaseComment=comments, Contact=EXPORT["Contact"], Case=EXPORT["Case"])
    found = events(study, "activity", "row")
    assert [row for row in found if row[0] == "Case comment"] == [("Case comment", 1)]


def test_the_primary_contact_role_is_the_customer_where_the_opportunity_names_none(tmp_path: Path) -> None:
    deals = "Id,IsDeleted,StageName,Type,CreatedDate\n006A,0,Won,Loan,2025-01-05 09:00:00\n"
    roles = """
        Id,IsDeleted,OpportunityId,ContactId,IsPrimary
        00K1,0,006A,003B,0
        00K2,0,006A,003A,1
    """
    history = EXPORT["OpportunityHistory"]
    study = opened(
        tmp_path, MORE, Contact=EXPORT["Contact"], Opportunity=deals, OpportunityContactRole=roles,
        OpportunityHistory=history,
    )  # fmt: skip
    assert set(events(study, "customer")) == {"ann@example.org"}


FIELDS = """
    Id,IsDeleted,OpportunityId,CreatedById,CreatedDate,Field,OldValue,NewValue
    0171,0,006A,005Y,2025-01-06 09:00:00,Amount,1,2
    0172,0,006A,005Y,2025-01-07 09:00:00,StageName,Enquiry,Offer
"""


def test_stages_tracked_as_a_field_count_where_there_is_no_other_history(tmp_path: Path) -> None:
    tables = {name: EXPORT[name] for name in ("Contact", "Opportunity")}
    alone = opened(tmp_path / "alone", MORE, OpportunityFieldHistory=FIELDS, **tables)
    assert events(alone, "activity", "record") == [("Offer", "006A")]
    both = {**tables, "OpportunityHistory": EXPORT["OpportunityHistory"]}
    found = opened(tmp_path / "both", MORE, OpportunityFieldHistory=FIELDS, **both)
    assert events(found, "activity") == ["Enquiry", "Offer", "Closed Won"]


def test_the_older_history_of_cases_has_a_row_per_status(tmp_path: Path) -> None:
    history = """
        Id,IsDeleted,CaseId,Status,PreviousUpdate,LastModifiedDate,LastModifiedById
        1,0,500A,New,,2025-02-01 09:00:00,005Z
        2,0,500A,Working,2025-02-01 09:00:00,2025-02-02 09:00:00,005Z
        3,0,500A,Working,2025-02-02 09:00:00,2025-02-02 10:00:00,005Z
        4,0,500A,Closed,2025-02-02 10:00:00,2025-02-03 09:00:00,005Z
    """
    tables = {name: EXPORT[name] for name in ("Contact", "Case")}
    study = opened(tmp_path, MORE, CaseHistory2=history, **tables)
    assert events(study, "activity", "resource") == [
        ("Case: New", "005Z"),
        ("Case: Working", "005Z"),
        ("Case: Closed", "005Z"),
    ]


VISITS = """\
  - table: visits.csv
    time: {format: iso}
    event: {time: at, activity: page, customer: {email: mail}}
"""
ACCOUNTS = """
    Id,IsDeleted,Name,Phone,PersonEmail,PersonContactId
    001A,0,Ann,020 7946 0001,ann@example.org,003A
    001B,0,Acme,020 7946 0009,,
"""


def test_a_person_account_is_its_contact_and_a_company_is_nobody(tmp_path: Path) -> None:
    visits = "at,page,mail\n2025-01-01 08:00:00,Home,ann@example.org\n"
    study = opened(tmp_path, MORE + VISITS, Account=ACCOUNTS, Case=EXPORT["Case"], visits=visits)
    assert ("Home", "ann@example.org") in events(study, "activity", "customer")
    assert study.customer("003A").name == "ann@example.org"
    assert not study.workspace.value("SELECT count(*) FROM keys WHERE value IN ('001B', '02079460009')")


def test_companies_are_the_customers_where_the_study_says_so(tmp_path: Path) -> None:
    contacts = """
        Id,AccountId,Email,CreatedDate
        003A,001B,ann@acme.example,2024-01-01
        003B,001B,bob@acme.example,2024-01-01
    """
    cases = f"""
        Id,IsDeleted,ContactId,AccountId,ParentId,Type,Status,Origin,ClosedDate,CreatedDate
        500A,0,003A,001B,{NOBODY},Complaint,New,Phone,,2025-02-01 09:00:00
        500B,0,003B,001B,{NOBODY},Complaint,New,Phone,,2025-02-02 09:00:00
    """
    for who, n in (("contact", 2), ("account", 1)):
        declared = MORE + f"    customer: {who}\n"
        study = opened(tmp_path / who, declared, Contact=contacts, Case=cases)
        assert len(set(events(study, "customer"))) == n


def test_a_pipeline_s_history_has_a_row_per_version(tmp_path: Path) -> None:
    versions = """
        _fivetran_active,_fivetran_start,_fivetran_end,id,owner_id,stage_name,created_date,is_deleted
        false,2025-01-05 09:00:00,2025-01-06 09:00:00,006A,005Y,Enquiry,2025-01-05 09:00:00,false
        false,2025-01-06 09:00:00,2025-01-07 09:00:00,006A,005Y,Enquiry,2025-01-05 09:00:00,false
        true,2025-01-07 09:00:00,9999-12-31 23:59:59,006A,005Y,Offer,2025-01-05 09:00:00,false
    """
    deals = """
        id,_fivetran_active,is_deleted,stage_name,type,created_date,contact_id
        006A,false,false,Enquiry,Loan,2025-01-05 09:00:00,003B
        006A,true,false,Offer,Loan,2025-01-05 09:00:00,003A
    """
    study = opened(tmp_path, MORE, opportunity_history=versions, opportunity=deals, Contact=EXPORT["Contact"])
    assert events(study, "activity", "customer", "record") == [
        ("Enquiry", "ann@example.org", "006A"),
        ("Offer", "ann@example.org", "006A"),
    ]


def test_the_landed_columns_are_those_a_pipeline_lands(tmp_path: Path) -> None:
    shutil.copytree(LANDED, tmp_path / "export")
    proposal = propose_study(tmp_path / "export", tmp_path / "study.yaml")
    assert "  - salesforce: export\n" in proposal.path.read_text() and proposal.n_sources == 1
    study = open_study(proposal.path)
    assert {activity.partition(":")[0] for activity in events(study, "activity")} >= {"Meeting"}
    study.workspace.close()
