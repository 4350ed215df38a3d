"""The language of a Petri net, exact where its markings can be held, else between two bounds."""

from __future__ import annotations

from collections.abc import Iterator

from crmmining.errors import ModelError
from crmmining.mining.bisimulation import condensed
from crmmining.mining.models import PetriNet
from crmmining.mining.net_space import StateSpace, explored
from crmmining.mining.state_machines import Dfa, Nfa, determinise, minimal, minimise, numbered, too_large

MOST_DIVED = 10_000
"""Markings that are looked at, beyond those explored, for one run to the end."""


def net_language(net: PetriNet, max_states: int) -> Dfa:
    """The minimal DFA of the label sequences from the initial to the final marking.

    Raises ModelError for a net that names what it has not, is unbounded, has more than
    `max_states` markings, or never reaches its final marking.
    """
    space = explored(net, max_states)
    if space.unexplored:
        raise too_large(max_states)
    if space.final is None:
        raise ModelError("the final marking of the net is never reached from its initial marking")
    return numbered(minimal(condensed(space.nfa({space.final})), max_states))


def bounded_languages(net: PetriNet, max_states: int) -> tuple[Dfa, Dfa]:
    """Two languages that the net's lies between, where it has too many markings to hold.

    The smaller has only the runs through the markings that were explored, the larger allows anything
    from an unexplored one on.

    Raises:
        ModelError: as `net_language`; or no run to the end was found.
    """
    space = explored(net, max_states)
    numbers = _dive(net, space, max_states)
    if space.final is None:
        raise too_large(max_states)
    room = max_states + MOST_DIVED
    smaller = numbered(minimal(condensed(space.nfa({space.final})), room))
    anything = len(space.moves)
    labels = sorted({t.label for t in net.transitions if t.label is not None})
    moves = [*space.moves, [(label, anything) for label in labels]]
    silent = [[*row, anything] if i in numbers else row for i, row in enumerate(space.silent)]
    larger = Nfa(moves, [*silent, []], {space.final, anything})
    return smaller, numbered(minimise(determinise(larger, room, anything)))


def _dive(net: PetriNet, space: StateSpace, max_states: int) -> set[int]:
    """Add a run to the end to an unfinished space, depth first; returns the unexplored that stay so.

    What it meets gets the moves of that run only.
    """
    unexplored = set(space.unexplored)
    space.moves += [[] for _ in unexplored]
    space.silent += [[] for _ in unexplored]
    if space.final is not None:
        return unexplored
    seen = set(space.queue)
    path: list[tuple[int, Iterator[tuple[str, str | None, int]]]] = []
    steps: list[tuple[str | None, int]] = []
    at = space.queue[max(unexplored, default=0)]
    path.append((at, space.following(at)))
    while path and len(seen) <= max_states + MOST_DIVED:
        for _, label, marking in path[-1][1]:
            if marking in seen and marking != space.end:
                continue
            seen.add(marking)
            steps.append((label, marking))
            path.append((marking, space.following(marking)))
            break
        else:
            path.pop()
            if steps:
                steps.pop()
            continue
        if path[-1][0] == space.end:
            for (before, _), (label, after) in zip(path, steps, strict=False):
                source, target = space.numbers[before], space.number(after)
                if target == len(space.moves):
                    space.moves.append([])
                    space.silent.append([])
                    unexplored.add(target)
                if label is None:
                    space.silent[source].append(target)
                else:
                    space.moves[source].append((label, target))
            break
    return unexplored - ({space.final} if space.final is not None else set())
