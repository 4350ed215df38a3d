from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import ModelError
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

LONGEST = 5
Run = tuple[str, ...]


def branches(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[tuple[Term, ...]]:
    return st.lists(terms, min_size=1, max_size=3).map(tuple)


def repeats(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Repeat]:
    bounds = st.sampled_from([(0, None), (1, None), (2, None), (0, 0), (0, 2), (1, 3), (2, 2)])
    return st.builds(lambda body, bound: Repeat(body, *bound), terms, bounds)


TERMS = st.recursive(
    st.sampled_from("abc").map(Step),
    lambda terms: st.one_of(
        branches(terms).map(Sequence),
        branches(terms).map(Choice),
        branches(terms).map(Parallel),
        terms.map(Optional),
        repeats(terms),
    ),
    max_leaves=6,
)


def runs(term: Term) -> set[Run]:
    """All runs up to LONGEST, by the definition of each word of the language."""
    match term:
        case Step(activity):
            return {(activity,)}
        case Sequence(parts):
            return chained([runs(part) for part in parts])
        case Choice(parts):
            return set().union(*(runs(part) for part in parts))
        case Parallel(parts):
            return interleaved([runs(part) for part in parts])
        case Optional(body):
            return {()} | runs(body)
        case Repeat(body, least, most):
            most = least + LONGEST if most is None else most
            times = range(least, most + 1)
            return set().union(*(chained([runs(body)] * n) for n in times))


def chained(parts: list[set[Run]]) -> set[Run]:
    result: set[Run] = {()}
    for part in parts:
        result = {(*a, *b) for a in result for b in part if len(a) + len(b) <= LONGEST}
    return result


def interleaved(parts: list[set[Run]]) -> set[Run]:
    result: set[Run] = {()}
    for part in parts:
        result = {run for a in result for b in part for run in shuffles(a, b)}
    return result


def shuffles(a: Run, b: Run) -> set[Run]:
    if len(a) + len(b) > LONGEST:
        return set()
    if not a or not b:
        return {a + b}
    return {(a[0], *run) for run in shuffles(a[1:], b)} | {(b[0], *run) for run in shuffles(a, b[1:])}


def words(labels: str, longest: int) -> list[Run]:
    return [word for n in range(longest + 1) for word in product(labels, repeat=n)]


def net_of(term: Term) -> PetriNet:
    """A workflow net of a term, with silent transitions wherever they are convenient."""
    places: list[str] = []
    transitions: list[Transition] = []
    arcs: list[tuple[str, str]] = []

    def place() -> str:
        places.append(f"p{len(places)}")
        return places[-1]

    def fire(sources: list[str], label: str | None, targets: list[str]) -> None:
        name = f"t{len(transitions)}"
        transitions.append(Transition(name, label))
        arcs.extend([(source, name) for source in sources] + [(name, t) for t in targets])

    def build(part: Term, source: str, target: str) -> None:
        match part:
            case Step(activity):
                fire([source], activity, [target])
            case Sequence(parts):
                for inner in parts:
                    between = place()
                    build(inner, source, between)
                    source = between
                fire([source], None, [target])
            case Choice(parts):
                for inner in parts:
                    start = place()
                    fire([source], None, [start])
                    build(inner, start, target)
            case Parallel(parts):
                starts, ends = [place() for _ in parts], [place() for _ in parts]
                fire([source], None, starts)
                for inner, start, end in zip(parts, starts, ends, strict=True):
                    build(inner, start, end)
                fire(ends, None, [target])
            case Optional(body):
                build(Choice((Sequence(()), body)), source, target)
            case Repeat(body, least, None):
                loop, back = place(), place()
                build(Sequence((body,) * least), source, loop)
                build(body, loop, back)
                fire([back], None, [loop])
                fire([loop], None, [target])
            case Repeat(body, least, int(most)):
                build(Sequence((body,) * least + (Optional(body),) * (most - least)), source, target)

    start, end = place(), place()
    build(term, start, end)
    return PetriNet(tuple(places), tuple(transitions), tuple(arcs), {start: 1}, {end: 1})


def chain_net(*labels: str | None, final: str | None = None) -> PetriNet:
    places = tuple(f"p{i}" for i in range(len(labels) + 1))
    transitions = tuple(Transition(f"t{i}", label) for i, label in enumerate(labels))
    arcs = [(f"p{i}", f"t{i}") for i in range(len(labels))]
    arcs += [(f"t{i}", f"p{i + 1}") for i in range(len(labels))]
    return PetriNet(places, transitions, tuple(arcs), {"p0": 1}, {final or places[-1]: 1})


@settings(max_examples=150, deadline=None)
@given(TERMS)
def test_exactly_the_runs_of_a_term_are_accepted(term: Term) -> None:
    machine, allowed = from_term(term), runs(term)
    assert {word for word in words("abc", LONGEST) if machine.accepts(word)} == allowed


@settings(max_examples=150, deadline=None)
@given(TERMS)
def test_a_net_and_its_term_have_one_automaton(term: Term) -> None:
    assert from_petri_net(net_of(term)) == from_term(term)


@settings(max_examples=100, deadline=None)
@given(TERMS)
def test_no_two_states_are_equivalent(term: Term) -> None:
    machine = from_term(term)
    following = {
        (int(s), int(a)): int(t)
        for s, a, t in zip(machine.sources, machine.symbols, machine.targets, strict=True)
    }
    kind = [int(accepting) for accepting in machine.accepting]
    for _ in range(machine.n_states):
        rows = [
            (kind[s], *(kind[t] if (t := following.get((s, a))) is not None else -1
                        for a in range(len(machine.labels))))
            for s in range(machine.n_states)
        ]  # fmt: skip
        kind = [rows.index(row) for row in rows]
    assert len(set(kind)) == machine.n_states


@settings(max_examples=100, deadline=None)
@given(TERMS)
def test_the_shortest_run_is_accepted_and_none_is_shorter(term: Term) -> None:
    machine = from_term(term)
    shortest = machine.shortest_run()
    assert machine.accepts(shortest)
    assert not any(machine.accepts(word) for word in words("abc", min(len(shortest) - 1, 5)))


def test_equal_languages_are_equal_automata() -> None:
    ab = Sequence((Step("a"), Step("b")))
    either_order = Choice((ab, Sequence((Step("b"), Step("a")))))
    assert from_term(Parallel((Step("a"), Step("b")))) == from_term(either_order)
    assert hash(from_term(either_order)) == hash(from_term(Parallel((Step("a"), Step("b")))))
    assert from_term(ab) != from_term(either_order)


def test_a_journey_is_compiled_stage_by_stage() -> None:
    journey = IdealJourney.parse(
        [
            {"stage": "Look", "steps": [{"repeat": "search", "at_least": 1},
                                        {"optional": "visit"}]},
            {"stage": "Buy", "steps": [{"parallel": ["pay", "sign"]},
                                       {"repeat": "chase", "at_most": 0}]},
        ]
    )  # fmt: skip
    machine = model_of_journey(journey)
    assert machine.labels == ("pay", "search", "sign", "visit")
    assert machine.n_states == 6
    assert machine.accepts(["search", "search", "visit", "sign", "pay"])
    assert not machine.accepts(["search", "chase", "pay", "sign"])
    assert machine.accepts(journey.main_path())
    assert machine.shortest_run() == ("search", "pay", "sign")


def test_parallel_branches_multiply_and_nothing_else_grows() -> None:
    wide = Parallel(tuple(Step(name) for name in "abcdefgh"))
    assert from_term(Sequence((Step("x"), wide, Step("y")))).n_states == 2**8 + 2


def test_arrays_are_sorted_and_cannot_be_changed() -> None:
    machine = from_term(Choice((Step("b"), Step("a"))))
    assert machine.symbols.tolist() == [0, 1] and machine.sources.tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        machine.targets[0] = 0


def test_a_model_of_nothing_accepts_nothing_happening() -> None:
    machine = from_term(Sequence(()))
    assert machine == Automaton((), *(np.array([], np.int32),) * 3, np.array([True]))
    assert machine.accepts([]) and not machine.accepts(["a"]) and machine.shortest_run() == ()


def test_too_many_states_are_refused_with_the_way_out() -> None:
    wide = Parallel(tuple(Step(str(i)) for i in range(20)))
    with pytest.raises(ModelError, match=r"more than 100,000 states.*side by side"):
        from_term(wide)
    with pytest.raises(ModelError, match="more than 10 states"):
        from_term(Repeat(Step("a"), at_least=12, at_most=12), max_states=10)
    with pytest.raises(ModelError, match="more than 20 states"):
        from_petri_net(net_of(Parallel(tuple(Step(c) for c in "abcdef"))), max_states=20)


def test_silent_transitions_are_not_seen() -> None:
    assert from_petri_net(chain_net(None, "a", None, "b")) == from_term(Sequence((Step("a"), Step("b"))))


def test_a_place_may_hold_several_tokens() -> None:
    net = PetriNet(
        ("p", "q"),
        (Transition("t", "a"),),
        (("p", "t"), ("p", "t"), ("t", "q")),
        {"p": 4},
        {"q": 2},
    )
    assert from_petri_net(net) == from_term(Sequence((Step("a"), Step("a"))))


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (chain_net("a", final="p0"), None),
        (PetriNet(("p", "q"), (Transition("t", "a"),), (("p", "t"),), {"p": 1}, {"q": 1}),
         "final marking of the net is never reached"),
        (PetriNet(("p", "q"), (Transition("t", "a"),), (("p", "t"), ("t", "p"), ("t", "q")),
                  {"p": 1}, {"q": 1}), "not bounded: place 'q'"),
        (PetriNet(("p",), (Transition("t", "a"),), (("p", "u"),), {"p": 1}, {"p": 1}),
         "'p' to 'u' does not join"),
        (PetriNet(("p",), (Transition("p", "a"),), (), {"p": 1}, {"p": 1}), "both called 'p'"),
        (PetriNet(("p", "p"), (), (), {"p": 1}, {"p": 1}), "same name"),
        (PetriNet(("p",), (), (), {"p": 1}, {}), "no final marking"),
        (PetriNet(("p",), (), (), {"q": 1}, {"p": 1}), "1 tokens in place 'q'"),
    ],
)  # fmt: skip
def test_a_net_that_cannot_be_meant_is_refused(net: PetriNet, said: str | None) -> None:
    if said is None:
        assert from_petri_net(net).shortest_run() == ()
        return
    with pytest.raises(ModelError, match=said):
        from_petri_net(net)
