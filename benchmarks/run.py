"""Measure the whole report, and a view against pm4py; write results.md.

python benchmarks/run.py                          # 2,000 and 200,000 customers
python benchmarks/run.py --customers 2000 20000   # other sizes
python benchmarks/run.py --note "two cores shared with other work"
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import machine, versions
from own_process import environment

HERE = Path(__file__).parent
Found = dict[str, Any]


def run_phase(name: str, *arguments: str) -> Found:
    """One phase in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "phases.py"), name, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"
        print(f"  {name} failed: {reason}", flush=True)
        return {"failed": reason}
    found: Found = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"  {name}: {found}", flush=True)
    return found


def measure(customers: int, folder: Path) -> Found:
    """All phases at one size."""
    print(f"{customers:,} customers", flush=True)
    place = str(folder)
    found: Found = {
        "customers": customers,
        "generate": run_phase("generate", place, str(customers)),
        "load": run_phase("load", place),
        "report": run_phase("report", place),
        "csv": run_phase("write_csv", place),
    }
    repeats = "3" if found["csv"].get("events", 0) < 1_000_000 else "1"
    for name in ("ours_from_csv", "pm4py_from_csv", "ours_loaded", "pm4py_loaded"):
        found[name] = run_phase(name, place, repeats)
    views = [
        {key: found[name][key] for key in ("variants", "edges", "moves")}
        for name in found
        if name.startswith(("ours", "pm4py")) and "failed" not in found[name]
    ]
    if any(view != views[0] for view in views):
        raise SystemExit(f"the two do not agree on the events they read: {views}")
    return found


def results_page(results: list[Found], note: str) -> str:
    """The page of results."""
    lines = [
        "# Results",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. {machine()}. {versions()}.",
        *([note] if note else []),
        "",
        "## Whole report, from exports to the page",
        "",
        "Seconds on the wall and the peak memory of the process. Loading is the first one, of everything.",
        "",
        "| customers | events | exports | generate | load | report | page |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        parts = [_whole(r[phase]) for phase in ("generate", "load", "report")]
        size = r["generate"]["megabytes"]
        page = f"{r['report']['page_megabytes']} MB" if "failed" not in r["report"] else "–"
        lines.append(
            f"| {r['customers']:,} | {r['load'].get('events', 0):,} | {size:,} MB | "
            f"{' | '.join(parts)} | {page} |"
        )
    lines += [
        "",
        "## A view: case order, variants, directly-follows with median and P90",
        "",
        "The events of the goal “Move into a home”, the same for both, in the same run. Both find the same",
        "number of variants, edges and moves. Ratio: pm4py's seconds over ours.",
        "",
        "| events | cases | variants | from | crmmining | pm4py | ratio |",
        "|--:|--:|--:|---|--:|--:|--:|",
    ]
    for r in results:
        for name, what in (("from_csv", "CSV"), ("loaded", "loaded log")):
            ours, theirs = r[f"ours_{name}"], r[f"pm4py_{name}"]
            both = "failed" not in ours and "failed" not in theirs
            ratio = f"{theirs['seconds'] / ours['seconds']:.1f}" if both else "–"
            lines.append(
                f"| {r['csv']['events']:,} | {r['csv']['cases']:,} | {ours.get('variants', 0):,} | {what} | "
                f"{_spent(ours)} | {_spent(theirs)} | {ratio} |"
            )
    return "\n".join(lines) + "\n"


def _whole(found: Found) -> str:
    return _failure(found) or f"{found['seconds']:.1f} s, {found['peak_megabytes']:,} MB"


def _spent(found: Found) -> str:
    return _failure(found) or f"{found['seconds']:.3f} s, {found['peak_megabytes']:,} MB"


def _failure(found: Found) -> str:
    """The kind of error of a phase that failed; the whole message stands in the JSON beside the page."""
    return f"fails: {found['failed'].partition(':')[0].rpartition('.')[2]}" if "failed" in found else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=[2_000, 200_000])
    parser.add_argument("--output", type=Path, default=HERE / "results.md")
    parser.add_argument("--add", action="store_true", help="keep the other sizes of the last run")
    parser.add_argument("--note", default="", help="a sentence about the conditions of the run")
    options = parser.parse_args()
    raw = options.output.with_suffix(".json")
    results: list[Found] = json.loads(raw.read_text("utf-8")) if options.add and raw.is_file() else []
    for customers in options.customers:
        with tempfile.TemporaryDirectory(prefix="crmmining_benchmark_") as folder:
            found = measure(customers, Path(folder))
        results = sorted(
            [*(r for r in results if r["customers"] != customers), found], key=lambda r: int(r["customers"])
        )
        raw.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        options.output.write_text(results_page(results, options.note), "utf-8")
    print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
