"""Terms of an ideal journey are drawn as what they are: branches, detours and ways back."""

from __future__ import annotations

import pytest
from tests.reporting.figures.test_journey_model import box_of, inside, journey, laid_out

from crmmining.reporting.figures.journey_model_measure import measure
from crmmining.reporting.figures.journey_model_scene import BOX, SIGN, Scene
from crmmining.study.journey import Choice, Optional, Parallel, Repeat, Sequence, Step, Term

A, B = Step("A"), Step("B")


def test_branches_stand_under_one_another_between_two_diamonds_of_their_kind() -> None:
    for word, kind in (("choice", "one"), ("parallel", "all")):
        model = laid_out(journey({word: ["A", ["B", "C"]]}))
        first, last = model.scene.signs
        a, b, c = (box_of(model, name) for name in "ABC")
        assert (first.kind, last.kind) == (kind, kind)
        assert first.x < a.left == b.left < c.left < c.left + c.width < last.x
        assert a.top + BOX < b.top == c.top
        assert first.y == last.y == (a.top + BOX / 2 if kind == "one" else (a.top + b.top + BOX) / 2)


def test_optional_is_dashed_and_passed_by() -> None:
    model = laid_out(journey("A", {"optional": "B"}))
    assert [box.optional for box in model.scene.boxes] == [False, True]
    assert [label.text for label in model.scene.labels] == ["optional"]
    (arc,) = (wire for wire in model.scene.wires if wire.dashed)
    box = box_of(model, "B")
    assert arc.points[0][0] < box.left and arc.points[-1][0] > box.left + box.width
    assert min(y for _, y in arc.points) < box.top


def test_several_optional_steps_have_one_outline() -> None:
    model = laid_out(journey({"optional": ["A", "B"]}))
    (group,) = model.scene.groups
    assert all(inside(box, group) for box in model.scene.boxes)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, "any number of times"),
        ({"at_least": 1}, "1 or more times"),
        ({"at_least": 2, "at_most": 4}, "2 to 4 times"),
        ({"at_most": 1}, "optional"),
    ],
)
def test_a_repeat_says_how_often(bounds: dict[str, int], words: str) -> None:
    scene = laid_out(journey("A", {"repeat": "B", **bounds})).scene
    assert [label.text for label in scene.labels] == [words]


def test_a_repeat_leads_back_beneath_its_body() -> None:
    model = laid_out(journey({"repeat": ["A", "B"]}))
    (back,) = (wire for wire in model.scene.wires if wire.points[0][0] > wire.points[-1][0])
    assert back.arrow
    assert max(y for _, y in back.points) > box_of(model, "A").top + BOX


@pytest.mark.parametrize("term", [A, Choice((A, B)), Optional(A), Repeat(Sequence((A, B))), Parallel((A, B))])
def test_a_block_keeps_within_what_it_measured(term: Term) -> None:
    block, scene = measure(term, 600.0, None), Scene()
    block.put(scene, 100.0, 50.0)
    xs = [x for wire in scene.wires for x, _ in wire.points]
    ys = [y for wire in scene.wires for _, y in wire.points]
    xs += [x for box in scene.boxes for x in (box.left, box.left + box.width)]
    ys += [y for box in scene.boxes for y in (box.top, box.top + BOX)]
    xs += [x for sign in scene.signs for x in (sign.x - SIGN, sign.x + SIGN)]
    assert (min(xs), max(xs)) == pytest.approx((100.0, 100.0 + block.width))
    assert 50.0 - block.up <= min(ys) and max(ys) <= 50.0 + block.down
