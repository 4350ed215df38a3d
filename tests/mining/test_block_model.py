"""A model with blocks is the model without them, and aligns as cheaply, however much is side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.mining.random_terms import runs_of, terms

from crmmining.errors import TooLargeError
from crmmining.mining.alignment import Sequences, align
from crmmining.mining.automaton import from_term
from crmmining.mining.block_model import BlockModel, compile_term
from crmmining.mining.model_walk import walk_of
from crmmining.study.journey import Choice, Parallel, Repeat, Sequence, Step, Term

NAMES = tuple("abcdefz")


def coded(runs: list[str]) -> Sequences:
    offsets = np.cumsum([0, *(len(run) for run in runs)])
    return Sequences(offsets, np.array([NAMES.index(c) for run in runs for c in run], np.int32), NAMES)


def blocks_of(term: Term) -> BlockModel:
    """The term with every parallel part kept apart."""
    try:
        model = compile_term(term, widest=1)
    except TooLargeError:  # a wide order, or branches that share activities
        assume(False)
        raise
    assume(isinstance(model, BlockModel))
    assert isinstance(model, BlockModel)
    return model


@settings(max_examples=150, deadline=None)
@given(terms(), st.lists(st.text("abcdefz", max_size=8), min_size=1, max_size=6), st.data())
def test_blocks_cost_what_the_product_costs_and_their_moves_are_runs(term, runs, data):
    model, automaton = blocks_of(term), from_term(term)
    assert model.labels == automaton.labels
    prices = st.integers(1, 3)
    log = data.draw(st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)))
    skip = data.draw(st.lists(prices, min_size=len(model.labels), max_size=len(model.labels)))
    is_open = np.array(data.draw(st.lists(st.booleans(), min_size=len(runs), max_size=len(runs))))
    costs = {"log_costs": np.array(log), "model_costs": np.array(skip)}
    found = align(model, coded(runs), prefixes=is_open, **costs)
    expected = align(automaton, coded(runs), prefixes=is_open, **costs)
    assert found.costs.tolist() == expected.costs.tolist()
    assert found.worst_costs.tolist() == expected.worst_costs.tolist()
    for v, run in enumerate(runs):
        moves = found.moves(v)
        assert [seen for seen, _ in moves if seen is not None] == list(run)
        assert all(seen == meant for seen, meant in moves if seen is not None and meant is not None)
        paid = sum(log[NAMES.index(seen)] for seen, meant in moves if seen is not None and meant is None)
        paid += sum(skip[model.labels.index(meant)] for seen, meant in moves if meant and seen is None)
        assert paid == found.costs[v]
        walked = [meant for _, meant in moves if meant is not None]
        state = 0
        for label in walked:
            state = automaton.moves[state][label]
        assert is_open[v] or automaton.accepting[state]


@settings(max_examples=150, deadline=None)
@given(terms(names="abcde"), st.lists(st.sampled_from("abcde"), max_size=6))
def test_a_walk_along_blocks_knows_the_runs_of_the_term(term, sequence):
    model, automaton = blocks_of(term), from_term(term)
    assert model.accepts(sequence) == automaton.accepts(sequence)
    assert model.accepts(model.shortest_run())
    assert len(model.shortest_run()) == len(automaton.shortest_run())
    blocks, plain = walk_of(model), walk_of(automaton)
    here, there = blocks.start(), plain.start()
    for activity in sequence:
        assert blocks.enabled(here) == plain.enabled(there)
        here, there = blocks.after(here, activity), plain.after(there, activity)


@settings(max_examples=100, deadline=None)
@given(terms(names="abcde", depth=2))
def test_an_automaton_has_exactly_the_runs_of_its_term(term):
    automaton = from_term(term)
    expected = runs_of(term, 5)
    found = set(_words(automaton, 5))
    assert found == expected


def _words(automaton, most):
    waiting = [((), 0)]
    for run, state in waiting:
        if automaton.accepting[state]:
            yield run
        if len(run) < most:
            waiting += [((*run, label), target) for label, target in automaton.moves[state].items()]


def chains(n_branches: int, n_steps: int) -> Parallel:
    return Parallel(
        tuple(
            Sequence(tuple(Step(f"{branch} {step}") for step in range(n_steps)))
            for branch in range(n_branches)
        )
    )


def test_fourteen_branches_of_three_steps_are_a_few_states():
    model = compile_term(Sequence((Step("start"), chains(14, 3), Step("end"))))
    assert isinstance(model, BlockModel)
    assert model.n_states < 100  # the product has 4 ** 14
    run = ["start", *(f"{branch} {step}" for step in range(3) for branch in range(14)), "end"]
    names = tuple(run)
    codes = np.array([*range(1, len(run)), 0], np.int32)  # start comes last
    found = align(model, Sequences(np.array([0, len(run)]), codes, names))
    assert found.costs.tolist() == [2]
    assert found.moves(0)[0] == (None, "start")


def test_a_block_inside_a_loop_is_taken_again_and_again():
    model = compile_term(Repeat(chains(5, 3), 1), widest=100)
    once = [f"{branch} {step}" for branch in range(5) for step in range(3)]
    names = tuple(once)
    codes = np.array([*range(15), *range(14)], np.int32)  # the second time without its last step
    found = align(model, Sequences(np.array([0, 29]), codes, names))
    assert found.costs.tolist() == [1]
    assert found.moves(0)[-1] == (None, "4 2")


def test_a_sequence_too_long_for_blocks_is_not_proved_optimal(monkeypatch):
    monkeypatch.setattr("crmmining.mining.block_alignment.MOST_CELLS", 200)
    model = compile_term(chains(5, 3), widest=100)
    short = [f"{branch} {step}" for branch in range(5) for step in range(2)]
    runs = [short, [*short, *short], ["other", *short]]
    names = (*dict.fromkeys([*short, "other"]),)
    codes = np.array([names.index(name) for run in runs for name in run], np.int32)
    offsets = np.cumsum([0, *(len(run) for run in runs)])
    found = align(model, Sequences(offsets, codes, names), prefixes=np.array([False, False, True]))
    assert found.exact.tolist() == [True, False, True]
    assert found.costs.tolist() == [5, 20 + 15, 1]
    assert found.lower_costs is not None and found.lower_costs[1] <= 15 <= found.costs[1]
    assert [seen for seen, _ in found.moves(1) if seen] == runs[1]


def test_branches_that_share_activities_cannot_be_kept_apart_and_are_multiplied():
    shared = Parallel((Choice((Step("a"), Step("b"))), Choice((Step("a"), Step("c")))))
    model = compile_term(shared, widest=2)
    assert not isinstance(model, BlockModel)
    assert model.accepts("aa") and model.accepts("bc") and not model.accepts("ab"[:1])


def test_a_wide_order_is_refused_where_only_exact_models_are_wanted():
    from crmmining.study.journey import PartialOrder

    steps = tuple(Step(f"s{i}") for i in range(24))
    fence = frozenset({(i, i + 12) for i in range(12)} | {(i, 12 + (i + 1) % 12) for i in range(12)})
    with pytest.raises(TooLargeError, match="more than 1,000 states"):
        compile_term(PartialOrder(steps, fence), max_states=1_000)
