"""Zendesk's ticket tables, as a data pipeline lands them, or in the vendor's own CSV and JSON exports.

Traps known here: whoever asks may be an agent, who is no customer; deleted tickets stay in as status
``deleted``, their comments and history too; the history repeats values and is in no order; ``closed`` is
set by a rule days after ``solved``; private notes stand among the comments; a ticket merged into another
is closed without being solved; the incremental export has a row for each time a ticket changed; the CSV
export knows no history but the last solving, no roles, and writes the account's local time.
Source: Zendesk API reference (Incremental Exports, Tickets, Users, Ticket Comments, Satisfaction Ratings,
About native system ticket rules); Fivetran's Zendesk Support schema.
"""

from __future__ import annotations

from typing import Any

from crmmining.sources.presets.headings import Description
from crmmining.sources.presets.preset import Export, Preset, there
from crmmining.sources.presets.zendesk_headings import KNOWN_BY, PARTS, SPELLINGS

ACTIVITIES = {
    "ticket": "Ticket: new",
    "ticket_field_history": "Ticket: {value}",
    "ticket_comment": "Public comment",
    "ticket_chat_event": "Chat",
    "satisfaction_rating": "Ticket: rated {score}",
}
_NAMED_STATUSES = ["New", "Open", "Pending", "Hold", "On-hold", "Solved", "Closed"]
STATUSES = ["new", "open", "pending", "hold", "on-hold", "solved", "closed"]
"""A custom status stands beside one of these; ``deleted`` is none of them."""

_TRUE, _FALSE = ["true", "True", "TRUE", "t", "1"], ["false", "False", "FALSE", "f", "0"]
_ATTRIBUTES = [
    "type", "priority", "status", "via_channel", "via.channel", "group_id", "assignee_id", "brand_id",
    "organization_id", "ticket_form_id", "group", "assignee", "organization", "satisfaction_score",
]  # fmt: skip
_CHANNELS = {
    "web_form": "web", "mail": "email", "voice": "phone", "native_messaging": "chat",
    "mobile": "app", "mobile_sdk": "app", "twitter": "social", "facebook": "social",
    "Web form": "web", "Web Form": "web", "Mail": "email", "Email": "email", "Voice": "phone",
    "Web": "web", "Chat": "chat", "Native messaging": "chat", "Twitter": "social", "Facebook": "social",
}  # fmt: skip


def _user(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "where": {"role": ["end-user"]},
        "customer": {
            "zendesk": ["id"],
            "email": there(["email"], columns),
            "phone": there(["phone"], columns),
        },
    }


def _ticket(export: Export, columns: tuple[str, ...]) -> Description:
    created = {
        "time": "created_at",
        "activity": {"template": export.activity("ticket")},
        **_channel(columns),
    }
    ticket: Description = {
        "where": {name: [*STATUSES, *_NAMED_STATUSES] for name in there(["status"], columns)},
        "record": {
            "type": "Ticket",
            "id": "id",
            "opened": "created_at",
            "attributes": {name.replace(".", "_"): name for name in there(_ATTRIBUTES, columns)},
        },
        "links": [{"column": name, "to": "Ticket"} for name in there(["via_followup_source_id"], columns)],
    }
    customer = {"zendesk": ["requester_id"], "email": there(["requester_email"], columns)}
    solved = _solved(export, columns)
    if not export.has("user"):
        return {**ticket, "customer": customer, "events": [created, *solved]}
    return {
        **ticket,
        **_beside(export, "requester_id"),
        "events": [
            {**created, "customer": customer, "where": {"role": ["end-user"]}},
            {**created, "where": {"role": ["agent", "admin"]}},
            *solved,
        ],
    }


def _solved(export: Export, columns: tuple[str, ...]) -> list[Description]:
    """The last solving, which the ticket itself tells where there is no history."""
    if export.has("ticket_field_history") or "solved_at" not in columns:
        return []
    activity = export.activity("ticket_field_history").replace("{value}", "solved")
    named = {"template": activity.replace("{field_name}", "status")}
    return [{"time": "solved_at", "activity": named, "optional": True}]


def _ticket_tag(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "where": {"tag": ["closed_by_merge"]},
        "record": {"type": "Ticket", "id": "ticket_id", "attributes": {"merged": "tag"}},
    }


def _ticket_comment(export: Export, columns: tuple[str, ...]) -> Description:
    writer = _either("user_id", "author_id", columns)
    comment = {
        "time": _either("created", "created_at", columns),
        "where": {"public": _TRUE},
        "resource": {"column": writer},
        **_channel(columns),
    }
    described: Description = {"record": {"type": "*", "id": "ticket_id"}}
    template = {"template": export.activity("ticket_comment")}
    if not export.has("user"):
        return {**described, "event": {**comment, "activity": template}}
    by_role = {"column": "role", "map": {"end-user": "Customer commented"}, "otherwise": "Agent commented"}
    if export.has("user", "default_group_id"):
        comment |= _department(export, "default_group_id")
    return {
        **described,
        **_beside(export, writer),
        "event": {
            **comment,
            "activity": template if "ticket_comment" in export.source.activities else by_role,
            "actor": {"column": "role", "map": {"end-user": "customer"}, "otherwise": "company"},
        },
    }


