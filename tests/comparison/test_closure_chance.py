"""False closures beyond chance: what a placebo window takes off, and what it cannot say."""

import random
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views

from crmmining.comparison import closures
from crmmining.comparison.closure_chance import _drawn, _estimates
from crmmining.comparison.views import compare_views
from crmmining.samples.effects import HomeMoveEffects

INCLUDED = {"processes": ["Care", "Bills"], "activities": ["Called"]}
DECLARED = {
    "processes": {name: process(name, closed_by=["Solved"], solves=True) for name in ("Care", "Bills")},
    "goals": {GOAL: goal(["Complain"], ["Paid"], ended_by=["Left"], includes=INCLUDED)},
}
LATE = [by_customer("zoe", 60, "Complain", "zoe/Care")]  # the data shows 60 days; this one stays open
WAYS = closures.WAYS


def tickets(n, then=(), kind="Care", numbers=None):
    """Tickets of n customers, closed on day 1; then what each of them does, by day."""
    found = []
    for _, number in zip(range(n), numbers or count(), strict=False):
        name = f"{kind}{number:03}"
        identity = f"{name}/{kind}"
        found += [by_customer(name, 0, "Complain", identity), by_company(name, 1, "Solved", identity)]
        for day, what in then:
            again = f"{name}b/{kind}" if what == "Complain" else identity if what == "Reopened" else ""
            found.append(by_customer(name, day, what, again))
    return found


def world(kind="Care"):
    """40 closings: 8 call in the first 7 days, 4 open a new ticket, 2 reopen; of 26 quiet 3 call, 1 opens.

    The new tickets are never closed. r = 14/40, q = 4/26.
    """
    numbers = count()
    kinds = (8, [(3, "Called")]), (4, [(4, "Complain")]), (2, [(5, "Reopened")])
    kinds += (3, [(10, "Called")]), (1, [(12, "Complain")]), (22, [])
    return [happening for n, then in kinds for happening in tickets(n, then, kind, numbers)]


def closures_of(folder, happenings):
    return tiny_views(folder, happenings + LATE, **DECLARED).false_closures


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return closures_of(tmp_path_factory.mktemp("chance"), world())


def test_the_rate_measured_stays_and_chance_is_taken_off_beside_it(found):
    assert (found.rate.value, found.rate.n) == (14 / 40, 40)
    assert (found.by_chance.value, found.by_chance.n) == (pytest.approx(4 / 26), 26)
    assert found.beyond_chance.value == pytest.approx((14 / 40 - 4 / 26) / (1 - 4 / 26))
    assert found.beyond_chance.n == 40


def test_chance_is_taken_off_the_ways_and_nobody_reopens_by_chance(found):
    p = found.beyond_chance.value
    expected = [2 / 40, 4 / 40 - (1 - p) * 1 / 26, 8 / 40 - (1 - p) * 3 / 26]
    assert sum(expected) == pytest.approx(p)
    ways = found.ways_beyond_chance
    assert [ways[way].value for way in WAYS] == pytest.approx([part / p for part in expected])


def test_intervals_hold_their_estimates_and_r_and_q_are_redrawn(found):
    for estimate in (found.beyond_chance, found.by_chance, *found.ways_beyond_chance.values()):
        assert estimate.low < estimate.value < estimate.high
    spread = found.beyond_chance.high - found.beyond_chance.low
    assert spread > found.rate.high - found.rate.low  # what q adds


def test_each_process_has_its_own_correction_and_the_whole_is_their_mean(tmp_path):
    quiet = tickets(30, kind="Bills") + tickets(10, [(2, "Called")], "Bills", count(30))
    found = closures_of(tmp_path, world() + quiet)
    table = found.processes.set_index("process")
    assert table.loc["Bills", ["rate", "beyond_chance", "by_chance"]].tolist() == [0.25, 0.25, 0]
    assert table.loc["Care", "by_chance"] == pytest.approx(4 / 26)
    assert found.beyond_chance.value == pytest.approx(table["beyond_chance"].mean())  # 40 closings each
    assert (table["beyond_low"] <= table["beyond_chance"]).all()
    assert (table["beyond_chance"] <= table["beyond_high"]).all()


def test_where_nobody_comes_by_chance_nothing_is_taken_off(tmp_path):
    found = closures_of(tmp_path, tickets(30) + tickets(10, [(2, "Called")], numbers=count(30)))
    assert found.beyond_chance.value == found.rate.value == 0.25
    assert found.by_chance.value == 0 < found.by_chance.high  # none of 30 is not none ever


def test_who_ends_the_goal_asks_for_no_help_in_either_window(tmp_path):
    numbers = count()
    parts = [(5, [(2, "Left")]), (5, [(2, "Called")]), (5, [(10, "Left")]), (25, [])]
    found = closures_of(tmp_path, [h for n, then in parts for h in tickets(n, then, numbers=numbers)])
    assert found.rate.value == 5 / 40
    assert (found.beyond_chance.value, found.by_chance.value) == (5 / 40, 0)


def test_more_by_chance_than_measured_is_none_and_leaves_no_ways(tmp_path):
    numbers = count()
    parts = [(2, [(3, "Called")]), (20, [(10, "Called")]), (18, [])]
    found = closures_of(tmp_path, [h for n, then in parts for h in tickets(n, then, numbers=numbers)])
    assert (found.beyond_chance.value, found.beyond_chance.low) == (0, 0)
    assert {way.absent for way in found.ways_beyond_chance.values()} == {"nothing is left beyond chance"}


