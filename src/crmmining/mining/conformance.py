"""Conformance: what customers really met, held against the model, provably at least cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import OUTCOMES, CaseNotion, EventLog
from crmmining.eventlog.variants import Variants
from crmmining.mining.alignment import Alignments, Sequences, align
from crmmining.mining.compiling import (
    AnyModel,
    ReadModel,
    model_of_journey,
    model_of_net,
    net_of_journey,
)
from crmmining.mining.deviations import Deviations, find_deviations
from crmmining.mining.discovery import DiscoveredModel
from crmmining.mining.models import PetriNet
from crmmining.mining.precision import Precision, measure_precision
from crmmining.mining.simplicity import measure_simplicity
from crmmining.mining.verdicts import VERDICTS, verdicts_of
from crmmining.study.journey import IdealJourney
from crmmining.study.waivers import Waiver

if TYPE_CHECKING:
    import pandas as pd

CheckedModel = IdealJourney | DiscoveredModel | ReadModel | PetriNet | AnyModel
DEFINITION = (
    "Optimal alignment (Adriansyah 2014): {costs}. Trace fitness = 1 − cost / (cost of the all-log and "
    "shortest-model alignment). An open case is scored as a prefix: never charged for what may still come."
)
UNIT_COSTS = "1 for a step the model lacks, 1 for a step that was skipped"
WEIGHTS = "the step's weight for a step where the model lacks it, and for one that was skipped"


@dataclass(frozen=True, eq=False)
class Conformance:
    """A log against a model.

    `log` has the names of the model: an activity that counts as a step is called like it. `alignments`
    holds one alignment per distinct (variant, still open); `case_alignment` tells each case its own.
    `log_fitness` averages trace fitness over cases, `pooled_log_fitness` is 1 − sum of costs / sum of
    worst costs.
    """

    log: EventLog
    journey: IdealJourney | None
    alignments: Alignments
    case_alignment: NDArray[np.int64]
    variant_of_alignment: NDArray[np.int64]
    verdict: NDArray[np.int8]
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

    @cached_property
    def deviations(self) -> Deviations:
        """What kind of deviation, at which step, how often, and how these cases come out."""
        return find_deviations(
            self.log, self.alignments, self.case_alignment, self.journey, self._ending,
            self.clock, self.waivers,
        )  # fmt: skip

    @property
    def definition(self) -> str:
        """What the numbers mean."""
        weighted = self.journey is not None and any(w != 1 for w in self.journey.weights.values())
        return DEFINITION.format(costs=WEIGHTS if weighted else UNIT_COSTS)

    @cached_property
    def precision(self) -> Precision:
        """How much of what the model allows was seen (align-ETC)."""
        return measure_precision(self.model, self.alignments, self.n_cases)

    @cached_property
    def simplicity(self) -> float | None:
        """Inverse arc degree of the model's net; None where no net is at hand."""
        return measure_simplicity(self.net) if self.net is not None else None

    @property
    def n_inexact(self) -> int:
        """Cases whose cost is not proved to be the least, as the model was too large to be held."""
        return int(self.n_cases[~self.alignments.exact].sum())

    @cached_property
    def most_log_fitness(self) -> float:
        """The log fitness if every case cost as little as it possibly can."""
        lower = self.alignments.lower_costs
        if lower is None:
            return self.log_fitness
        fitness = 1.0 - lower / np.maximum(self.alignments.worst_costs, 1)
        return float(fitness[self.case_alignment].mean()) if self.case_alignment.size else 1.0

    def stages_frame(self) -> pd.DataFrame:
        """One row per stage with deviations, in the journey's order: the cases with any of them.

        Columns: stage (None: activities that no stage has), n_cases, share, n_deviations, most_frequent.
        """
        import pandas as pd

        stages = [stage.name for stage in self.journey.stages] if self.journey else []
        rows = []
        for stage in (*stages, None):
            here = [d for d in self.deviations.all if d.stage == stage]
            if here:
                cases = np.unique(np.concatenate([d.cases for d in here]))
                most = max(here, key=lambda d: d.cases.size)
                rows.append((stage, cases.size, cases.size / self.log.n_cases, len(here), most.key))
        columns = ["stage", "n_cases", "share", "n_deviations", "most_frequent"]
        return pd.DataFrame(rows, columns=columns)

    def cases_frame(self, step: str | None = None) -> pd.DataFrame:
        """One row per case, or per case that deviates at a step: what went wrong, and how it came out.

        Columns: case, verdict, trace_fitness, deviations, and outcome and throughput where known.
        """
        import pandas as pd

        chosen = [*self.deviations.all, *self.deviations.accepted]
        if step is not None:
            chosen = list(self.deviations.at(step))
        said: dict[int, list[str]] = {}
        for deviation in chosen:
            for case in deviation.cases.tolist():
                said.setdefault(case, []).append(deviation.key)
        cases = np.array(sorted(said) if step is not None else range(self.log.n_cases), np.int64)
        frame = pd.DataFrame(
            {
                "case": self.log.cases["case"].to_numpy()[cases],
                "verdict": np.array(VERDICTS, object)[self.verdict[cases]],
                "trace_fitness": self.trace_fitness[cases],
                "deviations": ["; ".join(said.get(case, [])) for case in cases.tolist()],
            }
        )
        if self.log.outcome is not None:
            frame["outcome"] = np.array(OUTCOMES, object)[self.log.outcome[cases]]
        frame["throughput"] = pd.to_timedelta(self.log.throughput[cases], unit="us")
        return frame

    @property
    def _ending(self) -> str | None:
        """The step with which the plainest run of the journey ends."""
        path = main_path(self.journey, self.model) if self.journey else ()
        return path[-1] if path else None

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

    def __repr__(self) -> str:
        counts = ", ".join(f"{n:,} {name}" for name, n in self.verdicts.items() if n)
        return (
            f"Conformance({self.notion}: log fitness {self.log_fitness:.3f} "
            f"(pooled {self.pooled_log_fitness:.3f}); {counts}{self._bounds})"
        )

    @property
    def _bounds(self) -> str:
        """What is not proved, for people."""
        if not self.n_inexact:
            return ""
        return f"; {self.n_inexact:,} not proved optimal, log fitness at most {self.most_log_fitness:.3f}"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.deviations.to_frame().head(15).to_html(index=False)}"


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
    compiled, journey = _compiled(model), model if isinstance(model, IdealJourney) else None
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
        _net(model),
        clock,
        tuple(waivers),
    )


def main_path(journey: IdealJourney, model: AnyModel) -> tuple[str, ...]:
    """The plainest run of a journey: as it is written, or the shortest of its model file."""
    return journey.main_path() if journey.model is None else model.shortest_run()


def _compiled(model: CheckedModel) -> AnyModel:
    if isinstance(model, IdealJourney):
        return model_of_journey(model)
    if isinstance(model, DiscoveredModel | ReadModel):
        return model.model
    return model_of_net(model) if isinstance(model, PetriNet) else model


def _net(model: CheckedModel) -> PetriNet | None:
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
