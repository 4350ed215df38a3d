"""HubSpot's tables as a data pipeline lands them (Fivetran's names), or its own exports of records.

Traps known here: deleted rows stay in with is_deleted or _fivetran_deleted; property histories hold every
property's changes and repeat values; stages are ids whose labels stand in the pipelines' stages; the close
date of a deal is a forecast; a contact merged into another keeps its id in old rows; opens and clicks by
machines are marked filtered_event; drafts stand among mails. A record export has no history but the last
entry of each stage, where those columns are in it; its times are the account's, without a zone.
Source: HubSpot's developer documentation (email events, engagements, pipelines, merging) and the column
lists of Fivetran's dbt package for HubSpot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from crmmining.errors import MissingColumnError, SourceError
from crmmining.sources.presets.headings import Description
from crmmining.sources.presets.hubspot_headings import KNOWN_BY, PARTS, SPELLINGS, became, entered
from crmmining.sources.presets.preset import Export, Preset, there

Table: TypeAlias = Callable[[Export, tuple[str, ...]], Description]

ACTIVITIES = {
    "contact": "Lifecycle stage: {value}",
    "deal": "{label}",
    "ticket": "Ticket: {label}",
    "contact_form_submission": "Form submitted",
    "engagement_call": "Call",
    "engagement_email": "Email",
    "engagement_meeting": "Meeting",
    "engagement_note": "Note",
    "engagement_task": "Task done",
}
_LAST: Description = {"id": None, "optional": True}
"""An entry of a stage is what it says: an export made before has the one before, which happened too."""
_NOT = ["false", "FALSE", "False", "f", "0"]
# Who changed a property: a person at work in HubSpot, a form the customer filled in, or software. Of any
# other source it is not told who acts.
_PEOPLE = ["CRM_UI", "CRM_UI_BULK_ACTION", "CONTACTS_WEB", "MOBILE_IOS", "MOBILE_ANDROID"]
_SOFTWARE = [
    *("ANALYTICS", "API", "AUTOMATION_PLATFORM", "BATCH_UPDATE", "CALCULATED", "IMPORT", "INTEGRATION"),
    *("MIGRATION", "SALESFORCE", "WORKFLOWS"),
]
_SOURCES = {"FORM": "customer"} | dict.fromkeys(_PEOPLE, "company") | dict.fromkeys(_SOFTWARE, "system")
_MAILS = {
    "SENT": ("Mail sent", "company"),
    "DELIVERED": ("Mail delivered", "system"),
    "BOUNCE": ("Mail bounced", "system"),
    "DROPPED": ("Mail dropped", "system"),
    "OPEN": ("Mail opened", "customer"),
    "CLICK": ("Mail clicked", "customer"),
    "FORWARD": ("Mail forwarded", "customer"),
    "PRINT": ("Mail printed", "customer"),
    "SPAMREPORT": ("Mail marked as spam", "customer"),
}
_FILTERED = ["OPEN", "CLICK"]
_CONTACT = ["property_lifecyclestage", "property_hs_lead_status", "property_hs_analytics_source"]
_DEAL = ["property_amount", "property_dealtype", "property_dealname"]
_OUTCOMES = [
    f"property_hs_{kind}" for kind in ("call_status", "email_status", "meeting_outcome", "task_type")
]
_YES = ["true", "TRUE", "True", "t", "1", "Yes"]
_CLOSED = ["closedwon", "closedlost", "Closed won", "Closed lost", "Closed Won", "Closed Lost"]
_CALLS = {"INBOUND": "customer", "OUTBOUND": "company", "Inbound": "customer", "Outbound": "company"}
_TICKET = ["property_hs_ticket_category", "property_hs_ticket_priority", "property_source_type"]


def _contact(export: Export, columns: tuple[str, ...]) -> Description:
    _only_current(export, "contact", columns)
    record = {"type": "Contact", "id": "id", "opened": "property_createdate"}
    stages = {} if export.has("contact_property_history") else became(columns)
    activity = export.activity("contact")
    return {
        "record": {**record, "attributes": _named(_CONTACT, columns)},
        "events": [
            {"time": time, "activity": {"value": activity.replace("{value}", stage)}, **_LAST}
            for stage, time in stages.items()
        ],
        "customer": {
            "hubspot": ["id"],
            "email": there(["property_email"], columns),
            "phone": there(["property_phone", "property_mobilephone"], columns),
        },
    }


def _staged(table: str, own: str, pipeline: str, more: list[str], closed: str | None = None) -> Table:
    """Records that go through the stages of a pipeline."""

    def described(export: Export, columns: tuple[str, ...]) -> Description:
        _only_current(export, table, columns)
        beside = _lookup(export, f"{table}_pipeline", pipeline, "pipeline_id")
        stage = pipeline.replace("pipeline", "pipeline_stage")
        attributes = {"pipeline": "label" if beside else pipeline, "stage": stage, **_named(more, columns)}
        record = {"type": table.capitalize(), "id": own, "attributes": attributes}
        return {
            "record": {**record, "opened": "property_createdate", "closed": closed},
            "events": _steps(export, table, own, stage, columns),
            **beside,
        }

    return described


def _steps(export: Export, table: str, own: str, stage: str, columns: tuple[str, ...]) -> list[Description]:
    """What a record itself tells of its stages where their history is not there."""
    if export.has(f"{table}_property_history"):
        return []
    template = export.activity(table)
    if stages := entered(columns):
        names = {found: template.replace("{label}", found.stage) for found in stages}
        return [
            {
                "time": found.column, **_LAST,
                "activity": {"value": name.replace("{pipeline_id}", found.pipeline)},
            }
            for found, name in names.items()
        ]  # fmt: skip
    created = {"time": "property_createdate", "activity": {"value": f"{table.capitalize()} created"}}
    told = [{"id": own, "optional": True, **created}]
    if table == "ticket" and "property_closed_date" in columns:
        closing = {"time": "property_closed_date", "activity": {"value": "Ticket closed"}}
        told.append({"id": own, "optional": True, **closing})
    if table == "deal" and "property_closedate" in columns:
        flag = {"property_hs_is_closed": _YES} if "property_hs_is_closed" in columns else {stage: _CLOSED}
        closing = {"time": "property_closedate", "activity": _label(export, table, stage), "where": flag}
        told.append({"id": own, "optional": True, **closing})
    return told


def _changes(table: str, key: str, own: str, name: str) -> Table:
    """A property's history: the changes of one property of a record that is not deleted."""

    def described(export: Export, columns: tuple[str, ...]) -> Description:
        flag = "_fivetran_deleted" if table == "contact" else "is_deleted"
        time = "timestamp_instant" if "timestamp_instant" in columns else "timestamp"
        beside, where = {}, {"name": [name]}
        if export.has(table, flag):
            beside = {"lookup": {**export.place_of(table), "column": key, "id": own}}
            where[flag] = _NOT
        event = {
            "time": time, "activity": _label(export, table), "on_change": "value", "where": where,
            "actor": {"column": "source", "map": _SOURCES, "otherwise": ""},
            **_roles(columns, resource={"column": "source_id"}),
        }  # fmt: skip
        customer = {"customer": {"hubspot": [key]}} if table == "contact" else {}
        return {"record": {"type": table.capitalize(), "id": key}, "event": event, **beside, **customer}

    return described


