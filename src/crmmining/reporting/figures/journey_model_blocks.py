"""Measured terms of an ideal journey as blocks, and how blocks stand in rows."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from dataclasses import dataclass

from crmmining.reporting.figures.canvas import Point
from crmmining.reporting.figures.journey_model_scene import Scene

LANE = 14.0  # beside rows, for the line from one to the next
SIDE, BETWEEN = 14.0, 14.0  # of line on both sides of a block, between blocks one under another
_ROW_GAP = 24.0
_GAP, _STUB = 17.0, 8.0  # before a box, with its arrow, and before anything else


@dataclass(frozen=True)
class Block:
    """A measured term: the room it needs round the line through it, and how it is placed.

    `put` gets the point where the line comes in at the left; it goes out as high at the right.
    `boxed` says that the line meets a box there, which an arrow may point at.
    """

    width: float
    up: float
    down: float
    put: Callable[[Scene, float, float], None]
    boxed: bool = False


def row_of(blocks: Several[Block], *, wired: bool = True) -> Block:
    """Blocks one after the other."""
    gaps = [_GAP if block.boxed else _STUB for block in blocks[1:]]

    def put(scene: Scene, x: float, y: float) -> None:
        for block, gap in zip(blocks, [*gaps, 0.0], strict=True):
            block.put(scene, x, y)
            x += block.width
            if gap and wired:
                scene.wire((x, y), (x + gap, y), arrow=gap == _GAP)
            x += gap

    up, down = max(block.up for block in blocks), max(block.down for block in blocks)
    return Block(sum(block.width for block in blocks) + sum(gaps), up, down, put, blocks[0].boxed)


def filled(blocks: Several[Block], room: float) -> list[list[Block]]:
    """Blocks in rows, each as full as the room allows."""
    rows: list[list[Block]] = []
    for block in blocks:
        if rows and row_of([*rows[-1], block]).width <= room:
            rows[-1].append(block)
        else:
            rows.append([block])
    return rows


def packed(blocks: Several[Block], room: float) -> list[Block]:
    """Blocks in as few rows as go into the room, the rows about equally long."""
    rows = filled(blocks, room)
    trials = (filled(blocks, room * percent / 100) for percent in range(50, 100, 5))
    return [row_of(row) for row in next((trial for trial in trials if len(trial) == len(rows)), rows)]


def in_rows(blocks: Several[Block], room: float) -> Block:
    """Blocks one after the other, on further rows where one row is too long."""
    if (row := row_of(blocks)).width <= room:
        return row
    rows = packed(blocks, room - 2 * LANE - 6)
    width = max(row.width for row in rows) + 2 * LANE + 6

    def put(scene: Scene, x: float, y: float) -> None:
        scene.wire((x, y), (x + 4, y))
        right, end = x + width, put_rows(scene, rows, (x + 4, y), x + LANE, y - rows[0].up)
        scene.wire(end, (right - 3, end[1]), (right - 3, y), (right, y))

    return Block(width, rows[0].up, rows_height(rows) - rows[0].up, put)


def rows_height(rows: Several[Block]) -> float:
    """Height of rows with the gaps between them."""
    return sum(row.up + row.down for row in rows) + _ROW_GAP * (len(rows) - 1)


def put_rows(scene: Scene, rows: Several[Block], rail: Point, start: float, y: float) -> Point:
    """Place rows from a height on, each joined to the one before by a line down a rail.

    Returns where the line leaves the last row.
    """
    x = rail[0]
    came: tuple[Point, ...] = (rail,)
    end = rail
    for row in rows:
        y += row.up
        scene.wire(*came, (x, y), (start, y), arrow=row.boxed)
        row.put(scene, start, y)
        end = (start + row.width, y)
        y += row.down + _ROW_GAP
        between = y - _ROW_GAP / 2
        came = (end, (end[0] + 8, end[1]), (end[0] + 8, between), (x, between))
    return end
