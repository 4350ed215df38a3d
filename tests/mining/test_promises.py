"""Promises on working hours (Monday to Friday, 9 to 17 UTC), by hand; day 0 is a Monday."""

import pandas as pd
import pytest
from tests.comparison.tiny import GOAL, MONDAY, by_company, by_customer, case_of, goal, tiny_views

from crmmining.mining.promises import BROKEN, KEPT, UNDECIDED
from crmmining.study.durations import HOUR


def at(day, hour):
    return day + hour / 24


HAPPENINGS = [
    # Friday 16:00 to Monday 10:00 is two working hours
    by_customer("ann", at(4, 16), "Ask"), by_company("ann", at(7, 10), "Answer"),
    # Monday 9:00 to Thursday 10:00 is 8 + 8 + 8 + 1
    by_customer("bob", at(0, 9), "Ask"), by_company("bob", at(3, 10), "Answer"),
    # Monday 9:00 to Tuesday 17:00 is 16, the limit itself
    by_customer("cat", at(0, 9), "Ask"), by_company("cat", at(1, 17), "Answer"),
    by_customer("dan", at(0, 9), "Ask"),  # never answered
    by_customer("eve", at(18, 16), "Ask"),  # asked on the last Friday, the data end on Sunday
    by_customer("fay", at(0, 9), "Ask"), by_customer("fay", at(0, 12), "Left"),  # gave up within the limit
    # asked twice before the first answer: one promise; then another
    by_customer("gus", at(0, 9), "Ask"), by_customer("gus", at(0, 10), "Ask"),
    by_company("gus", at(0, 11), "Answer"), by_customer("gus", at(1, 9), "Ask"),
    by_company("gus", at(1, 10), "Answer"),
    by_customer("zoe", 20, "Other"),  # Sunday: the end of the data
]  # fmt: skip
GOALS = {GOAL: goal(["Ask"], ["Done"], ended_by=["Left"], includes={"activities": ["Answer"]})}
PROMISE = {"since": "Ask", "until": "Answer", "within": "2 business days", "pay": "20 EUR", "owner": "Cora"}
CALENDAR = {"hours": "Mon-Fri 09:00-17:00", "zone": "UTC"}


def answered(folder, **calendar):
    return tiny_views(
        folder,
        HAPPENINGS,
        goals=GOALS,
        promises={"Answered": PROMISE},
        calendar={**CALENDAR, **calendar},
    )


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return answered(tmp_path_factory.mktemp("promises"))


@pytest.fixture(scope="module")
def promise(views):
    return views.promises.results[0]


def states(views, customer):
    instances = views.promises.results[0].instances
    return instances.loc[instances["case"] == case_of(views.view, customer), "state"].tolist()


@pytest.mark.parametrize(
    ("customer", "state"),
    [
        ("ann", [KEPT]),
        ("bob", [BROKEN]),
        ("cat", [KEPT]),
        ("dan", [BROKEN]),
        ("eve", [UNDECIDED]),
        ("fay", [UNDECIDED]),
        ("gus", [KEPT, KEPT]),
    ],
)
def test_each_promise_is_kept_broken_or_not_decided_yet(views, customer, state):
    assert states(views, customer) == state


def test_share_broken_leaves_the_undecided_out(promise):
    assert (promise.broken.value, promise.broken.n, promise.broken.excluded) == (pytest.approx(2 / 6), 6, 2)


def test_amount_owed_is_the_tariff_times_the_broken(promise):
    assert (promise.owed, promise.currency, promise.owner) == (40.0, "EUR", "Cora")


def test_median_and_p90_are_of_the_answered_in_working_hours(promise):
    # 1, 2, 2, 16, 25 hours
    assert (promise.median / HOUR, promise.p90 / HOUR) == (2, 25)


def test_a_holiday_stops_the_clock(tmp_path):
    wednesday = (MONDAY + pd.Timedelta(days=2)).date()
    views = answered(tmp_path, holidays=[MONDAY.date(), wednesday])
    # bob: Tuesday 8 + Thursday 1 = 9 working hours: kept now
    assert states(views, "bob") == [KEPT]


def test_a_step_of_the_ideal_journey_may_carry_the_promise(tmp_path):
    step = {"step": "Answer", "owner": "Olaf", "promise": {"since": "Ask", "within": "3d", "pay": "5 EUR"}}
    views = tiny_views(
        tmp_path, HAPPENINGS, goals=GOALS, journeys={GOAL: [{"stage": "All", "steps": ["Ask", step]}]}
    )
    (promise,) = views.promises.results
    # calendar days: ann 2 d 18 h kept, bob 3 d 1 h broken, cat kept, dan broken, eve 1 d 8 h undecided
    assert (promise.owner, promise.owed) == ("Olaf", 10)
    assert promise.broken.value == pytest.approx(2 / 6)
