"""Silo matrix: which department hands over to which, how often, and how long it lies between."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from crmmining.errors import UnknownNameError
from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, days_text, share_text
from crmmining.reporting.figures.shapes import heading, text_in
from crmmining.reporting.figures.style import (
    GRID,
    LINE,
    WASH,
    FigureStyle,
    ink_on,
    legible,
    mix,
)
from crmmining.reporting.figures.text import brief, fit_text, text_width

_NAMES, _HEAD, _TOTAL = 176.0, 50.0, 76.0
_WIDEST, _ROW, _GAP = 104.0, 46.0, 4.0
_PALE, _DEEP = "#E6EEF7", "#134A7C"
_HOW_TO_READ = (
    "How to read: from the department on the left to the one at the top. The number counts how "
    "often work crossed that border, darker is more often; beneath it the median time between the "
    "last event before and the first one after."
)


@dataclass(frozen=True)
class SiloCrossing:
    """Crossings from one department to another, and the median gap between the two events."""

    source: str
    target: str
    n_crossings: int
    median_gap_days: float | None = None


@dataclass(frozen=True)
class SiloMatrix:
    """Departments in order and the crossings between them; pairs left out never happened."""

    departments: tuple[str, ...]
    crossings: tuple[SiloCrossing, ...]
    n_goals: int
    caption: Caption = FROM_DATA

    def __post_init__(self) -> None:
        for name in (n for c in self.crossings for n in (c.source, c.target)):
            if name not in self.departments:
                raise UnknownNameError("department", name, self.departments)


def draw_silo_matrix(data: SiloMatrix, *, style: FigureStyle) -> Figure:
    """A matrix from department to department: darker is more often, the gap stands in the cell."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ, _what(data))
    if not any(crossing.n_crossings for crossing in data.crossings):
        return nothing_to_show(replace(caption, subtitle=""), style=style).canvas.figure
    n = len(data.departments)
    frame = framed(caption, _HEAD + n * _ROW + 6, style=style)
    width = min(_WIDEST, (frame.width - _NAMES - _TOTAL) / n)
    _draw_names(frame, data, width, style)
    found = {(c.source, c.target): c for c in data.crossings}
    most = max(c.n_crossings for c in data.crossings)
    for down, source in enumerate(data.departments):
        y = frame.top + _HEAD + down * _ROW
        for across, target in enumerate(data.departments):
            x = frame.left + _NAMES + across * width
            cell = (x, y, width - _GAP, _ROW - _GAP)
            _draw_cell(frame.canvas, cell, found.get((source, target)), most, same=down == across)
        total = sum(c.n_crossings for c in data.crossings if c.source == source)
        right, middle = _all_right(frame, n, width), y + (_ROW - _GAP) / 2
        frame.canvas.text(right, middle, count_text(total), 11.5, weight="semibold", align="right")
    return frame.canvas.figure


def finding(data: SiloMatrix) -> str:
    """The picture's headline, from its own numbers."""
    total = sum(crossing.n_crossings for crossing in data.crossings)
    if not total:
        return "No work crosses a department border"
    busiest = max(data.crossings, key=lambda crossing: crossing.n_crossings)
    each = f" ({total / data.n_goals:,.1f} a goal)" if data.n_goals else ""
    return (
        f"{share_text(busiest.n_crossings / total)} of {count_text(total)} border crossings{each} "
        f"go from {brief(busiest.source)} to {brief(busiest.target)}"
    )


def _what(data: SiloMatrix) -> str:
    return (
        f"Changes of department between consecutive events of {count_text(data.n_goals, 'goal')}: "
        "how often, and the median time between."
    )


def _all_right(frame: Frame, n: int, width: float) -> float:
    return frame.left + _NAMES + n * width + 56


def _draw_names(frame: Frame, data: SiloMatrix, width: float, style: FigureStyle) -> None:
    """Departments down the left and along the top, each with its colour."""
    canvas, head = frame.canvas, frame.top + _HEAD - 16
    heading(canvas, frame.left, head, "from ↓ to →")
    heading(canvas, _all_right(frame, len(data.departments), width), head, "all", align="right")
    for place, name in enumerate(data.departments):
        y = frame.top + _HEAD + place * _ROW + (_ROW - _GAP) / 2
        lines, size = fit_text(name, _NAMES - 30, 11.5, weight="semibold", smallest=9.5)
        canvas.lines(frame.left + 12, y, lines, size, spacing=1.12, weight="semibold")
        canvas.box(frame.left, y - 15, 4, 30, fill=style.colour(name))
        x = frame.left + _NAMES + place * width
        top, small = fit_text(name, width - _GAP - 2, 10, weight="semibold", most=3, smallest=8)
        foot = head - (len(top) - 1) / 2 * 12
        canvas.lines(x + (width - _GAP) / 2, foot, top, small, weight="semibold", align="center")
        canvas.box(x, frame.top + _HEAD - 7, width - _GAP, 4, fill=style.colour(name))


def _draw_cell(
    canvas: Canvas,
    cell: tuple[float, float, float, float],
    crossing: SiloCrossing | None,
    most: int,
    *,
    same: bool,
) -> None:
    x, y, width, height = cell
    middle = x + width / 2
    if same or crossing is None or not crossing.n_crossings:
        canvas.box(x, y, width, height, fill=GRID if same else WASH)
        if same:
            canvas.line([(x, y), (x + width, y + height)], colour=LINE)
        return
    fill = legible(mix(_PALE, _DEEP, (crossing.n_crossings / most) ** 0.7))
    canvas.box(x, y, width, height, fill=fill)
    gap = crossing.median_gap_days
    lift = 0.0 if gap is None else 7.0
    count, room = count_text(crossing.n_crossings), (width - 4, height / 2)
    text_in(canvas, (middle, y + height / 2 - lift), room, count, fill, size=12)
    if gap is not None and text_width(days_text(gap), 9.5) <= width - 2:
        ink = ink_on(fill)
        canvas.text(middle, y + height / 2 + 9, days_text(gap), 9.5, colour=ink, align="center")
