"""Every command has help and a running example; programs get clean CSV and JSON."""

import csv
import io
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from tests.cli.commands import commands, example_of, run_line

from crmmining.cli.boundary import run
from crmmining.comparison.topics import TOPICS
from crmmining.eventlog.study import Study
from crmmining.samples import making
from crmmining.samples.making import make_sample

COMMANDS = dict(commands())
STUDY = "sample_logs/home_move/study.yaml"
MOVE = f'{STUDY} --goal "Move into a home"'


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with so few customers that a whole report is quick."""
    return make_sample("home_move", tmp_path_factory.mktemp("small") / "home_move", customers=150).parent


@pytest.fixture
def here(home_move_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the paths of the examples are the committed sample, already loaded."""
    (tmp_path / "sample_logs").mkdir()
    (tmp_path / "sample_logs" / "home_move").symlink_to(
        home_move_study.declared.folder, target_is_directory=True
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_has_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run_line(f"crmmining {' '.join(words)} --help", Path(), capsys)
    assert (code, err) == (0, "") and "Usage: crmmining" in out and "Example: crmmining" in out
    for parameter in COMMANDS[words].params:
        assert parameter.help, f"{words} {parameter.name} is not explained"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_example_of_a_command_runs(
    words: tuple[str, ...],
    here: Path,
    small_world: Path,
    home_move_study: Study,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = example_of(COMMANDS[words])
    if words == ("demo",):
        monkeypatch.setattr(making, "make_sample", partial(make_sample, customers=150))
    if words == ("report",):
        (here / "sample_logs" / "home_move").unlink()
        (here / "sample_logs" / "home_move").symlink_to(small_world, target_is_directory=True)
    if words in (("forget",), ("customers", "likely")):
        (here / "sample_logs" / "home_move").unlink()
        shutil.copytree(home_move_study.declared.folder, here / "sample_logs" / "home_move")
    if words == ("customers", "likely"):
        study = here / STUDY
        study.write_text(study.read_text().replace("[region, persona]", "[region, persona, last_name]"))
    assert line.startswith(f"crmmining {' '.join(words)}")
    if words == ("check", "revoke"):
        assert run_line(example_of(COMMANDS["check", "accept"]), here, capsys)[0] == 0
    code, out, err = run_line(line, here, capsys)
    assert (code, err) == (0, "") and out.strip()
    assert "\x1b" not in out
    (here / "sample_logs" / "home_move" / "study.accepted.yaml").unlink(missing_ok=True)


def test_an_accepted_deviation_is_shown_apart_until_it_is_taken_back(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deviation, goal = "'missing: Bill viewed'", "--goal 'Understand my bill'"
    who = "--who Ann --why paper --until 2999-01-31"
    assert run_line(f"crmmining check accept {STUDY} {deviation} {goal} {who}", here, capsys)[0] == 0
    _, listed, _ = run_line(f"crmmining check list {STUDY} --format json", here, capsys)
    assert [(row["of"], row["who"], row["state"]) for row in json.loads(listed)] == [
        ("Understand my bill", "Ann", "accepted")
    ]
    _, out, _ = run_line(f"crmmining check {STUDY} {goal}", here, capsys)
    assert out.index("Accepted deviations") < out.index("Ann")
    assert run_line(f"crmmining check revoke {STUDY} {deviation} {goal}", here, capsys)[0] == 0
    _, out, _ = run_line(f"crmmining check {STUDY} {goal}", here, capsys)
    assert "Accepted deviations" not in out
    _, listed, _ = run_line(f"crmmining check list {STUDY}", here, capsys)
    assert "No deviation is accepted" in listed
    (here / "sample_logs" / "home_move" / "study.accepted.yaml").unlink()


def test_a_journey_is_shown_and_written_and_checked_against(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goal = "--goal 'Understand my bill'"
    for name in ("journey.bpmn", "journey.pnml", "journey.svg"):
        code, out, _ = run_line(f"crmmining journey show {STUDY} {goal} -o {name}", here, capsys)
        assert code == 0 and "2. Understand" in out and Path(name).stat().st_size > 1_000
    _, ideal, _ = run_line(f"crmmining check {STUDY} {goal} --format json", here, capsys)
    _, drawn, _ = run_line(f"crmmining check {STUDY} {goal} --model journey.bpmn --format json", here, capsys)
    assert json.loads(drawn)["log_fitness"] == json.loads(ideal)["log_fitness"]
    process = "--process 'Home insurance' --discover 0 --format json"
    _, found, _ = run_line(f"crmmining check {STUDY} {process}", here, capsys)
    assert json.loads(found)["log_fitness"] == 1 and 0 < json.loads(found)["precision"] <= 1


def test_the_cases_behind_a_step_are_listed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goal = "--goal 'Understand my bill' --step 'Bill viewed' --top 3 --format json"
    code, out, _ = run_line(f"crmmining check {STUDY} {goal}", here, capsys)
    assert code == 0 and len(json.loads(out)) == 3
    assert all("Bill viewed" in row["deviations"] for row in json.loads(out))


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    run([])
    said = capsys.readouterr()
    assert "Usage: crmmining" in said.out + said.err


JSON = [
    f"load {STUDY}",
    f"inspect {STUDY}",
    f"inspect {MOVE}",
    f"variants {MOVE} --top 3",
    f"discover {MOVE}",
    f"variants {MOVE} --memory 1GB",
    f"discover {MOVE} -o map.svg",
    f'discover {STUDY} --process "Complaint handling" --miner inductive -o net.pnml',
    f'check {STUDY} --goal "Understand my bill"',
    f"bottlenecks {MOVE}",
    f"bottlenecks {MOVE} --by channel",
    f"compare {STUDY}",
    f"portfolio {STUDY}",
    *(
        f"compare {STUDY} --topic {topic}" for topic in TOPICS if topic != "waiting_causes"
    ),  # it has no starts
]


@pytest.mark.parametrize("line", JSON)
def test_json_is_valid_json(line: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run_line(f"crmmining {line} --format json", here, capsys)
    assert code == 0
    found = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert found


@pytest.mark.parametrize(
    "line",
    [
        f"load {STUDY}",
        f"variants {MOVE}",
        f"bottlenecks {MOVE}",
        f"compare {STUDY} --topic clocks",
        f"portfolio {STUDY}",
    ],
)
def test_csv_is_one_table_with_one_header(line: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run_line(f"crmmining {line} --format csv", here, capsys)
    rows = list(csv.reader(io.StringIO(out)))
    assert (code, err) == (0, "") and len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])} and rows.count(rows[0]) == 1


def test_a_missed_threshold_is_exit_code_1_and_leaves_json_valid(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = f'crmmining check {STUDY} --goal "Understand my bill" --format json --fail-under'
    code, out, err = run_line(f"{check} fitness=1", here, capsys)
    assert code == 1 and 0 < json.loads(out)["log_fitness"] < 1 and "is under 1" in err
    assert run_line(f"{check} pooled_fitness=0.01", here, capsys)[0] == 0


def test_a_plain_log_needs_no_study_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("log.csv").write_text("id,step,at,kind\n1,a,01/02/2025,x\n1,b,13/02/2025,x\n2,a,14/02/2025,y\n")
    columns = "log.csv --case id --activity step --time at"
    for command in ("inspect", "variants", "discover", "bottlenecks"):
        assert run_line(f"crmmining {command} {columns}", here, capsys)[0] == 0
    _, out, _ = run_line(f"crmmining variants {columns} --format json --where activity=b", here, capsys)
    assert [row["activities"] for row in json.loads(out)] == [["a", "b"]]
    assert (
        run_line(f"crmmining export log.csv out.xes.gz {columns.removeprefix('log.csv')}", here, capsys)[0]
        == 0
    )
    assert run_line("crmmining inspect out.xes.gz", here, capsys)[0] == 0


STARTED = """id,step,who,began,ended
1,a,Ann,2026-01-05T09:00,2026-01-05T09:30
1,b,Bob,2026-01-05T11:00,2026-01-05T12:00
2,c,Bob,2026-01-05T08:00,2026-01-05T10:00
"""


def test_causes_say_why_steps_wait(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("started.csv").write_text(STARTED)
    command = "crmmining bottlenecks started.csv --causes --case id --activity step --time ended"
    known = f"{command} --start began --resource who"
    _, out, _ = run_line(f"{known} --format json", here, capsys)
    assert [(row["source"], row["total"], row["contention"]) for row in json.loads(out)] == [
        ("a", 5400, 1800)
    ]
    code, out, _ = run_line(known, here, capsys)
    assert code == 0 and "contention" in out and "33.3%" in out and "of 1 resources" in out
    code, _, said = run_line(f"{command} --start began", here, capsys)
    assert code == 2 and "the events have no resources; name their columns (--start, --resource" in said
    code, _, said = run_line(f"{known} --by resource", here, capsys)
    assert code == 2 and "--causes splits by cause; take --by out" in said


def test_a_reader_who_stops_reading_is_no_missed_threshold(home_move_study):
    path = home_move_study.declared.path
    command = f"{sys.executable} -m crmmining compare {path} | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0


def test_refused_rows_of_a_plain_log_are_asked_of_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.csv").write_text("case,activity,time\n1,a,2025-01-01\n")
    code, _, said = run_line(f"crmmining inspect {tmp_path}/log.csv --refused", tmp_path, capsys)
    assert code == 2
    assert said.startswith("crmmining: --refused lists what a study set aside")


SMALL = """
study: Small
sources:
  - table: events.csv
    event: {time: at, activity: step, customer: {email: mail}}
"""


def test_loading_with_a_threshold_and_pseudonyms_and_forgetting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "at,step,mail\n2025-01-01,a,ann@x\n2025-01-02,,ann@x\n2025-01-03,b,bob@x\n"
    (tmp_path / "events.csv").write_text(rows)
    (tmp_path / "study.yaml").write_text(SMALL)
    load = "crmmining load /tmp/study.yaml --pseudonymise /tmp/key.txt --max-refused"
    code, _, err = run_line(f"{load} 10%", tmp_path, capsys)
    assert code == 2 and "1 of 3 rows are refused, more than 0.1" in err
    code, _, err = run_line(f"{load} 1o%", tmp_path, capsys)
    assert code == 2 and "'1o%' is no share" in err
    code, out, _ = run_line(f"{load} 50%", tmp_path, capsys)
    assert code == 0 and "2 of 2 events (100.0%) have a customer" in out and "key.txt: keep it" in out
    code, _, err = run_line("crmmining forget /tmp/study.yaml ann@x", tmp_path, capsys)
    assert code == 2 and "say --yes" in err
    code, out, _ = run_line("crmmining forget /tmp/study.yaml ann@x --yes", tmp_path, capsys)
    assert code == 0 and "Forgotten: 1 events" in out
    code, _, err = run_line("crmmining customers explain /tmp/study.yaml ann@x", tmp_path, capsys)
    assert code == 2 and "no customer has the key 'ann@x'" in err
