"""Discovery: the process as it really runs, as a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from crmmining.errors import InvalidOptionError, listed
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.mining.compiling import AnyModel, model_of_net
from crmmining.mining.models import PetriNet
from crmmining.study.journey import Term

Miner = Literal["inductive", "heuristics"]
MINERS: tuple[Miner, ...] = ("inductive", "heuristics")


@dataclass(frozen=True, eq=False)
class DiscoveredModel:
    """A discovered net, and how it was found.

    `noise` is the share of infrequent behaviour the Inductive Miner leaves out of each split (IMf);
    `dependency` the least dependency of the Heuristics Miner.
    """

    notion: CaseNotion
    miner: Miner
    noise: float
    dependency: float
    net: PetriNet
    n_cases: int
    term: Term | None = None

    @cached_property
    def model(self) -> AnyModel:
        """What the net allows, from its process tree where it has one.

        Raises:
            ModelError: the net never ends, or is unbounded.
        """
        return model_of_net(self.net, self.term)

    @property
    def activities(self) -> tuple[str, ...]:
        """The labelled transitions."""
        return tuple(sorted({t.label for t in self.net.transitions if t.label is not None}))

    def write(self, path: Path | str) -> None:
        """Write as .pnml or .bpmn."""
        from crmmining.mining.pm4py_bridge import write_net

        write_net(self.net, Path(path))

    def __repr__(self) -> str:
        silent = sum(t.label is None for t in self.net.transitions)
        return (
            f"DiscoveredModel({self.notion}, {self.miner} miner: {len(self.net.places)} places, "
            f"{len(self.net.transitions)} transitions of which {silent} silent, from {self.n_cases:,} cases)"
        )


def discover_model(
    log: EventLog, *, miner: Miner = "inductive", noise: float = 0.2, dependency: float = 0.5
) -> DiscoveredModel:
    """Discover a model with the Inductive Miner (infrequent) or the Heuristics Miner.

    Raises:
        InvalidOptionError: an unknown miner, a threshold outside [0, 1], an empty log.
    """
    if miner not in MINERS:
        raise InvalidOptionError(f"no miner {miner!r}; there is {listed(MINERS)}")
    for name, value in (("noise", noise), ("dependency", dependency)):
        if not 0 <= value <= 1:
            raise InvalidOptionError(f"{name} is a share between 0 and 1, not {value}")
    if log.n_events == 0:
        raise InvalidOptionError(f"{log.notion} has no events; nothing can be discovered")
    from crmmining.mining.pm4py_bridge import heuristics_net, inductive_term

    term: Term | None = None
    if miner == "inductive":
        net, term = inductive_term(log, noise)
    else:
        net = heuristics_net(log, dependency)
    return DiscoveredModel(log.notion, miner, noise, dependency, net, log.n_cases, term)
