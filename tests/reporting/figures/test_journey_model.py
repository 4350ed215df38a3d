"""The picture of an ideal journey: every word of it can be read, and it fits its page."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from tests.reporting.figures.examples import HOSTILE
from tests.reporting.figures.test_every_figure import texts

from crmmining.reporting.figures.canvas import POINTS_PER_INCH
from crmmining.reporting.figures.frame import MARGIN
from crmmining.reporting.figures.journey_model import draw_journey_model
from crmmining.reporting.figures.journey_model_layout import PAGE, JourneyModel, lay_out
from crmmining.reporting.figures.journey_model_scene import BOX, Group, StepBox
from crmmining.reporting.figures.saving import alt_text, picture_bytes
from crmmining.study.journey import IdealJourney
from crmmining.study.reading import read_study_file

HOME_MOVE = Path(__file__).parents[3] / "sample_logs" / "home_move" / "study.yaml"


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
    return lay_out(ideal, 0.0)


def box_of(model: JourneyModel, activity: str) -> StepBox:
    (found,) = (box for box in model.scene.boxes if box.step.activity == activity)
    return found


def inside(box: StepBox, group: Group) -> bool:
    across = group.left < box.left and box.left + box.width < group.left + group.width
    return across and group.top < box.top and box.top + BOX < group.top + group.height


def shown(figure: Figure) -> str:
    """All words in the order drawn; a broken name is whole again."""
    return " ".join(text for text, _ in texts(figure))


def check_texts(figure: Figure) -> None:
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"{text!r} is clipped"
    for (text, box), (other, beside) in combinations(boxes, 2):
        assert not box.overlaps(beside), f"{text!r} overlaps {other!r}"


@each_journey
def test_every_step_is_named(ideal: IdealJourney) -> None:
    words = shown(draw_journey_model(ideal, "As it should be"))
    assert [activity for activity in ideal.activities if activity not in words] == []
    assert all(stage.name in words for stage in ideal.stages)


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


@each_journey
def test_a_page_is_eleven_inches_wide_however_long_the_journey(ideal: IdealJourney) -> None:
    figure = draw_journey_model(ideal, "As it should be")
    assert figure.get_size_inches()[0] == pytest.approx(11.0)
    model = laid_out(ideal)
    right = max(x for wire in model.scene.wires for x, _ in wire.points)
    assert right <= PAGE.width - MARGIN


def test_a_page_grows_only_where_branches_nest_too_deep_for_it() -> None:
    nest: Any = "Core"
    for i in range(14):
        nest = {"choice" if i % 2 else "parallel": [nest, f"Other {i}"]}
    figure = draw_journey_model(journey(nest), "As it should be")
    model = laid_out(journey(nest))
    assert figure.get_size_inches()[0] * POINTS_PER_INCH == pytest.approx(model.width + 2 * MARGIN)
    assert model.width > PAGE.width
    assert all(box.left + box.width < MARGIN + model.width for box in model.scene.boxes)


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
