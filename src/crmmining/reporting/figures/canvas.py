"""Canvas: one matplotlib figure measured in points, y growing downwards, drawn with few shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon, Wedge
from matplotlib.path import Path
from matplotlib.text import Text

from crmmining.reporting.figures.fonts import font_families
from crmmining.reporting.figures.style import INK, PAPER
from crmmining.reporting.figures.text import CAP_HEIGHT, LINE_HEIGHT, Weight, clean

Point = tuple[float, float]
Align = Literal["left", "center", "right"]

_KAPPA = 0.5523  # a quarter circle as one cubic curve
POINTS_PER_INCH = 72
_PIXELS_PER_INCH = 144


class Canvas:
    """A page of `width` x `height` points to draw on.

    Everything is placed in points, so that measured text fits where it was measured for.
    """

    def __init__(self, width: float, height: float) -> None:
        size = (width / POINTS_PER_INCH, height / POINTS_PER_INCH)
        self.width, self.height = width, height
        self.figure = Figure(figsize=size, dpi=_PIXELS_PER_INCH, facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)

    def text(
        self,
        x: float,
        y: float,
        text: object,
        size: float = 11,
        *,
        weight: Weight = "regular",
        colour: str = INK,
        align: Align = "left",
        halo: str | None = None,
        turned: bool = False,
    ) -> None:
        """One line, its capitals centred on y; never read as mathematics or markup."""
        shown = Text(
            x + CAP_HEIGHT / 2 * size if turned else x,
            y if turned else y + CAP_HEIGHT / 2 * size,
            clean(text),
            fontsize=size,
            fontfamily=font_families(weight),
            fontweight=400 if weight == "regular" else 700,
            color=colour,
            horizontalalignment=align,
            verticalalignment="baseline",
            rotation=90 if turned else 0,
            rotation_mode="anchor",
            parse_math=False,
            zorder=self._next(),
        )
        if halo:
            from matplotlib.patheffects import withStroke

            shown.set_path_effects([withStroke(linewidth=size * 0.3, foreground=halo)])
        self._axes.add_artist(shown)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float = 11,
        *,
        spacing: float = LINE_HEIGHT,
        **look: Any,
    ) -> None:
        """Lines of text, the block centred on y."""
        first = y - (len(lines) - 1) / 2 * size * spacing
        for place, line in enumerate(lines):
            self.text(x, first + place * size * spacing, line, size, **look)

    def box(
        self, x: float, y: float, width: float, height: float, *, radius: float = 0.0, **look: Any
    ) -> None:
        """A rectangle from its upper left corner, with round corners where a radius is given."""
        round_by = min(radius, width / 2, height / 2)
        if round_by <= 0:
            self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], **look)
        else:
            self.shape(_rounded(x, y, width, height, round_by), **look)

    def polygon(self, points: Sequence[Point], **look: Any) -> None:
        """A closed shape through points."""
        self._axes.add_patch(Polygon(list(points), closed=True, **_look(**look), **self._above()))

    def shape(self, path: Path, **look: Any) -> None:
        """A shape along a matplotlib path."""
        self._axes.add_patch(PathPatch(path, **_look(**look), **self._above()))

    def dot(self, x: float, y: float, radius: float, **look: Any) -> None:
        """A circle round its centre."""
        self._axes.add_patch(Circle((x, y), radius, **_look(**look), **self._above()))

    def half_disc(self, x: float, y: float, radius: float, **look: Any) -> None:
        """The lower half of a disc, its straight side up through its centre."""
        self._axes.add_patch(Wedge((x, y), radius, 0, 180, **_look(**look), **self._above()))

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: str = INK,
        stroke: float = 1.0,
        dash: tuple[float, float] | None = None,
        cap: Literal["butt", "round"] = "butt",
    ) -> None:
        """A line through points."""
        self._axes.add_line(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                color=colour,
                linewidth=stroke,
                linestyle=(0, dash) if dash else "-",
                solid_capstyle=cap,
                solid_joinstyle="round",
                dash_capstyle=cap,
                zorder=self._next(),
            )
        )

    def elbow(self, start: Point, end: Point, *, colour: str, stroke: float = 1.0) -> None:
        """A line down from the start and across to the end, its corner rounded."""
        (x, y), (right, bottom) = start, end
        bend = min(6.0, abs(right - x), abs(bottom - y))
        points = [start, (x, bottom - bend), (x, bottom), (x + bend, bottom), end]
        codes = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO]
        self.shape(Path(points, codes), edge=colour, stroke=stroke)

    def _above(self) -> dict[str, Any]:
        return {"zorder": self._next(), "clip_on": False}

    def _next(self) -> float:
        """Later is above, whatever its kind."""
        self._drawn = getattr(self, "_drawn", 0) + 1
        return float(self._drawn)


def _look(
    *,
    fill: str | None = None,
    edge: str | None = None,
    stroke: float = 1.0,
    dash: tuple[float, float] | None = None,
) -> dict[str, Any]:
    return {
        "facecolor": fill or "none",
        "edgecolor": edge or "none",
        "linewidth": stroke if edge else 0,
        "linestyle": (0, dash) if dash else "-",
        "joinstyle": "miter" if not dash else "round",
    }


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> Path:
    """A rectangle whose corners are quarter circles."""
    right, bottom, back = x + width, y + height, radius * (1 - _KAPPA)
    corners = (
        ((right - radius, y), (right - back, y), (right, y + back), (right, y + radius)),
        (
            (right, bottom - radius),
            (right, bottom - back),
            (right - back, bottom),
            (right - radius, bottom),
        ),
        ((x + radius, bottom), (x + back, bottom), (x, bottom - back), (x, bottom - radius)),
        ((x, y + radius), (x, y + back), (x + back, y), (x + radius, y)),
    )
    points: list[Point] = [(x + radius, y)]
    codes = [Path.MOVETO]
    for start, *curve in corners:
        points += [start, *curve]
        codes += [Path.LINETO, *[Path.CURVE4] * 3]
    return Path([*points, points[0]], [*codes, Path.CLOSEPOLY])
