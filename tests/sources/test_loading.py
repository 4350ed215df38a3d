"""Loading is incremental and atomic: what is stored is whole, or what was there before."""

import random
from pathlib import Path

import duckdb
import pytest
from tests.sources.small import PLAIN, events, write_study

from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError, StudyFileError, WorkspaceError
from crmmining.sources.loading import open_study

EVENTS = "at,step,email\n2025-01-01,a,ann@x\n2025-01-02,b,ann@x\n"


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    path = write_study(tmp_path, PLAIN, events=EVENTS)
    open_study(path).workspace.close()
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_unchanged_is_not_loaded_again(declared: Path) -> None:
    workspace = declared.with_suffix(".duckdb")
    before = workspace.stat()
    steps: list[str] = []
    open_study(declared, progress=lambda step, share: steps.append(step))
    assert steps == [] and workspace.stat().st_mtime_ns == before.st_mtime_ns
    assert workspace.stat().st_ino == before.st_ino


def test_reloading_can_be_asked_for(declared: Path) -> None:
    steps: list[tuple[str, float]] = []
    open_study(declared, reload=True, progress=lambda step, share: steps.append((step, share)))
    shares = [share for _, share in steps]
    assert steps[0][0] == "reading events.csv" and steps[-1] == ("done", 1.0) and shares == sorted(shares)


def test_a_changed_export_is_loaded_again(declared: Path) -> None:
    (declared.parent / "events.csv").write_text(EVENTS + "2025-01-03,c,ann@x\n")
    assert events(open_study(declared), "activity") == ["a", "b", "c"]


def test_what_a_file_grew_by_is_judged_with_the_rows_before(tmp_path: Path) -> None:
    declared = PLAIN.replace("event:", "max_refused: 0.2\n    event:")
    rows = "at,step,email\n" + "".join(f"2025-01-{day:02},a,ann@x\n" for day in range(1, 9))
    path = write_study(tmp_path, declared, events=rows)
    open_study(path).workspace.close()
    for n, bad in enumerate(("soon,b,ann@x\n", "later,b,ann@x\n"), start=1):
        rows += bad
        (tmp_path / "events.csv").write_text(rows)
        study = open_study(path)  # 1 of 9 rows, then 2 of 10
        assert study.n_events == 8 and study.quality.refused["n"].sum() == n
        study.workspace.close()
    (tmp_path / "events.csv").write_text(rows + "never,b,ann@x\n")
    with pytest.raises(SourceError, match=r"row 11, column 'at': 'never' is no time .* max_refused: 0.41"):
        open_study(path)


def test_a_changed_study_is_loaded_again_where_it_decides_the_reading(declared: Path) -> None:
    declared.write_text(declared.read_text() + "activities: {a: {name: Asked}}\n")
    assert events(open_study(declared), "activity") == ["Asked", "b"]


def test_a_change_that_reads_nothing_differently_loads_nothing(declared: Path) -> None:
    declared.write_text("# a remark\n" + declared.read_text() + "strategy: {retention: 3}\n")
    steps: list[str] = []
    study = open_study(declared, progress=lambda step, share: steps.append(step))
    assert steps == [] and study.declared.strategy.retention == 3


@pytest.mark.parametrize(
    "broken",
    [
        EVENTS + "2025-01-03,c\n",
        EVENTS + "soon,c,ann@x\n",
        EVENTS.replace("step", "stp"),
        "",
        "at,step,email\n",
        "at,step,email\n01/02/2025,a,ann@x\n",
    ],
)
def test_a_load_that_fails_leaves_what_was_stored_and_no_other_file(broken: str, declared: Path) -> None:
    before = declared.with_suffix(".duckdb").read_bytes()
    (declared.parent / "events.csv").write_text(broken)
    with pytest.raises(SourceError):
        open_study(declared)
    assert declared.with_suffix(".duckdb").read_bytes() == before
    assert files(declared.parent) == {"study.yaml", "study.duckdb", "events.csv"}
    (declared.parent / "events.csv").write_text(EVENTS)
    assert events(open_study(declared), "activity") == ["a", "b"]


def test_a_first_load_that_fails_stores_nothing(tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events="at,step,email\n")
    with pytest.raises(SourceError, match="no source holds a single event"):
        open_study(path)
    assert files(tmp_path) == {"study.yaml", "events.csv"}


def test_a_load_that_is_interrupted_leaves_what_was_stored(declared: Path) -> None:
    def stop(step: str, share: float) -> None:
        raise KeyboardInterrupt

    before = declared.with_suffix(".duckdb").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        open_study(declared, reload=True, progress=stop)
    assert declared.with_suffix(".duckdb").read_bytes() == before
    assert files(declared.parent) == {"study.yaml", "study.duckdb", "events.csv"}


