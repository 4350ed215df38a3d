"""Loading at growing sizes: a first load, an increment, reading back; write loading_results.md and a figure.

python benchmarks/loading.py                                # 10^5, 10^6 and 10^7 events
python benchmarks/loading.py --events 1e8 --memory 4GB      # hours of disk, minutes of work
python benchmarks/loading.py --note "two cores, otherwise idle"

Every phase is a process of its own; the increment adds 1 % new events at the end of the web visits. The
floor is one `np.sort` of as many 64-bit keys, in the same run. What was measured before is kept.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import machine, versions

HERE = Path(__file__).parent
EVENTS_PER_CUSTOMER = 19.5
GOAL = "Move into a home"
Found = dict[str, Any]


def generate(folder: str, customers: str) -> Found:
    from crmmining.samples.making import make_sample

    make_sample("home_move", Path(folder), customers=int(customers), seed=7)
    return {}


def load(folder: str, memory: str) -> Found:
    import crmmining as cm

    began = time.perf_counter()
    study = cm.open_study(Path(folder, "study.yaml"), memory=memory or None)
    seconds = time.perf_counter() - began
    run = study.runs[-1]
    return {"seconds": seconds, "events": study.n_events, "added": run.n_added, "touched": run.n_customers}


def grow(folder: str, n: str) -> Found:
    """Add rows to the web visits: visits that were, a few seconds off."""
    path, chance = Path(folder, "exports", "web_visits.csv"), random.Random(int(n))
    with path.open() as file:
        rows = file.read().splitlines()[1:]
    with path.open("a") as file:
        for row in chance.choices(rows, k=int(n)):
            at, rest = row.split(",", 1)
            file.write(f"{at[:17]}{chance.randint(0, 59):02}{at[19:]},{rest}\n")
    return {}


def view(folder: str, memory: str) -> Found:
    """Reading the journey and its view; then the view alone; and the floor."""
    import numpy as np

    import crmmining as cm

    study = cm.open_study(Path(folder, "study.yaml"), memory=memory or None)
    cm.directly_follows(study.journey_log("Understand my bill"))  # kernels are loaded
    began = time.perf_counter()
    log = study.journey_log(GOAL)
    read = time.perf_counter()
    _ = log.variants, cm.directly_follows(log)
    done = time.perf_counter()
    keys = np.random.default_rng(7).integers(0, 2**62, log.n_events)
    start = time.perf_counter()
    keys.sort()
    floor = time.perf_counter() - start
    return {"events": log.n_events, "read": read - began, "view": done - read, "sort": floor}


PHASES: dict[str, Callable[..., Found]] = {phase.__name__: phase for phase in (generate, load, grow, view)}


def run_phase(name: str, *arguments: str) -> Found:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--phase", name, *arguments],
        env={**os.environ, "PYTHONPATH": str(HERE.parent / "src")},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr.strip().splitlines()[-1]}")
    found: Found = json.loads(done.stdout.strip().splitlines()[-1])
    found["wall"] = time.perf_counter() - began
    print(f"  {name}: {found}", flush=True)
    return found


def measure(events: float, memory: str) -> Found:
    customers = max(50, round(events / EVENTS_PER_CUSTOMER))
    with tempfile.TemporaryDirectory(prefix="crmmining_loading_") as folder:
        print(f"{customers:,} customers", flush=True)
        run_phase("generate", folder, str(customers))
        first = run_phase("load", folder, memory)
        size = Path(folder, "study.duckdb").stat().st_size
        read = run_phase("view", folder, memory)
        run_phase("grow", folder, str(max(1, first["events"] // 100)))
        increment = run_phase("load", folder, memory)
    return {
        "events": first["events"], "customers": customers, "memory": memory, "file": size,
        "load": first, "view": read, "increment": increment,
    }  # fmt: skip


def page(results: list[Found], note: str) -> str:
    lines = [
        "# Loading",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. {machine()}. {versions()}." + (f" {note}" if note else ""),
        "",
        "Whole processes on the wall, imports included; home_move's exports (CSV). The increment adds 1 %",
        "new events to the web visits; *customers* are those made anew.",
        "",
        "| events | limit | first load | events/s | peak | file | increment | customers | ÷ first load |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        first, more = r["load"], r["increment"]
        lines.append(
            f"| {r['events']:,} | {r['memory'] or 'none'} | {first['wall']:.1f} s "
            f"| {r['events'] / first['wall']:,.0f} | {first['peak']:,} MB | {r['file'] / 1e6:,.0f} MB "
            f"| {more['wall']:.1f} s | {more['touched']:,} | {more['wall'] / first['wall']:.1%} |"
        )
    lines += [
        "",
        f"Reading “{GOAL}” back, and its view (case order, variants, directly-follows with median and P90),",
        "against one `np.sort` of as many random 64-bit keys.",
        "",
        "| events of the goal | read and order | view | sort | all ÷ sort | peak |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        v = r["view"]
        lines.append(
            f"| {v['events']:,} | {v['read']:.2f} s | {v['view']:.2f} s | {v['sort']:.2f} s "
            f"| {(v['read'] + v['view']) / v['sort']:.1f} | {v['peak']:,} MB |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=float, nargs="+", default=[1e5, 1e6, 1e7])
    parser.add_argument("--memory", default="")
    parser.add_argument("--note", default="")
    options = parser.parse_args()
    raw = HERE / "loading_results.json"
    results: list[Found] = json.loads(raw.read_text("utf-8")) if raw.is_file() else []
    for events in options.events:
        found = measure(events, options.memory)
        same = (found["customers"], found["memory"])
        results = [r for r in results if (r["customers"], r["memory"]) != same] + [found]
        results.sort(key=lambda r: (r["events"], r["memory"]))
        raw.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        (HERE / "loading_results.md").write_text(page(results, options.note), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--phase"]:
        answer = PHASES[sys.argv[2]](*sys.argv[3:])
        answer["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(answer))
    else:
        main()
