"""A partial order of an ideal journey: its parts in columns with arrows, or in rows with words."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from itertools import pairwise
from statistics import mean

from crmmining.reporting.figures.journey_model_blocks import BETWEEN, SIDE, Block, filled, row_of
from crmmining.reporting.figures.journey_model_scene import NOTE, NOTE_LINE, Group, Label, Scene
from crmmining.reporting.figures.text import fit_lines, text_width
from crmmining.study.journey import PartialOrder
from crmmining.study.journey_terms import in_order, steps_of

_GUTTER = 36.0
_ARROWS = "in any order that follows the arrows"
_WORDS = "in any order, but"


def order_block(order: PartialOrder, room: float, parts: Callable[[float], Several[Block]]) -> Block:
    """The parts in columns with arrows; where those are too wide, in rows with words instead.

    `parts` measures the parts for a room that each of them has.
    """
    inner, grid = room - 2 * SIDE, _Grid(order)
    for share in (inner, (inner + _GUTTER) / len(grid.columns) - _GUTTER):
        if (block := grid.block(parts(share))).width <= inner:
            return _grouped(block, _ARROWS)
    blocks = parts(inner)
    rows = filled([_after(order, i, blocks[i]) for i in in_order(order)], inner)
    return _grouped(_stacked([row_of(row, wired=False) for row in rows]), _WORDS)


def _after(order: PartialOrder, part: int, block: Block) -> Block:
    """A part that says above it what it comes after."""
    first = [next(steps_of(order.parts[i])).activity for i, j in sorted(order.before) if j == part]
    lines = fit_lines(f"after {' and '.join(first)}", block.width, NOTE, most=3) if first else []

    def put(scene: Scene, x: float, y: float) -> None:
        block.put(scene, x, y)
        for place, line in enumerate(reversed(lines)):
            at = y - block.up - 7 - place * NOTE_LINE
            scene.labels.append(Label(x + block.width / 2, at, line))

    return Block(block.width, block.up + len(lines) * NOTE_LINE + 2, block.down, put, block.boxed)


def _grouped(inner: Block, words: str) -> Block:
    width = max(inner.width, text_width(words, NOTE)) + 2 * SIDE
    up, down = inner.up + 26, inner.down + 10

    def put(scene: Scene, x: float, y: float) -> None:
        scene.groups.append(Group(x, y - up, width, up + down, words))
        inner.put(scene, x + (width - inner.width) / 2, y)

    return Block(width, up, down, put, boxed=True)


def _stacked(rows: Several[Block]) -> Block:
    def put(scene: Scene, x: float, y: float) -> None:
        y -= rows[0].up
        for row in rows:
            row.put(scene, x, y + row.up)
            y += row.up + row.down + BETWEEN

    height = sum(row.up + row.down + BETWEEN for row in rows) - BETWEEN
    return Block(max(row.width for row in rows), rows[0].up, height - rows[0].up, put)


class _Grid:
    """The parts of an order in columns, each right of all that come before it.

    A pair that passes over columns goes through a waypoint in each: a number beyond those of the parts.
    """

    def __init__(self, order: PartialOrder) -> None:
        n, depth = len(order.parts), dict[int, int]()
        for j in in_order(order):
            depth[j] = max((depth[i] + 1 for i, k in order.before if k == j), default=0)
        columns = [[i for i in range(n) if depth[i] == d] for d in range(max(depth.values()) + 1)]
        self._paths: list[list[int]] = []
        for i, j in sorted(order.before):
            between = range(depth[i] + 1, depth[j])
            self._paths.append([i, *range(n, n + len(between)), j])
            for d in between:
                columns[d].append(n)
                n += 1
        self._links = [link for path in self._paths for link in pairwise(path)]
        self.columns = self._untangled(columns)

    def block(self, blocks: Several[Block]) -> Block:
        """The columns as one block."""
        lefts, x = [], 0.0
        widths = [max(blocks[i].width if i < len(blocks) else 0.0 for i in column) for column in self.columns]
        for width in widths:
            lefts.append(x)
            x += width + _GUTTER
        ys = self._heights(blocks)
        spans = {i: (lefts[c], lefts[c] + widths[c]) for c, column in enumerate(self.columns) for i in column}

        def put(scene: Scene, x: float, y: float) -> None:
            edges = {i: (x + left, x + right) for i, (left, right) in spans.items()}
            inside = {i: _centred(edges[i], block.width) for i, block in enumerate(blocks)}
            for path in self._paths:
                first, last = path[0], path[-1]
                points = [(inside[first][1], y + ys[first])]
                points += [(edge, y + ys[i]) for i in path for edge in edges[i]][1:-1]
                scene.wire(*points, (inside[last][0], y + ys[last]), arrow=blocks[last].boxed, curved=True)
            for i, block in enumerate(blocks):
                block.put(scene, inside[i][0], y + ys[i])

        up = max(block.up - ys[i] for i, block in enumerate(blocks))
        down = max(block.down + ys[i] for i, block in enumerate(blocks))
        return Block(x - _GUTTER, up, down, put)

    def _untangled(self, columns: list[list[int]]) -> list[list[int]]:
        """Every column in the order that crosses fewest lines, as far as a few rounds find it."""
        best = columns
        for turn in range(12):
            ranks = _ranks(columns)
            columns = [list(column) for column in columns]
            forwards, tie = turn % 2 == 0, -1 if turn % 4 > 1 else 1
            links = self._links if forwards else [(b, a) for a, b in self._links]
            for column in columns if forwards else reversed(columns):
                beside = {j: [ranks[a] for a, b in links if b == j] or [ranks[j]] for j in column}
                column.sort(key=lambda j: (mean(beside[j]), tie * ranks[j]))
                ranks |= {j: place for place, j in enumerate(column)}
            best = min(best, columns, key=self._crossings)
        return best

    def _crossings(self, columns: list[list[int]]) -> int:
        ranks = _ranks(columns)
        column_of = {i: c for c, column in enumerate(columns) for i in column}
        return sum(
            column_of[a] == column_of[c] and (ranks[a] - ranks[c]) * (ranks[b] - ranks[d]) < 0
            for place, (a, b) in enumerate(self._links)
            for c, d in self._links[:place]
        )

    def _heights(self, blocks: Several[Block]) -> dict[int, float]:
        """Heights at which the lines are as straight as the room between the blocks allows."""
        room = {i: (block.up, block.down) for i, block in enumerate(blocks)}
        beside: dict[int, list[int]] = {i: [] for column in self.columns for i in column}
        for a, b in self._links:
            beside[a].append(b)
            beside[b].append(a)
        ys = dict.fromkeys(beside, 0.0)
        for _ in range(12):
            for column in self.columns:
                wanted = [mean([ys[j] for j in beside[i]] or [ys[i]]) for i in column]
                found: list[float] = []
                for place, i in enumerate(column):
                    above = room.get(column[place - 1], (5.0, 5.0))[1] if place else 0.0
                    least = found[-1] + above + BETWEEN + room.get(i, (5.0, 5.0))[0] if place else wanted[0]
                    found.append(max(wanted[place], least))
                shift = mean(wanted) - mean(found)
                ys |= {i: y + shift for i, y in zip(column, found, strict=True)}
        return ys


def _ranks(columns: Several[Several[int]]) -> dict[int, int]:
    return {i: place for column in columns for place, i in enumerate(column)}


def _centred(span: tuple[float, float], width: float) -> tuple[float, float]:
    middle = (span[0] + span[1]) / 2
    return (middle - width / 2, middle + width / 2)
