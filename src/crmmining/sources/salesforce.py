"""Salesforce's weekly export: its tables, their links, what in them is an event, and its traps.

Traps known here: every field is quoted; a null lookup reads ``000000000000000AAA``; deleted rows stay
in with IsDeleted 1; OpportunityHistory has a row for every change of amount or close date, not only of
stage; CloseDate is a forecast, not a closing; CaseHistory holds every field's changes.
Source: Salesforce Object Reference for the Salesforce Platform (Lead, Opportunity, OpportunityHistory,
Case, CaseHistory, Task, Campaign, CampaignMember, Contact).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmmining.errors import MissingFileError, UnknownNameError
from crmmining.sources.csv_dialect import csv_dialect
from crmmining.study.source_spec import SalesforceSource, TableSource
from crmmining.study.study_file import StudyFile

NULLS = ["", "000000000000000AAA", "000000000000000"]
DEFAULT_ACTIVITIES = {
    "Opportunity": "{StageName}",
    "Case": "Case: {Status}",
    "Task": "{TaskSubtype}: {Subject}",
}
_Description = dict[str, Any]


@dataclass(frozen=True)
class _Export:
    """What the tables of one export folder know of each other."""

    source: SalesforceSource
    files: Mapping[str, Path]
    study_folder: Path

    def path_of(self, table: str) -> str:
        """A table's file, from the study's folder; however its name is written."""
        path = self.files.get(table, self.study_folder / self.source.salesforce / f"{table}.csv")
        return str(path.relative_to(self.study_folder) if path.is_relative_to(self.study_folder) else path)


def salesforce_tables(source: SalesforceSource, study: StudyFile) -> list[TableSource]:
    """The tables of an export folder, described as plain tables, in the order equal times are read.

    Raises:
        MissingFileError: the folder is not there or holds no table that is known.
        UnknownNameError: the study file speaks of a table that is not one.
    """
    folder = study.folder / source.salesforce
    known = {name.casefold(): name for name in _TABLES}
    present = {known.get(path.stem.casefold(), path.stem): path for path in sorted(folder.glob("*.csv"))}
    for name in (*source.activities, *source.links):
        if name not in _TABLES:
            raise UnknownNameError("Salesforce table", name, _TABLES)
    found = [name for name in _TABLES if name in present]
    if not found:
        raise MissingFileError(
            folder / "Lead.csv", "The folder of a weekly export holds Lead.csv, Opportunity.csv, Case.csv …"
        )
    export, tables = _Export(source, present, study.folder), []
    for name in found:
        columns = csv_dialect(present[name]).columns
        described = _TABLES[name](export, columns)
        tables.append(_completed(described, name, export, study, columns))
    return tables


def _completed(
    described: _Description, name: str, export: _Export, study: StudyFile, columns: tuple[str, ...]
) -> TableSource:
    """What all tables share: nulls, zone, deleted rows, own lookups, customer attributes."""
    if "Id" in columns:
        described = _told_apart(described)
    links = described.pop("links", []) + [{"column": column} for column in export.source.links.get(name, [])]
    known = {_plain(column): column for column in columns}
    attributes = {
        wanted: known[_plain(wanted)] for wanted in study.customers.attributes if _plain(wanted) in known
    }
    return TableSource.model_validate(
        {
            **described,
            "table": export.path_of(name),
            "null": NULLS,
            "time": {"format": "iso", "zone": export.source.zone},
            "where": {"IsDeleted": ["0", "false"]} if "IsDeleted" in columns else {},
            "links": links,
            "customer_attributes": attributes if described.get("customer") else {},
            "max_refused": export.source.max_refused,
        }
    )


def _told_apart(described: _Description) -> _Description:
    """The same with the row's own id for each kind of event: a later export corrects an earlier one."""
    told = dict(described)
    if "event" in told:
        told["event"] = {"id": "Id", **told["event"]}
    if "events" in told:
        told["events"] = [{"id": "Id", **event} for event in told["events"]]
    return told


def _plain(column: str) -> str:
    return column.removesuffix("__c").replace("_", "").casefold()


def _contact(export: _Export, columns: tuple[str, ...]) -> _Description:
    return {
        "customer": {
            "salesforce": ["Id"],
            "email": ["Email"],
            "phone": _there(["Phone", "MobilePhone"], columns),
        }
    }


