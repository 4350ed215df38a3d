"""The aims of the CRM strategy, measured on goals: how much bears on each aim, and how much of it is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.amounts import Amounts
from crmmining.comparison.taking_part import TakingPart
from crmmining.study.study_file import StudyFile

NEVER = np.iinfo(np.int64).max
MEANS = {
    "satisfaction": "decided goals; lost = how far the answers stay below the best score",
    "acquisition": "decided goals of customers who had reached none before; lost = abandoned",
    "retention": "decided goals of customers who had reached one before; lost = abandoned",
    "cross_sell": "of these, goals of a kind the customer had not reached before; lost = abandoned",
    "profitability": "money on the records of decided goals; lost = that on abandoned goals",
}
"""Each aim with what counts for it; what is lost is never counted of an open goal."""


@dataclass(frozen=True, eq=False)
class Aim:
    """One aim per attempt at a goal: what bears on it, on what the loss is known, what is lost.

    `lost` / `known` is the part of the aim not served. `known` equals `volume` but for an aim that only
    some customers tell of (`sampled`). `absent` says why the aim cannot be measured.
    """

    name: str
    weight: float
    volume: NDArray[np.float64]
    known: NDArray[np.float64]
    lost: NDArray[np.float64]
    sampled: bool = False
    absent: str | None = None


def measure_aims(declared: StudyFile, part: TakingPart, amounts: Amounts) -> tuple[Aim, ...]:
    """Every aim of the strategy, those without data with the reason."""
    decided, abandoned = part.decided, part.outcome == 1
    served = np.bincount(part.attempt, minlength=part.kind.size) > 0
    existing, further = customer_history(part)
    none = None if (decided & served).any() else "no goal in which a process takes part is decided yet"
    strategy = declared.strategy
    one_kind = "the study has one kind of goal; a second one shows cross-selling"

    def of_goals(name: str, counted: NDArray[np.bool_], otherwise: str) -> Aim:
        counted = counted & decided
        absent = none or (None if (counted & served).any() else otherwise)
        volume = counted.astype(np.float64)
        lost = (counted & abandoned).astype(np.float64)
        return Aim(name, getattr(strategy, name), volume, volume, lost, absent=absent)

    return (
        _satisfaction(declared, part, decided & served, none),
        of_goals("acquisition", ~existing, "every customer had reached a goal before"),
        of_goals("retention", existing, "no customer comes back after a goal reached"),
        of_goals(
            "cross_sell", further, "no customer goes on to another kind" if len(part.kinds) > 1 else one_kind
        ),
        _profitability(strategy.profitability, part, amounts, none),
    )


def customer_history(part: TakingPart) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Per attempt: the customer had reached a goal before it began; one, but never one of this kind."""
    n = part.n_customers
    soonest, soonest_kind, second = np.full(n, NEVER), np.full(n, -1), np.full(n, NEVER)
    own_kind = np.empty(part.kind.size, np.int64)
    for kind in range(len(part.kinds)):
        mine = part.kind == kind
        reached = np.full(n, NEVER)
        done = mine & (part.reached != -1)
        np.minimum.at(reached, part.customer[done], part.reached[done])
        own_kind[mine] = reached[part.customer[mine]]
        first = reached < soonest
        second = np.where(first, soonest, np.minimum(second, reached))
        soonest, soonest_kind = np.where(first, reached, soonest), np.where(first, kind, soonest_kind)
    who = part.customer
    other_kind = np.where(soonest_kind[who] == part.kind, second[who], soonest[who])
    return soonest[who] < part.begun, (other_kind < part.begun) & ~(own_kind < part.begun)


def _satisfaction(declared: StudyFile, part: TakingPart, decided: NDArray[np.bool_], none: str | None) -> Aim:
    answered = decided & ~np.isnan(part.score)
    least, most = declared.satisfaction.scale
    short = np.where(answered, (most - np.nan_to_num(part.score)) / (most - least), 0.0)
    return Aim(
        "satisfaction",
        declared.strategy.satisfaction,
        decided.astype(np.float64),
        answered.astype(np.float64),
        np.clip(short, 0.0, 1.0),
        sampled=True,
        absent=none or (None if answered.any() else "no decided goal has a satisfaction score"),
    )


def _profitability(weight: float, part: TakingPart, amounts: Amounts, none: str | None) -> Aim:
    volume = np.where(part.decided, part.amount, 0.0)
    lost = np.where(part.outcome == 1, part.amount, 0.0)
    absent = none or amounts.absent or (None if volume.any() else "no decided goal holds money")
    return Aim("profitability", weight, volume, volume, lost, absent=absent)
