"""Words on outcomes over time: the half, the white between the curves, the last values at the right."""

from __future__ import annotations

import numpy as np

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.canvas import Align, Canvas
from crmmining.reporting.figures.numbers import share_text
from crmmining.reporting.figures.outcome_data import FEWEST, Outcomes, about, half_reached
from crmmining.reporting.figures.style import ALARM, ALARM_FILL, GOOD, GOOD_FILL, INK, LINE, MUTED, PAPER
from crmmining.reporting.figures.text import text_width
from crmmining.reporting.figures.time_axis import TimeAxis

_NUMBER, _WORD, _RANGE = 20.0, 12.0, 10.0


def draw_half(canvas: Canvas, time: TimeAxis, share: Scale, data: Outcomes) -> float:
    """A dot where half of the goals are reached; its words in the white above, else at the line's foot.

    Returns up to where the white is still free of words.
    """
    found = half_reached(data)
    if found is None or data.n_goals < FEWEST:
        return time.end
    days, low, high = found
    x, y = time.at(days), share.at(0.5)
    canvas.line([(time.start, y), (x, y)], colour=INK, stroke=1.0, dash=(4, 3))
    canvas.line([(x, y), (x, share.start)], colour=INK, stroke=1.0, dash=(4, 3))
    canvas.dot(x, y, 5.5, fill=INK, edge=PAPER, stroke=1.6)
    words = f"half reached after {about(days)}"
    under = f"95 %: {about(low)} to {about(high)}" if high is not None else ""
    room = max(text_width(words, _WORD, "semibold"), text_width(under, _RANGE)) + 12
    at = int(np.searchsorted(data.days, days))
    above = share.inside(float(data.reached.high[at])) - 10
    white = share.inside(1 - float(data.abandoned.high[at]))
    align: Align = "left"
    if x - room > time.start and above - 28 > white:
        place, above, align = x - 12, above - 15, "right"
    else:
        place, above = x + 12, share.start - 34
        if x + room > time.end:
            place, align = x - 12, "right"
    in_white = above < share.start - 34
    canvas.text(place, above, words, _WORD, weight="semibold", align=align)
    canvas.text(place, above + 15, under, _RANGE, colour=MUTED if in_white else INK, align=align)
    return place - room if in_white else time.end


def name_the_white(canvas: Canvas, time: TimeAxis, share: Scale, data: Outcomes, free: float) -> None:
    """Say what the space between the curves is, at its left above the half, where it is wide enough."""
    words, middle = "not over yet", 0.65
    last = time.start + 18 + text_width(words, _WORD, "semibold")
    before = np.flatnonzero([time.at(day) <= last for day in data.days])
    place = int(before[-1]) if before.size else -1
    top = 1 - (float(data.abandoned.high[place]) if place >= 0 else 0.0)
    bottom = float(data.reached.high[place]) if place >= 0 else 0.0
    if last < free and bottom < middle - 0.05 and top > middle + 0.05:
        canvas.text(time.start + 14, share.at(middle), words, _WORD, weight="semibold", colour=MUTED)


def draw_ends(canvas: Canvas, end: float, share: Scale, data: Outcomes) -> None:
    """The last values as a bar of three parts, each named beside it."""
    reached, abandoned = float(data.reached.value[-1]), float(data.abandoned.value[-1])
    still = max(0.0, 1 - reached - abandoned)
    parts = (
        (abandoned, 1 - abandoned / 2, "abandoned", ALARM_FILL, ALARM, data.abandoned),
        (still, reached + still / 2, "not over by then", LINE, MUTED, None),
        (reached, reached / 2, "reached", GOOD_FILL, GOOD, data.reached),
    )
    shown = [part for part in parts if part[0] > 5e-4 or part[2] == "reached"]
    heights = [54.0 if curve is not None else 34.0 for *_, curve in shown]
    middles = _apart([share.at(part[1]) for part in shown], heights, share.end, share.start)
    for (value, middle, word, fill, ink, curve), height, y in zip(shown, heights, middles, strict=True):
        top = share.at(middle + value / 2)
        canvas.box(end + 5, top, 6, share.at(middle - value / 2) - top, fill=fill)
        canvas.line([(end + 13, share.at(middle)), (end + 24, y)], colour=LINE, stroke=0.9)
        number = share_text(value)
        size = _NUMBER if curve is not None else 13.0
        head = y - height / 2 + 17 if curve is not None else y
        canvas.text(end + 29, head, number, size, weight="bold", colour=ink)
        beside = end + 29 + text_width(number, size, "bold") + 7
        canvas.text(beside, head + (size - _WORD) * 0.2, word, _WORD, weight="semibold", colour=ink)
        if curve is not None and curve.high[-1] > curve.low[-1]:
            canvas.text(end + 29, head + 21, _range(curve.low[-1], curve.high[-1]), _RANGE, colour=MUTED)


def _range(low: float, high: float) -> str:
    """An interval of shares, with a decimal where whole ones would be the same.

    >>> _range(0.66, 0.72), _range(0.987, 0.993)
    ('66 % to 72 %', '98.7 % to 99.3 %')
    """
    ends = [share_text(low), share_text(high)]
    return " to ".join(ends if ends[0] != ends[1] else [f"{100 * end:.1f} %" for end in (low, high)])


def _apart(wanted: list[float], heights: list[float], top: float, bottom: float) -> list[float]:
    """Middles near those wanted, from the top down, that leave each its height inside top … bottom."""
    placed: list[float] = []
    edge = top - 12
    for y, height in zip(wanted, heights, strict=True):
        placed.append(max(y, edge + height / 2))
        edge = placed[-1] + height / 2
    edge = bottom + 12
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], edge - heights[place] / 2)
        edge = placed[place] - heights[place] / 2
    return placed
