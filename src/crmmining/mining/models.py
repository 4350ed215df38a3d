"""Process models as plain frozen values, independent of the tool that found or read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

Marking: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition of a Petri net; without a label it is silent."""

    name: str
    label: str | None


@dataclass(frozen=True)
class PetriNet:
    """A labelled Petri net with an initial and a final marking.

    `arcs` are (from, to) names, one of them a place and the other a transition; an arc of weight
    two is written twice. Place and transition names are all different.
    """

    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    arcs: tuple[tuple[str, str], ...]
    initial: Marking = field(hash=False)
    final: Marking = field(hash=False)

    def __post_init__(self) -> None:
        """Keep markings from being changed later."""
        object.__setattr__(self, "initial", MappingProxyType(dict(self.initial)))
        object.__setattr__(self, "final", MappingProxyType(dict(self.final)))
