"""HubSpot's tables as a pipeline lands them: the traps by hand, and the columns such tables really have."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.sources.small import events, findings, opened, records, utc, write_study

from crmmining.errors import MissingColumnError, MissingFileError, SourceError, UnreadableValueError
from crmmining.eventlog.study import Study
from crmmining.sources.presets.hubspot import HUBSPOT
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import HubspotSource

LANDED = Path(__file__).parent / "hubspot_tables"
"""The first rows of the seeds of Fivetran's dbt package for HubSpot, Apache-2.0."""
CUSTOMER, COMPANY, SYSTEM = 0, 1, 2


TABLES = {
    "contact": """
        id,_fivetran_deleted,property_email,property_phone,property_createdate,property_region
        101,false,ann@example.org,020 7946 0001,2025-01-01 08:00:00,North
        102,false,bob@example.org,,2025-01-01 08:00:00,South
        103,true,cyd@example.org,,2025-01-01 08:00:00,East
    """,
    "contact_merge_audit": """
        canonical_vid,contact_id,vid_to_merge,timestamp
        101,101,99,2025-01-09 09:00:00
    """,
    "contact_property_history": """
        contact_id,name,timestamp,source,source_id,value
        101,lifecyclestage,2025-01-01 08:00:00,FORM,f1,lead
        102,lifecyclestage,2025-01-01 09:00:00,IMPORT,userId:7,lead
        101,lifecyclestage,2025-01-01 10:00:00,CALCULATED,,lead
        101,jobtitle,2025-01-01 11:00:00,CRM_UI,userId:7,Boss
        103,lifecyclestage,2025-01-01 12:00:00,CRM_UI,userId:7,lead
        101,lifecyclestage,2025-01-12 09:00:00,AUTOMATION_PLATFORM,wf1,customer
    """,
    "deal": """
        deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,property_amount,property_closedate,property_createdate
        501,false,default,closedwon,100,2030-12-31 00:00:00,2025-01-05 09:00:00
        502,true,default,s1,100,2030-12-31 00:00:00,2025-01-05 09:00:00
        503,FALSE,77,gone,5,2030-12-31 00:00:00,2025-01-06 09:00:00
    """,
    "deal_pipeline": "pipeline_id,label\ndefault,Sales\n77,Renewals\n",
    "DEAL_PIPELINE_STAGE": """
        stage_id,pipeline_id,label,is_closed
        s1,default,Appointment,false
        s2,default,"Offer, sent",false
        closedwon,default,Closed won,true
    """,
    "deal_property_history": """
        deal_id,name,timestamp,source,source_id,value
        501,dealstage,2025-01-05 09:00:00,CRM_UI,userId:7,s1
        501,amount,2025-01-06 09:00:00,CRM_UI,userId:7,120
        501,dealstage,2025-01-07 09:00:00,BATCH_UPDATE,,s1
        501,dealstage,2025-01-08 09:00:00,AUTOMATION_PLATFORM,wf2,s2
        501,dealstage,2025-01-09 09:00:00,MOBILE_IOS,userId:8,closedwon
        502,dealstage,2025-01-05 09:00:00,CRM_UI,userId:7,s1
        503,dealstage,2025-01-06 09:00:00,,,gone
    """,
    "deal_contact": "deal_id,contact_id,category\n501,99,HUBSPOT_DEFINED\n503,102,HUBSPOT_DEFINED\n",
    "merged_deal": "deal_id,merged_deal_id\n501,503\n",
    "ticket": """
        id,is_deleted,property_createdate,property_closed_date,property_hs_pipeline,property_hs_pipeline_stage
        501,false,2025-02-01 09:00:00,2025-02-02 09:00:00,0,4
        602,false,2025-02-03 09:00:00,,0,1
        603,true,2025-02-03 09:00:00,,0,1
    """,
    "ticket_pipeline_stage": "stage_id,pipeline_id,label\n1,0,New\n4,0,Closed\n",
    "ticket_property_history": """
        ticket_id,name,timestamp_instant,source,source_id,value
        501,hs_pipeline_stage,2025-02-01 09:00:00,FORM,f2,1
        501,hs_pipeline_stage,2025-02-02 09:00:00,CRM_UI,userId:9,4
        602,hs_pipeline_stage,2025-02-03 09:00:00,CONVERSATIONS,,1
        603,hs_pipeline_stage,2025-02-03 09:00:00,CRM_UI,userId:9,1
    """,
    "ticket_contact": "ticket_id,contact_id\n501,102\n602,101\n",
    "ticket_deal": "ticket_id,deal_id\n501,501\n",
    "ticket_engagement": "ticket_id,engagement_id\n602,701\n",
    "engagement_contact": """
        engagement_id,contact_id,engagement_type
        701,101,CALL
        702,101,CALL
        703,102,EMAIL
        704,102,EMAIL
        705,102,EMAIL
        706,102,EMAIL
        707,101,MEETING
        708,101,NOTE
        709,101,TASK
    """,
    "engagement_deal": "engagement_id,deal_id\n707,501\n",
    "engagement_call": """
        engagement_id,_fivetran_deleted,property_hs_timestamp,property_hs_call_direction,property_hubspot_owner_id
        701,false,2025-03-01 09:00:00,INBOUND,32
        702,false,2025-03-01 10:00:00,,32
        710,true,2025-03-01 11:00:00,INBOUND,32
    """,
    "engagement_email": """
        engagement_id,property_hs_timestamp,property_hs_email_direction
        703,2025-03-02 09:00:00,EMAIL
        704,2025-03-02 10:00:00,INCOMING_EMAIL
        705,2025-03-02 11:00:00,FORWARDED_EMAIL
        706,2025-03-02 12:00:00,DRAFT_EMAIL
    """,
    "engagement_meeting": """
        engagement_id,property_hs_timestamp,property_hs_meeting_start_time,property_hs_meeting_end_time
        707,2025-03-03 9:00:00,2025-03-03 9:00:00,2025-03-03 9:30:00
    """,
    "engagement_note": "engagement_id,property_hs_timestamp\n708,2025-03-04 09:00:00\n",
    "engagement_task": """
        engagement_id,property_hs_timestamp,property_hs_task_completion_date
        709,2025-03-05 09:00:00,
    """,
    "email_event": """
        id,created,type,recipient,filtered_event
        e1,2025-04-01 09:00:00.123,SENT,Bob@example.org,
        e2,2025-04-01 09:00:01,PROCESSED,bob@example.org,true
        e3,2025-04-01 09:00:02,DELIVERED,bob@example.org,
        e4,2025-04-01 09:00:03,OPEN,bob@example.org,true
        e5,2025-04-01 10:00:00,OPEN,bob@example.org,false
        e6,2025-04-01 10:01:00,CLICK,bob@example.org,false
        e7,2025-04-01 10:02:00,STATUSCHANGE,bob@example.org,
        e8,2025-04-01 10:03:00,STATUSCHANGE,bob@example.org,
        e9,2025-04-02 09:00:00,BOUNCE,ann@example.org,
    """,
    "email_event_status_change": """
        id,portal_subscription_status,source,bounced
        e7,UNSUBSCRIBED,SOURCE_RECIPIENT,
        e8,,SOURCE_NON_DELIVERY_REPORT,true
    """,
    "contact_form_submission": """
        timestamp,form_id,contact_id,conversion_id,title
        2025-01-01 07:59:00,123,99,c1,Newsletter
    """,
    "company": "id,property_name\n1,Nobody asks\n",
}
DECLARED = """
study: HubSpot
sources: [SOURCE]
customers: {attributes: [property_region]}
processes:
  Sales: {record: Deal, where: {pipeline: Sales}, closed_by: [Closed won]}
  Support: {record: Ticket}
"""


