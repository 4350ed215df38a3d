"""What a check of cases against a model says, whether the log lay in memory whole or came in parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.log import OUTCOMES, CaseNotion
from crmmining.mining.compiling import AnyModel
from crmmining.mining.deviations import CaseFacts, Deviations
from crmmining.mining.models import PetriNet
from crmmining.mining.precision import Precision
from crmmining.mining.simplicity import measure_simplicity
from crmmining.mining.verdicts import VERDICTS
from crmmining.study.journey import IdealJourney

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Optimal alignment (Adriansyah 2014): {costs}. Trace fitness = 1 − cost / (cost of the all-log and "
    "shortest-model alignment). An open case is scored as a prefix: never charged for what may still come."
)
UNIT_COSTS = "1 for a step the model lacks, 1 for a step that was skipped"
WEIGHTS = "the step's weight for a step where the model lacks it, and for one that was skipped"


@dataclass(frozen=True, eq=False)
class CaseCosts:
    """Per case what its alignment costs, could cost at worst, and costs at the very least."""

    cost: NDArray[np.int64]
    worst: NDArray[np.int64]
    least: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence[CaseCosts]) -> CaseCosts:
        """The cases of several parts, one part's after the other's."""
        names = ("cost", "worst", "least")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @property
    def trace_fitness(self) -> NDArray[np.float64]:
        """1 − cost / worst cost, in [0, 1]; 1 where nothing can cost anything."""
        return _fitness(self.cost, self.worst)

    @property
    def most_fitness(self) -> NDArray[np.float64]:
        """The same if each case costs as little as it possibly can."""
        return _fitness(self.least, self.worst)


def _fitness(cost: NDArray[np.int64], worst: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(1.0 - cost / np.maximum(worst, 1))


class Checked(ABC):
    """Fitness, verdicts and deviations of the cases of a log.

    `log_fitness` averages trace fitness over cases, `pooled_log_fitness` is 1 − sum of costs / sum of worst
    costs.
    """

    journey: IdealJourney | None
    model: AnyModel
    net: PetriNet | None

    @property
    @abstractmethod
    def notion(self) -> CaseNotion:
        """What a case is here."""

    @property
    @abstractmethod
    def verdict(self) -> NDArray[np.int8]:
        """Per case the place of its verdict in `VERDICTS`."""

    @property
    @abstractmethod
    def case_costs(self) -> CaseCosts:
        """What each case costs."""

    @property
    @abstractmethod
    def facts(self) -> CaseFacts:
        """How each case came out, how long it took, how content its customer was."""

    @abstractmethod
    def names_of(self, cases: NDArray[np.int64]) -> NDArray[np.object_]:
        """What cases are called."""

    @property
    @abstractmethod
    def deviations(self) -> Deviations:
        """What kind of deviation, at which step, how often, and how these cases come out."""

    @property
    @abstractmethod
    def precision(self) -> Precision:
        """How much of what the model allows was seen (align-ETC)."""

    @property
    def definition(self) -> str:
        """What the numbers mean."""
        weighted = self.journey is not None and any(w != 1 for w in self.journey.weights.values())
        return DEFINITION.format(costs=WEIGHTS if weighted else UNIT_COSTS)

    @property
    def simplicity(self) -> float | None:
        """Inverse arc degree of the model's net; None where no net is at hand."""
        return measure_simplicity(self.net) if self.net is not None else None

    @property
    def costs(self) -> NDArray[np.int64]:
        """Cost of each case."""
        return self.case_costs.cost

    @property
    def trace_fitness(self) -> NDArray[np.float64]:
        """Trace fitness of each case."""
        return self.case_costs.trace_fitness

    @property
    def log_fitness(self) -> float:
        """Mean trace fitness over cases; 1 for an empty log."""
        return float(self.trace_fitness.mean()) if self.verdict.size else 1.0

    @property
    def most_log_fitness(self) -> float:
        """The log fitness if every case cost as little as it possibly can."""
        return float(self.case_costs.most_fitness.mean()) if self.verdict.size else 1.0

    @property
    def pooled_log_fitness(self) -> float:
        """1 − all costs / all worst costs."""
        worst = int(self.case_costs.worst.sum())
        return 1.0 - int(self.costs.sum()) / worst if worst else 1.0

    @property
    def n_inexact(self) -> int:
        """Cases whose cost is not proved to be the least, as the model was too large to be held."""
        return int((self.case_costs.least < self.costs).sum())

    @property
    def verdicts(self) -> dict[str, int]:
        """Number of cases by verdict."""
        counts = np.bincount(self.verdict, minlength=len(VERDICTS))
        return {name: int(n) for name, n in zip(VERDICTS, counts, strict=True)}

    def cases_at(self, step: str | None = None) -> NDArray[np.int64]:
        """The numbers of the cases that deviate at a step, ascending; of all cases where none is named."""
        if step is None:
            return np.arange(self.verdict.size)
        found = [deviation.cases for deviation in self.deviations.at(step)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def cases_frame(self, step: str | None = None, most: int | None = None) -> pd.DataFrame:
        """One row per case, or per case that deviates at a step: what went wrong, and how it came out.

        The first `most` of them. Columns: case, verdict, trace_fitness, deviations, and outcome where known,
        throughput.
        """
        import pandas as pd

        cases, facts = self.cases_at(step)[:most], self.facts
        chosen = [*self.deviations.all, *self.deviations.accepted]
        said: dict[int, list[str]] = {}
        for deviation in self.deviations.at(step) if step is not None else chosen:
            for case in np.intersect1d(deviation.cases, cases).tolist():
                said.setdefault(case, []).append(deviation.key)
        frame = pd.DataFrame(
            {
                "case": self.names_of(cases),
                "verdict": np.array(VERDICTS, object)[self.verdict[cases]],
                "trace_fitness": self.trace_fitness[cases],
                "deviations": ["; ".join(said.get(case, [])) for case in cases.tolist()],
            }
        )
        if facts.outcome is not None:
            frame["outcome"] = np.array(OUTCOMES, object)[facts.outcome[cases]]
        frame["throughput"] = pd.to_timedelta(facts.throughput[cases], unit="us")
        return frame

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
                rows.append((stage, cases.size, cases.size / self.verdict.size, len(here), most.key))
        columns = ["stage", "n_cases", "share", "n_deviations", "most_frequent"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        counts = ", ".join(f"{n:,} {name}" for name, n in self.verdicts.items() if n)
        return (
            f"{type(self).__name__}({self.notion}: log fitness {self.log_fitness:.3f} "
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
