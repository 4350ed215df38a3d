"""Accepted deviations: written, read, taken back, over in time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from crmmining.errors import InvalidOptionError, StudyFileError
from crmmining.study.waivers import Waiver, accept, holding, read_waivers, revoke, waiver_path

UNTIL = dt.date(2027, 1, 31)


def waiver(deviation: str = "missing: Offer sent", why: str = "paper", until: dt.date = UNTIL) -> Waiver:
    return Waiver(of="Move", deviation=deviation, who="Ann", why=why, until=until)


def test_what_was_accepted_is_read_back_in_order(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    assert read_waivers(study) == []
    accept(study, waiver())
    accept(study, waiver("late: Keys"))
    accept(study, waiver(why="another reason"))  # the later word counts
    assert read_waivers(study) == [waiver("late: Keys"), waiver(why="another reason")]
    assert waiver_path(study).read_text().startswith("# Deviations that were accepted")
    assert [path.name for path in tmp_path.iterdir()] == ["study.accepted.yaml"]


def test_taking_back_leaves_the_others(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    accept(study, waiver())
    accept(study, waiver("late: Keys"))
    assert revoke(study, "Move", "late: Keys") == waiver("late: Keys")
    assert read_waivers(study) == [waiver()]
    with pytest.raises(InvalidOptionError, match=r"accepted are 'missing: Offer sent'\. Did you mean"):
        revoke(study, "Move", "missing: Offer snt")


def test_a_waiver_holds_up_to_and_including_its_day() -> None:
    assert holding([waiver()], UNTIL) == [waiver()]
    assert holding([waiver()], UNTIL + dt.timedelta(days=1)) == []


@pytest.mark.parametrize("wrong", ["Offer sent", "missing:", ""])
def test_a_deviation_is_a_kind_and_a_step(wrong: str) -> None:
    with pytest.raises(ValidationError, match="KIND: STEP"):
        waiver(wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("of: Move", "a list of"),
        ("- {of: Move}", "waiver 1: deviation: Field required"),
        ("- {of: [", "cannot be read"),
    ],
)
def test_a_waiver_file_that_cannot_be_meant_is_told(tmp_path: Path, text: str, said: str) -> None:
    study = tmp_path / "study.yaml"
    waiver_path(study).write_text(text)
    with pytest.raises(StudyFileError, match=said):
        read_waivers(study)
