"""A log checked in parts is checked as it would be whole: every number, every case."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.mining.test_view import CHOSEN, NOTIONS, Tiny
from tests.mining.test_view import studies as studies  # the fixture

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.log import CaseNotion
from crmmining.eventlog.study import Study
from crmmining.mining.check_parts import PartlyChecked, check_study
from crmmining.mining.checked import Checked
from crmmining.mining.conformance import CheckedModel, Conformance
from crmmining.mining.discovery import discover_model
from crmmining.sources import loading
from crmmining.sources.loading import open_study
from crmmining.study.journey import IdealJourney

JOURNEY = IdealJourney.parse(
    [
        {
            "stage": "Begin",
            "steps": [{"optional": "look"}, {"repeat": "ask", "at_most": 2}, {"optional": "begin"}],
        },
        {
            "stage": "Work",
            "steps": [
                {"optional": {"step": "call", "channel": ["phone"], "actor": "customer"}},
                {"optional": "work"},
                {"step": "done", "promise": {"since": "begin", "within": "20d"}},
            ],
        },
    ]
)
NOTION = CaseNotion("process", "Complaint handling")


def numbers(result: Checked) -> tuple[Any, ...]:
    """All that is said of a check but of single cases."""
    return (
        result.log_fitness, result.pooled_log_fitness, result.most_log_fitness, result.n_inexact,
        result.verdicts, result.precision, result.simplicity, result.definition,
        result.deviations.unchecked, len(result.deviations.accepted),
    )  # fmt: skip


def assert_same(whole: Checked, parted: Checked) -> None:
    for mine, theirs in zip(numbers(parted), numbers(whole), strict=True):
        assert mine == (pytest.approx(theirs) if isinstance(theirs, float | dict) else theirs)
    for frame in (lambda of: of.deviations.to_frame(), lambda of: of.stages_frame()):
        pd.testing.assert_frame_equal(frame(parted), frame(whole))


@pytest.mark.parametrize("where", CHOSEN)
@pytest.mark.parametrize("notion", NOTIONS, ids=str)
def test_a_check_in_parts_is_the_check(
    studies: tuple[Study, Study], notion: CaseNotion, where: tuple[str, ...]
) -> None:
    whole, parted = (check_study(study, notion, JOURNEY, where=where) for study in studies)
    assert isinstance(whole, Conformance)
    assert isinstance(parted, PartlyChecked) or whole.log.n_events == 0
    assert_same(whole, parted)


@pytest.mark.parametrize("notion", NOTIONS[2:4], ids=str)
def test_cases_come_with_their_numbers_in_the_tables(
    studies: tuple[Study, Study], notion: CaseNotion
) -> None:
    whole, parted = (check_study(study, notion, JOURNEY) for study in studies)
    assert isinstance(whole, Conformance) and isinstance(parted, PartlyChecked)
    number = whole.log.cases["record" if notion.kind == "process" else "instance"].to_numpy()
    order = np.argsort(parted.cases.case_number)
    assert parted.cases.case_number[order].tolist() == np.sort(number).tolist()
    assert parted.costs[order].tolist() == whole.costs[np.argsort(number)].tolist()
    assert parted.verdict[order].tolist() == whole.verdict[np.argsort(number)].tolist()
    for d in whole.deviations.all:
        (mine,) = (found for found in parted.deviations.all if found.key == d.key)
        assert sorted(parted.cases.case_number[mine.cases]) == sorted(number[d.cases])


@pytest.fixture(scope="module")
def moves(home_move_study: Study) -> tuple[Study, Study]:
    """The sample with room for its logs and without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "Memory", type("Small", (Tiny,), {"part": 400_000}))
        return home_move_study, open_study(home_move_study.declared.path, memory="1GB")


def discovered(study: Study, notion: CaseNotion) -> CheckedModel:
    return discover_model(study.log(notion), noise=0.2)


def declared(study: Study, notion: CaseNotion) -> CheckedModel | None:
    return study.ideal_of(notion)


@pytest.mark.parametrize("model", [declared, discovered])
@pytest.mark.parametrize("goal", ["Move into a home", "Understand my bill"])
def test_the_sample_is_checked_alike(
    moves: tuple[Study, Study], goal: str, model: Callable[[Study, CaseNotion], CheckedModel | None]
) -> None:
    notion = CaseNotion("journey", goal)
    against = model(moves[0], notion)
    whole, parted = (check_study(study, notion, against) for study in moves)
    assert isinstance(parted, PartlyChecked) and len(whole.deviations) > 3
    assert_same(whole, parted)
    assert "PartlyChecked(journey" in repr(parted) and "<table" in parted._repr_html_()


def test_cases_at_a_step_are_named(moves: tuple[Study, Study]) -> None:
    whole, parted = (check_study(study, CaseNotion("journey", "Move into a home")) for study in moves)
    step = whole.deviations.all[0].activity
    assert parted.cases_at(step).size == whole.cases_at(step).size > 10
    frames = [result.cases_frame(step).sort_values("case", ignore_index=True) for result in (whole, parted)]
    pd.testing.assert_frame_equal(*frames)
    assert len(parted.cases_frame(step, 3)) == 3
    named = check_study(moves[1], NOTION, JOURNEY).cases_frame()["case"]
    assert sorted(named) == sorted(moves[0].log(NOTION).cases["case"])


def test_it_says_how_far_it_is(moves: tuple[Study, Study]) -> None:
    said: list[float] = []
    check_study(
        moves[1], CaseNotion("journey", "Move into a home"), say=lambda step, share: said.append(share)
    )
    assert len(said) > 3 and said == sorted(said) and said[-1] == pytest.approx(1)


def test_a_log_may_be_named(moves: tuple[Study, Study]) -> None:
    by_name, by_notion = (
        check_study(moves[0], what)
        for what in ("Understand my bill", CaseNotion("journey", "Understand my bill"))
    )
    assert_same(by_notion, by_name)
    assert check_study(moves[0], "Complaint handling", JOURNEY).notion == NOTION
    with pytest.raises(UnknownNameError, match="goal or process"):
        check_study(moves[0], "Move in to a home")


def test_without_a_model_there_is_nothing_to_check_against(studies: tuple[Study, Study]) -> None:
    for study in studies:
        with pytest.raises(InvalidOptionError, match="declares no ideal of process “Loans”"):
            check_study(study, NOTIONS[0])
