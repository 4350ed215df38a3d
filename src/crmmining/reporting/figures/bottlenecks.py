"""Bottlenecks: time between two steps, by group and in total, red across a department border."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from matplotlib.figure import Figure

from crmmining.errors import InvalidOptionError
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, days_text, share_text
from crmmining.reporting.figures.shapes import heading, text_in
from crmmining.reporting.figures.style import (
    ALARM,
    INK,
    MUTED,
    WASH,
    FigureStyle,
    legible,
    mix,
)
from crmmining.reporting.figures.text import Weight, brief, clean, fit_lines, shorten, text_width

MIN_CASES = 8
_ROW, _GAP, _HEAD = 34.0, 5.0, 30.0
_STEPS, _BARS = 236.0, 250.0
_CROSSING, _WITHIN = "#C44A26", "#B7C1CC"
_HEAT = ("#FBF0DA", "#F0A552", "#CF5526", "#8E1B14")


@dataclass(frozen=True)
class BottleneckCell:
    """Median days between two steps in one group, and of how many cases (None: never seen)."""

    median_days: float | None
    n_cases: int


@dataclass(frozen=True)
class BottleneckRow:
    """A pair of steps: a cell per group, in the order of the groups, and its total time.

    An empty `target` names a single step (its sojourn) instead of a pair.
    """

    source: str
    target: str
    cells: tuple[BottleneckCell, ...]
    total_days: float
    crosses_border: bool = False


@dataclass(frozen=True)
class Bottlenecks:
    """The pairs that hold most time; `total_days` is all time of the log, shown or not.

    `group_by` says what the groups are ("channel"); `time_name` what the time is ("waiting" only
    where start times are known, else "time between").
    """

    rows: tuple[BottleneckRow, ...]
    groups: tuple[str, ...]
    total_days: float
    group_by: str = "channel"
    time_name: str = "time between steps"
    caption: Caption = FROM_DATA

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.groups):
                raise InvalidOptionError(
                    f"{row.source} → {row.target} has {len(row.cells)} cells for {len(self.groups)} groups"
                )


def draw_bottlenecks(data: Bottlenecks, *, style: FigureStyle) -> Figure:
    """A matrix of medians, and beside it the total time as bars."""
    caption = data.caption.filled(finding(data), _how_to_read(data), _what(data))
    if not data.rows or data.total_days <= 0:
        return nothing_to_show(replace(caption, subtitle=""), style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * (_ROW + _GAP), style=style)
    rows = sorted(data.rows, key=lambda row: -row.total_days)
    matrix = frame.left + _STEPS
    width = (frame.right - _BARS - 24 - matrix) / max(1, len(data.groups))
    width = min(width, 116.0)
    _draw_heads(frame, data, matrix, width)
    spread = _spread(data)
    for place, row in enumerate(rows):
        y = frame.top + _HEAD + place * (_ROW + _GAP) + _ROW / 2
        _draw_steps(frame, y, row)
        for column, cell in enumerate(row.cells):
            _draw_cell(frame, matrix + column * width, y, width - _GAP, cell, spread)
        _draw_bar(frame, y, matrix + len(data.groups) * width + 18, row, rows[0].total_days, data)
    return frame.canvas.figure


def finding(data: Bottlenecks) -> str:
    """The picture's headline, from its own numbers."""
    if not data.rows or data.total_days <= 0:
        return "No time between steps to show"
    crossing = sum(row.total_days for row in data.rows if row.crosses_border)
    if crossing > 0:
        share = share_text(crossing / data.total_days)
        return f"{share} of all {data.time_name} lies on hand-overs between departments"
    worst = max(data.rows, key=lambda row: row.total_days)
    share = share_text(worst.total_days / data.total_days)
    return f"“{brief(_pair(worst), 90)}” holds {share} of all {data.time_name}"


