"""The one door to pm4py: discovery and model files; quiet, on copies, its bare exceptions made ours."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmmining.errors import MissingFileError, ModelError
from crmmining.mining.models import PetriNet, Transition
from crmmining.study.journey import Choice, Optional, Parallel, Repeat, Sequence, Step, Term

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog

MOST_RECURSION = 20_000
READABLE = (".pnml", ".bpmn", ".ptml")


@contextlib.contextmanager
def _quietly(doing: str) -> Iterator[None]:
    """No banner, no bars, no warnings; whatever pm4py raises becomes one line of ours."""
    logging.getLogger("pm4py").setLevel(logging.ERROR)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"{doing} failed: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _deep_recursion() -> Iterator[None]:
    """The miner calls itself for every activity it sets apart; some logs have hundreds."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, MOST_RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def inductive_term(log: EventLog, noise: float) -> tuple[PetriNet, Term | None]:
    """The net of the Inductive Miner, infrequent (Leemans et al. 2013), from variants and their counts.

    Beside it the process tree it is made of; None where that has an operator that terms do not.
    """
    with _quietly("the Inductive Miner"):
        import pm4py
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
        from pm4py.algo.discovery.inductive.variants.im import IMUVCL
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
        from pm4py.objects.process_tree.utils import generic

        parameters = {"noise_threshold": noise, "show_progress_bar": False}
        variants = Counter({variant.activities: variant.n_cases for variant in log.variants})
        miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
        with _deep_recursion():
            tree = generic.fold(miner.apply(IMDataStructureUVCL(variants), parameters))
        generic.tree_sort(tree)
        return _neutral(*pm4py.convert_to_petri_net(tree)), term_of_tree(tree)


def heuristics_net(log: EventLog, dependency: float) -> PetriNet:
    """The net of the Heuristics Miner (Weijters & Ribeiro 2011)."""
    with _quietly("the Heuristics Miner"):
        import pm4py

        net = pm4py.discover_petri_net_heuristics(pm4py_frame(log), dependency_threshold=dependency)
        return _neutral(*net)


def pm4py_frame(log: EventLog) -> Any:
    """The log as pm4py's frame: a copy, three columns."""
    import pandas as pd

    return pd.DataFrame(
        {
            "case:concept:name": log.cases["case"].to_numpy()[log.case_of_event].astype(str),
            "concept:name": pd.Series(log.activities)[log.columns["activity"]].to_numpy(),
            "time:timestamp": pd.to_datetime(log.columns["time"], unit="us", utc=True),
        }
    )


def read_net(path: Path) -> PetriNet:
    """A model file as a net: PNML, BPMN 2.0 or a process tree (PTML).

    Raises:
        MissingFileError, ModelError: no such file; another suffix; a file that cannot be read.
    """
    if not path.is_file():
        raise MissingFileError(path)
    if path.suffix not in READABLE:
        raise ModelError(
            f"{path}: models are read from {', '.join(READABLE)}, "
            f"not {path.suffix or 'a file without suffix'}"
        )
    with _quietly(f"reading {path}"):
        import pm4py

        if path.suffix == ".pnml":
            net, initial, final = pm4py.read_pnml(str(path))
            return _neutral(net, initial, final or _sinks(net))
        model = pm4py.read_bpmn(str(path)) if path.suffix == ".bpmn" else pm4py.read_ptml(str(path))
        return _neutral(*pm4py.convert_to_petri_net(model))


def read_term(path: Path) -> Term | None:
    """A process tree file (PTML) as a term; None for other files, and for operators that terms lack."""
    if path.suffix != ".ptml" or not path.is_file():
        return None
    with _quietly(f"reading {path}"):
        import pm4py

        return term_of_tree(pm4py.read_ptml(str(path)))


def block_structure(net: PetriNet) -> Term | None:
    """A net as a term with the same runs; None where it is not made of blocks."""
    with contextlib.suppress(ModelError), _quietly("looking for blocks"):
        import pm4py

        return term_of_tree(pm4py.convert_to_process_tree(*_pm4py_net(net)))
    return None


def term_of_tree(tree: Any) -> Term | None:
    """A pm4py process tree as a term, None where it has an operator that terms lack (OR, interleaving)."""
    if tree.operator is None:
        return Step(tree.label) if tree.label is not None else Sequence(())
    parts = [term_of_tree(child) for child in tree.children]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    match tree.operator.name:
        case "SEQUENCE":
            return Sequence(known)
        case "XOR":
            return Choice(known)
        case "PARALLEL":
            return Parallel(known)
        case "LOOP" if len(known) in (2, 3):
            body, again, *leaving = known
            return Sequence((body, Repeat(Sequence((again, body))), *leaving))
    return None


def write_term(term: Term, path: Path) -> bool:
    """Write a term as BPMN 2.0 through a process tree, which keeps its blocks; False where it has no tree."""
    if path.suffix != ".bpmn":
        return False
    with _quietly(f"writing {path}"):
        import pm4py

        tree = _tree_of_term(term)
        if tree is not None:
            _write_bpmn(pm4py.convert_to_bpmn(tree), path)
        return tree is not None


