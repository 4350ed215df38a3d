"""Lower half of the journey picture: bands of time, process rows, their sum, inside-out."""

from __future__ import annotations

from itertools import accumulate, pairwise

from crmmining.reporting.figures.axis import round_ticks, tick_text
from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.frame import MARGIN, Frame
from crmmining.reporting.figures.journey_data import ProcessRow
from crmmining.reporting.figures.journey_plan import (
    AXIS,
    BAND_WORDS,
    LABEL_SIZE,
    LABELS,
    SUM,
    Plan,
    bar_words,
)
from crmmining.reporting.figures.numbers import days_text
from crmmining.reporting.figures.shapes import arrow_head, section_mark
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    ALARM_WASH,
    CUSTOMER,
    GRID,
    INK,
    LINE,
    MUTED,
    PAPER,
    FigureStyle,
    ink_on,
)
from crmmining.reporting.figures.text import fit_text, shorten, text_width

_OWN_WASH = "#E9EDF1"


def draw_time_axis(frame: Frame, plan: Plan) -> None:
    """Rows' rules and the days beneath."""
    canvas, days = frame.canvas, plan.days
    bottom = frame.top + plan.height - AXIS
    for tick in round_ticks(0, days.high, 10):
        x = days.at(tick)
        canvas.line([(x, bottom), (x, bottom + 4)], colour=LINE)
        canvas.text(x, bottom + 13, tick_text(tick), 10.5, colour=MUTED, align="center")
    canvas.line([(days.start, bottom), (days.end, bottom)], colour=LINE)
    middle = (days.start + days.end) / 2
    words = "days since the customer's first step, mean journey"
    canvas.text(middle, bottom + 30, words, 10.5, colour=MUTED, align="center")


def draw_bands(frame: Frame, plan: Plan) -> None:
    """White space in red and the customer's own time in grey, through both views."""
    canvas, days = frame.canvas, plan.days
    top = frame.top + (plan.mood_top - 6 if plan.data.stages else plan.words_top)
    bottom = frame.top + plan.height - AXIS - SUM
    ends = list(accumulate(stretch.days for stretch in plan.data.stretches))
    for stretch, end in zip(plan.data.stretches, ends, strict=True):
        if stretch.kind == "process" or stretch.days <= 0:
            continue
        left, right = days.at(end - stretch.days), days.at(end)
        ours = stretch.kind == "white_space"
        canvas.box(left, top, right - left, bottom - top, fill=ALARM_WASH if ours else _OWN_WASH)
        _band_words(frame, plan, (left, right), stretch.days, ours=ours)


def draw_processes(frame: Frame, plan: Plan, style: FigureStyle) -> None:
    """A row per process with its bars, days and share, and an arrow to the next one."""
    canvas = frame.canvas
    top = frame.top + plan.rows_top
    bottom = top + len(plan.rows) * plan.row_height
    middles = {r.name: top + (i + 0.5) * plan.row_height for i, r in enumerate(plan.rows)}
    for row in plan.rows:
        y = middles[row.name] + plan.row_height / 2
        canvas.line([(plan.days.start, y), (plan.days.end, y)], colour=GRID)
    for source, target in _links(plan):
        _link(canvas, plan, middles, source, target)
    for row in plan.rows:
        _process_row(canvas, plan, row, middles[row.name], style)
    section_mark(canvas, MARGIN, top + 4, max(bottom, top + 60) - 4, ("INSIDE-OUT", "the processes"))


def draw_sum(frame: Frame, plan: Plan) -> None:
    """The three kinds of time end to end: together they are the journey."""
    canvas, days = frame.canvas, plan.days
    y = frame.top + plan.height - AXIS - SUM / 2
    canvas.text(days.start - 12, y, "added up", 11.5, weight="semibold", align="right")
    day = 0.0
    for kind, word, fill in (
        ("process", "a process runs", INK),
        ("customer", "customer's own time", CUSTOMER),
        ("white_space", "nobody", ALARM_FILL),
    ):
        part = plan.data.days_of(kind)
        left, right = days.at(day), days.at(day + part)
        day += part
        canvas.box(left, y - 10, right - left, 20, fill=fill, edge=PAPER, stroke=1.2)
        for text in (f"{word} {days_text(part)}", days_text(part)):
            if text_width(text, 10.5, "semibold") <= right - left - 8:
                middle, ink = (left + right) / 2, ink_on(fill)
                canvas.text(middle, y, text, 10.5, weight="semibold", colour=ink, align="center")
                break