def load(folder: Path, tables: Mapping[str, str | bytes] = TABLES, **options: object) -> Study:
    """A study of one source: the folder as the preset reads it."""
    source = json.dumps({"hubspot": ".", **options})
    return opened(folder, DECLARED.replace("SOURCE", source), **tables)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load(tmp_path_factory.mktemp("landed"))


def of(study: Study, customer: str) -> list[tuple[str, int | None]]:
    found = events(study, "activity", "actor", "customer")
    return [(activity, actor) for activity, actor, key in found if key == customer]


def test_every_event_is_its_customers_and_says_who_acts(study: Study) -> None:
    assert sorted(of(study, "ann@example.org"), key=str) == [
        ("Appointment", COMPANY),
        ("Call", CUSTOMER),
        ("Call", None),
        ("Closed won", COMPANY),
        ("Form submitted", CUSTOMER),
        ("Lifecycle stage: customer", SYSTEM),
        ("Lifecycle stage: lead", CUSTOMER),
        ("Mail bounced", SYSTEM),
        ("Meeting", None),
        ("Offer, sent", SYSTEM),
        ("Ticket: New", None),
    ]
    assert sorted(of(study, "bob@example.org"), key=str) == [
        ("Email", CUSTOMER),
        ("Email", COMPANY),
        ("Email", None),
        ("Lifecycle stage: lead", SYSTEM),
        ("Mail clicked", CUSTOMER),
        ("Mail delivered", SYSTEM),
        ("Mail opened", CUSTOMER),
        ("Mail sent", COMPANY),
        ("Ticket: Closed", COMPANY),
        ("Ticket: New", CUSTOMER),
        ("Unsubscribed from mails", CUSTOMER),
        ("gone", None),
    ]
    assert not len(study.quality.refused)


