"""Upper half of the journey picture: stage arrows and satisfaction, outside-in."""

from __future__ import annotations

from itertools import accumulate, pairwise

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.frame import MARGIN, Frame
from crmmining.reporting.figures.journey_data import MIN_RATINGS
from crmmining.reporting.figures.journey_plan import NAME_ROW, STAGE, Plan, short_name
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.shapes import chevron, section_mark
from crmmining.reporting.figures.style import (
    ALARM_FILL,
    GOOD_FILL,
    GRID,
    INK,
    LINE,
    MIDDLE,
    MUTED,
    PAPER,
)
from crmmining.reporting.figures.text import fit_text, text_width


def draw_stages(frame: Frame, plan: Plan) -> None:
    """The stages as arrows as long as they last; names that do not fit stand above."""
    canvas, top = frame.canvas, frame.top + plan.stage_top
    starts = [0.0, *accumulate(stage.days for stage in plan.data.stages)]
    for place, stage in enumerate(plan.data.stages):
        left, right = plan.days.at(starts[place]), plan.days.at(starts[place + 1])
        if right - left > 1:
            shape = chevron(left, top, right - left + 5, STAGE, 9)
            canvas.polygon(shape, fill=INK, edge=PAPER, stroke=1.6)
        if place in plan.names_above:
            x, row = plan.names_above[place]
            y = top - 9 - row * NAME_ROW
            middle = (left + right) / 2
            canvas.line([(middle, top - 1), (middle, y + 6)], colour=LINE)
            canvas.text(x, y, short_name(stage.name), 10.5, weight="semibold", align="center")
        else:
            lines, size = fit_text(stage.name, right - left - 22, 12, weight="semibold", smallest=8.5)
            canvas.lines(
                (left + right) / 2 + 5,
                top + STAGE / 2,
                lines,
                size,
                spacing=1.1,
                weight="semibold",
                colour=PAPER,
                align="center",
            )
    bottom = frame.top + plan.words_top
    section_mark(canvas, MARGIN, top, bottom - 8, ("OUTSIDE-IN", "the journey"))


def draw_satisfaction(frame: Frame, plan: Plan) -> None:
    """Mean satisfaction per stage as points, each with its number of ratings; a stage with few is a gap."""
    canvas, data = frame.canvas, plan.data
    low, high = data.satisfaction_scale
    scale = Scale(low, high, frame.top + plan.words_top - 12, frame.top + plan.mood_top + 22)
    for value, word in ((high, "delighted"), ((low + high) / 2, "neutral"), (low, "angry")):
        y = scale.at(value)
        canvas.line([(plan.days.start, y), (plan.days.end, y)], colour=GRID)
        canvas.text(plan.days.start - 10, y, word, 10.5, colour=MUTED, align="right")
    starts = [0.0, *accumulate(stage.days for stage in data.stages)]
    points = [
        (plan.days.at(starts[i] + stage.days / 2), scale.inside(stage.satisfaction), i)
        for i, stage in enumerate(data.stages)
        if stage.satisfaction is not None and stage.n_ratings >= MIN_RATINGS
    ]
    for (x0, y0, here), (x1, y1, there) in pairwise(points):
        if there == here + 1:
            canvas.line(_curve((x0, y0), (x1, y1)), colour=INK, stroke=2.4, cap="round")
    taken: list[tuple[float, float]] = []
    for x, y, i in sorted(points, key=lambda point: -point[1]):
        stage = data.stages[i]
        share = ((stage.satisfaction or low) - low) / (high - low)
        fill = GOOD_FILL if share >= 0.675 else MIDDLE if share >= 0.4 else ALARM_FILL
        canvas.dot(x, y, 6, fill=fill, edge=PAPER, stroke=1.6)
        _rating(
            canvas,
            (x, y),
            f"{stage.satisfaction:.1f}",
            count_text(stage.n_ratings, "rating"),
            taken,
        )


def _rating(canvas: Canvas, point: Point, value: str, ratings: str, taken: list[tuple[float, float]]) -> None:
    """The value above and the ratings beneath, unless a worse stage beside needs the room."""
    x, y = point
    half = text_width(ratings, 9) / 2
    if any(x - half < end and start < x + half for start, end in taken):
        ratings, half = "", text_width(value, 11.5, "bold") / 2
        if any(x - half < end and start < x + half for start, end in taken):
            return
    taken.append((x - half, x + half))
    canvas.text(x, y - 15, value, 11.5, weight="bold", align="center")
    canvas.text(x, y + 15, ratings, 9, colour=MUTED, align="center")


def _curve(start: Point, end: Point) -> list[Point]:
    """A line between two points that is level at both and never swings beyond."""
    (x0, y0), (x1, y1) = start, end
    parts = [step / 24 for step in range(25)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t)) for t in parts]
