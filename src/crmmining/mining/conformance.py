"""Conformance: what customers really met, held against the model, provably at least cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.variants import Variants
from crmmining.mining.alignment import Alignments, Sequences, align
from crmmining.mining.automaton import Automaton, from_journey, from_petri_net
from crmmining.mining.deviations import Deviations, find_deviations
from crmmining.mining.discovery import DiscoveredModel
from crmmining.mining.drop_offs import drop_off_moves, ending_of
from crmmining.mining.models import PetriNet
from crmmining.study.journey import IdealJourney

if TYPE_CHECKING:
    import pandas as pd

Model = IdealJourney | DiscoveredModel | PetriNet | Automaton
VERDICTS = ("conformant", "deviating", "dropped off", "undetermined")
DEFINITION = (
    "Optimal alignment (Adriansyah 2014), unit costs: 1 for a step the model lacks, 1 for a step that was "
    "skipped. Trace fitness = 1 − cost / (cost of the all-log and shortest-model alignment). An open case is "
    "scored as a prefix: never charged for what may still come."
)


@dataclass(frozen=True, eq=False)
class Conformance:
    """A log against a model.

    `alignments` holds one alignment per distinct (variant, still open); `case_alignment` tells each
    case its own. `log_fitness` averages trace fitness over cases, `pooled_log_fitness` is 1 − sum of
    costs / sum of worst costs.
    """

    log: EventLog
    journey: IdealJourney | None
    alignments: Alignments
    case_alignment: NDArray[np.int64]
    variant_of_alignment: NDArray[np.int64]
    verdict: NDArray[np.int8]
    definition: str = DEFINITION

    @property
    def notion(self) -> CaseNotion:
        """What a case is here."""
        return self.log.notion

    @property
    def variants(self) -> Variants:
        """The variants that were aligned."""
        return self.log.variants

    @cached_property
    def deviations(self) -> Deviations:
        """What kind of deviation, at which step, how often, and how these cases come out."""
        return find_deviations(self.log, self.alignments, self.case_alignment, self.journey)

    @cached_property
    def n_cases(self) -> NDArray[np.int64]:
        """Number of cases of each alignment."""
        return np.bincount(self.case_alignment, minlength=len(self.alignments))

    @cached_property
    def costs(self) -> NDArray[np.int64]:
        """Cost of each case."""
        return self.alignments.costs[self.case_alignment]

    @cached_property
    def trace_fitness(self) -> NDArray[np.float64]:
        """Trace fitness of each case."""
        return self.alignments.trace_fitness[self.case_alignment]

    @property
    def log_fitness(self) -> float:
        """Mean trace fitness over cases; 1 for an empty log."""
        return float(self.trace_fitness.mean()) if self.case_alignment.size else 1.0

    @property
    def pooled_log_fitness(self) -> float:
        """1 − all costs / all worst costs."""
        worst = int(self.alignments.worst_costs[self.case_alignment].sum())
        return 1.0 - int(self.costs.sum()) / worst if worst else 1.0

    @property
    def verdicts(self) -> dict[str, int]:
        """Number of cases by verdict."""
        counts = np.bincount(self.verdict, minlength=len(VERDICTS))
        return {name: int(n) for name, n in zip(VERDICTS, counts, strict=True)}

    def to_frame(self) -> pd.DataFrame:
        """One row per alignment, the most frequent first.

        Columns: activities, n_cases, is_open, cost, trace_fitness, moves.
        """
        import pandas as pd

        order = np.argsort(-self.n_cases, kind="stable")
        return pd.DataFrame(
            {
                "activities": [self.variants.activities(int(self.variant_of_alignment[a])) for a in order],
                "n_cases": self.n_cases[order],
                "is_open": self.alignments.prefixes[order],
                "cost": self.alignments.costs[order],
                "trace_fitness": self.alignments.trace_fitness[order],
                "moves": [self.alignments.moves(int(a)) for a in order],
            }
        )

    def __repr__(self) -> str:
        counts = ", ".join(f"{n:,} {name}" for name, n in self.verdicts.items() if n)
        return (
            f"Conformance({self.notion}: log fitness {self.log_fitness:.3f} "
            f"(pooled {self.pooled_log_fitness:.3f}); {counts})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.deviations.to_frame().head(15).to_html(index=False)}"


def check_conformance(log: EventLog, model: Model) -> Conformance:
    """Align every variant of a log with a model.

    Raises:
        ModelError: a model that never ends or has too many states.
    """
    automaton, journey = _automaton(model), model if isinstance(model, IdealJourney) else None
    variants, is_open = log.variants, _open_cases(log)
    keys, case_alignment = np.unique(variants.case_variant * 2 + is_open, return_inverse=True)
    variant, prefix = keys // 2, keys % 2 == 1
    alignments = align(automaton, _chosen(variants, variant), prefixes=prefix)
    verdict = _verdicts(log, alignments, case_alignment, is_open, journey)
    return Conformance(log, journey, alignments, case_alignment, variant, verdict)


def _automaton(model: Model) -> Automaton:
    if isinstance(model, IdealJourney):
        return from_journey(model)
    if isinstance(model, DiscoveredModel):
        return model.automaton
    return from_petri_net(model) if isinstance(model, PetriNet) else model


def _open_cases(log: EventLog) -> NDArray[np.bool_]:
    """Cases still under way at the end of the data: open goals, and records not closed."""
    if log.outcome is not None:
        return log.outcome == 2
    closed = log.cases["closed"].to_numpy() if "closed" in log.cases else np.zeros(log.n_cases)
    return np.asarray(closed < 0)


def _chosen(variants: Variants, chosen: NDArray[np.int64]) -> Sequences:
    """These variants, in this order, repeated where asked twice."""
    lengths = np.diff(variants.offsets)[chosen]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(variants.offsets[chosen] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Sequences(offsets, variants.codes[rows], variants.names)


def _verdicts(
    log: EventLog,
    alignments: Alignments,
    case_alignment: NDArray[np.int64],
    is_open: NDArray[np.bool_],
    journey: IdealJourney | None,
) -> NDArray[np.int8]:
    """Per case: conformant, deviating, dropped off (followed the model until given up), undetermined."""
    cost = alignments.costs[case_alignment]
    dropped = _drop_off_costs(alignments, journey)[case_alignment]
    abandoned = log.outcome == 1 if log.outcome is not None else np.zeros(log.n_cases, bool)
    conditions = [is_open & (cost == 0), cost == 0, abandoned & (cost == dropped)]
    return np.select(conditions, [3, 0, 2], 1).astype(np.int8)


def _drop_off_costs(alignments: Alignments, journey: IdealJourney | None) -> NDArray[np.int64]:
    """How many model moves of each alignment belong to a drop-off."""
    owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
    return np.bincount(owner[drop_off_moves(alignments, ending_of(journey))], minlength=len(alignments))
