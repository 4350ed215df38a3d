"""Everything in the layout of an ideal journey stands in its place, whatever is declared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reporting.figures.test_journey_model import each_journey, journey, laid_out, several

from crmmining.reporting.figures.frame import MARGIN
from crmmining.reporting.figures.journey_model_layout import JourneyModel
from crmmining.reporting.figures.journey_model_scene import BOX, StepBox
from crmmining.reporting.figures.journey_model_terms import forbidden
from crmmining.study.journey import IdealJourney

ASKED = {
    "channel": "web",
    "owner": "Sales",
    "promise": {"since": "Z", "within": "2d"},
    "moment_of_truth": True,
}
LEAF = st.tuples(st.just("step"), st.sampled_from([{}, {}, ASKED]))
SHAPES: Any = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(
            st.sampled_from(["choice", "parallel", "order", "list"]), st.lists(inner, min_size=2, max_size=5)
        ),
        st.tuples(st.sampled_from(["optional", "repeat", "forbidden"]), st.tuples(inner)),
    ),
    max_leaves=25,
)
TERMS = st.lists(SHAPES, min_size=1, max_size=4)


def check_places(model: JourneyModel) -> None:
    """Boxes stand apart and within their stages; a line goes only as far as the edge of one."""
    scene = model.scene
    assert all(apart(one, other) for one, other in combinations(scene.boxes, 2))
    for box in scene.boxes:
        (band,) = (b for b in model.bands if b.top <= box.top <= b.top + b.height)
        assert box.step in band.stage.steps
        assert box.top + BOX <= band.top + band.height
        assert box.left >= MARGIN and box.left + box.width <= MARGIN + model.width
    for wire in scene.wires:
        for (x, y), (right, lower) in pairwise(wire.points):
            for box in scene.boxes:
                beside = max(x, right) <= box.left + 0.1 or min(x, right) >= box.left + box.width - 0.1
                over = max(y, lower) <= box.top + 0.1 or min(y, lower) >= box.top + BOX - 0.1
                assert beside or over, f"a line runs through {box.step.activity!r}"


def apart(one: StepBox, other: StepBox) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return beside or one.top + BOX <= other.top or other.top + BOX <= one.top


def written(shape: Any, count: Iterator[int]) -> Any:
    """A shape as a study file would say it, every step with a name of its own."""
    kind, inner = shape
    if kind == "step":
        return {"step": f"Step number {next(count)}", **inner}
    parts = [written(part, count) for part in inner]
    if kind == "order":
        firsts = [first_name(part) for part in parts]
        pairs = {name: firsts[i + 1 :: 2] for i, name in enumerate(firsts[:-1])}
        return {"order": parts, "before": pairs}
    if kind == "list":
        return parts
    return {kind: parts if kind in ("choice", "parallel") else parts[0]}


def first_name(part: Any) -> str:
    if isinstance(part, list):
        return first_name(part[0])
    return part["step"] if "step" in part else first_name(next(iter(part.values())))


@each_journey
def test_no_two_boxes_overlap_and_no_line_runs_through_one(ideal: IdealJourney) -> None:
    check_places(laid_out(ideal))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_declared_keeps_its_place(data: st.DataObject) -> None:
    steps = data.draw(TERMS)
    count = iter(range(1000))
    check_places(laid_out(journey(*(written(step, count) for step in steps))))


@each_journey
def test_what_is_allowed_stands_in_boxes_and_what_is_forbidden_in_chips(ideal: IdealJourney) -> None:
    model = laid_out(ideal)
    never = [step for stage in ideal.stages for step in forbidden(stage.body)]
    assert [chip.name for band in model.bands for chip in band.chips] == [step.activity for step in never]
    boxed = sorted(box.step.activity for box in model.scene.boxes)
    assert boxed == sorted(step.activity for step in ideal.steps if step not in never)


def test_steps_of_a_sequence_go_from_left_to_right_and_on_further_rows() -> None:
    boxes = laid_out(journey(*several("Step", 14))).scene.boxes
    assert [box.step.activity for box in boxes] == several("Step", 14)
    places = [(box.top, box.left) for box in boxes]
    assert places == sorted(places)
    assert [sum(box.top == top for box in boxes) for top in sorted({box.top for box in boxes})] == [5, 5, 4]
