"""Share reached by number of contacts: a dot with its interval per number, how many goals beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from crmmining.reporting.figures.axis import Scale, round_ticks
from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.style import BLUE, GRID, MUTED, PAPER, tint
from crmmining.reporting.figures.text import text_width

_WIDEST = 118.0


@dataclass(frozen=True)
class DosePoint:
    """Goals with so many contacts (from, up to), and the share of them reached with its interval."""

    contacts: int
    up_to: int
    n_goals: int
    share: float
    interval: tuple[float, float]


def share_ends(points: Sequence[DosePoint]) -> tuple[float, float]:
    """The lowest and the highest share to show, in whole steps of ten points.

    >>> share_ends([DosePoint(0, 0, 40, 0.8, (0.66, 0.91)), DosePoint(1, 1, 40, 0.7, (0.55, 0.82))])
    (0.5, 1.0)
    """
    ends = [end for point in points for end in point.interval]
    low, high = floor(min(ends, default=0.0) * 10) / 10, ceil(max(ends, default=1.0) * 10) / 10
    return (low, high) if high > low else (max(0.0, low - 0.1), max(high, 0.1))


def draw_points(
    canvas: Canvas, points: Sequence[DosePoint], shares: tuple[float, float], corner: Point, room: Point
) -> None:
    """Dots on an axis of shares, in a room (width, height) from its upper left corner; words go beneath."""
    (left, top), (width, height) = corner, room
    if not points:
        canvas.text(left, top + height / 2, "too few goals to show", 11, colour=MUTED)
        return
    scale = Scale(*shares, top + height, top)
    for tick in round_ticks(*shares, 5):
        y = scale.at(tick)
        canvas.line([(left, y), (left + width, y)], colour=GRID)
        canvas.text(left - 8, y, f"{round(tick * 100):g} %", 9.5, colour=MUTED, align="right")
    for place, text in enumerate(("contacts", "goals")):
        canvas.text(left - 8, top + height + 14 + place * 14, text, 9, colour=MUTED, align="right")
    slot = min(_WIDEST, width / len(points))
    dots = [(left + (place + 0.42) * slot, scale.at(point.share)) for place, point in enumerate(points)]
    canvas.line(dots, colour=tint(BLUE, 0.6), stroke=1.4)
    for (x, y), after, point in zip(dots, [*dots[1:], None], points, strict=True):
        canvas.line([(x, scale.at(end)) for end in point.interval], colour=BLUE, stroke=2.4, cap="round")
        canvas.dot(x, y, 5, fill=BLUE, edge=PAPER, stroke=1.4)
        aside = 0 if after is None else 9 if after[1] < y else -9  # off the line to the next dot
        _draw_share(canvas, (x, min(y + aside, scale.start - 2)), point.share, slot)
        _draw_counts(canvas, x, scale.start + 14, point)


def _draw_share(canvas: Canvas, at: Point, share: float, slot: float) -> None:
    """The share beside the dot where there is room."""
    text = share_text(share)
    if text_width(text, 10.5, "semibold") + 14 < slot:
        canvas.text(at[0] + 9, at[1], text, 10.5, weight="semibold", colour=BLUE)


def _draw_counts(canvas: Canvas, x: float, y: float, point: DosePoint) -> None:
    """The contacts, and how many goals had them."""
    numbers = str(point.contacts) if point.contacts == point.up_to else f"{point.contacts}–{point.up_to}"
    canvas.text(x, y, numbers, 11, weight="semibold", align="center")
    canvas.text(x, y + 14, count_text(point.n_goals), 9.5, colour=MUTED, align="center")
