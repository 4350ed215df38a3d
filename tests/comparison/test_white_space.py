"""White space, turns and clocks on journeys worked out by hand; all times in days."""

import pytest
from tests.comparison.tiny import (
    COMPANY,
    GOAL,
    Happening,
    by_company,
    by_customer,
    case_of,
    days,
    goal,
    process,
    tiny_views,
)

PROCESSES = {
    "Loan": process("Loan", closed_by=["Loan closed"], owner="Lea"),
    "Cover": process("Cover", closed_by=["Cover closed"], owner="Carl"),
    "Care": process("Care", closed_by=["Solved"], solves=True),
}
MOVE = goal(
    ["Ask"],
    ["Done"],
    includes={"processes": ["Loan", "Cover", "Care"], "activities": ["Want cover", "Odd", "Note", "Answer"]},
)
ANNA = [  # turn after each event      time to the next       record open
    by_customer("anna", 0, "Ask"),  # company           1     none
    by_company("anna", 1, "Loan opened", "L1/Loan"),  # customer   2     Loan
    by_company("anna", 3, "Loan closed", "L1/Loan"),  # customer   1     none
    by_customer("anna", 4, "Want cover"),  # company    5     none
    by_company("anna", 9, "Cover opened", "C1/Cover"),  # customer  1     Cover
    by_company("anna", 10, "Cover closed", "C1/Cover"),  # customer 2     none
    by_customer("anna", 12, "Done"),
]  # fmt: skip
BOB = [  # Loan 0 to 4, Cover 2 to 6: no white space at all
    by_customer("bob", 0, "Ask"),
    by_company("bob", 0, "Loan opened", "L2/Loan"),
    by_company("bob", 2, "Cover opened", "C2/Cover"),
    by_company("bob", 4, "Loan closed", "L2/Loan"),
    by_company("bob", 6, "Cover closed", "C2/Cover"),
    by_customer("bob", 6, "Done"),
]


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anna_and_bob")
    return tiny_views(folder, ANNA + BOB, processes=PROCESSES, goals={GOAL: MOVE})


def cases_of(views, customer):
    return {
        name: days(value)
        for name, value in views.white_space.cases.iloc[case_of(views.view, customer)].items()
    }


def test_a_journey_is_split_into_process_time_and_two_kinds_of_white_space(views):
    # anna: Loan 2 + Cover 1 inside; company's turn outside 1 + 5; her own 1 + 2
    parts = {"journey": 12, "inside": 3, "unowned": 6, "own": 3, "held": 0}
    assert cases_of(views, "anna") == {**parts, "waiting": 6}  # inside both records it is her turn


def test_overlapping_records_leave_no_white_space(views):
    parts = {"journey": 6, "inside": 6, "unowned": 0, "own": 0, "held": 0}
    assert cases_of(views, "bob") == {**parts, "waiting": 0}


def test_shares_are_of_the_time_of_all_cases(views):
    # white 9 of 18 days, unowned 6 of 18
    assert views.white_space.share_white.value == pytest.approx(9 / 18)
    assert views.white_space.share_unowned.value == pytest.approx(6 / 18)
    assert days(views.white_space.mean_journey.value) == pytest.approx(9)
    assert days(views.white_space.mean_unowned.value) == pytest.approx(3)


def test_gaps_lie_between_the_process_before_and_the_process_after(views):
    pairs = views.white_space.pairs.set_index(["from_process", "to_process"])
    assert {pair: (days(row.unowned), days(row.length)) for pair, row in pairs.iterrows()} == {
        ("(start)", "Loan"): (1, 1),
        ("Loan", "Cover"): (5, 6),  # 1 of it is anna's own
        ("Cover", "(end)"): (0, 2),
    }
    estimate = views.white_space.pair_estimates["Loan", "Cover"]
    assert days(estimate.value) == 5 and estimate.n == 1 and estimate.value in estimate


def test_time_under_several_records_goes_to_the_one_opened_last(views):
    # Loan: 2 (anna) + 2 (bob, until Cover opened); Cover: 1 + 4
    owned = views.white_space.processes.set_index("process")
    assert days(owned["owned"].to_dict()["Loan"]) == 4
    assert days(owned["owned"].to_dict()["Cover"]) == 5
    assert owned.loc["Loan", ["n_goals", "n_records"]].tolist() == [2, 2]
    assert days(owned.loc["Loan", "mean_owned"]) == 2


