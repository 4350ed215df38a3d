"""How Zendesk's own exports write what the preset reads: the CSV of all tickets, and the JSON exports.

The CSV has a heading for each column (`Requester id`), the JSON files have the names of the API, nested
objects after a point, each object perhaps within another that says what it is (``{"ticket": {…}}``).
Source: Zendesk help, Exporting ticket, user, or organization data from your account (article 4408886165402);
API reference, Tickets, Users, Ticket Comments and Ticket Audits.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.sources.presets.headings import Spellings
from crmmining.sources.presets.places import Part

_TICKET: dict[str, Sequence[str]] = {
    "type": ["Ticket type"],
    "via_channel": ["via.channel", "ticket.via.channel", "Via"],
    "requester_email": ["Requester email"],
    "solved_at": ["Solved at", "metric_set.solved_at"],
    "satisfaction_score": ["Satisfaction Score", "satisfaction_rating.score"],
    "via_followup_source_id": ["via.source.from.ticket_id"],
    "requester_id": ["Requester id"],
    "created_at": ["Created at"],
}
_CAPITALISED = ["id", "status", "priority", "group", "assignee", "organization"]
_NAMES = [
    "group_id", "assignee_id", "brand_id", "organization_id", "ticket_form_id", "submitter_id", "problem_id",
]  # fmt: skip
_COMMENT = ["id", "author_id", "public", "created_at", "via.channel"]
_USER = ["id", "email", "phone", "role", "default_group_id", "locale"]


def _in(wrapper: str, names: Spellings) -> Spellings:
    """The same names also as those of an object within a `wrapper`."""
    return {
        name: [*headings, *(f"{wrapper}.{heading}" for heading in (*headings, name))]
        for name, headings in names.items()
    }


SPELLINGS: dict[str, Spellings] = {
    "ticket": _in("ticket", {**{name: [name] for name in [*_NAMES, *_CAPITALISED]}, **_TICKET}),
    "user": _in("user", {name: [name] for name in _USER}),
}
KNOWN_BY = {
    "ticket": [
        ["Id", "Requester id", "Created at", "Status"],
        ["requester_id", "submitter_id", "comments"],
        ["ticket.id", "ticket.requester_id"],
    ],
    "user": [["id", "role", "iana_time_zone"], ["user.id", "user.role"]],
    "ticket_audit": [["ticket_id", "author_id", "events"]],
}
PARTS = (
    Part(
        "ticket_comment",
        "ticket",
        ("comments", "ticket.comments"),
        None,
        _in("ticket", {"ticket_id": ["id"], **{name: [f"comments.{name}"] for name in _COMMENT}}),
    ),
    Part(
        "ticket_tag",
        "ticket",
        ("tags", "ticket.tags"),
        " ",
        {"ticket_id": ["id", "ticket.id"], "tag": ["tags", "ticket.tags"]},
    ),
    Part(
        "ticket_field_history",
        "ticket_audit",
        ("events",),
        None,
        {name: [f"events.{name}"] for name in ("id", "field_name", "value")},
    ),
)