def _label(export: Export, table: str, column: str = "value") -> Description:
    """How a record's stage is called: its id translated by the pipelines' stages, where they are there."""
    template, stages = export.activity(table), _other(export, f"{table}_pipeline_stage")
    if stages is None:
        return {"template": template.replace("{label}", "{" + column + "}")}
    rows = export.rows_of(stages)
    try:
        names = {row["stage_id"]: template.format_map(row) for row in rows if row["label"]}
    except KeyError as error:
        raise MissingColumnError(str(export.places[stages]), error.args[0], rows[0]) from None
    return {"column": column, "map": names}


def _email_event(export: Export, columns: tuple[str, ...]) -> Description:
    shared = {
        "time": "created", "channel": {"value": "email"},
        "activity": {"column": "type", "map": {kind: name for kind, (name, _) in _MAILS.items()}},
        "actor": {"column": "type", "map": {kind: actor for kind, (_, actor) in _MAILS.items()}},
    }  # fmt: skip
    real = {"filtered_event": _NOT} if "filtered_event" in columns else {}
    return {
        "customer": {"email": ["recipient"]},
        "events": [
            {**shared, "where": {"type": [kind for kind in _MAILS if kind not in _FILTERED]}},
            {**shared, "where": {"type": _FILTERED, **real}},
        ],
    }


