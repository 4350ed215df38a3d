"""What holds for every figure: it fits its page, overlaps nothing, and never fails on a name."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from tests.reporting.figures.examples import EMPTY, FIGURES, STYLE, hostile_name, plain_name

from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.saving import alt_text, drawing, picture_bytes

NAMES = sorted(FIGURES)


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text drawn, with the box of its letters in pixels."""
    with drawing():
        figure.canvas.draw()
        return [(t.get_text(), letters(t, figure)) for t in figure.findobj(Text) if t.get_text()]


def letters(text: Text, figure: Figure) -> Bbox:
    """From a little under the baseline to the height of a capital; fonts tell more than that."""
    box = text.get_window_extent().padded(-1.5)
    if text.get_rotation():
        return box
    size = float(text.get_fontsize()) * figure.dpi / 72
    _, base = text.get_transform().transform(text.get_position())
    return Bbox([[box.x0, base - 0.18 * size], [box.x1, base + 0.7 * size]])


def draw(name: str, n: int, naming: object = plain_name) -> Figure:
    make, drawn = FIGURES[name]
    return drawn(make(n, naming), style=STYLE)  # type: ignore[arg-type]


@pytest.mark.parametrize("naming", [plain_name, hostile_name])
@pytest.mark.parametrize("n", [1, 6, 30])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_clipped_or_overlaps_another(name: str, n: int, naming: object) -> None:
    figure = draw(name, n, naming)
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"{text!r} is clipped"
    for i, (text, box) in enumerate(boxes):
        for other, beside in boxes[i + 1 :]:
            assert not box.overlaps(beside), f"{text!r} overlaps {other!r}"


def test_the_words_of_every_figure_are_the_golden_ones() -> None:
    """Set UPDATE_GOLDEN=1 to write them anew, then read the difference."""
    golden = Path(__file__).with_name("golden_words.json")
    words = {name: [text for text, _ in texts(draw(name, 3))] for name in NAMES}
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(json.dumps(words, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert words == json.loads(golden.read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_drawn_literally(name: str) -> None:
    shown = " ".join(text for text, _ in texts(draw(name, 6, hostile_name)))
    assert "$x_1$" in shown
    assert "<script>" in shown


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_make_sound_files(name: str) -> None:
    figure = draw(name, 6, hostile_name)
    assert ElementTree.fromstring(picture_bytes(figure, "svg")).tag.endswith("svg")
    assert b"<script" not in picture_bytes(figure, "svg")
    assert picture_bytes(figure, "pdf").startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_empty_data_says_why_there_is_nothing(name: str) -> None:
    _, drawn = FIGURES[name]
    data = replace(EMPTY[name], caption=Caption(nothing="no record is closed"))
    shown = [text for text, _ in texts(drawn(data, style=STYLE))]
    assert "Nothing to show: no record is closed." in shown


@pytest.mark.parametrize("name", NAMES)
def test_the_title_is_the_finding_and_the_alternative_text(name: str) -> None:
    make, drawn = FIGURES[name]
    data = make(6, plain_name)
    own = drawn(replace(data, caption=Caption(title="What we found")), style=STYLE)
    assert alt_text(own) == "What we found"
    assert any(character.isalpha() for character in alt_text(drawn(data, style=STYLE)))


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
@pytest.mark.parametrize("name", NAMES)
def test_the_same_data_gives_the_same_bytes(name: str, kind: str) -> None:
    first, second = (picture_bytes(draw(name, 3), kind) for _ in range(2))
    assert first == second


def test_a_department_keeps_its_colour_in_every_picture() -> None:
    for name in ("journey_process", "variants"):
        svg = picture_bytes(draw(name, 6), "svg").decode()
        assert STYLE.colour("Lending").lower() in svg.lower()
