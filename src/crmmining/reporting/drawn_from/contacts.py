"""Goals in which the company spoke first, beside the others."""

from __future__ import annotations

from typing import Literal

from crmmining.comparison.contacts import Contacts
from crmmining.estimates import Estimate as Measured
from crmmining.reporting.drawn_from.measured import drawn_estimate
from crmmining.reporting.figures.difference import Difference, MeasureRow

Unit = Literal["share", "days", "points", "count"]
Better = Literal["higher", "lower"]


def contact_data(result: Contacts) -> Difference:
    """Goals in which the company spoke first against the others."""

    def measure(key: str, name: str, unit: Unit, better: Better, difference: Measured) -> MeasureRow:
        first, others = result.groups[key]
        return MeasureRow(
            name, unit, drawn_estimate(others), drawn_estimate(first), drawn_estimate(difference), better
        )

    rows = (
        measure("reached", "Goal reached", "share", "higher", result.reached),
        measure("inbound contacts", "Contacts by the customer", "count", "lower", result.fewer_inbound),
        measure("satisfaction", "Satisfaction answered", "points", "higher", result.satisfaction),
    )
    return Difference("customer spoke first", "company spoke first", rows)