def _status_change(export: Export, columns: tuple[str, ...]) -> Description:
    names = {"UNSUBSCRIBED": "Unsubscribed from mails", "SUBSCRIBED": "Subscribed to mails"}
    by = {
        "SOURCE_RECIPIENT": "customer",
        "SOURCE_HUBSPOT_CUSTOMER": "company",
        "SOURCE_NON_DELIVERY_REPORT": "system",
    }
    return {
        "lookup": {**export.place_of("email_event"), "column": "id", "id": "id"},
        "customer": {"email": ["recipient"]},
        "event": {
            "time": "created", "channel": {"value": "email"},
            "activity": {"column": "portal_subscription_status", "map": names},
            "actor": {"column": "source", "map": by, "otherwise": ""},
            "where": {"portal_subscription_status": list(names)},
        },
    }  # fmt: skip


def _form(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "customer": {"hubspot": ["contact_id"]},
        "event": {
            "time": "timestamp", "activity": {"template": export.activity("contact_form_submission")},
            "channel": {"value": "web"}, "actor": {"value": "customer"},
            **({"id": "conversion_id"} if "conversion_id" in columns else {}),
        },
    }  # fmt: skip


def _call(export: Export, columns: tuple[str, ...]) -> Description:
    actor = {"column": "property_hs_call_direction", "map": _CALLS}
    event = {"channel": {"value": "phone"}, **_roles(columns, actor=actor)}
    return _engagement(export, columns, "engagement_call", "property_hs_timestamp", [event])


def _email(export: Export, columns: tuple[str, ...]) -> Description:
    """Mails people write; of a forwarded one nobody knows who wrote it, a draft is none."""
    direction, written = "property_hs_email_direction", {"EMAIL": "company", "INCOMING_EMAIL": "customer"}
    events: list[Description] = [{"channel": {"value": "email"}}]
    if direction in columns:
        known = {"actor": {"column": direction, "map": written}, "where": {direction: list(written)}}
        events = [events[0] | known, events[0] | {"where": {direction: ["FORWARDED_EMAIL"]}}]
    return _engagement(export, columns, "engagement_email", "property_hs_timestamp", events)


def _meeting(export: Export, columns: tuple[str, ...]) -> Description:
    time, *_ = there(["property_hs_meeting_end_time", "end_time", "property_hs_timestamp"], columns)
    starts = there(["property_hs_meeting_start_time", "start_time"], columns)
    event: Description = {"channel": {"value": "meeting"}, **({"start": starts[0]} if starts else {})}
    return _engagement(export, columns, "engagement_meeting", time, [event])


def _internal(table: str, time: str) -> Table:
    """What customers do not see: an event only where the study file gives it a name."""

    def described(export: Export, columns: tuple[str, ...]) -> Description:
        events: list[Description] = [{"optional": True}] if table in export.source.activities else []
        return _engagement(export, columns, table, time, events)

    return described


def _engagement(
    export: Export, columns: tuple[str, ...], table: str, time: str, events: list[Description]
) -> Description:
    _only_current(export, table, columns)
    owner = _roles(columns, resource={"column": "property_hubspot_owner_id"})
    shared = {"time": time, "id": "engagement_id", **owner}
    return {
        "record": {"type": "Engagement", "id": "engagement_id", "attributes": _named(_OUTCOMES, columns)},
        "events": [{**shared, "activity": {"template": export.activity(table)}, **more} for more in events],
    }


