"""Precision: how much of what a model allows was ever seen in the log (align-ETC)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.variant_kernel import find_variants
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


@dataclass(frozen=True, eq=False)
class ModelRuns:
    """The distinct runs of the model that exact alignments go along.

    Run *r* is ``steps[offsets[r]:offsets[r+1]]``, its steps places in `labels`; `n_cases` go along each.
    `n_skipped` cases were not exactly aligned. Can be pickled, and joined with others.
    """

    labels: tuple[str, ...]
    offsets: NDArray[np.int64]
    steps: NDArray[np.int32]
    n_cases: NDArray[np.int64]
    n_skipped: int

    @classmethod
    def of(cls, alignments: Alignments, n_cases: NDArray[np.int64]) -> ModelRuns:
        """Of alignments that stand for `n_cases` each."""
        exact = alignments.exact & (n_cases > 0)
        owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
        taken = (alignments.model_moves >= 0) & exact[owner]
        lengths = np.bincount(owner[taken], minlength=len(alignments))[exact]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        skipped = int(n_cases[~alignments.exact].sum())
        return _distinct(alignments.labels, offsets, alignments.model_moves[taken], n_cases[exact], skipped)

    @classmethod
    def joined(cls, parts: Sequence[ModelRuns]) -> ModelRuns:
        """Of several logs of one model."""
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        steps = np.concatenate([part.steps for part in parts])
        n_cases = np.concatenate([part.n_cases for part in parts])
        n_skipped = sum(part.n_skipped for part in parts)
        return _distinct(parts[0].labels, offsets, steps, n_cases, n_skipped)


def _distinct(
    labels: tuple[str, ...],
    offsets: NDArray[np.int64],
    steps: NDArray[np.int32],
    n_cases: NDArray[np.int64],
    n_skipped: int,
) -> ModelRuns:
    run, first = find_variants(offsets, steps)
    lengths = np.diff(offsets)[first]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(offsets[first] - ends[:-1], lengths) + np.arange(ends[-1])
    counts = np.bincount(run, n_cases, minlength=first.size).astype(np.int64)
    return ModelRuns(labels, ends, steps[rows], counts, n_skipped)


def measure_precision(model: AnyModel, runs: ModelRuns) -> Precision:
    """Precision over the runs of the model that cases go along.

    1 for a model that allows nothing but what was seen, and where no case is left.
    """
    walk = walk_of(model.larger if isinstance(model, BoundedModel) else model)
    labels, enabled_at = runs.labels, {}
    root = _Prefix(walk.start(), 0, {})
    nodes = [root]
    for r, n in enumerate(runs.n_cases.tolist()):
        node = root
        node.n_cases += n
        for symbol in runs.steps[runs.offsets[r] : runs.offsets[r + 1]].tolist():
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
    return Precision(value, int(runs.n_cases.sum()), runs.n_skipped, len(nodes))
