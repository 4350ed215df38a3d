"""Whether fewer contacts are better: worlds in which they do nothing, or something, and the planted call."""

import numpy as np
import pytest
from tests.comparison.contact_worlds import contact_world
from tests.comparison.tiny import GOAL, by_customer, goal, tiny_views

from crmmining.comparison.contact_effects import ContactEffects, effects_of
from crmmining.comparison.contact_landmarks import find_landmarks
from crmmining.comparison.fewer_is_better import sure_effects, verdict_of
from crmmining.comparison.views import compare_views
from crmmining.estimates import Estimate, absent
from crmmining.study.durations import DAY

KINDS = ("inbound", "outbound", "unasked", "answering")


def reached_effects(seed, n=700, effect=0.0):
    view = contact_world(seed, n, effect)
    marks = find_landmarks(view)
    return effects_of(view, marks, np.ones(marks.case.size, bool))


def coverage(truth, effect, seeds):
    worlds = [reached_effects(seed, effect=effect) for seed in range(seeds)]
    return {kind: np.mean([truth[kind] in world["reached", kind] for world in worlds]) for kind in truth}


def test_long_goals_that_collect_contacts_fool_a_count_but_not_the_test():
    naive = []
    for seed in range(20):
        view = contact_world(seed)
        contacts = np.bincount(view.log.case_of_event, view.log.columns["contact"])
        naive.append(np.corrcoef(contacts, view.outcome == 0)[0, 1])
    assert min(naive) > 0.1  # who is there for long has many contacts, and is reached
    for kind, share in coverage(dict.fromkeys(KINDS, 0.0), 0.0, 400).items():
        assert 0.93 <= share <= 0.97, kind


def test_a_true_effect_is_found_and_covered():
    # each contact of the company multiplies the odds by 1.35 from then on, the customer's does nothing; what
    # that makes of a share is the mean over 40 worlds of 20,000 goals, standard error 0.0014 or less
    truth = {"inbound": 0.0048, "outbound": 0.0488, "unasked": 0.0528, "answering": 0.0472}
    large = reached_effects(999, n=20_000, effect=0.3)
    assert large["reached", "outbound"].low > 0.03 and abs(large["reached", "inbound"].value) < 0.01
    for kind, share in coverage(truth, 0.3, 500).items():
        assert 0.925 <= share <= 0.97, kind


@pytest.mark.parametrize("seed", range(3))
def test_segments_and_customers_in_any_order_say_the_same(seed):
    view = contact_world(seed, 300)
    turned = contact_world(seed, 300)
    order = np.random.default_rng(seed).permutation(view.log.n_cases)
    turned.log = view.log.select(order)
    for name in ("customers", "outcome", "satisfaction"):
        setattr(turned, name, getattr(view, name)[order])
    turned.is_customer_contact = (turned.log.columns["contact"] > 0) & (turned.log.columns["actor"] == 0)
    for (key, one), other in zip(
        effects_of(view, find_landmarks(view)).items(),
        effects_of(turned, find_landmarks(turned)).values(),
        strict=True,
    ):
        assert (one.value, one.low) == pytest.approx(
            (other.value, other.low), rel=1e-6, abs=1e-7, nan_ok=True
        ), key


def effects(**known):
    found = ContactEffects()
    for kind in KINDS:
        value, half = known.get(kind, (0.0, 0.1))
        found["reached", kind] = Estimate(value, value - half, value + half, 500, "difference in share", "")
        found.p["reached", kind] = 0.5 if abs(value) < half else 0.0001
    return found


@pytest.mark.parametrize(
    ("known", "begins", "decided"),
    [
        ({}, "Not decided", None),
        ({"unasked": (0.2, 0.1)}, "Fewer contacts are not better here: each contact the company makes", 0.2),
        ({"outbound": (0.2, 0.1), "inbound": (-0.2, 0.1)}, "Fewer contacts are not better here", 0.2),
        ({"inbound": (0.2, 0.1)}, "Fewer contacts are not better here: each further contact the cust", 0.2),
        ({"inbound": (-0.2, 0.1)}, "Fewer contacts of customers are better here", -0.2),
        ({"outbound": (-0.2, 0.1)}, "Fewer contacts of the company are better here", -0.2),
        ({"outbound": (-0.2, 0.1), "inbound": (-0.3, 0.1)}, "Fewer contacts of both sides are", -0.2),
        ({"outbound": (0.01, 0.005)}, "Not decided", None),  # sure, but less than a point
    ],
)
def test_the_verdict_says_what_intervals_allow(known, begins, decided):
    verdict, estimate = verdict_of(effects(**known), 10 * DAY)
    assert verdict.startswith(begins) and (estimate.value if estimate else None) == decided


def test_only_effects_beyond_a_point_and_chance_are_sure():
    found = effects(inbound=(-0.2, 0.1), outbound=(0.01, 0.005), unasked=(0.05, 0.1))
    assert list(sure_effects(found)) == ["inbound"]


def test_a_verdict_that_nothing_tells_gives_the_reason():
    found = ContactEffects()
    for kind in KINDS:
        found["reached", kind] = absent("too few", "difference in share", "")
    assert verdict_of(found, DAY) == ("Not decided: too few.", None)


def test_a_handful_of_goals_decides_nothing(tmp_path):
    happenings = [
        by_customer(f"c{k}", k + d, what) for k in range(5) for d, what in enumerate(("Ask", "Done"))
    ]
    views = tiny_views(tmp_path, happenings, goals={GOAL: goal(["Ask"], ["Done"])})
    found = views.fewer_is_better
    assert found.verdict.startswith("Not decided: ") and "fewer than 100" in found.verdict
    assert found.findings(views.view) == [] and found.to_frame()["effect"].isna().all()


def test_the_planted_call_is_found(home_move_study):
    views = compare_views(home_move_study, "Understand my bill")
    found = views.fewer_is_better
    assert 0.18 in found.effects["reached", "unasked"] and found.effects["reached", "unasked"].low > 0.1
    assert 0 in found.effects["reached", "inbound"]  # whether it is reached hangs on the call alone
    assert found.effects["inbound still to come", "unasked"].high < -0.5
    assert found.effects["satisfaction", "inbound"].high < 0
    (finding,) = found.findings(views.view)
    assert finding.sentence.startswith("Fewer contacts are not better here: each contact the company makes")
    assert finding.owner == views.view.declared.goals["Understand my bill"].owner


def test_where_no_contact_was_planted_to_matter_nothing_is_found(home_move_study):
    views = compare_views(home_move_study, "Move into a home")
    assert views.fewer_is_better.decided is None and views.fewer_is_better.findings(views.view) == []
