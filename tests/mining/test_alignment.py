import heapq
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import InvalidOptionError
from crmmining.mining import alignment_machine
from crmmining.mining.alignment import Alignments, Sequences, align
from crmmining.mining.automaton import Automaton, from_petri_net, from_term
from crmmining.mining.compiling import model_of_journey
from crmmining.mining.models import PetriNet, Transition
from crmmining.study.journey import (
    Choice,
    IdealJourney,
    Optional,
    Parallel,
    Repeat,
    Sequence,
    Step,
    Term,
)

Run = tuple[str, ...]


def branches(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[tuple[Term, ...]]:
    return st.lists(terms, min_size=1, max_size=3).map(tuple)


TERMS = st.recursive(
    st.sampled_from("abcd").map(Step),
    lambda terms: st.one_of(
        branches(terms).map(Sequence),
        branches(terms).map(Choice),
        branches(terms).map(Parallel),
        terms.map(Optional),
        st.builds(Repeat, terms, st.integers(0, 2), st.sampled_from([None, 2, 3])),
    ),
    max_leaves=8,
)
LOGS = st.lists(st.lists(st.sampled_from("abcdx"), max_size=9).map(tuple), min_size=1, max_size=8)


def coded(runs: Iterable[Run]) -> Sequences:
    runs = list(runs)
    names = tuple(sorted({name for run in runs for name in run}))
    codes = [names.index(name) for run in runs for name in run]
    ends = np.cumsum([0, *(len(run) for run in runs)])
    return Sequences(ends.astype(np.int64), np.array(codes, np.int32), names)


def in_order(labels: str) -> Automaton:
    return from_term(Sequence(tuple(Step(label) for label in labels)))


def moves_of(machine: Automaton, run: str) -> str:
    """Moves as text: ``a`` synchronous, ``+a`` log move, ``-a`` model move."""
    moves = align(machine, coded([tuple(run)])).moves(0)
    return " ".join(
        (log or "") if log == model else f"+{log}" if log else f"-{model}" for log, model in moves
    )


def search(
    machine: Automaton,
    run: Run,
    *,
    start: int = 0,
    anywhere: bool = False,
    log_costs: dict[str, int] | None = None,
    model_costs: dict[str, int] | None = None,
) -> int:
    """The least cost by Dijkstra's algorithm on the product of the run and the automaton."""
    arcs = [
        (int(s), machine.labels[a], int(t))
        for s, a, t in zip(machine.sources, machine.symbols, machine.targets, strict=True)
    ]
    queue, seen = [(0, 0, start)], set()
    while True:
        cost, i, state = heapq.heappop(queue)
        if i == len(run) and (anywhere or machine.accepting[state]):
            return cost
        if (i, state) in seen:
            continue
        seen.add((i, state))
        if i < len(run):
            heapq.heappush(queue, (cost + (log_costs or {}).get(run[i], 1), i + 1, state))
        for source, label, target in arcs:
            if source == state:
                dear = (model_costs or {}).get(label, 1)
                heapq.heappush(queue, (cost + dear, i, target))
                if i < len(run) and run[i] == label:
                    heapq.heappush(queue, (cost, i + 1, target))


def check_moves(machine: Automaton, runs: list[Run], found: Alignments) -> None:
    """The moves spell the sequence and a run of the model, and their number is the cost."""
    for v, run in enumerate(runs):
        moves = found.moves(v)
        assert tuple(log for log, _ in moves if log) == run
        spelt = [model for _, model in moves if model]
        assert found.prefixes[v] or machine.accepts(spelt)
        assert all(log == model for log, model in moves if log and model)
        assert sum(log is None or model is None for log, model in moves) == found.costs[v]


@pytest.mark.parametrize(
    ("labels", "run", "moves"),
    [
        ("abc", "abc", "a b c"),
        ("abc", "ac", "a -b c"),
        ("abc", "", "-a -b -c"),
        ("abc", "axbc", "a +x b c"),
        ("abc", "abbc", "a b +b c"),  # the first b follows the model, the second is too much
        ("abc", "acb", "a +c b -c"),
        ("ab", "ba", "+b a -b"),
        ("abc", "xyz", "+x +y +z -a -b -c"),
        ("", "ab", "+a +b"),
    ],
)
def test_hand_worked_alignments(labels: str, run: str, moves: str) -> None:
    assert moves_of(in_order(labels), run) == moves


def test_a_deviation_stands_as_late_as_it_can() -> None:
    machine = from_term(Sequence((Step("a"), Repeat(Step("b"), 1, 2), Step("c"))))
    assert moves_of(machine, "abbbc") == "a b b +b c"
    assert moves_of(from_term(Choice((in_term("ab"), in_term("cb")))), "b") == "-a b"


def in_term(labels: str) -> Term:
    return Sequence(tuple(Step(label) for label in labels))


def test_a_journey_is_aligned_with_its_stages() -> None:
    journey = IdealJourney.parse(
        [
            {"stage": "Look", "steps": [{"repeat": "search", "at_least": 1}]},
            {"stage": "Buy", "steps": [{"parallel": ["pay", "sign"]},
                                       {"repeat": "chase", "at_most": 0}]},
        ]
    )  # fmt: skip
    runs = [("search", "search", "sign", "pay"), ("search", "chase", "pay"), ("pay",)]
    found = align(model_of_journey(journey), coded(runs))
    assert found.costs.tolist() == [0, 2, 2]
    assert found.worst_costs.tolist() == [7, 6, 4]
    assert found.trace_fitness == pytest.approx([1, 1 - 2 / 6, 1 / 2])
    assert found.moves(1) == [
        ("search", "search"), ("chase", None), ("pay", "pay"), (None, "sign")
    ]  # fmt: skip


def test_an_open_case_is_not_charged_for_what_may_still_come() -> None:
    runs = [("a",), ("a",), ("b",), (), ()]
    found = align(in_order("abc"), coded(runs), prefixes=[True, False, True, True, False])
    assert found.costs.tolist() == [0, 2, 1, 0, 3]
    assert found.moves(0) == [("a", "a")] and found.moves(3) == []
    assert found.trace_fitness.tolist() == [1, 0.5, 0, 1, 0]


def test_weights_change_what_is_cheapest() -> None:
    machine, runs = in_order("ab"), coded([("b", "a")])
    dear_a = align(machine, runs, log_costs=[5, 1], model_costs=[5, 1])
    assert dear_a.moves(0) == [("b", None), ("a", "a"), (None, "b")]
    dear_b = align(machine, runs, log_costs=[1, 5], model_costs=[1, 5])
    assert dear_b.moves(0) == [(None, "a"), ("b", "b"), ("a", None)]
    assert dear_a.costs.tolist() == dear_b.costs.tolist() == [2]


@settings(max_examples=200, deadline=None)
@given(TERMS, LOGS)
def test_costs_are_those_of_an_exhaustive_search(term: Term, runs: list[Run]) -> None:
    machine = from_term(term)
    found = align(machine, coded(runs))
    assert found.costs.tolist() == [search(machine, run) for run in runs]
    assert ((found.trace_fitness >= 0) & (found.trace_fitness <= 1)).all()
    check_moves(machine, runs, found)


@settings(max_examples=100, deadline=None)
@given(TERMS, LOGS)
def test_open_cases_may_stop_anywhere(term: Term, runs: list[Run]) -> None:
    machine = from_term(term)
    flags = [i % 3 != 0 for i in range(len(runs))]
    found = align(machine, coded(runs), prefixes=flags)
    expected = [search(machine, run, anywhere=flag) for run, flag in zip(runs, flags, strict=True)]
    assert found.costs.tolist() == expected
    check_moves(machine, runs, found)


@settings(max_examples=100, deadline=None)
@given(TERMS, LOGS, st.lists(st.integers(1, 7), min_size=4, max_size=4), st.sampled_from([1, 140]))
def test_weighted_costs_are_those_of_an_exhaustive_search(
    term: Term, runs: list[Run], weights: list[int], scale: int
) -> None:
    machine, log = from_term(term), coded(runs)
    dear = {label: scale * weight for label, weight in zip("abcd", weights, strict=True)}
    spare = {label: scale * (8 - weight) for label, weight in zip("abcd", weights, strict=True)}
    found = align(
        machine,
        log,
        log_costs=[spare.get(name, 1) for name in log.names],
        model_costs=[dear[label] for label in machine.labels],
    )
    expected = [search(machine, run, log_costs=spare, model_costs=dear) for run in runs]
    assert found.costs.tolist() == expected


def test_costs_beyond_short_integers_are_counted() -> None:
    log = coded([("a",) * 51])
    found = align(in_order("ab"), log, log_costs=[1000], model_costs=[1, 900])
    assert found.costs.tolist() == [50_900]
    assert found.worst_costs.tolist() == [51_000 + 901]


@settings(max_examples=100, deadline=None)
@given(TERMS, LOGS)
def test_large_automata_are_aligned_alike(term: Term, runs: list[Run]) -> None:
    machine, log = from_term(term), coded(runs)
    usual = align(machine, log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment_machine, "DENSE_STATES", 0)
        found = align(machine, log)
    assert found.costs.tolist() == usual.costs.tolist()
    assert [found.moves(v) for v in range(len(runs))] == [usual.moves(v) for v in range(len(runs))]


@settings(max_examples=100, deadline=None)
@given(TERMS, LOGS)
def test_the_model_is_followed_as_long_as_the_optimum_allows(term: Term, runs: list[Run]) -> None:
    machine = from_term(term)
    found = align(machine, coded(runs))
    steps = {
        (int(s), machine.labels[a]): int(t)
        for s, a, t in zip(machine.sources, machine.symbols, machine.targets, strict=True)
    }
    for v, run in enumerate(runs):
        kept, state = 0, 0
        while kept < len(run) and (state, run[kept]) in steps:
            state = steps[state, run[kept]]
            if search(machine, run[kept + 1 :], start=state) != found.costs[v]:
                break
            kept += 1
        moves = found.moves(v)
        assert all(log == model for log, model in moves[:kept])
        assert len(moves) == kept or moves[kept][0] != moves[kept][1]


@settings(max_examples=100, deadline=None)
@given(TERMS, st.randoms(use_true_random=False))
def test_every_run_of_the_model_costs_nothing(term: Term, random: Any) -> None:
    machine = from_term(term)
    runs = [walk(machine, random) for _ in range(5)]
    found = align(machine, coded(runs))
    assert not found.costs.any() and (found.trace_fitness == 1).all()


def walk(machine: Automaton, random: Any) -> Run:
    """A random run: some steps anywhere, then the shortest way to an end."""
    out: dict[int, list[tuple[str, int]]] = {s: [] for s in range(machine.n_states)}
    for s, a, t in zip(machine.sources, machine.symbols, machine.targets, strict=True):
        out[int(s)].append((machine.labels[a], int(t)))
    run: Run = ()
    state = 0
    for _ in range(random.randrange(8)):
        if out[state]:
            label, state = random.choice(out[state])
            run = (*run, label)
    ends: dict[int, Run] = {state: ()}
    queue = [state]
    for at in queue:
        if machine.accepting[at]:
            return run + ends[at]
        for label, target in out[at]:
            if target not in ends:
                ends[target] = (*ends[at], label)
                queue.append(target)
    raise AssertionError("every state lies on a run")


@settings(max_examples=50, deadline=None)
@given(TERMS, LOGS, st.randoms(use_true_random=False))
def test_order_and_duplicates_of_sequences_change_nothing(term: Term, runs: list[Run], random: Any) -> None:
    machine = from_term(term)
    single = {run: align(machine, coded([run])) for run in runs}
    mixed = runs * 2
    random.shuffle(mixed)
    together = align(machine, coded(mixed))
    for v, run in enumerate(mixed):
        assert together.costs[v] == single[run].costs[0]
        assert together.moves(v) == single[run].moves(0)


def test_a_log_without_sequences_or_activities_is_aligned() -> None:
    assert len(align(in_order("ab"), coded([]))) == 0
    assert align(in_order("ab"), coded([()])).costs.tolist() == [2]


def test_a_wide_automaton_is_aligned_without_distances() -> None:
    machine = from_term(Parallel(tuple(Step(c) for c in "abcdefghijk")))
    assert machine.n_states == 2048 > alignment_machine.DENSE_STATES
    runs = [tuple("kjihgfedcba"), tuple("aabcdefghij"), tuple("kx")]
    found = align(machine, coded(runs))
    assert found.costs.tolist() == [0, 2, 11]
    check_moves(machine, runs, found)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prefixes": [True, False]}, "prefixes must be 1 booleans"),
        ({"prefixes": [1]}, "prefixes must be 1 booleans"),
        ({"log_costs": [1, 2, 3]}, "log_costs must be 2 whole numbers"),
        ({"log_costs": [1.5, 2]}, "log_costs must be 2 whole numbers"),
        ({"log_costs": [1, -1]}, "log_costs: -1 for 'b' is not between 0 and"),
        ({"log_costs": [1, 1001]}, "log_costs: 1001 for 'b' is not between 0 and 1,000"),
        ({"model_costs": [0, 1]}, "model_costs: 0 for 'a' is not between 1 and"),
    ],
)
def test_costs_and_flags_are_checked(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOptionError, match=said):
        align(in_order("ab"), coded([("a", "b")]), **options)


