"""Priorities of processes, counted by hand; what holds of every portfolio."""

import numpy as np
import pandas as pd
import pytest
from tests.comparison.test_what_always_holds import DECLARED as RANDOM
from tests.comparison.test_what_always_holds import random_events
from tests.comparison.tiny import (
    SOURCE,
    answered,
    by_company,
    by_customer,
    goal,
    process,
    tiny_study,
)

from crmmining.cli.options import Format
from crmmining.cli.portfolio_view import show_portfolio
from crmmining.comparison.portfolio import build_portfolio
from crmmining.comparison.views import compare_views
from crmmining.errors import InvalidOptionError
from crmmining.study.durations import DAY

DECLARED = {
    "processes": {"Loan": process("Loan", owner="Lea"), "Care": process("Care", owner="Carl")},
    "goals": {
        "Buy": goal(["Ask"], ["Done"], ended_by=["Left"], includes={"processes": ["Loan", "Care"]}),
        "Fix": goal(["Complain"], ["Fixed"], ended_by=["Gone"], includes={"processes": ["Care"]}),
    },
}


def loan(name, day, end, record, money=""):
    """A loan of two events, and how it ended."""
    return [
        by_customer(name, day, "Ask"),
        by_company(name, day + 1, "Opened", f"{record}/Loan", department=money),
        by_company(name, day + 2, "Closed", f"{record}/Loan"),
        by_customer(name, day + 4, end),
    ]


HAPPENINGS = [
    *loan("ann", 0, "Done", "a1", "100"),
    # ann comes back for another kind of goal, and reaches it: retention and cross-selling, served by Care
    by_customer("ann", 10, "Complain"), by_company("ann", 11, "Looked", "a2/Care"),
    by_customer("ann", 12, "Fixed"),
    # bob is new and leaves; of three events on records two are Loan's, one is Care's
    *loan("bob", 0, "Left", "b1", "300"), by_company("bob", 3, "Looked", "b2/Care"),
    # cat is new and leaves
    by_customer("cat", 0, "Complain"), by_company("cat", 1, "Looked", "c1/Care"),
    by_customer("cat", 2, "Gone"),
    # dan reaches a goal, comes back for the same kind and leaves: retention, no cross-selling
    *loan("dan", 0, "Done", "d1"), *loan("dan", 10, "Left", "d2"),
    # eve's goal is open: it counts for no aim
    by_customer("eve", 20, "Ask"), by_company("eve", 21, "Opened", "e1/Loan", department="900"),
]  # fmt: skip


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    return build_portfolio(tiny_study(tmp_path_factory.mktemp("portfolio"), HAPPENINGS, **DECLARED))


def rows(portfolio):
    return portfolio.processes.set_index("process")


def aims(portfolio):
    return portfolio.aims.set_index("aim")


def test_priority_is_the_weighted_loss_of_the_aims(portfolio):
    found = rows(portfolio)
    # Acquisition: ann, bob, cat, dan's first. Loan: 8/3 goals, bob's 2/3 lost; Care: 4/3, all lost.
    assert found["from_acquisition"].tolist() == pytest.approx(
        [(8 / 3) / 4 * (2 / 3) / (8 / 3) / 3, (4 / 3) / 4 * 1 / 3]
    )
    # Retention: ann's second with Care is reached, dan's second with Loan is lost.
    assert found["from_retention"].tolist() == pytest.approx([1 / 2 / 3, 0])
    # Cross-selling: ann's second alone, reached.
    assert found["from_cross_sell"].tolist() == [0, 0]
    assert found["priority"].to_dict() == pytest.approx({"Loan": 2 / 9, "Care": 1 / 9})
    assert found["share"].to_dict() == pytest.approx({"Loan": 2 / 3, "Care": 1 / 3})
    assert (found["rank"].tolist(), portfolio.n_vital) == ([1, 2], 2)


def test_aims_without_data_are_left_out_and_the_other_weights_add_up_to_one(portfolio):
    found = aims(portfolio)
    assert found["share_used"].to_dict() == pytest.approx(
        {"satisfaction": 0, "acquisition": 1 / 3, "retention": 1 / 3, "cross_sell": 1 / 3, "profitability": 0}
    )
    assert found.loc["satisfaction", "left_out"] == "no decided goal has a satisfaction score"
    assert "amount: COLUMN" in found.loc["profitability", "left_out"]
    assert found["volume"].dropna().to_dict() == {"acquisition": 4, "retention": 2, "cross_sell": 1}
    assert found["share_lost"].dropna().to_dict() == {"acquisition": 0.5, "retention": 0.5, "cross_sell": 0}


