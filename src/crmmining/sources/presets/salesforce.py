"""Salesforce: the weekly export, or its tables as data pipelines land them; what in them is an event.

Traps known here: every field is quoted; a null lookup reads ``000000000000000AAA``; deleted rows stay in
with IsDeleted 1; OpportunityHistory has a row for every change of amount or close date, not only of stage;
CloseDate is a forecast, not a closing; CaseHistory holds every field's changes; a recurring task or meeting
has a row for the series; a group meeting one per attendee; drafts of e-mails are rows too. What is landed
with history has all former rows, of which only the one that holds is read.
Source: Salesforce, Object Reference for the Salesforce Platform. What is read: docs/presets/salesforce.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from crmmining.sources.presets.headings import Description
from crmmining.sources.presets.preset import Export, Preset
from crmmining.sources.presets.written import Written, landed

Table: TypeAlias = Callable[[Export, Written], Description]

ACTIVITIES = {
    "Opportunity": "{StageName}",
    "Case": "Case: {Status}",
    "Task": "{TaskSubtype}: {Subject}",
    "Event": "Meeting: {Subject}",
}
YES, NO = ["1", "true", "True", "TRUE"], ["0", "false", "False", "FALSE"]
_DIRECTIONS = {"Inbound": "customer", "Outbound": "company", "Internal": "company"}
_CHANNELS = {"Phone": "phone", "Web": "web", "Email": "email"}
_NOT_DRAFT = ["0", "1", "2", "3", "4", "New", "Read", "Replied", "Sent", "Forwarded"]


def _account(export: Export, c: Written) -> Description:
    """A person account is a customer by the contact it stands for; a company's only where companies are."""
    own = ["Id"] if export.option("customer") == "account" else []
    keys = c.there("PersonContactId", *own)
    return {
        "customer": {
            **({"salesforce": keys} if keys else {}),
            "email": c.there("PersonEmail"),
            "phone": c.there("PersonMobilePhone"),
        }
    }


def _contact(export: Export, c: Written) -> Description:
    return {"customer": {**_customer(export, c, "Id"), **_reached_by(c)}}


def _lead(export: Export, c: Written) -> Description:
    converted = "ConvertedAccountId" if export.option("customer") == "account" else "ConvertedContactId"
    return {
        "record": {
            "type": "Lead", "id": c["Id"], "opened": c["CreatedDate"],
            "attributes": c.attributes("Status", "LeadSource"),
        },
        "customer": {"salesforce": [c["Id"], *c.there(converted)], **_reached_by(c)},
        "links": [{"column": column, "to": "Opportunity"} for column in c.there("ConvertedOpportunityId")],
        "events": [
            {"time": c["CreatedDate"], "activity": {"value": "Lead created"}},
            {
                "time": c["ConvertedDate"], "activity": {"value": "Lead converted"},
                "where": {c["IsConverted"]: YES}, "optional": True, **c.role("resource", "OwnerId"),
            },
            {
                "time": c["LastModifiedDate"], "activity": {"value": "Lead unqualified"},
                "where": {c["Status"]: ["Unqualified", "Closed - Not Converted"]},
                **c.role("resource", "OwnerId"),
            },
        ],
    }  # fmt: skip


def _opportunity(export: Export, c: Written) -> Description:
    return {
        "record": {
            "type": "Opportunity", "id": c["Id"], "opened": c["CreatedDate"],
            "attributes": c.attributes("Type", "StageName", "Amount", "LeadSource", "IsWon"),
        },
        "customer": _customer(export, c),
    }  # fmt: skip


def _contact_role(export: Export, c: Written) -> Description:
    """The primary contact of an opportunity, where the opportunity itself names none."""
    return {
        "where": {c["IsPrimary"]: YES},
        "record": {"type": "Opportunity", "id": c["OpportunityId"]},
        "customer": _customer(export, c),
    }


def _opportunity_history(export: Export, c: Written) -> Description:
    """Changes of stage; a pipeline's own history has a row per version, under the opportunity's id."""
    template, versions = export.activity("Opportunity"), "_fivetran_start" in c
    return {
        "record": {"type": "Opportunity", "id": c["Id" if versions else "OpportunityId"]},
        "event": {
            "time": "_fivetran_start" if versions else c["CreatedDate"], "on_change": c["StageName"],
            **_named(export, c, "Opportunity", template),
            **({"id": None} if versions else {}),
            **c.role("resource", "OwnerId" if versions else "CreatedById"),
        },
        **({} if versions else _beside(export, c, "Opportunity", template)),
    }  # fmt: skip


