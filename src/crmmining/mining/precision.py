"""Precision: how much of what a model allows was ever seen in the log (align-ETC)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.mining.alignment import Alignments
from crmmining.mining.bounded_model import BoundedModel
from crmmining.mining.compiling import AnyModel
from crmmining.mining.model_walk import States, walk_of

DEFINITION = (
    "Precision by align-ETC (Adriansyah et al. 2015), one optimal alignment per variant: along the steps of "
    "the model that each case aligns with, the activities that were seen to come next, of all that the "
    "model allows next, each place weighted by the cases that pass it. The model is taken as its language: "
    "a choice made in silence is not made before it shows."
)


@dataclass(frozen=True)
class Precision:
    """The precision of a model for a log, in [0, 1]; `n_skipped` cases were not exactly aligned."""

    value: float
    n_cases: int
    n_skipped: int
    n_prefixes: int
    definition: str = DEFINITION

    def __str__(self) -> str:
        skipped = f", {self.n_skipped:,} left out" if self.n_skipped else ""
        return f"{self.value:.3f} (n={self.n_cases:,}{skipped})"


@dataclass(slots=True)
class _Prefix:
    """A place in the tree of what was seen: where the model is, how many pass, what came next."""

    states: States
    n_cases: int
    following: dict[int, _Prefix]


def measure_precision(model: AnyModel, alignments: Alignments, n_cases: NDArray[np.int64]) -> Precision:
    """Precision over alignments that stand for `n_cases` each; those not proved optimal are left out.

    1 for a model that allows nothing but what was seen, and where no case is left.
    """
    walk = walk_of(model.larger if isinstance(model, BoundedModel) else model)
    labels, enabled_at = alignments.labels, {}
    root = _Prefix(walk.start(), 0, {})
    n_skipped = 0
    nodes = [root]
    for v in np.flatnonzero(n_cases).tolist():
        n = int(n_cases[v])
        if not alignments.exact[v]:
            n_skipped += n
            continue
        run = alignments.model_moves[alignments.move_offsets[v] : alignments.move_offsets[v + 1]]
        node = root
        node.n_cases += n
        for symbol in run[run >= 0].tolist():
            if symbol not in node.following:
                node.following[symbol] = _Prefix(walk.after(node.states, labels[symbol]), 0, {})
                nodes.append(node.following[symbol])
            node = node.following[symbol]
            node.n_cases += n
    seen = allowed = 0
    for node in nodes:
        if node.states not in enabled_at:
            enabled_at[node.states] = len(walk.enabled(node.states))
        allowed += node.n_cases * enabled_at[node.states]
        seen += node.n_cases * len(node.following)
    value = seen / allowed if allowed else 1.0
    return Precision(value, int(n_cases.sum()) - n_skipped, n_skipped, len(nodes))
