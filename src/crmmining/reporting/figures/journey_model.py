"""Picture of an ideal journey: its stages one under another, their steps from left to right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import cos, hypot, pi, sin

from matplotlib.figure import Figure
from matplotlib.path import Path

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.frame import MARGIN, framed, nothing_to_show
from crmmining.reporting.figures.journey_model_layout import (
    BOX,
    LANE,
    NAME_SPACING,
    NOTE,
    NOTE_LINE,
    PROMISE,
    PROMISE_LINE,
    SIGN,
    Group,
    Label,
    Point,
    Scene,
    Sign,
    StepBox,
    Wire,
    forbidden,
    measure_rows,
    or_aliases,
    put_rows,
    rows_height,
)
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.shapes import chevron
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    ALARM_WASH,
    BLUE,
    CUSTOMER,
    INK,
    LINE,
    MIDDLE,
    MUTED,
    PAPER,
    WASH,
    FigureStyle,
    tint,
)
from crmmining.reporting.figures.text import shorten, text_width
from crmmining.study.journey import ACTORS, Actor, IdealJourney, Stage

PAGE = FigureStyle(width=792.0)
_HEAD, _AIR, _BAND_GAP, _RAIL, _EDGE = 26.0, 14.0, 20.0, 16.0, 18.0
_CHIP, _CHIP_GAP, _NEVER = 20.0, 7.0, 28.0
_EDGE_OF: dict[Actor, str] = {"customer": CUSTOMER, "company": BLUE, "system": INK}
_WIRE, _FRAME, _PROMISE_FILL = "#6F7E91", "#9FACBA", tint(BLUE, 0.84)
_HOW_TO_READ = (
    "How to read: the journey goes through its stages from top to bottom, and in each along the line from "
    "left to right. Beneath a step stands what is asked of it."
)


@dataclass(frozen=True)
class Chip:
    """A step that must not happen, in its place."""

    left: float
    top: float
    width: float
    name: str
    remark: str


@dataclass(frozen=True)
class Band:
    """A stage in its place, with the steps that must not happen in it."""

    number: int
    stage: Stage
    top: float
    height: float
    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class JourneyModel:
    """A journey laid out: its bands, and what is drawn in them."""

    bands: tuple[Band, ...]
    scene: Scene
    end: Point
    left: float
    width: float
    bottom: float


def draw_journey_model(journey: IdealJourney, title: str) -> Figure:
    """The ideal journey as a map: choices, orders, repeats, and what is asked of each step."""
    if not journey.stages:
        caption = Caption(title, nothing="the ideal journey has no stages")
        return nothing_to_show(caption, style=PAGE).canvas.figure
    room = PAGE.width - 2 * MARGIN
    model = lay_out(journey, MARGIN, 0.0, room)
    style = FigureStyle(width=model.width + 2 * MARGIN)
    keys = _key_rows(list(_keys(journey, model)), model.width)
    height = model.bottom + (14 + 21 * len(keys) if keys else 0)
    frame = framed(Caption(title, _what(journey), _HOW_TO_READ), height, style=style)
    model = lay_out(journey, frame.left, frame.top, room)
    _draw(frame.canvas, model)
    for place, row in enumerate(keys):
        _draw_keys(frame.canvas, frame.left, model.bottom + 20 + 21 * place, row)
    return frame.canvas.figure


def lay_out(journey: IdealJourney, left: float, top: float, room: float) -> JourneyModel:
    """Everything in its place; wider than the room only where branches nest too deep for it."""
    inner = room - _RAIL - LANE - _EDGE - 8
    rows = [measure_rows(stage.body, inner, stage.owner) for stage in journey.stages]
    width = max(room, *(row.width + room - inner for stage in rows for row in stage))
    scene, bands, end, lane = Scene(), list[Band](), (0.0, 0.0), 0.0
    rail, start = left + _RAIL, left + _RAIL + LANE
    for number, (stage, blocks) in enumerate(zip(journey.stages, rows, strict=True), 1):
        if bands:
            between = top - _BAND_GAP / 2
            scene.wire(end, (lane, end[1]), (lane, between), (rail, between), (rail, top), arrow=True)
        y = top + _HEAD + _AIR
        end = put_rows(scene, blocks, (rail, top + _HEAD), start, y)
        y += rows_height(blocks) + _AIR
        chips, lines = _chips(stage, start, y, inner)
        height = y + lines * (_CHIP + _CHIP_GAP) + (4 if lines else 0) - top
        bands.append(Band(number, stage, top, height, chips))
        lane = max(end[0], *(chip.left + chip.width for chip in chips), 0.0) + 9
        top += height + _BAND_GAP
    last = (end[0] + 20, end[1])
    scene.wire(end, last, arrow=True)
    return JourneyModel(tuple(bands), scene, last, left, width, top - _BAND_GAP)


def _chips(stage: Stage, left: float, top: float, room: float) -> tuple[tuple[Chip, ...], int]:
    """The forbidden steps of a stage as chips in lines, and how many lines they take."""
    chips: list[Chip] = []
    x, line = left + _NEVER, 0
    for step in dict.fromkeys(forbidden(stage.body)):
        remarks = [or_aliases(step)] if step.aliases else []
        remarks += [f"weight {step.weight}"] if step.weight != 1 else []
        name = shorten(step.activity, room - _NEVER - 24, 9.5, "semibold")
        used = text_width(name, 9.5, "semibold") + 18
        remark = shorten(" · ".join(remarks), room - _NEVER - used - 6, NOTE) if remarks else ""
        width = used + (text_width(remark, NOTE) + 6 if remark else 0)
        if x + width > left + room and x > left + _NEVER:
            x, line = left + _NEVER, line + 1
        chips.append(Chip(x, top + line * (_CHIP + _CHIP_GAP), width, name, remark))
        x += width + _CHIP_GAP
    return tuple(chips), line + 1 if chips else 0


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
        _draw_band(canvas, band, model.left, model.width)
    for group in scene.groups:
        _draw_group(canvas, group)
    for wire in scene.wires:
        _draw_wire(canvas, wire)
    for box in scene.boxes:
        _draw_step(canvas, box)
    for sign in scene.signs:
        _draw_sign(canvas, sign)
    for label in scene.labels:
        _draw_label(canvas, label)
    canvas.dot(model.end[0] + 5, model.end[1], 5, fill=PAPER, edge=INK, stroke=2.2)


def _draw_band(canvas: Canvas, band: Band, left: float, width: float) -> None:
    canvas.box(left, band.top, width, band.height, radius=6, fill=WASH)
    owner = f"owner {band.stage.owner}" if band.stage.owner else ""
    number = str(band.number)
    name_left = left + 22 + text_width(number, 12, "bold")
    name = shorten(band.stage.name, width * (0.6 if owner else 0.85), 12, "bold")
    head = name_left - left + text_width(name, 12, "bold") + 22
    canvas.polygon(chevron(left, band.top, head, _HEAD, 9)[:-1], fill=INK)
    canvas.text(left + 12, band.top + _HEAD / 2, number, 12, weight="bold", colour=LINE)
    canvas.text(name_left, band.top + _HEAD / 2, name, 12, weight="bold", colour=PAPER)
    if owner:
        words = shorten(owner, width - head - 24, 10.5)
        canvas.text(left + head + 10, band.top + _HEAD / 2, words, 10.5, colour=MUTED)
    for chip in band.chips:
        middle, name_width = chip.top + _CHIP / 2, text_width(chip.name, 9.5, "semibold")
        canvas.box(
            chip.left, chip.top, chip.width, _CHIP, radius=4, fill=ALARM_WASH, edge=ALARM_FILL, stroke=1.1
        )
        canvas.text(chip.left + 9, middle, chip.name, 9.5, weight="semibold", colour=ALARM)
        canvas.line(
            [(chip.left + 7, middle), (chip.left + 11 + name_width, middle)], colour=ALARM, stroke=0.9
        )
        if chip.remark:
            canvas.text(chip.left + 15 + name_width, middle, chip.remark, NOTE, colour=ALARM)
    if band.chips:
        first = band.chips[0]
        canvas.text(left + _RAIL, first.top + _CHIP / 2, "never", 10.5, weight="bold", colour=ALARM)


def _draw_group(canvas: Canvas, group: Group) -> None:
    dash = None if group.words else (2.6, 2.0)
    canvas.box(group.left, group.top, group.width, group.height, radius=7, edge=_FRAME, dash=dash)
    if group.words:
        canvas.text(group.left + 10, group.top + 12, group.words, NOTE, colour=MUTED)


def _draw_wire(canvas: Canvas, wire: Wire) -> None:
    points = list(dict.fromkeys(wire.points))
    if len(points) < 2:
        return
    path = _curve(points) if wire.curved else _bent(points)
    canvas.shape(path, edge=_WIRE, stroke=1.1, dash=(3.0, 2.0) if wire.dashed else None)
    if wire.arrow:
        before = (points[-1][0] - 1, points[-1][1]) if wire.curved else points[-2]
        _head(canvas, before, points[-1])


def _bent(points: list[Point], radius: float = 6.0) -> Path:
    """A path through points with its corners rounded."""
    path, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        path += [_towards(corner, before, reach), corner, _towards(corner, after, reach)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*path, points[-1]], [*codes, Path.LINETO])


def _curve(points: list[Point]) -> Path:
    """A path that leaves every point level and comes level to the next."""
    path, codes = [points[0]], [Path.MOVETO]
    for (x, y), (right, lower) in pairwise(points):
        path += [((x + right) / 2, y), ((x + right) / 2, lower), (right, lower)]
        codes += [Path.CURVE4] * 3
    return Path(path, codes)


def _head(canvas: Canvas, before: Point, tip: Point, size: float = 5.0) -> None:
    """A small filled head at the end of a line, whichever way it goes."""
    back = _towards(tip, before, size)
    dx, dy = (back[1] - tip[1]) * 0.6, (tip[0] - back[0]) * 0.6
    canvas.polygon([tip, (back[0] + dx, back[1] + dy), (back[0] - dx, back[1] - dy)], fill=_WIRE)


def _distance(one: Point, other: Point) -> float:
    return hypot(other[0] - one[0], other[1] - one[1])


def _towards(start: Point, other: Point, reach: float) -> Point:
    share = reach / (_distance(start, other) or 1.0)
    return (start[0] + (other[0] - start[0]) * share, start[1] + (other[1] - start[1]) * share)


def _draw_step(canvas: Canvas, box: StepBox) -> None:
    """The box with its name and marks, and beneath it what the journey asks."""
    step, middle, y = box.step, box.left + box.width / 2, box.top + BOX
    if box.promise:
        height = len(box.promise) * PROMISE_LINE + 3 + 3
        canvas.box(box.left + 5, y - 3, box.width - 10, height, radius=3, fill=_PROMISE_FILL)
        centre = y + len(box.promise) * PROMISE_LINE / 2 + 1
        canvas.lines(middle, centre, box.promise, PROMISE, weight="semibold", align="center")
        y += height - 2
    for place, line in enumerate(box.notes):
        canvas.text(middle, y + 8 + place * NOTE_LINE, line, NOTE, colour=MUTED, align="center")
    _frame_of(canvas, box)
    canvas.lines(
        middle + (2.5 if step.actor else 0),
        box.top + BOX / 2,
        box.name,
        box.size,
        spacing=NAME_SPACING,
        weight="semibold",
        colour=MUTED if step.unobserved else INK,
        align="center",
        halo=WASH if step.unobserved else None,
    )
    if step.moment_of_truth:
        _star(canvas, box.left + box.width - 6, box.top + 1, 8)


def _frame_of(canvas: Canvas, box: StepBox) -> None:
    at = (box.left, box.top, box.width, BOX)
    if box.step.unobserved:
        canvas.box(*at, radius=5, fill=WASH)
        _hatch(canvas, *at)
        canvas.box(*at, radius=5, edge=MUTED, stroke=1.0, dash=(1.0, 1.8))
    else:
        dash = (2.6, 2.0) if box.optional else None
        canvas.box(*at, radius=5, fill=PAPER, edge=MUTED if box.optional else _FRAME, stroke=1.0, dash=dash)
    if box.step.actor:
        _edge(canvas, box.left, box.top, BOX, box.step.actor)


def _edge(canvas: Canvas, left: float, top: float, height: float, actor: Actor) -> None:
    """Who does it, along the left side; that of a system is broken, so that it differs without colour."""
    pieces = 4 if actor == "system" else 1
    share = 1.5 if pieces > 1 else 1.0  # of a piece, with the gap beneath it
    each = (height - 8) / (pieces * share - share + 1)
    for piece in range(pieces):
        canvas.box(left + 1.5, top + 4 + piece * each * share, 4, each, fill=_EDGE_OF[actor])


def _hatch(canvas: Canvas, left: float, top: float, width: float, height: float) -> None:
    """Thin slanting lines within a box."""
    for place in range(8, int(width + height), 8):
        start = (left + max(0.0, place - height), top + min(height, place))
        end = (left + min(width, place), top + max(0.0, place - width))
        canvas.line([start, end], colour=LINE, stroke=0.6)


def _draw_sign(canvas: Canvas, sign: Sign) -> None:
    x, y = sign.x, sign.y
    around = [(x, y - SIGN), (x + SIGN, y), (x, y + SIGN), (x - SIGN, y)]
    canvas.polygon(around, fill=PAPER, edge=INK, stroke=1.2)
    a, b = (2.3, 2.3) if sign.kind == "one" else (3.4, 0.0)
    canvas.line([(x - a, y - b), (x + a, y + b)], stroke=1.5)
    canvas.line([(x + b, y - a), (x - b, y + a)], stroke=1.5)


def _star(canvas: Canvas, x: float, y: float, radius: float) -> None:
    reach = [radius, radius * 0.46] * 5
    points = [(x + sin(pi * i / 5) * r, y - cos(pi * i / 5) * r) for i, r in enumerate(reach)]
    canvas.polygon(points, fill=MIDDLE, edge=PAPER, stroke=1.0)


def _draw_label(canvas: Canvas, label: Label) -> None:
    width = text_width(label.text, NOTE) + 8
    canvas.box(label.x - width / 2, label.y - 5.5, width, 11, fill=WASH)
    canvas.text(label.x, label.y, label.text, NOTE, colour=MUTED, align="center")


@dataclass(frozen=True)
class _Key:
    """An entry of the legend: what it means, and how its mark is drawn from a left middle point."""

    text: str
    draw: Callable[[Canvas, float, float], None]
    mark: float = 16.0

    @property
    def width(self) -> float:
        return self.mark + 6 + text_width(self.text, 10.5) + 22


def _keys(journey: IdealJourney, model: JourneyModel) -> Iterator[_Key]:
    """What occurs, and only that."""
    steps, scene = [box.step for box in model.scene.boxes], model.scene
    for actor in ACTORS:
        if any(step.actor == actor for step in steps):
            yield _Key(f"done by the {actor}", partial(_actor_mark, actor), 6)
    if any(step.moment_of_truth for step in steps):
        yield _Key("moment of truth", lambda c, x, y: _star(c, x + 8, y + 0.5, 8))
    if any(step.promise for step in steps):
        yield _Key("promised to the customer", _promise_mark)
    kinds = {sign.kind for sign in scene.signs}
    if "one" in kinds:
        yield _Key("exactly one of these", lambda c, x, y: _draw_sign(c, Sign(x + 8, y, "one")))
    if "all" in kinds:
        yield _Key("all of these, in any order", lambda c, x, y: _draw_sign(c, Sign(x + 8, y, "all")))


def _actor_mark(actor: Actor, canvas: Canvas, x: float, y: float) -> None:
    _edge(canvas, x - 1.5, y - 12, 24, actor)


def _promise_mark(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(x, y - 6, 16, 12, radius=3, fill=_PROMISE_FILL)
    canvas.text(x + 8, y, "≤", PROMISE, weight="semibold", align="center")


def _key_rows(keys: list[_Key], width: float) -> list[list[_Key]]:
    rows: list[list[_Key]] = []
    for key in keys:
        if rows and sum(known.width for known in rows[-1]) + key.width <= width:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows


def _draw_keys(canvas: Canvas, x: float, y: float, keys: list[_Key]) -> None:
    for key in keys:
        key.draw(canvas, x, y)
        canvas.text(x + key.mark + 6, y, key.text, 10.5)
        x += key.width
