"""Steps that must not happen in a stage of an ideal journey, as chips at its foot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.journey_model_scene import NOTE
from crmmining.reporting.figures.journey_model_step import or_aliases
from crmmining.reporting.figures.style import ALARM, ALARM_FILL, ALARM_WASH
from crmmining.reporting.figures.text import shorten, text_width
from crmmining.study.journey import Step

_HEIGHT, _GAP = 20.0, 7.0
_NEVER = 42.0  # room for the word before the chips
_SIZE = 9.5


@dataclass(frozen=True)
class Chip:
    """A step that must not happen, in its place."""

    left: float
    top: float
    width: float
    name: str
    remark: str

    @property
    def bottom(self) -> float:
        """Where what comes beneath may begin."""
        return self.top + _HEIGHT + _GAP


def place_chips(steps: Iterable[Step], left: float, top: float, room: float) -> tuple[Chip, ...]:
    """A chip for each step, on further lines where one is too long for the room."""
    chips: list[Chip] = []
    first = x = left + _NEVER
    for step in dict.fromkeys(steps):
        remarks = [or_aliases(step)] if step.aliases else []
        remarks += [f"weight {step.weight}"] if step.weight != 1 else []
        name = shorten(step.activity, room - _NEVER - 24, _SIZE, "semibold")
        used = text_width(name, _SIZE, "semibold") + 18
        remark = shorten(" · ".join(remarks), room - _NEVER - used - 6, NOTE) if remarks else ""
        width = used + (text_width(remark, NOTE) + 6 if remark else 0)
        if x + width > left + room and x > first:
            x, top = first, top + _HEIGHT + _GAP
        chips.append(Chip(x, top, width, name, remark))
        x += width + _GAP
    return tuple(chips)


def draw_chips(canvas: Canvas, chips: tuple[Chip, ...]) -> None:
    """The chips, struck through, after the word that forbids them."""
    for chip in chips:
        left, middle, name_width = chip.left, chip.top + _HEIGHT / 2, text_width(chip.name, _SIZE, "semibold")
        canvas.box(
            left, chip.top, chip.width, _HEIGHT, radius=4, fill=ALARM_WASH, edge=ALARM_FILL, stroke=1.1
        )
        canvas.text(left + 9, middle, chip.name, _SIZE, weight="semibold", colour=ALARM)
        canvas.line([(left + 7, middle), (left + 11 + name_width, middle)], colour=ALARM, stroke=0.9)
        if chip.remark:
            canvas.text(left + 15 + name_width, middle, chip.remark, NOTE, colour=ALARM)
    if chips:
        x, y = chips[0].left - _NEVER, chips[0].top + _HEIGHT / 2
        canvas.text(x, y, "never", 10.5, weight="bold", colour=ALARM)
