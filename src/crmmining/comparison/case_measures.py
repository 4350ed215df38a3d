"""Case measures: what the comparisons say of each goal, in one table, ready to be set against groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Unit
from crmmining.mining.conformance import check_conformance
from crmmining.mining.promises import BROKEN, UNDECIDED

if TYPE_CHECKING:
    from crmmining.comparison.views import Views

SHARE_THAT_MATTERS = 0.05
PART_THAT_MATTERS = 0.15
PART_OF_SCALE_THAT_MATTERS = 0.05
REACHED, SATISFACTION = "goals reached", "satisfaction"


@dataclass(frozen=True, eq=False)
class CaseMeasure:
    """One number of a goal, case by case: a group's value is the sum of `over` / the sum of `under`.

    A case with `under` 0 does not count: it is undecided, or has nothing to be measured. `good` tells
    whether more is better for the customer (1) or worse (-1). `matters` is the least difference of
    practical size, in the unit of the measure.
    """

    name: str
    unit: Unit
    over: NDArray[np.float64]
    under: NDArray[np.float64]
    good: Literal[-1, 1]
    matters: float

    @property
    def values(self) -> NDArray[np.float64]:
        """Per case its own value, NaN where it does not count."""
        counts = self.under > 0
        return np.where(counts, self.over / np.where(counts, self.under, 1), np.nan)

    @property
    def value(self) -> float:
        """The value of all cases together."""
        return float(self.over.sum() / self.under.sum())


def measure_cases(views: Views) -> tuple[CaseMeasure, ...]:
    """Every measure the data of a goal allows, in the definition of the comparison it comes from."""
    return tuple(measure for measure in _measures(views) if measure.under.sum() > 0)


def _measures(views: Views) -> Iterator[CaseMeasure]:
    view = views.view
    log, reached, decided = view.log, view.outcome == 0, view.outcome != 2
    every = np.ones(log.n_cases, bool)
    yield _share(REACHED, reached, decided, good=1)
    yield _amount("time to reach the goal", "time", log.throughput, reached)
    cases = views.white_space.cases
    if log.has("actor"):
        yield _amount("waiting for the company", "time", cases["waiting"].to_numpy(), every)
        if view.records.record.size:
            yield _amount("time owned by nobody", "time", cases["unowned"].to_numpy(), every)
        yield _amount("customer contacts", "count", views.contacts.cases["inbound"].to_numpy(), decided)
    if views.silos is not None:
        yield _amount("silo crossings", "count", views.silos.cases["crossings"].to_numpy(), every)
    switches = views.channel_switches
    if switches is not None:
        yield _amount("channel switches", "count", switches.per_case, every)
        yield _share("goals with a forced channel switch", switches.forced_cases, every)
    yield from _by_promise_and_ticket(views)
    answered = decided & ~np.isnan(view.satisfaction)
    least, most = view.declared.satisfaction.scale
    yield CaseMeasure(
        SATISFACTION,
        "score",
        np.where(answered, view.satisfaction, 0.0),
        answered.astype(np.float64),
        1,
        PART_OF_SCALE_THAT_MATTERS * (most - least),
    )
    if log.has("sentiment"):
        yield _sentiment(views)
    if view.journey is not None:
        fitness = check_conformance(log, view.journey).trace_fitness
        yield CaseMeasure(
            "fit to the ideal journey", "share", fitness, every.astype(np.float64), 1, SHARE_THAT_MATTERS
        )


def _sentiment(views: Views) -> CaseMeasure:
    """The mean over events that have one, of all goals."""
    log = views.view.log
    told = np.flatnonzero(~np.isnan(log.columns["sentiment"]))
    case, (least, most) = log.case_of_event[told], views.view.declared.sentiment.scale
    over = np.bincount(case, log.columns["sentiment"][told], minlength=log.n_cases).astype(np.float64)
    under = np.bincount(case, minlength=log.n_cases).astype(np.float64)
    return CaseMeasure("sentiment", "score", over, under, 1, PART_OF_SCALE_THAT_MATTERS * (most - least))


def _by_promise_and_ticket(views: Views) -> Iterator[CaseMeasure]:
    """Shares of promises and of closed tickets: a case may have several, or none."""
    n = views.view.log.n_cases
    promises = [result.instances for result in views.promises.results]
    if promises:
        case = np.concatenate([p["case"].to_numpy(np.int64) for p in promises])
        state = np.concatenate([p["state"].to_numpy() for p in promises])
        yield _share_of("promises broken", case, state == BROKEN, state != UNDECIDED, n)
    closures = views.false_closures
    if closures is not None:
        case, false = closures.records["case"].to_numpy(np.int64), closures.records["false"].to_numpy(bool)
        yield _share_of("tickets closed unsolved", case, false, np.ones(case.size, bool), n)


def _share_of(
    name: str, case: NDArray[np.int64], chosen: NDArray[np.bool_], counts: NDArray[np.bool_], n: int
) -> CaseMeasure:
    over, under = (np.bincount(case[rows], minlength=n).astype(np.float64) for rows in (chosen, counts))
    return CaseMeasure(name, "share", over, under, -1, SHARE_THAT_MATTERS)


def _share(
    name: str, chosen: NDArray[np.bool_], counts: NDArray[np.bool_], good: Literal[-1, 1] = -1
) -> CaseMeasure:
    under = counts.astype(np.float64)
    return CaseMeasure(name, "share", (chosen & counts) * under, under, good, SHARE_THAT_MATTERS)


def _amount(name: str, unit: Unit, amount: NDArray[Any], counts: NDArray[np.bool_]) -> CaseMeasure:
    """Times and numbers of things, of which less is better; what matters is a part of their mean."""
    under = counts.astype(np.float64)
    over = amount * under
    matters = PART_THAT_MATTERS * float(over.sum() / max(under.sum(), 1))
    return CaseMeasure(name, unit, over, under, -1, matters)
