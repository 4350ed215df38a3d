"""Layout of the terms of an ideal journey: each one measured first, then placed from left to right."""

from __future__ import annotations

from collections.abc import Sequence as Several
from itertools import pairwise
from typing import Literal

from crmmining.reporting.figures.journey_model_blocks import BETWEEN, SIDE, Block, in_rows, packed
from crmmining.reporting.figures.journey_model_order import order_block
from crmmining.reporting.figures.journey_model_scene import NOTE, SIGN, Group, Label, Scene, Sign
from crmmining.reporting.figures.journey_model_step import step_block
from crmmining.reporting.figures.journey_model_terms import allowed
from crmmining.reporting.figures.text import text_width
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term
from crmmining.study.journey_terms import times_of

_SPLIT = 30.0  # from the edge of a choice to its branches
_PAD, _ARC = 9.0, 8.0  # round what has an outline, and to a line over or under a block


def measure(term: Term, room: float, owner: str | None) -> Block:
    """A term as a block, on several rows where one is too long for the room."""
    match term:
        case Step():
            return step_block(term, owner)
        case Sequence(parts):
            return in_rows([measure(part, room, owner) for part in parts], room)
        case Choice(branches):
            return _split("one", [measure(branch, room - 2 * _SPLIT, owner) for branch in branches])
        case Parallel(branches):
            return _split("all", [measure(branch, room - 2 * _SPLIT, owner) for branch in branches])
        case PartialOrder(parts):
            return order_block(term, room, lambda share: [measure(part, share, owner) for part in parts])
        case Repeat(body):
            return _loop(measure(body, room - 2 * SIDE, owner), times_of(term))
        case Optional(Step() as step):
            return _bypass(step_block(step, owner, optional=True))
        case Optional(Sequence() | Choice() | Parallel() as body):
            return _bypass(_outlined(measure(body, room - 2 * SIDE - 2 * _PAD, owner)))
        case Optional(body):
            return _bypass(measure(body, room - 2 * SIDE, owner))


def measure_rows(term: Term, room: float, owner: str | None) -> list[Block]:
    """What is done of a term as the rows of its stage; a stage with nothing to do is a bare line."""
    term = allowed(term)
    parts = term.parts if isinstance(term, Sequence) else (term,)
    return packed([measure(part, room, owner) for part in parts], room) if parts else [_BARE]


def _split(kind: Literal["one", "all"], branches: Several[Block]) -> Block:
    """Branches one under another between two diamonds; the first of a choice goes straight on."""
    ys = [0.0]
    for above, below in pairwise(branches):
        ys.append(ys[-1] + above.down + BETWEEN + below.up)
    axis = (
        0.0 if kind == "one" else min((ys[-1] / 2, *ys), key=lambda y: abs(y - ys[-1] / 2) - (y in ys) * 16)
    )
    ys = [y - axis for y in ys]
    width = max(block.width for block in branches) + 2 * _SPLIT

    def put(scene: Scene, x: float, y: float) -> None:
        first, last = x + SIGN, x + width - SIGN
        for block, offset in zip(branches, ys, strict=True):
            at, start = y + offset, x + _SPLIT
            out, back = ((first, y), (first, at)), ((last, at), (last, y))
            scene.wire(*out[offset == 0 :], (start, at), arrow=block.boxed)
            block.put(scene, start, at)
            scene.wire((start + block.width, at), *back[: 2 - (offset == 0)])
        scene.signs += [Sign(first, y, kind), Sign(last, y, kind)]

    return Block(width, max(SIGN, branches[0].up - ys[0]), max(SIGN, branches[-1].down + ys[-1]), put)


def _bypass(inner: Block) -> Block:
    """What may be left out, with a line over it."""

    def put(scene: Scene, x: float, y: float) -> None:
        right, top = x + inner.width + 2 * SIDE, y - inner.up - _ARC
        _through(scene, inner, x, y, SIDE)
        scene.wire((x + 3, y), (x + 3, top), (right - 3, top), (right - 3, y), arrow=True, dashed=True)
        scene.labels.append(Label((x + right) / 2, top, "optional"))

    return Block(inner.width + 2 * SIDE, inner.up + _ARC + 6, inner.down, put)


def _loop(inner: Block, words: str) -> Block:
    """What may come again, with a line back under it that says how often."""
    side = max(SIDE, (text_width(words, NOTE) + 34 - inner.width) / 2)

    def put(scene: Scene, x: float, y: float) -> None:
        right, bottom = x + inner.width + 2 * side, y + inner.down + _ARC
        _through(scene, inner, x, y, side)
        scene.wire((right - 3, y), (right - 3, bottom), (x + 3, bottom), (x + 3, y), arrow=True)
        scene.labels.append(Label((x + right) / 2, bottom, words))

    return Block(inner.width + 2 * side, inner.up, inner.down + _ARC + 6, put)


def _outlined(inner: Block) -> Block:
    def put(scene: Scene, x: float, y: float) -> None:
        width, height = inner.width + 2 * _PAD, inner.up + inner.down + 2 * _PAD
        scene.groups.append(Group(x, y - inner.up - _PAD, width, height))
        _through(scene, inner, x, y, _PAD)

    return Block(inner.width + 2 * _PAD, inner.up + _PAD, inner.down + _PAD, put)


def _through(scene: Scene, inner: Block, x: float, y: float, side: float) -> None:
    """A block with a piece of line on both sides."""
    right = x + side + inner.width
    scene.wire((x, y), (x + side, y), arrow=inner.boxed)
    inner.put(scene, x + side, y)
    scene.wire((right, y), (right + side, y))


def _put_nothing(scene: Scene, x: float, y: float) -> None:
    scene.wire((x, y), (x + 80, y))
    scene.labels.append(Label(x + 40, y, "no step"))


_BARE = Block(80, SIGN, SIGN, _put_nothing)
