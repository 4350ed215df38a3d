"""Are fewer touchpoints better: share reached by number of contacts, and among comparable goals."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from crmmining.reporting.figures.axis import Scale, round_ticks
from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.difference import Estimate, signed_text
from crmmining.reporting.figures.dose_points import DosePoint, draw_points, share_ends
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.rows import row_name
from crmmining.reporting.figures.shapes import heading
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
from crmmining.reporting.figures.text import brief, fit_lines

_ROW, _PLOT, _HEAD, _FOOT = 146.0, 82.0, 30.0, 40.0
_NAMES, _SHARES, _EFFECTS, _WORDS = 136.0, 48.0, 262.0, 124.0
_HOW_TO_READ = (
    "How to read: at the left a dot is the share reached of goals with so many contacts by then. At the "
    "right the hollow dot throws all goals together: those open for longer and further on have had more "
    "contacts. The full dot compares goals of equal age, segment and progress; grey may be chance. Lines "
    "through dots are 95 % intervals. An association, no cause."
)


@dataclass(frozen=True)
class DoseRow:
    """A kind of contact, as a label ("by the customer") and in a sentence ("the customer makes").

    `counted` and `compared` are the change in the share reached per further contact, as counted and among
    comparable goals; `is_sure`: the latter is more than chance among all kinds looked at.
    """

    kind: str
    clause: str
    points: tuple[DosePoint, ...]
    counted: Estimate | None = None
    compared: Estimate | None = None
    is_sure: bool = False


@dataclass(frozen=True)
class Dose:
    """Kinds of contact, each up to the same moment of the goals."""

    rows: tuple[DoseRow, ...]
    caption: Caption = FROM_DATA


def draw_dose(data: Dose, *, style: FigureStyle) -> Figure:
    """A row per kind of contact: dots by number of contacts, and its effect as counted and compared."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not data.rows:
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW + _FOOT, style=style)
    start = frame.right - _WORDS - _EFFECTS
    effects = _effect_scale(data.rows, start, start + _EFFECTS)
    left, shares = frame.left + _NAMES + _SHARES, share_ends([p for row in data.rows for p in row.points])
    _draw_heads(frame, len(data.rows), effects)
    for place, row in enumerate(data.rows):
        top = frame.top + _HEAD + place * _ROW
        frame.canvas.line([(frame.left, top), (frame.right, top)], colour=GRID, stroke=0.8)
        row_name(frame.canvas, frame.left, top + 14 + _PLOT / 2, row.kind, "", _NAMES - 24)
        draw_points(frame.canvas, row.points, shares, (left, top + 20), (start - 44 - left, _PLOT))
        _draw_effects(frame, top + 20, row, effects)
    return frame.canvas.figure


def finding(data: Dose) -> str:
    """The picture's headline, from its own numbers."""
    if not any(row.compared for row in data.rows):
        return "Too few goals to say what a further contact goes with"
    sure = [(row, row.compared.value) for row in data.rows if row.is_sure and row.compared]
    if sure:
        return f"Each further contact {', each '.join(_told(*pair) for pair in sure)}"
    if any(row.counted and _clears(row.counted) for row in data.rows):
        return (
            "A count of contacts misleads: among comparable goals no kind of contact surely goes with more "
            "or with fewer goals reached"
        )
    return "No kind of contact surely goes with more or with fewer goals reached"


def _told(row: DoseRow, value: float) -> str:
    more = "more" if value > 0 else "fewer"
    return f"{brief(row.clause)} goes with {abs(value) * 100:.0f} points {more} goals reached"


def _clears(estimate: Estimate) -> bool:
    return estimate.interval is not None and not estimate.interval[0] <= 0 <= estimate.interval[1]


def _effect_scale(rows: tuple[DoseRow, ...], start: float, end: float) -> Scale:
    """All effects with their intervals, as far to the left of nothing as to the right."""
    known = [e for row in rows for e in (row.counted, row.compared) if e]
    far = max((abs(x) for e in known for x in (*(e.interval or ()), e.value)), default=0.0)
    far = max(far * 1.08, 0.01)
    return Scale(-far, far, start, end)


def _draw_heads(frame: Frame, n_rows: int, effects: Scale) -> None:
    """Column heads, and the axis of effects through all rows."""
    canvas, y = frame.canvas, frame.top + 8
    bottom = frame.top + _HEAD + n_rows * _ROW
    heading(canvas, frame.left, y, "contacts made")
    heading(canvas, frame.left + _NAMES + _SHARES, y, "goals reached, by number of contacts")
    heading(canvas, effects.start, y, "points more or fewer with each further contact")
    for tick in round_ticks(effects.low, effects.high, 7):
        x = effects.at(tick)
        colour, stroke = (INK, 1.2) if tick == 0 else (GRID, 1.0)
        canvas.line([(x, frame.top + _HEAD), (x, bottom)], colour=colour, stroke=stroke)
        text = f"{'+' if tick > 0 else '−' if tick < 0 else ''}{abs(tick) * 100:g}"
        canvas.text(x, bottom + 12, text, 10, colour=MUTED, align="center")
    zero = effects.at(0.0)
    canvas.text(zero - 12, bottom + 28, "← fewer reached", 10, colour=MUTED, align="right")
    canvas.text(zero + 12, bottom + 28, "more reached →", 10, colour=MUTED)


def _draw_effects(frame: Frame, top: float, row: DoseRow, scale: Scale) -> None:
    """As counted above, among comparable goals beneath, each in words at the right."""
    canvas, words = frame.canvas, scale.end + 18
    upper, lower = top + 20, top + 62
    if row.counted:
        _draw_effect(canvas, upper, row.counted, scale, PAPER, MUTED)
        canvas.text(words, upper - 7, _points_text(row.counted.value), 12, colour=MUTED)
        canvas.text(words, upper + 8, "as counted", 9.5, colour=MUTED)
    if row.compared is None:
        canvas.lines(
            words, lower, fit_lines("comparable goals: not known", _WORDS - 18, 10), 10, colour=MUTED
        )
        return
    colour = MUTED if not row.is_sure else GOOD if row.compared.value > 0 else ALARM
    _draw_effect(canvas, lower, row.compared, scale, colour, colour)
    canvas.text(words, lower - 8, _points_text(row.compared.value), 14, weight="bold", colour=colour)
    canvas.text(words, lower + 9, "comparable goals", 9.5, colour=MUTED)
    if row.compared.interval:
        low, high = (_points_text(end).removesuffix(" points") for end in row.compared.interval)
        canvas.text(words, lower + 22, f"{low} to {high}", 9.5, colour=MUTED)


def _draw_effect(canvas: Canvas, y: float, found: Estimate, scale: Scale, fill: str, edge: str) -> None:
    if found.interval:
        ends = [(scale.inside(end), y) for end in found.interval]
        canvas.line(ends, colour=edge if fill != PAPER else LINE, stroke=3.0, cap="round")
    canvas.dot(scale.inside(found.value), y, 6, fill=fill, edge=edge if fill == PAPER else PAPER, stroke=1.6)


def _points_text(value: float) -> str:
    """A difference in percentage points.

    >>> _points_text(0.0463), _points_text(-0.2)
    ('+4.6 points', '−20.0 points')
    """
    return signed_text(value, "share").replace("pp", "points")
