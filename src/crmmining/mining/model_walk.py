"""Walking along a model activity by activity: where one can be, and what may come next."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import cached_property
from typing import Protocol, TypeAlias

from crmmining.mining.automaton import Automaton
from crmmining.mining.block_model import BlockModel, Model

States: TypeAlias = Hashable
"""Where one can be after some activities; equal where the same may follow."""


class Walk(Protocol):
    """A model that is followed one activity at a time."""

    def start(self) -> States:
        """Before the first activity."""

    def after(self, states: States, activity: str) -> States:
        """After one more activity; nowhere (`enabled` nothing, no end) where the model forbids it."""

    def enabled(self, states: States) -> frozenset[str]:
        """The activities that may come next."""

    def may_end(self, states: States) -> bool:
        """Whether a run may end here."""


def walk_of(model: Model) -> Walk:
    """The walk along a model."""
    return _BlockWalk(model) if isinstance(model, BlockModel) else _Walk(model)


class _Walk:
    """Along an automaton; -1 is nowhere."""

    def __init__(self, automaton: Automaton) -> None:
        self._moves, self._accepting = automaton.moves, automaton.accepting.tolist()

    def start(self) -> int:
        return 0

    def after(self, states: States, activity: str) -> int:
        return self._moves[_at(states)].get(activity, -1) if states != -1 else -1

    def enabled(self, states: States) -> frozenset[str]:
        return frozenset(self._moves[_at(states)]) if states != -1 else frozenset()

    def may_end(self, states: States) -> bool:
        return states != -1 and self._accepting[_at(states)]


def _at(states: States) -> int:
    assert isinstance(states, int)
    return states


_Place: TypeAlias = tuple[int, int, tuple[States, ...]]
"""A state; the block one is in, -1 outside, and then where one is in each of its branches."""


class _BlockWalk:
    """Along an automaton with blocks; what is kept is every place one can be in."""

    def __init__(self, model: BlockModel) -> None:
        self._moves, self._accepting = model.automaton.moves, model.automaton.accepting.tolist()
        self._block_of = {name: k for k, name in enumerate(model.automaton.labels[model.n_plain :])}
        self._branches = [[walk_of(_plain(branch)) for branch in branches] for branches in model.blocks]

    @cached_property
    def _start(self) -> frozenset[_Place]:
        return self._closed([(0, -1, ())])

    def start(self) -> States:
        return self._start

    def after(self, states: States, activity: str) -> States:
        found: list[_Place] = []
        for state, block, inside in self._places(states):
            if block < 0:
                target = self._moves[state].get(activity)
                if target is not None:
                    found.append((target, -1, ()))
                continue
            for j, branch in enumerate(self._branches[block]):
                if activity in branch.enabled(inside[j]):
                    here = branch.after(inside[j], activity)
                    found.append((state, block, (*inside[:j], here, *inside[j + 1 :])))
        return self._closed(found)

    def enabled(self, states: States) -> frozenset[str]:
        found: set[str] = set()
        for state, block, inside in self._places(states):
            if block < 0:
                found |= self._moves[state].keys() - self._block_of.keys()
            else:
                for branch, here in zip(self._branches[block], inside, strict=True):
                    found |= branch.enabled(here)
        return frozenset(found)

    def may_end(self, states: States) -> bool:
        return any(block < 0 and self._accepting[state] for state, block, _ in self._places(states))

    def _places(self, states: States) -> frozenset[_Place]:
        assert isinstance(states, frozenset)
        return states

    def _closed(self, places: Iterable[_Place]) -> frozenset[_Place]:
        """With the blocks that may be entered and left without an activity."""
        found, waiting = set(places), list(places)
        while waiting:
            state, block, inside = waiting.pop()
            following: list[_Place] = []
            if block < 0:
                for name, k in self._block_of.items():
                    if name in self._moves[state]:
                        starts = tuple(branch.start() for branch in self._branches[k])
                        following.append((self._moves[state][name], k, starts))
            elif all(
                branch.may_end(here) for branch, here in zip(self._branches[block], inside, strict=True)
            ):
                following.append((state, -1, ()))
            for place in following:
                if place not in found:
                    found.add(place)
                    waiting.append(place)
        return frozenset(found)


def _plain(model: BlockModel) -> Model:
    return model if model.blocks else model.automaton
