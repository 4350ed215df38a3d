"""Soundness of a net that somebody drew: whether every run comes to its end, and every step can happen."""

from __future__ import annotations

from crmmining.errors import ModelError, listed
from crmmining.mining.models import PetriNet
from crmmining.mining.net_space import StateSpace, explored
from crmmining.mining.state_machines import too_large


def check_soundness(net: PetriNet, max_states: int) -> None:
    """Refuse a net that promises what it cannot keep, with the reason.

    Sound (van der Aalst 1998): from every marking that can be reached the end can be; nothing is left
    over when it is; every transition can happen.

    Raises:
        ModelError: the net is unsound; or too large to tell.
    """
    space = explored(net, max_states)
    if space.unexplored:
        raise too_large(max_states)
    if space.final is None:
        raise ModelError("the final marking of the net is never reached from its initial marking")
    fired = {name for row in space.fired for name, _ in row}
    for transition in net.transitions:
        if transition.name not in fired:
            what = f"the step {transition.label!r}" if transition.label else "a silent step"
            raise ModelError(f"the model is not sound: {what} can never happen")
    following = [[target for _, target in row] for row in space.fired]
    for state, row in enumerate(following):
        if state != space.final and not row:
            said = listed(_shown_run(space, state)) or "nothing"
            raise ModelError(f"the model is not sound: after {said} it is stuck before its end")
    ending = _leading_to(space.final, following)
    if len(ending) < len(following):
        state = min(set(range(len(following))) - ending)
        said = listed(_shown_run(space, state)) or "nothing"
        raise ModelError(f"the model is not sound: after {said} its end can no longer be reached")


def _leading_to(final: int, following: list[list[int]]) -> set[int]:
    arriving: list[list[int]] = [[] for _ in following]
    for source, row in enumerate(following):
        for target in row:
            arriving[target].append(source)
    found, waiting = {final}, [final]
    while waiting:
        for source in arriving[waiting.pop()]:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _shown_run(space: StateSpace, state: int) -> list[str]:
    """The labels on a shortest way to a marking."""
    came: dict[int, tuple[int, str]] = {}
    for source, row in enumerate(space.fired):
        for name, target in row:
            if target not in came and target != 0:
                came[target] = (source, name)
    labels = {t.name: t.label for t in space.net.transitions}
    run: list[str] = []
    while state:
        state, name = came[state]
        if (label := labels[name]) is not None:
            run.append(label)
    return run[::-1]
