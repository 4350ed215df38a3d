"""Legend of an ideal journey: the marks that occur in it, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass
from functools import partial

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.journey_model_boxes import PROMISE_FILL, draw_edge, draw_star
from crmmining.reporting.figures.journey_model_scene import PROMISE, Scene, Sign
from crmmining.reporting.figures.journey_model_wires import draw_sign
from crmmining.reporting.figures.text import text_width
from crmmining.study.journey import ACTORS, Actor

LEGEND_LINE = 21.0


@dataclass(frozen=True)
class Key:
    """An entry of the legend: what it means, and how its mark is drawn from a left middle point."""

    text: str
    draw: Callable[[Canvas, float, float], None]
    mark: float = 16.0

    @property
    def width(self) -> float:
        """Room it takes, with the gap after it."""
        return self.mark + 6 + text_width(self.text, 10.5) + 22


def legend_rows(scene: Scene, width: float) -> list[list[Key]]:
    """What occurs in a scene, in rows of a width."""
    rows: list[list[Key]] = []
    for key in _keys(scene):
        if rows and sum(known.width for known in rows[-1]) + key.width <= width:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows


def draw_legend(canvas: Canvas, x: float, y: float, rows: Several[Several[Key]]) -> None:
    """Rows of keys, the first one centred on y."""
    for place, row in enumerate(rows):
        left, middle = x, y + place * LEGEND_LINE
        for key in row:
            key.draw(canvas, left, middle)
            canvas.text(left + key.mark + 6, middle, key.text, 10.5)
            left += key.width


def _keys(scene: Scene) -> Iterator[Key]:
    steps, kinds = [box.step for box in scene.boxes], {sign.kind for sign in scene.signs}
    for actor in ACTORS:
        if any(step.actor == actor for step in steps):
            yield Key(f"done by the {actor}", partial(_actor_mark, actor), 6)
    if any(step.moment_of_truth for step in steps):
        yield Key("moment of truth", lambda c, x, y: draw_star(c, x + 8, y + 0.5))
    if any(step.promise for step in steps):
        yield Key("promised to the customer", _promise_mark)
    if "one" in kinds:
        yield Key("exactly one of these", lambda c, x, y: draw_sign(c, Sign(x + 8, y, "one")))
    if "all" in kinds:
        yield Key("all of these, in any order", lambda c, x, y: draw_sign(c, Sign(x + 8, y, "all")))


def _actor_mark(actor: Actor, canvas: Canvas, x: float, y: float) -> None:
    draw_edge(canvas, x - 1.5, y - 12, 24, actor)


def _promise_mark(canvas: Canvas, x: float, y: float) -> None:
    canvas.box(x, y - 6, 16, 12, radius=3, fill=PROMISE_FILL)
    canvas.text(x + 8, y, "≤", PROMISE, weight="semibold", align="center")
