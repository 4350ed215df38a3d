"""Difference between two groups: dot and interval for each of several measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure

from crmmining.reporting.figures.axis import Scale, round_ticks, tick_text
from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, days_text, joined, share_text
from crmmining.reporting.figures.rows import row_name
from crmmining.reporting.figures.shapes import Key, draw_legend, heading
from crmmining.reporting.figures.style import (
    ALARM,
    GOOD,
    GRID,
    INK,
    LINE,
    MUTED,
    PAPER,
    FigureStyle,
)
from crmmining.reporting.figures.text import brief, shorten

_ROW, _HEAD, _NAMES, _WORDS = 76.0, 40.0, 216.0, 190.0
_FIRST, _SECOND = "#66748A", "#0072B2"
_HOW_TO_READ = (
    "How to read: a dot is the group's estimate, the line through it the 95 % interval. At the "
    "right the second group less the first, with its interval; where that does not hold zero, the "
    "difference is more than chance would make: green is good for the customer, red is bad."
)


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval (None: not known) and the cases behind it."""

    value: float
    interval: tuple[float, float] | None
    n_cases: int


@dataclass(frozen=True)
class MeasureRow:
    """One measure in both groups, and the second less the first with its interval.

    `unit` says how numbers are written: `share` (in [0, 1]), `days`, `points` or `count`.
    `better` says which way is good for the customer; None takes no side.
    """

    measure: str
    unit: Literal["share", "days", "points", "count"]
    first: Estimate | None
    second: Estimate | None
    difference: Estimate | None = None
    better: Literal["higher", "lower"] | None = None


@dataclass(frozen=True)
class Difference:
    """Two groups by name, and the measures they are compared on, each on its own scale."""

    first_group: str
    second_group: str
    rows: tuple[MeasureRow, ...]
    caption: Caption = FROM_DATA


def draw_difference(data: Difference, *, style: FigureStyle) -> Figure:
    """A strip per measure with both groups' dots and intervals, and the difference in words."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not any(row.first or row.second for row in data.rows):
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW, style=style)
    canvas = frame.canvas
    room = (frame.width - _NAMES - _WORDS) / 2 - 40
    keys = [
        Key(shorten(data.first_group, room, 10.5), fill=_FIRST),
        Key(shorten(data.second_group, room, 10.5), fill=_SECOND),
    ]
    draw_legend(canvas, frame.left + _NAMES, frame.top + 8, [keys])
    heading(canvas, frame.right, frame.top + 8, "difference", align="right")
    for place, row in enumerate(data.rows):
        top = frame.top + _HEAD + place * _ROW
        canvas.line([(frame.left, top), (frame.right, top)], colour=GRID, stroke=0.8)
        row_name(canvas, frame.left, top + 34, row.measure, _counts(row), _NAMES - 26)
        _draw_strip(frame, top + 30, row)
        _draw_words(frame, top + 32, row)
    return canvas.figure


def finding(data: Difference) -> str:
    """The picture's headline, from its own numbers."""
    better = [brief(row.measure) for row in data.rows if verdict(row) == "better"]
    worse = [brief(row.measure) for row in data.rows if verdict(row) == "worse"]
    known = sum(row.difference is not None for row in data.rows)
    pair = f"“{brief(data.second_group)}” against “{brief(data.first_group)}”"
    if not known:
        return f"{pair}: too little data to compare"
    if not better and not worse:
        return f"{pair}: no clear difference in {count_text(known, 'measure')}"
    told = [f"better in {joined(better)}"] if better else []
    told += [f"worse in {joined(worse)}"] if worse else []
    return f"{pair}: {', '.join(told)}"


def verdict(row: MeasureRow) -> Literal["better", "worse", "unclear"]:
    """Whether the second group does better: its interval lies on one side of zero."""
    change = row.difference
    if change is None or change.interval is None or row.better is None:
        return "unclear"
    low, high = change.interval
    if low <= 0 <= high:
        return "unclear"
    return "better" if (low > 0) == (row.better == "higher") else "worse"


