"""What a process is held against, and a journey that is a model file."""

import json
from pathlib import Path

import pytest
from tests.cli.commands import run_line
from tests.mining.test_view import Tiny
from tests.sources.small import write_study

from crmmining.sources import loading

DECLARED = """
study: Small
sources:
  - table: deals.csv
    record: {type: Deal, id: deal}
    event: {time: at, activity: step, customer: email}
processes:
  Deals:
    record: Deal
    closed_by: [Get]
    ideal:
      - {stage: Work, owner: Ann, steps: [Ask, {optional: Check}, {step: Get, aliases: [Got]}]}
goals:
  Get it: {opened_by: [Ask], reached_by: [Get, Got], silence: 10d, includes: {processes: [Deals]}}
journeys:
  Get it: {model: ideal.bpmn}
"""
DEALS = """
at,step,email,deal
2025-01-13,Ask,ann@x,d1
2025-01-14,Got,ann@x,d1
2025-01-13,Ask,bob@x,d2
2025-01-14,Check,bob@x,d2
2025-01-15,Check,bob@x,d2
2025-01-16,Get,bob@x,d2
"""
IDEAL = [{"stage": "All", "steps": ["Ask", {"choice": ["Get", "Got"]}]}]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from crmmining.reporting.exports import write_journey
    from crmmining.study.journey import IdealJourney

    monkeypatch.chdir(tmp_path)
    write_journey(IdealJourney.parse(IDEAL), "All", tmp_path / "ideal.bpmn")
    write_study(tmp_path, DECLARED, deals=DEALS)
    return tmp_path


def test_a_process_is_held_against_its_own_ideal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run_line("crmmining check study.yaml --process Deals --format json", here, capsys)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert sorted(row["cost"] for row in found["variants"]) == [0, 1]
    assert found["verdicts"]["deviating"] == 1
    _, out, _ = run_line("crmmining check study.yaml --process Deals", here, capsys)
    assert "too often" in out and "Check" in out
    for defined in ("Trace fitness =", "Verdicts are", "A deviation is", "Precision by", "Simplicity ="):
        assert defined in out
    _, out, _ = run_line("crmmining journey show study.yaml --process Deals", here, capsys)
    assert "Get  (or Got)" in out


def test_a_journey_may_be_a_model_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run_line("crmmining check study.yaml --goal 'Get it' --format json", here, capsys)
    assert code == 0
    assert sorted(row["cost"] for row in json.loads(out)["variants"]) == [0, 2]
    _, out, _ = run_line("crmmining journey show study.yaml --goal 'Get it' -o net.svg", here, capsys)
    assert "The order of the steps is that of ideal.bpmn." in out and "<svg" in Path("net.svg").read_text()
    (here / "ideal.bpmn").write_text("<a/>")
    code, _, err = run_line("crmmining check study.yaml --goal 'Get it'", here, capsys)
    assert code == 2 and "study.yaml:" in err and "ideal.bpmn names no step" in err


def test_what_does_not_fit_into_memory_is_checked_in_parts(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "crmmining check study.yaml --process Deals"
    whole, at_step = (run_line(f"{line}{more}", here, capsys) for more in ("", " --step Check"))
    monkeypatch.setattr(loading, "Memory", Tiny)
    line += " --memory 1GB"
    assert run_line(line, here, capsys) == whole and "log fitness" in whole[1]
    assert run_line(f"{line} --step Check", here, capsys) == at_step
    code, _, err = run_line(f"{line} --format json", here, capsys)
    assert code == 2 and "take --format csv, give more with --memory" in err
    code, _, err = run_line(f"{line} --discover 0.2", here, capsys)
    assert code == 2 and "give more with --memory" in err
