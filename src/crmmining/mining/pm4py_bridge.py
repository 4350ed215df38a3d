"""The one door to pm4py: discovery and model files; quiet, on copies, its bare exceptions made ours."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmmining.errors import MissingFileError, ModelError
from crmmining.mining.models import PetriNet, Transition

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog

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


def inductive_net(log: EventLog, noise: float) -> PetriNet:
    """The net of the Inductive Miner, infrequent (Leemans et al. 2013), from variants and their counts."""
    with _quietly("the Inductive Miner"):
        import pm4py
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
        from pm4py.algo.discovery.inductive.variants.im import IMUVCL
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
        from pm4py.objects.process_tree.utils import generic

        parameters = {"noise_threshold": noise, "show_progress_bar": False}
        variants = Counter({variant.activities: variant.n_cases for variant in log.variants})
        miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
        tree = generic.fold(miner.apply(IMDataStructureUVCL(variants), parameters))
        generic.tree_sort(tree)
        return _neutral(*pm4py.convert_to_petri_net(tree))


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


def write_net(net: PetriNet, path: Path) -> None:
    """Write a net as PNML or as BPMN 2.0, by suffix."""
    with _quietly(f"writing {path}"):
        import pm4py

        theirs = _pm4py_net(net)
        if path.suffix == ".pnml":
            pm4py.write_pnml(*theirs, str(path))
        elif path.suffix == ".bpmn":
            pm4py.write_bpmn(pm4py.convert_to_bpmn(*theirs), str(path), auto_layout=False)
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
