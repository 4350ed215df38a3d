"""Segments: each measure is the comparison's own number; what is planted is found, nothing else."""

import numpy as np
import pytest
from tests.sources.small import opened

from crmmining.comparison.group_differences import DIFFERS, differences
from crmmining.comparison.views import compare_views

DECLARED = """
study: Regions
sources:
  - table: events.csv
    time: {format: iso}
    customer: {customer: who}
    event: {time: at, activity: what, customer: {customer: who}, actor: who_acts, channel: {value: phone}}
    customer_attributes: {region: region, colour: colour}
customers: {match: [customer], attributes: [region, colour]}
segments: [region, colour]
goals:
  Loan: {opened_by: Ask, reached_by: Done, ended_by: Left, includes: {activities: [Call]}, silence: 90d}
"""


def world(differ):
    """200 customers; in the south (100) far fewer reach their goal, if regions differ."""
    rows, random = ["at,what,who,who_acts,region,colour"], np.random.default_rng(6)
    for number in range(200):
        region, colour = ("north", "south")[number % 2], ("red", "blue", "")[number // 2 % 3]
        chance = 0.3 if differ and region == "south" else 0.8
        steps = [
            "Ask",
            *["Call"] * int(random.integers(0, 3)),
            "Done" if random.random() < chance else "Left",
        ]
        for day, what in enumerate(steps, start=1 + number % 20):
            rows.append(f"2026-01-{day:02}T08:00:00Z,{what},c{number},customer,{region},{colour}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def different(tmp_path_factory):
    return compare_views(opened(tmp_path_factory.mktemp("regions"), DECLARED, events=world(differ=True)))


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    return compare_views(opened(tmp_path_factory.mktemp("alike"), DECLARED, events=world(differ=False)))


def test_the_planted_group_is_found_and_said_once(different):
    assert {tuple(r) for r in different.segments.differing[["segment", "value"]].to_numpy()} == {
        ("region", "north"),
        ("region", "south"),
    }
    (finding,) = [f for f in different.findings if f.topic == "segments"]
    assert finding.sentence.startswith("Customers with region “south” fare worse on “Loan”: goals reached ")
    assert finding.estimate.high < -0.3 and "--where “region=south”" in finding.action
    south = different.view.log.cases["region"] == "south"
    lost = different.view.log.cases.loc[south & (different.view.outcome == 1), "case"].astype(str)
    assert all(any(case.startswith(name) for name in lost) for case in finding.cases)


def test_customers_without_a_value_are_counted(different):
    assert different.segments.not_known == {"region": 0, "colour": 66}


def test_alike_regions_make_no_finding(alike):
    assert alike.segments.differing.empty
    assert not [f for f in alike.findings if f.topic == "segments"]


def test_without_a_segment_there_is_none_and_a_next_step(tmp_path):
    plain = DECLARED.replace("segments: [region, colour]\n", "")
    views = compare_views(opened(tmp_path, plain, events=world(differ=False)))
    assert views.segments is None
    assert "under segments:" in views.absent["segments"]


@pytest.mark.parametrize("place", [0, 1])
def test_every_measure_of_all_cases_is_the_number_of_its_own_comparison(home_move_study, place):
    views = compare_views(home_move_study, home_move_study.goals[place])
    value = {m.name: m.value for m in views.case_measures}
    expected = {
        "goals reached": views.leavers.reached,
        "time to reach the goal": views.clocks.journey_mean,
        "time owned by nobody": views.white_space.mean_unowned,
        "customer contacts": views.contacts.inbound,
        "silo crossings": views.silos.per_goal,
        "goals with a forced channel switch": views.channel_switches.share_goals_forced,
        "tickets closed unsolved": views.false_closures.rate,
        "satisfaction": views.leavers.answered,
    }
    for name, estimate in expected.items():
        assert value[name] == pytest.approx(estimate.value), name
    promises = views.promises.results
    broken = sum(p.broken.value * p.broken.n for p in promises) / sum(p.broken.n for p in promises)
    assert value["promises broken"] == pytest.approx(broken)
    assert value["channel switches"] == views.channel_switches.n_switches / views.view.log.n_cases
    waiting = views.white_space.cases
    assert (waiting["waiting"] >= waiting["unowned"]).all() and (
        waiting["waiting"] <= waiting["journey"]
    ).all()
    assert 0.5 < value["fit to the ideal journey"] < 1


def test_home_move_has_no_segment_that_matters(home_move_study):
    for goal in home_move_study.goals:
        views = compare_views(home_move_study, goal)
        assert views.segments.differing.empty
        assert len(views.segments.table) == 10 * len(views.case_measures)


def test_the_pilot_of_home_move_is_found_where_it_is_a_group(home_move_study):
    views = compare_views(home_move_study, home_move_study.goals[1])
    pilot = np.where(views.contacts.cases["proactive"], "called first", "not called").astype(object)
    table = differences(views.case_measures, views.view.customers, {"pilot": pilot})
    row = table[(table["value"] == "called first") & (table["measure"] == "goals reached")].iloc[0]
    assert row["evidence"] == DIFFERS
    assert row["difference"] == pytest.approx(views.contacts.reached.value)
    assert (row["low"], row["high"]) == pytest.approx(
        (views.contacts.reached.low, views.contacts.reached.high), abs=0.01
    )