def test_a_sequence_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        align(in_order("ab"), coded([("a",)])).moves(1)


def neutral(net: Any, initial: Any, final: Any) -> PetriNet:
    places = {place: f"p{i}" for i, place in enumerate(net.places)}
    transitions = {transition: f"t{i}" for i, transition in enumerate(net.transitions)}
    names = {**places, **transitions}
    return PetriNet(
        tuple(places.values()),
        tuple(Transition(name, transition.label) for transition, name in transitions.items()),
        tuple((names[arc.source], names[arc.target]) for arc in net.arcs),
        {places[place]: tokens for place, tokens in initial.items()},
        {places[place]: tokens for place, tokens in final.items()},
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
def test_pm4py_finds_the_same_costs(noise: float) -> None:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
        from pm4py.algo.conformance.alignments.petri_net import algorithm
    rng = np.random.default_rng(7)
    runs = [tuple("abcdef"), tuple("acbdef"), tuple("abcbcdf"), tuple("adf"), tuple("aef")]
    runs += [tuple(rng.permutation(list("abcdefg"))[: rng.integers(1, 8)]) for _ in range(40)]
    cases = [(f"{v}", name, i) for v, run in enumerate(runs) for i, name in enumerate(run)]
    frame = pd.DataFrame(cases, columns=["case:concept:name", "concept:name", "i"])
    frame["time:timestamp"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(frame["i"], "h")
    some = frame[frame["case:concept:name"].astype(int) < 12]
    net, initial, final = pm4py.discover_petri_net_inductive(some, noise_threshold=noise)
    log = pm4py.convert_to_event_log(frame)
    by_case = {trace.attributes["concept:name"]: trace for trace in log}
    expected = [
        algorithm.apply(by_case[f"{v}"], net, initial, final)["cost"] // 10000 for v in range(len(runs))
    ]
    found = align(from_petri_net(neutral(net, initial, final)), coded(runs))
    assert found.costs.tolist() == expected