def test_a_merged_contact_is_one_customer(study: Study) -> None:
    """The deal and the form name the contact by the id it had before."""
    assert {key for key, record in events(study, "customer", "record") if record == "501"} == {
        "ann@example.org",
        "bob@example.org",
    }
    assert "99" not in events(study, "customer")


def test_what_is_deleted_has_no_events(study: Study) -> None:
    assert "cyd@example.org" not in events(study, "customer") and "103" not in events(study, "customer")
    assert not {"502", "603", "710"} & set(events(study, "record"))


def test_a_value_that_is_repeated_is_no_change(study: Study) -> None:
    assert study.process_log("Sales").variants[0].activities == ("Appointment", "Offer, sent", "Closed won")
    assert [name for name, _ in of(study, "ann@example.org")].count("Lifecycle stage: lead") == 1


def test_contacts_do_not_hide_each_others_equal_stages(study: Study) -> None:
    assert events(study, "activity").count("Lifecycle stage: lead") == 2


def test_a_stage_is_called_by_its_label_and_an_unknown_one_by_its_id(study: Study) -> None:
    assert {"Appointment", "Offer, sent", "Closed won", "gone"} < set(events(study, "activity"))
    assert not {"s1", "s2", "closedwon"} & set(events(study, "activity"))


def test_stages_without_their_table_keep_their_ids(tmp_path: Path) -> None:
    bare = {name: text for name, text in TABLES.items() if "pipeline" not in name.lower()}
    found = events(load(tmp_path, bare), "activity")
    assert {"s1", "closedwon", "Ticket: 1", "Ticket: 4"} < set(found)


def test_a_close_date_is_a_forecast_and_no_closing(study: Study) -> None:
    found = records(study)
    assert found["602"] == (utc("2025-02-03 09:00"), None)
    rows = study.workspace.rows(
        "SELECT n.name, r.opened, r.closed FROM records r "
        "JOIN names n ON n.kind = 'record_type' AND n.code = r.type WHERE r.id = '501' ORDER BY 1"
    )
    assert rows == [
        ("Deal", utc("2025-01-05 09:00"), utc("2025-01-09 09:00")),
        ("Ticket", utc("2025-02-01 09:00"), utc("2025-02-02 09:00")),
    ]


def test_a_deal_and_a_ticket_of_one_id_are_two_records_and_links_know_which(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT n.name, a.id, m.name, b.id FROM links JOIN records a USING (record) "
        "JOIN records b ON b.record = linked "
        "JOIN names n ON n.kind = 'record_type' AND n.code = a.type "
        "JOIN names m ON m.kind = 'record_type' AND m.code = b.type ORDER BY ALL"
    )
    assert rows == [
        ("Deal", "503", "Deal", "501"),
        ("Engagement", "701", "Ticket", "602"),
        ("Engagement", "707", "Deal", "501"),
        ("Ticket", "501", "Deal", "501"),
    ]
    assert findings(study)["links to a record that is in no export"] == 0


