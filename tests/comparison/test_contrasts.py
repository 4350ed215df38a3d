"""Steps against going on without them: by hand, and in worlds where the answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.comparison.worlds_of_steps import N_STEPS, by_number, by_time, with_effect

from crmmining.comparison.contrasts import contrasts, weaker_contrasts
from crmmining.comparison.risk_sets import GoalSteps, risk_sets
from crmmining.estimates import Z95, false_discovery_rates, p_of_shares

WORLDS = 120
ALL = np.arange(N_STEPS)


def steps_of(runs, times=None):
    """Steps from strings, a letter an activity; an event each second unless told."""
    case = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    activity = np.array([ord(letter) - ord("a") for run in runs for letter in run], np.int32)
    at = np.array(
        [second for run in (times or [range(len(run)) for run in runs]) for second in run], np.int64
    )
    return GoalSteps(case, activity, at, np.zeros(case.size, np.int64), np.ones(case.size, bool), 26)


def contrast_of(runs, reached, letter, times=None):
    steps = steps_of(runs, times)
    who, code = np.arange(len(runs)), np.array([ord(letter) - ord("a")])
    return contrasts(risk_sets(steps, steps.at), np.array(reached, bool), who, code)[0]


RUNS = ["xs"] * 10 + ["xt"] * 10 + ["x"] * 5
REACHED = [1] * 8 + [0] * 2 + [1] * 4 + [0] * 6 + [0] * 5


def test_goals_that_ended_before_are_no_comparison():
    found = contrast_of(RUNS, REACHED, "s")
    assert (found.share_with, found.share_without) == (0.8, pytest.approx(0.4))
    assert (found.n_with, found.n_otherwise) == (10, 10)
    assert found.cases.tolist() == list(range(10))


def test_a_goal_that_took_the_step_is_at_risk_no_more():
    runs = ["xs", "xt", "xsxt"]  # at its second t the third goal has taken s long ago
    found = contrast_of(runs * 10, [1, 0, 1] * 10, "s")
    assert (found.n_with, found.n_otherwise) == (20, 10)


def test_goals_at_another_point_are_not_compared():
    assert contrast_of(["xs"] * 20 + ["yt"] * 20, [1] * 20 + [0] * 20, "s") is None  # another step before
    assert contrast_of(["xs"] * 20 + ["yxt"] * 20, [1] * 20 + [0] * 20, "s") is None  # one step more


def test_a_step_that_all_take_has_no_contrast():
    assert contrast_of(["xs"] * 40, [1, 0] * 20, "s") is None


def test_goals_are_compared_with_those_as_long_under_way():
    times = [(0, 1), (0, 1)] * 16 + [(0, 1000), (0, 1000)] * 16
    runs, early, late = ["xs", "xt"] * 32, [1, 1] * 16, [0, 0] * 16
    found = contrast_of(runs, early + late, "s", times)  # all early ones are reached, none of the late
    assert found.difference == pytest.approx(0)
    assert found.share_with == pytest.approx(0.5)


def test_the_interval_holds_what_is_no_further_than_its_own_standard_error():
    found = contrast_of(RUNS, REACHED, "s")
    # one risk set of 20 goals, z ± 1/2: sums of products of what is left of step and outcome
    step, outcome = np.repeat([0.5, -0.5], 10), np.array(REACHED[:20]) - 0.6

    def away(d):
        scores = step * (outcome - d * step) * np.sqrt(20 / 19)
        return abs((step * outcome).sum() - d * (step * step).sum()) / np.sqrt((scores**2).sum())

    assert away(found.low) == pytest.approx(Z95)
    assert away(found.high) == pytest.approx(Z95)
    assert found.low < 0.4 < found.high


def false_findings(world, found):
    known = [c.p for c in found if c and min(c.n_with, c.n_otherwise) >= 20]
    return sum(q <= 0.05 for q in false_discovery_rates(known))


def naive(world):
    """Goals with a step against goals without, as most tools do it."""
    found = []
    for step in ALL:
        took = np.zeros(world.reached.size, bool)
        took[world.steps.case[world.steps.activity == step]] = True
        with_it, others = world.reached[took], world.reached[~took]
        found.append(p_of_shares(int(with_it.sum()), with_it.size, int(others.sum()), others.size))
    return sum(q <= 0.05 for q in false_discovery_rates(found))


@pytest.mark.parametrize("made", [by_number, by_time])
def test_where_steps_change_nothing_no_more_is_found_than_the_rate_allows(made):
    worlds = [made(seed) for seed in range(WORLDS)]
    misled = [w for w in worlds if false_findings(w, weaker_contrasts(w.steps, w.reached, w.customer, ALL))]
    assert len(misled) / WORLDS <= 0.05
    assert sum(naive(world) > 0 for world in worlds) / WORLDS > 0.9  # the trap is there


def test_in_a_large_world_either_rule_alone_is_misled_and_both_together_are_not():
    def alone(world, time):
        return false_findings(
            world, contrasts(risk_sets(world.steps, time), world.reached, world.customer, ALL)
        )

    hurried, lasting = [by_number(s, 4000) for s in range(4)], [by_time(s, 15_000) for s in range(5)]
    assert sum(alone(world, world.steps.at) > 0 for world in hurried) >= 3
    assert sum(alone(w, np.concatenate([[0], w.steps.at[:-1]])) > 0 for w in lasting) >= 2
    worlds = hurried + lasting
    both = [false_findings(w, weaker_contrasts(w.steps, w.reached, w.customer, ALL)) for w in worlds]
    assert sum(both) == 0


@pytest.mark.parametrize("effect", [0.2, -0.2])
def test_a_planted_effect_is_found_with_its_size_inside_the_interval(effect):
    inside = found = 0
    for seed in range(WORLDS):
        world = with_effect(seed, effect)
        every = np.arange(N_STEPS + 2)
        steps = weaker_contrasts(world.steps, world.reached, world.customer, every)
        p = [c.p if c and min(c.n_with, c.n_otherwise) >= 20 else 1.0 for c in steps]
        planted = steps[N_STEPS]
        inside += planted.low <= effect <= planted.high
        found += false_discovery_rates(p)[N_STEPS] <= 0.05
    assert inside / WORLDS >= 0.9
    assert found / WORLDS >= 0.8


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(30, 150))
def test_the_order_of_cases_changes_nothing_and_shares_are_shares(seed, n):
    world = by_time(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    rows = np.concatenate([np.flatnonzero(world.steps.case == case) for case in order])
    mixed = GoalSteps(
        np.repeat(np.arange(n), np.bincount(world.steps.case, minlength=n)[order]),
        world.steps.activity[rows], world.steps.at[rows], world.steps.came_to[rows],
        world.steps.eligible[rows], N_STEPS,
    )  # fmt: skip
    one = weaker_contrasts(world.steps, world.reached, world.customer, ALL)
    other = weaker_contrasts(mixed, world.reached[order], world.customer[order], ALL)
    for a, b in zip(one, other, strict=True):
        assert (a is None) == (b is None)
        if a and b:
            numbers = [
                (c.share_with, c.share_without, c.low, c.high, c.p, c.n_with, c.n_otherwise) for c in (a, b)
            ]
            assert numbers[0] == pytest.approx(numbers[1])
            assert a.low - 1e-9 <= a.difference <= a.high + 1e-9
            assert 0 <= a.share_with <= 1 and 0 <= a.share_without <= 1
            assert set(order[b.cases]) == set(a.cases)
