"""Pictures inside the page: text stays text, in the page's own embedded font."""

from __future__ import annotations

import base64
import html
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
    text = _compact(text[text.index("<svg") :])
    label = html.escape(alt_text(figure), quote=True)
    font = "font-family=\"'Crmmining Sans', 'DejaVu Sans', sans-serif\""
    return text.replace("<svg ", f'<svg role="img" aria-label="{label}" {font} ', 1)


def _compact(svg: str) -> str:
    """The same picture in fewer bytes: no metadata, empty groups, idle turns, needless decimals."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<g(?: [^>]*)?/>", "", svg)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r' clip-path="url\([^)]*\)"', "", svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
    svg = re.sub(r"; font-family: 'Crmmining Sans', 'DejaVu Sans'", "", svg)
    svg = re.sub(r"; text-anchor: start|; stroke-linejoin: miter", "", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    # inside tags only: a number that is read keeps its decimals
    svg = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d+\.\d)\d+", r"\1", tag[0]), svg)
    return _without_idle_groups(svg)


def _without_idle_groups(svg: str) -> str:
    """Groups without attributes do nothing: their tags are left out, their content stays."""
    kept: list[str] = []
    idle: list[bool] = []
    for piece in re.split(r"(<g>|<g [^>]*>|</g>)", svg):
        if piece == "</g>":
            if not idle.pop():
                kept.append(piece)
        elif piece.startswith(("<g>", "<g ")):
            idle.append(piece == "<g>")
            if piece != "<g>":
                kept.append(piece)
        else:
            kept.append(piece)
    return "".join(kept)


def standalone(svg: str) -> str:
    """An SVG element of the page as a file: text in Source Sans where that is installed."""
    for ours in ("'Crmmining Sans Semibold'", "'Crmmining Sans'"):
        svg = svg.replace(ours, "'Source Sans 3', 'Source Sans Pro'")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg}\n'


@cache
def font_css() -> str:
    """The fonts of the pictures as `@font-face` rules with their data in them."""
    rule = "@font-face{{font-family:'{}';font-weight:{};src:url(data:font/woff;base64,{}) format('woff')}}"
    return "\n".join(rule.format(family, weight, _woff(face)) for family, weight, face in _FACES)


def _woff(face: str) -> str:
    from fontTools.ttLib import TTFont

    source = files("crmmining.reporting").joinpath("assets", "fonts", f"CrmminingSans-{face}.ttf")
    with as_file(source) as path, TTFont(path, recalcTimestamp=False) as font:
        font.flavor = "woff"
        out = io.BytesIO()
        font.save(out)
    return base64.b64encode(out.getvalue()).decode("ascii")
