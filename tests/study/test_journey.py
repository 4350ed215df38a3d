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
    PartialOrder,
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
        ({"step": "a", "aliases": [""]}, (0, "aliases"), "an alias is a name"),
        ({"step": "a", "unobserved": "no"}, (0, "unobserved"), "true, false"),
        ({"step": "a", "aliases": ["b", "b"]}, (0, "step"), "stands twice"),
        ({"order": ["a", "b"]}, (0, "before"), "parallel: instead"),
        ({"order": ["a"], "before": {"a": "a"}}, (0, "order"), "at least two branches"),
        ({"order": ["a", "b"], "before": {"c": "a"}}, (0, "before", "c"), "'c' is no step of this order"),
        ({"order": ["a", "b", "c"], "before": {"a": "b", "b": ["c"], "c": ["a"]}}, (0, "before"),
         "'a' can never be reached: this goes round in a circle"),
        ({"choice": ["a", [{"step": "a", "weight": 3}, "b"]]}, (0, "choice", 1, 0, "step"),
         "'a' weighs 1 in another branch"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_its_place(
    step: Any, place: tuple[str | int, ...], said: str
) -> None:
    found = problems(step)
    assert list(found) == [place]
    assert said in found[place]


def test_an_order_names_its_parts_by_their_steps() -> None:
    order = {"order": ["a", ["b", "c"], {"optional": "d"}], "before": {"a": ["c", "d"], "b": "d"}}
    (found,) = journey(order).stages[0].body.parts
    assert found == PartialOrder(
        (Step("a"), Sequence((Step("b"), Step("c"))), Optional(Step("d"))),
        frozenset({(0, 1), (0, 2), (1, 2)}),
    )
    assert journey(order).main_path() == ("a", "b", "c")


def test_forbidden_is_never() -> None:
    assert journey({"forbidden": "a"}, "b") == journey({"repeat": "a", "at_most": 0}, "b")


def test_an_alias_is_a_name_of_its_own() -> None:
    parsed = journey({"step": "a", "aliases": ["b", "c"]}, {"step": "d", "aliases": "e", "weight": 4})
    assert parsed.aliases == {"b": "a", "c": "a", "e": "d"}
    assert parsed.stage_of("c").name == "One" and parsed.activities == ("a", "d")
    assert parsed.weights == {"a": 1, "d": 4}
    (said,) = problems({"step": "a", "aliases": ["b"]}, "b").values()
    assert "already a step" in said


def test_what_the_data_cannot_show_is_not_on_the_main_path() -> None:
    parsed = journey("a", {"step": "b", "unobserved": True})
    assert parsed.main_path() == ("a",) and parsed.steps[1].unobserved
    assert "b  (not seen in the data)" in parsed.to_text()


BPMN = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">
<startEvent id="s"/><userTask id="a" name="Ask"/><exclusiveGateway id="g" name="Well?"/>
<task id="b" name="Get"/><endEvent id="e" name="Over"/></process></definitions>
"""
PNML = """<pnml><net><page><place id="p"><name><text>p</text></name></place>
<transition id="t"><name><text>Ask</text></name></transition>
<transition id="u"><name><text>tau</text></name>
<toolspecific tool="ProM" version="6.4" activity="$invisible$"/></transition></page></net></pnml>
"""


@pytest.mark.parametrize(("suffix", "text", "names"), [("bpmn", BPMN, ("Ask", "Get")),
                                                       ("pnml", PNML, ("Ask",))])  # fmt: skip
def test_a_journey_may_be_a_model_file(tmp_path: Path, suffix: str, text: str, names: Any) -> None:
    (tmp_path / f"ideal.{suffix}").write_text(text)
    parsed = IdealJourney.parse({"model": f"ideal.{suffix}"}, tmp_path)
    assert parsed.model == tmp_path / f"ideal.{suffix}"
    assert parsed.activities == names and [stage.name for stage in parsed.stages] == ["Journey"]


def test_stages_beside_a_model_group_its_steps(tmp_path: Path) -> None:
    (tmp_path / "ideal.bpmn").write_text(BPMN)
    stages = [
        {"stage": "Want", "owner": "Ann", "steps": [{"step": "Ask", "weight": 2}]},
        {"stage": "Have", "steps": ["Get"]},
    ]
    parsed = IdealJourney.parse({"model": "ideal.bpmn", "stages": stages}, tmp_path)
    assert parsed.stage_of("Get").name == "Have" and parsed.weights["Ask"] == 2
    for wrong, said in (
        ([{"stage": "Want", "steps": ["Ask", "Gte"]}], "'Gte' is no step of the model. Did you mean 'Get'?"),
        ([{"stage": "Want", "steps": ["Ask"]}], "no stage has the model's 'Get'"),
        ([{"stage": "Want", "steps": ["Ask", {"optional": "Get"}]}], "their order is the model's"),
    ):
        with pytest.raises(ValidationError) as caught:
            IdealJourney.parse({"model": "ideal.bpmn", "stages": wrong}, tmp_path)
        assert any(said in error["msg"] for error in caught.value.errors())


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone.bpmn", "there is no file"), ("note.txt", "models are read from .bpmn"),
     ("broken.bpmn", "is no XML file"), ("empty.pnml", "names no step")],
)  # fmt: skip
def test_a_model_file_that_cannot_be_used_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "broken.bpmn").write_text("<a>")
    (tmp_path / "empty.pnml").write_text("<pnml/>")
    with pytest.raises(ValidationError, match=said):
        IdealJourney.parse({"model": name}, tmp_path)


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
