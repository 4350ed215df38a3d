"""Conformance: what customers really met, held against the model, provably at least cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.variants import Variants
from crmmining.mining.alignment import Alignments, Sequences, align
from crmmining.mining.checked import CaseCosts, Checked
from crmmining.mining.compiling import (
    AnyModel,
    ReadModel,
    model_of_journey,
    model_of_net,
    net_of_journey,
)
from crmmining.mining.deviations import (
    CaseFacts,
    DeviatingCases,
    Deviations,
    describe_deviations,
    deviating_cases,
)
from crmmining.mining.discovery import DiscoveredModel
from crmmining.mining.models import PetriNet
from crmmining.mining.precision import ModelRuns, Precision, measure_precision
from crmmining.mining.verdicts import verdicts_of
from crmmining.study.journey import IdealJourney
from crmmining.study.waivers import Waiver

if TYPE_CHECKING:
    import pandas as pd

CheckedModel = IdealJourney | DiscoveredModel | ReadModel | PetriNet | AnyModel


@dataclass(frozen=True, eq=False, repr=False)
class Conformance(Checked):
    """A log against a model.

    `log` has the names of the model: an activity that counts as a step is called like it. `alignments`
    holds one alignment per distinct (variant, still open); `case_alignment` tells each case its own.
    """

    log: EventLog
    journey: IdealJourney | None
    alignments: Alignments
    case_alignment: NDArray[np.int64]
    variant_of_alignment: NDArray[np.int64]
    case_verdict: NDArray[np.int8]
    model: AnyModel
    net: PetriNet | None = None
    clock: BusinessClock | None = None
    waivers: tuple[Waiver, ...] = ()

    @property
    def notion(self) -> CaseNotion:
        """What a case is here."""
        return self.log.notion

    @property
    def variants(self) -> Variants:
        """The variants that were aligned."""
        return self.log.variants

    @property
    def verdict(self) -> NDArray[np.int8]:
        """Per case the place of its verdict in `VERDICTS`."""
        return self.case_verdict

    @cached_property
    def case_costs(self) -> CaseCosts:
        """What each case costs."""
        of, mine = self.alignments, self.case_alignment
        least = of.costs if of.lower_costs is None else of.lower_costs
        return CaseCosts(of.costs[mine], of.worst_costs[mine], least[mine])

    @cached_property
    def deviating(self) -> tuple[DeviatingCases, tuple[str, ...]]:
        """Which cases deviate, by activity and kind; and steps whose promises could not be checked."""
        return deviating_cases(
            self.log, self.alignments, self.case_alignment, self.journey, self._ending, self.clock
        )

    @cached_property
    def deviations(self) -> Deviations:
        """What kind of deviation, at which step, how often, and how these cases come out."""
        cases, unchecked = self.deviating
        return describe_deviations(cases, self.facts, self.journey, self.waivers, unchecked)

    @cached_property
    def precision(self) -> Precision:
        """How much of what the model allows was seen (align-ETC)."""
        return measure_precision(self.model, ModelRuns.of(self.alignments, self.n_cases))

    @cached_property
    def facts(self) -> CaseFacts:
        """How each case came out, how long it took, how content its customer was."""
        return CaseFacts.of(self.log)

    def names_of(self, cases: NDArray[np.int64]) -> NDArray[np.object_]:
        """What cases are called."""
        return np.asarray(self.log.cases["case"].to_numpy(object)[cases])

    @property
    def _ending(self) -> str | None:
        """The step with which the plainest run of the journey ends."""
        path = main_path(self.journey, self.model) if self.journey else ()
        return path[-1] if path else None

    @cached_property
    def n_cases(self) -> NDArray[np.int64]:
        """Number of cases of each alignment."""
        return np.bincount(self.case_alignment, minlength=len(self.alignments))

    def to_frame(self) -> pd.DataFrame:
        """One row per alignment, the most frequent first.

        Columns: activities, n_cases, is_open, cost, trace_fitness, exact, moves.
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
                "exact": self.alignments.exact[order],
                "moves": [self.alignments.moves(int(a)) for a in order],
            }
        )


def check_conformance(
    log: EventLog,
    model: CheckedModel,
    *,
    clock: BusinessClock | None = None,
    waivers: Sequence[Waiver] = (),
) -> Conformance:
    """Align every variant of a log with a model.

    `clock` tells working hours, for promises in business time; `waivers` are the deviations that
    somebody accepted.

    Raises:
        ModelError: a model that never ends or is not bounded.
    """
    compiled, journey = compiled_model(model), model if isinstance(model, IdealJourney) else None
    weights = journey.weights if journey else {}
    log = log.renamed(journey.aliases) if journey else log
    variants, is_open = log.variants, _open_cases(log)
    keys, case_alignment = np.unique(variants.case_variant * 2 + is_open, return_inverse=True)
    variant, prefix = keys // 2, keys % 2 == 1
    alignments = align(
        compiled,
        _chosen(variants, variant),
        prefixes=prefix,
        log_costs=np.array([weights.get(name, 1) for name in variants.names], np.int64),
        model_costs=np.array([weights.get(name, 1) for name in compiled.labels], np.int64),
    )
    path = main_path(journey, compiled) if journey else None
    verdict = verdicts_of(log, alignments, case_alignment, is_open, path)
    return Conformance(
        log,
        journey,
        alignments,
        case_alignment,
        variant,
        verdict,
        compiled,
        net_of(model),
        clock,
        tuple(waivers),
    )


def main_path(journey: IdealJourney, model: AnyModel) -> tuple[str, ...]:
    """The plainest run of a journey: as it is written, or the shortest of its model file."""
    return journey.main_path() if journey.model is None else model.shortest_run()


def compiled_model(model: CheckedModel) -> AnyModel:
    """A model as alignments need it."""
    if isinstance(model, IdealJourney):
        return model_of_journey(model)
    if isinstance(model, DiscoveredModel | ReadModel):
        return model.model
    return model_of_net(model) if isinstance(model, PetriNet) else model


def net_of(model: CheckedModel) -> PetriNet | None:
    """A model as a net, None where it is only known as an automaton."""
    if isinstance(model, IdealJourney):
        return net_of_journey(model)
    if isinstance(model, DiscoveredModel | ReadModel):
        return model.net
    return model if isinstance(model, PetriNet) else None


def _open_cases(log: EventLog) -> NDArray[np.bool_]:
    """Cases still under way at the end of the data: open goals, and records not closed."""
    if log.outcome is not None:
        return log.outcome == 2
    closed = log.cases["closed"].to_numpy() if "closed" in log.cases else np.zeros(log.n_cases)
    return np.asarray(closed == -1)


def _chosen(variants: Variants, chosen: NDArray[np.int64]) -> Sequences:
    """These variants, in this order, repeated where asked twice."""
    lengths = np.diff(variants.offsets)[chosen]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(variants.offsets[chosen] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Sequences(offsets, variants.codes[rows], variants.names)