def test_a_broken_study_file_leaves_what_was_stored(declared: Path) -> None:
    before = declared.with_suffix(".duckdb").read_bytes()
    declared.write_text("study: [\n")
    with pytest.raises(StudyFileError):
        open_study(declared)
    assert declared.with_suffix(".duckdb").read_bytes() == before


def test_a_damaged_workspace_is_one_clear_error(declared: Path) -> None:
    declared.with_suffix(".duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(
        WorkspaceError, match=r"study.duckdb cannot be opened as a workspace .* delete it and load again"
    ) as caught:
        open_study(declared)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reload", [False, True])
@pytest.mark.parametrize("same_names", ["", "(a INTEGER)", "(key VARCHAR, value VARCHAR)"])
def test_somebody_elses_database_is_left_alone(declared: Path, same_names: str, reload: bool) -> None:
    target = declared.with_suffix(".duckdb")
    target.unlink()
    with duckdb.connect(str(target)) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
        for name in ("meta", "files", "events") if same_names else ():
            connection.execute(f"CREATE TABLE {name} {same_names}")
    with pytest.raises(
        WorkspaceError, match="is no workspace of crmmining; name another file in 'workspace:'"
    ):
        open_study(declared, reload=reload)
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM theirs").fetchall() == [(0,)]


def test_a_workspace_of_another_version_is_loaded_again(declared: Path) -> None:
    with Workspace(declared.with_suffix(".duckdb")) as workspace:
        workspace.run("UPDATE meta SET value = '0'")
    assert events(open_study(declared), "activity") == ["a", "b"]


def test_several_files_of_a_pattern_are_one_table(tmp_path: Path) -> None:
    part = "at,step,email\n2025-01-0{},a,ann@x\n"
    path = write_study(
        tmp_path, PLAIN.replace("events.csv", "part*.csv"), part2=part.format(2), part1=part.format(1)
    )
    study = open_study(path)
    assert study.quality.files["path"].tolist() == ["part1.csv", "part2.csv"] and study.n_events == 2
    path.write_text(path.read_text().replace("part*", "nothing*"))
    with pytest.raises(SourceError, match="Nothing answers to this pattern"):
        open_study(path)


SHUFFLED = """
study: Shuffled
sources:
  - table: work.csv
    record: {type: deal, id: deal, opened: begun, attributes: {kind: {column: kind, take: min}}}
    links: [{column: came_from}]
    event: {time: at, activity: step, customer: {id: who}, sequence: n, actor: {value: customer}}
  - table: web.csv
    event: {time: at, activity: page, customer: {id: who}, channel: {value: web}}
processes:
  Deals: {record: deal, where: {kind: [a, b]}, closed_by: [done]}
goals:
  Get it: {opened_by: [look, begin], reached_by: [done], includes: {processes: [Deals]}, silence: 5d}
"""


def rows(seed: int) -> dict[str, list[str]]:
    """A made-up life of eight customers; equal times only where a sequence orders them."""
    chance = random.Random(seed)
    work = []
    for n in range(60):
        deal = chance.randint(1, 15)
        step = chance.choice(["begin", "work", "done"])
        before = f"d{chance.randint(1, 15)}" if chance.random() < 0.3 else ""
        work.append(
            f"2025-01-{chance.randint(1, 28):02},{step},c{deal % 8},d{deal},{before},"
            f"{chance.choice('abc')},2025-01-01,{n}"
        )
    web = [f"2025-01-{1 + n // 2:02} 0{n % 10}:{n:02}:00,look,c{chance.randint(0, 7)}" for n in range(40)]
    return {"work": work, "web": web}


HEADERS = {"work": "at,step,who,deal,came_from,kind,begun,n", "web": "at,page,who"}


def summary(folder: Path, tables: dict[str, list[str]]) -> list[object]:
    content = {name: "\n".join([HEADERS[name], *lines]) + "\n" for name, lines in tables.items()}
    study = open_study(write_study(folder, SHUFFLED, **content))
    goals = study.workspace.rows(
        "SELECT key, begun, last, reached, ended, outcome "
        "FROM goals JOIN customers USING (customer) ORDER BY ALL"
    )
    variants = [
        [(v.activities, v.n_cases) for v in log.variants]
        for log in (study.process_log("Deals"), study.journey_log("Get it"))
    ]
    return [goals, variants, study.flattening.table.values.tolist()]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(seed: int, tmp_path: Path) -> None:
    tables = rows(seed)
    expected = summary(tmp_path / "as_is", tables)
    for lines in tables.values():
        random.Random(seed + 100).shuffle(lines)
    assert summary(tmp_path / "shuffled", tables) == expected
    assert len(expected[0]) > 8
