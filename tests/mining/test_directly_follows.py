"""Directly-follows counts and times: by hand, and what holds for every log."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import EventLog
from crmmining.mining.directly_follows import directly_follows
from crmmining.study.durations import HOUR

LOGS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=8).map(tuple),
    st.integers(1, 4),
    min_size=1,
    max_size=6,
)


def timed(cases: dict[str, list[tuple[str, float]]]) -> EventLog:
    """A log from events with the hours at which they came."""
    rows = [(case, activity, hours) for case, events in cases.items() for activity, hours in events]
    frame = pd.DataFrame(rows, columns=["case", "activity", "hours"])
    frame["time"] = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(frame.pop("hours"), unit="h")
    return EventLog.from_frame(frame)


LOG = timed({
    "c1": [("a", 0), ("b", 2), ("c", 5)],
    "c2": [("a", 0), ("b", 4), ("c", 5)],
    "c3": [("a", 0), ("a", 1), ("a", 3), ("c", 10)],
})  # fmt: skip


def test_pairs_are_counted_with_their_cases_and_times():
    edges = directly_follows(LOG).edges
    found = {pair: (e.n, e.n_cases, e.total / HOUR) for pair, e in edges.items()}
    assert found == {
        ("a", "a"): (2, 1, 1 + 2),
        ("a", "b"): (2, 2, 2 + 4),
        ("a", "c"): (1, 1, 7),
        ("b", "c"): (2, 2, 3 + 1),
    }


def test_median_and_p90_are_values_that_occurred():
    edges = directly_follows(LOG).edges
    assert (edges["a", "b"].median / HOUR, edges["a", "b"].p90 / HOUR) == (2, 4)
    ten = timed({f"c{k}": [("a", 0), ("b", k)] for k in range(1, 11)})
    edge = directly_follows(ten).edges["a", "b"]
    assert (edge.median / HOUR, edge.p90 / HOUR) == (5, 9)


def test_begins_and_ends_are_counted_per_case():
    graph = directly_follows(LOG)
    assert (graph.starts, graph.ends) == ({"a": 3}, {"c": 3})
    assert graph.activities == {"a": 5, "b": 2, "c": 3}


def test_a_filtered_graph_keeps_the_numbers_of_the_whole_log():
    graph = directly_follows(EventLog.from_variants({"ab": 8, "acb": 1, "adb": 1}))
    few = graph.filtered(activities=0.5, paths=1.0)
    assert set(few.activities) == {"a", "b"}
    assert few.edges["a", "b"].n == 8
    assert few.share_shown == pytest.approx(8 / 12)
    with pytest.raises(InvalidOptionError, match="between 0 and 1"):
        graph.filtered(paths=1.5)


@given(LOGS)
@settings(max_examples=40, deadline=None)
def test_counts_add_up_to_events_less_cases(variants):
    log = EventLog.from_variants(variants)
    graph = directly_follows(log)
    assert sum(edge.n for edge in graph.edges.values()) == graph.n_moves == log.n_events - log.n_cases
    assert sum(graph.starts.values()) == sum(graph.ends.values()) == log.n_cases
    assert sum(edge.total for edge in graph.edges.values()) == int(log.throughput.sum())
    assert 0 <= graph.filtered(activities=0.5, paths=0.3).share_shown <= 1 == graph.share_shown or (
        graph.n_moves == 0
    )


@given(LOGS, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_row_order_changes_nothing(variants, random):
    frame = EventLog.from_variants(variants).to_frame()
    rows = list(range(len(frame)))
    random.shuffle(rows)
    one, other = EventLog.from_frame(frame), EventLog.from_frame(frame.iloc[rows])
    assert directly_follows(one).edges == directly_follows(other).edges
    assert np.array_equal(one.variants.n_cases, other.variants.n_cases)
