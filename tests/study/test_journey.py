from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from crmmining.errors import UnknownNameError
from crmmining.study.journey import (
    Choice,
    IdealJourney,
    Optional,
    Parallel,
    Repeat,
    Sequence,
    Stage,
    Step,
    StepPromise,
)

HOME_MOVE = Path(__file__).parents[2] / "sample_logs" / "home_move" / "study.yaml"


class Study(BaseModel):
    journeys: dict[str, IdealJourney]


def journey(*steps: Any) -> IdealJourney:
    return IdealJourney.parse([{"stage": "One", "steps": list(steps)}])


def promised(promise: Any) -> dict[str, Any]:
    return {"step": "a", "promise": promise}


def problems(*steps: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        journey(*steps)
    return {error["loc"][2:]: error["msg"] for error in caught.value.errors()}


def test_every_form_of_step_becomes_its_term() -> None:
    body = journey(
        "a",
        ["b", "c"],
        {"optional": "d"},
        {"parallel": ["e", ["f", "g"]]},
        {"choice": ["h", {"repeat": "i", "at_least": 1}]},
        {"repeat": "j", "at_most": 0},
    ).stages[0].body  # fmt: skip
    assert body.parts == (
        Step("a"),
        Sequence((Step("b"), Step("c"))),
        Optional(Step("d")),
        Parallel((Step("e"), Sequence((Step("f"), Step("g"))))),
        Choice((Step("h"), Repeat(Step("i"), 1, None))),
        Repeat(Step("j"), 0, 0),
    )


def test_a_step_in_full_keeps_all_that_is_asked_of_it() -> None:
    promise = {"since": "a", "within": "10 business days", "pay": "50 EUR"}
    full = {"step": "b", "actor": "company", "channel": "email", "moment_of_truth": True,
            "promise": promise, "owner": "Lending", "weight": 3}  # fmt: skip
    assert journey("a", full).steps[1] == Step(
        "b",
        "company",
        ("email",),
        True,
        StepPromise("a", "10 business days", "50 EUR"),
        "Lending",
        3,
    )
    assert journey({"step": "b", "channel": ["web", "phone"]}).steps[0].channels == ("web", "phone")


def test_the_sample_journeys_are_read() -> None:
    study = Study.model_validate(yaml.safe_load(HOME_MOVE.read_text(encoding="utf-8")))
    move = study.journeys["Move into a home"]
    assert [stage.name for stage in move.stages] == ["Look", "Finance", "Insure", "Move in"]
    assert len(move.steps) == 27 and len(move.activities) == 26  # an offer is accepted in 2 branches
    assert move.stage_of("Survey ordered").name == "Finance"
    assert move.main_path()[:5] == (
        "Home search started", "Lead created", "Adviser call", "Lead converted", "Mortgage enquiry"
    )  # fmt: skip
    assert study.journeys["Understand my bill"].main_path() == (
        "Higher bill sent", "Bill viewed", "Bill paid"
    )  # fmt: skip


def test_a_journey_reads_as_text() -> None:
    stages = [
        {"stage": "Look", "owner": "Marketing", "steps": ["a", {"optional": ["b", "c"]}]},
        {"stage": "Buy", "steps": [
            {"choice": ["d", [{"parallel": ["e", "f"]}, "g"]]},
            {"step": "h", "actor": "company", "promise": {"since": "d", "within": "5d"}},
            {"repeat": "i", "at_most": 0},
        ]},
    ]  # fmt: skip
    assert IdealJourney.parse(stages).to_text().splitlines() == [
        "1. Look  (owner Marketing)",
        "   a",
        "   optional: b → c",
        "2. Buy",
        "   one of:",
        "     - d",
        "     - in any order:",
        "         - e",
        "         - f",
        "       g",
        "   h  (by company; promised within 5d of 'd')",
        "   never: i",
    ]


def test_a_journey_is_a_value() -> None:
    parsed = journey("a", {"parallel": ["b", "c"]})
    assert parsed == journey("a", {"parallel": ["b", "c"]}) and hash(parsed) == hash(parsed)
    assert IdealJourney.parse(parsed) is parsed
    assert parsed.stages == (Stage("One", parsed.stages[0].body),)


def test_an_unknown_activity_has_no_stage() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'Search'"):
        journey("Search").stage_of("Serch")


def test_a_wrong_key_is_located_inside_the_study() -> None:
    stages = [
        {"stage": "One", "steps": ["a"]},
        {"stage": "Two", "steps": ["b", "c", {"step": "d", "actr": "company"}]},
    ]
    with pytest.raises(ValidationError) as caught:
        Study.model_validate({"journeys": {"Move": stages}})
    (error,) = caught.value.errors()
    assert error["loc"] == ("journeys", "Move", 1, "steps", 2, "actr")
    assert "'actr'" in error["msg"] and "Did you mean 'actor'?" in error["msg"]


@pytest.mark.parametrize(
    ("step", "place", "said"),
    [
        (3, (0,), "3 cannot be meant; a step is a name"),
        ("", (0,), "a step is a name"),
        ([], (0,), "a list of at least one step"),
        ({}, (0, ""), "a step is a name"),
        ({"Survey": "New"}, (0, "Survey"), 'a name with a colon needs quotes: "Survey: New"'),
        ({"optionl": "a"}, (0, "optionl"), "Did you mean 'optional'?"),
        ({"optional": "a", "repeat": "b"}, (0,), "write one inside the other"),
        ({"optional": {"choice": ["a"]}}, (0, "optional", "choice"), "at least two branches"),
        ({"parallel": "a"}, (0, "parallel"), "at least two branches"),
        ({"repeat": "a", "at_least": 2, "at_most": 1}, (0, "at_most"), "below at_least (2)"),
        ({"repeat": "a", "at_most": "3"}, (0, "at_most"), "whole number from 0 to 100"),
        ({"repeat": "a", "at_least": True}, (0, "at_least"), "whole number from 0 to 100"),
        ({"step": "a", "weight": 0}, (0, "weight"), "whole number from 1 to 1000"),
        ({"step": "a", "actor": "robot"}, (0, "actor"), "'customer', 'company'"),
        ({"step": "a", "channel": [1]}, (0, "channel"), "list of names"),
        ({"step": "a", "channel": []}, (0, "channel"), "list of names"),
        ({"step": "a", "moment_of_truth": "yes"}, (0, "moment_of_truth"), "true, false"),
        ({"step": "a", "promise": "5d"}, (0, "promise"), "a promise is {since"),
        ({"step": "a", "promise": {"since": "b"}}, (0, "promise"), "'within' is missing"),
        (promised({"since": "b", "within": "soon"}), (0, "promise", "within"), "'soon'"),
        (promised({"since": "b", "within": "5d", "pay": "lots"}), (0, "promise", "pay"), "50 EUR"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_its_place(
    step: Any, place: tuple[str | int, ...], said: str
) -> None:
    found = problems(step)
    assert list(found) == [place]
    assert said in found[place]


def test_every_problem_is_told_at_once() -> None:
    assert set(problems(1, "a", {"step": "b", "weight": -1})) == {(0,), (2, "weight")}


def test_a_name_may_come_twice_only_in_different_branches_of_a_choice() -> None:
    journey({"choice": ["a", ["b", "a"]]})
    journey({"choice": ["a", {"parallel": ["b", {"choice": ["a", "c"]}]}]})
    for twice in (
        ["a", "a"],
        [{"choice": ["a", "b"]}, "a"],
        [{"parallel": ["a", "a"]}],
        [{"choice": [["a", "a"], "b"]}],
    ):
        (said,) = problems(*twice).values()
        assert "only in different branches of one choice" in said


@pytest.mark.parametrize("data", [None, [], "a", {"stage": "One"}, [{"stage": "One", "steps": []}],
                                  ["a"], [{"stage": "One"}], [{"steps": ["a"]}]])  # fmt: skip
def test_a_journey_has_stages_and_a_stage_has_a_name_and_steps(data: Any) -> None:
    with pytest.raises(ValidationError):
        IdealJourney.parse(data)


def test_stage_names_are_told_apart() -> None:
    stages = [{"stage": "One", "steps": ["a"]}, {"stage": "One", "steps": ["b"]}]
    with pytest.raises(ValidationError, match="two stages have this name"):
        IdealJourney.parse(stages)
