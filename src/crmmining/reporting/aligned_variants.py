"""Variants beside the ideal journey, as the picture and the page both show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.log import EventLog
from crmmining.mining.conformance import Conformance, check_conformance

StepKind = Literal["in_step", "extra", "skipped"]


@dataclass(frozen=True, eq=False)
class AlignedVariants:
    """The variants of a goal's log, a step that repeats in a row counted once.

    Else every number of page views would be a variant of its own. `check` is None where no ideal
    journey is declared.
    """

    log: EventLog
    check: Conformance | None

    def steps(self, v: int) -> list[tuple[str, StepKind]]:
        """Each step of variant `v`, and how it stands to the ideal; what was not come to is left out.

        Of its two alignments (goal decided, goal still open) the one with more cases is taken.
        """
        if self.check is None:
            return [(name, "in_step") for name in self.log.variants.activities(v)]
        found = np.flatnonzero(self.check.variant_of_alignment == v)
        best = int(found[np.argmax(self.check.n_cases[found])])
        steps: list[tuple[str, StepKind]] = []
        for seen, meant in self.check.alignments.moves(best):
            kind: StepKind = "in_step" if seen and meant else "extra" if seen else "skipped"
            steps.append((seen or meant or "", kind))
        while steps and steps[-1][1] == "skipped":
            steps.pop()
        return steps


def aligned_variants(view: GoalView) -> AlignedVariants:
    """Align the variants of a goal with its ideal journey."""
    log = view.log.without_repeats()
    return AlignedVariants(log, check_conformance(log, view.journey) if view.journey else None)
