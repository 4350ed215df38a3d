"""A picture that can go on the page and into files: a drawn figure, or a map's scene."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from matplotlib.figure import Figure

from crmmining.reporting.figures.saving import picture_bytes
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.inline_svg import inline_svg, standalone
from crmmining.reporting.maps.mpl import scene_figure
from crmmining.reporting.maps.scene import Scene
from crmmining.reporting.maps.svg import scene_svg

COLOURS = 64
DOTS_PER_INCH = 72


@dataclass(frozen=True, eq=False)
class Picture:
    """Drawn once; `name` is unique in its report."""

    name: str
    drawn: Figure | Scene
    style: FigureStyle

    def svg(self) -> str:
        """An SVG element for the page, text as text in the page's font."""
        if isinstance(self.drawn, Figure):
            return inline_svg(self.drawn, self.name)
        return re.sub(r"^<\?xml[^>]*\?>\s*", "", scene_svg(self.drawn, style=self.style))

    def svg_file(self) -> bytes:
        """A file of its own; text in Source Sans where that is installed."""
        return standalone(self.svg()).encode("utf-8")

    def png_file(self) -> bytes:
        """A PNG of 64 colours: a third of the size, no difference to be seen in flat pictures.

        Colours are chosen to cover all there are, so that a small green dot among much ink stays green.
        """
        from PIL import Image

        figure = self.drawn if isinstance(self.drawn, Figure) else scene_figure(self.drawn, style=self.style)
        with Image.open(io.BytesIO(picture_bytes(figure, "png", dots_per_inch=DOTS_PER_INCH))) as picture:
            reduced = picture.convert("RGB").quantize(
                COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
            )
        out = io.BytesIO()
        reduced.save(out, "PNG", optimize=True)
        return out.getvalue()
