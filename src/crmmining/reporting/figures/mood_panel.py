"""A row of stages with how customers feel in each: chevrons above, means in the middle, counts beneath."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crmmining.reporting.figures.axis import Scale, round_ticks, tick_text
from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.frame import Frame
from crmmining.reporting.figures.mood_rating import Kind, Rating, StageMood
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.shapes import chevron, text_in
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    ALARM_WASH,
    GOOD,
    GOOD_FILL,
    GRID,
    INK,
    LINE,
    MUTED,
    PAPER,
    WASH,
    tint,
)
from crmmining.reporting.figures.text import fit_text, text_width

_NAMES, _PLOT, _COUNTS = 44.0, 250.0, 62.0
PANEL = _NAMES + _PLOT + _COUNTS
_GUTTER = 112.0
_BESIDE = 17.0  # from a column's middle to the dots of either end
_FILL: dict[Kind, str] = {"reached": GOOD_FILL, "abandoned": ALARM_FILL, "all": INK}
_TEXT: dict[Kind, str] = {"reached": GOOD, "abandoned": ALARM, "all": INK}
_SIDE: dict[Kind, float] = {"reached": -_BESIDE, "abandoned": _BESIDE, "all": 0.0}


def mean_text(value: float, limits: tuple[float, float]) -> str:
    """A mean, or a difference of means, to a tenth of a point; on a short scale to a hundredth.

    >>> mean_text(3.46, (1, 5)), mean_text(-0.346, (-1, 1))
    ('3.5', '−0.35')
    """
    return f"{value:.{1 if limits[1] - limits[0] >= 3 else 2}f}".replace("-", "−")


def draw_panel(
    frame: Frame,
    top: float,
    stages: Sequence[StageMood],
    columns: int,
    limits: tuple[float, float],
    ratings: str = "ratings",
) -> None:
    """Stages in columns as wide as `columns` of them leave room for; `ratings` names what is counted."""
    canvas = frame.canvas
    left = frame.left + _GUTTER
    width = (frame.right - left) / max(columns, 2)
    plot_top, bottom = top + _NAMES + 6, top + _NAMES + _PLOT
    scale = Scale(*limits, bottom - 24, plot_top + 44)
    right = left + width * len(stages)
    middles = [left + (place + 0.5) * width for place in range(len(stages))]
    for stage, x in zip(stages, middles, strict=True):
        _draw_ground(canvas, x, (plot_top, bottom), width, stage)
    _draw_scale(canvas, scale, left, right)
    for stage, x in zip(stages, middles, strict=True):
        _draw_name(canvas, x - width / 2, top, width, stage.stage)
        if not stage.shown:
            middle = scale.at(scale.low + 0.375 * (scale.high - scale.low))
            _draw_gap(canvas, x, middle, width, f"too few {ratings}")
    _draw_lines(canvas, scale, stages, middles)
    for stage, x in zip(stages, middles, strict=True):
        _draw_points(canvas, scale, stage, x)
        if stage.parts and stage.apart is not None:
            words = f"{mean_text(abs(stage.apart), limits)} apart"
            canvas.text(x, plot_top + 11, words, 10.5, weight="semibold", colour=ALARM, align="center")
    _draw_counts(canvas, frame.left, bottom, stages, middles, f"all {ratings}")


def _draw_ground(canvas: Canvas, x: float, span: tuple[float, float], width: float, stage: StageMood) -> None:
    """A gap lies on grey; where the two ends surely part it is rosy, with the difference above."""
    fill = WASH if not stage.shown else ALARM_WASH if stage.parts else None
    if fill:
        canvas.box(x - width / 2 + 2, span[0], width - 4, span[1] - span[0], fill=fill)


def _draw_scale(canvas: Canvas, scale: Scale, left: float, right: float) -> None:
    words = {scale.high: "delighted", (scale.low + scale.high) / 2: "neutral", scale.low: "angry"}
    for tick in sorted({*round_ticks(scale.low, scale.high, 5), *words}):
        y = scale.at(tick)
        canvas.line([(left, y), (right, y)], colour=LINE if tick in words else GRID, stroke=0.8)
        canvas.text(left - 10, y, tick_text(tick).replace("-", "−"), 10.5, colour=MUTED, align="right")
        if tick in words:
            canvas.text(left - 34, y, words[tick], 10.5, colour=MUTED, align="right")


def _draw_name(canvas: Canvas, x: float, top: float, width: float, name: str) -> None:
    canvas.polygon(chevron(x, top, width + 4, _NAMES - 6, 9), fill=INK, edge=PAPER, stroke=1.6)
    centre = (x + width / 2 + 4, top + (_NAMES - 6) / 2)
    text_in(canvas, centre, (width - 24, _NAMES - 10), name, INK, size=12, smallest=8.5)


def _draw_gap(canvas: Canvas, x: float, y: float, width: float, words: str) -> None:
    lines, size = fit_text(words, width - 12, 11, most=3, smallest=9)
    canvas.lines(x, y, lines, size, colour=MUTED, align="center")


def _draw_lines(canvas: Canvas, scale: Scale, stages: Sequence[StageMood], middles: Sequence[float]) -> None:
    """A line between neighbours that both have the point; a gap stays a gap."""
    for (here, x0), (there, x1) in pairwise(zip(stages, middles, strict=True)):
        for kind in [kind for kind, _ in here.shown if kind in dict(there.shown)]:
            points = [_place(scale, kind, x0, here), _place(scale, kind, x1, there)]
            canvas.line(points, colour=_FILL[kind], stroke=2.4, cap="round")


def _draw_points(canvas: Canvas, scale: Scale, stage: StageMood, x: float) -> None:
    """Intervals first, then dots; the upper one has its number above, the lower one beneath."""
    shown, ground = stage.shown, ALARM_WASH if stage.parts else PAPER
    for kind, rating in shown:
        if rating.interval:
            place = _place(scale, kind, x, stage)[0]
            ends = [(place, scale.inside(end)) for end in rating.interval]
            canvas.line(ends, colour=tint(_FILL[kind], 0.6), stroke=9, cap="round")
    order = sorted(shown, key=lambda pair: -(pair[1].mean or 0.0))
    for rank, (kind, rating) in enumerate(order):
        place, y = _place(scale, kind, x, stage)
        canvas.dot(place, y, 6, fill=_FILL[kind], edge=PAPER, stroke=1.6)
        low, high = rating.interval or (rating.mean or 0.0, rating.mean or 0.0)
        above = rank == 0
        beyond = scale.inside(high) - 17 if above else scale.inside(low) + 17
        words = mean_text(rating.mean or 0.0, (scale.low, scale.high))
        half = text_width(words, 12, "bold") / 2 + 2
        canvas.box(place - half, beyond - 7, 2 * half, 14, fill=ground)  # over lines that pass
        canvas.text(place, beyond, words, 12, weight="bold", colour=_TEXT[kind], align="center")


def _place(scale: Scale, kind: Kind, x: float, stage: StageMood) -> Point:
    """Where a stage's point lies: beside the middle where there are two."""
    shown = dict(stage.shown)
    return x + (_SIDE[kind] if len(shown) > 1 else 0.0), scale.inside(shown[kind].mean or 0.0)


def _draw_counts(
    canvas: Canvas,
    edge: float,
    bottom: float,
    stages: Sequence[StageMood],
    middles: Sequence[float],
    everything: str,
) -> None:
    """A row of counts for each end and one for all, under the stage's points."""
    rows: tuple[tuple[Kind, str], ...] = (
        ("reached", "goal reached"),
        ("abandoned", "abandoned"),
        ("all", everything),
    )
    for place, (kind, name) in enumerate(rows):
        y = bottom + 14 + place * 18
        canvas.dot(edge + 4, y, 4, fill=_FILL[kind])
        canvas.text(edge + 14, y, name, 10.5, weight="semibold", colour=_TEXT[kind])
        for stage, x in zip(stages, middles, strict=True):
            rating: Rating = getattr(stage, kind)
            strong = any(kind == shown for shown, _ in stage.shown)
            words = "–" if rating.n is None else count_text(rating.n)
            canvas.text(
                x,
                y,
                words,
                10.5,
                weight="semibold" if strong else "regular",
                colour=_TEXT[kind] if strong else MUTED,
                align="center",
            )
