"""Moments of truth, measured and declared, by hand; and on the sample, where complaints go with leaving."""

import math

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, tiny_views

from crmmining.comparison.views import compare_views

MANY = 120
JOURNEY = [
    {"stage": "Begin", "steps": ["Ask", {"step": "Visit", "moment_of_truth": True}]},
    {
        "stage": "End",
        "steps": [
            {"step": "Offer", "moment_of_truth": True, "owner": "Head of Offers"},
            {"step": "Gift", "moment_of_truth": True},
            {"step": "Done", "moment_of_truth": True},
        ],
    },
]


def world():
    """Visited goals are reached in 9 of 10 cases, called ones in 3 of 10, whether Offer or Mail comes then.

    What is after the decision (Thanked) is no step, nor is an answer; thirty are refused before they leave,
    five are open.
    """
    found = []
    for second, share in (("Visit", 9), ("Call", 3)):
        for third in ("Offer", "Mail"):
            for k in range(MANY):
                name = f"{second} {third} {k}"
                found += [
                    by_customer(name, 0, "Ask"),
                    by_company(name, 1, second),
                    by_company(name, 2, third),
                ]
                if k % 10 < share:
                    found += [by_customer(name, 3, "Done"), by_company(name, 4, "Thanked")]
                elif k % 2:
                    found += [by_customer(name, 3, "Left"), by_company(name, 4, "Thanked")]
                else:
                    found += [answered(name, 2.5, 1), by_customer(name, 3, "Left")]
    for k in range(30):
        name = f"refused {k}"
        found += [by_customer(name, 0, "Ask"), by_company(name, 1, "Refused"), by_customer(name, 3, "Left")]
    return found + [by_customer(f"open {k}", 0, "Ask") for k in range(5)]


DECLARED = {
    "goals": {
        GOAL: goal(
            ["Ask"],
            ["Done"],
            ended_by=["Left"],
            owner="Head of Goals",
            includes={
                "activities": ["Visit", "Call", "Offer", "Mail", "Refused", "Thanked", "Survey answered"]
            },
        )
    },
    "journeys": {GOAL: JOURNEY},
    "activities": {"Survey answered": {"contact": False}},
}


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("moments"), world(), **DECLARED)


@pytest.fixture(scope="module")
def steps(views):
    return views.moments.to_frame().set_index("step")


def test_a_step_stands_against_going_on_without_it_from_the_same_point(steps):
    call = steps.loc["Call"]
    assert (call["share_with"], call["share_without"]) == (pytest.approx(0.3), pytest.approx(0.9))
    assert call["difference"] == pytest.approx(-0.6)
    assert call["low"] < -0.6 < call["high"] < -0.5
    assert (call["n_goals"], call["n_with"], call["n_otherwise"]) == (240, 240, 240)


def test_what_is_declared_is_held_against_what_is_measured(steps):
    assert steps["verdict"].to_dict() == {
        "Visit": "declared and measured",
        "Call": "measured only",
        "Offer": "declared only",
        "Gift": "not in the data",
        "Done": "decides the goal",
        "Refused": "as good as ends it",
        "Ask": "",
        "Mail": "",
    }
    assert steps["declared"].sum() == 4
    assert steps.index[:2].tolist() == ["Call", "Visit"]


def test_the_share_lost_next_is_of_goals_given_up_with_no_step_more(steps):
    assert steps.loc["Offer", "share_after"] == pytest.approx((108 + 36) / 240)
    assert steps.loc["Offer", "share_lost_next"] == pytest.approx((12 + 84) / 240)


def test_a_difference_that_would_have_been_seen_is_said_of_what_is_not(steps):
    offer = steps.loc["Offer"]
    # 240 against 240 goals; those visited vary by 0.9 · 0.1, those called by 0.3 · 0.7
    error = math.sqrt((0.09 + 0.21) / 2 * 2 / 240)
    assert offer["detectable"] == pytest.approx((1.96 + 0.8416) * error, rel=0.02)
    assert (offer["difference"], offer["q"]) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_edges_are_scored_by_how_sure_the_end_is_and_which_it_is(views):
    edges = views.moments.edges.set_index(["source", "target"])
    assert edges["n_goals"].to_dict() == {
        ("Ask", "Visit"): 240, ("Ask", "Call"): 240, ("Ask", "Refused"): 30, ("Visit", "Offer"): 120,
        ("Visit", "Mail"): 120, ("Call", "Offer"): 120, ("Call", "Mail"): 120,
    }  # fmt: skip
    visit, call = edges.loc[("Ask", "Visit")], edges.loc[("Ask", "Call")]
    assert (visit["n"], visit["share_reached"]) == (240, pytest.approx(0.9))
    assert visit["low"] == pytest.approx(0.8556, abs=1e-4)  # Wilson, 216 of 240
    p = 217 / 242
    assert visit["score"] == pytest.approx(1 + p * math.log2(p) + (1 - p) * math.log2(1 - p))
    assert call["score"] < 0 < visit["score"]


