import pytest
from tests.samples.worlds import make_world

from crmmining.samples.effects import HomeMoveEffects


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """The committed sample, made anew: 2,000 customers, seed 7."""
    return make_world(tmp_path_factory.mktemp("home_move"), 2000, 7)


@pytest.fixture(scope="session")
def world_without_effects(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nothing_planted")
    return make_world(folder, 2000, 7, HomeMoveEffects.none())
