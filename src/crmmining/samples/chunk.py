"""One chunk of customers lives through the window: goals, answers, and the noise around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from crmmining.samples.bill_goal import BillGoals, live_bill_goals
from crmmining.samples.clock import DAY, END, NEVER, START, Bools, Floats, Ints
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.ledger import Ledger
from crmmining.samples.moments import Moments
from crmmining.samples.move_goal import REACHED, MoveGoals, live_move_goals
from crmmining.samples.noise import enter_noise
from crmmining.samples.setting import Setting
from crmmining.samples.survey import answer_by_score, enter_answers
from crmmining.samples.words import GOAL

HAVE_MOVE, HAVE_MOVE_AGAIN = 0.52, 0.06
HAVE_BILL, HAVE_BILL_AGAIN = 0.47, 0.08
PROSPECTS = 0.30  # of those who only want to move: unknown to the bank until converted
APART = (60.0, 150.0)  # days between the end of a goal and its like
Goals = TypeVar("Goals", MoveGoals, BillGoals)


@dataclass(frozen=True)
class Outcomes:
    """Every goal of a chunk in the order of its number: how it ends, in the window or not."""

    name: Ints  # number in `words.GOALS`
    customer: Ints
    reaches: Bools
    ended: Floats
    score: Ints


@dataclass(frozen=True)
class Chunk:
    """What happened to some customers, before it becomes text."""

    customer: Ints
    known_from: Floats  # since when a customer is a contact; NEVER if not within the window
    region: Ints
    persona: Ints
    ledger: Ledger
    outcomes: Outcomes
    moves: tuple[MoveGoals, ...]
    bills: tuple[BillGoals, ...]


def live(rng: np.random.Generator, customer: Ints, effects: HomeMoveEffects) -> Chunk:
    """Let these customers live; the stream of random numbers is used by nobody else."""
    s, n = Setting(Moments(rng), Ledger(), effects), len(customer)
    m = s.moments
    wants_move, wants_bill = m.chance(HAVE_MOVE, n), m.chance(HAVE_BILL, n)
    moves = _live_twice(s, live_move_goals, customer[wants_move], HAVE_MOVE_AGAIN)
    bills = _live_twice(s, live_bill_goals, customer[wants_bill], HAVE_BILL_AGAIN)
    outcomes = _outcomes(s.ledger, moves, bills)
    _answer(s, moves, bills, outcomes)

    known_from = np.floor(m.between(START - 3000 * DAY, START, n))
    known_from[wants_move & ~wants_bill & m.chance(PROSPECTS, n)] = NEVER
    for move in moves:
        np.minimum.at(known_from, move.begun.customer - customer[0], move.look.enquiry)
    enter_noise(s, customer, known_from, _first_goal(s.ledger, customer, outcomes), wants_bill)
    return Chunk(
        customer=customer,
        known_from=known_from,
        region=m.pick([0.14, 0.12, 0.2, 0.18, 0.14, 0.22], n),
        persona=m.pick([0.4, 0.28, 0.2, 0.12], n),
        ledger=s.ledger,
        outcomes=outcomes,
        moves=moves,
        bills=bills,
    )


def _live_twice(
    s: Setting, live_goals: Callable[[Setting, Ints, Floats], Goals], customer: Ints, again: float
) -> tuple[Goals, Goals]:
    """Goals of all these customers, and a second one of some, well after the first is over."""
    m, n = s.moments, len(customer)
    twice = m.chance(again, n)
    begins = np.where(twice, m.begins(n, until=START + 0.4 * (END - START)), m.begins(n))
    first = live_goals(s, customer, begins)
    begins = m.customer(s.ledger.planned_end[first.begun.goal], *APART)
    within = twice & (begins < END)
    return first, live_goals(s, customer[within], begins[within])


def _outcomes(ledger: Ledger, moves: tuple[MoveGoals, ...], bills: tuple[BillGoals, ...]) -> Outcomes:
    n = len(ledger.planned_end)
    name, customer = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    reaches, ended = np.zeros(n, dtype=bool), ledger.planned_end.copy()
    score = np.zeros(n, dtype=np.int64)
    for move in moves:
        goal = move.begun.goal
        reaches[goal] = move.path == REACHED
        explicit = np.where(move.path == REACHED, move.keys, move.explicit_end)
        ended[goal] = np.where(np.isfinite(explicit), explicit, ended[goal])
    for bill in bills:
        goal = bill.begun.goal
        name[goal] = GOAL["Understand my bill"]
        reaches[goal] = bill.reached
        explicit = np.minimum(bill.paid, bill.account_closed)
        ended[goal] = np.where(np.isfinite(explicit), explicit, ended[goal])
    every: list[MoveGoals | BillGoals] = [*moves, *bills]
    for goals in every:
        customer[goals.begun.goal], score[goals.begun.goal] = goals.begun.customer, goals.score
    return Outcomes(name, customer, reaches, ended, score)


def _answer(
    s: Setting, moves: tuple[MoveGoals, ...], bills: tuple[BillGoals, ...], outcomes: Outcomes
) -> None:
    unpaid = s.effects.survey_response_bill_unpaid
    left = [move.answers for move in moves]
    left += [s.moments.chance(unpaid, len(bill.begun)) for bill in bills]
    every: list[MoveGoals | BillGoals] = [*moves, *bills]
    for goals, left_answers in zip(every, left, strict=True):
        goal = goals.begun.goal
        answers = np.where(outcomes.reaches[goal], answer_by_score(s, goals.score), left_answers)
        enter_answers(
            s, goals.begun, outcomes.ended[goal], answers,
            score=goals.score, about=outcomes.name[goal],
        )  # fmt: skip


def _first_goal(ledger: Ledger, customer: Ints, outcomes: Outcomes) -> Floats:
    first = np.full(len(customer), NEVER)
    np.minimum.at(first, outcomes.customer - customer[0], ledger.began())
    return first
