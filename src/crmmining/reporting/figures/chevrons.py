"""Chevrons: the steps of a path as arrow blocks, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from crmmining.reporting.figures.frame import Frame
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.shapes import chevron, text_in
from crmmining.reporting.figures.style import (
    ALARM_FILL,
    GRID,
    INK,
    MUTED,
    PAPER,
    FigureStyle,
)
from crmmining.reporting.figures.text import clean, text_width

CHEVRON, CHEVRON_GAP = 36.0, 7.0
_TIP = 8.0
_NARROWEST, _WIDEST = 50.0, 92.0
_SMALLEST = 7.5
_MOST_LINES = 4
_MANY = 4


@dataclass(frozen=True)
class VariantStep:
    """A step of a variant: `in_step` with the ideal, `extra` to it, or `skipped` from it.

    `repeats` counts the same step coming again and again; equal neighbours are collapsed when
    drawn, so a caller may leave it at 1. A step of the customer has `department="Customer"`.
    """

    activity: str
    department: str | None = None
    kind: Literal["in_step", "extra", "skipped"] = "in_step"
    repeats: int = 1


@dataclass(frozen=True)
class Block:
    """A chevron to be drawn; a folded one knows the departments of the steps inside."""

    text: str
    kind: Literal["in_step", "extra", "skipped", "folded"]
    department: str | None = None
    repeats: int = 1
    parts: tuple[str | None, ...] = ()


def collapse_repeats(steps: Iterable[VariantStep]) -> list[VariantStep]:
    """Equal neighbours as one step that counts them.

    >>> a, b = VariantStep("Nurture mail sent"), VariantStep("Adviser call")
    >>> [(step.activity, step.repeats) for step in collapse_repeats([a, a, a, b])]
    [('Nurture mail sent', 3), ('Adviser call', 1)]
    """
    collapsed: list[VariantStep] = []
    for step in steps:
        last = collapsed[-1] if collapsed else None
        if last and replace(last, repeats=step.repeats) == step:
            collapsed[-1] = replace(last, repeats=last.repeats + step.repeats)
        else:
            collapsed.append(step)
    return collapsed


def chevron_width(names: Sequence[str], longest: int, room: float) -> float:
    """Wide enough for the words in them, and for one line of the longest path if that goes."""
    words = (word for name in names for word in clean(name).split(" "))
    word = max((text_width(w, _SMALLEST + 0.5, "semibold") for w in words), default=0.0)
    needed = min(max(word + 2 * _TIP + 4, _NARROWEST), _WIDEST)
    per_line = max(1, int(room / needed))
    return min(room / min(per_line, max(longest, 1)), _WIDEST)


def in_lines(steps: Sequence[VariantStep], per_line: int, *, fold: bool = True) -> list[list[Block]]:
    """Blocks in lines. A path longer than a line is folded where nothing happens to it.

    Runs of steps as in the ideal keep their ends, runs of skipped steps become one block; what is
    still longer than four lines ends in a count.
    """
    blocks = [_block(step) for step in steps]
    if fold and len(blocks) > per_line:
        blocks = [block for run in _runs(steps) for block in _folded(run)]
    most = per_line * _MOST_LINES
    if len(blocks) > most:
        rest = sum(max(block.repeats, len(block.parts)) for block in blocks[most - 1 :])
        blocks = [*blocks[: most - 1], Block(f"{count_text(rest)} more", "folded")]
    return [blocks[i : i + per_line] for i in range(0, len(blocks), per_line)] or [[]]


def draw_chevrons(
    frame: Frame,
    left: float,
    top: float,
    lines: Sequence[Sequence[Block]],
    width: float,
    style: FigureStyle,
) -> None:
    """Lines of chevrons from the upper left corner."""
    for row, line in enumerate(lines):
        y = top + row * (CHEVRON + CHEVRON_GAP)
        for place, block in enumerate(line):
            _draw_block(frame, left + place * width, y, block, width, style)


def _block(step: VariantStep) -> Block:
    return Block(step.activity, step.kind, step.department, step.repeats)


def _runs(steps: Sequence[VariantStep]) -> list[list[VariantStep]]:
    return [list(run) for _, run in groupby(steps, key=lambda step: step.kind)]


def _folded(run: list[VariantStep]) -> list[Block]:
    kind, n = run[0].kind, sum(step.repeats for step in run)
    parts = tuple(step.department for step in run)
    if kind == "skipped" and len(run) >= _MANY:
        return [Block(f"{n} steps skipped", "skipped", parts=parts)]
    if kind == "in_step" and len(run) >= _MANY + 1:
        inner = sum(step.repeats for step in run[1:-1])
        middle = Block(f"{inner} steps as ideal", "folded", parts=parts[1:-1])
        return [_block(run[0]), middle, _block(run[-1])]
    return [_block(step) for step in run]


def _draw_block(frame: Frame, x: float, y: float, block: Block, width: float, style: FigureStyle) -> None:
    canvas = frame.canvas
    shape = chevron(x, y, width + _TIP - 4, CHEVRON, _TIP)
    fill = style.colour(block.department)
    if block.kind == "skipped":
        fill = PAPER
        canvas.polygon(shape, fill=PAPER, edge=MUTED, stroke=0.9, dash=(2.6, 2.0))
    elif block.kind == "extra":
        inner = chevron(x + 1, y + 1, width + _TIP - 6, CHEVRON - 2, _TIP)
        canvas.polygon(inner, fill=fill, edge=ALARM_FILL, stroke=2.4)
    else:
        fill = GRID if block.kind == "folded" else fill
        canvas.polygon(shape, fill=fill)
    strip = 5.0 if block.kind == "folded" and block.parts else 0.0
    room = (width - _TIP - 5, CHEVRON - 5 - strip)
    centre = (x + (width + _TIP - 4) / 2 + 2, y + CHEVRON / 2 - strip / 2)
    text_in(canvas, centre, room, block.text, fill, size=9.5, smallest=_SMALLEST)
    if strip:
        _strip(frame, x, y + CHEVRON - strip, width, block.parts, style)
    if block.repeats > 1:
        _badge(frame, x + width - 3, y - 5, f"×{block.repeats}")


def _strip(
    frame: Frame,
    x: float,
    y: float,
    width: float,
    parts: Sequence[str | None],
    style: FigureStyle,
) -> None:
    """The colours of the folded steps, small, along the foot of their block."""
    room = width - _TIP
    for place, part in enumerate(parts):
        left = x + room * place / len(parts)
        frame.canvas.box(left, y, room / len(parts), 5, fill=style.colour(part))


def _badge(frame: Frame, right: float, y: float, words: str) -> None:
    need = text_width(words, 8.5, "bold") + 8
    frame.canvas.box(right - need, y - 6.5, need, 13, radius=6, fill=INK, edge=PAPER, stroke=1.2)
    middle = right - need / 2
    frame.canvas.text(middle, y, words, 8.5, weight="bold", colour=PAPER, align="center")
