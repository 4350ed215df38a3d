"""Clusters: planted groups come back, worlds without groups stay without, whatever their shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.comparison.clusters import find_clusters, k_means, silhouette, without_groups
from crmmining.eventlog.assignment_quality import pairwise_scores

N = 300


def planted(random, n=N):
    group = random.choice(3, n, p=[0.5, 0.3, 0.2])
    means = np.array([[0.5, 0.5, 3, 0.2, 1, 1], [5, 0.5, 0.5, 0.2, 1, 1], [0.5, 5, 0.5, 3, 1, 1]])
    return group, np.log1p(random.poisson(means[group]))


def one_cloud(random):
    return random.standard_normal((N, 6))


def one_long_cloud(random):
    """All depends on one thing, which is spread without a gap: k-means cuts it alike every time."""
    return 2 * random.standard_normal((N, 1)) + random.standard_normal((N, 6))


def counts_of_one_liking(random):
    liking = random.gamma(2, size=(N, 1))
    return np.log1p(random.poisson(liking * np.array([0.1, 0.3, 1, 2, 0.5, 0.2])))


def yes_or_no(random):
    return (random.random((N, 6)) < np.array([0.5, 0.3, 0.2, 0.1, 0.4, 0.5])).astype(float)


def test_planted_groups_come_back():
    for seed in (1, 4, 5):
        truth, points = planted(np.random.default_rng(seed))
        found = find_clusters(points)
        assert found.k == 3 and found.stability >= 0.8 and found.silhouette > found.without
        assert pairwise_scores(found.label, truth).adjusted_rand > 0.75
        assert np.bincount(found.label).tolist() == sorted(np.bincount(found.label), reverse=True)


@pytest.mark.parametrize("world", [one_cloud, one_long_cloud, counts_of_one_liking, yes_or_no])
def test_a_world_without_groups_has_none(world):
    shown = [find_clusters(world(np.random.default_rng(seed))) for seed in range(6)]
    assert sum(found.label is not None for found in shown) <= 1
    assert all(found.reason for found in shown if found.label is None)


def test_stability_alone_would_have_found_groups_in_one_long_cloud():
    found = find_clusters(one_long_cloud(np.random.default_rng(0)))
    assert found.label is None and found.stability >= 0.8 and found.silhouette <= found.without
    assert "no clearer" in found.reason


def test_the_order_of_points_changes_nothing():
    _, points = planted(np.random.default_rng(1))
    order = np.random.default_rng(2).permutation(N)
    assert find_clusters(points[order]).label.tolist() == find_clusters(points).label[order].tolist()


def test_few_points_or_points_that_are_all_alike_are_no_groups():
    assert "too few" in find_clusters(np.eye(20)).reason
    assert find_clusters(np.ones((100, 3))).label is None
    assert find_clusters(np.zeros((100, 0))).label is None


def test_many_points_are_grouped_by_a_sample():
    truth, points = planted(np.random.default_rng(7), 5000)
    found = find_clusters(points)
    assert found.label.size == 5000 and pairwise_scores(found.label, truth).adjusted_rand > 0.75


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_silhouette_by_definition(seed):
    random = np.random.default_rng(seed)
    points, label = random.random((12, 2)), random.permutation(np.arange(12) % 3)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    values = []
    for i in range(12):
        own = apart[i][(label == label[i]) & (np.arange(12) != i)].mean()
        other = min(apart[i][label == g].mean() for g in range(3) if g != label[i])
        values.append((other - own) / max(own, other))
    assert silhouette(points, label) == pytest.approx(np.mean(values))


def test_k_means_finds_the_middles_of_groups_far_apart():
    middles = np.array([[0.0, 0], [10, 0], [0, 10]])
    points = np.repeat(middles, 20, axis=0) + np.tile([[0.1, 0], [-0.1, 0]], (30, 1))
    found = k_means(points, 3, np.random.default_rng(0))
    assert sorted(map(tuple, np.round(found, 9))) == sorted(map(tuple, middles))


def test_a_world_without_groups_keeps_values_and_correlations():
    _, points = planted(np.random.default_rng(3), 2000)
    (world,) = without_groups(points, 1, np.random.default_rng(1))
    assert np.sort(world, axis=0).tolist() == np.sort(points, axis=0).tolist()
    assert np.corrcoef(world.T) == pytest.approx(np.corrcoef(points.T), abs=0.08)
