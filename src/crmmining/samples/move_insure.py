"""The last stages of moving into a home: insurance, picked up late, and the move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.clock import DAY, NEVER, OFFICE, Bools, Floats, Ints
from crmmining.samples.deals import Deals, enter_stages
from crmmining.samples.entries import OnlineStep, enter_creation, enter_statuses
from crmmining.samples.ledger import NOBODY
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import draw_users
from crmmining.samples.words import CASE_TYPE, OPPORTUNITY_TYPE, ORIGIN, PAGE

QUOTE_PROMISE_DAYS = 10.0  # calendar days from asking on the web to the quote


@dataclass(frozen=True)
class Insure:
    """Moments of insurance and move, a row per goal; `asking.done` opens the white space."""

    asking: OnlineStep
    opened: Floats
    quote: Floats
    accepted: Floats
    issued: Floats
    declined: Floats
    booked: Floats
    utilities: Floats
    keys: Floats

    @property
    def asked(self) -> Floats:
        """When the customer asked for insurance on the web: no record tells of it."""
        return self.asking.done

    @property
    def white_space(self) -> Floats:
        """Seconds until somebody opened an insurance opportunity; `NEVER` where nobody did."""
        asked = np.where(np.isfinite(self.asked), self.asked, 0.0)
        return np.where(np.isfinite(self.asked), self.opened - asked, NEVER)

    @property
    def over_promise(self) -> Floats:
        """Seconds by which the quote came later than promised; 0 in time, `NEVER` without one."""
        asked = np.where(np.isfinite(self.asked), self.asked, 0.0)
        over = self.quote - asked - QUOTE_PROMISE_DAYS * DAY
        return np.where(np.isfinite(self.asked), np.maximum(over, 0.0), NEVER)


@dataclass(frozen=True)
class Intent:
    """How far a goal goes after the approval: picked up by anybody, moved in at last."""

    picked_up: Bools
    moves_in: Bools
    may_fail: Bools


def insure_and_move(s: Setting, approved: Floats, intent: Intent) -> Insure:
    """Draw the stages after these approvals."""
    m, n = s.moments, len(approved)
    asking = OnlineStep(s, m.customer(approved, 1, 4), intent.may_fail)
    opened = np.where(intent.picked_up, _pick_up(s, asking.done), NEVER)
    quote = m.worked(opened, 1, 5)
    wants = m.chance(0.88, n)
    decided = m.customer(m.now_and_then(quote, 0.07, 4, 8), 0.4, 2.8)
    accepted = np.where(intent.moves_in & wants, decided, NEVER)
    declined = np.where(intent.moves_in & ~wants, decided, NEVER)
    issued = m.worked(accepted, 3, 13)
    booked = m.customer(np.minimum(issued, declined), 0.8, 4.5)
    utilities = m.office(booked, 2, 5)
    return Insure(
        asking=asking,
        opened=opened,
        quote=quote,
        accepted=accepted,
        issued=issued,
        declined=declined,
        booked=booked,
        utilities=utilities,
        keys=m.office(m.now_and_then(utilities, 0.10, 4, 8), 1.5, 5.5),
    )


def enter_insure(
    s: Setting, insure: Insure, keys: Floats, begun: Begun, mortgage: Ints, insurance: Ints
) -> None:
    """Enter insurance and move; `keys` is when they were handed over at last."""
    m, n, goal = s.moments, len(begun), begun.goal
    page = PAGE["Ask for insurance"]
    s.ledger.add("web", insure.asked, goal, customer=begun.customer, page=page)
    owner, amount = draw_users(m.rng, "Insurance", n), m.rng.integers(180, 720, n).astype(float)
    s.ledger.add(
        "opportunity", insure.opened, goal, key=insurance, customer=begun.customer,
        type=OPPORTUNITY_TYPE["Home insurance"],
        referred_from=np.where(m.chance(0.7, n), mortgage, NOBODY),
    )  # fmt: skip
    stages = {
        "Insurance opened": insure.opened,
        "Insurance quote sent": insure.quote,
        "Insurance quote accepted": insure.accepted,
        "Policy issued": insure.issued,
        "Insurance declined by customer": insure.declined,
    }
    deals = Deals(begun, insurance, owner, amount, due=insure.opened + 14 * DAY)
    enter_stages(s, deals, stages)
    repriced = np.where(m.chance(0.12, n), m.soon(insure.quote, 3, 28), NEVER)
    enter_stages(s, deals.changed(more=-24.0), {"Insurance quote sent": repriced})
    _enter_move(s, insure, keys, begun, mortgage)


def _enter_move(s: Setting, insure: Insure, keys: Floats, begun: Begun, mortgage: Ints) -> None:
    m, n, goal = s.moments, len(begun), begun.goal
    case, owner = s.ledger.reserve("case", n), draw_users(m.rng, "Home services", n)
    s.ledger.add(
        "case", insure.booked, goal, key=case, customer=begun.customer,
        type=CASE_TYPE["Move-in"], origin=ORIGIN["Web"],
        opportunity=np.where(m.chance(0.85, n), mortgage, NOBODY),
    )  # fmt: skip
    enter_creation(s, goal, insure.booked, case, owner)
    way = {"Utilities switched": insure.utilities, "Closed": keys}
    enter_statuses(s, goal, case, owner, way)


def _pick_up(s: Setting, asked: Floats) -> Floats:
    """When somebody opens an opportunity: nobody owns the time until then."""
    m, n = s.moments, len(asked)
    shape = max(s.effects.white_space_shape, 1e-9)
    days = m.rng.gamma(shape, s.effects.white_space_days / shape, n)
    at_least = np.floor(asked + m.between(10, 60, n) * 60)
    return m.at_work(OFFICE, np.maximum(asked + days * DAY, at_least), asked)
