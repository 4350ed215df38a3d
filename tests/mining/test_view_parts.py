"""A view from parts is the view of the whole, whichever way the cases are split."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import EventLog
from crmmining.mining.directly_follows import directly_follows
from crmmining.mining.view_parts import finished, merged, part_of, view_of, within

CASES = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 1, 1, 2, 50])), min_size=1, max_size=5),
    min_size=1,
    max_size=60,
)


def log_of(cases: list[list[tuple[str, int]]], outcomes: list[int]) -> EventLog:
    rows = [(f"{case:03}", step, pause) for case, events in enumerate(cases) for step, pause in events]
    frame = pd.DataFrame(rows, columns=["case", "activity", "pause"])
    pause = frame.groupby("case")["pause"].cumsum() if rows else frame["pause"].astype(int)
    frame["time"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(pause, unit="h")
    log = EventLog.from_frame(frame)
    return replace(log, cases=log.cases.assign(outcome=outcomes))


def assert_same(found: Any, log: EventLog) -> None:
    graph, variants = found
    expected = directly_follows(log)
    assert vars(graph) == vars(expected)
    assert list(graph.edges) == list(expected.edges)
    pd.testing.assert_frame_equal(variants.to_frame(), log.variants.to_frame())


@given(cases=CASES, data=st.data(), most=st.integers(2, 6))
@settings(deadline=None, max_examples=150)
def test_any_split_of_the_cases_gives_the_same_view(
    cases: list[list[tuple[str, int]]], data: st.DataObject, most: int
) -> None:
    n = len(cases)
    outcomes = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    owner = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    log = log_of(cases, outcomes)
    logs = [log.select(owner == part) for part in range(4)]
    parts = pickle.loads(pickle.dumps([part_of(part, most=most) for part in logs]))
    brackets = merged(parts, most=most)
    answers = pickle.loads(pickle.dumps([within(part, brackets) for part in logs]))
    assert_same(finished(brackets, answers), log)
    if brackets.certain:
        assert_same(finished(brackets), log)


def test_one_part_alone_needs_no_second_look() -> None:
    log = EventLog.from_variants({"ab": 200, "acb": 3})
    brackets = merged([part_of(log, most=2)], most=2)
    assert brackets.certain
    assert_same(finished(brackets), log)


def test_many_values_leave_few_to_bring() -> None:
    random = np.random.default_rng(5)
    cases = [[("a", 0), ("b", int(pause))] for pause in random.integers(0, 100_000, 4000)]
    log = log_of(cases, [0] * 4000)
    logs = [log.select(np.arange(4000) % 4 == part) for part in range(4)]
    brackets = merged([part_of(part) for part in logs])
    answers = [within(part, brackets) for part in logs]
    assert sum(inside.values.size for answer in answers for inside in answer.edges) < 800
    with pytest.raises(InvalidOptionError, match="still open"):
        finished(brackets)
    assert_same(finished(brackets, answers), log)
    assert_same(view_of(logs), log)


def test_a_view_of_no_part_is_refused() -> None:
    with pytest.raises(InvalidOptionError, match="at least one part"):
        merged([])


def test_parts_without_cases_are_a_view_without_cases() -> None:
    log = EventLog.from_variants({"ab": 1}).select([])
    graph, variants = view_of([log, log])
    assert (graph.n_cases, graph.edges, len(variants)) == (0, {}, 0)
