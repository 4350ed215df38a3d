"""What is measured, one function each; run as ``python phases.py NAME ARGUMENTS`` in a process of its own.

Every phase prints one line of JSON: its seconds without imports, the peak memory of the process, and
what it found.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

GOAL = "Move into a home"
Found = dict[str, Any]


def generate(folder: str, customers: str) -> Found:
    from crmmining.samples.making import make_sample

    seconds, _ = timed(lambda: make_sample("home_move", Path(folder), customers=int(customers), seed=7))
    size = sum(path.stat().st_size for path in Path(folder, "exports").rglob("*.csv"))
    return {"seconds": seconds, "megabytes": round(size / 1e6, 1)}


def load(folder: str) -> Found:
    import crmmining as cm

    seconds, study = timed(lambda: cm.open_study(Path(folder, "study.yaml"), reload=True))
    return {"seconds": seconds, "events": study.n_events}


def report(folder: str) -> Found:
    import crmmining as cm

    study = cm.open_study(Path(folder, "study.yaml"))
    seconds, page = timed(lambda: cm.write_report(study, Path(folder, "report")))
    return {"seconds": seconds, "page_megabytes": round(page.stat().st_size / 1e6, 2)}


def write_csv(folder: str) -> Found:
    """The events of one goal as a plain CSV in the order of time, as an export would have them."""
    import crmmining as cm

    log = cm.open_study(Path(folder, "study.yaml")).journey_log(GOAL)
    frame = log.to_frame()[["case", "activity", "time"]].sort_values("time", kind="stable")
    seconds, _ = timed(lambda: frame.to_csv(Path(folder, "log.csv"), index=False))
    return {"seconds": seconds, "events": log.n_events, "cases": log.n_cases}


def ours_from_csv(folder: str, repeats: str) -> Found:
    import crmmining as cm

    _warm()
    columns = {"case": "case", "activity": "activity", "time": "time"}
    return measured(lambda: _ours(cm.read_table(Path(folder, "log.csv"), columns=columns)), int(repeats))


def ours_loaded(folder: str, repeats: str) -> Found:
    """From integer columns in the order of time: case order, variants, directly-follows."""
    import numpy as np

    import crmmining as cm
    from crmmining.eventlog.log import CaseNotion, EventLog

    _warm()
    log = cm.open_study(Path(folder, "study.yaml")).journey_log(GOAL)
    order = np.argsort(log.columns["time"], kind="stable")
    case = log.case_of_event[order]
    columns = {name: log.columns[name][order] for name in ("activity", "time", "sequence")}
    names, cases, notion = {"activity": log.activities}, log.cases[["case"]], CaseNotion("plain", "log")
    return measured(lambda: _ours(EventLog.from_columns(notion, case, columns, names, cases)), int(repeats))


def pm4py_from_csv(folder: str, repeats: str) -> Found:
    import pandas as pd

    def whole() -> Found:
        frame = pd.read_csv(Path(folder, "log.csv"))
        frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
        return _theirs(_formatted(frame))

    return measured(whole, int(repeats))


def pm4py_loaded(folder: str, repeats: str) -> Found:
    """From pm4py's own formatted, already sorted frame: variants, directly-follows, performance."""
    import pandas as pd

    frame = pd.read_csv(Path(folder, "log.csv"))
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    formatted = _formatted(frame)
    return measured(lambda: _theirs(formatted), int(repeats))


def measured(call: Callable[[], Found], repeats: int) -> Found:
    """The median of the repeats' seconds, beside what was found."""
    runs = [timed(call) for _ in range(repeats)]
    return {"seconds": statistics.median(seconds for seconds, _ in runs), **runs[-1][1]}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def _warm() -> None:
    """Compile the kernels before the clock runs; they are kept on disk between processes."""
    import crmmining as cm

    _ours(cm.EventLog.from_variants({"ab": 2, "acb": 1}))


def _ours(log: Any) -> Found:
    import crmmining as cm

    graph, variants = cm.directly_follows(log), log.variants
    return {"variants": len(variants), "edges": len(graph.edges), "moves": graph.n_moves}


def _formatted(frame: Any) -> Any:
    import pm4py

    return pm4py.format_dataframe(frame, case_id="case", activity_key="activity", timestamp_key="time")


def _theirs(frame: Any) -> Found:
    import pm4py

    variants = pm4py.get_variants(frame)
    graph, _, _ = pm4py.discover_dfg(frame)
    pm4py.discover_performance_dfg(frame)
    return {"variants": len(variants), "edges": len(graph), "moves": int(sum(graph.values()))}


PHASES: dict[str, Callable[..., Found]] = {
    phase.__name__: phase
    for phase in (generate, load, report, write_csv, ours_from_csv, ours_loaded, pm4py_from_csv, pm4py_loaded)
}  # fmt: skip


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    result = PHASES[sys.argv[1]](*sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    peak = peak / 1024 / 1024 if sys.platform == "darwin" else peak
    print(json.dumps({**result, "peak_megabytes": round(peak)}))
