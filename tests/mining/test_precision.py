"""Precision: by hand, against counting prefixes the slow way, and beside pm4py where that agrees."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mining.random_terms import terms

from crmmining.eventlog.log import EventLog
from crmmining.mining.automaton import from_term
from crmmining.mining.conformance import check_conformance
from crmmining.mining.discovery import discover_model
from crmmining.mining.simplicity import measure_simplicity
from crmmining.study.journey import Choice, Parallel, Sequence, Step


def test_a_model_that_allows_only_what_was_seen_is_precise():
    log = EventLog.from_variants({"ab": 2, "ac": 1})
    model = from_term(Sequence((Step("a"), Choice((Step("b"), Step("c"))))))
    assert check_conformance(log, model).precision.value == 1


def test_what_is_allowed_and_never_seen_counts_by_the_cases_that_pass_it():
    # before a: 3 cases, 1 of 1; after a: 3 cases, 1 of 3 seen (b); after ab: 3 cases, nothing follows
    log = EventLog.from_variants({"ab": 3})
    model = from_term(Sequence((Step("a"), Choice((Step("b"), Step("c"), Step("d"))))))
    found = check_conformance(log, model).precision
    assert found.value == pytest.approx((3 * 1 + 3 * 1) / (3 * 1 + 3 * 3))
    assert (found.n_cases, found.n_skipped, found.n_prefixes) == (3, 0, 3)


def test_a_deviating_case_counts_as_what_it_aligns_with():
    log = EventLog.from_variants({"axb": 1})
    model = from_term(Sequence((Step("a"), Parallel((Step("b"), Step("c"))))))
    # aligned with a b c or a c b: 1 of 1, 1 of 2, 1 of 1
    assert check_conformance(log, model).precision.value == pytest.approx(3 / 4)


@settings(max_examples=60, deadline=None)
@given(
    terms(names="abcd"),
    st.dictionaries(st.text("abcde", min_size=1, max_size=6), st.integers(1, 4), min_size=1, max_size=5),
)
def test_precision_is_that_of_all_prefixes_counted_one_by_one(term, variants):
    check = check_conformance(EventLog.from_variants(variants), from_term(term))
    automaton = from_term(term)
    passing: Counter[tuple[str, ...]] = Counter()
    following: dict[tuple[str, ...], set[str]] = {}
    for v, n in enumerate(check.n_cases.tolist()):
        run = [meant for _, meant in check.alignments.moves(v) if meant is not None]
        for i in range(len(run) + 1):
            passing[tuple(run[:i])] += n
            following.setdefault(tuple(run[:i]), set()).update(run[i : i + 1])
    allowed = seen = 0
    for prefix, n in passing.items():
        enabled = {label for label in "abcde" if _goes_on(automaton, (*prefix, label))}
        allowed += n * len(enabled)
        seen += n * len(following[prefix])
    assert check.precision.value == pytest.approx(seen / allowed if allowed else 1.0)


def _goes_on(automaton, run):
    state = 0
    for label in run:
        if label not in automaton.moves[state]:
            return False
        state = automaton.moves[state][label]
    return True


def test_precision_equals_pm4py_where_no_choice_is_made_in_silence():
    pm4py = pytest.importorskip("pm4py")
    from crmmining.mining.pm4py_bridge import _pm4py_net, _quietly, pm4py_frame

    log = EventLog.from_variants({"abcd": 5, "acbd": 2, "abd": 1})
    term = Sequence((Step("a"), Parallel((Step("b"), Step("c"))), Choice((Step("d"), Step("e")))))
    from crmmining.mining.term_net import net_of_term

    drawn = net_of_term(term)
    with _quietly("precision"):
        theirs = pm4py.precision_alignments(pm4py_frame(log.select(log.variants.case_variant < 2)),
                                            *_pm4py_net(drawn))  # fmt: skip
    ours = check_conformance(log.select(log.variants.case_variant < 2), drawn).precision.value
    assert ours == pytest.approx(theirs)


def test_simplicity_is_pm4pys():
    pm4py = pytest.importorskip("pm4py")
    from crmmining.mining.pm4py_bridge import _pm4py_net, _quietly

    log = EventLog.from_variants({"abcd": 5, "acbd": 2, "aed": 1})
    model = discover_model(log, noise=0)
    with _quietly("simplicity"):
        theirs = pm4py.algo.evaluation.simplicity.algorithm.apply(_pm4py_net(model.net)[0])
    assert measure_simplicity(model.net) == pytest.approx(theirs)
    assert check_conformance(log, model).simplicity == pytest.approx(theirs)
    assert np.isclose(check_conformance(log, model.model).precision.value, 1)
