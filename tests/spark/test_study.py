"""A whole study on Spark says, row by row, what it says in one file."""

from pathlib import Path

from tests.sources.worlds import DECLARED, World, told

from crmmining.sources.loading import open_study

SPARK = "engine: {spark: 'local[2]', memory: 1GB, partitions: 4}\n"


def test_a_study_on_spark_is_the_study_in_a_file(tmp_path: Path) -> None:
    world = World(3)
    for _ in range(4):
        world.change()
    beside = open_study(world.write(tmp_path / "file"))
    declared = world.write(tmp_path / "spark")
    declared.write_text(DECLARED + SPARK)
    study = open_study(declared)
    mine, theirs = told(study), told(beside)
    for what, rows in theirs.items():
        assert mine[what] == rows, what
    chosen = ["channel=web|phone", "from=2025-01-10"]
    for name in ("Get it", "Be helped"):
        assert (
            study.journey_log(name, where=chosen)
            .variants.to_frame()
            .equals(beside.journey_log(name, where=chosen).variants.to_frame())
        )
    study.workspace.close()
    steps: list[str] = []
    again = open_study(declared, progress=lambda step, share: steps.append(step))
    assert steps == ["starting Spark", "done"] and again.n_events == beside.n_events
    again.workspace.close()
