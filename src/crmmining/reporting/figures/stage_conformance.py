"""Conformance per stage: how many goals keep to the ideal, skip, repeat or insert steps."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.rows import row_name
from crmmining.reporting.figures.shapes import heading
from crmmining.reporting.figures.style import (
    ALARM_FILL,
    GOOD_FILL,
    GRID,
    INK,
    MIDDLE,
    MUTED,
    FigureStyle,
)
from crmmining.reporting.figures.text import brief, fit_lines

_ROW, _HEAD, _NAMES, _OFTEN, _GAP = 48.0, 26.0, 206.0, 190.0, 22.0
_SKIP = "#7A5AA6"
_KINDS = (
    ("as the ideal", GOOD_FILL),
    ("skip a step", _SKIP),
    ("repeat a step", MIDDLE),
    ("insert a step", ALARM_FILL),
)
_HOW_TO_READ = (
    "How to read: of the goals that came to a stage, the share that went through it exactly as the "
    "ideal says, and the shares that left a step out, did one again, or did one the ideal does not "
    "have. A goal can do several of these, so the last three may add up to more than the rest."
)


@dataclass(frozen=True)
class StageRow:
    """A stage and the goals that came to it; one goal may skip and repeat and insert.

    `often` names the step most often deviated on in this stage, as text ("Offer sent skipped").
    """

    stage: str
    n_goals: int
    n_in_step: int
    n_skip: int
    n_repeat: int
    n_insert: int
    often: str = ""


@dataclass(frozen=True)
class StageConformance:
    """The stages of an ideal journey in order."""

    rows: tuple[StageRow, ...]
    caption: Caption = FROM_DATA


def draw_stage_conformance(data: StageConformance, *, style: FigureStyle) -> Figure:
    """Per stage a bar for each way to keep or leave the ideal."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not any(row.n_goals for row in data.rows):
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW, style=style)
    often = _OFTEN if any(row.often for row in data.rows) else 0.0
    width = (frame.width - _NAMES - often) / len(_KINDS)
    lefts = [frame.left + _NAMES + place * width for place in range(len(_KINDS))]
    for left, (word, _) in zip(lefts, _KINDS, strict=True):
        heading(frame.canvas, left, frame.top + 8, word)
    if often:
        heading(frame.canvas, frame.right - _OFTEN + 4, frame.top + 8, "most often")
    for place, row in enumerate(data.rows):
        y = frame.top + _HEAD + (place + 0.5) * _ROW
        _draw_row(frame, y, row, lefts, width - _GAP)
    return frame.canvas.figure


def finding(data: StageConformance) -> str:
    """The picture's headline, from its own numbers."""
    rows = [row for row in data.rows if row.n_goals]
    if not rows:
        return "No goal to compare with the ideal"
    worst = min(rows, key=lambda row: row.n_in_step / row.n_goals)
    share = worst.n_in_step / worst.n_goals
    if share >= 1:
        return "Every goal goes through every stage as the ideal says"
    return f"“{brief(worst.stage)}” is where journeys leave the ideal: {share_text(share)} keep to it"


def _draw_row(frame: Frame, y: float, row: StageRow, lefts: list[float], width: float) -> None:
    canvas = frame.canvas
    row_name(canvas, frame.left, y, row.stage, count_text(row.n_goals, "goal"), _NAMES - 20)
    counts = (row.n_in_step, row.n_skip, row.n_repeat, row.n_insert)
    for left, count, (_, fill) in zip(lefts, counts, _KINDS, strict=True):
        _small_bar(canvas, left, y, width, count / row.n_goals if row.n_goals else None, fill)
    if row.often:
        lines = fit_lines(row.often, _OFTEN - 4, 10, most=3)
        canvas.lines(frame.right - _OFTEN + 4, y, lines, 10, colour=MUTED)
    under = y + _ROW / 2
    canvas.line([(frame.left, under), (frame.right, under)], colour=GRID, stroke=0.8)


def _small_bar(canvas: Canvas, left: float, y: float, width: float, share: float | None, fill: str) -> None:
    """A share on its track, its number beside it."""
    track = width - 46
    canvas.box(left, y - 8, track, 16, fill=GRID)
    if share is None:
        canvas.text(left + track + 7, y, "–", 11, colour=MUTED)
        return
    canvas.box(left, y - 8, track * min(max(share, 0.0), 1.0), 16, fill=fill)
    canvas.text(left + track + 7, y, share_text(share), 11, weight="semibold", colour=INK)
