"""Salesforce's weekly export: its tables, their links, what in them is an event, and its traps.

Traps known here: every field is quoted; a null lookup reads ``000000000000000AAA``; deleted rows stay
in with IsDeleted 1; OpportunityHistory has a row for every change of amount or close date, not only of
stage; CloseDate is a forecast, not a closing; CaseHistory holds every field's changes.
Source: Salesforce Object Reference for the Salesforce Platform (Lead, Opportunity, OpportunityHistory,
Case, CaseHistory, Task, Campaign, CampaignMember, Contact).
"""

from __future__ import annotations

from crmmining.sources.presets.preset import Description, Export, Preset, there

ACTIVITIES = {
    "Opportunity": "{StageName}",
    "Case": "Case: {Status}",
    "Task": "{TaskSubtype}: {Subject}",
}


def _contact(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "customer": {
            "salesforce": ["Id"],
            "email": ["Email"],
            "phone": there(["Phone", "MobilePhone"], columns),
        }
    }


def _lead(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "record": {
            "type": "Lead",
            "id": "Id",
            "opened": "CreatedDate",
            "attributes": there(["Status", "LeadSource"], columns),
        },
        "customer": {
            "salesforce": there(["Id", "ConvertedContactId"], columns),
            "email": there(["Email"], columns),
            "phone": there(["Phone", "MobilePhone"], columns),
        },
        "links": [{"column": "ConvertedOpportunityId", "to": "Opportunity"}],
        "events": [
            {"time": "CreatedDate", "activity": {"value": "Lead created"}},
            {
                "time": "ConvertedDate",
                "activity": {"value": "Lead converted"},
                "where": {"IsConverted": ["1", "true"]},
                "optional": True,
                **_resource("OwnerId", columns),
            },
            {
                "time": "LastModifiedDate",
                "activity": {"value": "Lead unqualified"},
                "where": {"Status": ["Unqualified", "Closed - Not Converted"]},
                **_resource("OwnerId", columns),
            },
        ],
    }


def _opportunity(export: Export, columns: tuple[str, ...]) -> Description:
    attributes = ["Type", "StageName", "Amount", "LeadSource", "IsWon"]
    return {
        "record": {
            "type": "Opportunity",
            "id": "Id",
            "opened": "CreatedDate",
            "attributes": there(attributes, columns),
        },
        "customer": {"salesforce": there(["ContactId"], columns)},
    }


def _opportunity_history(export: Export, columns: tuple[str, ...]) -> Description:
    template = export.activity("Opportunity")
    return {
        "record": {"type": "Opportunity", "id": "OpportunityId"},
        "event": {
            "time": "CreatedDate",
            "activity": {"template": template},
            "on_change": "StageName",
            **_resource("CreatedById", columns),
        },
        **_beside(export, template, columns, "Opportunity", "OpportunityId"),
    }


def _case(export: Export, columns: tuple[str, ...]) -> Description:
    template = export.activity("Case")
    attributes = ["Type", "Status", "Origin", "Reason", "Priority", "Subject"]
    return {
        "record": {
            "type": "Case", "id": "Id", "opened": "CreatedDate", "closed": "ClosedDate",
            "attributes": there(attributes, columns),
        },
        "customer": {"salesforce": there(["ContactId"], columns)},
        "links": [{"column": "ParentId", "to": "Case"}] if "ParentId" in columns else [],
        "event": {
            "time": "CreatedDate", "activity": {"template": template.replace("{Status}", "New")},
            "channel": {"column": "Origin", "map": {"Phone": "phone", "Web": "web", "Email": "email"}},
        },
    }  # fmt: skip


def _case_history(export: Export, columns: tuple[str, ...]) -> Description:
    template = export.activity("Case").replace("{Status}", "{NewValue}")
    return {
        "record": {"type": "Case", "id": "CaseId"},
        "event": {
            "time": "CreatedDate", "activity": {"template": template}, "where": {"Field": ["Status"]},
            **_resource("CreatedById", columns),
        },
        **_beside(export, template, columns, "Case", "CaseId"),
    }  # fmt: skip


def _task(export: Export, columns: tuple[str, ...]) -> Description:
    template = export.activity("Task")
    return {
        "record": {"type": "*", "id": "WhatId"},
        "customer": {"salesforce": there(["WhoId"], columns)},
        "event": {
            "time": "CompletedDateTime" if "CompletedDateTime" in columns else "CreatedDate",
            "activity": {"template": template},
            "optional": True,
            "channel": {"column": "TaskSubtype", "map": {"Call": "phone", "Email": "email"}},
            "actor": {
                "column": "CallType",
                "map": {"Inbound": "customer", "Outbound": "company", "Internal": "company"},
            },
            **_resource("OwnerId", columns),
        },
    }


def _campaign_member(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "customer": {"salesforce": there(["ContactId", "LeadId"], columns)},
        "events": [
            {"time": "CreatedDate", "activity": {"value": "Campaign member added"}},
            {"time": "FirstRespondedDate", "activity": {"value": "Campaign responded"}, "optional": True},
        ],
    }


def _beside(export: Export, template: str, columns: tuple[str, ...], table: str, key: str) -> Description:
    """A lookup in the record's own table where the activity's name needs its columns."""
    needed = {name for name in template.replace("}", "{").split("{")[1::2] if name not in columns}
    if not needed:
        return {}
    return {"lookup": {**export.place_of(table), "column": key, "id": "Id"}}


def _resource(name: str, columns: tuple[str, ...]) -> Description:
    """Who did it, where the export was made with that column."""
    return {"resource": {"column": name}} if name in columns else {}


SALESFORCE = Preset(
    name="Salesforce",
    tables={
        "Contact": _contact,
        "Lead": _lead,
        "Campaign": lambda export, columns: {
            "record": {"type": "Campaign", "id": "Id", "attributes": there(["Name", "Type"], columns)}
        },
        "CampaignMember": _campaign_member,
        "Opportunity": _opportunity,
        "OpportunityHistory": _opportunity_history,
        "Case": _case,
        "CaseHistory": _case_history,
        "Task": _task,
    },
    holds="The folder of a weekly export holds Lead.csv, Opportunity.csv, Case.csv …",
    told_by={
        "Lead": ["Id", "CreatedDate", "Status"],
        "Opportunity": ["Id", "CreatedDate", "StageName"],
        "OpportunityHistory": ["OpportunityId", "CreatedDate", "StageName"],
        "Case": ["Id", "CreatedDate", "ClosedDate"],
        "CaseHistory": ["CaseId", "Field", "NewValue"],
        "Task": ["WhoId", "WhatId"],
        "Contact": ["Id", "Email"],
    },
    nulls=("", "000000000000000AAA", "000000000000000"),
    row_id="Id",
    kept={"IsDeleted": ["0", "false"]},
    activities=ACTIVITIES,
)