def heat(days: float, spread: tuple[float, float]) -> str:
    """The colour of a median: from pale to dark on a square-root scale of time."""
    low, high = (sqrt(max(value, 0.0)) for value in spread)
    share = (sqrt(max(days, 0.0)) - low) / (high - low) if high > low else 0.5
    step = min(max(share, 0.0), 1.0) * (len(_HEAT) - 1)
    below = min(int(step), len(_HEAT) - 2)
    return legible(mix(_HEAT[below], _HEAT[below + 1], step - below))


def _what(data: Bottlenecks) -> str:
    return (
        f"Median {data.time_name} per pair of steps and {data.group_by}, sorted by total time. "
        "Red names cross a department border."
    )


def _how_to_read(data: Bottlenecks) -> str:
    return (
        "How to read: each cell is the median of the cases in that group, darker is longer, “few” "
        f"stands for fewer than {MIN_CASES} cases. The bar adds up the time of all cases, in days "
        f"and as a share of all {data.time_name}, shown here or not."
    )


def _pair(row: BottleneckRow) -> str:
    return f"{clean(row.source)} → {clean(row.target)}" if row.target else clean(row.source)


def _spread(data: Bottlenecks) -> tuple[float, float]:
    seen = [
        cell.median_days
        for row in data.rows
        for cell in row.cells
        if cell.median_days is not None and cell.n_cases >= MIN_CASES
    ]
    return (min(seen), max(seen)) if seen else (0.0, 0.0)


def _draw_heads(frame: Frame, data: Bottlenecks, matrix: float, width: float) -> None:
    y = frame.top + _HEAD - 15
    for column, group in enumerate(data.groups):
        lines = fit_lines(group, width - _GAP, 10.5, weight="semibold")
        middle = matrix + column * width + (width - _GAP) / 2
        frame.canvas.lines(
            middle, y, lines, 10.5, spacing=1.1, weight="semibold", colour=MUTED, align="center"
        )
    heading(frame.canvas, matrix + len(data.groups) * width + 18, y, "all cases together")


def _draw_steps(frame: Frame, y: float, row: BottleneckRow) -> None:
    """Both steps on a line if they go, else under each other; red across a border."""
    canvas, right = frame.canvas, frame.left + _STEPS - 12
    weight: Weight = "semibold" if row.crosses_border else "regular"
    colour = ALARM if row.crosses_border else INK
    pair, room = _pair(row), _STEPS - 12
    if text_width(pair, 11, weight) <= room or not row.target:
        lines = [shorten(pair, room, 11, weight)]
    else:
        lines = [
            shorten(row.source, room, 10.5, weight),
            "→ " + shorten(row.target, room - 14, 10.5, weight),
        ]
    size = 11 if len(lines) == 1 else 10.5
    canvas.lines(right, y, lines, size, spacing=1.25, weight=weight, colour=colour, align="right")


def _draw_cell(
    frame: Frame,
    x: float,
    y: float,
    width: float,
    cell: BottleneckCell,
    spread: tuple[float, float],
) -> None:
    canvas, middle = frame.canvas, (x + width / 2, y)
    if cell.median_days is None or cell.n_cases < MIN_CASES:
        canvas.box(x, y - _ROW / 2, width, _ROW, fill=WASH)
        word = "few" if cell.n_cases else "–"
        canvas.text(*middle, word, 10, colour=MUTED, align="center")
        return
    fill = heat(cell.median_days, spread)
    canvas.box(x, y - _ROW / 2, width, _ROW, fill=fill)
    text_in(canvas, middle, (width - 4, _ROW), days_text(cell.median_days), fill, size=11)


def _draw_bar(
    frame: Frame, y: float, left: float, row: BottleneckRow, most: float, data: Bottlenecks
) -> None:
    words = f"{count_text(row.total_days)} d · {share_text(row.total_days / data.total_days)}"
    room = frame.right - left - 8 - text_width("88,888,888 d · 88 %", 10.5, "semibold")
    width = max(2.0, room * row.total_days / most) if most > 0 else 2.0
    fill = _CROSSING if row.crosses_border else _WITHIN
    frame.canvas.box(left, y - 12, width, 24, fill=fill)
    frame.canvas.text(left + width + 7, y, words, 10.5, weight="semibold")
