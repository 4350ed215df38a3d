"""What is added piece by piece is what a load from nothing makes."""

from pathlib import Path

import pytest
from tests.sources.worlds import World, told

from crmmining.sources.loading import open_study


@pytest.mark.parametrize("seed", range(12))
def test_increments_make_what_a_load_from_nothing_makes(seed: int, tmp_path: Path) -> None:
    world, happened = World(seed), []
    path = world.write(tmp_path / "grown")
    open_study(path).workspace.close()
    for step in range(5):
        happened.append(world.change())
        study = open_study(world.write(tmp_path / "grown"))
        anew = open_study(world.write(tmp_path / f"anew{step}"))
        mine, theirs = told(study), told(anew)
        study.workspace.close()
        anew.workspace.close()
        for what, rows in theirs.items():
            assert mine[what] == rows, (what, happened)