def _lead(export: _Export, columns: tuple[str, ...]) -> _Description:
    return {
        "record": {
            "type": "Lead",
            "id": "Id",
            "opened": "CreatedDate",
            "attributes": _there(["Status", "LeadSource"], columns),
        },
        "customer": {
            "salesforce": _there(["Id", "ConvertedContactId"], columns),
            "email": _there(["Email"], columns),
            "phone": _there(["Phone", "MobilePhone"], columns),
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


def _opportunity(export: _Export, columns: tuple[str, ...]) -> _Description:
    attributes = ["Type", "StageName", "Amount", "LeadSource", "IsWon"]
    return {
        "record": {
            "type": "Opportunity",
            "id": "Id",
            "opened": "CreatedDate",
            "attributes": _there(attributes, columns),
        },
        "customer": {"salesforce": _there(["ContactId"], columns)},
    }


def _opportunity_history(export: _Export, columns: tuple[str, ...]) -> _Description:
    template = export.source.activities.get("Opportunity", DEFAULT_ACTIVITIES["Opportunity"])
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


def _case(export: _Export, columns: tuple[str, ...]) -> _Description:
    template = export.source.activities.get("Case", DEFAULT_ACTIVITIES["Case"])
    attributes = ["Type", "Status", "Origin", "Reason", "Priority", "Subject"]
    return {
        "record": {
            "type": "Case", "id": "Id", "opened": "CreatedDate", "closed": "ClosedDate",
            "attributes": _there(attributes, columns),
        },
        "customer": {"salesforce": _there(["ContactId"], columns)},
        "links": [{"column": "ParentId", "to": "Case"}] if "ParentId" in columns else [],
        "event": {
            "time": "CreatedDate", "activity": {"template": template.replace("{Status}", "New")},
            "channel": {"column": "Origin", "map": {"Phone": "phone", "Web": "web", "Email": "email"}},
        },
    }  # fmt: skip


def _case_history(export: _Export, columns: tuple[str, ...]) -> _Description:
    template = export.source.activities.get("Case", DEFAULT_ACTIVITIES["Case"]).replace(
        "{Status}", "{NewValue}"
    )
    return {
        "record": {"type": "Case", "id": "CaseId"},
        "event": {
            "time": "CreatedDate", "activity": {"template": template}, "where": {"Field": ["Status"]},
            **_resource("CreatedById", columns),
        },
        **_beside(export, template, columns, "Case", "CaseId"),
    }  # fmt: skip


def _task(export: _Export, columns: tuple[str, ...]) -> _Description:
    template = export.source.activities.get("Task", DEFAULT_ACTIVITIES["Task"])
    return {
        "record": {"type": "*", "id": "WhatId"},
        "customer": {"salesforce": _there(["WhoId"], columns)},
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


def _campaign_member(export: _Export, columns: tuple[str, ...]) -> _Description:
    return {
        "customer": {"salesforce": _there(["ContactId", "LeadId"], columns)},
        "events": [
            {"time": "CreatedDate", "activity": {"value": "Campaign member added"}},
            {"time": "FirstRespondedDate", "activity": {"value": "Campaign responded"}, "optional": True},
        ],
    }


def _beside(export: _Export, template: str, columns: tuple[str, ...], table: str, key: str) -> _Description:
    """A lookup in the record's own table where the activity's name needs its columns."""
    needed = {name for name in template.replace("}", "{").split("{")[1::2] if name not in columns}
    if not needed:
        return {}
    return {"lookup": {"table": export.path_of(table), "column": key, "id": "Id"}}


def _resource(name: str, columns: tuple[str, ...]) -> _Description:
    """Who did it, where the export was made with that column."""
    return {"resource": {"column": name}} if name in columns else {}


def _there(names: list[str], columns: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in columns]


_TABLES: dict[str, Callable[[_Export, tuple[str, ...]], _Description]] = {
    "Contact": _contact,
    "Lead": _lead,
    "Campaign": lambda export, columns: {
        "record": {"type": "Campaign", "id": "Id", "attributes": _there(["Name", "Type"], columns)}
    },
    "CampaignMember": _campaign_member,
    "Opportunity": _opportunity,
    "OpportunityHistory": _opportunity_history,
    "Case": _case,
    "CaseHistory": _case_history,
    "Task": _task,
}
