"""The picture of an ideal journey shows every step once, in its place, with what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from tests.reporting.figures.examples import HOSTILE
from tests.reporting.figures.test_every_figure import texts

from crmmining.reporting.figures.canvas import POINTS_PER_INCH
from crmmining.reporting.figures.journey_model import PAGE, JourneyModel, draw_journey_model, lay_out
from crmmining.reporting.figures.journey_model_layout import (
    BOX,
    SIGN,
    Group,
    Scene,
    StepBox,
    allowed,
    forbidden,
    measure,
)
from crmmining.reporting.figures.saving import alt_text, picture_bytes
from crmmining.study.journey import (
    Choice,
    IdealJourney,
    Optional,
    Parallel,
    PartialOrder,
    Repeat,
    Sequence,
    Step,
    Term,
)
from crmmining.study.reading import read_study_file

HOME_MOVE = Path(__file__).parents[3] / "sample_logs" / "home_move" / "study.yaml"
A, B, C, D = (Step(name) for name in "ABCD")
NOTHING = Sequence(())


def journey(*steps: Any, **stage: Any) -> IdealJourney:
    return IdealJourney.parse([{"stage": "Only", "steps": list(steps), **stage}])


def several(name: str, n: int) -> list[str]:
    return [f"{name} {i} is done" for i in range(n)]


RICH = IdealJourney.parse(
    [
        {
            "stage": "Ask",
            "owner": "Head of Marketing",
            "steps": [
                {"step": "Search", "actor": "customer", "channel": ["web", "app"], "aliases": ["Browse"]},
                {"repeat": "Brochure read", "at_least": 1},
                {
                    "choice": [
                        {"step": "Quote mailed", "actor": "system", "owner": "Head of Marketing"},
                        [
                            {"step": "Adviser call", "actor": "company", "owner": "Sales", "weight": 3},
                            {"choice": ["Quote sent", ["Quote printed", {"optional": "Coffee"}]]},
                        ],
                    ]
                },
                {"step": "Talked over at home", "unobserved": True},
                {"forbidden": {"step": "Asked twice", "weight": 5}},
                {"forbidden": ["Complained", "Called again"]},
            ],
        },
        {
            "stage": "Check",
            "steps": [
                {
                    "order": [
                        "Received",
                        {"optional": "Income checked"},
                        ["Survey", "Report"],
                        "Rated",
                        "Asked",
                    ],
                    "before": {"Received": ["Income checked", "Survey", "Rated"], "Income checked": "Rated"},
                },
                {
                    "step": "Decision",
                    "moment_of_truth": True,
                    "promise": {"since": "Received", "within": "10 business days", "pay": "50 EUR"},
                },
                {"repeat": ["Paid", {"parallel": ["Invoice", "Visit", "Budget"]}], "at_most": 5},
                {"optional": ["Thanked", "Survey answered"]},
            ],
        },
    ]
)
FORTY = IdealJourney.parse(
    [{"stage": f"Stage {n}", "steps": several(f"Step {n}", n)} for n in (3, 14, 1, 22)],
)
CHAIN = several("Part", 12)
WIDE = IdealJourney.parse(
    [
        {
            "stage": "Order",
            "steps": [{"order": CHAIN, "before": dict(pairwise(CHAIN))}],
        },
        {
            "stage": "Branches",
            "steps": [{"parallel": [several("Left", 11), {"choice": ["Up", several("Down", 9)]}]}],
        },
    ]
)
SAMPLES = read_study_file(HOME_MOVE).journeys
JOURNEYS = {**SAMPLES, "rich": RICH, "forty": FORTY, "wide": WIDE}
each_journey = pytest.mark.parametrize("ideal", JOURNEYS.values(), ids=list(JOURNEYS))


def laid_out(ideal: IdealJourney) -> JourneyModel:
    return lay_out(ideal, 28.0, 0.0, PAGE.width - 56.0)


def shown(figure: Figure) -> str:
    """All words in the order drawn; a broken name is whole again."""
    return " ".join(text for text, _ in texts(figure))


def words_of(*steps: Any, **stage: Any) -> str:
    return shown(draw_journey_model(journey(*steps, **stage), "As it should be"))


def box_of(model: JourneyModel, activity: str) -> StepBox:
    (found,) = (box for box in model.scene.boxes if box.step.activity == activity)
    return found


def apart(one: StepBox, other: StepBox) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    return beside or one.top + BOX <= other.top or other.top + BOX <= one.top


@each_journey
def test_every_step_is_named(ideal: IdealJourney) -> None:
    words = shown(draw_journey_model(ideal, "As it should be"))
    assert [activity for activity in ideal.activities if activity not in words] == []
    assert all(stage.name in words for stage in ideal.stages)


@each_journey
def test_no_two_boxes_overlap_and_no_line_runs_through_one(ideal: IdealJourney) -> None:
    check_places(laid_out(ideal))


@each_journey
def test_what_is_allowed_stands_in_boxes_and_what_is_forbidden_in_chips(ideal: IdealJourney) -> None:
    model = laid_out(ideal)
    never = [step for stage in ideal.stages for step in forbidden(stage.body)]
    assert [chip.name for band in model.bands for chip in band.chips] == [step.activity for step in never]
    boxed = sorted(box.step.activity for box in model.scene.boxes)
    assert boxed == sorted(step.activity for step in ideal.steps if step not in never)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_declared_keeps_its_place(data: st.DataObject) -> None:
    steps = data.draw(TERMS)
    count = iter(range(1000))
    check_places(laid_out(journey(*(written(step, count) for step in steps))))


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
        assert model.left <= box.left and box.left + box.width <= model.left + model.width
    for wire in scene.wires:
        for (x, y), (right, lower) in pairwise(wire.points):
            for box in scene.boxes:
                beside = max(x, right) <= box.left + 0.1 or min(x, right) >= box.left + box.width - 0.1
                over = max(y, lower) <= box.top + 0.1 or min(y, lower) >= box.top + BOX - 0.1
                assert beside or over, f"a line runs through {box.step.activity!r}"


@each_journey
def test_no_text_is_clipped_or_overlaps_another(ideal: IdealJourney) -> None:
    check_texts(draw_journey_model(ideal, "As it should be"))


def test_names_as_nobody_wants_them_are_drawn_literally_and_inside() -> None:
    steps = [
        {"step": f"{name} {i}", "owner": name, "channel": [name], "aliases": [f"{name}?"], "actor": "system"}
        for i, name in enumerate(HOSTILE)
    ]
    never = [{"forbidden": f"{name} never"} for name in HOSTILE]
    figure = draw_journey_model(journey(*steps, *never, owner=HOSTILE[-1]), HOSTILE[-1])
    check_texts(figure)
    assert "$x_1$" in shown(figure)
    assert b"<script" not in picture_bytes(figure, "svg")


def check_texts(figure: Figure) -> None:
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"{text!r} is clipped"
    for (text, box), (other, beside) in combinations(boxes, 2):
        assert not box.overlaps(beside), f"{text!r} overlaps {other!r}"


@each_journey
def test_a_page_is_eleven_inches_wide_however_long_the_journey(ideal: IdealJourney) -> None:
    figure = draw_journey_model(ideal, "As it should be")
    assert figure.get_size_inches()[0] == pytest.approx(11.0)
    model = laid_out(ideal)
    right = max(x for wire in model.scene.wires for x, _ in wire.points)
    assert right <= PAGE.width - 28.0


def test_a_page_grows_only_where_branches_nest_too_deep_for_it() -> None:
    nest: Any = "Core"
    for i in range(14):
        nest = {"choice" if i % 2 else "parallel": [nest, f"Other {i}"]}
    figure = draw_journey_model(journey(nest), "As it should be")
    model = laid_out(journey(nest))
    assert figure.get_size_inches()[0] * POINTS_PER_INCH == pytest.approx(model.width + 56.0)
    assert model.width > PAGE.width
    assert all(box.left + box.width < model.left + model.width for box in model.scene.boxes)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_journey_gives_the_same_bytes(kind: str) -> None:
    first, second = (picture_bytes(draw_journey_model(RICH, "As it should be"), kind) for _ in range(2))
    assert first == second


def test_the_title_is_the_alternative_text_and_the_subtitle_counts() -> None:
    figure = draw_journey_model(RICH, "A loan as it should be")
    assert alt_text(figure) == "A loan as it should be"
    counted = "2 stages, 21 steps, 1 moment of truth, 1 promise, 3 steps that must not happen."
    assert f"The ideal journey: {counted}" in shown(figure)


def test_a_journey_without_stages_says_so() -> None:
    figure = draw_journey_model(IdealJourney(()), "Nothing yet")
    assert "Nothing to show: the ideal journey has no stages." in shown(figure)


def test_steps_of_a_sequence_go_from_left_to_right_and_on_further_rows() -> None:
    boxes = laid_out(journey(*several("Step", 14))).scene.boxes
    assert [box.step.activity for box in boxes] == several("Step", 14)
    places = [(box.top, box.left) for box in boxes]
    assert places == sorted(places)
    assert [sum(box.top == top for box in boxes) for top in sorted({box.top for box in boxes})] == [5, 5, 4]


def test_branches_stand_under_one_another_between_two_diamonds_of_their_kind() -> None:
    for word, kind in (("choice", "one"), ("parallel", "all")):
        model = laid_out(journey({word: ["A", ["B", "C"]]}))
        first, last = model.scene.signs
        a, b, c = (box_of(model, name) for name in "ABC")
        assert (first.kind, last.kind) == (kind, kind)
        assert first.x < a.left == b.left < c.left < c.left + c.width < last.x
        assert a.top + BOX < b.top == c.top
        assert first.y == last.y == (a.top + BOX / 2 if kind == "one" else (a.top + b.top + BOX) / 2)


def test_the_legend_explains_the_marks_that_occur_and_no_others() -> None:
    explained = {
        "exactly one of these": {"choice": ["A", "B"]},
        "all of these, in any order": {"parallel": ["A", "B"]},
        "moment of truth": {"step": "A", "moment_of_truth": True},
        "promised to the customer": {"step": "A", "promise": {"since": "Z", "within": "2d"}},
        "done by the customer": {"step": "A", "actor": "customer"},
        "done by the company": {"step": "A", "actor": "company"},
        "done by the system": {"step": "A", "actor": "system"},
    }
    for words, step in explained.items():
        drawn = [text for text, _ in texts(draw_journey_model(journey("Z", step), "T"))]
        assert [other for other in explained if other in drawn] == [words]


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


def test_the_forbidden_stands_at_the_foot_of_its_stage_with_its_weight() -> None:
    ideal = journey({"forbidden": {"step": "Chased", "weight": 5, "aliases": ["Called"]}}, "A")
    model = laid_out(ideal)
    (chip,) = model.bands[0].chips
    assert (chip.name, chip.remark) == ("Chased", "or “Called” · weight 5")
    assert chip.top > box_of(model, "A").top + BOX
    assert "never" in words_of({"forbidden": "Chased"}, "A")


def test_a_stage_in_which_everything_is_forbidden_is_still_gone_through() -> None:
    words = words_of({"forbidden": "Chased"})
    assert "no step" in words and "never" in words and "Chased" in words


def test_marks_of_a_step_are_told_beneath_it() -> None:
    step = {
        "step": "Decision",
        "aliases": ["Letter", "Mail"],
        "unobserved": True,
        "channel": ["mail", "phone"],
        "promise": {"since": "Received", "within": "10 business days", "pay": "50 EUR"},
        "owner": "Risk",
        "weight": 10,
    }
    box = box_of(laid_out(journey("Received", step, owner="Lending")), "Decision")
    assert box.promise == ("≤ 10 business days",)
    told = "after Received|else 50 EUR|or “Letter” or “Mail”|via mail or phone|owner Risk|weight 10"
    assert " ".join(box.notes) == f"{told.replace('|', ' ')} not seen in the data"


def test_an_owner_is_told_only_where_it_is_not_that_of_the_stage() -> None:
    step = {"step": "A", "owner": "Lending"}
    assert box_of(laid_out(journey(step, owner="Lending")), "A").notes == ()
    assert box_of(laid_out(journey(step, owner="Sales")), "A").notes == ("owner Lending",)


def order(parts: list[Any], before: dict[str, Any]) -> JourneyModel:
    return laid_out(journey({"order": parts, "before": before}))


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


@pytest.mark.parametrize(
    ("term", "plain"),
    [
        (Repeat(A, at_most=0), NOTHING),
        (Sequence((A, Sequence((B, C)), Repeat(D, at_most=0))), Sequence((A, B, C))),
        (Choice((A, Repeat(B, at_most=0))), Optional(A)),
        (Choice((A, B, NOTHING)), Optional(Choice((A, B)))),
        (Parallel((A, Optional(Repeat(B, at_most=0)))), A),
        (Optional(Optional(A)), Optional(A)),
        (Repeat(A, 1, 1), A),
        (PartialOrder((A, Repeat(B, at_most=0), C), frozenset({(0, 1), (1, 2)})), Sequence((A, C))),
        (PartialOrder((A, B, NOTHING), frozenset({(0, 2)})), Parallel((A, B))),
    ],
)
def test_terms_are_drawn_without_what_is_forbidden(term: Term, plain: Term) -> None:
    found = allowed(term)
    if isinstance(found, PartialOrder):
        assert (found.parts, found.before) == ((A, C), frozenset({(0, 1)}))
    else:
        assert found == plain


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


def inside(box: StepBox, group: Group) -> bool:
    across = group.left < box.left and box.left + box.width < group.left + group.width
    return across and group.top < box.top and box.top + BOX < group.top + group.height


def exit_of(box: StepBox) -> tuple[float, float]:
    return (box.left + box.width, box.top + BOX / 2)


def entry_of(box: StepBox) -> tuple[float, float]:
    return (box.left, box.top + BOX / 2)
