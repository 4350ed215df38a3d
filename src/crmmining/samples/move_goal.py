"""The goal "Move into a home", from the first search to the keys, and all the ways out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crmmining.samples.cases import Closings
from crmmining.samples.clock import DAY, HOUR, NEVER, OFFICE, START, Bools, Floats, Ints
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.entries import OnlineStep
from crmmining.samples.move_finance import Finance, enter_finance, finance_home
from crmmining.samples.move_insure import Insure, Intent, enter_insure, insure_and_move
from crmmining.samples.move_look import Look, enter_look, look_for_home
from crmmining.samples.move_trouble import chase, complain, enter_failures
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.survey import on_scale

# The ways a goal goes, in the order in which customers leave.
NO_LEAD, LEAD, OFFER, DECLINED, WITHDREW, ASKED, QUOTED, REACHED = range(8)
_MAY_COMPLAIN = 0.2  # no goal that reaches its end complains more likely than that


@dataclass(frozen=True)
class MoveGoals:
    """Goals of one pass over the customers of a chunk: what facts are counted from."""

    begun: Begun
    path: Ints
    look: Look
    finance: Finance
    insure: Insure
    decision: Floats  # the mortgage's last stage: approved, declined or withdrawn
    answers: Bools  # left, and will answer the survey
    closings: Closings
    score: Ints

    @property
    def keys(self) -> Floats:
        """When the keys were handed over: the goal is reached."""
        return self.insure.keys

    @property
    def steps(self) -> tuple[OnlineStep, OnlineStep, OnlineStep]:
        """The three online steps that can fail."""
        return self.look.form, self.finance.accepting, self.insure.asking

    @property
    def explicit_end(self) -> Floats:
        """When the bank or the customer said that it is over."""
        return np.where(np.isin(self.path, (DECLINED, WITHDREW)), self.decision, NEVER)


def live_move_goals(s: Setting, customer: Ints, begins: Floats) -> MoveGoals:
    """Draw goals that begin at these moments, one for each customer given, and enter all rows."""
    m, n = s.moments, len(customer)
    begun = Begun(s.ledger.begin_goals(n), customer)
    path = _paths(s, n)
    speaks = (path != REACHED) & ~m.chance(s.effects.silent_leavers, n)
    complains = speaks & (path >= OFFER) & m.chance(s.effects.leavers_complain, n)
    inclined = m.rng.random(n)  # to complain, the less the more
    quiet = ~complains & (inclined > _MAY_COMPLAIN)  # steps fail far from complaints only

    look = look_for_home(s, begins, path == NO_LEAD, path == LEAD)
    finance = finance_home(s, look.enquiry, ~np.isin(path, (OFFER, WITHDREW)), quiet)
    decided = m.worked(finance.accepting.done, 5, 18)
    approved = np.where(path >= ASKED, decided, NEVER)
    insure = insure_and_move(s, approved, Intent(path != ASKED, path == REACHED, quiet))

    complains |= (path == REACHED) & (inclined < _complaint_likelihood(finance, insure))
    mortgage, insurance = (s.ledger.reserve("opportunity", n) for _ in range(2))
    closings = complain(s, begun, complains, finance, insure, (mortgage, insurance))
    settled = OFFICE.add(_last_closing(begun, closings), 3 * HOUR)
    withdrew = np.maximum(m.office(finance.last_offer, 1, 4), settled)
    decision = np.where(path == DECLINED, np.maximum(decided, settled), decided)
    decision = np.where(path == WITHDREW, withdrew, decision)
    insure = replace(insure, keys=np.maximum(insure.keys, settled))

    enter_look(s, look, begun, mortgage)
    enter_finance(s, finance, _decisions(path, decision), begun, mortgage)
    enter_insure(s, insure, insure.keys, begun, mortgage, insurance)
    steps = (look.form, finance.accepting, insure.asking)
    enter_failures(s, begun, steps)
    chases = chase(s, begun, finance, insure, closings)
    trouble = 0.6 * complains + 0.25 * chases + 0.8 * _unsolved(begun, closings)
    for step in steps:
        trouble += 0.3 * np.isfinite(step.failed) + 0.4 * np.isfinite(step.called)
    return MoveGoals(
        begun=begun,
        path=path,
        look=look,
        finance=finance,
        insure=insure,
        decision=decision,
        answers=speaks & ~complains,
        closings=closings,
        score=_scores(s, path, finance, insure, trouble),
    )


def path_shares(effects: HomeMoveEffects) -> list[float]:
    """How many goals go each way; the shares of `effects` are of those who got as far."""
    left, shares = 1.0, []
    for share in (effects.leaves_before_lead, effects.leaves_as_lead):
        shares.append(left * share)
        left -= shares[-1]
    of_mortgages = (effects.leaves_after_offer, effects.declined_by_bank, effects.withdraws)
    shares += [left * share for share in of_mortgages]
    left *= 1 - sum(of_mortgages)
    for share in (effects.leaves_in_white_space, effects.leaves_after_quote):
        shares.append(left * share)
        left -= shares[-1]
    return [*shares, left]


def _paths(s: Setting, n: int) -> Ints:
    return s.moments.pick(path_shares(s.effects), n)


def _complaint_likelihood(finance: Finance, insure: Insure) -> Floats:
    quote_late = insure.over_promise > 0
    return _MAY_COMPLAIN * (0.5 + 0.25 * finance.late + 0.25 * quote_late)


def _decisions(path: Ints, decision: Floats) -> dict[str, Floats]:
    return {
        "Mortgage approved": np.where(path >= ASKED, decision, NEVER),
        "Mortgage declined": np.where(path == DECLINED, decision, NEVER),
        "Customer withdrew": np.where(path == WITHDREW, decision, NEVER),
    }


def _last_closing(begun: Begun, closings: Closings) -> Floats:
    """When the last case of each goal was closed or came back; else the window's start."""
    last = np.full(len(begun), START)
    done = np.isfinite(closings.closed)
    np.maximum.at(last, begun.place(closings.goal[done]), closings.ended[done])
    return last


def _unsolved(begun: Begun, closings: Closings) -> Ints:
    return np.bincount(begun.place(closings.goal[closings.came_back]), minlength=len(begun))


def _scores(s: Setting, path: Ints, finance: Finance, insure: Insure, trouble: Floats) -> Ints:
    """How content each customer is at the end, 1 to 5, answered or not."""
    over = np.where(np.isfinite(insure.over_promise), insure.over_promise / DAY, 0.0)
    score = 4.6 - 0.8 * (over > 0) - 0.1 * over - 0.8 * finance.late - trouble
    score = np.where(path == REACHED, score, 2.2) + s.moments.rng.normal(0, 0.7, len(path))
    return on_scale(score)
