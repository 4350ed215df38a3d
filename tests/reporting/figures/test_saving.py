"""Pictures are saved by suffix, reproducibly, and need nothing from outside."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from tests.reporting.figures.examples import FIGURES, STYLE, plain_name

from crmmining.errors import InvalidOptionError
from crmmining.reporting.figures.saving import picture_bytes, save, svg_data_uri


@pytest.fixture
def figure() -> object:
    make, drawn = FIGURES["promises"]
    return drawn(make(2, plain_name), style=STYLE)


@pytest.mark.parametrize(("name", "start"), [("a.svg", b"<?xml"), ("b.PNG", b"\x89PNG"), ("c.pdf", b"%PDF")])
def test_the_suffix_decides_the_format(figure: object, tmp_path: Path, name: str, start: bytes) -> None:
    assert save(figure, tmp_path / name).read_bytes().startswith(start)  # type: ignore[arg-type]


def test_another_suffix_is_refused_with_the_choices(figure: object, tmp_path: Path) -> None:
    with pytest.raises(InvalidOptionError, match=r"\.svg, \.png or \.pdf, not as '\.gif'"):
        save(figure, tmp_path / "a.gif")  # type: ignore[arg-type]


def test_a_data_uri_holds_the_picture_itself(figure: object) -> None:
    uri = svg_data_uri(figure)  # type: ignore[arg-type]
    head, encoded = uri.split(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(encoded) == picture_bytes(figure, "svg")  # type: ignore[arg-type]


def test_svg_text_is_drawn_as_shapes_so_that_it_looks_the_same_everywhere(figure: object) -> None:
    assert b"<text" not in picture_bytes(figure, "svg")  # type: ignore[arg-type]


def test_colours_and_graphs_are_told_without_loading_matplotlib() -> None:
    code = (
        "import sys, crmmining.reporting, crmmining.reporting.figures.style, "
        "crmmining.reporting.maps.svg, crmmining.reporting.maps.layout; "
        "sys.exit('matplotlib' in sys.modules or 'graphlay' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_two_processes_give_the_same_bytes() -> None:
    code = (
        "import hashlib; from crmmining.reporting.figures.saving import picture_bytes as b;"
        "from crmmining.reporting.figures.promises import *; from "
        "crmmining.reporting.figures.style import FigureStyle as S;"
        "f = draw_promises(Promises((PromiseRow('a', 'b', '5d', 3, 1),)), style=S());"
        "print([hashlib.sha256(b(f, k)).hexdigest() for k in ('svg', 'png', 'pdf')])"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)
    }
    assert len(runs) == 1
