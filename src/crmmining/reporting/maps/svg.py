"""Scene to SVG text: names escaped, a title for screen readers, nothing loaded from outside."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crmmining.reporting.figures.style import CUSTOMER, INK, MUTED, PAPER, FigureStyle, tint
from crmmining.reporting.figures.text import CAP_HEIGHT, clean
from crmmining.reporting.maps.geometry import Step, diamond, rounded, with_arrow
from crmmining.reporting.maps.look import (
    CORNER,
    EdgeLook,
    NodeLook,
    edge_look,
    heaviest_weights,
    node_look,
)
from crmmining.reporting.maps.scene import Point, Rect, Scene, SceneEdge, SceneLane, SceneNode
from crmmining.reporting.maps.sizing import EDGE_SIZE, LABEL_SIZE, LINE_STEP, VALUE_SIZE

_FONTS = "'Crmmining Sans','Source Sans 3',system-ui,'Segoe UI',Roboto,Arial,'DejaVu Sans',sans-serif"


def scene_svg(scene: Scene, *, style: FigureStyle) -> str:
    """A standalone SVG; nodes and edges carry `data-node` and `data-edge` with their place.

    Only presentation attributes are used, so that it shows under a content security policy
    without inline styles.
    """
    node_top, edge_top = heaviest_weights(scene)
    words = (clean(scene.title), clean(scene.description))
    by_weight = sorted(range(len(scene.edges)), key=lambda i: scene.edges[i].edge.pull)
    looks = [edge_look(placed.edge, edge_top) for placed in scene.edges]
    width, height = _n(scene.width), _n(scene.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img"'
        f' aria-label="{escape(words[0])}" font-family="{escape(_FONTS)}">',
        f"<title>{escape(words[0])}</title>",
        f"<desc>{escape(words[1])}</desc>" if words[1] else "",
        *(_lane(lane, scene, style) for lane in scene.lanes),
        *(_edge(i, scene.edges[i], looks[i]) for i in by_weight),
        *(_node(i, n, node_look(n.node, node_top, style)) for i, n in enumerate(scene.nodes)),
        *(_label(b.text, b.rect, b.edge, looks[b.edge]) for b in scene.labels),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _lane(lane: SceneLane, scene: Scene, style: FigureStyle) -> str:
    colour = style.colour(lane.name)
    r = lane.rect
    down = scene.direction == "down"
    bar = Rect(r.x, r.y, r.width, 5) if down else Rect(r.x, r.y, 5, r.height)
    x, y = (r.x + r.width / 2, r.y + 22) if down else (r.x + 16, r.y + r.height / 2)
    anchor = "middle" if down else "start"
    pale = tint(colour if colour != CUSTOMER else MUTED, 0.9)
    return (
        f'<g class="lane">{_rect(r, pale)}{_rect(bar, colour)}'
        f"{_text(x, y, lane.name, 12.5, INK, 600, anchor)}</g>"
    )


def _edge(place: int, placed: SceneEdge, look: EdgeLook) -> str:
    kept, head = with_arrow(placed.points, look.head)
    path = _path(rounded(kept, 0.0 if placed.curved else 9.0))
    dash = f' stroke-dasharray="{_n(look.dash[0])} {_n(look.dash[1])}"' if look.dash else ""
    note = clean(placed.edge.note)
    return (
        f'<g class="edge" data-edge="{place}">{_note(note)}<path d="{path}" fill="none"'
        f' stroke="{look.colour}" stroke-width="{_n(look.width)}"{dash}/>'
        f'<polygon points="{_points(head)}" fill="{look.colour}"/></g>'
    )


def _node(place: int, placed: SceneNode, look: NodeLook) -> str:
    node, rect = placed.node, placed.rect
    dash = ' stroke-dasharray="5 4"' if look.dashed else ""
    paint = f'fill="{look.fill}" stroke="{look.border}" stroke-width="{_n(look.border_width)}"{dash}'
    x, y = rect.centre
    if node.kind in ("start", "end", "place"):
        shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(rect.width / 2)}" {paint}/>'
    elif node.kind == "gateway":
        corners = _points(diamond(rect.x, rect.y, rect.width, rect.height))
        shape = f'<polygon points="{corners}" {paint}/>'
    else:
        corner = CORNER if node.kind == "activity" else 2.0
        shape = (
            f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}"'
            f' height="{_n(rect.height)}" rx="{_n(corner)}" {paint}/>'
        )
    note = clean(node.note) or clean(node.label)
    inside = _mark(placed, look) if node.kind != "activity" else _words(placed, look)
    return f'<g class="node" data-node="{place}">{_note(note)}{shape}{inside}</g>'


def _mark(placed: SceneNode, look: NodeLook) -> str:
    """The sign in a start, an end, a place or a gateway."""
    x, y = placed.rect.centre
    if placed.node.kind == "start":
        corners = ((x - 3.5, y - 5.5), (x - 3.5, y + 5.5), (x + 6, y))
        return f'<polygon points="{_points(corners)}" fill="{PAPER}"/>'
    if placed.node.kind == "end":
        return _rect(Rect(x - 4.5, y - 4.5, 9, 9), PAPER)
    text = placed.node.value if placed.node.kind == "place" else placed.node.label
    return _text(x, y, clean(text)[:4], 15, look.ink, 600, "middle") if text else ""


def _words(placed: SceneNode, look: NodeLook) -> str:
    x, y = placed.rect.centre
    value = clean(placed.node.value)
    rows = len(placed.lines) + (1 if value else 0)
    first = y - (rows - 1) / 2 * LINE_STEP
    parts = [
        _text(x, first + i * LINE_STEP, line, LABEL_SIZE, look.ink, 600, "middle")
        for i, line in enumerate(placed.lines)
    ]
    if value:
        last = first + (rows - 1) * LINE_STEP
        parts.append(_text(x, last, value, VALUE_SIZE, look.value_ink, 400, "middle"))
    return "".join(parts)


def _label(text: str, rect: Rect, edge: int, look: EdgeLook) -> str:
    x, y = rect.centre
    shown = _text(x, y, text, EDGE_SIZE, look.ink, 600, "middle")
    return f'<g class="label" data-edge="{edge}">{_rect(rect, PAPER, corner=4)}{shown}</g>'


def _text(x: float, y: float, text: str, size: float, ink: str, weight: int, anchor: str) -> str:
    base = y + CAP_HEIGHT / 2 * size
    return (
        f'<text x="{_n(x)}" y="{_n(base)}" font-size="{_n(size)}" font-weight="{weight}"'
        f' fill="{ink}" text-anchor="{anchor}">{escape(clean(text))}</text>'
    )


def _rect(rect: Rect, fill: str, *, corner: float = 0.0) -> str:
    rounding = f' rx="{_n(corner)}"' if corner else ""
    return (
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}"'
        f' height="{_n(rect.height)}"{rounding} fill="{fill}"/>'
    )


def _note(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _path(steps: Sequence[Step]) -> str:
    return "".join(step.kind + " ".join(f"{_n(x)} {_n(y)}" for x, y in step.points) for step in steps)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    """A coordinate with one decimal where it needs one, never minus zero."""
    return f"{round(number, 1) + 0.0:g}" if abs(number) < 1e5 else f"{number:.0f}"
