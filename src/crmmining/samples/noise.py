"""What serves no goal: home page and bill views, early campaign mails, calls of unknown people."""

from __future__ import annotations

import numpy as np

from crmmining.samples.clock import DAY, END, HOUR, NEVER, START, Bools, Floats, Ints
from crmmining.samples.entries import enter_calls
from crmmining.samples.ledger import NOBODY, within_window
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import QUEUES
from crmmining.samples.words import PAGE, REASONS

VISITS_PER_CUSTOMER = 2.4
BILL_VIEWS_PER_CUSTOMER = 2.6  # of those whose bill never goes up
MAILS_PER_CUSTOMER = 0.35
UNKNOWN_CALLS_PER_CUSTOMER = 0.008
_QUEUE_OF_REASON = ("Customer care", "Customer care", "Billing")


def enter_noise(s: Setting, customer: Ints, known_from: Floats, first_goal: Floats, has_bill: Bools) -> None:
    """Enter noise for the customers of a chunk.

    `known_from` is when a customer became a contact (`NEVER`: not so far), `first_goal` when the
    first goal began: campaign mails come between the two, so that they serve no goal. Customers
    with a goal about their bill (`has_bill`) look at bills within that goal only.
    """
    m = s.moments
    visitor = np.repeat(customer, m.rng.poisson(VISITS_PER_CUSTOMER, len(customer)))
    s.ledger.add("web", m.begins(len(visitor)), customer=visitor, page=PAGE["Home page"])
    views = np.where(has_bill, 0, m.rng.poisson(BILL_VIEWS_PER_CUSTOMER, len(customer)))
    viewer = np.repeat(np.arange(len(customer)), views)
    viewed = m.begins(len(viewer))
    viewed = np.where(viewed > known_from[viewer], viewed, NEVER)
    s.ledger.add("web", viewed, customer=customer[viewer], page=PAGE["View bill"])

    number = m.rng.poisson(MAILS_PER_CUSTOMER, len(customer))
    reader = np.repeat(np.arange(len(customer)), number)
    sent = np.floor(m.between(START + 9 * HOUR, END - 5 * DAY, len(reader)))
    fits = (sent > known_from[reader]) & (sent < first_goal[reader] - 6 * DAY)
    sent = np.where(fits, sent, NEVER)
    responded = np.where(m.chance(0.12, len(reader)), m.customer(sent, 0.1, 3), NEVER)
    s.ledger.add("member", sent, customer=customer[reader], responded=within_window(responded))
    _enter_unknown_calls(s, int(np.ceil(UNKNOWN_CALLS_PER_CUSTOMER * len(customer))))


def _enter_unknown_calls(s: Setting, n: int) -> None:
    nobody = Begun(np.full(n, NOBODY), np.full(n, NOBODY))
    reason = s.moments.rng.integers(len(REASONS), size=n)
    queue = np.array([QUEUES.index(name) for name in _QUEUE_OF_REASON])[reason]
    begins = s.moments.phone(s.moments.begins(n), 0, 0.1)
    enter_calls(s, nobody, begins, reason=reason, queue=queue)
