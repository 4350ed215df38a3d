"""Edges over few and many activities, on one thread and on several: as a plain count gives them."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from crmmining.engine.threads import SMALL
from crmmining.eventlog.case_table import CaseTable
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.mining.directly_follows import directly_follows
from crmmining.mining.edges import MOST_DENSE


@pytest.mark.parametrize(("n_activities", "n_events"), [(5, 2 * SMALL), (MOST_DENSE + 500, 2 * SMALL)])
def test_edges_and_variants_are_those_of_a_plain_count(n_activities: int, n_events: int) -> None:
    random = np.random.default_rng(n_activities)
    n_cases = n_events // 4
    case = random.integers(0, n_cases, n_events).astype(np.int32)
    case[:500] = 7  # a long case, shuffled
    time, activity = random.integers(0, 10**6, n_events), random.integers(0, n_activities, n_events)
    names = {"activity": tuple(f"a{i:05}" for i in range(n_activities))}
    columns = {"activity": activity.astype(np.int32), "time": time}
    cases = CaseTable({"case": np.arange(n_cases)})
    log = EventLog.from_columns(CaseNotion("plain", "log"), case, columns, names, cases)
    runs: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for row in np.lexsort((np.arange(n_events), time, case)).tolist():
        runs[int(case[row])].append((int(activity[row]), int(time[row]), row))
    times, cases_of = defaultdict(list), defaultdict(set)
    for c, events in runs.items():
        for (a, t, _), (b, u, _) in pairwise(events):
            times[names["activity"][a], names["activity"][b]].append(u - t)
            cases_of[names["activity"][a], names["activity"][b]].add(c)
    graph = directly_follows(log)
    assert list(graph.edges) == sorted(times)
    for pair, edge in graph.edges.items():
        found = sorted(times[pair])
        n = len(found)
        assert (edge.n, edge.n_cases, edge.total) == (n, len(cases_of[pair]), sum(found))
        assert (edge.median, edge.p90) == (found[(n + 1) // 2 - 1], found[-(-9 * n // 10) - 1])
    expected = [tuple(names["activity"][a] for a, _, _ in runs[c]) for c in range(n_cases)]
    variants = log.variants
    steps = [variants.activities(v) for v in range(len(variants))]
    assert [steps[v] for v in variants.case_variant] == expected
    ranked = list(zip((-variants.n_cases).tolist(), steps, strict=True))
    assert ranked == sorted(ranked)
