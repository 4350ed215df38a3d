"""From a journey, a process tree or a net to the model that sequences are aligned with.

Exact where it can be: one automaton, or automata with blocks where much happens side by side. Where both
are too large the model is bounded from both sides, and the alignments say so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

from crmmining.errors import ModelError, TooLargeError
from crmmining.mining.automaton import MAX_STATES, from_petri_net, frozen
from crmmining.mining.block_model import Model, compile_term
from crmmining.mining.bounded_model import BoundedModel
from crmmining.mining.models import PetriNet
from crmmining.mining.net_language import bounded_languages
from crmmining.mining.partial_orders import looser, tighter, with_orders
from crmmining.mining.soundness import check_soundness
from crmmining.mining.term_net import net_of_term
from crmmining.study.journey import IdealJourney, Term

AnyModel: TypeAlias = Model | BoundedModel
EXPLORED = 20_000
"""Markings of a net too large to be held that are looked at."""


def model_of_journey(journey: IdealJourney) -> AnyModel:
    """The model of an ideal journey, which may be declared by a file.

    Raises:
        ModelError: a file that cannot be read, or a model that is not sound.
    """
    if journey.model is None:
        return model_of_term(journey.term)
    return _read(journey.model, journey.model.stat().st_mtime_ns).model


@dataclass(frozen=True, eq=False)
class ReadModel:
    """A model that was read from a file: its net, and its process tree where it has one."""

    net: PetriNet
    term: Term | None = None

    @cached_property
    def model(self) -> AnyModel:
        """What sequences are aligned with."""
        return model_of_net(self.net, self.term)


def read_model(path: Path) -> ReadModel:
    """The model in a file (PNML, BPMN 2.0, PTML), which must be sound: somebody drew it to be held to it.

    Raises:
        MissingFileError, ModelError: no such file; it cannot be read; the model is not sound.
    """
    from crmmining.mining.pm4py_bridge import block_structure, read_net, read_term

    net, term = read_net(path), read_term(path)
    if term is None:
        try:
            check_soundness(net, MAX_STATES)
        except TooLargeError:
            term = block_structure(net)  # a net made of blocks is sound
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None
    return ReadModel(net, term)


@lru_cache(maxsize=16)
def _read(path: Path, modified: int) -> ReadModel:
    return read_model(path)


def net_of_journey(journey: IdealJourney) -> PetriNet:
    """The journey as a Petri net."""
    if journey.model is None:
        return net_of_term(journey.term)
    return _read(journey.model, journey.model.stat().st_mtime_ns).net


def model_of_net(net: PetriNet, term: Term | None = None, *, max_states: int = MAX_STATES) -> AnyModel:
    """The model of a net, through its process tree where that is known or can be found.

    Raises:
        ModelError: the net never ends or is unbounded.
    """
    if term is not None:
        return model_of_term(term, max_states=max_states)
    try:
        return from_petri_net(net, max_states=max_states)
    except TooLargeError:
        from crmmining.mining.pm4py_bridge import block_structure

        found = block_structure(net)
        return model_of_term(found, max_states=max_states) if found else _bounded(net, max_states)


def model_of_term(term: Term, *, max_states: int = MAX_STATES) -> AnyModel:
    """The model of a term."""
    try:
        return compile_term(term, max_states=max_states)
    except TooLargeError:
        with suppress(TooLargeError):  # wide orders lie between those that can be taken apart
            ends = (with_orders(term, tighter), with_orders(term, looser))
            return BoundedModel(*(compile_term(end, max_states=max_states) for end in ends))
        return _bounded(net_of_term(term), max_states)


def _bounded(net: PetriNet, max_states: int) -> BoundedModel:
    smaller, larger = bounded_languages(net, min(EXPLORED, max_states))
    return BoundedModel(frozen(smaller), frozen(larger))
