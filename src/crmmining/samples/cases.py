"""Complaints and billing questions: answered, closed as done, and back if nothing was solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.clock import DAY, HOUR, NEVER, OFFICE, Bools, Floats, Ints
from crmmining.samples.entries import enter_calls, enter_creation
from crmmining.samples.ledger import NOBODY
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import QUEUES, draw_users
from crmmining.samples.words import CASE_TYPE, REASON, STATUS

REOPENED, NEW_CASE, CALLED, SOLVED = 0, 1, 2, 3
MOST_ROUNDS = 6
COMPLAINT_PROMISE_HOURS = 16.0  # two business days
CALM_DAYS = 8.0  # after a closing nobody asks again, unless coming back was planted
ORIGIN_SHARES = [0.45, 0.25, 0.3]  # phone, web, e-mail


@dataclass(frozen=True)
class Asked:
    """Customers who open a case or reopen one, a row each, with the moment and what it is about."""

    who: Begun
    time: Floats
    type: Ints
    opportunity: Ints
    key: Ints
    origin: Ints
    parent: Ints  # the case it follows; of a reopening the case itself
    is_new: Bools

    @property
    def is_billing(self) -> Bools:
        """Billing questions; the others are complaints."""
        billing: Bools = self.type == CASE_TYPE["Billing"]
        return billing


@dataclass(frozen=True)
class Closings:
    """Every closing of a complaint or billing case, one row each, seconds UTC.

    `way` is how it came back (`SOLVED` if it did not) and `returned` when; `asked` the moment of
    the new case that this closing answers (`NEVER` if it was a reopening), `answered` its answer.
    """

    goal: Ints
    type: Ints
    asked: Floats
    answered: Floats
    closed: Floats
    way: Ints
    returned: Floats

    @property
    def came_back(self) -> Bools:
        """Where nothing was solved."""
        unsolved: Bools = self.way != SOLVED
        return unsolved

    @property
    def ended(self) -> Floats:
        """The closing, or the coming back after it with the length of a call."""
        return np.where(np.isfinite(self.returned), self.returned + 900, self.closed)

    def calm(self, goal: Ints, time: Floats) -> Bools:
        """True where no case of that goal was closed in the days before the moment."""
        if not len(self.goal):
            return np.ones(len(goal), dtype=bool)
        span = 1e11
        closed = np.where(np.isfinite(self.closed), self.closed, span / 2)
        closings = np.sort(self.goal * span + closed)
        moment = goal * span + np.where(np.isfinite(time), time, span / 2)
        last = np.searchsorted(closings, moment, side="right") - 1
        since = moment - closings[np.maximum(last, 0)]
        return (last < 0) | (since > CALM_DAYS * DAY)


def first_cases(s: Setting, who: Begun, time: Floats, type_: Ints, **known: Ints) -> Asked:
    """Cases opened for the first time; `known` may tell opportunity, key and origin."""
    n = len(who)
    return Asked(
        who=who,
        time=time,
        type=type_,
        opportunity=known.get("opportunity", np.full(n, NOBODY)),
        key=known["key"] if "key" in known else s.ledger.reserve("case", n),
        origin=known["origin"] if "origin" in known else s.moments.pick(ORIGIN_SHARES, n),
        parent=np.full(n, NOBODY),
        is_new=np.ones(n, dtype=bool),
    )


def work_off(s: Setting, asked: Asked) -> Closings:
    """Run the cases round by round until each is solved, and enter them.

    Each closing leaves its customer unsolved with the share `effects.false_closure`; within six
    days such a customer reopens the case, opens a new one of the same type, or calls (then it
    is settled in the call). The last round solves everything.
    """
    rounds: list[Closings] = []
    for number in range(MOST_ROUNDS):
        _open(s, asked)
        answered, closed = _settle(s, asked)
        way = _ways(s, len(closed), last_round=number == MOST_ROUNDS - 1)
        returned = _come_back(s, asked, closed, way)
        opened = np.where(asked.is_new, asked.time, NEVER)
        rounds.append(Closings(asked.who.goal, asked.type, opened, answered, closed, way, returned))
        asked = _ask_again(s, asked, returned, way)
    return _joined(rounds)


def _open(s: Setting, asked: Asked) -> None:
    m, n, goal = s.moments, len(asked.who), asked.who.goal
    users = _users(s, asked)
    opened = np.where(asked.is_new, asked.time, NEVER)
    s.ledger.add(
        "case", opened, goal, key=asked.key, customer=asked.who.customer, type=asked.type,
        origin=asked.origin, opportunity=asked.opportunity,
        parent=np.where(m.chance(0.4, n), asked.parent, NOBODY),
    )  # fmt: skip
    enter_creation(s, goal, opened, asked.key, users)
    s.ledger.add(
        "case_change", np.where(asked.is_new, NEVER, asked.time), goal, case=asked.key,
        old=STATUS["Closed"], new=STATUS["Reopened"], user=users,
    )  # fmt: skip


def _settle(s: Setting, asked: Asked) -> tuple[Floats, Floats]:
    m, n, goal = s.moments, len(asked.who), asked.who.goal
    broken = m.chance(s.effects.complaints_broken, n)
    used = np.where(broken, m.between(1.06, 1.7, n), m.between(0.08, 0.85, n))
    promised = asked.is_new & ~asked.is_billing
    hours = np.where(promised, used * COMPLAINT_PROMISE_HOURS, m.between(0.5, 9, n))
    answered = OFFICE.add(asked.time, hours * HOUR)
    closed = m.worked(answered, 0.5, 6)
    before = np.where(asked.is_new, STATUS["New"], STATUS["Reopened"])
    reply = np.where(asked.is_billing, STATUS["Explained"], STATUS["Answered"])
    users = _users(s, asked)
    for time, old, new in ((answered, before, reply), (closed, reply, STATUS["Closed"])):
        s.ledger.add("case_change", time, goal, case=asked.key, old=old, new=new, user=users)
    return answered, closed


def _users(s: Setting, asked: Asked) -> Ints:
    rng, n = s.moments.rng, len(asked.who)
    care = draw_users(rng, "Customer care", n)
    return np.where(asked.is_billing, draw_users(rng, "Billing", n), care)


def _ways(s: Setting, n: int, *, last_round: bool) -> Ints:
    reopened, new_case = s.effects.comes_back_reopened, s.effects.comes_back_as_new_case
    way = s.moments.pick([reopened, new_case, 1 - reopened - new_case], n)
    unsolved = s.moments.chance(0.0 if last_round else s.effects.false_closure, n)
    return np.where(unsolved, way, SOLVED)


def _come_back(s: Setting, asked: Asked, closed: Floats, way: Ints) -> Floats:
    """When customers come back, if they do; those who call are entered here."""
    called = np.where(way == CALLED, s.moments.phone(closed, 0.2, 4.9), NEVER)
    care, billing = QUEUES.index("Customer care"), QUEUES.index("Billing")
    enter_calls(
        s, asked.who, called,
        reason=np.where(asked.is_billing, REASON["Question about bill"], REASON["Chase status"]),
        queue=np.where(asked.is_billing, billing, care),
    )  # fmt: skip
    again = s.moments.customer(closed, 0.3, 4.9)
    return np.where(way == SOLVED, NEVER, np.where(way == CALLED, called, again))


def _ask_again(s: Setting, asked: Asked, returned: Floats, way: Ints) -> Asked:
    """The cases of the next round, reopened or new."""
    back = (way == REOPENED) | (way == NEW_CASE)
    is_new = way[back] == NEW_CASE
    keys = asked.key[back].copy()
    keys[is_new] = s.ledger.reserve("case", int(is_new.sum()))
    return Asked(
        who=asked.who.only(back),
        time=returned[back],
        type=asked.type[back],
        opportunity=asked.opportunity[back],
        key=keys,
        origin=s.moments.pick(ORIGIN_SHARES, int(back.sum())),
        parent=asked.key[back],
        is_new=is_new,
    )


def _joined(rounds: list[Closings]) -> Closings:
    names = ("goal", "type", "asked", "answered", "closed", "way", "returned")
    return Closings(*(np.concatenate([getattr(part, name) for part in rounds]) for name in names))
