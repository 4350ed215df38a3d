"""The words of an ideal journey as terms: step, sequence, choice, parallel, order, repeat, optional.

A term stands for the set of runs (activity sequences) it allows. The terms are neutral: a process
tree is written in them as well, with ``Sequence(())`` as its silent step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Actor: TypeAlias = Literal["customer", "company", "system"]
ACTORS: tuple[Actor, ...] = ("customer", "company", "system")


@dataclass(frozen=True, slots=True)
class StepPromise:
    """What the customer is promised at a step: at most `within` after the event `since`."""

    since: str
    within: str
    pay: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One activity, with what the journey asks of it.

    `aliases` are other activities that count as this step. An `unobserved` step is one the data cannot
    show: nobody is charged for it. `weight` is the cost of missing it, and of doing it where it does not
    belong.
    """

    activity: str
    actor: Actor | None = None
    channels: tuple[str, ...] = ()
    moment_of_truth: bool = False
    promise: StepPromise | None = None
    owner: str | None = None
    weight: int = 1
    aliases: tuple[str, ...] = ()
    unobserved: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """All parts, one after the other; without parts, nothing happens."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of the branches."""

    branches: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """All branches, their steps in any order between each other."""

    branches: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class PartialOrder:
    """All parts; `before` are pairs of their numbers: the first is done before the second begins.

    The pairs make no circle; what follows from others need not be said.
    """

    parts: tuple[Term, ...]
    before: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body `at_least` to `at_most` times; None is without limit, 0 is never."""

    body: Term
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Optional:
    """The body once or not at all."""

    body: Term


Term: TypeAlias = Step | Sequence | Choice | Parallel | PartialOrder | Repeat | Optional


@dataclass(frozen=True, slots=True)
class Stage:
    """An ordered group of steps, with the one who answers for it."""

    name: str
    body: Sequence
    owner: str | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step of the stage in written order."""
        return tuple(steps_of(self.body))


def steps_of(term: Term) -> Iterator[Step]:
    """Every step of a term in written order; a name may come more than once.

    >>> [step.activity for step in steps_of(Sequence((Step("a"), Optional(Step("b")))))]
    ['a', 'b']
    """
    match term:
        case Step():
            yield term
        case Sequence(parts) | Choice(parts) | Parallel(parts) | PartialOrder(parts):
            for part in parts:
                yield from steps_of(part)
        case Repeat(body) | Optional(body):
            yield from steps_of(body)


def main_path_of(term: Term) -> tuple[str, ...]:
    """The plainest run: first branch of a choice, optional left out, as few repeats as allowed.

    Steps that the data cannot show are left out too.

    >>> main_path_of(Parallel((Step("a"), Repeat(Step("b"), at_least=2))))
    ('a', 'b', 'b')
    """
    match term:
        case Step(activity):
            return () if term.unobserved else (activity,)
        case Sequence(parts) | Parallel(parts):
            return tuple(activity for part in parts for activity in main_path_of(part))
        case PartialOrder(parts):
            return tuple(activity for i in in_order(term) for activity in main_path_of(parts[i]))
        case Choice(branches):
            return main_path_of(branches[0])
        case Repeat(body, at_least):
            return main_path_of(body) * at_least
        case Optional():
            return ()


def in_order(order: PartialOrder) -> list[int]:
    """The numbers of the parts so that each comes after those before it; else in written order.

    A part in a circle, or behind one, is left out.

    >>> in_order(PartialOrder((Step("a"), Step("b"), Step("c")), frozenset({(2, 0)})))
    [1, 2, 0]
    """
    before: dict[int, set[int]] = {i: set() for i in range(len(order.parts))}
    for first, second in order.before:
        before[second].add(first)
    found: list[int] = []
    while free := [i for i, needed in before.items() if i not in found and needed <= set(found)]:
        found.append(free[0])
    return found


def text_of(term: Term) -> list[str]:
    """A term as indented lines, for people.

    >>> text_of(Choice((Step("a"), Sequence((Step("b"), Step("c"))))))
    ['one of:', '  - a', '  - b → c']
    """
    match term:
        case Step():
            return [f"{term.activity}{_remarks(term)}"]
        case Sequence(parts):
            lines = [text_of(part) for part in parts]
            if all(len(part) == 1 for part in lines):
                return [" → ".join(part[0] for part in lines) or "(nothing)"]
            return [line for part in lines for line in part]
        case Choice(branches):
            return ["one of:", *_bullets(branches)]
        case Parallel(branches):
            return ["in any order:", *_bullets(branches)]
        case PartialOrder(parts):
            pairs = [f"{_first_of(parts[a])} before {_first_of(parts[b])}" for a, b in sorted(term.before)]
            return [f"in any order, but {'; '.join(pairs)}:", *_bullets(parts)]
        case Repeat(body):
            return _headed(times_of(term), body)
        case Optional(body):
            return _headed("optional", body)


def times_of(repeat: Repeat) -> str:
    """How often, in words.

    >>> times_of(Repeat(Step("a"), at_least=1)), times_of(Repeat(Step("a"), at_most=0))
    ('1 or more times', 'never')
    """
    least, most = repeat.at_least, repeat.at_most
    if most is None:
        return "any number of times" if least == 0 else f"{least} or more times"
    if most == 0:
        return "never"
    if least == most:
        return "once" if most == 1 else f"{most} times"
    return f"at most {most} times" if least == 0 else f"{least} to {most} times"


def _first_of(term: Term) -> str:
    return next((step.activity for step in steps_of(term)), "(nothing)")


def _headed(head: str, body: Term) -> list[str]:
    lines = text_of(body)
    if len(lines) == 1:
        return [f"{head}: {lines[0]}"]
    return [f"{head}:", *(f"  {line}" for line in lines)]


def _bullets(branches: tuple[Term, ...]) -> list[str]:
    lines = []
    for branch in branches:
        first, *rest = text_of(branch)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return lines


def _remarks(step: Step) -> str:
    promise = step.promise
    remarks = [
        step.aliases and f"or {' or '.join(step.aliases)}",
        step.unobserved and "not seen in the data",
        step.actor and f"by {step.actor}",
        step.channels and f"via {' or '.join(step.channels)}",
        step.moment_of_truth and "moment of truth",
        promise and f"promised within {promise.within} of {promise.since!r}",
        promise and promise.pay and f"else {promise.pay}",
        step.owner and f"owner {step.owner}",
        step.weight != 1 and f"weight {step.weight}",
    ]
    said = "; ".join(remark for remark in remarks if remark)
    return f"  ({said})" if said else ""
