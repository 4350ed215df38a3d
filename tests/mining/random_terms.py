"""Random journey terms, and every run they allow, found the slow way."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term


@st.composite
def terms(draw: st.DrawFn, names: str = "abcdef", depth: int = 3) -> Term:
    """A term in which each name stands at most once."""
    chosen = draw(st.permutations(list(names)))
    return _term(draw, chosen[: draw(st.integers(1, len(chosen)))], depth)


def _term(draw: st.DrawFn, names: list[str], depth: int) -> Term:
    if len(names) == 1 or depth == 0:
        steps = tuple(Step(name, unobserved=draw(st.integers(0, 9)) == 0) for name in names)
        return steps[0] if len(steps) == 1 else Sequence(steps)
    cuts = sorted(draw(st.sets(st.integers(1, len(names) - 1), min_size=1, max_size=3)))
    pieces = [names[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)], strict=True)]
    parts = tuple(_term(draw, piece, depth - 1) for piece in pieces)
    match draw(
        st.sampled_from(["sequence", "parallel", "parallel", "choice", "order", "optional", "repeat"])
    ):
        case "sequence":
            return Sequence(parts)
        case "parallel":
            return Parallel(parts)
        case "choice":
            return Choice(parts)
        case "order":
            pairs = [(a, b) for a in range(len(parts)) for b in range(a + 1, len(parts))]
            return PartialOrder(parts, frozenset(draw(st.sets(st.sampled_from(pairs), min_size=1))))
        case "optional":
            return Optional(Sequence(parts))
    at_least = draw(st.integers(0, 1))
    return Repeat(Sequence(parts), at_least, draw(st.sampled_from([None, 1, 2])))


def runs_of(term: Term, most: int) -> set[tuple[str, ...]]:
    """All runs of at most `most` activities."""
    match term:
        case Step(activity):
            found = {(activity,)} | ({()} if term.unobserved else set())
        case Sequence(parts):
            found = {()}
            for part in parts:
                found = _joined(found, runs_of(part, most), most)
        case Choice(branches):
            found = set().union(*(runs_of(branch, most) for branch in branches))
        case Optional(body):
            found = {(), *runs_of(body, most)}
        case Repeat(body, at_least, at_most):
            inner, once = runs_of(body, most), {()}
            found, times = set(), 0
            while once and times <= (at_most if at_most is not None else most + at_least):
                if times >= at_least:
                    found |= once
                once, times = _joined(once, inner, most), times + 1
        case Parallel(branches):
            found = _ordered(branches, frozenset(), most)
        case PartialOrder(parts, before):
            found = _ordered(parts, before, most)
    return {run for run in found if len(run) <= most}


def _joined(first: set[tuple[str, ...]], second: set[tuple[str, ...]], most: int) -> set[tuple[str, ...]]:
    return {a + b for a in first for b in second if len(a) + len(b) <= most}


def _ordered(parts: tuple[Term, ...], before: frozenset[tuple[int, int]], most: int) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for chosen in product(*(sorted(runs_of(part, most)) for part in parts)):
        if sum(map(len, chosen)) <= most:
            found |= _interleaved([list(run) for run in chosen], _closed(before, len(parts)))
    return found


def _closed(before: frozenset[tuple[int, int]], n: int) -> set[tuple[int, int]]:
    pairs = set(before)
    for _ in range(n):
        pairs |= {(a, d) for a, b in pairs for c, d in pairs if b == c}
    return pairs


def _interleaved(left: list[list[str]], before: set[tuple[int, int]]) -> set[tuple[str, ...]]:
    if not any(left):
        return {()}
    found: set[tuple[str, ...]] = set()
    for i, run in enumerate(left):
        if run and not any(left[a] for a, b in before if b == i):
            rest = [run[1:] if j == i else other for j, other in enumerate(left)]
            found |= {(run[0], *after) for after in _interleaved(rest, before)}
    return found
