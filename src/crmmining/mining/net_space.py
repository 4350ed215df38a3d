"""The state space of a Petri net: markings by number, silent transitions kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from crmmining.errors import ModelError, listed
from crmmining.mining.models import Marking, PetriNet
from crmmining.mining.state_machines import Nfa

BITS = 8  # a marking is one integer with a field per place: 7 bits of tokens and a guard
MOST_TOKENS = 2 ** (BITS - 1) - 1


class _Firing(NamedTuple):
    name: str
    label: str | None
    needs: int
    effect: int


class StateSpace:
    """Markings by number, and what leads from each to which others."""

    def __init__(self, net: PetriNet) -> None:
        _check_names(net)
        self.net, self.firings = net, _firings(net)
        self.guards = sum(1 << (BITS * i + BITS - 1) for i in range(len(net.places)))
        self.end = _packed(net, net.final)
        self.queue = [_packed(net, net.initial)]
        self.numbers = {self.queue[0]: 0}
        self.fired: list[list[tuple[str, int]]] = []
        self.moves: list[list[tuple[str, int]]] = []
        self.silent: list[list[int]] = []

    @property
    def final(self) -> int | None:
        """The number of the final marking, None while it is not met."""
        return self.numbers.get(self.end)

    @property
    def unexplored(self) -> range:
        """Markings that were met, and not left."""
        return range(len(self.moves), len(self.queue))

    def nfa(self, accepting: set[int]) -> Nfa:
        """What was explored as a machine; the unexplored lead nowhere."""
        nothing: list[list[int]] = [[] for _ in self.unexplored]
        return Nfa([*self.moves, *([] for _ in self.unexplored)], [*self.silent, *nothing], accepting)

    def explore(self) -> None:
        """Leave the next marking by every transition that can fire."""
        marking = self.queue[len(self.moves)]
        moves: list[tuple[str, int]] = []
        silent: list[int] = []
        fired: list[tuple[str, int]] = []
        for name, label, following in self.following(marking):
            number = self.number(following)
            fired.append((name, number))
            if label is None:
                silent.append(number)
            else:
                moves.append((label, number))
        self.moves.append(moves)
        self.silent.append(silent)
        self.fired.append(fired)

    def following(self, marking: int) -> Iterator[tuple[str, str | None, int]]:
        """The transitions that can fire, and the marking after each."""
        guarded = marking | self.guards
        for name, label, needs, effect in self.firings:
            if (guarded - needs) & self.guards == self.guards:  # no guard fell: tokens are enough
                yield name, label, marking + effect

    def number(self, marking: int) -> int:
        """The number of a marking, a new one for a new one."""
        if marking not in self.numbers:
            _check_tokens(self.net, marking & self.guards)
            self.numbers[marking] = len(self.queue)
            self.queue.append(marking)
        return self.numbers[marking]


def explored(net: PetriNet, max_states: int) -> StateSpace:
    """All markings that can be reached, breadth first (Murata 1989), up to a number."""
    space = StateSpace(net)
    while space.unexplored and len(space.queue) <= max_states:
        space.explore()
    return space


def _firings(net: PetriNet) -> list[_Firing]:
    fields = {place: BITS * i for i, place in enumerate(net.places)}
    needs = {transition.name: 0 for transition in net.transitions}
    effect = dict(needs)
    for (source, target), weight in Counter(net.arcs).items():
        if source in fields:
            needs[target] += weight << fields[source]
            effect[target] -= weight << fields[source]
        else:
            effect[source] += weight << fields[target]
    return [_Firing(t.name, t.label, needs[t.name], effect[t.name]) for t in net.transitions]


def _packed(net: PetriNet, marking: Marking) -> int:
    return sum(marking.get(place, 0) << (BITS * i) for i, place in enumerate(net.places))


def _check_tokens(net: PetriNet, fallen: int) -> None:
    if fallen:
        place = net.places[(fallen.bit_length() - 1) // BITS]
        raise ModelError(f"the net is not bounded: place {place!r} gathers more than {MOST_TOKENS} tokens")


def _check_names(net: PetriNet) -> None:
    places, transitions = set(net.places), {transition.name for transition in net.transitions}
    if len(places) + len(transitions) < len(net.places) + len(net.transitions):
        raise ModelError("two places or two transitions of the net have the same name")
    if both := places & transitions:
        raise ModelError(f"a place and a transition of the net are both called {listed(both)}")
    for source, target in net.arcs:
        if (source in places and target in transitions) == (source in transitions and target in places):
            raise ModelError(f"the arc {source!r} to {target!r} does not join a place and a transition")
    for name, marking in (("initial", net.initial), ("final", net.final)):
        if not any(marking.values()):
            raise ModelError(f"the net has no {name} marking: no place holds a token in it")
        for place, tokens in marking.items():
            if place not in places or not 0 <= tokens <= MOST_TOKENS:
                raise ModelError(f"the {name} marking puts {tokens!r} tokens in place {place!r}")
