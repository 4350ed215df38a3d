"""The curves of outcomes over time: two shares of one whole, with intervals and their last values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.frame import Frame
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.outcome_data import Curve, Outcomes
from crmmining.reporting.figures.outcome_words import draw_ends, draw_half, name_the_white
from crmmining.reporting.figures.style import (
    ALARM_FILL,
    GOOD_FILL,
    GRID,
    INK,
    LINE,
    MUTED,
    tint,
)
from crmmining.reporting.figures.text import text_width
from crmmining.reporting.figures.time_axis import TimeAxis, time_axis

HEIGHT, FOOT = 330.0, 66.0
_APART = 3.0
_GUTTER, _ENDS = 84.0, 156.0


def draw_curves(frame: Frame, data: Outcomes) -> None:
    """Reached from the bottom, abandoned from the top, the half marked, the ends named at the right."""
    canvas, start, end = frame.canvas, frame.left + _GUTTER, frame.right - _ENDS
    share = Scale(0.0, 1.0, frame.top + HEIGHT, frame.top + 6)
    over = Scale(0.0, 1.0, share.end, share.start)  # abandoned hangs from the top
    early, middle = (_time_of(data, part) for part in (0.05, 0.5))
    time = time_axis(float(data.days[-1]), early, middle, start, end)
    curves = ((share, data.reached, GOOD_FILL), (over, data.abandoned, ALARM_FILL))
    drawn = [(scale, curve, colour) for scale, curve, colour in curves if curve.value[-1] > 0]
    for scale, curve, colour in drawn:
        _draw_area(canvas, time, scale, data.days, curve, colour)
    _draw_axes(frame, time, share, data)
    for scale, curve, colour in drawn:
        canvas.line(_steps(time, scale, data.days, curve.value), colour=colour, stroke=2.2)
    free = draw_half(canvas, time, share, data)
    name_the_white(canvas, time, share, data, free)
    draw_ends(canvas, end, share, data)


def _time_of(data: Outcomes, part: float) -> float:
    """The time by which a part of the goals is no longer followed."""
    over = np.flatnonzero(data.followed <= data.n_goals * (1 - part))
    return float(data.days[over[0]] if over.size else data.days[-1])


def _draw_area(
    canvas: Canvas, time: TimeAxis, scale: Scale, days: NDArray[np.float64], curve: Curve, colour: str
) -> None:
    """The area under the curve, its interval darker."""
    for part, pale in ((curve.high, 0.5), (curve.low, 0.78)):
        edge = _steps(time, scale, days, part)
        ground = [(edge[-1][0], scale.at(0)), (edge[0][0], scale.at(0))]
        canvas.polygon([*edge, *ground], fill=tint(colour, pale))


def _steps(
    time: TimeAxis, scale: Scale, days: NDArray[np.float64], values: NDArray[np.float64]
) -> list[Point]:
    """A step function from 0 on, as points: of steps too close to be told apart the last one.

    Where they lie close a line joins them, which to the eye is the same at a tenth of the size.
    """
    x = np.array([time.at(0.0), *(time.at(day) for day in days)])
    y = np.array([scale.at(0.0), *(scale.inside(value) for value in values)])
    last = np.append(np.diff(np.floor(x / _APART)) > 0, True)
    x, y = x[last], y[last]
    points: list[Point] = []
    for here, height in zip(x.tolist(), y.tolist(), strict=True):
        if points and here - points[-1][0] > 2 * _APART:
            points.append((here, points[-1][1]))
        points.append((here, height))
    return points


def _draw_axes(frame: Frame, time: TimeAxis, share: Scale, data: Outcomes) -> None:
    canvas, bottom = frame.canvas, share.start
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = share.at(tick)
        canvas.line([(time.start - 5, y), (time.end, y)], colour=LINE if tick in (0, 1) else GRID, stroke=0.8)
        canvas.text(time.start - 11, y, share_text(tick), 10.5, colour=MUTED, align="right")
    canvas.text(time.start - 22, bottom + 36, "followed", 10.5, colour=MUTED, align="right")
    free = -np.inf
    for days, words in time.ticks:
        x = time.at(days)
        canvas.line([(x, bottom), (x, bottom + 5)], colour=LINE)
        canvas.text(x, bottom + 16, words, 10.5, colour=MUTED, align="center")
        followed = count_text(_followed(data, days))
        half = text_width(followed, 10.5) / 2
        if x - half > free:
            canvas.text(x, bottom + 36, followed, 10.5, colour=INK, align="center")
            free = x + half + 6
    words = (
        f"{time.unit} since the goal began"
        if time.unit
        else "time since the goal began, short times spread out"
    )
    canvas.text((time.start + time.end) / 2, bottom + 55, words, 10.5, colour=MUTED, align="center")


def _followed(data: Outcomes, days: float) -> int:
    """Goals still followed at a time: those that ran until the next end."""
    place = int(np.searchsorted(data.days, days - 1e-9))
    return int(data.followed[min(place, data.followed.size - 1)]) if days > 0 else data.n_goals
