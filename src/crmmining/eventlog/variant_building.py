"""From a log to its variants: number the sequences, rank them, add time and outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.order_statistics import by_group, picked
from crmmining.eventlog.variant_kernel import find_variants, rank_sequences
from crmmining.eventlog.variants import Variants

if TYPE_CHECKING:
    from crmmining.eventlog.business_time import BusinessClock
    from crmmining.eventlog.log import EventLog


def build_variants(log: EventLog) -> Variants:
    """The variants of a log, by number of cases, then by their steps."""
    activity = log.columns["activity"]
    found, first = find_variants(log.offsets, activity)
    counts = np.bincount(found, minlength=first.size)
    rank = rank_sequences(counts, log.offsets[first], log.offsets[first + 1], activity)
    position = np.empty_like(rank)
    position[rank] = np.arange(rank.size)
    case_variant, first, counts = position[found], first[rank], counts[rank]
    lengths = log.offsets[first + 1] - log.offsets[first]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(log.offsets[first] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Variants(
        log.activities,
        offsets,
        activity[rows].astype(np.int32),
        counts.astype(np.int64),
        case_variant,
        medians(log.throughput, case_variant, counts),
        _share_reached(log, case_variant, first.size),
    )


def with_business_days(log: EventLog, clock: BusinessClock | None) -> Variants:
    """The variants of a log with their median throughput time on the company's clock too, if there is one."""
    found = log.variants
    if clock is None:
        return found
    worked = clock.elapsed(log.begun, log.ended)
    middle = medians(worked, found.case_variant, found.n_cases)
    return replace(found, median_business_days=middle / clock.working_day)


def medians(
    values: NDArray[np.int64], group: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Discrete median (the ceil(n/2)-th smallest) of each group."""
    laid, offsets = by_group(values, group, counts)
    return picked(laid, offsets, (counts + 1) // 2 - 1)[0]


def _share_reached(log: EventLog, case_variant: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    outcome = log.outcome
    if outcome is None:
        return np.full(n, np.nan)
    reached = np.bincount(case_variant[outcome == 0], minlength=n)
    decided = reached + np.bincount(case_variant[outcome == 1], minlength=n)
    return np.where(decided > 0, reached / np.maximum(decided, 1), np.nan)