def _field_history(export: Export, c: Written) -> Description:
    """Changes of stage where they are tracked as a field and there is no OpportunityHistory."""
    record = {"record": {"type": "Opportunity", "id": c["OpportunityId"]}}
    if export.has("OpportunityHistory"):
        return record
    template = export.activity("Opportunity").replace("{StageName}", "{NewValue}")
    return {**record, **_change(export, c, "Opportunity", "StageName", template)}


def _case(export: Export, c: Written) -> Description:
    template = export.activity("Case").replace("{Status}", "New")
    described = {
        "record": {
            "type": "Case", "id": c["Id"], "opened": c["CreatedDate"], "closed": c["ClosedDate"],
            "attributes": c.attributes("Type", "Status", "Origin", "Reason", "Priority", "Subject"),
        },
        "customer": _customer(export, c),
        "links": [{"column": column, "to": "Case"} for column in c.there("ParentId")],
        "event": {
            "time": c["CreatedDate"], "activity": {"template": c.template(template)},
            **c.role("channel", "Origin", map=_CHANNELS),
        },
    }  # fmt: skip
    if _tells_status(export):
        del described["event"]  # its first row is the creation
    return described


def _tells_status(export: Export) -> bool:
    """Whether changes are told by the older form of the history, a row per status."""
    return export.has("CaseHistory2") and not export.has("CaseHistory")


def _case_history(export: Export, c: Written) -> Description:
    template = export.activity("Case").replace("{Status}", "{NewValue}")
    record = {"record": {"type": "Case", "id": c["CaseId"]}}
    return {**record, **_change(export, c, "Case", "Status", template)}


def _case_history_2(export: Export, c: Written) -> Description:
    record = {"record": {"type": "Case", "id": c["CaseId"]}}
    if not _tells_status(export):
        return record
    template = export.activity("Case")
    return {
        **record,
        "event": {
            "time": c["LastModifiedDate"], "on_change": c["Status"],
            **c.role("resource", "LastModifiedById"), **_named(export, c, "Case", template),
        },
        **_beside(export, c, "Case", template),
    }  # fmt: skip


def _case_comment(export: Export, c: Written) -> Description:
    return {
        "where": c.where(IsPublished=YES),
        "record": {"type": "Case", "id": c["ParentId"]},
        "event": {
            "time": c["CreatedDate"], "activity": {"value": "Case comment"},
            **c.role("resource", "CreatedById"),
        },
    }  # fmt: skip


def _email(export: Export, c: Written) -> Description:
    incoming = c["Incoming"]
    names = {**dict.fromkeys(YES, "E-mail from customer"), **dict.fromkeys(NO, "E-mail to customer")}
    actors = {**dict.fromkeys(YES, "customer"), **dict.fromkeys(NO, "company")}
    return {
        "where": c.where(Status=_NOT_DRAFT),
        "record": {"type": "*", "id": c.first("RelatedToId", "ParentId")},
        "event": {
            "time": c.first("MessageDate", "CreatedDate"), "channel": {"value": "email"},
            "activity": {"column": incoming, "map": names}, "actor": {"column": incoming, "map": actors},
            **c.role("resource", "CreatedById"),
        },
    }  # fmt: skip


def _task(export: Export, c: Written) -> Description:
    done = c.where(IsClosed=YES) if "CompletedDateTime" not in c else {}
    return {
        "where": {**done, **c.where(IsRecurrence=NO)},
        "record": {"type": "*", "id": c["WhatId"]},
        "customer": {"salesforce": c.there("WhoId")},
        "event": {
            "time": c.first("CompletedDateTime", "CreatedDate"), "optional": True,
            "activity": {"template": c.template(export.activity("Task"))},
            "channel": {"column": c["TaskSubtype"], "map": {"Call": "phone", "Email": "email"}},
            "actor": {"column": c["CallType"], "map": _DIRECTIONS},
            **c.role("resource", "OwnerId"), **_department(export),
        },
        **_owner(export, c),
    }  # fmt: skip


def _event(export: Export, c: Written) -> Description:
    """A meeting that had an hour; one of all day has a date only, and is no touchpoint."""
    return {
        "where": c.where(IsRecurrence=NO, IsChild=NO),
        "record": {"type": "*", "id": c["WhatId"]},
        "customer": {"salesforce": c.there("WhoId")},
        "event": {
            "time": c["EndDateTime"], "start": c["StartDateTime"], "optional": True,
            "activity": {"template": c.template(export.activity("Event"))},
            "channel": {"value": "meeting"}, "actor": {"value": "company"},
            **c.role("resource", "OwnerId"), **_department(export),
        },
        **_owner(export, c),
    }  # fmt: skip


