"""Whose turn it is: after each event, who is waited for."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import COMPANY, CUSTOMER, EventLog

COMPANY_TURN, CUSTOMER_TURN, ON_HOLD, UNKNOWN_TURN = range(4)
TURNS = ("waiting for the company", "waiting for the customer", "on hold", "not known")
DEFINITION = (
    "Whose turn it is follows the last contact: after the customer's it is the company's, "
    "after the company's the customer's; before any contact the customer is on their own way. "
    "Looking at a page is no contact."
)


def turns(log: EventLog, on_hold: Collection[str] = ()) -> NDArray[np.int8]:
    """Per event whose turn it is from then on; `on_hold` names the activities that stop the clock."""
    if not log.has("actor"):
        return np.full(log.n_events, UNKNOWN_TURN, np.int8)
    actor = log.columns["actor"]
    contact = log.columns["contact"] > 0 if "contact" in log.columns else np.ones(actor.size, bool)
    hold = events_named(log, on_hold)
    deciding = hold | (contact & ((actor == CUSTOMER) | (actor == COMPANY)))
    last = np.maximum.accumulate(np.where(deciding, np.arange(actor.size), -1))
    starts = np.repeat(log.offsets[:-1], np.diff(log.offsets))
    held = np.maximum(last, 0)
    turn = np.where(hold[held], ON_HOLD, np.where(actor[held] == CUSTOMER, COMPANY_TURN, CUSTOMER_TURN))
    return np.where(last >= starts, turn, CUSTOMER_TURN).astype(np.int8)
