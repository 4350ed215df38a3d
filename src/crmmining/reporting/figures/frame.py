"""Frame of a picture: finding as title, subtitle, footnote, and the space between for the data."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.reporting.figures.canvas import Canvas
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.style import GRID, INK, LINE, MUTED, WASH, FigureStyle
from crmmining.reporting.figures.text import LINE_HEIGHT, clean, fit_lines

MARGIN = 28.0
_TITLE, _SUBTITLE, _NOTE = 20.0, 12.5, 10.5
_MOST_LINES = 4


@dataclass(frozen=True)
class Frame:
    """A canvas with its words in place; the body lies from `left`, `top` to `right`, `bottom`."""

    canvas: Canvas
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width of the body."""
        return self.right - self.left


def framed(caption: Caption, body_height: float, *, style: FigureStyle) -> Frame:
    """A canvas as high as its words and its body need, with the words drawn."""
    inner = style.width - 2 * MARGIN
    title = fit_lines(caption.title, inner, _TITLE, weight="bold", most=_MOST_LINES)
    subtitle = _lines(caption.subtitle, inner, _SUBTITLE)
    note = _lines(caption.how_to_read, inner, _NOTE)
    head = MARGIN + _block(title, _TITLE) + _block(subtitle, _SUBTITLE) + 22
    foot = (_block(note, _NOTE) + 26) if note else 6
    canvas = Canvas(style.width, head + body_height + foot + MARGIN - 8)
    canvas.figure.set_label(clean(caption.title))
    y = _column(canvas, MARGIN, title, _TITLE, INK, bold=True)
    _column(canvas, y + 5, subtitle, _SUBTITLE, MUTED)
    bottom = head + body_height
    if note:
        canvas.line([(MARGIN, bottom + 15), (style.width - MARGIN, bottom + 15)], colour=GRID)
        _column(canvas, bottom + 26, note, _NOTE, MUTED)
    return Frame(canvas, MARGIN, head, style.width - MARGIN, bottom)


def nothing_to_show(caption: Caption, *, style: FigureStyle) -> Frame:
    """A picture that says why it is empty."""
    title = caption.title or "Nothing to show"
    frame = framed(Caption(title, caption.subtitle), 110, style=style)
    frame.canvas.box(frame.left, frame.top, frame.width, 96, radius=6, fill=WASH, edge=LINE)
    lines = fit_lines(f"Nothing to show: {caption.nothing}.", frame.width - 60, 13, most=3)
    centre = (frame.left + frame.right) / 2
    frame.canvas.lines(centre, frame.top + 48, lines, 13, colour=MUTED, align="center")
    return frame


def _lines(text: str, width: float, size: float) -> list[str]:
    return fit_lines(text, width, size, most=_MOST_LINES, even=False) if clean(text) else []


def _block(lines: list[str], size: float) -> float:
    return len(lines) * size * LINE_HEIGHT


def _column(
    canvas: Canvas, y: float, lines: list[str], size: float, colour: str, *, bold: bool = False
) -> float:
    for line in lines:
        weight = "bold" if bold else "regular"
        canvas.text(MARGIN, y + size * 0.55, line, size, weight=weight, colour=colour)  # type: ignore[arg-type]
        y += size * LINE_HEIGHT
    return y
