"""Trouble on the way to a home: complaints, failing online steps, calls for status."""

from __future__ import annotations

import numpy as np

from crmmining.samples.cases import Closings, first_cases, work_off
from crmmining.samples.clock import DAY, HOUR, NEVER, OFFICE, Bools, Floats, Ints
from crmmining.samples.entries import OnlineStep, enter_calls
from crmmining.samples.ledger import NOBODY
from crmmining.samples.move_finance import OFFER_PROMISE_HOURS, Finance
from crmmining.samples.move_insure import Insure
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import QUEUES
from crmmining.samples.words import CASE_TYPE, PAGE, REASON

MOST_CHASES = 3
AFTER_OFFER, WHILE_WAITING, AFTER_QUOTE = range(3)


def complain(
    s: Setting, begun: Begun, complains: Bools, finance: Finance, insure: Insure,
    deals: tuple[Ints, Ints],
) -> Closings:  # fmt: skip
    """Complaints after an offer, in the white space, or after the quote, if the goal gets there.

    `deals` are the keys of mortgage and insurance; half of the complaints say which they mean.
    """
    m, n = s.moments, len(begun)
    after_offer = m.customer(finance.offer, 0.1, 0.8)
    waiting = m.customer(insure.asked, 2, 5)
    after_quote = m.customer(insure.quote, 0.1, 0.7)
    place = m.pick([0.35, 0.45, 0.20], n)
    place = np.where((place == AFTER_QUOTE) & ~np.isfinite(after_quote), WHILE_WAITING, place)
    place = np.where((place == WHILE_WAITING) & ~np.isfinite(waiting), AFTER_OFFER, place)
    time = np.choose(place, (after_offer, waiting, after_quote))
    about = np.where(place == AFTER_QUOTE, deals[1], deals[0])
    named = np.where(m.chance(0.5, n), about, NOBODY)
    who = begun.only(complains)
    kind = np.full(len(who), CASE_TYPE["Complaint"])
    return work_off(s, first_cases(s, who, time[complains], kind, opportunity=named[complains]))


def enter_failures(s: Setting, begun: Begun, steps: tuple[OnlineStep, ...]) -> None:
    """Enter online steps that failed and the calls of those who then asked for help."""
    page, reason = PAGE["Online step failed"], REASON["Help after online step"]
    for step in steps:
        s.ledger.add("web", step.failed, begun.goal, customer=begun.customer, page=page)
        queue = QUEUES.index("Customer care")
        enter_calls(s, begun, step.called, reason=reason, queue=queue)


def chase(s: Setting, begun: Begun, finance: Finance, insure: Insure, closings: Closings) -> Ints:
    """Enter calls for status, when an offer is late and in the white space.

    Returns how many for each goal. Within days of a closed complaint nobody chases.
    """
    m, n = s.moments, len(begun)
    promised = OFFICE.add(finance.enquiry, OFFER_PROMISE_HOURS * HOUR)
    impatient = finance.late & m.chance(0.4, n)
    chases = _chase_between(
        s, begun, np.where(impatient, promised, NEVER), finance.offer, closings, "Lending"
    )
    asked = np.where(np.isfinite(insure.asked), insure.asked, 0.0)
    until = np.where(np.isfinite(insure.opened), insure.opened, asked + 9 * DAY)
    days = np.where(np.isfinite(insure.asked), (until - asked) / DAY, 0.0)
    number = m.rng.poisson(s.effects.chase_per_day * np.maximum(days - 2, 0))
    for nth in range(MOST_CHASES):
        since = np.where((number > nth) & (days > 2.5), asked + 2 * DAY, NEVER)
        queue = "Insurance" if nth else "Customer care"
        chases += _chase_between(s, begun, since, until, closings, queue)
    return chases


def _chase_between(
    s: Setting, begun: Begun, since: Floats, until: Floats, closings: Closings, queue: str
) -> Ints:
    happens = np.isfinite(since) & np.isfinite(until)
    span = np.where(happens, until, 0) - np.where(happens, since, 0)
    wanted = since + np.where(happens, s.moments.rng.random(len(begun)) * span, NEVER)
    time = s.moments.phone(wanted, 0, 0.01)
    fits = (time < until - 1200) & closings.calm(begun.goal, time)
    time = np.where(fits, time, NEVER)
    enter_calls(s, begun, time, reason=REASON["Chase status"], queue=QUEUES.index(queue))
    return np.isfinite(time).astype(np.int64)
