"""The time of a goal in parts that add up, on the calendar and in working hours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comparison.test_white_space import ANNA, BOB, MOVE, PROCESSES
from tests.comparison.tiny import GOAL, tiny_views

from crmmining.comparison.split_kernel import split_times
from crmmining.comparison.time_split import PARTS
from crmmining.comparison.views import Views, compare_views
from crmmining.eventlog.study import Study

WEEK = {"hours": "Mon-Fri 09:00-17:00"}
TOGETHER = ["inside", "unowned", "own", "held"]
FAR = np.iinfo(np.int64).max // 4


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    folder = tmp_path_factory.mktemp("working")
    return tiny_views(folder, ANNA + BOB, processes=PROCESSES, goals={GOAL: MOVE}, calendar=WEEK)


def test_parts_are_means_over_goals_on_both_clocks(views: Views) -> None:
    # From Monday. anna: company's turn outside Mon, Fri, (Sat, Sun,) Mon, Tue; Loan Tue, Wed; her own Thu;
    # Cover Wed; her own Thu, Fri. bob: inside from Monday to Saturday, five days of work in six.
    table = views.time_split.to_frame().set_index("part")
    calendar = {"inside": (3 + 6) / 2, "unowned": 6 / 2, "own": 3 / 2, "held": 0, "journey": 9, "waiting": 3}
    working = {"inside": (3 + 5) / 2, "unowned": 4 / 2, "own": 3 / 2, "held": 0, "journey": 7.5, "waiting": 2}
    assert table["mean_days"].to_dict() == {PARTS[part]: days for part, days in calendar.items()}
    assert table["mean_business_days"].to_dict() == {PARTS[part]: days for part, days in working.items()}
    assert table["share"].to_dict() == {PARTS[part]: days / 9 for part, days in calendar.items()}


def test_pairs_of_processes_have_business_days_too(views: Views) -> None:
    pairs = views.white_space.pairs.set_index(["from_process", "to_process"])["mean_business_days"]
    assert pairs.to_dict() == {("(start)", "Loan"): 1, ("Loan", "Cover"): 3, ("Cover", "(end)"): 0}


def test_without_a_calendar_there_are_none(tmp_path) -> None:
    views = tiny_views(tmp_path, ANNA + BOB, processes=PROCESSES, goals={GOAL: MOVE})
    assert views.time_split.table["mean_business_days"].isna().all()
    assert views.white_space.pairs["mean_business_days"].isna().all() and views.white_space.business is None


@pytest.mark.parametrize("goal", ["Move into a home", "Understand my bill"])
def test_parts_add_up_in_every_goal_on_both_clocks(home_move_study: Study, goal: str) -> None:
    white = compare_views(home_move_study, goal).white_space
    assert white.business is not None
    for cases in (white.cases, white.business):
        assert (cases[TOGETHER].sum(axis=1) == cases["journey"]).all()
    assert (white.business <= white.cases).all(axis=None)
    assert white.gaps["waiting_business"].sum() == white.business["unowned"].sum()


@given(st.data())
def test_what_a_clock_reads_adds_up_to_the_whole(data: st.DataObject) -> None:
    """However records overlap, the parts are what the clock shows between the two ends of the case."""
    moments = st.integers(0, 30)
    events = sorted(data.draw(st.lists(moments, min_size=1, max_size=8)))
    spans = sorted(
        tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(moments, moments), max_size=5))
    )
    ticks = np.cumsum(data.draw(st.lists(st.sampled_from([0, 0, 1, 3]), min_size=31, max_size=31)))
    turn = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(events), max_size=len(events))))
    opened, closed = (np.array([span[k] for span in spans], np.int64) for k in (0, 1))
    ends = [np.array([at], np.int64) for at in (events[0], events[-1])]
    time, leading = np.array(events, np.int64), np.ones(len(spans), bool)

    def split(read):
        return split_times(
            *ends, np.array([0, len(spans)]), opened, closed, leading, np.array([0, time.size]), time,
            turn.astype(np.int8), *map(read, (*ends, opened, closed, time)),
        )  # fmt: skip

    owned, inside, outside, (_, span, _, by_turn), waits = split(lambda at: ticks[at])
    assert inside.sum() + outside.sum() == ticks[events[-1]] - ticks[events[0]]
    assert owned.sum() == inside.sum() and by_turn.sum() == outside.sum()
    assert by_turn.sum(axis=1).tolist() == (ticks[span[:, 1]] - ticks[span[:, 0]]).tolist()
    assert not waits[0].size  # every record here carries the goal on
    plain = split(lambda at: at)
    assert plain[1].sum() + plain[2].sum() == events[-1] - events[0] and (plain[3][1] == span).all()
