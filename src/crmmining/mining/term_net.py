"""Terms as Petri nets, for tools that know no terms: the same runs, with silent transitions between."""

from __future__ import annotations

from crmmining.mining.models import PetriNet, Transition
from crmmining.mining.partial_orders import direct_pairs
from crmmining.study.journey import (
    Choice,
    Optional,
    Parallel,
    PartialOrder,
    Repeat,
    Sequence,
    Step,
    Term,
)


def net_of_term(term: Term) -> PetriNet:
    """A sound, safe workflow net (van der Aalst 1998) with the runs of a term.

    A step that the data cannot show may be left out, as everywhere.
    """
    drawing = _Drawing()
    start, end = drawing.place(), drawing.place()
    drawing.draw(term, start, end)
    return PetriNet(
        tuple(drawing.places), tuple(drawing.transitions), tuple(drawing.arcs), {start: 1}, {end: 1}
    )


class _Drawing:
    def __init__(self) -> None:
        self.places: list[str] = []
        self.transitions: list[Transition] = []
        self.arcs: list[tuple[str, str]] = []

    def place(self) -> str:
        self.places.append(f"p{len(self.places)}")
        return self.places[-1]

    def transition(self, label: str | None, before: list[str], after: list[str]) -> None:
        name = f"t{len(self.transitions)}"
        self.transitions.append(Transition(name, label))
        self.arcs += [(place, name) for place in before] + [(name, place) for place in after]

    def draw(self, term: Term, start: str, end: str) -> None:
        """The runs of a term between two places."""
        match term:
            case Step(activity):
                self.transition(activity, [start], [end])
                if term.unobserved:
                    self.transition(None, [start], [end])
            case Sequence(parts):
                self.chain(list(parts), start, end)
            case Choice(branches):
                for branch in branches:
                    self.apart(branch, start, end)
            case Optional(body):
                self.apart(body, start, end)
                self.transition(None, [start], [end])
            case Parallel(branches):
                self.ordered(PartialOrder(branches, frozenset()), start, end)
            case PartialOrder():
                self.ordered(term, start, end)
            case Repeat(body, at_least, at_most):
                more = [Optional(body)] * (at_most - at_least) if at_most is not None else [_Loop(body)]
                self.chain([*[body] * at_least, *more], start, end)

    def chain(self, parts: list[Term | _Loop], start: str, end: str) -> None:
        if not parts:
            self.transition(None, [start], [end])
        for i, part in enumerate(parts):
            following = end if i == len(parts) - 1 else self.place()
            if isinstance(part, _Loop):
                self.loop(part.body, start, following)
            else:
                self.draw(part, start, following)
            start = following

    def apart(self, term: Term, start: str, end: str) -> None:
        """A term that shares its ends with others: what is inside must not come back to them."""
        if isinstance(term, Step):
            self.draw(term, start, end)
            return
        inside, outside = self.place(), self.place()
        self.transition(None, [start], [inside])
        self.draw(term, inside, outside)
        self.transition(None, [outside], [end])

    def loop(self, body: Term, start: str, end: str) -> None:
        again, done = self.place(), self.place()
        self.transition(None, [start], [again])
        self.draw(body, again, done)
        self.transition(None, [done], [again])
        self.transition(None, [again], [end])

    def ordered(self, order: PartialOrder, start: str, end: str) -> None:
        pairs = {pair: self.place() for pair in direct_pairs(order)}
        firsts, lasts = [], []
        for i, part in enumerate(order.parts):
            begin, done = self.place(), self.place()
            before = [place for (_, second), place in pairs.items() if second == i]
            after = [place for (first, _), place in pairs.items() if first == i]
            if before:
                self.transition(None, before, [begin])
            else:
                firsts.append(begin)
            if after:
                self.transition(None, [done], after)
            else:
                lasts.append(done)
            self.draw(part, begin, done)
        self.transition(None, [start], firsts)
        self.transition(None, lasts, [end])


class _Loop:
    """A body any number of times."""

    def __init__(self, body: Term) -> None:
        self.body = body
