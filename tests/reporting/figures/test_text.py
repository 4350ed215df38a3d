"""Measured text is as wide as drawn, and broken text fits."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from crmmining.reporting.figures.text import (
    clean,
    fit_lines,
    fit_text,
    shorten,
    text_width,
)

FONTS = files("crmmining.reporting") / "assets" / "fonts"


@pytest.mark.parametrize("weight", ["regular", "semibold", "bold"])
def test_widths_are_those_of_the_font_file(weight: str) -> None:
    font = TTFont(str(FONTS / f"CrmminingSans-{weight.capitalize()}.ttf"))
    told = json.loads((FONTS / "widths.json").read_text("utf-8"))[weight]
    metrics = font["hmtx"].metrics
    assert told == {chr(code): metrics[name][0] for code, name in font.getBestCmap().items()}


def test_fonts_are_small_free_and_not_called_by_the_reserved_name() -> None:
    fonts = [FONTS / f"CrmminingSans-{w}.ttf" for w in ("Regular", "Semibold", "Bold")]
    assert sum(len(font.read_bytes()) for font in fonts) < 400_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text("utf-8").upper()
    for font in fonts:
        family = TTFont(str(font))["name"].getDebugName(1)
        assert "Source" not in family


@given(st.text(max_size=400), st.floats(20, 300), st.integers(1, 4))
def test_broken_text_never_exceeds_its_room(text: str, width: float, most: int) -> None:
    lines = fit_lines(text, width, 11, most=most)
    assert 1 <= len(lines) <= most
    assert all(text_width(line, 11) <= width + 1e-6 for line in lines)


@given(st.text(alphabet="abcdef ghij", max_size=120), st.floats(60, 300))
def test_text_that_fits_loses_no_word(text: str, width: float) -> None:
    lines, size = fit_text(text, width, 11, most=3, smallest=7)
    if not any("…" in line for line in lines):
        assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert 7 <= size <= 11


@given(st.text(max_size=200))
def test_clean_text_is_one_line_without_controls(text: str) -> None:
    assert "\n" not in clean(text)
    assert all(letter.isprintable() or letter == " " for letter in clean(text) if letter < "\x80")


def test_what_is_cut_says_so() -> None:
    assert shorten("Mortgage application", 60, 11).endswith("…")
