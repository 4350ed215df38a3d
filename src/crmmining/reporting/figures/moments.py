"""Moments of truth: how much the share of goals reached differs at each step, measured beside declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure

from crmmining.reporting.figures.axis import Scale, round_ticks
from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.difference import Estimate, signed_text
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.rows import row_name
from crmmining.reporting.figures.shapes import heading
from crmmining.reporting.figures.style import ALARM, GOOD, GRID, INK, LINE, MIDDLE, MUTED, PAPER, FigureStyle
from crmmining.reporting.figures.text import brief, shorten, text_width

_ROW, _HEAD, _FOOT, _MARK, _NAMES, _WORDS, _SHARE = 46.0, 28.0, 40.0, 24.0, 226.0, 66.0, 84.0
_HOW_TO_READ = (
    "How to read: a dot is the share reached of goals that took the step, less that of goals that went on "
    "otherwise from the same point, with its 95 % interval. Full and coloured: more than chance among all "
    "steps compared. Hollow: clear of zero by itself, as some steps would be by chance. Grey: may be chance. "
    "A diamond marks a declared moment of truth. An association, no cause."
)

Strength = Literal["measured", "clear", "chance"]


@dataclass(frozen=True)
class MomentRow:
    """A step: reached with it and without it, the difference with its interval, and the goals compared.

    Where nothing can be compared, `difference` is None and `reason` says why. `is_measured`: the
    difference stands among all steps compared.
    """

    step: str
    stage: str = ""
    is_declared: bool = False
    difference: Estimate | None = None
    share_with: float = 0.0
    share_without: float = 0.0
    n_with: int = 0
    n_without: int = 0
    is_measured: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Moments:
    """Steps in the order in which they are drawn."""

    rows: tuple[MomentRow, ...]
    caption: Caption = FROM_DATA

    @property
    def is_compared(self) -> bool:
        """Whether any step could be compared."""
        return any(row.difference for row in self.rows)


def draw_moments(data: Moments, *, style: FigureStyle) -> Figure:
    """A dot and interval per step round the line of no difference, the shares in words."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not data.rows:
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW + _FOOT, style=style)
    start = frame.left + _MARK + _NAMES
    scale = _scale(data.rows, start, frame.right - _WORDS - 2 * _SHARE)
    _draw_heads(frame, scale, len(data.rows))
    for place, row in enumerate(data.rows):
        _draw_row(frame, frame.top + _HEAD + (place + 0.5) * _ROW, row, scale)
    return frame.canvas.figure


def finding(data: Moments) -> str:
    """The picture's headline, from its own numbers."""
    if not data.is_compared:
        return "Too few goals to compare any step"
    measured = [(row.step, row.difference.value) for row in data.rows if row.is_measured and row.difference]
    if not measured:
        return "No step surely goes with more or with fewer goals reached"
    (step, value), *others = measured
    told = f"“{brief(step, 40)}” goes with {_points(value)} goals reached"
    if others:
        told += f", “{brief(others[0][0], 40)}” with {_points(others[0][1])}"
    if len(others) > 1:
        told += f", {count_text(len(others) - 1, 'other step')} with surely more or fewer"
    declared = [row for row in data.rows if row.is_declared]
    if declared and not any(row.is_measured for row in declared):
        told += "; declared are others"
    return told


def _points(value: float) -> str:
    return f"{abs(value) * 100:.0f} points {'more' if value > 0 else 'fewer'}"


def strength(row: MomentRow) -> Strength:
    """How much a difference says: it stands among all compared, its interval leaves out zero, or neither."""
    if row.is_measured:
        return "measured"
    if row.difference is None or row.difference.interval is None:
        return "chance"
    low, high = row.difference.interval
    return "chance" if low <= 0 <= high else "clear"


