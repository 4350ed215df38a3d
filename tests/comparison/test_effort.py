"""Effort: every part counted by hand, scaled, weighed, added up; and what the data cannot tell is absent."""

import numpy as np
import pytest
from tests.comparison.tiny import (
    GOAL,
    answered,
    by_company,
    by_customer,
    case_of,
    days,
    goal,
    process,
    tiny_views,
)

from crmmining.comparison.effort import measure_effort
from crmmining.comparison.effort_parts import (
    ACTIONS,
    ASKED_AGAIN,
    REPEATS,
    SWITCHES,
    TRANSFERS,
    WAITING,
    effort_parts,
)
from crmmining.comparison.views import compare_views

PARTS = (REPEATS, TRANSFERS, SWITCHES, ASKED_AGAIN, ACTIONS, WAITING)
DECLARED = {
    "processes": {
        "Loan": process("Loan", owner="Ada", closed_by=["Paper sent"]),
        "Care": process("Care", owner="Bo", closed_by=["Closed"], solves=True),
    },
    "goals": {
        GOAL: goal(
            ["Ask"],
            ["Done"],
            ended_by=["Left"],
            includes={"processes": ["Loan", "Care"], "activities": ["Called", "Looked", "Survey answered"]},
        )
    },
    "activities": {
        "Looked": {"contact": False},
        "Done": {"contact": False},
        "Left": {"contact": False},
        "Survey answered": {"contact": False},
        "Paper asked for": {"asks": True},
    },
}


def busy(name, start=0.0):
    """Ten days with something of every part."""
    at = lambda day: start + day  # noqa: E731
    return [
        by_customer(name, at(0), "Ask", channel="web"),  # action
        by_company(name, at(1), "Paper asked for", f"{name}1/Loan", "Sales"),  # waited 1 day, ended by Loan
        by_customer(name, at(2), "Called", channel="phone"),  # switch, repeat: 2 days after the web
        by_customer(name, at(2.01), "Called", channel="phone"),  # the same contact
        by_company(name, at(5), "Paper asked for", f"{name}2/Care", "Help"),  # transfer, asked again, 3 days
        by_company(name, at(6), "Paper asked for", f"{name}2/Care", "Help"),  # asked again, no transfer
        by_customer(name, at(7), "Looked"),  # action
        by_customer(name, at(10), "Done"),  # action; reached
        by_customer(name, at(11), "Called", channel="web"),  # after the end
    ]


def quiet(name, start=0.0, end="Done"):
    return [by_customer(name, start, "Ask", channel="web"), by_customer(name, start + 4, end)]


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    happenings = [event for k in range(20) for event in busy(f"busy{k:02}", k / 10)]
    happenings += [event for k in range(20) for event in quiet(f"calm{k:02}", k / 10)]
    happenings += [*quiet("gone", 1, "Left"), by_customer("open", 12, "Ask", channel="web")]
    happenings += [answered("calm00", 6, 5)]
    return tiny_views(tmp_path_factory.mktemp("effort"), happenings, **DECLARED)


def amounts(views, customer):
    case = case_of(views.view, customer)
    found = {part.name: part.amount[case] for part in effort_parts(views.view)}
    return {**found, WAITING: days(found[WAITING])}


def test_every_part_is_counted_up_to_the_end_of_the_goal(views):
    # waiting: 0 to 1; 2 to 5. The hour's second message is neither a contact nor an action.
    assert amounts(views, "busy00") == pytest.approx(
        {REPEATS: 1, TRANSFERS: 1, SWITCHES: 1, ASKED_AGAIN: 2, ACTIONS: 3, WAITING: 4}
    )
    assert amounts(views, "calm00") == pytest.approx(
        {REPEATS: 0, TRANSFERS: 0, SWITCHES: 0, ASKED_AGAIN: 0, ACTIONS: 2, WAITING: 4}
    )


def test_effort_is_the_sum_of_scaled_parts(views):
    found = views.effort
    cases = found.cases.set_index(views.view.log.cases["customer_key"])
    # half of the reached goals are busy: each P90 is theirs
    assert cases.loc["busy00", [*PARTS, "effort"]].tolist() == pytest.approx([1, 1, 1, 1, 1, 1, 6])
    assert cases.loc["calm00", "effort"] == pytest.approx(2 / 3 + 1)
    assert cases.loc["open", "effort"] == pytest.approx(1 / 3)
    # decided: 20 busy, 20 calm, 1 gone
    assert found.mean.value == pytest.approx((20 * 6 + 21 * 5 / 3) / 41)
    assert (found.mean.n, found.mean.excluded, found.most) == (41, 1, 6)
    assert found.p90 == pytest.approx(6) and found.median == pytest.approx(5 / 3)


def test_shares_of_parts_add_up_to_the_whole(views):
    assert sum(share.value for share in views.effort.shares.values()) == pytest.approx(1)
    assert views.effort.by_outcome.set_index("outcome").loc["reached", "effort"] == pytest.approx(
        (6 + 5 / 3) / 2
    )


