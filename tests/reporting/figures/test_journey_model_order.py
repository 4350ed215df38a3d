"""A partial order stands in columns with arrows, or in rows with words."""

from __future__ import annotations

from typing import Any

from tests.reporting.figures.test_journey_model import CHAIN, WIDE, box_of, inside, journey, laid_out

from crmmining.reporting.figures.journey_model_layout import JourneyModel
from crmmining.reporting.figures.journey_model_scene import BOX, StepBox


def order(parts: list[Any], before: dict[str, Any]) -> JourneyModel:
    return laid_out(journey({"order": parts, "before": before}))


def exit_of(box: StepBox) -> tuple[float, float]:
    return (box.left + box.width, box.top + BOX / 2)


def entry_of(box: StepBox) -> tuple[float, float]:
    return (box.left, box.top + BOX / 2)


def test_an_order_stands_in_columns_with_an_arrow_for_each_pair_that_needs_one() -> None:
    model = order(list("ABCD"), {"A": ["B", "C", "D"], "B": "D", "C": "D"})
    a, b, c, d = (box_of(model, name) for name in "ABCD")
    assert a.left + a.width < b.left == c.left < b.left + b.width < d.left
    assert a.top == d.top == (b.top + c.top) / 2
    ends = {(wire.points[0], wire.points[-1]) for wire in model.scene.wires if wire.curved}
    pairs = {(exit_of(one), entry_of(other)) for one, other in ((a, b), (a, c), (b, d), (c, d))}
    assert ends == pairs
    (group,) = model.scene.groups
    assert group.words and all(inside(box, group) for box in model.scene.boxes)


def test_an_arrow_over_a_column_passes_beside_its_boxes() -> None:
    model = order(list("ABCE"), {"A": "B", "B": "C", "E": "C"})
    b, e = box_of(model, "B"), box_of(model, "E")
    (over,) = (wire for wire in model.scene.wires if wire.curved and wire.points[0] == exit_of(e))
    heights = [y for x, y in over.points if b.left <= x <= b.left + b.width]
    assert heights
    assert all(y < b.top or y > b.top + BOX for y in heights)


def test_arrows_do_not_cross_where_they_need_not() -> None:
    model = order(list("ABCEFG"), {"A": ["B", "F"], "B": "C", "E": "C", "F": "G", "C": "G"})
    f, b, e = (box_of(model, name).top for name in "FBE")
    assert f < b < e or e < b < f


def test_an_order_too_deep_for_the_page_says_in_words_what_comes_after_what() -> None:
    scene = laid_out(WIDE).scene
    said = [label.text for label in scene.labels if label.text.startswith("after")]
    assert said == [f"after {name}" for name in CHAIN[:-1]]
    assert not any(wire.curved for wire in scene.wires)
