"""What the study file refuses: the line, the key, the value, what is allowed."""

from pathlib import Path

import pytest

from crmmining.errors import MissingFileError, StudyFileError
from crmmining.study.durations import Duration
from crmmining.study.reading import read_study_file
from crmmining.study.study_file import StudyFile

HEAD = """\
study: A
sources:
  - table: a.csv
    event: {time: t, activity: a, customer: c}
"""
GOAL = "goals:\n  G: {opened_by: a, reached_by: b}\n"


def read(folder: Path, text: str | bytes) -> StudyFile:
    path = folder / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_study_file(path)


REFUSED = {
    "a strategy without a weight": (
        HEAD + "strategy: {satisfaction: 0, acquisition: 0, retention: 0, cross_sell: 0, profitability: 0}",
        5,
        "strategy:",
        "give at least one aim a weight above 0",
    ),
    "wrong key": (
        HEAD + "gaols: {}",
        5,
        "gaols: unknown key 'gaols'; allowed: 'study'",
        "Did you mean 'goals'?",
    ),
    "wrong key of a source": (
        HEAD + "    delimeter: ';'",
        5,
        "sources.1.delimeter:",
        "Did you mean 'delimiter'?",
    ),
    "wrong key of an event": (
        HEAD.replace("customer", "custmer"),
        4,
        "'custmer'",
        "'time', 'activity', 'id', 'start'",
    ),
    "wrong key of a role": (
        HEAD.replace("activity: a", "activity: {column: a, mapp: {}}"),
        4,
        "sources.1.event.activity.mapp: unknown key 'mapp'",
        "'column', 'map', 'otherwise'. Did you mean 'map'?",
    ),
    "wrong key of a goal": (
        HEAD + "goals:\n  G: {opened_by: a, reached_by: b, silense: 3d}",
        6,
        "goals.G.silense",
        "'silence'",
    ),
    "unknown word of a choice": (
        HEAD + "activities:\n  a: {actor: custmer}",
        6,
        "activities.a.actor: 'custmer' is not allowed",
        "write 'customer', 'company' or 'system'",
    ),
    "duration without unit": (
        HEAD + GOAL[:-2] + ", silence: 30}",
        6,
        "goals.G.silence: 30 is no duration",
        "30d, 24h",
    ),
    "duration of no unit we know": (HEAD + "window: 3 fortnights", 5, "window: '3 fortnights'", "2 weeks"),
    "zone": (
        HEAD + "calendar:\n  zone: Europe/Lundon",
        6,
        "calendar.zone: no time zone 'Europe/Lundon'",
        "Did you mean 'Europe/London'?",
    ),
    "zone of a source": (
        HEAD + "    time: {zone: London}",
        5,
        "sources.1.time.zone: no time zone 'London'",
        "'UTC'",
    ),
    "format of times": (
        HEAD + "    time: {format: dd/mm/yyyy}",
        5,
        "'dd/mm/yyyy'",
        "write '%d/%m/%Y %H:%M', or iso",
    ),
    "hours": (
        HEAD + "calendar: {hours: 9 to 5}",
        5,
        "calendar.hours: '9 to 5'",
        "write 'Mon-Fri 09:00-17:00'",
    ),
    "country": (
        HEAD + "calendar: {holidays: XX}",
        5,
        "calendar.holidays:",
        "'XX'; write a country like 'GB'",
    ),
    "part of a country": (HEAD + "calendar: {holidays: GB-XYZ}", 5, "'GB-XYZ'", "or a list of dates"),
    "number out of range": (
        HEAD + "strategy: {satisfaction: -1}",
        5,
        "strategy.satisfaction: -1:",
        "equal to 0",
    ),
    "share above one": (
        HEAD + "    max_refused: 5",
        5,
        "sources.1.max_refused: 5:",
        "less than or equal to 1",
    ),
    "number that is none": (
        HEAD + "strategy: {retention: high}",
        5,
        "strategy.retention: 'high'",
        "a valid number",
    ),
    "target of both kinds": (
        HEAD + "processes:\n  P: {record: a, target: {within: 3d, attribute: b}}",
        6,
        "processes.P.target:",
        "either",
    ),
    "missing key": ("study: A\n", 1, "sources: is missing here", ""),
    "missing key of a goal": (
        HEAD + "goals:\n  G: {reached_by: a}",
        6,
        "goals.G: say what begins the goal (opened_by:)",
        "",
    ),
    "missing key of an event": (
        HEAD.replace("time: t, ", ""),
        4,
        "sources.1.event.time: is missing here",
        "",
    ),
    "source of no kind": (
        "study: A\nsources:\n  - tabel: a.csv",
        3,
        "sources.1:",
        "one of: table, salesforce",
    ),
    "source that says nothing": (
        "study: A\nsources:\n  - table: a.csv",
        3,
        "says nothing about its rows",
        "add event:",
    ),
    "role of no kind": (
        HEAD.replace("activity: a", "activity: {colum: a}"),
        4,
        "event.activity:",
        "{column: NAME}",
    ),
    "process unknown to a goal": (
        HEAD + "processes:\n  Loan: {record: x}\n" + GOAL + "  H:\n    opened_by: a\n    reached_by: b\n"
        "    includes:\n      processes:\n        - Loan\n        - Laon",
        15,
        "goals.H.includes.processes.2: no process 'Laon' is declared; there is 'Loan'",
        "Did you mean 'Loan'?",
    ),
    "ideal journey of no goal": (
        HEAD + GOAL + "journeys:\n  g:\n    - {stage: S, steps: [a]}",
        8,
        "journeys.g: no goal 'g' is declared; there is 'G'",
        "Did you mean 'G'?",
    ),
    "step of no kind": (
        HEAD + GOAL + "journeys:\n  G:\n    - stage: S\n      steps:\n        - {optionl: a}",
        11,
        "journeys.G.1.steps.1.optionl: unknown step",
        "Did you mean 'optional'?",
    ),
    "promise of a step": (
        HEAD + GOAL + "journeys:\n  G:\n    - stage: S\n      steps:\n        - step: a\n          promise:\n"
        "            since: b\n            within: soon",
        14,
        "promise.within: 'soon' is no duration",
        "30d",
    ),
    "key twice": (
        HEAD + "window: 7d\nwindow: 8d",
        6,
        "the key 'window' stands here twice (first on line 5)",
        "keep one",
    ),
    "broken YAML": (HEAD + "goals: [a", 5, "not valid YAML", ""),
    "tab in YAML": (HEAD + "goals:\n\tG: 1", 6, "not valid YAML", "'\\t'"),
    "second document": (HEAD + "---\nstudy: B", 5, "not valid YAML", ""),
    "empty": ("", 1, "the study file is empty", "'study: NAME'"),
    "comments only": ("# nothing\n", 1, "the study file is empty", "'sources:'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_error_names_line_key_value_and_what_is_allowed(what: str, tmp_path: Path) -> None:
    text, line, said, allowed = REFUSED[what]
    with pytest.raises(StudyFileError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'study.yaml'}:{line}: ")
    assert said in message and allowed in message
    assert "\n" not in message


def test_several_errors_are_counted_and_the_first_is_shown(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match=r":5: gaols: .* \(1 more after this one\)"):
        read(tmp_path, HEAD + "gaols: {}\nwindow: 3\n")


def test_a_study_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="not UTF-8 text"):
        read(tmp_path, "study: Café\n".encode("latin-1"))


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + HEAD.encode()).study == "A"


