"""What happened before 1970 is as good as what happened after: moments below zero are moments."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from crmmining.comparison.topics import TOPICS
from crmmining.comparison.views import compare_views
from crmmining.eventlog.study import Study
from crmmining.samples.making import make_sample
from crmmining.sources.loading import open_study

ELSEWHEN = re.compile(r"\b(?:(?<=/)20(2[56])(?= )|20(2[56])(?=-\d\d-))")
"""The years 2025 and 2026, as `2025-01-31` and as `31/01/2025 `."""
BACK = {"25": "1969", "26": "1970"}
"""56 years earlier: the same days of the week, the same length of each month."""
CHOSEN = [topic for topic in TOPICS if topic not in ("behaviour", "sensitivity", "waiting_causes")]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Study]:
    """A study as it is, and the same around the beginning of 1970; no summer time, no holidays."""
    now = make_sample("home_move", tmp_path_factory.mktemp("times") / "now", customers=150)
    declared = now.read_text("utf-8").replace("Europe/London", "UTC").replace(", holidays: GB-ENG", "")
    now.write_text(declared, "utf-8")
    then = now.parent.with_name("then") / now.name
    shutil.copytree(now.parent, then.parent)
    for path in Path(then.parent, "exports").rglob("*.csv"):
        text = path.read_text("utf-8")
        path.write_text(ELSEWHEN.sub(lambda found: BACK[found[1] or found[2]], text), "utf-8")
    return open_study(now), open_study(then)


def test_the_whole_first_year_is_below_zero(both: tuple[Study, Study]) -> None:
    first, last = both[1].workspace.rows("SELECT min(time), max(time) FROM events")[0]
    assert first < -364 * 86_400_000_000 and last > 0


def test_goals_come_out_alike(both: tuple[Study, Study]) -> None:
    counts = "SELECT goal, outcome, count(*) FROM goals GROUP BY ALL ORDER BY ALL"
    now, then = (study.workspace.rows(counts) for study in both)
    assert now == then and {outcome for _, outcome, _ in now} == {0, 1, 2}


@pytest.mark.parametrize("topic", CHOSEN)
def test_comparisons_do_not_see_the_difference(both: tuple[Study, Study], topic: str) -> None:
    now, then = (getattr(compare_views(study, "Move into a home"), topic) for study in both)
    frames = [found.to_frame() for found in (now, then)]
    if topic == "breaches":
        frames = [frame.drop(columns="since") for frame in frames]
    pd.testing.assert_frame_equal(*frames)
