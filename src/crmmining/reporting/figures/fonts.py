"""Fonts of the pictures: the vendored one, DejaVu Sans for other letters, CJK if installed."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from matplotlib.font_manager import fontManager

from crmmining.reporting.figures.text import Weight

_OURS: dict[Weight, str] = {  # semibold is a family of its own: DejaVu has but 400 and 700
    "regular": "Crmmining Sans",
    "semibold": "Crmmining Sans Semibold",
    "bold": "Crmmining Sans",
}
_FALLBACK = "DejaVu Sans"  # ships with matplotlib
_WIDER = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "Hiragino Sans",
    "PingFang SC",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Arial Unicode MS",
)


@cache
def font_families(weight: Weight) -> list[str]:
    """Families in the order in which a letter is looked for; asked for with weight 400 or 700."""
    return [_OURS[weight], *_others()]


@cache
def _others() -> list[str]:
    """Register our fonts, and say which others may help out."""
    with as_file(files("crmmining.reporting") / "assets" / "fonts") as folder:
        for path in sorted(folder.glob("*.ttf")):
            fontManager.addfont(path)
    installed = set(fontManager.get_font_names())
    return [_FALLBACK, *(name for name in _WIDER if name in installed)]
