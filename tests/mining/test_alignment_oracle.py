"""Costs that other tools found: ProM's on a net of BPIC 2012, pm4py's on what is discovered from Sepsis."""

import csv
import random
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from tests.mining.test_alignment import check_moves

from crmmining.mining.alignment import Sequences, align
from crmmining.mining.automaton import from_petri_net
from crmmining.mining.discovery import DiscoveredModel, discover_model
from crmmining.mining.pm4py_bridge import read_net, write_net
from crmmining.sources.plain_logs import read_table

DATA = Path(__file__).parents[3] / "shared" / "data"
ORACLE = DATA / "alignment_oracle"
SEPSIS = DATA / "benchmark_logs" / "SEPSIS.xes.gz"
SCALE = 10_000  # of pm4py's costs: one for a move, and a little for a silent step
Run = tuple[str, ...]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not DATA.exists(), reason="the folder ../shared/data is not there"),
]


def coded(runs: list[Run]) -> Sequences:
    names = tuple(sorted(set(chain.from_iterable(runs))))
    codes = [names.index(name) for name in chain.from_iterable(runs)]
    return Sequences(np.cumsum([0, *map(len, runs)]), np.array(codes, np.int32), names)


def test_every_cost_and_fitness_is_prom_s() -> None:
    with (ORACLE / "oracle.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    net = read_net(ORACLE / "petriNet.pnml")
    (final,) = net.final
    assert net.final[final] == 1 and final not in {source for source, _ in net.arcs}
    machine, runs = from_petri_net(net), [tuple(row["trace"].split("|")) for row in rows]
    found = align(machine, coded(runs))
    assert len(found) == 1960 == sum(row["reliable"] == "Yes" for row in rows)
    assert found.costs.tolist() == [float(row["prom_raw_cost"]) for row in rows]
    rounded = [float(row["trace_fitness"]) for row in rows]  # to two places
    assert found.trace_fitness == pytest.approx(rounded, abs=0.005 + 1e-9)
    check_moves(machine, runs, found)


@pytest.fixture(scope="module")
def sepsis() -> Iterator[tuple[DiscoveredModel, list[Run]]]:
    log = read_table(SEPSIS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = discover_model(log, noise=0.2)
    yield model, [variant.activities for variant in log.variants]


@pytest.mark.parametrize(
    ("variant", "n"), [("VERSION_DIJKSTRA_LESS_MEMORY", 150), ("VERSION_STATE_EQUATION_A_STAR", 40)]
)
def test_pm4py_finds_the_same_optimum(
    sepsis: tuple[DiscoveredModel, list[Run]], variant: str, n: int, tmp_path: Path
) -> None:
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    model, runs = sepsis
    write_net(model.net, tmp_path / "model.pnml")
    net = pm4py.read_pnml(str(tmp_path / "model.pnml"))
    sample = random.Random(7).sample(runs, n)
    from_tree, from_net = (align(m, coded(sample)) for m in (model.model, from_petri_net(model.net)))
    expected = []
    for run in sample:
        trace = Trace([Event({"concept:name": name}) for name in run])
        options = {"enable_best_worst_cost": False}
        theirs = algorithm.apply(trace, *net, parameters=options, variant=algorithm.Variants[variant])
        assert "fitness" not in theirs
        expected.append(theirs["cost"] // SCALE)
    assert from_tree.costs.tolist() == from_net.costs.tolist() == expected
    assert any(expected)
