"""The goal "Understand my bill": half of the customers are called before a higher bill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.cases import Closings, first_cases, work_off
from crmmining.samples.clock import DAY, HOUR, NEVER, Bools, Floats, Ints, to_london, to_utc
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.entries import enter_calls
from crmmining.samples.ledger import NOBODY
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.staff import QUEUES, draw_users
from crmmining.samples.survey import on_scale
from crmmining.samples.words import CASE_TYPE, ORIGIN, PAGE, REASON, SUBJECT

MOST_CALLS = 5
_CASES_PER_CONTACT = 0.4  # first cases for each call or case that is wanted on average


@dataclass(frozen=True)
class BillGoals:
    """Goals of one pass over the customers of a chunk: what facts are counted from."""

    begun: Begun
    pilot: Bools
    reached: Bools
    paid: Floats
    account_closed: Floats
    closings: Closings
    calls: Floats  # a column for each call before any case; the later ones are in `closings`
    score: Ints


def live_bill_goals(s: Setting, customer: Ints, begins: Floats) -> BillGoals:
    """Draw goals that begin on the days of these moments, one for each customer given.

    All their rows are entered. Whether a goal is reached hangs on the pilot alone.
    """
    m, n = s.moments, len(customer)
    begun = Begun(s.ledger.begin_goals(n), customer)
    pilot = m.chance(0.5, n)
    notice = _be_told(s, begun, pilot, begins)
    last = _view(s, begun, notice)
    expected_calls, expected_cases = _expected(s.effects, pilot)
    calls = _calls(s, m.rng.poisson(expected_calls), notice, last)
    last = np.maximum(last, _last_of(calls))
    closings = _ask(s, begun, m.chance(expected_cases, n), calls, last)
    last = last.copy()
    np.maximum.at(last, begun.place(closings.goal), closings.ended)

    shares = s.effects.reached_after_proactive_call, s.effects.reached_after_shock
    reached = m.chance(np.where(pilot, *shares), n)
    paid = np.where(reached, m.customer(last, 0.3, 5), NEVER)
    s.ledger.add("web", paid, begun.goal, customer=customer, page=PAGE["Pay bill"])
    gone = np.where(~reached & m.chance(0.35, n), m.phone(last, 0.4, 5), NEVER)
    _enter_task(s, begun, gone, "Account closed", draw_users(m.rng, "Customer care", n))
    return BillGoals(
        begun=begun,
        pilot=pilot,
        reached=reached,
        paid=paid,
        account_closed=gone,
        closings=closings,
        calls=calls,
        score=_scores(s, begun, np.where(pilot, 4.5, 3.7), reached, calls, closings),
    )


def contacts_per_case(effects: HomeMoveEffects) -> float:
    """Cases and calls that one case brings with it, itself included, if some are not solved.

    >>> contacts_per_case(HomeMoveEffects(false_closure=0))
    1.0
    """
    new_case = effects.false_closure * effects.comes_back_as_new_case
    reopened = effects.false_closure * effects.comes_back_reopened
    call = effects.false_closure - new_case - reopened
    return 1 + (new_case + call) / (1 - new_case - reopened)


def _expected(effects: HomeMoveEffects, pilot: Bools) -> tuple[Floats, Floats]:
    """Expected first calls and first cases; with all comings back they meet the planted mean."""
    shares = effects.inbound_after_proactive_call, effects.inbound_after_shock
    wanted = np.where(pilot, *shares)
    cases = np.minimum(wanted * _CASES_PER_CONTACT, 0.95)
    return np.maximum(wanted - cases * contacts_per_case(effects), 0), cases


def _be_told(s: Setting, begun: Begun, pilot: Bools, begins: Floats) -> Floats:
    """The pilot's call two or three days ahead, then the notice, mailed in the morning."""
    m, n = s.moments, len(begun)
    owner = draw_users(m.rng, "Billing", n)
    told = m.office(begins, 0.05, 0.4)
    _enter_task(s, begun, np.where(pilot, told, NEVER), "Proactive bill call", owner)
    day = np.where(pilot, told + m.rng.integers(2, 4, n) * DAY, begins)
    morning = to_utc(to_london(day) // DAY * DAY + 7 * HOUR)
    notice = np.floor(morning + m.between(0, 2, n) * HOUR)
    _enter_task(s, begun, notice, "Higher bill notice", owner)
    return notice


def _enter_task(s: Setting, begun: Begun, time: Floats, subject: str, owner: Ints) -> None:
    number = SUBJECT[subject]
    s.ledger.add("task", time, begun.goal, customer=begun.customer, subject=number, owner=owner)


def _view(s: Setting, begun: Begun, notice: Floats) -> Floats:
    """Most look at the bill, some twice; returns the last moment of each goal so far."""
    m, n = s.moments, len(begun)
    first = np.where(m.chance(0.88, n), m.customer(notice, 0.05, 2.2), NEVER)
    second = np.where(m.chance(0.35, n), m.customer(first, 0.2, 2.5), NEVER)
    for viewed in (first, second):
        page = PAGE["View bill"]
        s.ledger.add("web", viewed, begun.goal, customer=begun.customer, page=page)
    last = np.where(np.isfinite(second), second, first)
    return np.where(np.isfinite(last), last, notice)


def _calls(s: Setting, number: Ints, notice: Floats, viewed: Floats) -> Floats:
    """Calls with a question, one after the other, a column each; not entered yet."""
    n = len(notice)
    calls = np.full((n, MOST_CALLS), NEVER)
    since = np.where(s.moments.chance(0.6, n), viewed, notice)
    for nth in range(MOST_CALLS):
        since = s.moments.phone(since + 900, 0.1, 1.8)
        calls[:, nth] = np.where(number > nth, since, NEVER)
    return calls


def _last_of(calls: Floats) -> Floats:
    """When the last call is over, with time to spare; before everything where there was none."""
    last: Floats = np.where(np.isfinite(calls), calls, -np.inf).max(axis=1)
    return last + 900


def _ask(s: Setting, begun: Begun, asks: Bools, calls: Floats, last: Floats) -> Closings:
    """Cases that customers open, some in their last call; enters calls and cases."""
    m, n = s.moments, len(begun)
    called = _last_of(calls)
    on_phone = asks & np.isfinite(called) & m.chance(0.5, n)
    key = np.full(n, NOBODY)
    key[asks] = s.ledger.reserve("case", int(asks.sum()))
    for call in calls.T:
        enter_calls(
            s, begun, call, reason=REASON["Question about bill"], queue=QUEUES.index("Billing"),
            case=np.where(on_phone & (call + 900 == called), key, NOBODY),
        )  # fmt: skip
    opened = np.where(on_phone, m.soon(called, 1, 5), m.customer(last, 0.1, 1.5))
    kind = np.where(m.chance(0.3, n), CASE_TYPE["Complaint"], CASE_TYPE["Billing"])
    origin = np.where(on_phone, ORIGIN["Phone"], m.pick([0.0, 0.5, 0.5], n))
    cases = first_cases(s, begun.only(asks), opened[asks], kind[asks], key=key[asks], origin=origin[asks])
    return work_off(s, cases)


def _scores(
    s: Setting, begun: Begun, start: Floats, reached: Bools, calls: Floats, closings: Closings
) -> Ints:
    """How content each customer is at the end, 1 to 5, answered or not."""
    unsolved = np.bincount(begun.place(closings.goal[closings.came_back]), minlength=len(begun))
    score = start - 0.3 * np.isfinite(calls).sum(axis=1) - 0.7 * unsolved
    score = np.where(reached, score, 2.0) + s.moments.rng.normal(0, 0.7, len(begun))
    return on_scale(score)