def number_text(value: float, unit: str) -> str:
    """A number of a measure as its unit is written.

    >>> number_text(0.62, "share"), number_text(3.5, "points"), number_text(1200, "count")
    ('62 %', '3.5', '1,200')
    """
    if unit == "share":
        return share_text(value)
    if unit == "days":
        return days_text(value)
    return f"{value:,.0f}" if unit == "count" and value == int(value) else f"{value:,.1f}"


def signed_text(value: float, unit: str) -> str:
    """A difference with its sign; shares differ by percentage points.

    >>> signed_text(0.082, "share"), signed_text(-3.25, "days")
    ('+8.2 pp', '−3.2 d')
    """
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    size = f"{abs(value) * 100:.1f} pp" if unit == "share" else number_text(abs(value), unit)
    return f"{sign}{size}"


def _counts(row: MeasureRow) -> str:
    counts = [count_text(e.n_cases) if e else "–" for e in (row.first, row.second)]
    return f"{counts[0]} against {counts[1]} cases"


def _draw_strip(frame: Frame, y: float, row: MeasureRow) -> None:
    """The measure's own axis with both dots."""
    canvas = frame.canvas
    left, right = frame.left + _NAMES, frame.right - _WORDS
    known = [e for e in (row.first, row.second) if e]
    if not known:
        canvas.text(left, y, "not enough cases", 11, colour=MUTED)
        return
    scale, foot = _scale(known, row.unit, left, right - 60), y + 24
    canvas.line([(left, foot), (right, foot)], colour=LINE)
    for tick in round_ticks(scale.low, scale.high, 6):
        x = scale.at(tick)
        canvas.line([(x, y - 22), (x, foot)], colour=GRID)
        canvas.text(x, foot + 10, _tick(tick, row.unit), 9.5, colour=MUTED, align="center")
    for estimate, colour, lane in ((row.first, _FIRST, y - 10), (row.second, _SECOND, y + 10)):
        if estimate:
            _draw_dot(canvas, scale, lane, estimate, colour, row.unit)


def _tick(value: float, unit: str) -> str:
    """A tick with as many decimals as it has, never rounded into its neighbour."""
    if unit == "share":
        return f"{round(value * 100, 6):g} %"
    return tick_text(value) + (" d" if unit == "days" else "")


def _scale(known: list[Estimate], unit: str, left: float, right: float) -> Scale:
    """All intervals and some air; never below zero where no estimate is, shares inside [0, 1]."""
    ends = [end for e in known for end in (*(e.interval or ()), e.value)]
    air = (max(ends) - min(ends)) * 0.12 or abs(ends[0]) * 0.1 or 1.0
    low, high = min(ends) - air, max(ends) + air
    if min(ends) >= 0:
        low = max(0.0, low)
    return Scale(low, min(1.0, high) if unit == "share" else high, left, right)


def _draw_dot(canvas: Canvas, scale: Scale, y: float, estimate: Estimate, colour: str, unit: str) -> None:
    x = end = scale.inside(estimate.value)
    if estimate.interval:
        start, end = (scale.inside(side) for side in estimate.interval)
        canvas.line([(start, y), (end, y)], colour=colour, stroke=3.0, cap="round")
    canvas.dot(x, y, 6, fill=colour, edge=PAPER, stroke=1.5)
    text = number_text(estimate.value, unit)
    canvas.text(max(end, x) + 12, y, text, 11, weight="semibold", colour=colour, halo=PAPER)


def _draw_words(frame: Frame, y: float, row: MeasureRow) -> None:
    change, right = row.difference, frame.right
    if change is None:
        frame.canvas.text(right, y, "not known", 11, colour=MUTED, align="right")
        return
    judged = verdict(row)
    colour = {"better": GOOD, "worse": ALARM, "unclear": MUTED if row.better else INK}[judged]
    value = signed_text(change.value, row.unit)
    frame.canvas.text(right, y - 8, value, 15, weight="bold", colour=colour, align="right")
    if change.interval:
        low, high = (signed_text(end, row.unit) for end in change.interval)
        chance = change.interval[0] <= 0 <= change.interval[1]
        words = f"{low} to {high}" + (", may be chance" if chance else "")
        frame.canvas.text(right, y + 11, words, 9.5, colour=MUTED, align="right")
