"""Partial orders of parts: as sequences of parallel parts where they are, else as a machine of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crmmining.mining.state_machines import Dfa, too_large
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Term
from crmmining.study.journey_terms import in_order


def decomposed(term: PartialOrder) -> Term:
    """The same runs with less order in it: split where nothing, or everything, stands between two halves.

    Parts that no pair joins are parallel; halves of which one is wholly before the other are a sequence
    (series-parallel orders, Valdes, Tarjan and Lawler 1982). What cannot be split stays an order.

    >>> from crmmining.study.journey import Step
    >>> a, b, c = Step("a"), Step("b"), Step("c")
    >>> decomposed(PartialOrder((a, b, c), frozenset({(0, 2), (1, 2)})))
    ... # doctest: +NORMALIZE_WHITESPACE +ELLIPSIS
    Sequence(parts=(Parallel(branches=(Step(activity='a', ...), Step(activity='b', ...))),
                    Step(activity='c', ...)))
    """
    return _split(term, _closed(term.before, len(term.parts)), list(range(len(term.parts))))


def tighter(order: PartialOrder) -> Term:
    """An order with more said, so with fewer runs: step by step in levels, each level in any order."""
    closed, n = _closed(order.before, len(order.parts)), len(order.parts)
    level = [0] * n
    for part in in_order(order):
        level[part] = max((level[a] + 1 for a in range(n) if (a, part) in closed), default=0)
    return Sequence(
        tuple(
            Parallel(tuple(order.parts[i] for i in range(n) if level[i] == depth))
            for depth in range(max(level) + 1)
        )
    )


def looser(order: PartialOrder) -> Term:
    """An order with less said, so with more runs: chains of parts, nothing between two chains."""
    closed = _closed(order.before, len(order.parts))
    left, chains = in_order(order), []
    while left:
        chain = [left[0]]
        for part in left:
            if (chain[-1], part) in closed:
                chain.append(part)
        chains.append(Sequence(tuple(order.parts[i] for i in chain)))
        left = [part for part in left if part not in chain]
    return Parallel(tuple(chains))


def with_orders(term: Term, instead: Callable[[PartialOrder], Term]) -> Term:
    """A term with something instead of every order that cannot be taken apart."""

    def inside(parts: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(with_orders(part, instead) for part in parts)

    match term:
        case Sequence(parts):
            return Sequence(inside(parts))
        case Choice(branches):
            return Choice(inside(branches))
        case Parallel(branches):
            return Parallel(inside(branches))
        case Optional(body):
            return Optional(with_orders(body, instead))
        case Repeat(body, at_least, at_most):
            return Repeat(with_orders(body, instead), at_least, at_most)
        case PartialOrder():
            simpler = decomposed(term)
            return with_orders(instead(simpler) if isinstance(simpler, PartialOrder) else simpler, instead)
        case _:
            return term


def order_language(parts: list[Dfa], before: Iterable[tuple[int, int]], max_states: int) -> Dfa:
    """The machine of an order whose parts have no activity in common.

    A part takes its first step when all before it may end, and these end with it. Raises ModelError
    above `max_states`.
    """
    closed = _closed(before, len(parts))
    needed = [[i for i in range(len(parts)) if (i, j) in closed] for j in range(len(parts))]
    start = (0,) * len(parts)
    numbers, queue = {start: 0}, [start]
    moves: list[dict[str, int]] = []
    accepting: set[int] = set()
    for state in queue:  # grows while it is walked
        row: dict[str, int] = {}
        for j, part in enumerate(parts):
            if state[j] == _ENDED or not all(_may_end(parts[i], state[i]) for i in needed[j]):
                continue
            ended = [_ENDED if i in needed[j] else s for i, s in enumerate(state)]
            for label, target in part.moves[state[j]].items():
                following = tuple(target if i == j else s for i, s in enumerate(ended))
                if following not in numbers:
                    numbers[following] = len(queue)
                    queue.append(following)
                row[label] = numbers[following]
        if all(_may_end(part, s) for part, s in zip(parts, state, strict=True)):
            accepting.add(len(moves))
        moves.append(row)
        if len(queue) > max_states:
            raise too_large(max_states)
    return Dfa(moves, accepting)


def direct_pairs(order: PartialOrder) -> list[tuple[int, int]]:
    """The pairs from which the others follow, in order."""
    closed = _closed(order.before, len(order.parts))
    between = {(a, c) for a, b in closed for b_, c in closed if b == b_}
    return sorted(closed - between)


_ENDED = -1


def _may_end(part: Dfa, state: int) -> bool:
    return state == _ENDED or state in part.accepting


def _closed(before: Iterable[tuple[int, int]], n: int) -> set[tuple[int, int]]:
    """All pairs that follow from the given (Warshall 1962)."""
    found = set(before)
    for via in range(n):
        found |= {(a, b) for a in range(n) for b in range(n) if (a, via) in found and (via, b) in found}
    return found


def _split(term: PartialOrder, closed: set[tuple[int, int]], chosen: list[int]) -> Term:
    if len(chosen) == 1:
        return term.parts[chosen[0]]
    apart = _groups(chosen, lambda a, b: (a, b) in closed or (b, a) in closed)
    if len(apart) > 1:
        return Parallel(tuple(_split(term, closed, group) for group in apart))
    joined = _groups(chosen, lambda a, b: (a, b) not in closed and (b, a) not in closed)
    if len(joined) > 1:  # between any two of these groups all is ordered
        joined.sort(key=lambda group: sum((a, group[0]) in closed for a in chosen))
        return Sequence(tuple(_split(term, closed, group) for group in joined))
    place = {part: i for i, part in enumerate(chosen)}
    pairs = frozenset((place[a], place[b]) for a, b in closed if a in place and b in place)
    return PartialOrder(tuple(term.parts[i] for i in chosen), pairs)


def _groups(chosen: list[int], related: Callable[[int, int], bool]) -> list[list[int]]:
    """Connected components of a relation, each in order."""
    found: list[list[int]] = []
    for part in chosen:
        together = [part]
        apart = []
        for group in found:
            if any(related(part, other) for other in group):
                together = group + together
            else:
                apart.append(group)
        found = [*apart, together]
    return [sorted(group) for group in sorted(found, key=min)]
