"""Where people leave: the last step before a goal was abandoned, as rows beneath a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmmining.reporting.figures.frame import Frame
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.shapes import heading
from crmmining.reporting.figures.style import ALARM_FILL, GRID, MUTED, tint
from crmmining.reporting.figures.text import fit_text, text_width

ROW = 32.0
_NAMES, _OF_THERE = 236.0, 262.0


@dataclass(frozen=True)
class LeavingStep:
    """Goals abandoned after a step, of the decided goals that came to it, with the share's interval.

    `stands_out`: so many of all who left, left here that it is a finding.
    """

    step: str
    n_left: int
    n_came: int
    interval: tuple[float, float] | None = None
    stands_out: bool = False


def draw_leaving(frame: Frame, top: float, rows: Sequence[LeavingStep], n_left: int) -> None:
    """Per step a bar of its share of all who left; at the right its share of all who came there."""
    canvas, left, right = frame.canvas, frame.left + _NAMES, frame.right - _OF_THERE
    heading(canvas, frame.left, top - 10, "last step before leaving")
    heading(canvas, left, top - 10, f"of {count_text(n_left)} who left")
    heading(canvas, right, top - 10, "of all who came there")
    longest = text_width("88 %  8,888,888", 11, "semibold") + 16
    most = max(row.n_left for row in rows) / max(n_left, 1)
    for place, row in enumerate(rows):
        y = top + (place + 0.5) * ROW
        canvas.line([(frame.left, y - ROW / 2), (frame.right, y - ROW / 2)], colour=GRID, stroke=0.8)
        lines, size = fit_text(row.step, _NAMES - 20, 12, weight="semibold", smallest=9)
        canvas.lines(frame.left, y, lines, size, spacing=1.1, weight="semibold")
        share = row.n_left / max(n_left, 1)
        width = max(2.0, (right - left - longest) * share / most)
        canvas.box(left, y - 8, width, 16, fill=ALARM_FILL if row.stands_out else tint(ALARM_FILL, 0.45))
        words = share_text(share)
        canvas.text(left + width + 8, y, words, 11, weight="semibold")
        counted = left + width + 14 + text_width(words, 11, "semibold")
        canvas.text(counted, y, count_text(row.n_left), 10.5, colour=MUTED)
        _draw_share(frame, right, y, row)


def _draw_share(frame: Frame, x: float, y: float, row: LeavingStep) -> None:
    words = share_text(row.n_left / max(row.n_came, 1))
    frame.canvas.text(x, y, words, 11, weight="semibold")
    told = f"of {count_text(row.n_came, 'goal')}"
    if row.interval:
        told += f" ({share_text(row.interval[0])} to {share_text(row.interval[1])})"
    frame.canvas.text(x + text_width(words, 11, "semibold") + 7, y, told, 10.5, colour=MUTED)
