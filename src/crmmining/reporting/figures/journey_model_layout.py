"""Layout of an ideal journey: its stages one under another, the line through them all."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.reporting.figures.canvas import Point
from crmmining.reporting.figures.frame import MARGIN
from crmmining.reporting.figures.journey_model_blocks import LANE, put_rows, rows_height
from crmmining.reporting.figures.journey_model_chips import Chip, place_chips
from crmmining.reporting.figures.journey_model_measure import measure_rows
from crmmining.reporting.figures.journey_model_scene import Scene
from crmmining.reporting.figures.journey_model_terms import forbidden
from crmmining.reporting.figures.style import FigureStyle
from crmmining.study.journey import IdealJourney, Stage

PAGE = FigureStyle(width=792.0)
HEAD = 26.0  # height of the head of a stage
_ROOM = PAGE.width - 2 * MARGIN
_RAIL = MARGIN + 16  # the line from stage to stage and from row to row
_START = _RAIL + LANE
_INNER = MARGIN + _ROOM - 26 - _START  # room for the steps
_AIR, _BAND_GAP = 14.0, 20.0


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
    """A journey laid out from the margin on: its bands, and what is drawn in them."""

    bands: tuple[Band, ...]
    scene: Scene
    end: Point
    width: float
    bottom: float


def lay_out(journey: IdealJourney, top: float) -> JourneyModel:
    """Everything in its place; wider than the page only where branches nest too deep for it."""
    rows = [measure_rows(stage.body, _INNER, stage.owner) for stage in journey.stages]
    width = max(_ROOM, *(row.width + _ROOM - _INNER for stage in rows for row in stage))
    scene, bands, end, lane = Scene(), list[Band](), (0.0, 0.0), 0.0
    for number, (stage, blocks) in enumerate(zip(journey.stages, rows, strict=True), 1):
        if bands:
            between = top - _BAND_GAP / 2
            scene.wire(end, (lane, end[1]), (lane, between), (_RAIL, between), (_RAIL, top), arrow=True)
        y = top + HEAD + _AIR
        end = put_rows(scene, blocks, (_RAIL, top + HEAD), _START, y)
        y += rows_height(blocks) + _AIR
        chips = place_chips(forbidden(stage.body), _RAIL, y, LANE + _INNER)
        height = (chips[-1].bottom + 4 if chips else y) - top
        bands.append(Band(number, stage, top, height, chips))
        lane = max(end[0], *(chip.left + chip.width for chip in chips), 0.0) + 9
        top += height + _BAND_GAP
    last = (end[0] + 20, end[1])
    scene.wire(end, last, arrow=True)
    return JourneyModel(tuple(bands), scene, last, width, top - _BAND_GAP)
