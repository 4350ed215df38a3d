"""Steps of an ideal journey as they are drawn: boxes with their marks, and outlines round several."""

from __future__ import annotations

from math import cos, pi, sin

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.journey_model_scene import (
    BOX,
    NOTE,
    NOTE_LINE,
    PROMISE,
    PROMISE_LINE,
    Group,
    StepBox,
)
from crmmining.reporting.figures.style import BLUE, CUSTOMER, INK, LINE, MIDDLE, MUTED, PAPER, WASH, tint
from crmmining.study.journey import Actor

PROMISE_FILL = tint(BLUE, 0.84)
_NAME_LINE = 1.14  # of the font size
_EDGE_OF: dict[Actor, str] = {"customer": CUSTOMER, "company": BLUE, "system": INK}
_FRAME = "#9FACBA"


def draw_step(canvas: Canvas, box: StepBox) -> None:
    """The box with its name and marks, and beneath it what the journey asks."""
    step, middle, y = box.step, box.left + box.width / 2, box.top + BOX
    if box.promise:
        height = len(box.promise) * PROMISE_LINE + 6
        canvas.box(box.left + 5, y - 3, box.width - 10, height, radius=3, fill=PROMISE_FILL)
        centre = y + len(box.promise) * PROMISE_LINE / 2 + 1
        canvas.lines(middle, centre, box.promise, PROMISE, weight="semibold", align="center")
        y += height - 2
    for place, line in enumerate(box.notes):
        canvas.text(middle, y + 8 + place * NOTE_LINE, line, NOTE, colour=MUTED, align="center")
    _frame_of(canvas, box)
    canvas.lines(
        middle + (2.5 if step.actor else 0),
        box.top + BOX / 2,
        box.name,
        box.size,
        spacing=_NAME_LINE,
        weight="semibold",
        colour=MUTED if step.unobserved else INK,
        align="center",
        halo=WASH if step.unobserved else None,
    )
    if step.moment_of_truth:
        draw_star(canvas, box.left + box.width - 6, box.top + 1)


def draw_group(canvas: Canvas, group: Group) -> None:
    """An outline: dashed round what is optional, else with the words that hold in it."""
    dash = None if group.words else (2.6, 2.0)
    canvas.box(group.left, group.top, group.width, group.height, radius=7, edge=_FRAME, dash=dash)
    if group.words:
        canvas.text(group.left + 10, group.top + 12, group.words, NOTE, colour=MUTED)


def draw_edge(canvas: Canvas, left: float, top: float, height: float, actor: Actor) -> None:
    """Who does it, along the left side; that of a system is broken, so that it differs without colour."""
    pieces = 4 if actor == "system" else 1
    share = 1.5 if pieces > 1 else 1.0  # of a piece, with the gap beneath it
    each = (height - 8) / (pieces * share - share + 1)
    for piece in range(pieces):
        canvas.box(left + 1.5, top + 4 + piece * each * share, 4, each, fill=_EDGE_OF[actor])


def draw_star(canvas: Canvas, x: float, y: float) -> None:
    """A moment of truth, round its centre."""
    reach = [8.0, 8.0 * 0.46] * 5
    points = [(x + sin(pi * i / 5) * r, y - cos(pi * i / 5) * r) for i, r in enumerate(reach)]
    canvas.polygon(points, fill=MIDDLE, edge=PAPER, stroke=1.0)


def _frame_of(canvas: Canvas, box: StepBox) -> None:
    at = (box.left, box.top, box.width, BOX)
    if box.step.unobserved:
        canvas.box(*at, radius=5, fill=WASH)
        _hatch(canvas, *at)
        canvas.box(*at, radius=5, edge=MUTED, stroke=1.0, dash=(1.0, 1.8))
    else:
        dash = (2.6, 2.0) if box.optional else None
        canvas.box(*at, radius=5, fill=PAPER, edge=MUTED if box.optional else _FRAME, stroke=1.0, dash=dash)
    if box.step.actor:
        draw_edge(canvas, box.left, box.top, BOX, box.step.actor)


def _hatch(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    """Thin slanting lines within a box."""
    for place in range(8, int(width + height), 8):
        start = (left + max(0.0, place - height), top + min(height, place))
        end = (left + min(width, place), top + max(0.0, place - width))
        canvas.line([start, end], colour=LINE, stroke=0.6)
