"""Both painters show every part of a scene, literally, and load nothing from outside."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree import ElementTree

import pytest
from matplotlib.text import Text
from tests.reporting.maps.graphs import petri_net, process, random_graph

from crmmining.reporting.figures.saving import alt_text, picture_bytes
from crmmining.reporting.figures.style import FigureStyle, contrast
from crmmining.reporting.maps.graph import Emphasis, MapEdge, MapGraph, MapNode
from crmmining.reporting.maps.layout import layout
from crmmining.reporting.maps.look import edge_look, node_look
from crmmining.reporting.maps.mpl import scene_figure
from crmmining.reporting.maps.svg import scene_svg

STYLE = FigureStyle(("Lending", "Billing"))
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = MapGraph(
    (
        MapNode("a", '<script>alert("1")</script>', value="$x_1$", note="</title><b>&amp;"),
        MapNode("b", "'\"><img src=x onerror=alert(1)>\x00\x1b", lane="<b>&lane"),
    ),
    (MapEdge("a", "b", 2.0, "<i>&nbsp;</i>", note="]]>"),),
    lanes=("<b>&lane",),
    title='Map "of" <everything> & more',
    description="</desc><script>",
)


def test_hostile_text_is_shown_and_never_markup() -> None:
    text = scene_svg(layout(HOSTILE), style=STYLE)
    root = ElementTree.fromstring(text)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "path", "polygon", "circle", "text"}
    assert root.findtext(f"{SVG}title") == 'Map "of" <everything> & more'
    shown = "".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert "<script>" in shown and "$x_1$" in shown and "<i>&nbsp;</i>" in shown


@pytest.mark.parametrize("graph", [HOSTILE, process(), process(lanes=True), petri_net()])
def test_svg_loads_nothing_and_needs_no_inline_style(graph: MapGraph) -> None:
    text = scene_svg(layout(graph), style=STYLE)
    rest = text.replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
    assert not re.search(r"https?:|url\(|href|<style|style=|<script", rest)


def test_every_node_edge_and_label_is_painted_once() -> None:
    scene = layout(process(lanes=True))
    root = ElementTree.fromstring(scene_svg(scene, style=STYLE))
    groups = [g.get("class") for g in root.iter(f"{SVG}g")]
    assert groups.count("node") == len(scene.nodes)
    assert groups.count("edge") == len(scene.edges)
    assert groups.count("label") == len(scene.labels)
    assert groups.count("lane") == 2


@pytest.mark.parametrize("seed", range(8))
def test_random_scenes_are_well_formed_and_painted_by_both(seed: int) -> None:
    scene = layout(random_graph(seed), engine="builtin")
    ElementTree.fromstring(scene_svg(scene, style=STYLE))
    assert picture_bytes(scene_figure(scene, style=STYLE), "png").startswith(b"\x89PNG")


def test_the_figure_shows_the_same_words_as_the_svg() -> None:
    scene = layout(process(lanes=True))
    figure = scene_figure(scene, style=STYLE)
    drawn = sorted(t.get_text() for t in figure.findobj(Text) if t.get_text())
    root = ElementTree.fromstring(scene_svg(scene, style=STYLE))
    assert drawn == sorted(element.text or "" for element in root.iter(f"{SVG}text"))
    assert alt_text(figure) == scene.title


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_scene_gives_the_same_bytes(kind: str) -> None:
    first, second = (picture_bytes(scene_figure(layout(process()), style=STYLE), kind) for _ in range(2))
    assert first == second
    assert scene_svg(layout(process()), style=STYLE) == scene_svg(layout(process()), style=STYLE)


def test_more_is_thicker_and_darker() -> None:
    rare, often = (edge_look(MapEdge("a", "b", weight), 100.0) for weight in (5.0, 100.0))
    assert often.width > rare.width
    assert contrast(often.colour, "#FFFFFF") > contrast(rare.colour, "#FFFFFF")
    pale, dark = (node_look(MapNode("a", weight=w), 100.0, STYLE) for w in (5.0, 100.0))
    assert contrast(dark.fill, "#FFFFFF") > contrast(pale.fill, "#FFFFFF")


def test_every_node_has_legible_ink() -> None:
    nodes = [MapNode("a", weight=float(w)) for w in range(101)]
    nodes += [MapNode("a", emphasis=e) for e in get_args(Emphasis)]
    for look in (node_look(node, 100.0, STYLE) for node in nodes):
        assert contrast(look.ink, look.fill) >= 4.5
        assert contrast(look.value_ink, look.fill) >= 4.5


def test_a_department_colours_the_border() -> None:
    look = node_look(MapNode("a", department="Billing"), 1.0, STYLE)
    assert look.border == STYLE.colour("Billing")
