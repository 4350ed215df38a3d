"""A forgotten customer is nowhere: not in the tables, not in the file, not in the loads to come."""

from pathlib import Path

import pytest
from tests.sources.test_pseudonyms import CASES, DECLARED, NOTES, texts_in
from tests.sources.worlds import World, told

from crmmining.engine.schema import SCHEMA_VERSION, VERSION_KEY
from crmmining.engine.workspace import Workspace
from crmmining.errors import InvalidOptionError, WorkspaceError
from crmmining.sources.forgetting import forget_customer
from crmmining.sources.loading import open_study

from tests.sources.small import PLAIN, events, write_study  # isort: skip

NAMES = "SELECT key FROM customers ORDER BY key"


@pytest.mark.parametrize("seed", range(20))
def test_forgetting_makes_what_a_load_without_the_customer_makes(seed: int, tmp_path: Path) -> None:
    world = World(seed, shared_above=2 if seed % 3 == 2 else 10)
    path = world.write(tmp_path)
    for _ in range(seed % 3):
        open_study(path).workspace.close()
        world.change()
        world.write(tmp_path)
    study = open_study(path)
    names = [name for (name,) in study.workspace.rows(NAMES)]
    gone = names[seed % len(names)]
    forget_customer(study, gone)
    left = open_study(path)
    assert left.runs[-1].n_files == 0 and gone not in [name for (name,) in left.workspace.rows(NAMES)]
    mine = told(left)
    left.workspace.close()
    whole = open_study(path, reload=True)
    for what, rows in told(whole).items():
        assert mine[what] == rows, what
    whole.workspace.close()


@pytest.mark.parametrize("hidden", [False, True])
def test_no_text_of_the_customer_is_left_in_the_file(hidden: bool, tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED, cases=CASES.replace("CASE-3", "X-3"), notes=NOTES)
    study = open_study(path, pseudonymise=tmp_path / "key.txt" if hidden else None)
    before = study.customer("ann@secret.example")
    done = forget_customer(study, "ann@secret.example")
    assert (done.n_keys, done.n_events, done.n_records) == (2, 4, 2)
    stored = (tmp_path / "study.duckdb").read_bytes()
    for value in before.keys["value"]:
        assert str(value).encode() not in stored
    assert hidden or "CASE-" in texts_in(tmp_path / "study.duckdb")  # CASE-4 is another's
    assert b"CASE-1" not in stored and b"CASE-2" not in stored
    left = open_study(path)
    assert left.n_events == 2
    with pytest.raises(InvalidOptionError, match="no customer has the key"):
        left.customer("ann@secret.example")


def test_later_loads_leave_the_customer_out(tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED, cases=CASES, notes=NOTES)
    forget_customer(open_study(path), "ann@secret.example")
    more = (
        CASES
        + """\
    r6,CASE-9,,2025-01-06,a,ann@secret.example,,Agent Smith,tax,my secret,North
    r7,CASE-1,,2025-01-07,z,,,Agent Smith,tax,my secret,North
    r8,CASE-3,CASE-1,2025-01-08,z,bob@secret.example,,Agent Smith,tax,a secret,South
"""
    )
    write_study(tmp_path, DECLARED, cases=more, notes=NOTES)
    for reload in (False, True):
        study = open_study(path, reload=reload)
        assert set(events(study, "customer")) == {"bob@secret.example"}
        assert "CASE-1" not in set(events(study, "record")) and study.n_events == 3
        study.workspace.close()


def test_rows_of_others_in_a_shared_record_stay(tmp_path: Path) -> None:
    declared = """
    study: Shared
    sources:
      - table: work.csv
        record: {type: Case, id: case}
        event: {time: at, activity: step, customer: {email: mail}}
    """
    work = """
    case,at,step,mail
    1,2025-01-01,a,ann@x
    1,2025-01-02,b,
    1,2025-01-03,c,bob@x
    2,2025-01-04,d,bob@x
    """
    path = write_study(tmp_path, declared, work=work)
    study = open_study(path)
    owner = study.workspace.value(
        "SELECT c.key FROM records r JOIN customers c ON c.customer = r.customer WHERE r.id = '1'"
    )
    other = {"ann@x": "bob@x", "bob@x": "ann@x"}[owner]
    forget_customer(study, owner)
    left = open_study(path)
    kept = [row for row in events(left, "activity", "record", "customer") if row[1] == "1"]
    assert [row[2] for row in kept] == [other]
    left.workspace.close()
    assert [
        row
        for row in events(open_study(path, reload=True), "activity", "record", "customer")
        if row[1] == "1"
    ] == kept


def test_the_only_customer_cannot_be_forgotten(tmp_path: Path) -> None:
    path = write_study(
        tmp_path, DECLARED, cases="\n".join(CASES.splitlines()[:4]) + "\n", notes="case,at,agent\n"
    )
    with pytest.raises(WorkspaceError, match="nothing is left"):
        forget_customer(open_study(path), "ann@secret.example")
    assert open_study(path).n_events == 2
    assert [p.name for p in tmp_path.iterdir() if "duckdb" in p.name] == ["study.duckdb"]


def test_those_forgotten_under_one_key_do_not_come_back_under_another(tmp_path: Path) -> None:
    path = write_study(tmp_path, DECLARED, cases=CASES, notes=NOTES)
    forget_customer(open_study(path), "ann@secret.example")
    with pytest.raises(WorkspaceError, match="another key of pseudonyms"):
        open_study(path, pseudonymise=tmp_path / "key.txt")
    assert open_study(path).n_events == 2


@pytest.mark.parametrize("version", ["3", "4", str(SCHEMA_VERSION + 1)])
def test_nobody_comes_back_when_a_workspace_of_another_version_is_made_anew(
    version: str, tmp_path: Path
) -> None:
    path = write_study(tmp_path, PLAIN, events="at,step,email\n2025-01-01,a,ann@x\n2025-01-02,b,bob@x\n")
    forget_customer(open_study(path), "ann@x")
    with Workspace(path.with_suffix(".duckdb")) as workspace:
        workspace.remember(VERSION_KEY, version)
    for reload in (False, True):
        study = open_study(path, reload=reload)
        assert study.workspace.rows("SELECT key FROM customers") == [("bob@x",)]
        study.workspace.close()


def test_a_customer_is_taken_out_of_the_file_behind_a_link(tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events="at,step,email\n2025-01-01,a,ann@x\n2025-01-02,b,bob@x\n")
    open_study(path).workspace.close()
    link, real = path.with_suffix(".duckdb"), tmp_path / "disk.duckdb"
    link.rename(real)
    link.symlink_to(real)
    forget_customer(open_study(path), "ann@x")
    assert link.is_symlink() and b"ann@x" not in real.read_bytes() and b"bob@x" in real.read_bytes()