def test_volume_is_counted_per_process(portfolio):
    found = rows(portfolio)
    assert found["n_goals"].to_dict() == {"Loan": 5, "Care": 3}
    assert found["n_customers"].to_dict() == {"Loan": 4, "Care": 3}
    assert found["n_records"].to_dict() == {"Loan": 5, "Care": 3}
    assert found["goals_by_share"].to_dict() == pytest.approx({"Loan": 4 + 2 / 3, "Care": 2 + 1 / 3})
    assert found["value"].isna().all()
    # A day from the customer's word to the record; before bob's Care the company had spoken last.
    assert (found["unowned"] / DAY).to_dict() == pytest.approx({"Loan": 5, "Care": 2})
    assert (found["unowned_per_goal"] / DAY).to_dict() == pytest.approx({"Loan": 1, "Care": 2 / 3})
    assert found["owner"].to_dict() == {"Loan": "Lea", "Care": "Carl"}


def test_a_rank_that_no_weight_can_change_is_firm(portfolio):
    # Loan stays first while retention/2 > acquisition/6, which a fifth more or less cannot turn
    assert rows(portfolio)[["first_rank", "last_rank"]].to_numpy().tolist() == [[1, 1], [2, 2]]
    assert rows(portfolio)["share_weights_top"].tolist() == [1, 1]


