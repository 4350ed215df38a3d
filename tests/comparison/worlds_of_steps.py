"""Made-up goals whose steps change nothing, in two kinds of world, and some in which one step does.

Both are traps for whoever sets goals with a step against goals without: who comes far takes more steps.
"""

from dataclasses import dataclass

import numpy as np

from crmmining.comparison.risk_sets import GoalSteps

N_STEPS = 12


@dataclass(frozen=True)
class World:
    steps: GoalSteps
    reached: np.ndarray
    customer: np.ndarray


def by_number(seed: int, n: int = 600, per_customer: int = 2) -> World:
    """A goal ends after a number of steps that its customer's nature decides; those who come far and
    those in a hurry are reached more often. A third of the steps take four times as long."""
    random = np.random.default_rng(seed)
    nature = np.repeat(random.normal(0, 1, n // per_customer), per_customer)
    length = 2 + random.poisson(np.exp(1.6 + 0.4 * nature))
    case = np.repeat(np.arange(n), length)
    place, activity = _activities(random, case, length)
    at = _times(random, activity, place, np.exp(-0.3 * nature)[case])
    reached = random.random(n) < 1 / (1 + np.exp(1.5 - 0.35 * (length - 5) - 0.8 * nature))
    return _world(case, activity, at, reached, np.arange(n) // per_customer)


def by_time(seed: int, n: int = 600) -> World:
    """A goal ends at a time drawn at its birth, the later the likelier it is reached."""
    random = np.random.default_rng(seed)
    length = np.full(n, 14)
    case = np.repeat(np.arange(n), length)
    place, activity = _activities(random, case, length)
    at = _times(random, activity, place, np.ones(case.size))
    life = random.gamma(4, 6, n) * 1e6
    reached = random.random(n) < np.clip(life / 60e6, 0, 0.95)
    alive = (at <= life[case]) | (place < 2)
    return _world(case[alive], activity[alive], at[alive], reached, np.arange(n))


def with_effect(seed: int, effect: float, n: int = 600) -> World:
    """As `by_time`, but by lot half of the goals that take a fourth step take 12, the others 13 there; after
    12 that many more are reached, whatever else they are."""
    world = by_time(seed, n)
    random = np.random.default_rng(seed + 1_000_000)
    steps, activity = world.steps, world.steps.activity.copy()
    place = np.arange(steps.case.size) - np.searchsorted(steps.case, steps.case)
    fourth = np.flatnonzero(place == 3)
    treated = random.random(fourth.size) < 0.5
    activity[fourth] = np.where(treated, N_STEPS, N_STEPS + 1)
    fate = random.random(n)
    chance = np.full(n, 0.4)
    chance[steps.case[fourth[treated]]] += effect
    return _world(steps.case, activity, steps.at, fate < chance, world.customer, N_STEPS + 2)


def _activities(random, case, length):
    """What comes next depends on how many steps there were, and on nothing else."""
    place = np.arange(case.size) - np.repeat(np.cumsum(length) - length, length)
    liked = np.exp(-0.5 * ((np.arange(N_STEPS) - 0.8 * place[:, None]) / 2.5) ** 2) + 0.02
    drawn = random.random(case.size)[:, None] * liked.sum(axis=1, keepdims=True)
    return place, (drawn > liked.cumsum(axis=1)).sum(axis=1).clip(0, N_STEPS - 1).astype(np.int32)


def _times(random, activity, place, pace):
    passed = np.cumsum(random.exponential(np.where(activity % 3 == 0, 4.0, 1.0)) * pace * 1e6)
    return (passed - passed[np.maximum.accumulate(np.where(place == 0, np.arange(place.size), 0))]).astype(
        np.int64
    )


def _world(case, activity, at, reached, customer, n_activities=N_STEPS):
    nothing, all_of_them = np.zeros(case.size, np.int64), np.ones(case.size, bool)
    return World(GoalSteps(case, activity, at, nothing, all_of_them, n_activities), reached, customer)