def test_two_clocks(views):
    # Loan 2 and 4 days, Cover 1 and 4, journeys 12 and 6
    clocks = views.clocks.processes.set_index("name")
    mean = {name: row["mean"].total_seconds() / 86400 for name, row in clocks.iterrows()}
    assert mean == pytest.approx({"Loan": 3, "Cover": 2.5, GOAL: 9})
    middle = {name: row["median"].total_seconds() / 86400 for name, row in clocks.iterrows()}
    assert middle == pytest.approx({"Loan": 2, "Cover": 1, GOAL: 6})  # the ceil(n/2)-th smallest
    assert days(views.clocks.longest_process.value) == 3


def test_the_business_clock_counts_working_hours_alone(views, tmp_path):
    for name in ("daily", "weekly"):
        (tmp_path / name).mkdir()
    assert views.clocks.processes[["mean_business_days", "median_business_days"]].isna().all(axis=None)
    # open every day from 9 to 17: as many working days as calendar days, from midnight to midnight
    calendar = {"hours": "Mon-Sun 09:00-17:00", "zone": "UTC"}
    known = {"processes": PROCESSES, "goals": {GOAL: MOVE}, "calendar": calendar}
    clocks = tiny_views(tmp_path / "daily", ANNA + BOB, **known).clocks.processes.set_index("name")
    assert clocks["mean_business_days"].to_dict() == pytest.approx({"Loan": 3, "Cover": 2.5, GOAL: 9})
    assert clocks["median_business_days"].to_dict() == pytest.approx({"Loan": 2, "Cover": 1, GOAL: 6})
    # closed at weekends: of a journey of 12 days at least 8 and at most 10 are working days
    known["calendar"] = {"hours": "Mon-Fri 09:00-17:00", "zone": "UTC"}
    weekly = tiny_views(tmp_path / "weekly", ANNA, **known).clocks.processes.set_index("name")
    assert 8 <= weekly.loc[GOAL, "mean_business_days"] <= 10


def test_open_goals_and_open_records_are_left_out_of_the_clocks(tmp_path):
    late = [by_customer("cleo", 2, "Ask"), by_company("cleo", 3, "Loan opened", "L9/Loan")]
    views = tiny_views(tmp_path, [*ANNA, *late], processes=PROCESSES, goals={GOAL: MOVE})
    clocks = views.clocks.processes.set_index("name")
    assert clocks.loc["Loan", ["n", "n_open"]].tolist() == [1, 1]
    assert clocks.loc[GOAL, ["n", "n_open"]].tolist() == [1, 1]
    assert days(views.clocks.journey_mean.value) == 12
    assert views.clocks.journey_mean.excluded == 1


def test_a_complaint_between_two_processes_does_not_take_their_gap(tmp_path):
    # the gap Loan → Cover is cut in two by a complaint; both halves stay between Loan and Cover
    complaint = [
        by_customer("anna", 5, "Complained", "X1/Care"),
        by_company("anna", 7, "Solved", "X1/Care"),
    ]
    views = tiny_views(tmp_path, ANNA + complaint, processes=PROCESSES, goals={GOAL: MOVE})
    pairs = views.white_space.pairs.set_index(["from_process", "to_process"])
    assert pairs.loc[("Loan", "Cover"), "n_gaps"] == 2
    assert days(pairs.loc[("Loan", "Cover"), "length"]) == 4  # 3 to 5 and 7 to 9
    # company's turn 4 to 5; after "Solved" it is hers
    assert days(pairs.loc[("Loan", "Cover"), "unowned"]) == 1
    # but she waits for someone to take her on from 4 to 7, the complaint about it in between
    assert pairs.loc[("Loan", "Cover"), "mean_days_waiting"] == 3


