"""Other tools' alignments of a case, within a budget: one tool in a process of its own.

python alignment_peers.py TOOL FOLDER LOG MODEL SECONDS SEED

The variants come in random order and in batches; every finished batch is a line of JSON, and where the
budget allows, all of them in one go are further lines. When the budget is over the process ends, with
whatever it was at. A tool gets net and variants in the form it reads for free, and need not say what a
fitness is.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alignment_logs import Case, Run

MOST_STATES = 5_000_000  # where r4pm gives up on a variant
MEMORY = 8 * 2**30
AGAIN = 3  # times in one go, where the budget allows
SCALE = 10_000  # of pm4py's costs: one for a move, and a little for a silent step
Cost = int | None


@dataclass(frozen=True)
class Tool:
    """How a tool is used: `hand_over` and `costs` are not on the clock, `align` is."""

    align: Callable[[Any], Any]
    costs: Callable[[Any, list[Run]], list[Cost]]
    hand_over: Callable[[list[Run]], Any] = lambda runs: runs
    in_batches: bool = False


def pm4py_net(case: Case, variant: str) -> Tool:
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    net = pm4py.read_pnml(str(case.pnml))
    options = {"enable_best_worst_cost": False}  # a second search that only fitness needs

    def align(traces: list[Any]) -> list[Any]:
        chosen = algorithm.Variants[variant]
        return [algorithm.apply(trace, *net, parameters=options, variant=chosen) for trace in traces]

    return Tool(
        align,
        lambda found, runs: [one and one["cost"] // SCALE for one in found],
        lambda runs: [Trace([Event({"concept:name": name}) for name in run]) for run in runs],
    )


def a_star(case: Case) -> Tool:
    return pm4py_net(case, "VERSION_STATE_EQUATION_A_STAR")


def dijkstra(case: Case) -> Tool:
    return pm4py_net(case, "VERSION_DIJKSTRA_LESS_MEMORY")


def tree(case: Case) -> Tool:
    """What pm4py does with a process tree; not always optimal."""
    from pm4py.algo.conformance.alignments.process_tree.variants import search_graph_pt
    from pm4py.objects.process_tree.utils.generic import get_leaves_as_tuples

    model, leaves = case.tree, frozenset(get_leaves_as_tuples(case.tree))
    return Tool(
        lambda runs: [search_graph_pt.align_variant(run, leaves, model) for run in runs],
        lambda found, runs: [int(one["cost"]) for one in found],
    )


def r4pm(case: Case) -> Tool:
    import polars as pl
    import r4pm as r4
    from r4pm import bindings

    net = r4.petri_net.import_pnml(str(case.pnml))
    kinds = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
    options: Any = {"cost_fn": kinds, "max_states": MOST_STATES}

    def hand_over(runs: list[Run]) -> Any:
        rows = [(str(v), name, i) for v, run in enumerate(runs) for i, name in enumerate(run)]
        frame = pl.DataFrame(rows, ["case:concept:name", "concept:name", "i"], orient="row")
        begun = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        frame = frame.with_columns((pl.lit(begun) + pl.duration(seconds="i")).alias("time:timestamp"))
        log = r4.import_item_from_df("EventLog", frame.drop("i"))
        return r4.convert_item(log, "EventLogActivityProjection")

    def costs(found: Any, runs: list[Run]) -> list[Cost]:
        known = {tuple(one["activities"]): one["result"].get("Ok", {}).get("cost") for one in found}
        return [known[run] for run in runs]

    return Tool(lambda projection: bindings.align_variants(net, projection, options), costs, hand_over, True)


def ebi(case: Case) -> Tool:
    import ebi as ebi_tool

    net = case.pnml.read_text("utf-8")

    def hand_over(runs: list[Run]) -> str:
        lines = ["finite stochastic language", str(len(runs))]
        for run in runs:
            lines += [f"1/{len(runs)}", str(len(run)), *run]
        return "\n".join(lines) + "\n"

    def costs(found: str, runs: list[Run]) -> list[Cost]:
        known: dict[Run, int] = {}
        for alignment in found.split("\n# alignment ")[1:]:
            moves = re.findall(r"^(synchronous|log|model) move\nlabel (.*)$", alignment, re.MULTILINE)
            run = tuple(name for kind, name in moves if kind != "model")
            known[run] = sum(kind != "synchronous" for kind, _ in moves)
        return [known[run] for run in runs]

    def align(language: str) -> str:
        return ebi_tool.conformance_non_stochastic_alignments(language, net)

    return Tool(align, costs, hand_over, True)


TOOLS: dict[str, Callable[[Case], Tool]] = {
    "pm4py A*": a_star,
    "pm4py Dijkstra": dijkstra,
    "r4pm": r4pm,
    "ebi": ebi,
    "pm4py tree": tree,
}
EXACT = ("pm4py A*", "pm4py Dijkstra", "r4pm", "ebi")
OF_PM4PY = ("pm4py A*", "pm4py Dijkstra")


def run(tool: Tool, runs: list[Run], budget: float, seed: int) -> None:
    """Batch after batch until the budget is over; an alarm then ends the process.

    Where there is time left all are done again in one go, which spares a tool the price of every call.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 2 * budget)
    tool.align(tool.hand_over([min(runs, key=len)]))  # whatever is imported or built on a first call
    order = random.Random(seed).sample(range(len(runs)), len(runs))
    done, spent, size = 0, 0.0, 1
    while done < len(order) and spent < budget:
        part = order[done : done + size]
        spent += batch(tool, runs, part, budget - spent)
        done += len(part)
        if tool.in_batches:
            fitting = done * (budget - spent) / (3 * spent)
            size = max(1, min(4 * size, int(fitting)))
    again = spent
    for _ in range(AGAIN):
        if spent + 2 * again < budget:
            spent += batch(tool, runs, order, budget - spent)


def batch(tool: Tool, runs: list[Run], part: list[int], budget: float) -> float:
    """Some variants in one call, told as a line of JSON; the seconds they took."""
    chosen = [runs[v] for v in part]
    given = tool.hand_over(chosen)
    signal.setitimer(signal.ITIMER_REAL, budget)
    cpu, wall = time.process_time(), time.perf_counter()
    found = tool.align(given)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(json.dumps({"variants": part, "costs": tool.costs(found, chosen), "cpu": cpu, "wall": wall}))
    sys.stdout.flush()
    return wall


def main(name: str, folder: str, log: str, model: str, budget: str, seed: str) -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    case = Case(Path(folder), log, model)
    run(TOOLS[name](case), case.variants, float(budget), int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
