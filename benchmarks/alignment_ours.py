"""Our own alignments of a case, all in: the model compiled, raw variants encoded, aligned, moves laid out.

python alignment_ours.py FOLDER LOG MODEL [whole]     # prints one line of JSON

`whole` begins with one sequence of activities per case instead of one per variant.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Iterable
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from alignment_logs import Case, Run

from crmmining.errors import ModelError
from crmmining.mining.alignment import Sequences, align
from crmmining.mining.bounded_model import BoundedModel
from crmmining.mining.compiling import AnyModel, model_of_net, model_of_term
from crmmining.mining.pm4py_bridge import term_of_tree

PARTS = ("compile", "encode", "align")
SECONDS = 3.0  # of runs: at most MOST, and at least LEAST where these take no longer than a minute
LEAST, MOST = 3, 15


def compile_model(case: Case) -> AnyModel:
    """The model as the aligner takes it; the one place to change for another way."""
    if case.term is not None:
        return model_of_term(case.term)
    return model_of_net(case.net, term_of_tree(case.tree))


def encode(runs: Iterable[Run]) -> Sequences:
    """Sequences of names as codes in flat arrays."""
    runs = list(runs)
    offsets = np.zeros(len(runs) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, runs), np.int64, len(runs)), out=offsets[1:])
    code_of: dict[str, int] = _Numbers()
    codes = map(code_of.__getitem__, chain.from_iterable(runs))
    return Sequences(offsets, np.fromiter(codes, np.int32, int(offsets[-1])), tuple(code_of))


class _Numbers(dict[str, int]):
    """Names numbered as they come."""

    def __missing__(self, name: str) -> int:
        self[name] = number = len(self)
        return number


def measure(case: Case, runs: list[Run]) -> dict[str, Any]:
    """Milliseconds of CPU and on the wall of every part, medians of several runs after one to warm up."""
    _prepare(case)
    try:
        once(case, runs)
    except ModelError as error:
        return {"failed": str(error)}
    found: list[dict[str, Any]] = []
    began = time.perf_counter()
    while len(found) < MOST:
        found.append(once(case, runs))
        if time.perf_counter() - began > (SECONDS if len(found) >= LEAST else 60):
            break
    middle = {
        clock: {part: statistics.median(run[clock][part] for run in found) for part in found[0][clock]}
        for clock in ("cpu", "wall")
    }
    last = found[-1]
    return {**middle, **{key: last[key] for key in ("states", "costs", "lower")}, "repeats": len(found)}


def _prepare(case: Case) -> None:
    """The model is in memory before anything is measured, as every other tool has it."""
    if case.term is None:
        _ = case.net, case.tree


def once(case: Case, runs: list[Run]) -> dict[str, Any]:
    """One run from the model and the names to the moves; then the moves as Python tuples."""
    marks = [_clocks()]
    machine = compile_model(case)
    marks.append(_clocks())
    coded = encode(dict.fromkeys(runs))
    marks.append(_clocks())
    found = align(machine, coded)
    marks.append(_clocks())
    for v in range(len(found)):
        found.moves(v)
    marks.append(_clocks())
    lower = found.costs if found.lower_costs is None else found.lower_costs
    states = None if isinstance(machine, BoundedModel) else machine.n_states
    taken: dict[str, Any] = {"states": states, "costs": found.costs.tolist(), "lower": lower.tolist()}
    for i, clock in enumerate(("cpu", "wall")):
        steps = [1000 * (after[i] - before[i]) for before, after in pairwise(marks)]
        taken[clock] = dict(zip((*PARTS, "tuples"), steps, strict=True))
    return taken


def _clocks() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def cases_of(case: Case) -> list[Run]:
    """One sequence per case, in random order."""
    runs = [(*run,) for run, n in zip(case.variants, case.n_cases, strict=True) for _ in range(n)]
    random.Random(7).shuffle(runs)
    return runs


def main(folder: str, log: str, model: str, *how: str) -> None:
    case = Case(Path(folder), log, model)
    found = measure(case, cases_of(case) if how else case.variants)
    if how:
        found = {key: value for key, value in found.items() if key not in ("costs", "lower")}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
