"""Opportunities on their way through the stages, and changes that are no stages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crmmining.samples.clock import Floats, Ints
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.words import STAGE


@dataclass(frozen=True)
class Deals:
    """Opportunities, one for each goal: key, owner, amount, and when they are due to close."""

    begun: Begun
    key: Ints
    owner: Ints
    amount: Floats
    due: Floats

    def changed(self, *, more: Floats | float = 0.0, later: float = 0.0) -> Deals:
        """The same with another amount, or due later."""
        return replace(self, amount=self.amount + more, due=self.due + later)


def enter_stages(s: Setting, deals: Deals, stages: dict[str, Floats]) -> None:
    """Enter when opportunities took each stage, most by their owner, some by a colleague."""
    n = len(deals.begun)
    due = np.where(np.isfinite(deals.due), deals.due, 0)
    for stage, time in stages.items():
        colleague = deals.owner[s.moments.rng.permutation(n)]
        user = np.where(s.moments.chance(0.12, n), colleague, deals.owner)
        s.ledger.add(
            "stage", time, deals.begun.goal, opportunity=deals.key, stage=STAGE[stage], user=user,
            amount=deals.amount, due=due,
        )  # fmt: skip
