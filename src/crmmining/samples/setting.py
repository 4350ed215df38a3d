"""What every part of the world needs: its clockwork of chance, its ledger, the planted effects."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.samples.clock import Bools, Ints
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.ledger import Ledger
from crmmining.samples.moments import Moments


@dataclass(frozen=True)
class Setting:
    """One chunk's stream of chance, the ledger it is written to, and the planted sizes."""

    moments: Moments
    ledger: Ledger
    effects: HomeMoveEffects


@dataclass(frozen=True)
class Begun:
    """Goals that begin together in one pass: their numbers (consecutive) and their customers."""

    goal: Ints
    customer: Ints

    def __len__(self) -> int:
        return len(self.goal)

    def place(self, goal: Ints) -> Ints:
        """Where goals stand in this pass."""
        return goal - self.goal[0] if len(self) else goal

    def only(self, chosen: Bools) -> Begun:
        """Some of them."""
        return Begun(self.goal[chosen], self.customer[chosen])
