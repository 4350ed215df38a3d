"""Where channels, nodes and bands of a channel flow lie: each channel keeps its lane through all stages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from matplotlib.path import Path

from crmmining.reporting.figures.canvas import Point

NOWHERE = ""
"""The lane of goals without a contact in a stage."""
NODE = 46.0
_GAP, _LEAST = 12.0, 20.0

Kind = Literal["stay", "none", "switch", "forced"]


@dataclass(frozen=True)
class Band:
    """Goals on one channel in the stage at `place`, and on one in the next; NOWHERE is no contact.

    `via` is the channel to which the customer was forced on the way, NOWHERE where that did not happen.
    """

    place: int
    source: str
    target: str
    n_goals: int
    via: str = NOWHERE

    @property
    def kind(self) -> Kind:
        """What the band says of its goals."""
        if self.via:
            return "forced"
        if NOWHERE in (self.source, self.target):
            return "none"
        return "stay" if self.source == self.target else "switch"


@dataclass(frozen=True)
class Lanes:
    """Centres of lanes by channel, node boxes (top, height) by (column, channel), points per goal."""

    centre: dict[str, float]
    nodes: dict[tuple[int, str], tuple[float, float]]
    scale: float


def goals_at(bands: Sequence[Band]) -> dict[tuple[int, str], int]:
    """Goals by (column, channel): what comes in or what goes out, whichever is shown of more."""
    into: dict[tuple[int, str], int] = defaultdict(int)
    out: dict[tuple[int, str], int] = defaultdict(int)
    for band in bands:
        out[band.place, band.source] += band.n_goals
        into[band.place + 1, band.target] += band.n_goals
    return {node: max(into[node], out[node]) for node in {**into, **out}}


def lay_out(bands: Sequence[Band], channels: Sequence[str], top: float, height: float) -> Lanes:
    """Lanes one below the other in a room, each as high as its largest node, goals without contact last."""
    goals = goals_at(bands)
    most = {
        c: max((n for (_, channel), n in goals.items() if channel == c), default=0)
        for c in (*channels, NOWHERE)
        if c or any(channel == c for _, channel in goals)
    }
    order = list(most)
    scale = (height - _GAP * (len(order) - 1)) / sum(most.values())
    small = {c for c in order if most[c] * scale < _LEAST}
    rest = sum(n for c, n in most.items() if c not in small)
    if rest:
        scale = (height - _GAP * (len(order) - 1) - _LEAST * len(small)) / rest
    centre, y = {}, top
    for c in order:
        lane = _LEAST if c in small else most[c] * scale
        centre[c] = y + lane / 2
        y += lane + _GAP
    nodes = {(k, c): (centre[c] - n * scale / 2, n * scale) for (k, c), n in goals.items()}
    return Lanes(centre, nodes, scale)


def ribbons(bands: Sequence[Band], lanes: Lanes, columns: Sequence[float]) -> list[tuple[Band, Path]]:
    """A shape per band from node to node; a forced one that comes to another channel dips by way of it."""
    starts = _stacked(bands, lanes, lambda b: (b.place, b.source), lambda b: b.via or b.target)
    ends = _stacked(bands, lanes, lambda b: (b.place + 1, b.target), lambda b: b.via or b.source)
    dips: dict[tuple[int, str], float] = defaultdict(float)
    for band in bands:
        dips[band.place, band.via] += band.n_goals * lanes.scale
    heights = {key: lanes.centre.get(key[1], 0.0) - total / 2 for key, total in dips.items()}
    drawn = []
    for band in bands:
        left, right = columns[band.place] + NODE, columns[band.place + 1]
        points, thick = [(left, starts[band])], band.n_goals * lanes.scale
        if band.via not in (NOWHERE, band.target):
            y, reach, middle = heights[band.place, band.via], (right - left) * 0.07, (left + right) / 2
            points += [(middle - reach, y), (middle + reach, y)]
            heights[band.place, band.via] += thick
        drawn.append((band, _ribbon([*points, (right, ends[band])], max(thick, 0.8))))
    return drawn


def _stacked(
    bands: Sequence[Band],
    lanes: Lanes,
    node_of: Callable[[Band], tuple[int, str]],
    towards: Callable[[Band], str],
) -> dict[Band, float]:
    """Upper edges of bands at one of their ends, in the order of the lanes they go to or come from."""
    at_node: dict[tuple[int, str], list[Band]] = defaultdict(list)
    for band in bands:
        at_node[node_of(band)].append(band)
    tops = {}
    for node, here in at_node.items():
        top, height = lanes.nodes[node]
        y = top + (height - sum(band.n_goals for band in here) * lanes.scale) / 2
        for band in sorted(here, key=lambda b: (lanes.centre[towards(b)], b.source, b.target, b.via)):
            tops[band] = y
            y += band.n_goals * lanes.scale
    return tops


def _ribbon(points: Sequence[Point], thick: float) -> Path:
    """A band of a height along its upper edge, level at every point."""
    upper, codes = [points[0]], [Path.MOVETO]
    lower = [(x, y + thick) for x, y in reversed(points)]
    for place, edge in enumerate((points, lower)):
        if place:
            upper.append(edge[0])
            codes.append(Path.LINETO)
        for (x0, y0), (x1, y1) in pairwise(edge):
            middle = (x0 + x1) / 2
            upper += [(middle, y0), (middle, y1), (x1, y1)]
            codes += [Path.CURVE4] * 3
    return Path([*upper, upper[0]], [*codes, Path.CLOSEPOLY])
