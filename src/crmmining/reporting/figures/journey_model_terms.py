"""Terms of an ideal journey as they are drawn: what is forbidden in them stands apart from the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several

from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term
from crmmining.study.journey_terms import in_order, steps_of

_NOTHING = Sequence(())


def allowed(term: Term) -> Term:
    """The same runs said more plainly: nothing forbidden in them, and nothing empty.

    >>> a, b = Step("a"), Step("b")
    >>> allowed(Sequence((Choice((a, Sequence(()))), Repeat(b, at_most=0)))) == Optional(a)
    True
    """
    match term:
        case Step():
            return term
        case Sequence(parts):
            plain = [allowed(part) for part in parts]
            flat = [p for part in plain for p in (part.parts if isinstance(part, Sequence) else (part,))]
            return flat[0] if len(flat) == 1 else Sequence(tuple(flat))
        case Choice(branches):
            plain = [allowed(branch) for branch in branches]
            some = _one_or(Choice, plain)
            return allowed(Optional(some)) if _NOTHING in plain and some != _NOTHING else some
        case Parallel(branches):
            return _one_or(Parallel, [allowed(branch) for branch in branches])
        case PartialOrder():
            return _allowed_order(term)
        case Repeat(body, at_least, at_most):
            plain_body = allowed(body)
            if at_most == 0 or plain_body == _NOTHING:
                return _NOTHING
            if at_most == 1:
                return plain_body if at_least else allowed(Optional(body))
            return Repeat(plain_body, at_least, at_most)
        case Optional(body):
            plain_body = allowed(body)
            kept = plain_body == _NOTHING or isinstance(plain_body, Optional)
            return plain_body if kept else Optional(plain_body)


def forbidden(term: Term) -> Iterator[Step]:
    """Every step that must not happen, in written order.

    >>> [step.activity for step in forbidden(Optional(Repeat(Step("a"), at_most=0)))]
    ['a']
    """
    match term:
        case Repeat(body, _, 0):
            yield from steps_of(body)
        case Sequence(parts) | Choice(parts) | Parallel(parts) | PartialOrder(parts):
            for part in parts:
                yield from forbidden(part)
        case Repeat(body) | Optional(body):
            yield from forbidden(body)


def _allowed_order(order: PartialOrder) -> Term:
    """An order without empty parts, and with only those pairs that do not follow from others."""
    after = {i: {j for first, j in order.before if first == i} for i in range(len(order.parts))}
    for i in reversed(in_order(order)):
        after[i] = after[i].union(*(after[j] for j in after[i]))
    plain = [allowed(part) for part in order.parts]
    kept = [i for i in after if plain[i] != _NOTHING]
    pairs = frozenset(
        (kept.index(i), kept.index(j))
        for i in kept
        for j in after[i].intersection(kept)
        if not any(j in after[k] for k in after[i].intersection(kept))
    )
    parts = tuple(plain[i] for i in kept)
    return PartialOrder(parts, pairs) if pairs else _one_or(Parallel, parts)


def _one_or(build: Callable[[tuple[Term, ...]], Term], terms: Several[Term]) -> Term:
    some = tuple(term for term in terms if term != _NOTHING)
    return build(some) if len(some) > 1 else some[0] if some else _NOTHING
