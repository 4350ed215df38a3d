"""Rows of a picture: a name over a quiet second line, and bars of parts on a pale track."""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.reporting.figures.canvas import Align, Canvas
from crmmining.reporting.figures.style import GRID, MUTED, ink_on
from crmmining.reporting.figures.text import fit_text, shorten, text_width


def row_name(
    canvas: Canvas, x: float, y: float, name: str, under: str, room: float, *, align: Align = "left"
) -> None:
    """A name in one or two lines, what is under it in small grey, together centred on y."""
    lines, size = fit_text(name, room, 12, weight="semibold", smallest=10)
    step = size * 1.12
    quiet = shorten(under, room, 9.5)
    top = y - (len(lines) * step + (13 if quiet else 0)) / 2 + step / 2
    for place, line in enumerate(lines):
        canvas.text(x, top + place * step, line, size, weight="semibold", align=align)
    if quiet:
        canvas.text(x, top + (len(lines) - 1) * step + 14.5, quiet, 9.5, colour=MUTED, align=align)


def stacked_bar(
    canvas: Canvas,
    left: float,
    y: float,
    room: float,
    parts: Sequence[tuple[float, str, str]],
    *,
    height: float = 18.0,
) -> None:
    """Parts as (share, colour, text) from the left on a track; a text shows where it fits."""
    canvas.box(left, y - height / 2, room, height, fill=GRID)
    x = left
    for share, fill, text in parts:
        width = room * min(max(share, 0.0), 1.0)
        canvas.box(x, y - height / 2, width, height, fill=fill)
        if text and text_width(text, 10.5, "semibold") + 8 <= width:
            middle, ink = x + width / 2, ink_on(fill)
            canvas.text(middle, y, text, 10.5, weight="semibold", colour=ink, align="center")
        x += width
