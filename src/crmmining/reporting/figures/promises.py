"""Promises to the customer: how often each is kept, with its interval and its owner."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.rows import row_name, stacked_bar
from crmmining.reporting.figures.shapes import heading
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    GOOD_FILL,
    GRID,
    INK,
    MUTED,
    PAPER,
    FigureStyle,
)
from crmmining.reporting.figures.text import brief, fit_lines

_ROW, _HEAD, _FOOT, _NAMES, _OWNER, _OWED = 60.0, 26.0, 24.0, 230.0, 150.0, 116.0
_HOW_TO_READ = (
    "How to read: of the promises that fell due, green was kept and red was broken, also where the "
    "customer is still waiting past the limit. The line with two ends is the 95 % interval of the "
    "kept share. Promises still inside their limit are counted beside, not in the bar."
)


@dataclass(frozen=True)
class PromiseRow:
    """A promise: kept of those decided, the 95 % interval of the kept share, and who owns it.

    `limit` is the promise as told ("10 business days"); `owed` what its breaking costs ("12,450
    EUR", empty: nothing promised); `n_open` are still inside the limit and not counted.
    """

    promise: str
    owner: str
    limit: str
    n_kept: int
    n_broken: int
    interval: tuple[float, float] | None = None
    n_open: int = 0
    owed: str = ""

    @property
    def kept_share(self) -> float | None:
        """Kept of those that fell due; None where none did."""
        due = self.n_kept + self.n_broken
        return self.n_kept / due if due else None


@dataclass(frozen=True)
class Promises:
    """Promises to be shown; drawn worst first."""

    rows: tuple[PromiseRow, ...]
    caption: Caption = FROM_DATA


def draw_promises(data: Promises, *, style: FigureStyle) -> Figure:
    """A bar of kept and broken per promise, with a whisker for the interval."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not data.rows:
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + len(data.rows) * _ROW + _FOOT, style=style)
    owed = _OWED if any(row.owed for row in data.rows) else 0.0
    scale = Scale(0.0, 1.0, frame.left + _NAMES, frame.right - _OWNER - owed - 30)
    _draw_heads(frame, scale, owed, len(data.rows))
    order = sorted(data.rows, key=lambda row: 2.0 if row.kept_share is None else row.kept_share)
    for place, row in enumerate(order):
        y = frame.top + _HEAD + (place + 0.5) * _ROW
        _draw_row(frame, y, row, scale, owed)
    return frame.canvas.figure


def finding(data: Promises) -> str:
    """The picture's headline, from its own numbers."""
    broken = sum(row.n_broken for row in data.rows)
    due = {row.promise: row.kept_share for row in data.rows if row.kept_share is not None}
    n_due = broken + sum(row.n_kept for row in data.rows)
    if not n_due:
        return "No promise to a customer fell due"
    if not broken:
        return f"All {count_text(n_due, 'promise')} to customers were kept"
    name, share = min(due.items(), key=lambda pair: pair[1])
    worst = brief(name)
    if len(due) == 1:
        return f"“{worst}” is kept {share_text(share)} of the time"
    told = share_text(broken / n_due)
    return f"{told} of promises to customers are broken; “{worst}” is kept least"


def _draw_heads(frame: Frame, scale: Scale, owed: float, n_rows: int) -> None:
    canvas, y = frame.canvas, frame.top + 8
    heading(canvas, frame.left, y, "promise")
    heading(canvas, scale.start, y, "kept")
    heading(canvas, scale.end, y, "broken", align="right")
    heading(canvas, scale.end + 30, y, "owner")
    if owed:
        heading(canvas, frame.right, y, "owed", align="right")
    bottom = frame.top + _HEAD + n_rows * _ROW
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = scale.at(tick)
        canvas.line([(x, frame.top + _HEAD), (x, bottom)], colour=GRID)
        canvas.text(x, bottom + 12, share_text(tick), 10, colour=MUTED, align="center")


def _draw_row(frame: Frame, y: float, row: PromiseRow, scale: Scale, owed: float) -> None:
    canvas = frame.canvas
    limit = f"within {row.limit}" if row.limit else ""
    row_name(canvas, frame.left, y, row.promise, limit, _NAMES - 20)
    _draw_bar(frame, y, row, scale)
    owner = fit_lines(row.owner, _OWNER - 16, 11, most=2)
    canvas.lines(scale.end + 30, y - 6, owner, 11)
    if row.owed:
        lines = fit_lines(row.owed, owed - 6, 11, weight="semibold", most=2)
        canvas.lines(frame.right, y - 6, lines, 11, weight="semibold", colour=ALARM, align="right")


def _draw_bar(frame: Frame, y: float, row: PromiseRow, scale: Scale) -> None:
    """Kept and broken as one bar, the interval and the counts beneath."""
    canvas, share = frame.canvas, row.kept_share
    still = f"{count_text(row.n_open)} still inside the limit" if row.n_open else ""
    if share is None:
        words = "none fell due" + (f", {still}" if still else "")
        canvas.text(scale.start + 6, y - 6, words, 11, colour=MUTED)
        return
    parts = (
        (share, GOOD_FILL, share_text(share)),
        (1 - share, ALARM_FILL, share_text(1 - share)),
    )
    stacked_bar(canvas, scale.start, y - 8, scale.end - scale.start, parts, height=22)
    _draw_interval(frame, y + 9, row, scale)
    due = count_text(row.n_kept + row.n_broken)
    words = f"{count_text(row.n_broken)} of {due} broken" + (f", {still}" if still else "")
    canvas.text(scale.start + 2, y + 20, words, 9.5, colour=MUTED)


def _draw_interval(frame: Frame, y: float, row: PromiseRow, scale: Scale) -> None:
    """A thin line with two ends under the border of kept and broken."""
    if row.interval is None:
        return
    low, high = (scale.inside(end) for end in row.interval)
    frame.canvas.line([(low, y), (high, y)], colour=INK, stroke=1.4)
    for x in (low, high):
        frame.canvas.line([(x, y - 3.5), (x, y + 3.5)], colour=INK, stroke=1.4)
    frame.canvas.dot(scale.inside(row.kept_share or 0.0), y, 3.2, fill=INK, edge=PAPER, stroke=1.0)