def _tree_of_term(term: Term) -> Any:
    """A term as a pm4py process tree; None where it has a partial order, which trees lack."""
    from pm4py.objects.process_tree.obj import Operator, ProcessTree

    def node(operator: Any, *children: Any) -> Any:
        if any(child is None for child in children):
            return None
        made = ProcessTree(operator=operator)
        for child in children:
            child.parent = made
            made.children.append(child)
        return made

    def parts(terms: tuple[Term, ...]) -> list[Any]:
        return [_tree_of_term(part) for part in terms]

    match term:
        case Step(activity):
            step = ProcessTree(label=activity)
            return node(Operator.XOR, step, ProcessTree()) if term.unobserved else step
        case Sequence(inner) if len(inner) != 1:
            return node(Operator.SEQUENCE, *parts(inner)) if inner else ProcessTree()
        case Sequence((only,)):
            return _tree_of_term(only)
        case Choice(branches):
            return node(Operator.XOR, *parts(branches))
        case Parallel(branches):
            return node(Operator.PARALLEL, *parts(branches))
        case Optional(body):
            return node(Operator.XOR, _tree_of_term(body), ProcessTree())
        case Repeat(body, at_least, at_most):
            several = [_tree_of_term(body) for _ in range(at_least)]
            if at_most is None:
                several.append(node(Operator.LOOP, ProcessTree(), _tree_of_term(body)))
            else:
                several += [_tree_of_term(Optional(body)) for _ in range(at_most - at_least)]
            if len(several) == 1:
                return several[0]
            return node(Operator.SEQUENCE, *several) if several else ProcessTree()
    return None


def _write_bpmn(model: Any, path: Path) -> None:
    """Write a BPMN model with a plain layout from left to right, so that other tools can draw it."""
    import pm4py

    depth: dict[Any, int] = {}
    waiting = [(node, 0) for node in model.get_nodes() if not node.get_in_arcs()]
    for node, at in waiting:  # grows while it is walked
        if node not in depth:
            depth[node] = at
            waiting += [(arc.get_target(), at + 1) for arc in node.get_out_arcs()]
    rows: Counter[int] = Counter()
    layout = model.get_layout()
    for node in sorted(depth, key=lambda node: (depth[node], str(node.get_name()))):
        size = (110, 60) if node.get_name() and node.get_out_arcs() and node.get_in_arcs() else (36, 36)
        place = layout.get(node)
        place.set_width(size[0])
        place.set_height(size[1])
        place.set_x(60 + 160 * depth[node])
        place.set_y(60 + 100 * rows[depth[node]] + (60 - size[1]) // 2)
        rows[depth[node]] += 1
    for flow in model.get_flows():
        ends = [layout.get(end) for end in (flow.get_source(), flow.get_target())]
        drawn = layout.get(flow)
        drawn.del_waypoints()
        middle = [end.get_y() + end.get_height() // 2 for end in ends]
        drawn.add_waypoint((ends[0].get_x() + ends[0].get_width(), middle[0]))
        drawn.add_waypoint((ends[1].get_x(), middle[1]))
    pm4py.write_bpmn(model, str(path), auto_layout=False)


def write_net(net: PetriNet, path: Path) -> None:
    """Write a net as PNML or as BPMN 2.0, by suffix."""
    with _quietly(f"writing {path}"):
        import pm4py

        theirs = _pm4py_net(net)
        if path.suffix == ".pnml":
            pm4py.write_pnml(*theirs, str(path))
        elif path.suffix == ".bpmn":
            _write_bpmn(pm4py.convert_to_bpmn(*theirs), path)
        else:
            raise ModelError(f"{path}: nets are written as .pnml or .bpmn")


def _sinks(net: Any) -> dict[Any, int]:
    """A net without final marking ends where nothing leaves: at its only sink place."""
    sinks = [place for place in net.places if not place.out_arcs]
    if len(sinks) != 1:
        raise ModelError(
            f"the net names no final marking and has {len(sinks)} places without a way out; "
            "it needs exactly one"
        )
    return {sinks[0]: 1}


def _neutral(net: Any, initial: Any, final: Any) -> PetriNet:
    """Names made unique by number, places and transitions in a stable order."""
    places = {place: f"p{i}" for i, place in enumerate(sorted(net.places, key=lambda p: str(p.name)))}
    ordered = sorted(net.transitions, key=lambda t: (str(t.label), str(t.name)))
    transitions = {transition: f"t{i}" for i, transition in enumerate(ordered)}
    names = {**places, **transitions}
    arcs = sorted((names[arc.source], names[arc.target]) for arc in net.arcs for _ in range(int(arc.weight)))
    return PetriNet(
        tuple(places.values()),
        tuple(Transition(name, transition.label) for transition, name in transitions.items()),
        tuple(arcs),
        {places[place]: int(n) for place, n in initial.items()},
        {places[place]: int(n) for place, n in final.items()},
    )


def _pm4py_net(net: PetriNet) -> tuple[Any, Any, Any]:
    from pm4py.objects.petri_net.obj import Marking
    from pm4py.objects.petri_net.obj import PetriNet as TheirNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    theirs = TheirNet("model")
    nodes: dict[str, Any] = {}
    for name in net.places:
        nodes[name] = TheirNet.Place(name)
        theirs.places.add(nodes[name])
    for transition in net.transitions:
        nodes[transition.name] = TheirNet.Transition(transition.name, transition.label)
        theirs.transitions.add(nodes[transition.name])
    for (source, target), weight in Counter(net.arcs).items():
        add_arc_from_to(nodes[source], nodes[target], theirs, weight=weight)
    initial, final = Marking(), Marking()
    for marking, ours in ((initial, net.initial), (final, net.final)):
        for place, n in ours.items():
            marking[nodes[place]] = n
    return theirs, initial, final
