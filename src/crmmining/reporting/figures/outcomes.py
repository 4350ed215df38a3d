"""Outcomes over time: goals reached from below, abandoned from above, what is between is still open."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from crmmining.reporting.figures.frame import framed, nothing_to_show
from crmmining.reporting.figures.leaving import ROW as LEAVING_ROW
from crmmining.reporting.figures.leaving import draw_leaving
from crmmining.reporting.figures.numbers import count_text, share_text
from crmmining.reporting.figures.outcome_curves import FOOT, HEIGHT, draw_curves
from crmmining.reporting.figures.outcome_data import FEWEST, Outcomes, about, half_reached
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.figures.text import brief

_LEAVING_HEAD = 50.0
_HOW_TO_READ = (
    "How to read: at each time since a goal began, the green is the share reached by then, the red from "
    "the top the share abandoned (given up, or silent for so long that it counts as given up), the white "
    "between them is not over yet: together 100 %. The darker edges are 95 % intervals. A goal still open "
    "when the data ends is counted as running up to then, never as lost (Aalen and Johansen)."
)


def draw_outcomes(data: Outcomes, *, style: FigureStyle) -> Figure:
    """The two curves closing on each other, and beneath them the steps after which people leave."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ, _what(data))
    if not data.days.size:
        return nothing_to_show(replace(caption, subtitle=""), style=style).canvas.figure
    beneath = _LEAVING_HEAD + LEAVING_ROW * len(data.leaving) if data.leaving else 0.0
    frame = framed(caption, HEIGHT + FOOT + beneath, style=style)
    draw_curves(frame, data)
    if data.leaving:
        draw_leaving(frame, frame.top + HEIGHT + FOOT + _LEAVING_HEAD, data.leaving, data.n_left)
    return frame.canvas.figure


def finding(data: Outcomes) -> str:
    """The picture's headline, from its own numbers."""
    goal = f"“{brief(data.goal)}”"
    if not data.days.size:
        return f"{goal}: no goal has come to an end yet"
    if data.n_goals < FEWEST:
        return f"{goal}: {count_text(data.n_goals, 'goal')} followed, too few to tell how they come out"
    reached, abandoned = float(data.reached.value[-1]), float(data.abandoned.value[-1])
    end, half = about(float(data.days[-1])), half_reached(data)
    if half is not None:
        first = f"half reach it within {about(half[0])}"
    elif reached > 0:
        first = f"{share_text(reached)} reach it within {end}"
    else:
        first = f"nobody reaches it within {end}"
    if not abandoned:
        return f"{goal}: {first}, nobody abandons it"
    by_then = f" within {end}" if half else ""
    told = f"{goal}: {first}, {share_text(abandoned)} abandon it{by_then}"
    worst = next((row.step for row in data.leaving if row.stands_out), None)
    return f"{told}, most often after “{brief(worst)}”" if worst else told


def _what(data: Outcomes) -> str:
    verb = "is" if data.n_open == 1 else "are"
    still = (
        f"{count_text(data.n_open)} of them {verb} open when the data ends" if data.n_open else "none is open"
    )
    told = f"{count_text(data.n_goals, 'goal')} followed from the day each began; {still}."
    return f"{told} Drawn for as long as {FEWEST} are followed." if data.n_goals >= FEWEST else told