def _ticket_chat_event(export: Export, columns: tuple[str, ...]) -> Description:
    """A chat's first message, in the ticket it became; its later messages are no contacts of their own."""
    return {
        "record": {"type": "*", "id": "ticket_id"},
        "lookup": {**export.place_of("ticket_chat"), "column": "chat_id", "id": "chat_id"},
        "event": {
            "time": "created_at",
            "activity": {"template": export.activity("ticket_chat_event")},
            "on_change": "chat_id",
            "where": {"type": ["ChatMessage"]},
            "channel": {"value": "chat"},
        },
    }


def _ticket_field_history(export: Export, columns: tuple[str, ...]) -> Description:
    template = export.activity("ticket_field_history")
    changed = {
        "time": _either("updated", "created_at", columns),
        "on_change": "value",
        "resource": {"column": _either("user_id", "author_id", columns)},
    }

    def of(field: str, activity: str, values: list[str], **more: Any) -> Description:
        where = {"field_name": [field]} | ({"value": values} if values else {})
        return {**changed, "activity": {"template": activity}, "where": where, **more}

    events = [
        of("status", template, STATUSES[1:-1]),
        of("status", template, STATUSES[-1:], actor={"value": "system"}),
    ]
    if "{field_name}" in template:
        moved = template.replace("{value}", "changed")
        events += [
            of("group_id", moved, [], **_department(export, "value")),
            of("assignee_id", moved, []),
        ]
    if not export.has("satisfaction_rating"):
        rated = export.activity("satisfaction_rating").replace("{score}", "{value}")
        events.append(of("satisfaction_score", rated, ["good", "bad"], actor={"value": "customer"}))
    needed = {name for name in template.replace("}", "{").split("{")[1::2] if name not in columns}
    told: Description = {"record": {"type": "*", "id": "ticket_id"}, "events": events}
    if needed:
        told["lookup"] = {**export.place_of("ticket"), "column": "ticket_id", "id": "id"}
    return told


def _satisfaction_rating(export: Export, columns: tuple[str, ...]) -> Description:
    return {
        "record": {"type": "*", "id": "ticket_id"},
        "event": {
            "time": _either("updated_at", "created_at", columns),
            "activity": {"template": export.activity("satisfaction_rating")},
            "where": {"score": ["good", "bad"]},
            "actor": {"value": "customer"},
            **(_department(export, "group_id") if "group_id" in columns else {}),
        },
    }


def _beside(export: Export, column: str) -> Description:
    """The person a column names, from the table of users: the role tells who is a customer."""
    return {"lookup": {**export.place_of("user"), "column": column, "id": "id"}}


def _department(export: Export, column: str) -> Description:
    """The name of the group a column names, where the export has the table of groups."""
    groups = next((name for name in export.places if name.casefold() in ("group", "groups")), None)
    if groups is None:
        return {}
    rows = export.rows_of(groups)
    names = {row["id"]: row["name"] for row in rows if row.get("id") and row.get("name")}
    return {"department": {"column": column, "map": names}}


def _channel(columns: tuple[str, ...]) -> Description:
    found = there(["via_channel", "via.channel"], columns)
    return {"channel": {"column": found[0], "map": _CHANNELS}} if found else {}


def _either(landed: str, own: str, columns: tuple[str, ...]) -> str:
    """A column by the name a pipeline gives it, or else by the vendor's."""
    return own if landed not in columns and own in columns else landed


ZENDESK = Preset(
    name="Zendesk",
    tables={
        "user": _user,
        "ticket": _ticket,
        "ticket_tag": _ticket_tag,
        "ticket_chat": lambda export, columns: {"record": {"type": "*", "id": "ticket_id"}},
        "ticket_chat_event": _ticket_chat_event,
        "ticket_comment": _ticket_comment,
        "ticket_field_history": _ticket_field_history,
        "satisfaction_rating": _satisfaction_rating,
    },
    holds="The folder of the landed tables holds ticket.csv, user.csv, ticket_comment.csv …; "
    "the folder of an export from the Admin Center its .csv or .json files",
    told_by={
        "ticket": ["id", "requester_id", "created_at", "status"],
        "ticket_comment": ["id", "ticket_id", "public"],
        "ticket_field_history": ["ticket_id", "field_name", "value"],
    },
    row_id="id",
    kept={"_fivetran_deleted": _FALSE},
    also_called={
        "user": ["users"],
        "ticket": ["tickets"],
        "ticket_tag": ["ticket_tags"],
        "ticket_comment": ["ticket_comments", "comments"],
        "satisfaction_rating": ["satisfaction_ratings"],
        "ticket_audit": ["ticket_audits", "audits"],
    },
    activities=ACTIVITIES,
    spellings=SPELLINGS,
    known_by=KNOWN_BY,
    parts=PARTS,
)
