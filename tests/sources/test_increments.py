"""What is added piece by piece is what a load from nothing makes."""

from pathlib import Path

import pytest
from tests.sources.small import write_study
from tests.sources.worlds import DECLARED, World, told

from crmmining.errors import UnknownNameError
from crmmining.eventlog import silences
from crmmining.sources import filling
from crmmining.sources.loading import open_study


@pytest.mark.parametrize(("seed", "shared_above"), [*((n, 10) for n in range(7)), (7, 2), (8, 2), (9, 2)])
def test_increments_make_what_a_load_from_nothing_makes(seed: int, shared_above: int, tmp_path: Path) -> None:
    assert_grows_as_made_anew(World(seed, shared_above), tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_so_they_do_where_pairs_of_activities_and_all_pauses_decide(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silences, "FEWEST_GAPS", 2)
    declared = DECLARED.replace("opened_by: [begin, look], ", "").replace("silence: 9d", "silence: pairs")
    assert declared.count("opened_by") == 1 and "pairs" in declared
    assert_grows_as_made_anew(World(seed, declared=declared), tmp_path)


def assert_grows_as_made_anew(world: World, tmp_path: Path) -> None:
    happened = []
    path = world.write(tmp_path / "grown")
    open_study(path).workspace.close()
    for step in range(4):
        happened.append(world.change())
        study = open_study(world.write(tmp_path / "grown"))
        if step % 2:
            mine = told(study)
            anew = open_study(world.write(tmp_path / f"anew{step}"))
            for what, rows in told(anew).items():
                assert mine[what] == rows, (what, happened)
            anew.workspace.close()
        study.workspace.close()


@pytest.mark.parametrize("added", [1, 2, 3, 5, 8, 9])
def test_rows_that_a_file_has_already_said_are_further_events(tmp_path: Path, added: int) -> None:
    world = World(5)
    tasks = world.files["tasks/t2.csv"]
    for _ in range(3):
        world.files["tasks/t2.csv"] = tasks = [*tasks, *[tasks[0]] * added]
        found = open_study(world.write(tmp_path / "grown"))
    whole = open_study(world.write(tmp_path / "whole"))
    assert told(found) == told(whole)
    assert found.runs[-1].n_added == added


def test_a_shared_key_that_nobody_says_any_more_is_no_customer(tmp_path: Path) -> None:
    declared = """
        study: Shared
        sources:
          - table: events.csv
            event: {time: at, activity: step, customer: {id: who}}
          - table: people.csv
            customer: {id: who, phone: phone}
        customers: {shared_above: 2}
    """
    people = "who,phone\nc1,07\nc2,07\nc3,07\n"
    path = write_study(tmp_path, declared, events="at,step,who\n2025-01-01,a,c1\n", people=people)
    open_study(path).workspace.close()
    (tmp_path / "people.csv").write_text(people.replace("07", ""))
    for reload in (False, True):
        study = open_study(path, reload=reload)
        assert study.workspace.rows("SELECT key FROM customers ORDER BY key") == [("c1",), ("c2",), ("c3",)]
        study.workspace.close()


def test_what_no_event_is_left_of_is_not_there_any_more(tmp_path: Path) -> None:
    declared = """
        study: Names
        sources:
          - table: events.csv
            customer: {id: who}
            event: {time: at, activity: what, channel: by}
        goals:
          Order:
            opened_by: ask
            reached_by: fax
            silence: 9d
    """
    rows = "who,at,what,by\n1,2026-01-01 09:00,ask,web\n"
    path = write_study(tmp_path, declared, events=rows + "1,2026-01-02 09:00,fax,machine\n")
    assert open_study(path).journey_log("Order", where=["activity=fax", "channel=machine"]).n_cases == 1
    (tmp_path / "events.csv").write_text(rows)
    study = open_study(path)
    for gone, left in (("activity=fax", "ask"), ("channel=machine", "web")):
        with pytest.raises(UnknownNameError, match=f"{left}"):
            study.journey_log("Order", where=[gone])
    said = study.quality.findings.set_index("example")["what"]
    assert "names an activity that never occurs" in said["fax"]


@pytest.mark.parametrize("identified", [False, True])
def test_rows_that_come_while_a_file_is_read_count_once(
    identified: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = f"""
        study: Growing
        sources:
          - table: events.csv
            customer: {{id: who}}
            event: {{time: at, activity: what{", id: row" if identified else ""}}}
    """
    path = write_study(tmp_path, declared, events="row,who,at,what\n1,a,2026-01-01,x\n")
    file, n = tmp_path / "events.csv", 1
    stage = filling.stage_file

    def growing(*arguments: object) -> None:
        nonlocal n
        n += 1
        with file.open("a") as more:
            more.write(f"{n},a,2026-01-0{n},x\n")
        stage(*arguments)  # type: ignore[arg-type]

    for _ in range(3):  # read whole while it grows, then grown while it grows
        monkeypatch.setattr(filling, "stage_file", growing)
        open_study(path).workspace.close()
        monkeypatch.setattr(filling, "stage_file", stage)
        study = open_study(path)
        assert study.n_events == n
        study.workspace.close()
        with file.open("a") as more:
            n += 1
            more.write(f"{n},a,2026-01-0{n},x\n")
    assert open_study(path).runs[-1].n_added == 1
