"""Picture of an ideal journey: its stages one under another, their steps from left to right."""

from __future__ import annotations

from matplotlib.figure import Figure

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.frame import MARGIN, framed, nothing_to_show
from crmmining.reporting.figures.journey_model_boxes import draw_group, draw_step
from crmmining.reporting.figures.journey_model_chips import draw_chips
from crmmining.reporting.figures.journey_model_layout import HEAD, PAGE, Band, JourneyModel, lay_out
from crmmining.reporting.figures.journey_model_legend import LEGEND_LINE, draw_legend, legend_rows
from crmmining.reporting.figures.journey_model_terms import forbidden
from crmmining.reporting.figures.journey_model_wires import draw_label, draw_sign, draw_wire
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.shapes import chevron
from crmmining.reporting.figures.style import INK, LINE, MUTED, PAPER, WASH, FigureStyle
from crmmining.reporting.figures.text import shorten, text_width
from crmmining.study.journey import IdealJourney

_HOW_TO_READ = (
    "How to read: the journey goes through its stages from top to bottom, and in each along the line from "
    "left to right. Beneath a step stands what is asked of it."
)


def draw_journey_model(journey: IdealJourney, title: str) -> Figure:
    """The ideal journey as a map: choices, orders, repeats, and what is asked of each step."""
    if not journey.stages:
        caption = Caption(title, nothing="the ideal journey has no stages")
        return nothing_to_show(caption, style=PAGE).canvas.figure
    model = lay_out(journey, 0.0)
    legend = legend_rows(model.scene, model.width)
    height = model.bottom + (14 + LEGEND_LINE * len(legend) if legend else 0)
    style = FigureStyle(width=model.width + 2 * MARGIN)
    frame = framed(Caption(title, _what(journey), _HOW_TO_READ), height, style=style)
    model = lay_out(journey, frame.top)
    _draw(frame.canvas, model)
    draw_legend(frame.canvas, MARGIN, model.bottom + 20, legend)
    return frame.canvas.figure


def _what(journey: IdealJourney) -> str:
    never = {step.activity for stage in journey.stages for step in forbidden(stage.body)}
    steps = [step for step in journey.steps if step.activity not in never]
    counts = [
        count_text(len(journey.stages), "stage"),
        count_text(len({step.activity for step in steps}), "step"),
    ]
    counts += _counted(sum(step.moment_of_truth for step in steps), "moment of truth", "moments of truth")
    counts += _counted(sum(step.promise is not None for step in steps), "promise", "promises")
    counts += _counted(len(never), "step that must not happen", "steps that must not happen")
    return f"The ideal journey: {', '.join(counts)}."


def _counted(n: int, one: str, many: str) -> list[str]:
    return [count_text(n, one, many)] if n else []


def _draw(canvas: Canvas, model: JourneyModel) -> None:
    scene = model.scene
    for band in model.bands:
        _draw_band(canvas, band, model.width)
    for group in scene.groups:
        draw_group(canvas, group)
    for wire in scene.wires:
        draw_wire(canvas, wire)
    for box in scene.boxes:
        draw_step(canvas, box)
    for sign in scene.signs:
        draw_sign(canvas, sign)
    for label in scene.labels:
        draw_label(canvas, label)
    canvas.dot(model.end[0] + 5, model.end[1], 5, fill=PAPER, edge=INK, stroke=2.2)


def _draw_band(canvas: Canvas, band: Band, width: float) -> None:
    """A stage: its ground, its head, and what must not happen in it."""
    canvas.box(MARGIN, band.top, width, band.height, radius=6, fill=WASH)
    owner = f"owner {band.stage.owner}" if band.stage.owner else ""
    number, middle = str(band.number), band.top + HEAD / 2
    name = shorten(band.stage.name, width * (0.6 if owner else 0.85), 12, "bold")
    name_left = MARGIN + 22 + text_width(number, 12, "bold")
    head = name_left - MARGIN + text_width(name, 12, "bold") + 22
    canvas.polygon(chevron(MARGIN, band.top, head, HEAD, 9)[:-1], fill=INK)
    canvas.text(MARGIN + 12, middle, number, 12, weight="bold", colour=LINE)
    canvas.text(name_left, middle, name, 12, weight="bold", colour=PAPER)
    if owner:
        words = shorten(owner, width - head - 24, 10.5)
        canvas.text(MARGIN + head + 10, middle, words, 10.5, colour=MUTED)
    draw_chips(canvas, band.chips)