def _association(record: str, key: str, other: str) -> Table:
    """Two records that belong together; a contact is the record's customer."""
    said: Description = {"record": {"type": record, "id": key}}
    link = {"links": [{"column": f"{other}_id", "to": other.capitalize()}]}
    customer = {"customer": {"hubspot": [f"{other}_id"]}}
    return lambda *_: {**said, **(customer if other == "contact" else link)}


def _only_current(export: Export, table: str, columns: tuple[str, ...]) -> None:
    """Refuse records with all their former rows: closings and deletions would be read wrongly."""
    if "_fivetran_active" in columns:
        way_out = "export the rows with _fivetran_active only, without this column"
        raise SourceError(f"{export.places[table].path} holds former rows too; {way_out}")


def _roles(columns: tuple[str, ...], **roles: Description) -> Description:
    """Those roles whose column the table has."""
    return {role: said for role, said in roles.items() if said["column"] in columns}


def _named(wanted: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    """Attributes under the names HubSpot gives its properties."""
    return {name.removeprefix("property_"): name for name in there(wanted, columns)}


def _other(export: Export, name: str) -> str | None:
    """A table that is only looked up, as its file writes it, in whatever case."""
    return next((table for table in export.places if table.casefold() == name), None)


def _lookup(export: Export, name: str, column: str, own: str) -> Description:
    """A lookup in such a table, where it is there."""
    table = _other(export, name)
    return {"lookup": {**export.place_of(table), "column": column, "id": own}} if table else {}


HUBSPOT = Preset(
    name="HubSpot",
    tables={
        "contact": _contact,
        "contact_merge_audit": lambda *_: {"customer": {"hubspot": ["canonical_vid", "vid_to_merge"]}},
        "deal": _staged("deal", "deal_id", "deal_pipeline_id", _DEAL),
        "ticket": _staged("ticket", "id", "property_hs_pipeline", _TICKET, "property_closed_date"),
        "deal_contact": _association("Deal", "deal_id", "contact"),
        "ticket_contact": _association("Ticket", "ticket_id", "contact"),
        "engagement_contact": _association("Engagement", "engagement_id", "contact"),
        "call_contact": _association("Engagement", "engagement_id", "contact"),
        "call_deal": _association("Engagement", "engagement_id", "deal"),
        "meeting_contact": _association("Engagement", "engagement_id", "contact"),
        "meeting_deal": _association("Engagement", "engagement_id", "deal"),
        "ticket_deal": _association("Ticket", "ticket_id", "deal"),
        "engagement_deal": _association("Engagement", "engagement_id", "deal"),
        "ticket_engagement": _association("Engagement", "engagement_id", "ticket"),
        "merged_deal": _association("Deal", "merged_deal_id", "deal"),
        "contact_form_submission": _form,
        "email_event": _email_event,
        "email_event_status_change": _status_change,
        "engagement_call": _call,
        "engagement_email": _email,
        "engagement_meeting": _meeting,
        "engagement_note": _internal("engagement_note", "property_hs_timestamp"),
        "engagement_task": _internal("engagement_task", "property_hs_task_completion_date"),
        "contact_property_history": _changes("contact", "contact_id", "id", "lifecyclestage"),
        "deal_property_history": _changes("deal", "deal_id", "deal_id", "dealstage"),
        "ticket_property_history": _changes("ticket", "ticket_id", "id", "hs_pipeline_stage"),
    },
    holds="The folder holds a pipeline's tables as contact.csv, deal.csv, deal_property_history.csv …; "
    "or HubSpot's own exports of contacts, deals, tickets, as .csv",
    told_by={
        "contact": ["id", "property_email"],
        "deal": ["deal_id", "property_createdate"],
        "ticket": ["id", "property_createdate", "property_hs_pipeline"],
        "contact_property_history": ["contact_id", "name", "value"],
        "deal_property_history": ["deal_id", "name", "value"],
        "ticket_property_history": ["ticket_id", "name", "value"],
        "email_event": ["recipient", "type", "created"],
    },
    row_id="id",
    kept={"is_deleted": _NOT, "_fivetran_deleted": _NOT},
    activities=ACTIVITIES,
    spellings=SPELLINGS,
    known_by=KNOWN_BY,
    parts=PARTS,
)
