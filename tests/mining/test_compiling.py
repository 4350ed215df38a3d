"""From journeys, trees, nets and files to models: the same runs whichever way, and bounds where too large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mining.random_terms import terms
from tests.mining.test_block_model import coded

from crmmining.errors import ModelError
from crmmining.eventlog.log import EventLog
from crmmining.mining.alignment import align
from crmmining.mining.automaton import Automaton, from_petri_net, from_term
from crmmining.mining.bounded_model import BoundedModel
from crmmining.mining.compiling import model_of_net, model_of_term, read_model
from crmmining.mining.discovery import discover_model
from crmmining.mining.models import PetriNet, Transition
from crmmining.mining.partial_orders import decomposed
from crmmining.mining.pm4py_bridge import block_structure, write_net, write_term
from crmmining.mining.soundness import check_soundness
from crmmining.mining.term_net import net_of_term
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step


@settings(max_examples=120, deadline=None)
@given(terms())
def test_a_term_as_a_net_has_the_same_runs_and_is_sound(term):
    net = net_of_term(term)
    assert from_petri_net(net) == from_term(term)
    check_soundness(net, 100_000)


@settings(max_examples=60, deadline=None)
@given(terms(names="abcde"))
def test_an_order_taken_apart_has_the_same_runs(term):
    if isinstance(term, PartialOrder):
        assert from_term(decomposed(term)) == from_term(term)


JOURNEY = Sequence(
    (
        Step("ask"),
        Parallel((Step("check"), Sequence((Step("visit"), Optional(Step("photo")))))),
        Choice((Step("accept"), Sequence((Step("revise"), Step("accept"))))),
        Repeat(Step("mail"), 0, 2),
        Repeat(Step("call")),
        Step("meter", unobserved=True),
        Step("done"),
    )
)


@pytest.mark.parametrize("suffix", [".bpmn", ".pnml"])
def test_a_journey_written_as_a_model_file_is_read_back_with_its_runs(tmp_path: Path, suffix: str):
    path = tmp_path / f"journey{suffix}"
    if not write_term(JOURNEY, path):
        write_net(net_of_term(JOURNEY), path)
    assert read_model(path).model == from_term(JOURNEY)


def test_a_partial_order_goes_through_its_net_to_bpmn(tmp_path: Path):
    order = PartialOrder(tuple(Step(c) for c in "abcd"), frozenset({(0, 2), (0, 3), (1, 3)}))
    path = tmp_path / "order.bpmn"
    assert not write_term(order, path)
    write_net(net_of_term(order), path)
    assert read_model(path).model == from_term(order)
    assert "BPMNShape" in path.read_text()  # other tools can draw it


def test_a_discovered_model_is_compiled_from_its_tree():
    model = discover_model(EventLog.from_variants({"abcd": 3, "acbd": 2, "aed": 1}), noise=0)
    assert model.term is not None
    assert model.model == from_petri_net(model.net)


def test_a_net_of_blocks_is_recognised():
    net = net_of_term(Parallel(tuple(Sequence((Step(f"{c}1"), Step(f"{c}2"))) for c in "abcdef")))
    assert block_structure(net) is not None
    model = model_of_net(net, max_states=500)
    assert not isinstance(model, Automaton | BoundedModel)
    assert model.n_states < 30


FENCE = PartialOrder(
    tuple(Step(c) for c in "abcdef"),
    frozenset({(0, 3), (0, 4), (1, 4), (1, 5), (2, 5), (2, 3)}),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abcdefz", max_size=8), min_size=1, max_size=5), st.booleans(), st.data())
def test_where_the_search_stops_the_true_cost_lies_between_the_bounds(runs, is_open, data):
    most = data.draw(st.integers(6, 14))
    model = model_of_term(FENCE, max_states=most)
    assert isinstance(model, BoundedModel)
    is_open = np.full(len(runs), is_open)
    exact = align(from_term(FENCE), coded(runs), prefixes=is_open).costs
    found = align(model, coded(runs), prefixes=is_open)
    assert found.lower_costs is not None
    assert (found.lower_costs <= exact).all() and (exact <= found.costs).all()
    assert (found.costs[found.exact] == exact[found.exact]).all()
    for v, run in enumerate(runs):
        assert [seen for seen, _ in found.moves(v) if seen] == list(run)


def test_a_model_that_can_be_held_has_exact_costs():
    found = align(from_term(FENCE), coded(["abc"]))
    assert found.lower_costs is None and found.exact.all()


def net(arcs: str, labels: dict[str, str | None], final: str = "end") -> PetriNet:
    pairs = tuple(tuple(arc.split(">")) for arc in arcs.split())
    places = sorted({end for arc in pairs for end in arc} - set(labels))
    transitions = tuple(Transition(name, label) for name, label in labels.items())
    return PetriNet(tuple(places), transitions, pairs, {"start": 1}, {final: 1})


@pytest.mark.parametrize(
    ("arcs", "labels", "reason"),
    [
        ("start>t t>end start>u other>u u>end", {"t": "a", "u": "b"}, "the step 'b' can never happen"),
        ("start>t t>end start>u u>trap", {"t": "a", "u": "b"}, "after 'b' it is stuck before its end"),
        ("start>t t>end t>left", {"t": "a"}, "final marking of the net is never reached"),
        (
            "start>t t>end start>u u>p p>v v>q q>w w>p",
            {"t": "a", "u": "b", "v": "c", "w": "d"},
            "after 'b' its end can no longer be reached",
        ),
    ],
)
def test_an_unsound_model_is_refused_with_the_reason(tmp_path: Path, arcs, labels, reason):
    drawn = net(arcs, labels)
    with pytest.raises(ModelError, match=reason):
        check_soundness(drawn, 1_000)
    path = tmp_path / "unsound.pnml"
    write_net(drawn, path)
    with pytest.raises(ModelError, match=r"unsound\.pnml"):
        read_model(path)
