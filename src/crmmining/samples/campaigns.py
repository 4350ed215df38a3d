"""The campaigns of the window, one after the other; one of them is called NA."""

from __future__ import annotations

import datetime as dt

import numpy as np

from crmmining.samples.clock import DAY, Ints
from crmmining.samples.sheets import Sheet
from crmmining.samples.staff import DEPARTMENTS
from crmmining.samples.text import instants, salesforce_ids, same, words

CAMPAIGNS = (
    "Spring movers 2025", "First home evening", "Summer rates 2025", "NA", "Autumn movers 2025",
    "New year, new home", "Spring movers 2026", "Switch and save",
)  # fmt: skip
_FIRST = dt.datetime(2024, 12, 2, 9, tzinfo=dt.UTC).timestamp()
_APART = 72 * DAY


def campaign_of(time: Ints) -> Ints:
    """The campaign that was running at these moments."""
    return ((time - _FIRST) // _APART).astype(np.int64).clip(0, len(CAMPAIGNS) - 1)


def campaign_sheet() -> Sheet:
    """The campaigns in the shape of Salesforce's weekly export."""
    number = np.arange(len(CAMPAIGNS))
    n, begins = len(number), _FIRST + number * _APART
    columns = {
        "Id": salesforce_ids("701", number),
        "Name": words(CAMPAIGNS, number),
        "ParentId": salesforce_ids("701", np.full(n, -1)),
        "Type": same("Email", n),
        "Status": words(("Completed", "In Progress"), number == n - 1),
        "StartDate": instants(begins // DAY * DAY),
        "EndDate": instants((begins + _APART) // DAY * DAY),
        "OwnerId": salesforce_ids("005", np.array(DEPARTMENTS["Marketing"])[number % 6]),
        "CreatedDate": instants(begins - 7 * DAY),
    }
    return Sheet("salesforce/Campaign.csv", columns, np.full(n, -1))