def test_with_few_closings_watched_there_is_no_number_but_a_reason(tmp_path):
    found = closures_of(tmp_path, tickets(19) + tickets(10, [(2, "Called")], numbers=count(19)))
    reason = "only 19 closings followed by nothing within W are seen for 2 W"
    estimates = (found.beyond_chance, found.by_chance, *found.ways_beyond_chance.values())
    assert {estimate.absent for estimate in estimates} == {reason}
    assert found.processes[["beyond_chance", "by_chance"]].isna().all(axis=None)
    assert found.rate.value == 10 / 29


def test_closings_not_seen_for_both_windows_are_not_watched(tmp_path):
    # the last contact is on day 14: closed on day 1, 7 days are seen, 14 are not
    last = by_customer("yan", 14, "Complain", "yan/Care")
    found = tiny_views(tmp_path, [*tickets(40), last], **DECLARED).false_closures
    assert (found.rate.n, found.rate.value) == (40, 0)
    assert found.beyond_chance.absent.startswith("only 0 closings")


def test_where_no_closing_is_seen_for_one_window_nothing_is_known(tmp_path):
    last = by_customer("yan", 3, "Complain", "yan/Care")
    found = tiny_views(tmp_path, [*tickets(5), last], **DECLARED).false_closures
    assert found.rate.n == 0 and found.processes.empty
    assert found.beyond_chance.absent.startswith("only 0 closings")


def test_a_process_with_few_takes_the_chance_of_all_together(tmp_path):
    few = tickets(3, [(3, "Called")], "Bills") + tickets(7, kind="Bills", numbers=count(3))
    found = closures_of(tmp_path, world() + few)
    table = found.processes.set_index("process")
    assert np.isnan(table.loc["Bills", "beyond_chance"])
    q = 4 / (26 + 7)
    bills = (0.3 - q) / (1 - q)
    assert found.beyond_chance.value == pytest.approx(
        (40 * table.loc["Care", "beyond_chance"] + 10 * bills) / 50
    )


def test_no_finding_where_little_may_be_left_beyond_chance(tmp_path):
    numbers = count()
    parts = [(30, [(3, "Called")]), (14, [(10, "Called")]), (56, [])]
    happenings = [h for n, then in parts for h in tickets(n, then, numbers=numbers)]
    views = tiny_views(tmp_path, happenings + LATE, **DECLARED)
    assert views.false_closures.rate.low > closures.LEAST_RATE
    assert views.false_closures.beyond_chance.low <= closures.LEAST_BEYOND
    assert views.false_closures.findings(views.view) == []


def test_a_finding_says_how_many_would_have_come_anyway(tmp_path):
    numbers = count()
    parts = [(40, [(3, "Called")]), (6, [(10, "Called")]), (54, [])]
    happenings = [h for n, then in parts for h in tickets(n, then, numbers=numbers)]
    views = tiny_views(tmp_path, happenings + LATE, **DECLARED)
    (finding,) = views.false_closures.findings(views.view)
    # p = (0.4 - 0.1) / 0.9 = 1/3
    assert finding.why.endswith("Of 40 in 100, 7 would have come anyway.")
    assert finding.sentence.startswith("40% of the tickets closed")


def test_the_order_of_rows_changes_nothing(found, tmp_path):
    happenings = world()
    random.Random(7).shuffle(happenings)
    again = closures_of(tmp_path, happenings)
    assert again.beyond_chance == found.beyond_chance
    assert again.by_chance == found.by_chance
    assert again.ways_beyond_chance == found.ways_beyond_chance
    assert again.processes.equals(found.processes)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30), st.integers(0, 1)), min_size=30, max_size=90)
)
def test_estimates_stay_shares_and_ways_add_up(rows):
    """Each row: what a closing came to (columns of `_drawn`), whose it is, its process."""
    came, customer, kind = (np.array(column) for column in zip(*rows, strict=True))
    quiet = came >= 3
    columns = [came == way for way in range(3)] + [quiet, came == 3, came == 4]
    counted = np.stack([np.ones(came.size, bool), *columns], axis=1)
    found = _estimates(_drawn(counted, kind, 2, customer), ["a", "b"], WAYS)
    for estimate in (found.rate, found.by_chance):
        assert not estimate.is_known or 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert not found.rate.is_known or found.rate.value <= np.mean(came < 3) + 1e-9
    ways = [way.value for way in found.ways.values() if way.is_known]
    assert not ways or sum(ways) == pytest.approx(1)


def test_with_many_customers_the_interval_is_what_drawing_them_tends_to(monkeypatch):
    came = np.repeat([0, 1, 2, 3, 4, 5], [20, 50, 80, 30, 60, 560])
    columns = [came == way for way in range(3)] + [came >= 3, came == 3, came == 4]
    counted = np.stack([np.ones(came.size, bool), *columns], axis=1)
    of = counted, np.zeros(came.size, np.int64), 1, np.arange(came.size)
    drawn = _estimates(_drawn(*of), ["a"], WAYS).rate
    monkeypatch.setattr("crmmining.comparison.closure_chance.MOST_DRAWN", 100)
    normal = _estimates(_drawn(*of), ["a"], WAYS).rate
    assert normal.value == drawn.value
    assert [normal.low, normal.high] == pytest.approx([drawn.low, drawn.high], abs=0.01)


def test_in_the_home_move_bill_questions_come_out_at_what_was_planted(home_move_study):
    bill = compare_views(home_move_study, "Understand my bill").false_closures
    row = bill.processes.set_index("process").loc["Billing question"]
    planted = HomeMoveEffects().false_closure
    assert row["beyond_low"] <= planted <= row["beyond_high"]
    assert row["low"] <= planted <= row["high"]  # nobody comes back by chance there
