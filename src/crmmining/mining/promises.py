"""Promises to the customer: kept, broken, still open; from a customer's event to a visible answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Estimate, share
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.study.durations import Duration
from crmmining.study.journey import IdealJourney
from crmmining.study.source_spec import PromiseSpec

if TYPE_CHECKING:
    import pandas as pd

KEPT, BROKEN, UNDECIDED = range(3)
DEFINITION = (
    "Broken = more than the limit passed between the customer's event and the company's answer, or until the "
    "end of the data (of the goal, where the customer reached or gave it up) without an answer. "
    "Not yet answered and inside the limit: undecided, left out."
)


@dataclass(frozen=True, eq=False)
class PromiseResult:
    """One promise over a log.

    `instances`: case, since, until (-1 = no answer), elapsed (microseconds of the promise's clock),
    state (0 kept, 1 broken, 2 undecided). `owed` = broken instances times what is paid, None where
    nothing is promised to be paid.
    """

    name: str
    since: str
    until: str
    limit: Duration
    owner: str | None
    instances: pd.DataFrame
    broken: Estimate
    median: int
    p90: int
    owed: float | None
    currency: str | None

    def cases_broken(self, n_cases: int) -> NDArray[np.bool_]:
        """Per case whether the promise was broken in it."""
        found = np.zeros(n_cases, bool)
        found[self.instances.loc[self.instances["state"] == BROKEN, "case"].to_numpy(np.int64)] = True
        return found


@dataclass(frozen=True, eq=False)
class Promises:
    """All promises of a log, the one broken most often first."""

    notion: CaseNotion
    results: tuple[PromiseResult, ...]
    definition: str = DEFINITION

    def __len__(self) -> int:
        return len(self.results)

    def to_frame(self) -> pd.DataFrame:
        """One row per promise."""
        import pandas as pd

        rows = [
            {
                "promise": r.name,
                "owner": r.owner,
                "limit": str(r.limit),
                "n_decided": r.broken.n,
                "n_undecided": r.broken.excluded,
                "share_broken": r.broken.value,
                "low": r.broken.low,
                "high": r.broken.high,
                "median": pd.Timedelta(r.median, "us") if r.median >= 0 else pd.NaT,
                "p90": pd.Timedelta(r.p90, "us") if r.p90 >= 0 else pd.NaT,
                "owed": r.owed,
                "currency": r.currency,
            }
            for r in self.results
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"Promises({self.notion})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def check_promises(log: EventLog, promises: Mapping[str, PromiseSpec], clock: BusinessClock) -> Promises:
    """Hold every promise against a log; a promise whose events never occur in it is left out.

    A promise begins with its first unanswered `since` event and ends with the next `until` event of
    the case; a case may hold several.
    """
    results = []
    for name, promise in promises.items():
        if promise.since in log.activities:
            results.append(_checked(log, name, promise, clock))
    results.sort(key=lambda r: (-r.broken.value if r.broken.is_known else 1.0, r.name))
    return Promises(log.notion, tuple(results))


def step_promises(journey: IdealJourney) -> dict[str, PromiseSpec]:
    """The promises at the steps of a journey, by step."""
    return {
        step.activity: PromiseSpec.model_validate(
            {
                "since": journey.aliases.get(step.promise.since, step.promise.since),
                "until": step.activity,
                "within": step.promise.within,
                "pay": step.promise.pay,
                "owner": step.owner or journey.stage_of(step.activity).owner,
            }
        )
        for step in journey.steps
        if step.promise
    }


def waiting_for_answer(log: EventLog, promises: Mapping[str, PromiseSpec]) -> NDArray[np.bool_]:
    """Per event whether a promise made to the customer is still unanswered after it."""
    change = np.zeros(log.n_events + 1, np.int64)
    for promise in promises.values():
        if promise.since in log.activities:
            case, first, answer = _instance_rows(log, promise)
            np.add.at(change, first, 1)
            np.add.at(change, np.where(answer >= 0, answer, log.offsets[case + 1]), -1)
    return np.cumsum(change)[:-1] > 0


def _checked(log: EventLog, name: str, promise: PromiseSpec, clock: BusinessClock) -> PromiseResult:
    import pandas as pd

    case, since, until = _instances(log, promise)
    horizon = (
        np.where(log.ended[case] > since, log.ended[case], since)
        if log.outcome is None
        else _decided_until(log, case, since)
    )
    horizon = np.maximum(horizon, since)
    elapsed = clock.measure(promise.within, since, np.where(until != -1, until, horizon))
    late = elapsed > clock.length(promise.within)
    state = np.where(late, BROKEN, np.where(until != -1, KEPT, UNDECIDED))
    decided = state != UNDECIDED
    n_broken = int((state == BROKEN).sum())
    answered = np.sort(elapsed[until != -1])
    pay, currency = _tariff(promise.pay)
    return PromiseResult(
        name,
        promise.since,
        promise.until,
        promise.within,
        promise.owner,
        pd.DataFrame({"case": case, "since": since, "until": until, "elapsed": elapsed, "state": state}),
        share(
            n_broken,
            int(decided.sum()),
            f"{promise.since} → {promise.until} took longer than {promise.within}",
            int((~decided).sum()),
        ),
        int(answered[(answered.size + 1) // 2 - 1]) if answered.size else -1,
        int(answered[-(-9 * answered.size // 10) - 1]) if answered.size else -1,
        None if pay is None else pay * n_broken,
        currency,
    )


def _instances(
    log: EventLog, promise: PromiseSpec
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(case, since, until) of every promise made; until -1 where no answer followed."""
    case, first, answer = _instance_rows(log, promise)
    time = log.columns["time"]
    return case, time[first], np.where(answer >= 0, time[np.maximum(answer, 0)], -1)


def _instance_rows(
    log: EventLog, promise: PromiseSpec
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(case, event that asks, event that answers or -1)."""
    code = {name: i for i, name in enumerate(log.activities)}
    activity = log.columns["activity"]
    chosen = np.flatnonzero((activity == code[promise.since]) | (activity == code.get(promise.until, -1)))
    case, asks = log.case_of_event[chosen], activity[chosen] == code[promise.since]
    begins = np.ones(chosen.size, bool)  # the first of its case, or the first after an answer
    begins[1:] = (case[1:] != case[:-1]) | ~asks[:-1]
    starts, answers = np.flatnonzero(asks & begins), np.flatnonzero(~asks)
    if not answers.size:
        return case[starts], chosen[starts], np.full(starts.size, -1, np.int64)
    following = np.searchsorted(answers, starts)
    answer = answers[np.minimum(following, answers.size - 1)]
    answered = (following < answers.size) & (case[answer] == case[starts])
    return case[starts], chosen[starts], np.where(answered, chosen[answer], -1)


def _decided_until(log: EventLog, case: NDArray[np.int64], since: NDArray[np.int64]) -> NDArray[np.int64]:
    """Until when a missing answer counts against the company: the goal's own end, else the data's.

    What was asked after the goal had ended is waited for until the end of the data.
    """
    end = np.full(log.n_cases, log.horizon, np.int64)
    for column in ("reached", "given_up"):
        if column in log.cases:
            moment = log.cases[column].to_numpy(np.int64)
            end = np.where(moment != -1, np.minimum(end, moment), end)
    return np.where(end[case] > since, end[case], log.horizon)


def _tariff(pay: str | None) -> tuple[float | None, str | None]:
    """`50 EUR` as amount and currency."""
    if not pay:
        return None, None
    amount, _, currency = pay.strip().partition(" ")
    return float(amount), currency or None