def test_findings_name_the_step_nobody_declared_and_the_declared_one_not_seen(views):
    undeclared, unseen = views.moments.findings(views.view)
    assert undeclared.sentence == (
        "After “Call” 30% of “Goal” goals are reached, 90% of those that went on from the same point "
        "without it; nobody declared it a moment of truth"
    )
    assert undeclared.owner == "Head of Goals"
    assert "association" in undeclared.why
    assert all(case.startswith("Call ") for case in undeclared.cases)
    assert unseen.sentence.startswith(
        "“Offer” is said to be a moment of truth of “Goal”, the data does not show it"
    )
    assert (
        f"{100 * views.moments.to_frame().set_index('step').loc['Offer', 'detectable']:.0f} points"
        in unseen.sentence
    )
    assert unseen.owner == "Head of Offers"
    assert {undeclared.sentence, unseen.sentence} <= {finding.sentence for finding in views.findings}
    assert (undeclared.estimate.n, undeclared.estimate.excluded) == (240, 5)


def test_a_declared_step_with_few_goals_is_too_few_to_tell_and_no_finding(tmp_path):
    few = [h for h in world() if not (h.customer.split()[-1].isdigit() and int(h.customer.split()[-1]) >= 20)]
    found = tiny_views(tmp_path, few, **DECLARED).moments
    steps = found.to_frame().set_index("step")
    assert steps.loc["Offer", "verdict"] == "too few to tell"
    assert steps.loc["Offer", "detectable"] > 0.1


def test_without_goals_given_up_moments_are_absent_and_say_why(tmp_path):
    reached = [h for h in world() if h.customer.startswith("Visit") and int(h.customer.split()[-1]) % 10 < 9]
    views = tiny_views(tmp_path, reached, **DECLARED)
    assert views.moments is None
    assert views.absent["moments"].startswith("fewer than 20 goals were reached, or fewer than 20 given up")


def test_goals_that_only_begin_and_end_have_nothing_to_compare(tmp_path):
    ends = [(f"{end} {k}", end) for end in ("Done", "Left") for k in range(25)]
    bare = [by_customer(name, day, what) for name, end in ends for day, what in ((0, "Ask"), (1, end))]
    found = tiny_views(tmp_path, bare, goals={GOAL: goal(["Ask"], ["Done"], ended_by=["Left"])}).moments
    assert found.to_frame()[["step", "n_goals", "n_with", "verdict"]].to_numpy().tolist() == [
        ["Ask", 50, 0, ""]
    ]
    assert found.edges.empty and found.differences == {}


def test_a_goal_without_an_ideal_journey_is_measured_too(tmp_path):
    plain = {key: value for key, value in DECLARED.items() if key != "journeys"}
    steps = tiny_views(tmp_path, world(), **plain).moments.to_frame().set_index("step")
    assert steps.loc["Call", "verdict"] == "measured only"
    assert not steps["declared"].any()


def test_complaints_of_the_sample_go_with_leaving_and_the_declared_offer_does_not(home_move_study):
    """Of those who leave a mortgage aloud 60 % complain (`leavers_complain`); nobody declared it."""
    views = compare_views(home_move_study, "Move into a home")
    steps = views.moments.to_frame().set_index("step")
    assert steps.loc["Complained", "verdict"] == "measured only"
    assert steps.loc["Complained", "high"] < -0.02
    assert steps.loc[["Offer sent", "Keys handed over"], "verdict"].tolist() == [
        "declared only",
        "decides the goal",
    ]
    assert steps.loc["Lead unqualified", "verdict"] == "as good as ends it"
    assert [f.sentence.split("”")[0] for f in views.moments.findings(views.view)] == [
        "After “Complained",
        "“Offer sent",
    ]


def test_where_no_step_of_the_sample_changes_the_outcome_nothing_is_found(home_move_study):
    """Whether a higher bill is paid hangs on the call before it alone, with which its goal opens."""
    views = compare_views(home_move_study, "Understand my bill")
    assert views.moments.findings(views.view) == []
    assert (views.moments.to_frame()["verdict"] == "").all()
