"""How HubSpot's own exports of records write what the preset reads: the labels of properties as headings.

An export is a file per object and view, called ``hubspot-crm-exports-all-deals-2025-03-31.csv``; what a
record is associated with stands in one cell, ids between semicolons. When a stage was entered last has a
column per stage: ``Date entered "Contract sent (Sales Pipeline)"``.
Source: HubSpot knowledge base, Export your records; default contact, deal, ticket and activity properties;
stage calculated properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from crmmining.sources.presets.headings import Spellings
from crmmining.sources.presets.places import Part

_CONTACTS, _DEALS = "Associated Contact IDs", "Associated Deal IDs"
_ACTIVITY = {
    "engagement_id": ["Record ID"],
    "property_hs_timestamp": ["Activity date"],
    "property_hubspot_owner_id": ["Activity assigned to"],
}

SPELLINGS: dict[str, Spellings] = {
    "contact": {
        "id": ["Record ID", "Contact ID"],
        "property_email": ["Email"],
        "property_phone": ["Phone Number"],
        "property_mobilephone": ["Mobile Phone Number"],
        "property_createdate": ["Create Date"],
        "property_lifecyclestage": ["Lifecycle Stage"],
        "property_hs_lead_status": ["Lead Status"],
        "property_hs_analytics_source": ["Original Source", "Original Traffic Source"],
    },
    "deal": {
        "deal_id": ["Record ID", "Deal ID"],
        "property_createdate": ["Create Date"],
        "property_closedate": ["Close Date"],
        "property_hs_is_closed": ["Is Deal Closed?", "Is Closed"],
        "property_amount": ["Amount"],
        "property_dealname": ["Deal Name"],
        "property_dealtype": ["Deal Type"],
        "deal_pipeline_id": ["Pipeline"],
        "deal_pipeline_stage_id": ["Deal Stage"],
    },
    "ticket": {
        "id": ["Record ID", "Ticket ID"],
        "property_createdate": ["Create date"],
        "property_closed_date": ["Close date"],
        "property_hs_pipeline": ["Pipeline"],
        "property_hs_pipeline_stage": ["Ticket status"],
        "property_hs_ticket_category": ["Category"],
        "property_hs_ticket_priority": ["Priority"],
        "property_source_type": ["Source"],
    },
    "engagement_call": {
        **_ACTIVITY,
        "property_hs_call_direction": ["Call direction"],
        "property_hs_call_status": ["Call status"],
    },
    "engagement_meeting": {
        **_ACTIVITY,
        "property_hs_meeting_start_time": ["Meeting start time"],
        "property_hs_meeting_end_time": ["Meeting end time"],
        "property_hs_meeting_outcome": ["Meeting outcome"],
    },
}
KNOWN_BY = {
    "ticket": [["Record ID", "Ticket status"], ["Ticket ID", "Ticket status"]],
    "deal": [["Record ID", "Deal Stage"], ["Deal ID", "Deal Stage"]],
    "engagement_call": [["Record ID", "Activity date", name] for name in ("Call outcome", "Call direction")],
    "engagement_meeting": [["Record ID", "Meeting start time"]],
    "contact": [["Record ID", "Email", name] for name in ("First Name", "Lifecycle Stage", "Create Date")],
}
PARTS = (
    Part(
        "contact_merge_audit",
        "contact",
        ("Merged object IDs", "Merged Contact IDs"),
        ";",
        {
            "canonical_vid": ["Record ID", "Contact ID"],
            "vid_to_merge": ["Merged object IDs", "Merged Contact IDs"],
        },
    ),
    *(
        Part(table, of, (heading,), ";", {key: ["Record ID", *more], other: [heading]})
        for table, of, key, more, heading, other in (
            ("deal_contact", "deal", "deal_id", ["Deal ID"], _CONTACTS, "contact_id"),
            ("ticket_contact", "ticket", "ticket_id", ["Ticket ID"], _CONTACTS, "contact_id"),
            ("ticket_deal", "ticket", "ticket_id", ["Ticket ID"], _DEALS, "deal_id"),
            ("call_contact", "engagement_call", "engagement_id", [], _CONTACTS, "contact_id"),
            ("call_deal", "engagement_call", "engagement_id", [], _DEALS, "deal_id"),
            ("meeting_contact", "engagement_meeting", "engagement_id", [], _CONTACTS, "contact_id"),
            ("meeting_deal", "engagement_meeting", "engagement_id", [], _DEALS, "deal_id"),
        )
    ),
)


class Entered(NamedTuple):
    """A column that says when a record last entered a stage of a pipeline."""

    column: str
    stage: str
    pipeline: str


def entered(columns: Iterable[str]) -> list[Entered]:
    """The columns that tell when stages were entered.

    >>> [found[1:] for found in entered(['Date entered "Won (EU) (Sales (old))"', "Create date"])]
    [('Won (EU)', 'Sales (old)')]
    """
    found = []
    for column in columns:
        told = re.fullmatch(r"""date entered ["'“](.+)["'”]""", column.strip(), re.IGNORECASE)
        if told and (parted := _stage_and_pipeline(told[1])):
            found.append(Entered(column, *parted))
    return found


def became(columns: Iterable[str]) -> dict[str, str]:
    """The columns that tell when a contact came to a stage of its lifecycle, by the stage's internal name.

    >>> became(["Became a Marketing Qualified Lead Date", "Create Date"])
    {'marketingqualifiedlead': 'Became a Marketing Qualified Lead Date'}
    """
    told = {
        column: re.fullmatch(r"became an? (.+) date", column.strip(), re.IGNORECASE) for column in columns
    }
    return {stage[1].replace(" ", "").lower(): column for column, stage in told.items() if stage}


def _stage_and_pipeline(text: str) -> tuple[str, str] | None:
    """The pipeline is what the last parenthesis holds, whatever parentheses are in it."""
    if not text.endswith(")"):
        return None
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if depth == 0:
            return (text[:place].rstrip(), text[place + 1 : -1]) if text[:place].strip() else None
    return None
