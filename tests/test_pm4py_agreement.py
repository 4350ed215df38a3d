"""pm4py, another program, agrees on variants, directly-follows counts and times, and alignment costs."""

import warnings

import numpy as np
import pandas as pd
import pytest

from crmmining.mining.alignment import Sequences, align
from crmmining.mining.directly_follows import directly_follows
from crmmining.mining.discovery import discover_model
from crmmining.study.durations import SECOND

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pm4py's own
LOGS = (
    ("home_move", "journey", "Move into a home"),
    ("home_move", "journey", "Understand my bill"),
    ("home_move", "process", "Mortgage application"),
    ("home_move", "process", "Billing question"),
    ("service_desk", "journey", "Get a service working again"),
    ("service_desk", "process", "Incident"),
)
MOST_ALIGNED = 60
MOVE_COST = 10_000
"""pm4py charges this for a log or model move, 1 for a silent one."""


@pytest.fixture(scope="module")
def pm4py():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pm4py")


@pytest.fixture(scope="module", params=LOGS, ids=lambda found: found[2].lower().replace(" ", "-"))
def log(request):
    sample, kind, name = request.param
    study = request.getfixturevalue(f"{sample}_study")
    return study.journey_log(name) if kind == "journey" else study.process_log(name)


@pytest.fixture(scope="module")
def frame(log):
    """The log as pm4py reads it: cases in the order of their names, which is not ours."""
    events = log.to_frame()
    found = pd.DataFrame(
        {
            "case:concept:name": events["case"].astype(str),
            "concept:name": events["activity"].astype(str),
            "time:timestamp": events["time"],
        }
    )
    return found.sort_values(["case:concept:name", "time:timestamp"], kind="stable", ignore_index=True)


def test_variants(pm4py, log, frame):
    theirs = pm4py.get_variants(frame.copy())
    ours = {variant.activities: variant.n_cases for variant in log.variants}
    assert ours == {tuple(steps): n for steps, n in theirs.items()}


def test_directly_follows_counts(pm4py, log, frame):
    edges, starts, ends = pm4py.discover_dfg(frame.copy())
    graph = directly_follows(log)
    assert {pair: edge.n for pair, edge in graph.edges.items()} == edges
    assert (graph.starts, graph.ends) == (dict(starts), dict(ends))


def test_times_between_steps(pm4py, log, frame):
    edges, _, _ = pm4py.discover_performance_dfg(frame.copy())
    graph = directly_follows(log)
    assert set(edges) == set(graph.edges)
    for pair, edge in graph.edges.items():
        assert edge.total / SECOND == pytest.approx(edges[pair]["sum"], rel=1e-9, abs=1e-3)
        assert edge.total / SECOND / edge.n == pytest.approx(edges[pair]["mean"], rel=1e-9, abs=1e-3)


def test_alignment_costs_against_a_discovered_net(pm4py, log):
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    from crmmining.mining.pm4py_bridge import _pm4py_net

    model = discover_model(log, noise=0.2)
    net, initial, final = _pm4py_net(model.net)
    variants = log.variants
    ours = align(model.model, Sequences(variants.offsets, variants.codes, variants.names)).costs
    chosen = np.unique(np.linspace(0, len(variants) - 1, MOST_ALIGNED).astype(int))
    for v in chosen:
        trace = Trace([Event({"concept:name": name}) for name in variants.activities(int(v))])
        theirs = algorithm.apply_trace(
            trace, net, initial, final, variant=algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY
        )
        assert ours[v] == theirs["cost"] // MOVE_COST, variants.activities(int(v))