def _scale(rows: tuple[MomentRow, ...], start: float, end: float) -> Scale:
    """All intervals and some air, with no difference among them."""
    known = [row.difference for row in rows if row.difference]
    ends = [0.0, *(x for found in known for x in (*(found.interval or ()), found.value))]
    air = (max(ends) - min(ends)) * 0.06 or 0.05
    return Scale(min(ends) - air, max(ends) + air, start, end)


def _draw_heads(frame: Frame, scale: Scale, n_rows: int) -> None:
    canvas, y = frame.canvas, frame.top + 8
    top, bottom = frame.top + _HEAD, frame.top + _HEAD + n_rows * _ROW
    heading(canvas, frame.left + _MARK, y, "step")
    heading(canvas, scale.start, y, "difference in goals reached, points")
    heading(canvas, frame.right - _SHARE, y, "with it", align="right")
    heading(canvas, frame.right, y, "without", align="right")
    for tick in round_ticks(scale.low, scale.high, 8):
        x, none = scale.at(tick), tick == 0
        canvas.line([(x, top), (x, bottom)], colour=INK if none else GRID, stroke=1.2 if none else 1.0)
        text = f"{'+' if tick > 0 else '−' if tick < 0 else ''}{abs(round(tick * 100, 6)):g}"
        canvas.text(x, bottom + 12, text, 10, colour=MUTED, align="center")
    zero = scale.at(0.0)
    if zero - scale.start > 110:
        canvas.text(zero - 12, bottom + 28, "← fewer reached", 10, colour=MUTED, align="right")
    if scale.end - zero > 110:
        canvas.text(zero + 12, bottom + 28, "more reached →", 10, colour=MUTED)


def _draw_row(frame: Frame, y: float, row: MomentRow, scale: Scale) -> None:
    canvas, found = frame.canvas, row.difference
    top = y - _ROW / 2
    canvas.line([(frame.left, top), (frame.right, top)], colour=GRID, stroke=0.8)
    if row.is_declared:
        _draw_diamond(canvas, frame.left + 8, y)
    row_name(canvas, frame.left + _MARK, y, row.step, row.stage, _NAMES - 22)
    if found is None:
        text = shorten(row.reason, scale.end - scale.at(0.0) + _WORDS, 11)
        canvas.box(scale.at(0.0) + 8, y - 8, text_width(text, 11) + 8, 16, fill=PAPER)
        canvas.text(scale.at(0.0) + 12, y, text, 11, colour=MUTED)
        return
    look = strength(row)
    side = GOOD if found.value > 0 else ALARM
    colour, line = (MUTED, LINE) if look == "chance" else (side, side)
    if found.interval:
        ends = [(scale.inside(end), y) for end in found.interval]
        canvas.line(ends, colour=line, stroke=3.4 if look == "measured" else 2.2, cap="round")
    fill = {"measured": side, "clear": PAPER, "chance": "#A3AFBD"}[look]
    edge = side if look == "clear" else PAPER
    canvas.dot(
        scale.inside(found.value), y, 7 if look == "measured" else 5.5, fill=fill, edge=edge, stroke=1.6
    )
    _draw_words(frame, y, row, found, colour)


def _draw_diamond(canvas: Canvas, x: float, y: float) -> None:
    canvas.polygon([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], fill=MIDDLE)


def _draw_words(frame: Frame, y: float, row: MomentRow, found: Estimate, colour: str) -> None:
    """The difference, and both shares over the goals behind them."""
    canvas, right = frame.canvas, frame.right
    value = signed_text(found.value, "share").removesuffix(" pp")
    size, weight = (14.0, "bold") if row.is_measured else (12.0, "regular")
    canvas.text(right - 2 * _SHARE, y, value, size, weight=weight, colour=colour, align="right")  # type: ignore[arg-type]
    sides = ((row.share_with, row.n_with, right - _SHARE), (row.share_without, row.n_without, right))
    for share, n, x in sides:
        canvas.text(x, y - 6, share_text(share), 11.5, align="right")
        canvas.text(x, y + 9, count_text(n, "goal"), 9.5, colour=MUTED, align="right")
