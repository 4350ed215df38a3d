"""Watermelons: processes that are green outside (target met) and red inside (goal missed)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin

from matplotlib.figure import Figure

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.canvas import Align, Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    GOOD,
    GOOD_FILL,
    GOOD_WASH,
    GRID,
    INK,
    LINE,
    MUTED,
    PAPER,
    FigureStyle,
    tint,
)
from crmmining.reporting.figures.text import brief, fit_text, shorten, text_width

_ROW, _HEAD, _FOOT = 60.0, 26.0, 26.0
_MELON, _NAMES = 74.0, 250.0
_SIDE = 76.0  # room beside the axis for the words at its ends
_FLESH = "#DE4F49"
_HOW_TO_READ = (
    "How to read: the square is the inside-out view, the share of records that met the process's "
    "own target; the dot is the outside-in view, the share of customers in it who reached their "
    "goal. A watermelon is green outside, red inside: the target is met, the customer not served."
)


@dataclass(frozen=True)
class WatermelonRow:
    """A process seen twice: records within its own target, and customers whose goal is green.

    Shares in [0, 1]; None where undecided. `n_records` and `n_goals` are the counts behind them.
    """

    process: str
    department: str | None
    target_met_share: float | None
    goal_reached_share: float | None
    n_records: int
    n_goals: int
    target: str = ""


@dataclass(frozen=True)
class Watermelons:
    """Processes to be compared; from `green_from` on a share counts as green."""

    rows: tuple[WatermelonRow, ...]
    green_from: float = 0.8
    caption: Caption = FROM_DATA


def draw_watermelons(data: Watermelons, *, style: FigureStyle) -> Figure:
    """A half melon and a dumbbell per process, the widest distance first."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ, _what(data))
    if not data.rows:
        return nothing_to_show(replace(caption, subtitle=""), style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW + _FOOT, style=style)
    scale = Scale(0.0, 1.0, frame.left + _MELON + _NAMES + _SIDE, frame.right - _SIDE)
    _draw_axis(frame, scale, data)
    for place, row in enumerate(sorted(data.rows, key=lambda row: -distance(row))):
        y = frame.top + _HEAD + (place + 0.5) * _ROW
        _draw_melon(frame.canvas, frame.left + 26, y - 11, row, data.green_from)
        _draw_name(frame, y, row)
        _draw_dumbbell(frame.canvas, y, row, scale, data.green_from)
    return frame.canvas.figure


def finding(data: Watermelons) -> str:
    """The picture's headline, from its own numbers."""
    if not data.rows:
        return "No process to compare"
    n, total = sum(is_watermelon(row, data.green_from) for row in data.rows), len(data.rows)
    if not n:
        return f"None of {count_text(total, 'process', 'processes')} is green outside and red inside"
    if total == 1:
        return f"{brief(data.rows[0].process)} is a watermelon: green outside, red inside"
    verb = "is a watermelon" if n == 1 else "are watermelons"
    return f"{n} of {total} processes {verb}: green outside, red inside"


def is_watermelon(row: WatermelonRow, green_from: float) -> bool:
    """Target met often enough, goal reached not often enough; undecided is neither."""
    outside, inside = row.target_met_share, row.goal_reached_share
    return outside is not None and inside is not None and inside < green_from <= outside


def distance(row: WatermelonRow) -> float:
    """How much greener the outside is; undecided rows come last."""
    if row.target_met_share is None or row.goal_reached_share is None:
        return -2.0
    return row.target_met_share - row.goal_reached_share


def _what(data: Watermelons) -> str:
    return (
        "Square: records within the process's target. Dot: customers who reached their goal. "
        f"Green from {share_text(data.green_from)} on, the widest distance first."
    )


def _draw_axis(frame: Frame, scale: Scale, data: Watermelons) -> None:
    canvas, top = frame.canvas, frame.top + _HEAD - 4
    bottom = top + len(data.rows) * _ROW + 4
    line = scale.inside(data.green_from)
    canvas.box(line, top, scale.end - line, bottom - top, fill=GOOD_WASH)
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = scale.at(tick)
        canvas.line([(x, top), (x, bottom)], colour=GRID)
        canvas.text(x, bottom + 13, share_text(tick), 10, colour=MUTED, align="center")
    canvas.line([(line, top), (line, bottom)], colour=GOOD_FILL, stroke=1.4, dash=(4, 3))
    words = f"green from {share_text(data.green_from)}"
    canvas.text(line, top - 10, words, 10, weight="semibold", colour=GOOD, align="center")


