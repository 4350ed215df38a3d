"""Behaviour distance: how much of one log's journeys must be rewritten to become another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.transport_kernel import cheapest_transport, edit_costs
from crmmining.errors import InvalidOptionError
from crmmining.estimates import SEED, known_apart
from crmmining.eventlog.log import EventLog

if TYPE_CHECKING:
    import pandas as pd

MOST_VARIANTS = 1_200
MOST_CUSTOMERS = 200
PERMUTATIONS = 499
ENOUGH_AS_FAR = 20
MOVES_SHOWN = 10
DEFINITION = (
    "Earth mover's distance between two logs (Leemans, Syring & van der Aalst 2019): the least share of "
    "steps that must be inserted, dropped or exchanged to turn one log's cases into the other's, each log "
    "counting 1. A case costs its Levenshtein distance / the length of the longer case. 0 = the same "
    "variants equally often, 1 = not a step in common. By chance = the mean distance when the customers of "
    "both are dealt to two groups of these sizes by lot; p = how often that gives as much (permutation test)."
)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BehaviourDistance:
    """How far two logs lie apart, and whether that is more than chance.

    The distance lies between `low` and `high`, which are one number unless a log has more than 1,200
    variants: then the most frequent ones, `covered` of the cases of each log, are carried exactly, and the
    others count between 0 and 1. The test takes one case of each customer and at most 200 customers of each
    log (`n_tested`): `sampled` is their distance, `by_chance` its mean over `n_permutations` deals by lot: as
    many as asked for, or until 20 were as far apart.
    `moves`: what of the cheapest plan costs most: from, to (activities), share of cases, cost, contribution.
    """

    low: float
    high: float
    n_cases: tuple[int, int]
    n_variants: tuple[int, int]
    covered: tuple[float, float]
    sampled: float
    by_chance: float
    p: float
    n_tested: tuple[int, int]
    n_permutations: int
    moves: pd.DataFrame
    definition: str = DEFINITION

    @property
    def is_exact(self) -> bool:
        """Whether every variant was carried."""
        return min(self.covered) == 1.0

    @property
    def distance(self) -> float:
        """The distance; NaN where only its bounds are known."""
        return self.low if self.is_exact else float("nan")

    @property
    def beyond_chance(self) -> float:
        """The distance in the test, less what a deal by lot gives."""
        return self.sampled - self.by_chance

    def to_frame(self) -> pd.DataFrame:
        """What of the cheapest plan costs most, one row per pair of variants."""
        return self.moves.copy()

    def __repr__(self) -> str:
        shown = f"{self.low:.3f}" if self.is_exact else f"{self.low:.3f} to {self.high:.3f}"
        a, b = self.n_tested
        return (
            f"BehaviourDistance({shown} between {self.n_cases[0]:,} and {self.n_cases[1]:,} cases; "
            f"{a:,} and {b:,} customers: {self.sampled:.3f}, by chance {self.by_chance:.3f}, p={self.p:.3g})"
        )

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(repr(self))}</p>{self.moves.to_html(index=False)}"


def behaviour_distance(
    log_a: EventLog, log_b: EventLog, *, permutations: int = PERMUTATIONS
) -> BehaviourDistance:
    """Earth mover's distance over the variants of two logs, activities being compared by name.

    >>> log = EventLog.from_variants({"abc": 1, "ab": 1})
    >>> print(f"{behaviour_distance(log, EventLog.from_variants({'abc': 1})).distance:.3f}")
    0.167

    Raises:
        InvalidOptionError: a log without a case, or fewer than one permutation.
    """
    for place, log in (("first", log_a), ("second", log_b)):
        if log.n_cases == 0:
            raise InvalidOptionError(f"the {place} log has no case, so there is no behaviour to compare")
    if permutations < 1:
        raise InvalidOptionError(f"permutations = {permutations}: the test needs at least 1")
    names = tuple(sorted({*log_a.activities, *log_b.activities}))
    a, b = _Shapes.of(log_a, names), _Shapes.of(log_b, names)
    low, high, moves = _carried(a, b, names)
    sampled, by_chance, p, n_tested, n_dealt = _tested(log_a, log_b, a, b, permutations)
    return BehaviourDistance(
        low,
        high,
        (log_a.n_cases, log_b.n_cases),
        (a.counts.size, b.counts.size),
        (a.covered, b.covered),
        sampled,
        by_chance,
        p,
        n_tested,
        n_dealt,
        moves,
    )


@dataclass(frozen=True, eq=False)
class _Shapes:
    """The variants of a log, the most frequent first, in codes that both logs share."""

    codes: NDArray[np.int32]
    offsets: Ints
    counts: Ints

    @classmethod
    def of(cls, log: EventLog, names: tuple[str, ...]) -> _Shapes:
        variants, place = log.variants, {name: code for code, name in enumerate(names)}
        table = np.array([place[name] for name in variants.names], np.int32)
        return cls(table[variants.codes], variants.offsets, variants.n_cases)

    @property
    def n_carried(self) -> int:
        return min(self.counts.size, MOST_VARIANTS)

    @property
    def covered(self) -> float:
        return float(self.counts[: self.n_carried].sum() / self.counts.sum())

    def taken(self, chosen: Ints) -> tuple[NDArray[np.int32], Ints]:
        """(codes, offsets) of these variants, in this order, repeated where asked twice."""
        lengths = np.diff(self.offsets)[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = np.repeat(self.offsets[chosen] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return self.codes[rows], offsets

    def text(self, variant: int, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names[c] for c in self.codes[self.offsets[variant] : self.offsets[variant + 1]])


def _carried(a: _Shapes, b: _Shapes, names: tuple[str, ...]) -> tuple[float, float, pd.DataFrame]:
    """Bounds of the distance, and the dearest moves of the plan.

    What is not covered is one more place on either side. Nothing costs less than 0: with it costing 0 the
    least cost is a lower bound. Nothing costs more than 1: with it costing 1 the same plan is an upper one.
    """
    m, n = a.n_carried, b.n_carried
    cost = np.zeros((m + 1, n + 1))
    cost[:m, :n] = edit_costs(*a.taken(np.arange(m)), *b.taken(np.arange(n)))
    n_a, n_b = int(a.counts.sum()), int(b.counts.sum())
    supply = np.append(a.counts[:m], a.counts[m:].sum()).astype(np.int64) * n_b
    demand = np.append(b.counts[:n], b.counts[n:].sum()).astype(np.int64) * n_a
    here = slice(m + (supply[m] > 0)), slice(n + (demand[n] > 0))
    flow, _, _ = cheapest_transport(cost[here].copy(), supply[here[0]], demand[here[1]])
    part = flow / (n_a * n_b)
    low = float((part * cost[here]).sum())
    apart = float(part[m:].sum() + part[:m, n:].sum())
    return low, min(1.0, low + apart), _moves(a, b, part[:m, :n], cost[:m, :n], names)


def _moves(a: _Shapes, b: _Shapes, part: Floats, cost: Floats, names: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    paid = part * cost
    i, j = np.nonzero(paid)
    order = np.lexsort((j, i, -paid[i, j]))[:MOVES_SHOWN]
    rows = [
        (a.text(int(x), names), b.text(int(y), names), part[x, y], cost[x, y], paid[x, y])
        for x, y in zip(i[order], j[order], strict=True)
    ]
    return pd.DataFrame(rows, columns=["from", "to", "share", "cost", "contribution"])


def _tested(
    log_a: EventLog, log_b: EventLog, a: _Shapes, b: _Shapes, permutations: int
) -> tuple[float, float, float, tuple[int, int], int]:
    """(distance of the samples, its mean by chance, p, customers in the samples, deals by lot).

    When 20 deals have been as far apart, p is no matter of evidence any more (Besag & Clifford 1991).
    """
    samples = [shapes.taken(_sample(log)) for log, shapes in ((log_a, a), (log_b, b))]
    n_a, n_b = (offsets.size - 1 for _, offsets in samples)
    codes = np.concatenate([codes for codes, _ in samples])
    offsets = np.concatenate([samples[0][1], samples[1][1][1:] + samples[0][1][-1]])
    cost = edit_costs(codes, offsets, codes, offsets)
    supply, demand = np.full(n_a, n_b, np.int64), np.full(n_b, n_a, np.int64)

    def distance(order: Ints) -> float:
        between = cost[np.ix_(order[:n_a], order[n_a:])]
        _, u, v = cheapest_transport(between, supply, demand)
        return float(u.sum() / n_a + v.sum() / n_b)  # what the plan costs, by its potentials

    found = distance(np.arange(n_a + n_b))
    dealt: list[float] = []
    random, as_far = np.random.default_rng(SEED), 0
    while len(dealt) < permutations and as_far < ENOUGH_AS_FAR:
        dealt.append(distance(random.permutation(n_a + n_b)))
        as_far += dealt[-1] >= found - 1e-9
    p = as_far / len(dealt) if as_far == ENOUGH_AS_FAR else (1 + as_far) / (1 + len(dealt))
    return found, float(np.mean(dealt)), p, (n_a, n_b), len(dealt)


def _sample(log: EventLog) -> Ints:
    """The variant of one case of each customer, of at most 200 customers; the order of rows plays no part."""
    owner = known_apart(customers_of(log))
    variant = log.variants.case_variant
    first = np.lexsort((variant, log.begun, owner))
    mine = owner[first]
    kept = first[np.concatenate([[True], mine[1:] != mine[:-1]])]
    ordered = np.sort(variant[kept])
    if ordered.size > MOST_CUSTOMERS:
        ordered = np.random.default_rng(SEED).choice(ordered, MOST_CUSTOMERS, replace=False)
    return ordered.astype(np.int64)


def customers_of(log: EventLog) -> NDArray[Any]:
    """Per case its customer; where the log names none, each case is one of its own."""
    if "customer" not in log.cases:
        return np.full(log.n_cases, -1)
    return log.cases["customer"].to_numpy()
