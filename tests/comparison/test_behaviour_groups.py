"""Behaviour of groups: who behaves otherwise is told from who does not, in segments and in time."""

import numpy as np
import pytest
from tests.sources.small import opened

from crmmining.comparison.behaviour_distance import behaviour_distance
from crmmining.comparison.behaviour_groups import PERIOD, compare_behaviour
from crmmining.comparison.views import compare_views

DECLARED = """
study: Regions
sources:
  - table: events.csv
    time: {format: iso}
    customer: {customer: who}
    customer_attributes: {region: region, colour: colour}
    event: {time: at, activity: what, customer: {customer: who}, actor: {value: customer}}
customers: {match: [customer], attributes: [region, colour]}
segments: [region, colour]
goals: {Loan: {opened_by: Ask, reached_by: Done, includes: {activities: [Call, Chat]}, silence: 5d}}
"""


def world():
    """The south calls, the north chats; colours differ in nothing; from March on everybody calls twice."""
    rows, random = ["at,what,who,region,colour"], np.random.default_rng(3)
    for number in range(160):
        region, colour = ("north", "south")[number % 2], str(random.choice(["red", "blue"]))
        ask = ("Call" if region == "south" else "Chat") if random.random() < 0.8 else "Call"
        month, day = 1 + number // 40, 1 + number % 20
        steps = ["Ask", ask, *(["Call", "Call"] if month >= 3 else []), "Done"]
        for hour, what in enumerate(steps):
            rows.append(f"2026-{month:02}-{day:02}T{hour:02}:00:00Z,{what},c{number},{region},{colour}")
    rows.append("2026-05-20T00:00:00Z,Ask,late,north,red")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return compare_views(opened(tmp_path_factory.mktemp("behaviour"), DECLARED, events=world()))


def test_what_differs_is_told_from_what_does_not(views):
    table = views.behaviour.table.set_index(["segment", "value"])
    assert table.loc["region", "q"].max() <= 0.02 and table.loc[PERIOD, "q"].max() <= 0.02
    assert table.loc["colour", "q"].min() > 0.05
    assert (table.loc["region", "beyond_chance"] > 0.03).all()


def test_halves_are_told_by_a_day_that_a_condition_can_name(views):
    ((value, row),) = views.behaviour.table.set_index("segment").loc[[PERIOD]].set_index("value").iterrows()
    day = value.removeprefix("from ")
    assert "2026-02-15" <= day <= "2026-03-05" and row["n"] + row["n_rest"] == 160
    study, log = views.view.study, views.view.log
    later = study.journey_log("Loan", [f"from={day}"])
    assert later.n_cases == (log.begun >= later.begun.min()).sum() == row["n"] + 1  # and the open one


def test_a_row_is_the_distance_of_the_decided_cases(views):
    view = views.view
    south, decided = view.log.cases["region"].to_numpy() == "south", view.outcome != 2
    found = behaviour_distance(view.log.select(south & decided), view.log.select(~south & decided))
    row = views.behaviour.table.set_index("value").loc["south"]
    assert (row["low"], row["p"]) == (found.low, found.p)
    assert views.behaviour.distances["region", "south"].moves.equals(found.moves)


def test_small_groups_are_left_out(tmp_path):
    few = "\n".join(world().splitlines()[:60]) + "\n"
    assert compare_behaviour(compare_views(opened(tmp_path, DECLARED, events=few)).view) is None