def _band_words(frame: Frame, plan: Plan, span: tuple[float, float], days: float, *, ours: bool) -> None:
    """The days of a band, and whose they are, as far as it is wide."""
    left, right = span
    colour = ALARM if ours else MUTED
    day, room = days_text(days), right - left - 4
    whose = ("nobody owns this",) if ours else ("customer's own time",)
    split = ("nobody", "owns this") if ours else ("customer's", "own time")
    y, middle = frame.top + plan.words_top + BAND_WORDS / 2 - 1, (left + right) / 2
    for words, size in (
        ((day, *whose), 11.0),
        ((day, *split), 10.5),
        ((day,), 11.0),
        ((day,), 9.0),
    ):
        if max(text_width(word, size, "semibold") for word in words) <= room:
            frame.canvas.lines(middle, y, words, size, weight="semibold", colour=colour, align="center")
            return


def _links(plan: Plan) -> list[tuple[str, str]]:
    names = [row.name for row in plan.rows]
    if plan.data.links is None:
        return list(pairwise(names))
    return [(a, b) for a, b in plan.data.links if a in names and b in names and a != b]


def _link(canvas: Canvas, plan: Plan, middles: dict[str, float], source: str, target: str) -> None:
    """From the end of a bar down and on to the next one; straight down where they overlap."""
    thick = min(26.0, plan.row_height * 0.6) / 2
    leave = plan.days.at(plan.bars[source][-1][1]) - 3
    enter = plan.days.at(plan.bars[target][0][0])
    y0, y1 = middles[source] + thick, middles[target]
    colour = MUTED
    if y1 <= y0:
        return
    if enter - leave >= 14:
        canvas.elbow((leave, y0), (enter - 4, y1), colour=colour)
        arrow_head(canvas, (enter - 1, y1), "right", colour)
    else:
        wide = plan.days.at(plan.bars[target][0][1]) - enter
        x = enter + min(max(4.0, min(leave - enter, 12.0)), max(wide, 3.0) / 2)
        canvas.line([(x, y0), (x, y1 - thick - 4)], colour=colour)
        arrow_head(canvas, (x, y1 - thick - 1), "down", colour)


def _process_row(canvas: Canvas, plan: Plan, row: ProcessRow, y: float, style: FigureStyle) -> None:
    thick = min(26.0, plan.row_height * 0.6)
    spans = plan.bars[row.name]
    for begin, end in spans:
        left, right = plan.days.at(begin), plan.days.at(end)
        width = max(right - left, 3.0)
        canvas.box(left, y - thick / 2, width, thick, radius=4, fill=style.colour(row.department))
    words = bar_words(row, plan.bars)
    canvas.text(plan.days.at(spans[-1][1]) + 8, y, words, LABEL_SIZE, weight="semibold")
    _process_name(canvas, plan, row, y)


def _process_name(canvas: Canvas, plan: Plan, row: ProcessRow, y: float) -> None:
    """Name over department, right-aligned; the name alone where rows are low."""
    right, room = plan.days.start - 12, LABELS - 62
    roomy = plan.row_height >= 40
    lines, size = fit_text(row.name, room, 11.5, weight="semibold", most=2 if roomy else 1, smallest=10)
    raised = (7 if len(lines) == 1 else 8) if row.department and roomy else 0
    canvas.lines(right, y - raised, lines, size, spacing=1.05, weight="semibold", align="right")
    if raised:
        under = y + (9 if len(lines) == 1 else 14)
        department = shorten(row.department, room, 9.5)
        canvas.text(right, under, department, 9.5, colour=MUTED, align="right")
