"""Pictures inside the page: text stays text, in the page's own embedded font."""

from __future__ import annotations

import base64
import io
import re
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from crmmining.reporting.figures.saving import alt_text, drawing

_FACES = (
    ("Crmmining Sans", 400, "Regular"),
    ("Crmmining Sans Semibold", 700, "Semibold"),
    ("Crmmining Sans", 700, "Bold"),
)


def inline_svg(figure: Figure, name: str) -> str:
    """A figure as an SVG element whose ids are its own (`name` is unique on the page)."""
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": name}
    out = io.BytesIO()
    with drawing(), mpl.rc_context(settings):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "crmmining"})
    text = out.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(
        r' id="(?:text|patch|line2d|axes|figure|PathCollection|LineCollection|matplotlib\.axis|xtick|ytick)_?\d*"',
        "",
        text,
    )
    text = re.sub(r"\s*\n\s*", " ", text).replace("> <", "><")
    text = re.sub(r"(\d+\.\d{2})\d+", r"\1", text)
    label = alt_text(figure).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return re.sub(r"<svg ", f'<svg role="img" aria-label="{label}" ', text, count=1)


def standalone_svg(figure: Figure, name: str) -> str:
    """A figure as a file of its own: text as text, in Source Sans where it is installed."""
    text = (
        inline_svg(figure, name)
        .replace("'Crmmining Sans Semibold'", "'Source Sans 3', 'Source Sans Pro'")
        .replace("'Crmmining Sans'", "'Source Sans 3', 'Source Sans Pro'")
    )
    return '<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n"


@cache
def font_css() -> str:
    """The fonts of the pictures as `@font-face` rules with their data in them."""
    return "\n".join(
        f"@font-face{{font-family:'{family}';font-weight:{weight};src:url(data:font/woff;base64,{_woff(face)}) format('woff')}}"
        for family, weight, face in _FACES
    )


def _woff(face: str) -> str:
    from fontTools.ttLib import TTFont

    source = files("crmmining.reporting").joinpath("assets", "fonts", f"CrmminingSans-{face}.ttf")
    with as_file(source) as path, TTFont(path, recalcTimestamp=False) as font:
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
