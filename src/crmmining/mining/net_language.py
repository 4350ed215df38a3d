"""The language of a Petri net: its bounded state space, silent transitions kept apart."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from crmmining.errors import ModelError, listed
from crmmining.mining.bisimulation import condensed
from crmmining.mining.models import Marking, PetriNet
from crmmining.mining.state_machines import Dfa, Nfa, minimal, numbered, too_large

BITS = 8  # a marking is one integer with a field per place: 7 bits of tokens and a guard
MOST_TOKENS = 2 ** (BITS - 1) - 1


def net_language(net: PetriNet, max_states: int) -> Dfa:
    """The minimal DFA of the label sequences from the initial to the final marking.

    Raises ModelError for a net that names what it has not, is unbounded, has more than
    `max_states` markings, or never reaches its final marking.
    """
    _check_names(net)
    return numbered(minimal(condensed(_state_space(net, max_states)), max_states))


class _Firing(NamedTuple):
    label: str | None
    needs: int
    effect: int


def _state_space(net: PetriNet, max_states: int) -> Nfa:
    """All markings that can be reached, breadth first (Murata 1989)."""
    guards = sum(1 << (BITS * i + BITS - 1) for i in range(len(net.places)))
    start, final = _packed(net, net.initial), _packed(net, net.final)
    firings = _firings(net)
    numbers, queue = {start: 0}, [start]
    moves: list[list[tuple[str, int]]] = []
    silent: list[list[int]] = []
    for marking in queue:  # grows while it is walked
        moves.append([])
        silent.append([])
        guarded = marking | guards
        for label, needs, effect in firings:
            if (guarded - needs) & guards != guards:  # a guard fell: too few tokens in its place
                continue
            following = marking + effect
            if following not in numbers:
                _check_tokens(net, following & guards)
                numbers[following] = len(queue)
                queue.append(following)
            if label is None:
                silent[-1].append(numbers[following])
            else:
                moves[-1].append((label, numbers[following]))
        if len(queue) > max_states:
            raise too_large(max_states)
    if final not in numbers:
        raise ModelError("the final marking of the net is never reached from its initial marking")
    return Nfa(moves, silent, {numbers[final]})


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
    return [_Firing(t.label, needs[t.name], effect[t.name]) for t in net.transitions]


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
