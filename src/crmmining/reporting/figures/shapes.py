"""Shapes that several pictures share: chevrons, elbow arrows, section marks, headings, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crmmining.reporting.figures.canvas import Canvas, Point
from crmmining.reporting.figures.style import INK, MUTED, ink_on
from crmmining.reporting.figures.text import Weight, clean, fit_text, text_width


def chevron(x: float, y: float, width: float, height: float, tip: float) -> list[Point]:
    """An arrow block from its upper left corner: notched at the left, pointed at the right."""
    reach = min(tip, width * 0.45)
    middle, bottom, right = y + height / 2, y + height, x + width
    return [
        (x, y),
        (right - reach, y),
        (right, middle),
        (right - reach, bottom),
        (x, bottom),
        (x + reach, middle),
    ]


def arrow_head(
    canvas: Canvas, tip: Point, way: Literal["right", "down"], colour: str, size: float = 5.0
) -> None:
    """A small filled head."""
    x, y = tip
    half = size * 0.6
    if way == "right":
        canvas.polygon([(x, y), (x - size, y - half), (x - size, y + half)], fill=colour)
    else:
        canvas.polygon([(x, y), (x - half, y - size), (x + half, y - size)], fill=colour)


def section_mark(canvas: Canvas, x: float, top: float, bottom: float, words: Sequence[str]) -> None:
    """A rule at the left of a section with its name along it; the first word stands out."""
    canvas.line([(x, top), (x, bottom)], colour=INK, stroke=1.8)
    middle = (top + bottom) / 2
    for place, word in enumerate(words):
        canvas.text(
            x + 15 + place * 13,
            middle,
            word,
            9.5,
            weight="semibold" if place == 0 else "regular",
            colour=MUTED,
            align="center",
            turned=True,
        )


def heading(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    *,
    align: Literal["left", "center", "right"] = "left",
) -> None:
    """The head of a column, in small capitals' stead."""
    canvas.text(x, y, clean(text).upper(), 9, weight="semibold", colour=MUTED, align=align)


def text_in(
    canvas: Canvas,
    centre: Point,
    room: tuple[float, float],
    text: str,
    fill: str,
    *,
    size: float = 11.0,
    smallest: float = 7.5,
    weight: Weight = "semibold",
) -> None:
    """Text in a filled box, broken and shrunk to its room, in the ink that is legible on it."""
    most = max(1, int(room[1] / (smallest * 1.15)))
    lines, fitted = fit_text(text, room[0], size, weight=weight, most=most, smallest=smallest)
    while len(lines) * fitted * 1.12 > room[1] and fitted > smallest:
        fitted -= 0.25
        lines, fitted = fit_text(text, room[0], fitted, weight=weight, most=most, smallest=smallest)
    canvas.lines(*centre, lines, fitted, spacing=1.12, weight=weight, colour=ink_on(fill), align="center")


@dataclass(frozen=True)
class Key:
    """An entry of a legend."""

    text: str
    fill: str | None = None
    edge: str | None = None
    dash: tuple[float, float] | None = None


def legend_rows(keys: Sequence[Key], width: float) -> list[list[Key]]:
    """Keys in rows of a width."""
    rows: list[list[Key]] = [[]]
    used = 0.0
    for key in keys:
        need = _key_width(key)
        if used + need > width and rows[-1]:
            rows.append([])
            used = 0.0
        rows[-1].append(key)
        used += need
    return rows


def draw_legend(canvas: Canvas, x: float, y: float, rows: Sequence[Sequence[Key]]) -> None:
    """Rows of keys, the first one centred on y."""
    for place, row in enumerate(rows):
        left, middle = x, y + place * 19
        for key in row:
            stroke = 1.8 if key.edge and not key.dash else 1.0
            canvas.box(left, middle - 5, 11, 10, fill=key.fill, edge=key.edge, dash=key.dash, stroke=stroke)
            canvas.text(left + 17, middle, key.text, 10.5, colour=INK)
            left += _key_width(key)


def _key_width(key: Key) -> float:
    return 17 + text_width(clean(key.text), 10.5) + 20
