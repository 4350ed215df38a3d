"""Scene to a matplotlib figure, for PNG and PDF and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.path import Path

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.style import CUSTOMER, INK, MUTED, PAPER, FigureStyle, tint
from crmmining.reporting.figures.text import clean
from crmmining.reporting.maps.geometry import Step, diamond, rounded, with_arrow
from crmmining.reporting.maps.look import (
    CORNER,
    EdgeLook,
    NodeLook,
    edge_look,
    heaviest_weights,
    node_look,
)
from crmmining.reporting.maps.scene import Rect, Scene, SceneEdge, SceneLane, SceneNode
from crmmining.reporting.maps.sizing import EDGE_SIZE, LABEL_SIZE, LINE_STEP, VALUE_SIZE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CODES = {"M": [Path.MOVETO], "L": [Path.LINETO], "Q": [Path.CURVE3, Path.CURVE3]}


def scene_figure(scene: Scene, *, style: FigureStyle) -> Figure:
    """The scene at its own size, one unit a point; `figures.saving.save` writes it."""
    canvas = Canvas(max(scene.width, 40.0), max(scene.height, 40.0))
    canvas.figure.set_label(clean(scene.title))
    node_top, edge_top = heaviest_weights(scene)
    looks = [edge_look(placed.edge, edge_top) for placed in scene.edges]
    for lane in scene.lanes:
        _draw_lane(canvas, lane, scene, style)
    for i in sorted(range(len(scene.edges)), key=lambda i: scene.edges[i].edge.pull):
        _draw_edge(canvas, scene.edges[i], looks[i])
    for placed in scene.nodes:
        _draw_node(canvas, placed, node_look(placed.node, node_top, style))
    for label in scene.labels:
        x, y = label.rect.centre
        ink = looks[label.edge].ink
        r = label.rect
        canvas.box(r.x, r.y, r.width, r.height, radius=4, fill=PAPER)
        canvas.text(x, y, label.text, EDGE_SIZE, weight="semibold", colour=ink, align="center")
    return canvas.figure


def _draw_lane(canvas: Canvas, lane: SceneLane, scene: Scene, style: FigureStyle) -> None:
    colour = style.colour(lane.name)
    r = lane.rect
    down = scene.direction == "down"
    _box(canvas, r, fill=tint(colour if colour != CUSTOMER else MUTED, 0.9))
    _box(canvas, Rect(r.x, r.y, r.width, 5) if down else Rect(r.x, r.y, 5, r.height), fill=colour)
    x, y = (r.x + r.width / 2, r.y + 22) if down else (r.x + 16, r.y + r.height / 2)
    align = "center" if down else "left"
    canvas.text(x, y, lane.name, 12.5, weight="semibold", colour=INK, align=align)  # type: ignore[arg-type]


def _draw_edge(canvas: Canvas, placed: SceneEdge, look: EdgeLook) -> None:
    kept, head = with_arrow(placed.points, look.head)
    path = _mpl_path(rounded(kept, 0.0 if placed.curved else 9.0))
    dash = (look.dash[0] / look.width, look.dash[1] / look.width) if look.dash else None
    canvas.shape(path, edge=look.colour, stroke=look.width, dash=dash)
    canvas.polygon(head, fill=look.colour)


def _draw_node(canvas: Canvas, placed: SceneNode, look: NodeLook) -> None:
    node, rect = placed.node, placed.rect
    edge = look.border if look.border_width else None
    dash = (4.0, 3.0) if look.dashed else None
    paint: dict[str, Any] = {
        "fill": look.fill,
        "edge": edge,
        "stroke": look.border_width,
        "dash": dash,
    }
    if node.kind in ("start", "end", "place"):
        canvas.dot(*rect.centre, rect.width / 2, **paint)
    elif node.kind == "gateway":
        canvas.polygon(diamond(rect.x, rect.y, rect.width, rect.height), **paint)
    else:
        radius = CORNER if node.kind == "activity" else 2.0
        canvas.box(rect.x, rect.y, rect.width, rect.height, radius=radius, **paint)
    if node.kind == "activity":
        _draw_words(canvas, placed, look)
    else:
        _draw_mark(canvas, placed, look)


def _draw_mark(canvas: Canvas, placed: SceneNode, look: NodeLook) -> None:
    x, y = placed.rect.centre
    kind = placed.node.kind
    if kind == "start":
        canvas.polygon([(x - 3.5, y - 5.5), (x - 3.5, y + 5.5), (x + 6, y)], fill=PAPER)
    elif kind == "end":
        _box(canvas, Rect(x - 4.5, y - 4.5, 9, 9), fill=PAPER)
    else:
        text = clean(placed.node.value if kind == "place" else placed.node.label)[:4]
        canvas.text(x, y, text, 15, weight="semibold", colour=look.ink, align="center")


def _draw_words(canvas: Canvas, placed: SceneNode, look: NodeLook) -> None:
    x, y = placed.rect.centre
    value = clean(placed.node.value)
    rows = len(placed.lines) + (1 if value else 0)
    first = y - (rows - 1) / 2 * LINE_STEP
    for i, line in enumerate(placed.lines):
        place = first + i * LINE_STEP
        canvas.text(x, place, line, LABEL_SIZE, weight="semibold", colour=look.ink, align="center")
    if value:
        last = first + (rows - 1) * LINE_STEP
        canvas.text(x, last, value, VALUE_SIZE, colour=look.value_ink, align="center")


def _box(canvas: Canvas, rect: Rect, *, fill: str) -> None:
    canvas.box(rect.x, rect.y, rect.width, rect.height, fill=fill)


def _mpl_path(steps: Sequence[Step]) -> Path:
    points = [point for step in steps for point in step.points]
    codes = [code for step in steps for code in _CODES[step.kind]]
    return Path(points, codes)