def test_a_complaint_that_outlasts_a_process_takes_nothing_from_the_hand_over(tmp_path):
    # Loan ends at 3 while the complaint of 2 to 8 is open: nobody has taken her on from 3 to 9
    happenings = [
        by_customer("anna", 0, "Ask"),
        by_company("anna", 1, "Loan opened", "L1/Loan"),
        by_customer("anna", 2, "Complained", "X1/Care"),
        by_company("anna", 3, "Loan closed", "L1/Loan"),
        by_customer("anna", 4, "Want cover"),
        by_company("anna", 8, "Solved", "X1/Care"),
        by_customer("anna", 8.5, "Want cover"),
        by_company("anna", 9, "Cover opened", "C1/Cover"),
        by_company("anna", 10, "Cover closed", "C1/Cover"),
        by_customer("anna", 12, "Done"),
    ]
    views = tiny_views(tmp_path, happenings, processes=PROCESSES, goals={GOAL: MOVE})
    pair = views.white_space.pairs.set_index(["from_process", "to_process"]).loc[("Loan", "Cover")]
    assert (pair["n_gaps"], pair["n_goals"], days(pair["unowned"])) == (1, 1, 0.5)  # 8.5 to 9
    assert pair["mean_days_waiting"] == 4 + 0.5  # her turn 3 to 4, the company's 4 to 8, hers until 8.5


def test_a_ticket_before_anything_carries_the_goal_on_is_no_hand_over(tmp_path):
    happenings = [
        by_customer("anna", 0, "Ask", "X1/Care"),
        by_company("anna", 2, "Solved", "X1/Care"),
        by_company("anna", 5, "Loan opened", "L1/Loan"),
        by_company("anna", 6, "Loan closed", "L1/Loan"),
        by_customer("anna", 6, "Done"),
    ]
    views = tiny_views(tmp_path, happenings, processes=PROCESSES, goals={GOAL: MOVE})
    pairs = views.white_space.pairs
    assert pairs[["from_process", "to_process", "n_gaps"]].values.tolist() == [["Care", "Loan", 1]]
    assert pairs["mean_days_waiting"].tolist() == [0]


def test_time_on_hold_is_neither_the_companys_nor_the_customers(tmp_path):
    happenings = [
        by_customer("anna", 0, "Ask"),
        by_company("anna", 1, "Note"),
        by_customer("anna", 4, "Done"),
    ]
    views = tiny_views(
        tmp_path,
        happenings,
        processes=PROCESSES,
        goals={GOAL: MOVE},
        activities={"Note": {"on_hold": True}},
    )
    parts = {"journey": 4, "inside": 0, "unowned": 1, "own": 0, "held": 3}
    assert cases_of(views, "anna") == {**parts, "waiting": 1}


def test_an_unanswered_promise_keeps_the_turn_with_the_company(tmp_path):
    happenings = [
        by_customer("anna", 0, "Ask"),
        by_company("anna", 1, "Note"),  # a contact, but not the answer that was promised
        by_company("anna", 4, "Answer"),
        by_customer("anna", 6, "Done"),
    ]
    plain, promised = tmp_path / "plain", tmp_path / "promised"
    for folder in (plain, promised):
        folder.mkdir()
    promise = {"Answered": {"since": "Ask", "until": "Answer", "within": "2d"}}
    without = tiny_views(plain, happenings, processes=PROCESSES, goals={GOAL: MOVE})
    with_promise = tiny_views(promised, happenings, processes=PROCESSES, goals={GOAL: MOVE}, promises=promise)
    assert cases_of(without, "anna")["unowned"] == 1
    assert cases_of(with_promise, "anna")["unowned"] == 4
    assert cases_of(with_promise, "anna")["own"] == 2


def test_looking_at_a_page_hands_the_turn_to_nobody(tmp_path):
    happenings = [
        by_company("anna", 0, "Ask"),
        by_customer("anna", 1, "Odd"),
        by_customer("anna", 3, "Done"),
    ]
    views = tiny_views(
        tmp_path,
        happenings,
        processes=PROCESSES,
        goals={GOAL: MOVE},
        activities={"Odd": {"contact": False}},
    )
    assert cases_of(views, "anna")["own"] == 3


def test_what_comes_after_the_goal_was_reached_is_not_on_its_clock(tmp_path):
    late = [Happening("anna", 20, "Note", COMPANY)]
    views = tiny_views(tmp_path, ANNA + late, processes=PROCESSES, goals={GOAL: MOVE})
    assert cases_of(views, "anna")["journey"] == 12