def test_a_missing_study_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="crmmining init"):
        read_study_file(tmp_path / "study.yaml")


def test_yaml_words_stay_text(tmp_path: Path) -> None:
    study = read(
        tmp_path,
        HEAD + "goals:\n  no: {opened_by: on, reached_by: 09:00, ended_by: [yes, off, 2026-01-01]}\n",
    )
    goal = study.goals["no"]
    assert (goal.opened_by, goal.reached_by, goal.ended_by) == (
        ["on"],
        ["09:00"],
        ["yes", "off", "2026-01-01"],
    )


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    study = read(tmp_path, HEAD + GOAL)
    assert study.window == Duration(7, "d")
    assert study.goals["G"].silence is None
    assert study.customers.match == ["email", "phone"]
    assert study.workspace_path == tmp_path / "study.duckdb"


def test_a_single_name_is_a_list_of_one(tmp_path: Path) -> None:
    goal = read(tmp_path, HEAD + GOAL).goals["G"]
    assert (goal.opened_by, goal.reached_by) == (["a"], ["b"])


def test_auto_silence_is_no_declared_silence(tmp_path: Path) -> None:
    text = (
        HEAD
        + "goals:\n  G: {opened_by: a, reached_by: b, silence: auto}\n"
        + "  H: {opened_by: a, reached_by: b, silence: 2w}"
    )
    study = read(tmp_path, text)
    assert study.goals["G"].silence is None and study.goals["H"].silence == Duration(2, "w")


@pytest.mark.parametrize("sample", ["home_move", "service_desk"])
def test_the_samples_are_read(sample: str) -> None:
    study = read_study_file(Path(__file__).parents[2] / "sample_logs" / sample / "study.yaml")
    assert study.processes and study.goals and study.journeys