def test_a_part_is_told_of_the_process_in_which_most_of_it_occurs(views):
    where = views.effort.parts.set_index("part")["process"]
    assert where[TRANSFERS] == where[ASKED_AGAIN] == "Care" and where[REPEATS] == "Loan"
    assert where[WAITING] == "Care"  # 3 days against 1


def test_the_finding_is_the_largest_part_and_its_process_s_owner(views):
    (finding,) = views.effort.findings(views.view)
    largest = max(views.effort.shares, key=lambda name: views.effort.shares[name].value)
    assert largest == WAITING and finding.owner == "Bo" and "waits for the company" in finding.sentence


def test_too_few_answers_leave_weights_equal_and_say_so(views):
    assert views.effort.weights.weight.tolist() == [1] * 6 and not views.effort.weights.fitted
    assert "Weights are equal: 1 answers to fit weights to, fewer than 100" in views.effort.remark


def test_what_the_data_cannot_tell_is_absent_not_zero(tmp_path):
    events = [event for k in range(25) for event in quiet(f"calm{k:02}", k / 10)]
    found = tiny_views(tmp_path, events, **DECLARED).effort
    told = {name: share.absent for name, share in found.shares.items()}
    assert "asks: true" in told[ASKED_AGAIN] and "channels" in told[SWITCHES]
    assert "departments" in told[TRANSFERS] and told[WAITING] is None
    assert found.most == 3 and list(found.cases) == [REPEATS, ACTIONS, WAITING, "effort"]
    assert found.to_frame()["share"].sum() == pytest.approx(1)


def test_without_reached_goals_to_scale_by_there_is_no_effort(tmp_path):
    found = tiny_views(tmp_path, quiet("ann") + quiet("bob"), **DECLARED).effort
    assert found.mean.absent == "2 goals are reached, fewer than 20 to scale by"
    assert found.remark.startswith("Not known: 2 goals") and found.to_frame()["share"].isna().all()


def test_a_repeat_may_come_in_another_attempt_but_not_after_the_window(tmp_path):
    happenings = [
        *quiet("ann"), *quiet("ann", 6),  # the second attempt begins six days after the first contact
        *quiet("bob"), *quiet("bob", 8),
    ]  # fmt: skip
    view = tiny_views(tmp_path, happenings, **DECLARED).view
    repeats = effort_parts(view)[0].amount
    of = dict.fromkeys(("ann", "bob"), 0.0)
    for customer, n in zip(view.log.cases["customer_key"], repeats, strict=True):
        of[customer] += n
    assert of == {"ann": 1, "bob": 0}


def test_going_on_is_no_repeat_but_the_same_step_again_is(tmp_path):
    happenings = [
        by_customer("ann", 0, "Ask"), by_customer("ann", 1, "Signed"), by_customer("ann", 2, "Called"),
        by_customer("bob", 0, "Ask"), by_customer("bob", 1, "Signed"), by_customer("bob", 3, "Signed"),
        by_customer("bob", 12, "Signed"), by_customer("ann", 13, "Done"),
    ]  # fmt: skip
    declared = {
        "goals": {GOAL: goal(["Ask"], ["Done"], includes={"activities": ["Called", "Signed"]})},
        "journeys": {GOAL: [{"stage": "All", "steps": ["Ask", "Signed", "Done"]}]},
    }
    view = tiny_views(tmp_path, happenings, **declared).view
    repeats = effort_parts(view)[0].amount
    assert [repeats[case_of(view, name)] for name in ("ann", "bob")] == [1, 1]


@pytest.mark.parametrize("name", ["Move into a home", "Understand my bill"])
def test_parts_add_up_on_the_sample_and_lie_in_their_bounds(home_move_study, name):
    views = compare_views(home_move_study, name)
    found = measure_effort(views.view)
    parts = found.cases.drop(columns="effort")
    assert np.allclose(parts.sum(axis=1), found.cases["effort"])
    assert (parts >= 0).all(axis=None) and (parts.max() <= found.weights.weight + 1e-9).all()
    shares = [share.value for share in found.shares.values() if share.is_known]
    assert sum(shares) == pytest.approx(1) and found.weights.weight.sum() == pytest.approx(len(shares))
    assert found.shares[ASKED_AGAIN].absent == "no activity that occurs says asks: true"
    (finding,) = found.findings(views.view)
    assert finding.owner and 0 < finding.weight < 0.5


def test_waiting_is_told_in_business_days_too(tmp_path):
    """From Friday's midnight to Tuesday's are four days, of which two are worked."""
    happenings = [by_customer("ann", 4, "Ask"), by_company("ann", 8, "Done"), by_company("bob", 30, "Other")]
    declared = {"goals": {GOAL: goal(["Ask"], ["Done"])}}
    for calendar, worked in (({"hours": "Mon-Fri 00:00-24:00", "zone": "UTC"}, [2.0]), (None, None)):
        known = declared | ({"calendar": calendar} if calendar else {})
        folder = tmp_path / str(bool(calendar))
        folder.mkdir()
        views = tiny_views(folder, happenings, **known)
        waiting = effort_parts(views.view)[PARTS.index(WAITING)]
        assert days(waiting.amount) == [4]
        assert (None if waiting.business_days is None else waiting.business_days.tolist()) == worked
