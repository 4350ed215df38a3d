"""A whole study on Spark says, row by row, what it says in one file."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest
from tests.mining.test_check_parts import JOURNEY, assert_same
from tests.sources.worlds import DECLARED, World, told

from crmmining.eventlog.log import CaseNotion
from crmmining.mining.check_parts import PartlyChecked, check_study
from crmmining.mining.view import view_of_study
from crmmining.reporting.ocel.study_objects import study_objects
from crmmining.sources.loading import open_study

SPARK = "engine: {spark: 'local[2]', memory: 1GB, partitions: 4}\n"
CHOSEN = ["channel=web|phone", "from=2025-01-10"]


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closes what a test opened, failed or not: the next test needs another Spark."""
    with ExitStack() as stack:
        yield stack


def test_a_study_on_spark_is_the_study_in_a_file(tmp_path: Path, closing: ExitStack) -> None:
    world = World(3)
    for _ in range(4):
        world.change()
    beside = open_study(world.write(tmp_path / "file"))
    declared = world.write(tmp_path / "spark")
    declared.write_text(DECLARED + SPARK)
    study = open_study(declared)
    closing.callback(study.workspace.close)
    mine, theirs = told(study), told(beside)
    for what, rows in theirs.items():
        assert mine[what] == rows, what
    busiest = beside.workspace.value(_BUSIEST)
    pd.testing.assert_frame_equal(study.identities.files, beside.identities.files)
    pd.testing.assert_frame_equal(study.explain_merge(busiest), beside.explain_merge(busiest))
    life, expected_life = study.customer(busiest), beside.customer(busiest)
    with study_objects(study) as ours, study_objects(beside) as expected_log:
        assert sorted(ours.events(), key=str) == sorted(expected_log.events(), key=str)
        assert sorted(ours.objects(), key=str) == sorted(expected_log.objects(), key=str)
    assert life.events.to_csv() == expected_life.events.to_csv()
    assert life.goals.to_csv() == expected_life.goals.to_csv()
    for name in ("Get it", "Be helped"):
        notion = CaseNotion("journey", name)
        found, expected = view_of_study(study, notion, CHOSEN), view_of_study(beside, notion, CHOSEN)
        assert vars(found.graph) == vars(expected.graph)
        assert found.variants.to_frame().equals(expected.variants.to_frame())
        checked, whole = (check_study(one, notion, JOURNEY, where=CHOSEN) for one in (study, beside))
        assert isinstance(checked, PartlyChecked) or not checked.verdict.size
        assert_same(whole, checked)
        chosen = study.journey_log(name, where=CHOSEN)
        assert chosen.variants.to_frame().equals(expected.variants.to_frame())


_BUSIEST = """
    SELECT min(c.key) FROM customers c JOIN goal_facts g ON g.customer = c.customer
    GROUP BY g.customer ORDER BY count(*) DESC, 1 LIMIT 1
"""


def test_what_is_loaded_is_not_loaded_again(tmp_path: Path, closing: ExitStack) -> None:
    declared = World(3).write(tmp_path)
    declared.write_text(DECLARED + SPARK)
    study = open_study(declared)
    n_events = study.n_events
    study.workspace.close()
    steps: list[str] = []
    again = open_study(declared, progress=lambda step, share: steps.append(step))
    closing.callback(again.workspace.close)
    assert steps == ["starting Spark", "done"] and again.n_events == n_events