def test_channels_resources_and_starts(study: Study) -> None:
    rows = events(study, "activity", "channel", "resource", "start", "time")
    said = {row[0]: row[1:] for row in rows}
    assert said["Form submitted"][0] == "web" and said["Mail clicked"][0] == "email"
    assert said["Call"][:2] == ("phone", "32") and said["Closed won"][1] == "userId:8"
    assert said["Meeting"] == ("meeting", None, utc("2025-03-03 09:00"), utc("2025-03-03 09:30"))


def test_opens_by_machines_drafts_and_deleted_calls_are_no_events(study: Study) -> None:
    found = events(study, "activity")
    assert (found.count("Mail opened"), found.count("Email"), found.count("Call")) == (1, 3, 2)


def test_attributes_of_records_and_customers(study: Study) -> None:
    rows = study.workspace.rows(
        "SELECT r.id, a.attribute, a.value FROM record_attributes a JOIN records r USING (record) "
        "WHERE a.attribute IN ('pipeline', 'amount') "
        "AND r.type IN (SELECT code FROM names WHERE kind = 'record_type' AND name = 'Deal') ORDER BY ALL"
    )
    assert rows == [
        ("501", "amount", "100"),
        ("501", "pipeline", "Sales"),
        ("503", "amount", "5"),
        ("503", "pipeline", "Renewals"),
    ]
    rows = study.workspace.rows(
        "SELECT key, value FROM customer_attributes JOIN customers USING (customer) ORDER BY key"
    )
    assert rows == [("ann@example.org", "North"), ("bob@example.org", "South")]


def test_notes_and_tasks_are_events_where_the_study_file_names_them(tmp_path: Path, study: Study) -> None:
    named = {"engagement_note": "Note", "engagement_task": "Task done", "deal": "{pipeline_id}: {label}"}
    found = events(load(tmp_path, activities=named), "activity")
    assert "Note" in found and "default: Closed won" in found
    assert "Task done" not in found  # not done
    assert not {"Note", "Task done"} & set(events(study, "activity"))


def test_a_name_made_of_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumnError, match=r"DEAL_PIPELINE_STAGE.csv has no column 'lable'"):
        load(tmp_path, activities={"deal": "{lable}"})


def test_times_in_milliseconds_are_refused_and_not_misread(tmp_path: Path) -> None:
    changed = TABLES | {"contact_form_submission": "timestamp,contact_id\n1735718340000,101\n"}
    with pytest.raises(UnreadableValueError, match="'1735718340000' is no time"):
        load(tmp_path, changed)


def test_a_table_with_former_rows_of_its_records_is_refused(tmp_path: Path) -> None:
    changed = TABLES | {
        "contact": "id,property_email,property_createdate,_fivetran_active\n1,a@b.c,2025-01-01,true\n"
    }
    with pytest.raises(SourceError, match=r"contact.csv holds former rows too; export the rows"):
        load(tmp_path, changed)


def test_a_folder_without_a_known_table_is_refused(tmp_path: Path) -> None:
    source = '{"hubspot": "."}'
    path = write_study(tmp_path, DECLARED.replace("SOURCE", source), company="id\n1\n")
    declared = read_study_file(path)
    with pytest.raises(MissingFileError, match=r"The folder holds a pipeline's tables as contact.csv"):
        HUBSPOT.tables_of(HubspotSource(hubspot="."), declared)


def test_every_known_table_that_a_pipeline_really_lands_loads(tmp_path: Path) -> None:
    files = {path.stem: path.read_bytes() for path in LANDED.glob("*.csv")}
    of_own_exports = {"call_contact", "call_deal", "meeting_contact", "meeting_deal"}
    assert set(HUBSPOT.tables) - of_own_exports < set(files)
    study = load(tmp_path, files)
    found = set(events(study, "activity"))
    assert {"Call", "Email", "Meeting", "Form submitted", "Mail opened"} <= found
