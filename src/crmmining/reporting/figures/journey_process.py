"""Journey above, processes beneath, on one axis of days: the time nobody owns shows as red."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from crmmining.reporting.figures.frame import framed, nothing_to_show
from crmmining.reporting.figures.journey_data import (
    JourneyProcess,
    JourneyStage,
    ProcessRow,
    Stretch,
)
from crmmining.reporting.figures.journey_plan import plan_rows
from crmmining.reporting.figures.journey_rows import (
    draw_bands,
    draw_processes,
    draw_sum,
    draw_time_axis,
)
from crmmining.reporting.figures.journey_stages import draw_satisfaction, draw_stages
from crmmining.reporting.figures.numbers import count_text, days_text, share_text
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.figures.text import brief

__all__ = [
    "JourneyProcess",
    "JourneyStage",
    "ProcessRow",
    "Stretch",
    "draw_journey_process",
    "finding",
]

_HOW_TO_READ = (
    "How to read: one axis of days for both views. Above, the stages the customer goes through, "
    "with mean satisfaction (from 15 ratings on). Beneath, when each process runs. All days are "
    "means over all journeys, also those without the process, so the parts add up to the journey. "
    "Red: the customer waits and no process runs. Grey: the customer's own time."
)


def draw_journey_process(data: JourneyProcess, *, style: FigureStyle) -> Figure:
    """The two views of one journey over each other, with the time between processes in red."""
    caption = data.caption.filled(finding(data))
    if data.total_days <= 0 or not data.n_goals:
        return nothing_to_show(caption, style=style).canvas.figure
    plan = plan_rows(data, style)
    words = replace(
        caption,
        subtitle=caption.subtitle or _parts(data),
        how_to_read=caption.how_to_read or _HOW_TO_READ,
    )
    frame = framed(words, plan.height, style=style)
    draw_time_axis(frame, plan)
    draw_bands(frame, plan)
    if data.stages:
        draw_stages(frame, plan)
        draw_satisfaction(frame, plan)
    draw_processes(frame, plan, style)
    draw_sum(frame, plan)
    return frame.canvas.figure


def finding(data: JourneyProcess) -> str:
    """The picture's headline, from its own numbers."""
    if data.total_days <= 0 or not data.n_goals:
        return f"{brief(data.goal)}: no journey to draw"
    share = data.days_of("white_space") / data.total_days
    if share < 0.005:
        return f"Somebody is at work at every moment of the way to “{brief(data.goal)}”"
    return f"{share_text(share)} of the customer's time on “{brief(data.goal)}” belongs to nobody"


def _parts(data: JourneyProcess) -> str:
    work, own = days_text(data.days_of("process")), days_text(data.days_of("customer"))
    white = days_text(data.days_of("white_space"))
    return (
        f"Of a mean journey of {days_text(data.total_days)} "
        f"({count_text(data.n_goals, 'journey')}), processes run for {work}, the customer takes "
        f"{own}, and {white} are white space: the customer waits and no record is open."
    )
