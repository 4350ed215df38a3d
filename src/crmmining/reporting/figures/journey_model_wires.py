"""Lines of an ideal journey as they are drawn, with the signs and the words on them."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

from matplotlib.path import Path

from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.journey_model_scene import NOTE, SIGN, Label, Sign, Wire
from crmmining.reporting.figures.style import INK, MUTED, PAPER, WASH
from crmmining.reporting.figures.text import text_width

_COLOUR = "#6F7E91"


def draw_wire(canvas: Canvas, wire: Wire) -> None:
    """A line with its corners rounded, or swung, and the head of its arrow."""
    points = list(dict.fromkeys(wire.points))
    if len(points) < 2:
        return
    path = _curve(points) if wire.curved else _bent(points)
    canvas.shape(path, edge=_COLOUR, stroke=1.1, dash=(3.0, 2.0) if wire.dashed else None)
    if wire.arrow:
        before = (points[-1][0] - 1, points[-1][1]) if wire.curved else points[-2]
        _head(canvas, before, points[-1])


def draw_sign(canvas: Canvas, sign: Sign) -> None:
    """A diamond: a cross where one branch follows, a plus where all do."""
    x, y = sign.x, sign.y
    around = [(x, y - SIGN), (x + SIGN, y), (x, y + SIGN), (x - SIGN, y)]
    canvas.polygon(around, fill=PAPER, edge=INK, stroke=1.2)
    a, b = (2.3, 2.3) if sign.kind == "one" else (3.4, 0.0)
    canvas.line([(x - a, y - b), (x + a, y + b)], stroke=1.5)
    canvas.line([(x + b, y - a), (x - b, y + a)], stroke=1.5)


def draw_label(canvas: Canvas, label: Label) -> None:
    """Words over the line they stand on."""
    width = text_width(label.text, NOTE) + 8
    canvas.box(label.x - width / 2, label.y - 5.5, width, 11, fill=WASH)
    canvas.text(label.x, label.y, label.text, NOTE, colour=MUTED, align="center")


def _bent(points: list[Point]) -> Path:
    """A path through points with its corners rounded."""
    path, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(6.0, _distance(before, corner) / 2, _distance(corner, after) / 2)
        path += [_towards(corner, before, reach), corner, _towards(corner, after, reach)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*path, points[-1]], [*codes, Path.LINETO])


def _curve(points: list[Point]) -> Path:
    """A path that leaves every point level and comes level to the next."""
    path, codes = [points[0]], [Path.MOVETO]
    for (x, y), (right, lower) in pairwise(points):
        path += [((x + right) / 2, y), ((x + right) / 2, lower), (right, lower)]
        codes += [Path.CURVE4] * 3
    return Path(path, codes)


def _head(canvas: Canvas, before: Point, tip: Point) -> None:
    """A small filled head at the end of a line, whichever way it goes."""
    back = _towards(tip, before, 5.0)
    dx, dy = (back[1] - tip[1]) * 0.6, (tip[0] - back[0]) * 0.6
    canvas.polygon([tip, (back[0] + dx, back[1] + dy), (back[0] - dx, back[1] - dy)], fill=_COLOUR)


def _towards(start: Point, other: Point, reach: float) -> Point:
    share = reach / (_distance(start, other) or 1.0)
    return (start[0] + (other[0] - start[0]) * share, start[1] + (other[1] - start[1]) * share)


def _distance(one: Point, other: Point) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])