def _campaign(export: Export, c: Written) -> Description:
    return {"record": {"type": "Campaign", "id": c["Id"], "attributes": c.attributes("Name", "Type")}}


def _campaign_member(export: Export, c: Written) -> Description:
    return {
        "customer": {"salesforce": c.there("ContactId", "LeadId")},
        "events": [
            {"time": c["CreatedDate"], "activity": {"value": "Campaign member added"}},
            {
                "time": c["FirstRespondedDate"], "activity": {"value": "Campaign responded"},
                "optional": True,
            },
        ],
    }  # fmt: skip


def _customer(export: Export, c: Written, *own: str) -> Description:
    """Whose a row is: a person's, or the company's they belong to where the study file says so."""
    names = ("AccountId", *own) if export.option("customer") == "account" else (own or ("ContactId",))
    return {"salesforce": c.there(*names)}


def _reached_by(c: Written) -> Description:
    return {"email": c.there("Email"), "phone": c.there("Phone", "MobilePhone")}


def _change(export: Export, c: Written, table: str, field: str, template: str) -> Description:
    """A row of a history of fields, of one field; the name of its event may need the record's columns."""
    return {
        "event": {
            "time": c["CreatedDate"], "where": {c["Field"]: [field, landed(field)]},
            **c.role("resource", "CreatedById"), **_named(export, c, table, template),
        },
        **_beside(export, c, table, template),
    }  # fmt: skip


def _named(export: Export, c: Written, table: str, template: str) -> Description:
    """How an event is called, by columns of its row or else of its record's own table."""
    own = Written(export.columns_of(table)) if export.has(table) else c
    named = own.template(template, but=c)
    return {"activity": {"template": named}}


def _beside(export: Export, c: Written, table: str, template: str) -> Description:
    """A lookup in the record's own table where the activity's name needs its columns."""
    if not any(name not in c for name in c.fields(template)):
        return {}
    own = Written(export.columns_of(table)) if export.has(table) else c
    return {"lookup": {**export.place_of(table), "column": c[f"{table}Id"], "id": own["Id"]}}


def _owner(export: Export, c: Written) -> Description:
    """A lookup of the owner among the users, who have departments."""
    if not export.has("User", "Department") or "OwnerId" not in c:
        return {}
    own = Written(export.columns_of("User"))
    return {"lookup": {**export.place_of("User"), "column": c["OwnerId"], "id": own["Id"]}}


def _department(export: Export) -> Description:
    if not export.has("User", "Department"):
        return {}
    return Written(export.columns_of("User")).role("department", "Department")


def _table(described: Table) -> Callable[[Export, tuple[str, ...]], Description]:
    """A table's description, of which only the rows are read that hold now."""

    def whole(export: Export, columns: tuple[str, ...]) -> Description:
        said = described(export, Written(columns))
        if "_fivetran_active" in columns and described is not _opportunity_history:
            said["where"] = {**said.get("where", {}), "_fivetran_active": [*YES, ""]}
        return said

    return whole


TABLES = {
    "Account": _account,
    "Contact": _contact,
    "Lead": _lead,
    "Campaign": _campaign,
    "CampaignMember": _campaign_member,
    "Opportunity": _opportunity,
    "OpportunityContactRole": _contact_role,
    "OpportunityHistory": _opportunity_history,
    "OpportunityFieldHistory": _field_history,
    "Case": _case,
    "CaseHistory": _case_history,
    "CaseHistory2": _case_history_2,
    "CaseComment": _case_comment,
    "EmailMessage": _email,
    "Task": _task,
    "Event": _event,
}

SALESFORCE = Preset(
    name="Salesforce",
    tables={name: _table(described) for name, described in TABLES.items()},
    holds="The folder of a weekly export holds Lead.csv, Opportunity.csv, Case.csv …",
    told_by={
        "Lead": ["Id", "CreatedDate", "Status", "IsConverted"],
        "Opportunity": ["Id", "CreatedDate", "StageName"],
        "OpportunityHistory": ["StageName", "CreatedDate"],
        "Case": ["Id", "CreatedDate", "ClosedDate", "Origin"],
        "CaseHistory": ["CaseId", "Field", "NewValue"],
        "Task": ["WhoId", "WhatId"],
        "Event": ["WhoId", "WhatId"],
        "Contact": ["Id", "Email", "AccountId"],
    },
    nulls=("", "000000000000000AAA", "000000000000000"),
    row_id="Id",
    kept={"IsDeleted": NO, "_fivetran_deleted": NO},
    also_called={name: [landed(name)] for name in (*TABLES, "User") if landed(name) != name.lower()},
    activities=ACTIVITIES,
    as_landed=landed,
)
