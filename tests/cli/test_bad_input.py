"""Bad input: one line on stderr, exit code 2, nothing stored half-way."""

from pathlib import Path

import pytest
from tests.cli.commands import run_line
from tests.sources.small import write_study

from crmmining.cli.boundary import run
from crmmining.errors import CrmminingError

DECLARED = """
study: Small
sources:
  - table: events.csv
    event: {time: at, activity: step, customer: email}
processes:
  Work: {record: deal}
goals:
  Get it: {opened_by: [ask], reached_by: [get], silence: 10d}
journeys:
  Get it:
    - {stage: All, steps: [ask, get]}
"""
EVENTS = "at,step,email\n2025-01-13,ask,ann@x\n2025-01-14,get,ann@x\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


REFUSED = {
    "missing study file": (None, EVENTS, "load study.yaml", "study.yaml: no such file"),
    "missing export": (DECLARED, None, "load study.yaml", "events.csv: no such file"),
    "missing column": (DECLARED, EVENTS.replace("step", "stp"), "load study.yaml", "Did you mean 'stp'?"),
    "unreadable date": (
        DECLARED,
        EVENTS.replace("2025-01-14", "soon"),
        "load study.yaml",
        "row 2: 'soon' is no time",
    ),
    "ambiguous dates": (
        DECLARED,
        "at,step,email\n01/02/2025,ask,ann@x\n",
        "load study.yaml",
        "1 February 2025 ('%d/%m/%Y') or 2 January",
    ),
    "wrong encoding": (
        DECLARED,
        EVENTS.encode() + b"2025-01-15,caf\xe9,x\n",
        "load study.yaml",
        "line 4: byte 0xE9 is not utf-8",
    ),
    "empty file": (DECLARED, "", "load study.yaml", "events.csv: the file is empty"),
    "header only": (DECLARED, "at,step,email\n", "load study.yaml", "no source holds a single event"),
    "broken YAML": (DECLARED + "  - [", EVENTS, "load study.yaml", "not valid YAML"),
    "unknown key": (
        DECLARED.replace("goals:", "gaols:"),
        EVENTS,
        "load study.yaml",
        "study.yaml:7: gaols: unknown key",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_one_line_and_exit_code_2_and_stores_nothing(
    what: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared, content, line, message = REFUSED[what]
    write_study(here, declared or "", **({"events": content} if content is not None else {}))
    if declared is None:
        (here / "study.yaml").unlink()
    before = {path.name for path in here.iterdir()}
    code, out, err = run_line(f"crmmining {line}", here, capsys)
    assert (code, out) == (2, "")
    assert err.startswith("crmmining: ") and err.count("\n") == 1 and message in err
    assert {path.name for path in here.iterdir()} == before


WRONG = {
    "unknown goal": ("variants study.yaml --goal Got", "no goal 'Got'; there is 'Get it'"),
    "unknown process": (
        "variants study.yaml --process Wrk",
        "no process 'Wrk'; there is 'Work'. Did you mean 'Work'?",
    ),
    "both notions": ("variants study.yaml --goal 'Get it' --process Work", "either --process or --goal"),
    "columns of a study": (
        "variants study.yaml --case email",
        "is a study file: it says itself which column is what",
    ),
    "limit for a plain log": (
        "variants events.csv --case email --memory 1GB",
        "for a limit of memory declare it as a source of a study file",
    ),
    "too little memory": ("discover study.yaml --memory 800MB", "the program itself needs 1GB"),
    "notion of a plain log": ("variants events.csv --goal 'Get it'", "a plain log has one only"),
    "column not told": (
        "variants events.csv --case email --time at",
        "which column is the activity? It has 'at', 'step', 'email'",
    ),
    "column not there": ("variants events.csv --case email --time at --activity stp", "Did you mean 'step'?"),
    "unknown value": (
        "variants study.yaml --where activity=aks",
        "no activity 'aks'; there is 'ask', 'get'. Did you mean 'ask'?",
    ),
    "no condition": ("variants study.yaml --where web", "write column=value"),
    "no threshold": ("check study.yaml --fail-under 0.9", "write fitness=0.9"),
    "no model": ("check events.csv --case email --activity step --time at", "say --model FILE"),
    "model not there": ("check study.yaml --model net.pnml", "net.pnml"),
    "model said twice": ("check study.yaml --model net.pnml --discover 0", "either --model or --discover"),
    "no such journey": ("journey show study.yaml --goal Got", "no ideal journey for 'Got'"),
    "no such deviation": (
        "check accept study.yaml 'gone: ask' --who a --why b --until 2999-01-01",
        "'gone: ask' is no deviation; write KIND: STEP",
    ),
    "accepted until yesterday": (
        "check accept study.yaml 'missing: ask' --who a --why b --until 2020-01-01",
        "--until 2020-01-01 has passed",
    ),
    "never accepted": ("check revoke study.yaml 'missing: ask'", "is not accepted for 'Get it'"),
    "no day": ("check accept study.yaml 'missing: ask' --who a --why b --until soon", "--until"),
    "unknown topic": ("compare study.yaml --topic white_spce", "Did you mean 'white_space'?"),
    "unknown suffix": ("export study.yaml out.docx", "out.docx: write to one of .csv"),
    "folder not there": ("export study.yaml nowhere/out.csv", "nowhere"),
    "unknown option": ("load study.yaml --relod", "--relod"),
    "unknown command": ("laod study.yaml", "laod"),
    "missing argument": ("load", "Missing argument"),
    "number out of range": ("variants study.yaml --top 0", "--top"),
    "unknown format": ("load study.yaml --format xml", "'table', 'csv', 'json'"),
    "unknown world": ("samples make hom_move out", "hom_move"),
    "unknown miner": ("discover study.yaml --miner alpha", "alpha"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    assert run(["load", str(write_study(folder, DECLARED, events=EVENTS))]) == 0
    return folder


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_argument_is_one_line_and_exit_code_2(
    what: str, loaded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(loaded)
    line, message = WRONG[what]
    code, out, err = run_line(f"crmmining {line}", loaded, capsys)
    assert (code, out) == (2, "")
    assert err.startswith("crmmining: ") and err.count("\n") == 1 and message in err
    assert {path.name for path in loaded.iterdir()} == {"study.yaml", "study.duckdb", "events.csv"}


def test_a_step_of_the_ideal_journey_that_never_occurs_is_a_warning(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_study(here, DECLARED.replace("steps: [ask, get]", "steps: [ask, gett]"), events=EVENTS)
    code, out, err = run_line("crmmining load study.yaml", here, capsys)
    assert (code, err) == (0, "")
    assert (
        "! the ideal journey of 'Get it' names an activity that never occurs. Did you mean 'get'?: 'gett'"
        in out
    )


def test_a_warning_follows_the_study_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_study(here, DECLARED, events=EVENTS)
    assert "never occurs" not in run_line("crmmining load study.yaml", here, capsys)[1]
    path.write_text(path.read_text().replace("steps: [ask, get]", "steps: [ask, gett]"))
    assert "never occurs" in run_line("crmmining load study.yaml", here, capsys)[1]


def test_debug_shows_where_an_error_comes_from(here: Path) -> None:
    with pytest.raises(CrmminingError, match="no such file"):
        run(["load", "study.yaml", "--debug"])


def test_a_damaged_workspace_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(here, DECLARED, events=EVENTS)
    (here / "study.duckdb").write_bytes(b"damaged" * 4000)
    code, _, err = run_line("crmmining inspect study.yaml", here, capsys)
    assert code == 2 and err.count("\n") == 1 and "delete it and load again" in err