def _draw_name(frame: Frame, y: float, row: WatermelonRow) -> None:
    x, room = frame.left + _MELON, _NAMES - 12
    lines, size = fit_text(row.process, room, 12.5, weight="bold", smallest=11)
    frame.canvas.lines(x, y - 9 - (5 if len(lines) > 1 else 0), lines, size, spacing=1.1, weight="bold")
    counts = f"{count_text(row.n_records, 'record')}, {count_text(row.n_goals, 'journey')}"
    words = f"{row.department} · {counts}" if row.department else counts
    frame.canvas.text(x, y + 12, shorten(words, room, 9.5), 9.5, colour=MUTED)
    if row.target:
        frame.canvas.text(x, y + 24, shorten(f"target {row.target}", room, 9.5), 9.5, colour=MUTED)


def _draw_melon(canvas: Canvas, x: float, y: float, row: WatermelonRow, green_from: float) -> None:
    """Rind: the target; flesh: the goal; red flesh has pips, so that it shows without colour."""
    rind = _side_colour(row.target_met_share, green_from)
    canvas.half_disc(x, y, 26, fill=rind)
    canvas.half_disc(x, y, 21.5, fill="#F3F7EC")
    if row.goal_reached_share is None:
        canvas.half_disc(x, y, 19.5, fill=GRID)
        return
    red = row.goal_reached_share < green_from
    canvas.half_disc(x, y, 19.5, fill=_FLESH if red else tint(GOOD_FILL, 0.35))
    for angle, radius in ((25, 13), (58, 14), (90, 14), (122, 14), (155, 13), (55, 7), (125, 7)):
        if red:
            px, py = x + radius * cos(radians(angle)), y + radius * sin(radians(angle))
            canvas.dot(px, py, 1.1, fill=INK)


def _draw_dumbbell(canvas: Canvas, y: float, row: WatermelonRow, scale: Scale, green_from: float) -> None:
    outside, inside = row.target_met_share, row.goal_reached_share
    if outside is not None and inside is not None:
        a, b = sorted((scale.inside(outside), scale.inside(inside)))
        bad = is_watermelon(row, green_from)
        canvas.box(a, y - 5, b - a, 10, fill=tint(ALARM_FILL, 0.62) if bad else LINE)
    if outside is not None:
        x, fill = scale.inside(outside), _side_colour(outside, green_from)
        canvas.box(x - 7.5, y - 7.5, 15, 15, fill=fill, edge=PAPER, stroke=1.6)
    if inside is not None:
        fill = _side_colour(inside, green_from)
        close = outside is not None and abs(scale.at(outside) - scale.at(inside)) < 10
        canvas.dot(scale.inside(inside), y, 4 if close else 8, fill=fill, edge=PAPER, stroke=1.6)
    _draw_words(canvas, y, row, scale, green_from)


def _draw_words(canvas: Canvas, y: float, row: WatermelonRow, scale: Scale, green_from: float) -> None:
    """Each share on the outer side of its mark."""
    named = [
        (share, word)
        for share, word in ((row.goal_reached_share, "goal"), (row.target_met_share, "target"))
        if share is not None
    ]
    named.sort(key=lambda pair: pair[0])
    for place, (share, word) in enumerate(named):
        colour = GOOD if share >= green_from else ALARM
        left = place == 0 and len(named) == 2
        x = scale.inside(share) + (-13 if left else 13)
        text = f"{word} {share_text(share)}"
        align: Align = "right" if left else "left"
        begin = x - text_width(text, 11, "semibold") if left else x
        crosses = begin < scale.inside(green_from) < begin + text_width(text, 11, "semibold")
        halo = PAPER if crosses else None
        canvas.text(x, y, text, 11, weight="semibold", colour=colour, align=align, halo=halo)
    if not named:
        canvas.text(scale.start, y, "undecided", 11, colour=MUTED)


def _side_colour(share: float | None, green_from: float) -> str:
    if share is None:
        return LINE
    return GOOD_FILL if share >= green_from else ALARM_FILL