def test_equal_priorities_may_rank_either_way(tmp_path):
    alone = {**DECLARED, "strategy": {"retention": 0, "cross_sell": 0}}
    # acquisition alone: two new customers lost, one with each process
    events = [
        *loan("ann", 0, "Left", "a1"),
        by_customer("cat", 0, "Complain"), by_company("cat", 1, "Looked", "c1/Care"),
        by_customer("cat", 2, "Gone"),
    ]  # fmt: skip
    found = build_portfolio(tiny_study(tmp_path, events, **alone), top=1)
    assert found.processes["process"].tolist() == ["Care", "Loan"]
    assert found.processes[["first_rank", "last_rank"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert found.processes["share_weights_top"].tolist() == [0, 0]


MONEY = {
    **SOURCE,
    "record": {**SOURCE["record"], "attributes": {"process": "process", "money": "department"}},
    "event": {key: column for key, column in SOURCE["event"].items() if key != "department"},
}


def with_money(folder, happenings, **loan_says):
    declared = {**DECLARED, "currency": "EUR", "sources": [MONEY], "strategy": {"profitability": 1}}
    declared["strategy"] |= dict.fromkeys(["satisfaction", "acquisition", "retention", "cross_sell"], 0)
    declared["processes"] = {**DECLARED["processes"], "Loan": process("Loan", **loan_says)}
    return build_portfolio(tiny_study(folder, happenings, **declared))


def test_money_goes_to_the_processes_of_its_goal_by_share(tmp_path):
    found = with_money(tmp_path, HAPPENINGS, amount="Money")
    # ann's 100 with Loan, bob's 300 by 2/3 and 1/3; eve's 900 are of an open goal
    assert rows(found)["value"].to_dict() == pytest.approx({"Loan": 100 + 200 + 900, "Care": 100})
    assert rows(found)["value_lost"].to_dict() == pytest.approx({"Loan": 200, "Care": 100})
    assert rows(found)["priority"].to_dict() == pytest.approx({"Loan": 200 / 400, "Care": 100 / 400})
    assert aims(found).loc["profitability", "volume"] == 400


def test_an_amount_that_is_none_is_counted_and_a_misspelled_attribute_named(tmp_path):
    odd = [event._replace(department="12k") if event.record == "a1/Loan" else event for event in HAPPENINGS]
    for name in ("odd", "misspelled"):
        (tmp_path / name).mkdir()
    found = with_money(tmp_path / "odd", odd, amount="money")
    assert found.notes == (
        "1 of 3 values of 'money' on “Loan” are no amount from 0 up and count as none, "
        "first '12k' on record a1",
    )
    found = with_money(tmp_path / "misspelled", HAPPENINGS, amount="mony")
    assert "Did you mean 'money'?" in aims(found).loc["profitability", "left_out"]
    assert found.n_vital == 0 and found.processes["share"].isna().all()


def answers(n, score, record):
    """Customers who reached a goal and answered."""
    return [
        event
        for k in range(n)
        for event in (
            *loan(f"{record} {k}", 0, "Done", f"{record}{k}"),
            answered(f"{record} {k}", 5, score),
        )
    ]


SURVEYED = {
    **DECLARED,
    "goals": {
        "Buy": goal(
            ["Ask"],
            ["Done"],
            ended_by=["Left"],
            includes={"processes": ["Loan", "Care"], "activities": ["Survey answered"]},
        ),
        "Fix": DECLARED["goals"]["Fix"],
    },
    "activities": {"Survey answered": {"contact": False}},
}


def test_satisfaction_is_the_mean_answer_by_share_and_absent_below_twenty(tmp_path):
    events = answers(20, 4, "r") + answers(5, 2, "s")
    events += [
        by_company(f"s {k}", 1.5, "Looked", f"care{k}/Care") for k in range(5)
    ]  # a third of s's events
    found = build_portfolio(tiny_study(tmp_path, events, **SURVEYED))
    score = found.satisfaction["Loan"]
    assert (score.value, score.n) == (pytest.approx((20 * 4 + 5 * 2 / 3 * 2) / (20 + 5 * 2 / 3)), 25)
    assert score.low < score.value < score.high
    assert found.satisfaction["Care"].absent == "5 answers, fewer than 20"
    # satisfaction is the only aim that loses anything: Loan's part is known, Care's is not
    loan_, care = rows(found).loc["Loan"], rows(found).loc["Care"]
    volume = 20 + 5 * 2 / 3
    assert loan_["from_satisfaction"] == pytest.approx(volume / 25 * (5 - score.value) / 4 / 2)
    assert (care["priority"], care["not_known"]) == (0, "satisfaction")
    at_most = 5 / 3 / 25 / 2
    assert care["share_most"] == pytest.approx(at_most / (at_most + loan_["priority"]))
    # at most 1/15 of all goals lost is still less than Loan's
    assert (care["first_rank"], care["last_rank"]) == (2, 2)


def test_what_is_not_known_widens_the_ranks(tmp_path):
    events = answers(20, 5, "r")  # nothing is known to be lost
    events += [by_company(f"r {k}", 1.5, "Looked", f"care{k}/Care") for k in range(5)]
    found = rows(build_portfolio(tiny_study(tmp_path, events, **SURVEYED)))
    assert found.loc["Care", ["first_rank", "last_rank"]].tolist() == [1, 2]
    assert found.loc["Loan", ["first_rank", "last_rank"]].tolist() == [1, 2]


def test_the_terminal_says_ranks_actions_and_what_is_left_out(portfolio, capsys):
    show_portfolio(portfolio, 1, Format.table)
    out = capsys.readouterr().out
    assert "portfolio of Tiny: 2 of 2 processes make up 99 % of what matters" in out
    assert " 1. Loan (Lea): 4 customers" in out and "2. Care" not in out
    assert "Among the first 3 in 100% of weights" in out
    assert "No lever touches 20 decided goals." in out
    assert "– satisfaction, weight 1: left out, no decided goal has a satisfaction score" in out
    assert "· acquisition, weight 1 (33%)" in out


def test_a_study_without_processes_or_goals_says_what_to_declare(tmp_path):
    for left_out, message in (("processes", "declares no process"), ("goals", "declares no goal")):
        (tmp_path / left_out).mkdir()
        declared = {key: value for key, value in DECLARED.items() if key != left_out}
        if left_out == "processes":
            declared["goals"] = {"Buy": goal(["Ask"], ["Done"])}
        with pytest.raises(InvalidOptionError, match=message):
            build_portfolio(tiny_study(tmp_path / left_out, HAPPENINGS, **declared))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shares_add_up_to_one_and_losses_to_those_of_the_study(seed, tmp_path):
    study = tiny_study(tmp_path, random_events(seed), **RANDOM)
    found = build_portfolio(study)
    table, by_aim = found.processes, aims(found)
    assert table["share"].sum() == pytest.approx(1)
    assert table["cumulative"].iloc[-1] == pytest.approx(1)
    assert table["share"].is_monotonic_decreasing
    assert ((table["share_low"] <= table["share"]) & (table["share"] <= table["share_high"])).all()
    assert (table["first_rank"] <= table["rank"]).all() and (table["rank"] <= table["last_rank"]).all()
    views = compare_views(study)
    assert table["goals_by_share"].sum() == pytest.approx(np.unique(views.view.records.case).size)
    for aim in ("acquisition", "retention"):
        lost = by_aim.loc[aim, "share_lost"] * by_aim.loc[aim, "share_used"]
        assert table[f"from_{aim}"].sum() == pytest.approx(0 if np.isnan(lost) else lost)


def test_the_order_of_rows_changes_nothing(tmp_path):
    events = random_events(4)
    shuffled = [events[i] for i in np.random.default_rng(0).permutation(len(events))]
    found = []
    for name, written in (("as written", events), ("shuffled", shuffled)):
        (tmp_path / name).mkdir()
        found.append(build_portfolio(tiny_study(tmp_path / name, written, **RANDOM)))
    pd.testing.assert_frame_equal(found[0].to_frame(), found[1].to_frame())
    pd.testing.assert_frame_equal(found[0].aims, found[1].aims)


def test_home_move_has_the_planted_white_space_before_home_insurance(home_move_study):
    found = build_portfolio(home_move_study)
    assert found.processes["share"].sum() == pytest.approx(1)
    assert found.processes.loc[found.processes["unowned"].idxmax(), "process"] == "Home insurance"
    assert found.waiting["Home insurance"].low > 7 * 86_400e6
    # the promise to quote is broken because nobody opens the record: it costs goals
    lever = found.levers["Home insurance"]
    assert (lever.kind, lever.saves_goals, lever.saves_time) == ("promise", True, True)
    assert found.most_worth[0] == "Home insurance"
    assert {finding.topic for finding in found.findings()} == {"portfolio"}
    assert all(finding.cases and finding.estimate.low > 0 for finding in found.findings())
