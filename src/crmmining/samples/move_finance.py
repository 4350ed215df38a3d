"""The second stage of moving into a home: the mortgage and, beside it, the property survey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.clock import (
    DAY,
    HOUR,
    NEVER,
    OFFICE,
    START,
    SURVEYORS,
    Bools,
    Floats,
    Ints,
    london_weekday,
)
from crmmining.samples.deals import Deals, enter_stages
from crmmining.samples.entries import OnlineStep, enter_creation, enter_statuses
from crmmining.samples.ledger import NOBODY
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import draw_users
from crmmining.samples.words import CASE_TYPE, ORIGIN, SUBJECT

OFFER_PROMISE_HOURS = 80.0  # ten business days
FRIDAY = 4


@dataclass(frozen=True)
class Finance:
    """Moments of the second stage, a row per goal; `late` is where the offer broke its promise."""

    enquiry: Floats
    income: Floats
    valued: Floats
    ordered: Floats
    visited: Floats
    reported: Floats
    late: Bools
    offer: Floats
    revised: Floats
    second_call: Floats
    accepting: OnlineStep

    @property
    def last_offer(self) -> Floats:
        """The offer that counts: the revised one where there is one."""
        return np.where(np.isfinite(self.revised), self.revised, self.offer)


def finance_home(s: Setting, enquiry: Floats, accepts: Bools, may_fail: Bools) -> Finance:
    """Draw the second stage of goals whose mortgage is enquired for at these moments."""
    m, n = s.moments, len(enquiry)
    ordered = m.customer(enquiry, 0.05, 1.1)
    visited = _visit(s, ordered)
    reported = m.office(visited, 0.5, 1.5)
    income = m.worked(enquiry, 5, 30)
    valued = _apart(m.worked(visited, 1, 9), reported)
    income = _apart(income, ordered, visited, reported, valued)
    ready = np.maximum(np.maximum(income, valued), reported)
    offer, late = _offer(s, enquiry, ready)
    revised = np.where(m.chance(0.2, n), m.worked(offer, 6, 18), NEVER)
    last_offer = np.where(np.isfinite(revised), revised, offer)
    tried = np.where(accepts, m.customer(last_offer, 0.5, 3.2), NEVER)
    return Finance(
        enquiry=enquiry,
        income=income,
        valued=valued,
        ordered=ordered,
        visited=visited,
        reported=reported,
        late=late,
        offer=offer,
        revised=revised,
        second_call=np.where(m.chance(0.1, n), m.worked(last_offer, 0.3, 3), NEVER),
        accepting=OnlineStep(s, tried, may_fail),
    )


def enter_finance(
    s: Setting, finance: Finance, decisions: dict[str, Floats], begun: Begun, mortgage: Ints
) -> None:
    """Enter mortgage and survey; `decisions` tells when the mortgage took its last stages."""
    m, n, goal = s.moments, len(begun), begun.goal
    amount = (m.rng.gamma(9, 25_000, n) // 1000 * 1000).clip(60_000, 900_000)
    owner = draw_users(m.rng, "Lending", n)
    deals = Deals(begun, mortgage, owner, amount, due=finance.enquiry + 35 * DAY)
    s.ledger.add("opportunity", finance.enquiry, goal, key=mortgage, customer=begun.customer)
    stages = {
        "Mortgage enquiry": finance.enquiry,
        "Income checked": finance.income,
        "Property valued": finance.valued,
        "Offer sent": finance.offer,
        "Offer revised": finance.revised,
        "Offer accepted": finance.accepting.done,
        **decisions,
    }
    enter_stages(s, deals, stages)
    postponed = np.where(m.chance(0.10, n), m.soon(finance.enquiry, 3, 28), NEVER)
    enter_stages(s, deals.changed(later=7 * DAY), {"Mortgage enquiry": postponed})
    changed = np.where(m.chance(0.20, n), m.soon(finance.offer, 3, 28), NEVER)
    more = 1000 * m.rng.integers(-15, 16, n).astype(np.float64)
    enter_stages(s, deals.changed(more=more), {"Offer sent": changed})
    s.ledger.add(
        "task", finance.second_call, goal, customer=begun.customer, opportunity=mortgage,
        subject=SUBJECT["Adviser call"], owner=owner,
    )  # fmt: skip
    _enter_survey(s, finance, begun, mortgage)


def _apart(time: Floats, *others: Floats) -> Floats:
    """The moments, a second on where work at the same time shares them: no order hangs on rows."""
    for _ in others:
        for other in others:
            time = np.where(time == other, time + 1, time)
    return time


def _visit(s: Setting, ordered: Floats) -> Floats:
    """Two days on average after the order; orders of Friday to Sunday wait longer."""
    m, n = s.moments, len(ordered)
    late_week = london_weekday(np.where(np.isfinite(ordered), ordered, 0.0)) >= FRIDAY
    extra = late_week * s.effects.weekday_delay_days * m.between(0.5, 1.5, n)
    return m.at_work(SURVEYORS, ordered + (m.between(0.9, 3.1, n) + extra) * DAY, ordered)


def _offer(s: Setting, enquiry: Floats, ready: Floats) -> tuple[Floats, Bools]:
    """Offers clearly within the promise or clearly beyond, and never before all is checked."""
    m, n = s.moments, len(enquiry)
    promised = OFFER_PROMISE_HOURS * HOUR
    comes = np.isfinite(ready)
    since, until = np.where(comes, enquiry, START), np.where(comes, ready, START)
    used = OFFICE.elapsed(until) - OFFICE.elapsed(since)
    needed = np.where(comes, used / promised + 0.02, 0.0)
    late = m.chance(s.effects.lending_broken, n) | (needed > 0.93)
    low = np.maximum(needed, np.where(late, 1.06, 0.5))
    high = np.where(late, np.maximum(1.32, low + 0.1), 0.94)
    return OFFICE.add(enquiry, (low + (high - low) * m.rng.random(n)) * promised), late


def _enter_survey(s: Setting, finance: Finance, begun: Begun, mortgage: Ints) -> None:
    m, n, goal = s.moments, len(begun), begun.goal
    key, owner = s.ledger.reserve("case", n), draw_users(m.rng, "Surveying", n)
    s.ledger.add(
        "case", finance.ordered, goal, key=key, customer=begun.customer,
        type=CASE_TYPE["Property survey"], origin=ORIGIN["Web"],
        opportunity=np.where(m.chance(0.85, n), mortgage, NOBODY),
    )  # fmt: skip
    enter_creation(s, goal, finance.ordered, key, owner)
    way = {"Visited": finance.visited, "Closed": finance.reported}
    enter_statuses(s, goal, key, owner, way)
