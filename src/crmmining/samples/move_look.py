"""The first stage of moving into a home: searching on the web, becoming a lead, being nurtured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.clock import DAY, NEVER, Bools, Floats, Ints
from crmmining.samples.entries import OnlineStep
from crmmining.samples.ledger import within_window
from crmmining.samples.moments import Moments
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import draw_users
from crmmining.samples.words import PAGE, SUBJECT

MOST_SEARCHES = 8
MOST_MAILS = 4


@dataclass(frozen=True)
class Look:
    """Moments of the first stage, a row per goal; searches and mails with a column for each."""

    searches: Floats
    calculator: Floats
    form: OnlineStep
    mails: Floats
    adviser: Floats
    unqualified: Floats
    enquiry: Floats

    @property
    def lead(self) -> Floats:
        """When the web form made a lead."""
        return self.form.done


def look_for_home(s: Setting, begins: Floats, no_lead: Bools, stays_lead: Bools) -> Look:
    """Draw the first stage of goals that begin at these moments."""
    m, n = s.moments, len(begins)
    searches = _searches(m, begins)
    last_search = _last(searches)
    calculator = np.where(m.chance(0.5, n), m.soon(last_search, 4, 40), NEVER)
    ready = np.where(np.isfinite(calculator), calculator, last_search)
    tried = np.where(no_lead, NEVER, m.customer(ready, 0.05, 2.5))
    form = OnlineStep(s, tried, np.ones(n, dtype=bool))
    mails = _mails(m, form.done)
    silent_early = stays_lead & m.chance(0.5, n)
    adviser = np.where(silent_early, NEVER, m.office(_last(mails), 0.5, 2.0))
    last = np.where(silent_early, _last(mails), adviser)
    given_up = stays_lead & m.chance(0.7, n)
    decided = m.now_and_then(adviser, 0.07, 7, 10)
    return Look(
        searches=searches,
        calculator=calculator,
        form=form,
        mails=mails,
        adviser=adviser,
        unqualified=np.where(given_up, m.office(last, 2.5, 6), NEVER),
        enquiry=np.where(stays_lead, NEVER, m.office(decided, 0.4, 2.6)),
    )


def enter_look(s: Setting, look: Look, begun: Begun, mortgage: Ints) -> None:
    """Enter the first stage; `mortgage` are the keys of opportunities that leads become."""
    m, n, goal, customer = s.moments, len(begun), begun.goal, begun.customer
    for search in look.searches.T:
        s.ledger.add("web", search, goal, customer=customer, page=PAGE["Home search"])
    page = PAGE["Mortgage calculator"]
    s.ledger.add("web", look.calculator, goal, customer=customer, page=page)

    owner, key = draw_users(m.rng, "Marketing", n), s.ledger.reserve("lead", n)
    converted = look.enquiry - m.rng.integers(1, 4, n)
    s.ledger.add(
        "lead", look.lead, goal, key=key, customer=customer, owner=owner, opportunity=mortgage,
        converted=within_window(converted), unqualified=within_window(look.unqualified),
    )  # fmt: skip
    for ending in (converted, look.unqualified):
        s.ledger.extend_goals(goal, ending)
    tasks = [("Nurture mail", mail) for mail in look.mails.T] + [("Adviser call", look.adviser)]
    for subject, time in tasks:
        s.ledger.add("task", time, goal, customer=customer, lead=key, subject=SUBJECT[subject], owner=owner)
    _enter_campaign(s, look, begun, key)


def _enter_campaign(s: Setting, look: Look, begun: Begun, lead: Ints) -> None:
    """Some leads are also put into a campaign, about a day after their first mail at most."""
    m, n = s.moments, len(begun)
    chosen = m.chance(0.15, n) & np.isfinite(look.adviser)
    sent = np.where(chosen, m.soon(look.mails[:, 0], 30, 600), NEVER)
    responded = np.where(m.chance(0.3, n), m.soon(sent, 20, 900), NEVER)
    s.ledger.add(
        "member", sent, begun.goal, customer=begun.customer, lead=lead,
        responded=within_window(responded),
    )  # fmt: skip
    s.ledger.extend_goals(begun.goal, responded)


def _searches(m: Moments, begins: Floats) -> Floats:
    n = len(begins)
    wanted = 1 + m.rng.poisson(2.8, n).clip(0, MOST_SEARCHES - 1)
    searches = np.full((n, MOST_SEARCHES), NEVER)
    searches[:, 0] = begins
    for number in range(1, MOST_SEARCHES):
        previous = searches[:, number - 1]
        pause = m.rng.exponential(1.6, n).clip(0.1, 4.5)
        following = m.customer(previous + pause * DAY, 0, 0.02)
        searches[:, number] = np.where(number < wanted, following, NEVER)
    return searches


def _mails(m: Moments, lead: Floats) -> Floats:
    n = len(lead)
    wanted = 1 + m.pick([0.60, 0.29, 0.09, 0.02], n)
    mails = np.full((n, MOST_MAILS), NEVER)
    mails[:, 0] = m.soon(lead, 20, 1200)
    for number in range(1, MOST_MAILS):
        following = m.soon(mails[:, number - 1], 1.7 * 1440, 3.0 * 1440)
        mails[:, number] = np.where(number < wanted, following, NEVER)
    return mails


def _last(moments: Floats) -> Floats:
    """The last moment of each row that comes at all; `NEVER` where none does."""
    come = np.where(np.isfinite(moments), moments, -np.inf).max(axis=1)
    return np.where(np.isfinite(come), come, NEVER)
