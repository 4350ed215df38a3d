"""Every number behind the planted facts, goal by goal, from what was written within the window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crmmining.samples.bill_goal import BillGoals
from crmmining.samples.cases import CALLED, COMPLAINT_PROMISE_HOURS, NEW_CASE, REOPENED
from crmmining.samples.chunk import Chunk, Outcomes
from crmmining.samples.clock import DAY, END, HOUR, OFFICE, Bools, Floats, Ints, london_weekday
from crmmining.samples.move_finance import FRIDAY, OFFER_PROMISE_HOURS
from crmmining.samples.move_goal import ASKED, MoveGoals
from crmmining.samples.move_insure import QUOTE_PROMISE_DAYS
from crmmining.samples.words import CASE_TYPE, GOAL

RETURN_WINDOW = 7 * DAY  # closings later than this before the end are not judged
Measures = Iterator[tuple[str, Floats]]


def measure(chunk: Chunk) -> Measures:
    """Names of means with the values that a chunk adds to them."""
    for move in chunk.moves:
        yield from _white_space(move)
        yield from _weekday_delay(move)
        yield from _forced_switches(move)
        yield from _lending_and_insurance_promises(move)
        yield from _move_targets(move)
    every: list[MoveGoals | BillGoals] = [*chunk.moves, *chunk.bills]
    for goals in every:
        yield from _closings(goals)
    for bill in chunk.bills:
        yield from _proactive_call(bill, chunk.outcomes)
    yield from _leavers(chunk)
    yield from _satisfaction(chunk)


def _white_space(move: MoveGoals) -> Measures:
    approved = np.where(move.path >= ASKED, move.decision, np.inf)
    asked, opened = move.insure.asked, move.insure.opened
    yield "thinking", _days(approved, asked, asked < END)
    yield "white_space", _days(asked, opened, opened < END)


def _weekday_delay(move: MoveGoals) -> Measures:
    ordered, visited = move.finance.ordered, move.finance.visited
    counted = ordered < END - 21 * DAY
    late_week = london_weekday(np.where(counted, ordered, 0.0)) >= FRIDAY
    yield "wait_late_week", _days(ordered, visited, counted & late_week)
    yield "wait_early_week", _days(ordered, visited, counted & ~late_week)


def _forced_switches(move: MoveGoals) -> Measures:
    for step in move.steps:
        counted = step.failed < END - DAY
        within = step.called[counted] - step.failed[counted] <= DAY
        yield "forced_switch", within.astype(float)


def _lending_and_insurance_promises(move: MoveGoals) -> Measures:
    enquiry, offer = move.finance.enquiry, move.finance.offer
    yield "lending_broken", _broken_at_work(enquiry, offer, OFFER_PROMISE_HOURS)
    asked, quote = move.insure.asked, move.insure.quote
    here = asked < END
    late = np.minimum(quote[here], END) - asked[here] > QUOTE_PROMISE_DAYS * DAY
    yield "insurance_broken", late[late | (quote[here] < END)].astype(float)


def _move_targets(move: MoveGoals) -> Measures:
    look, finance, insure = move.look, move.finance, move.insure
    bought = np.minimum(insure.issued, insure.declined)
    turned_into = np.minimum(look.enquiry, look.unqualified)
    yield "target_Lead nurturing", _within(look.lead, turned_into, 14)
    yield "target_Mortgage application", _within(finance.enquiry, move.decision, 21)
    yield "target_Property survey", _within(finance.ordered, finance.reported, 14)
    yield "target_Home insurance", _within(insure.opened, bought, 10)
    yield "target_Move-in service", _within(insure.booked, move.keys, 14)


def _closings(goals: MoveGoals | BillGoals) -> Measures:
    closings = goals.closings
    counted = closings.closed < END - RETURN_WINDOW
    yield "false_closure", closings.came_back[counted].astype(float)
    came_back = closings.way[counted & closings.came_back]
    for name, way in (("reopened", REOPENED), ("new_case", NEW_CASE), ("call", CALLED)):
        yield f"false_closure_{name}", (came_back == way).astype(float)
    is_complaint = closings.type == CASE_TYPE["Complaint"]
    for name, of_type in (("complaint", is_complaint), ("billing", ~is_complaint)):
        yield f"false_closure_{name}", closings.came_back[counted & of_type].astype(float)
    asked, answered = closings.asked[is_complaint], closings.answered[is_complaint]
    yield "care_broken", _broken_at_work(asked, answered, COMPLAINT_PROMISE_HOURS)
    new = np.isfinite(closings.asked)
    asked, closed = closings.asked[new], closings.closed[new]
    yield (
        "target_Complaint handling",
        _within(asked[is_complaint[new]], closed[is_complaint[new]], 5),
    )
    yield (
        "target_Billing question",
        _within(asked[~is_complaint[new]], closed[~is_complaint[new]], 3),
    )


def _proactive_call(bill: BillGoals, outcomes: Outcomes) -> Measures:
    finished = outcomes.ended[bill.begun.goal] < END
    inbound = np.isfinite(bill.calls).sum(axis=1).astype(float)
    contacts = np.isfinite(bill.closings.asked) | (bill.closings.way == CALLED)
    both = np.isfinite(bill.closings.asked) & (bill.closings.way == CALLED)
    np.add.at(inbound, bill.begun.place(bill.closings.goal), contacts.astype(float) + both)
    for name, arm in (("pilot", finished & bill.pilot), ("shock", finished & ~bill.pilot)):
        yield f"reached_{name}", bill.reached[arm].astype(float)
        yield f"inbound_{name}", inbound[arm]


def _leavers(chunk: Chunk) -> Measures:
    goals = chunk.outcomes
    finished = (goals.name == GOAL["Move into a home"]) & (goals.ended < END)
    began = chunk.ledger.began()
    yield "move_abandoned", (~goals.reaches[finished]).astype(float)
    early = (goals.name == GOAL["Move into a home"]) & (began < END - 200 * DAY)
    yield "move_abandoned_early", (~goals.reaches[early] & (goals.ended[early] < END)).astype(float)
    spoke = np.zeros(len(goals.name), dtype=bool)
    spoke[_answering(chunk)] = True
    for move in chunk.moves:
        spoke[move.closings.goal[move.closings.asked < END]] = True
    yield "silent_leavers", (~spoke[finished & ~goals.reaches]).astype(float)


def _satisfaction(chunk: Chunk) -> Measures:
    goals = chunk.outcomes
    finished = goals.ended < END
    answered = np.zeros(len(goals.name), dtype=bool)
    answered[_answering(chunk)] = True
    score = goals.score.astype(float)
    for name, of_goal in (
        ("", goals.name >= 0),
        ("_move", goals.name == 0),
        ("_bill", goals.name == 1),
    ):
        yield f"score_true{name}", score[finished & of_goal]
        yield f"score_answered{name}", score[answered & of_goal]
        yield f"response{name}", answered[finished & of_goal].astype(float)


def _answering(chunk: Chunk) -> Ints:
    return chunk.ledger.rows("answer")["goal"].astype(np.int64)


def _days(since: Floats, until: Floats, counted: Bools) -> Floats:
    return (until[counted] - since[counted]) / DAY


def _within(since: Floats, until: Floats, days: float) -> Floats:
    """1 where a record closed within the window met its target, else 0."""
    return (_days(since, until, until < END) <= days).astype(float)


def _broken_at_work(since: Floats, until: Floats, hours: float) -> Floats:
    """1 where a promise in working hours was broken, 0 where kept; open and not due: left out."""
    here = since < END
    elapsed = OFFICE.elapsed(np.minimum(until[here], END)) - OFFICE.elapsed(since[here])
    broken = elapsed > hours * HOUR
    return broken[broken | (until[here] < END)].astype(float)
