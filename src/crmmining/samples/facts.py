"""What was planted and what of it was written: ``truth/facts.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crmmining.samples.chunk import Chunk
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.measures import measure
from crmmining.samples.planted import planted_facts


class FactTally:
    """Sums over chunks; every fact is a mean of numbers, or the difference of two such means."""

    def __init__(self, effects: HomeMoveEffects) -> None:
        self._effects = effects
        self._means: dict[str, Mean] = {}

    def add(self, chunk: Chunk) -> None:
        """Count what a chunk of customers wrote."""
        for name, values in measure(chunk):
            self._means[name] = self._means.get(name, Mean()).with_values(values)

    def write(self, path: Path) -> None:
        """Write the list of facts as JSON."""
        facts = []
        for fact in planted_facts(self._effects):
            means = [self._means[name] for name in fact.means]
            values = [mean.value for mean in means]
            known = [value for value in values if value is not None]
            realised = known[0] - sum(known[1:]) if len(known) == len(values) else None
            facts.append(
                {
                    "fact": fact.name,
                    "definition": fact.definition,
                    "parameter": fact.parameter,
                    "realised": None if realised is None else round(realised, 6),
                    "n": sum(mean.n for mean in means),
                    "unit": fact.unit,
                }
            )
        path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Mean:
    """A mean that grows."""

    n: int = 0
    total: float = 0.0

    @property
    def value(self) -> float | None:
        """The mean, or nothing where nothing was counted."""
        return self.total / self.n if self.n else None

    def with_values(self, values: NDArray[np.float64]) -> Mean:
        """The mean of what was there and these."""
        return Mean(self.n + len(values), self.total + float(values.sum()))
