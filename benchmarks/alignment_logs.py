"""Logs, models and hand-drawn journeys for the alignment benchmark, kept in a folder for every tool to read.

A log is the list of its variants with their numbers of cases. A model is a Petri net (PNML) and the process
tree it comes from, and the journey where one was drawn by hand.
"""

from __future__ import annotations

import csv
import json
import os
import pickle
import shutil
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alignment_trees import tree_of

if TYPE_CHECKING:
    from crmmining.mining.models import PetriNet
    from crmmining.study.journey import Term

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CRMMINING_SHARED", ROOT.parent / "shared" / "data"))
NOISE = (0.0, 0.2, 0.5)
HOME = "Move into a home"
BY_HAND = "by hand"
Run = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One log and one model, in files."""

    folder: Path
    log: str
    model: str

    @property
    def by_hand(self) -> bool:
        return self.model == BY_HAND

    @cached_property
    def variants(self) -> list[Run]:
        """The variants, most frequent first."""
        return [tuple(run) for run, _ in self._counted]

    @cached_property
    def n_cases(self) -> list[int]:
        """How many cases each variant has."""
        return [n for _, n in self._counted]

    @cached_property
    def _counted(self) -> list[tuple[list[str], int]]:
        return json.loads((self.folder / f"{self.log}.json").read_text("utf-8"))

    @property
    def pnml(self) -> Path:
        return self.folder / f"{self.log} {self.model}.pnml"

    @cached_property
    def net(self) -> PetriNet:
        """The net as our own value."""
        from crmmining.mining.pm4py_bridge import read_net

        return read_net(self.pnml)

    @cached_property
    def tree(self) -> Any:
        """The process tree as pm4py's object."""
        return pickle.loads(self.pnml.with_suffix(".tree").read_bytes())

    @cached_property
    def term(self) -> Term | None:
        """The journey where it was drawn by hand."""
        path = self.pnml.with_suffix(".term")
        return pickle.loads(path.read_bytes()) if path.is_file() else None


def discovered(folder: Path, log: str) -> list[Case]:
    """The models of pm4py's Inductive Miner (infrequent), found once and kept."""
    counted = Counter({tuple(run): n for run, n in _kept_log(folder, log)})
    cases = []
    for noise in NOISE:
        case = Case(folder, log, f"IMf {noise}")
        if not case.pnml.is_file():
            _keep_model(case, _inductive_tree(counted, noise))
        cases.append(case)
    return cases


def drawn(folder: Path, log: str, term: Term, model: str = BY_HAND) -> Case:
    """A model given as a journey's term."""
    case = Case(folder, log, model)
    case.pnml.with_suffix(".term").write_bytes(pickle.dumps(term))
    _keep_model(case, tree_of(term))
    return case


def keep_variants(folder: Path, log: str, counted: dict[Run, int]) -> None:
    """Write a log, most frequent variants first."""
    rows = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    (folder / f"{log}.json").write_text(json.dumps(rows), "utf-8")


def _kept_log(folder: Path, log: str) -> list[tuple[list[str], int]]:
    path = folder / f"{log}.json"
    if not path.is_file():
        keep_variants(folder, log, LOGS[log]())
    return json.loads(path.read_text("utf-8"))


def _keep_model(case: Case, tree: Any) -> None:
    import pm4py

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pm4py.convert_to_petri_net(tree)
    case.pnml.with_suffix(".tree").write_bytes(pickle.dumps(tree))
    pm4py.write_pnml(*net, str(case.pnml))


def _inductive_tree(counted: Counter[Run], noise: float) -> Any:
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
    from pm4py.objects.process_tree.utils import generic

    parameters = {"noise_threshold": noise, "show_progress_bar": False}
    miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
    tree = generic.fold(miner.apply(IMDataStructureUVCL(counted), parameters))
    generic.tree_sort(tree)
    return tree


def _xes(name: str) -> Callable[[], dict[Run, int]]:
    def read() -> dict[Run, int]:
        import crmmining as cm

        return _counted(cm.read_table(SHARED / "benchmark_logs" / f"{name}.xes.gz"))

    return read


def _permits() -> dict[Run, int]:
    """Only activities of a fifth of the cases: with all 398 the miner takes more than half an hour."""
    counted = _xes("BPIC15_1")()
    cases = Counter(name for run, n in counted.items() for name in set(run) for _ in range(n))
    kept = {name for name, n in cases.items() if 5 * n >= sum(counted.values())}
    found: Counter[Run] = Counter()
    for run, n in counted.items():
        found[tuple(name for name in run if name in kept)] += n
    return {run: n for run, n in found.items() if run}


def _intervals() -> dict[Run, int]:
    """Every interval is one event, at its end."""
    import pandas as pd

    import crmmining as cm

    frame = pd.read_csv(SHARED / "benchmark_logs" / "BPIC_2017_W.csv.gz")
    names = {"case_id": "case", "activity": "activity", "end_time": "time"}
    frame = frame[list(names)].rename(columns=names)
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    return _counted(cm.EventLog.from_frame(frame))


def _incidents() -> dict[Run, int]:
    """The states of an incident, update by update."""
    updates: dict[str, list[tuple[int, str]]] = defaultdict(list)
    path = SHARED / "servicenow_uci498" / "incident_event_log_sample.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            updates[row["number"]].append((int(row["sys_mod_count"]), row["incident_state"]))
    by_number = {number: sorted(of, key=lambda update: update[0]) for number, of in updates.items()}
    return dict(Counter(tuple(state for _, state in of) for of in by_number.values()))


def _home_move() -> dict[Run, int]:
    import crmmining as cm

    with tempfile.TemporaryDirectory(prefix="crmmining_home_move_") as folder:
        copy = shutil.copytree(
            ROOT / "sample_logs" / "home_move",
            Path(folder, "home_move"),
            ignore=shutil.ignore_patterns("*.duckdb*"),
        )
        return _counted(cm.open_study(copy / "study.yaml").journey_log(HOME))


def _counted(log: Any) -> dict[Run, int]:
    return {variant.activities: variant.n_cases for variant in log.variants}


LOGS: dict[str, Callable[[], dict[Run, int]]] = {
    "SEPSIS": _xes("SEPSIS"),
    "RTFMP": _xes("RTFMP"),
    "BPIC14_f": _xes("BPIC14_f"),
    "BPIC15_1": _permits,
    "bpic2012": _xes("bpic2012"),
    "BPIC_2017_W": _intervals,
    "ServiceNow": _incidents,
    "home_move": _home_move,
}
