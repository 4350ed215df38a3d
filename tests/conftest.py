"""The committed samples, opened from copies so that no test waits for another or for the analyst."""

import shutil
from pathlib import Path

import pytest

from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study

SAMPLES = Path(__file__).parents[1] / "sample_logs"


def opened_copy(name: str, folder: Path) -> Study:
    shutil.copytree(SAMPLES / name, folder / name, ignore=shutil.ignore_patterns("*.duckdb*"))
    return open_study(folder / name / "study.yaml")


@pytest.fixture(scope="session")
def home_move_study(tmp_path_factory) -> Study:
    return opened_copy("home_move", tmp_path_factory.mktemp("committed"))


@pytest.fixture(scope="session")
def service_desk_study(tmp_path_factory) -> Study:
    return opened_copy("service_desk", tmp_path_factory.mktemp("committed"))
