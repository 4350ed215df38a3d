"""The whole view of a plain log, from a Parquet file and from integer columns, against other tools.

python benchmarks/view.py                                  # 10^6 and 10^7 events, three runs in turn
python benchmarks/view.py --events 1e6 --repeats 5 --peers crmmining pandas
python benchmarks/view.py --note "two cores, otherwise idle"

A run is a whole process, imports included. Results are added to view_results.md. The run stops where two
tools do not find the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import machine, versions
from own_process import environment
from peers import PEERS

HERE = Path(__file__).parent
Run = dict[str, Any]


def run(name: str, path: Path) -> Run:
    """One process: seconds on the wall, CPU seconds, peak memory, what was found."""
    script = "loaded.py" if name == "loaded" else "peers.py"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(HERE / script), name, str(path)],
        env=environment(),
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - began
    if done.returncode:
        return {"failed": (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1][:120]}
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "wall": wall}


def measure(n_events: int, peers: list[str], repeats: int, folder: Path) -> dict[str, list[Run]]:
    """All tools in turn, so that a busy machine is busy for all of them."""
    path = folder / f"{n_events}.parquet"
    subprocess.run([sys.executable, str(HERE / "view_logs.py"), str(n_events), str(path)], check=True)
    run("crmmining", path)  # compiles the kernels, and brings the file into memory
    runs: dict[str, list[Run]] = {name: [] for name in peers}
    for turn in range(repeats):
        for name in peers:
            if turn and (name in ("pm4py", "pl4pm", "r4pm") or "failed" in runs[name][-1]):
                continue  # a factor of ten is clear after one run
            runs[name].append(run(name, path))
            print(f"  {name}: {runs[name][-1]}", flush=True)
    check([runs[name][-1] for name in peers])
    runs["loaded"] = [run("loaded", path)]
    return runs


def check(last: list[Run]) -> None:
    """All that were found are the same."""
    known: dict[str, int] = {}
    for found in (r["found"] for r in last if "failed" not in r):
        for key, value in found.items():
            if known.setdefault(key, value) != value:
                raise SystemExit(f"the tools do not agree: {key} is {known[key]} and {value}")


def table(n_events: int, runs: dict[str, list[Run]]) -> list[str]:
    """Medians of the runs; ratios are to ours."""
    lines = [
        "| events | tool | runs | wall s | CPU s | peak MB | wall ÷ ours | CPU ÷ ours | MB ÷ ours |",
        "|--:|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    ours = _median(runs["crmmining"])
    for name, found in runs.items():
        if name == "loaded":
            continue
        if "failed" in found[-1]:
            lines.append(f"| {n_events:,} | {name} | 1 | fails: {found[-1]['failed']} | | | | | |")
            continue
        own = _median(found)
        ratios = " | ".join(f"{own[key] / ours[key]:.2f}" for key in ("wall", "cpu", "megabytes"))
        lines.append(
            f"| {n_events:,} | {name} | {len(found)} | {own['wall']:.2f} | {own['cpu']:.2f} | "
            f"{own['megabytes']:.0f} | {ratios} |"
        )
    if "start" in runs:
        floor = _median(runs["start"])["wall"]
        beyond = {
            name: _median(found)["wall"] - floor
            for name, found in runs.items()
            if name not in ("start", "loaded", "crmmining") and "failed" not in found[-1]
        }
        own = ours["wall"] - floor
        ratios = ", ".join(f"{name} {seconds / own:.1f}" for name, seconds in beyond.items())
        lines += [
            "",
            f"Beyond *start* ({floor:.2f} s: Python, NumPy, pyarrow): ours {own:.2f} s; ÷ ours: {ratios}.",
        ]
    loaded = runs["loaded"][-1]
    if "failed" not in loaded:
        sort, merge, view = loaded["sort"], loaded["merge"], loaded["view"]
        lines += [
            "",
            f"From integer columns, {n_events:,} events: {view:.3f} s on the wall, "
            f"{loaded['cpu']:.3f} s of CPU; "
            f"one `np.sort` of as many random 64-bit keys {sort:.3f} s: {view / sort:.2f}; "
            f"the same without vector instructions (stable) {merge:.3f} s: {view / merge:.2f}.",
        ]
    return lines


def _median(runs: list[Run]) -> dict[str, float]:
    return {key: statistics.median(r[key] for r in runs) for key in ("wall", "cpu", "megabytes")}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, default=HERE / "view_results.md")
    parser.add_argument("--note", default="", help="a sentence about the conditions of the run")
    options = parser.parse_args()
    peers = ["crmmining", *(name for name in options.peers if name != "crmmining")]
    page = [
        f"## {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M}",
        "",
        f"{machine()}. {versions()}. {options.note}".strip(),
    ]
    for events in map(int, options.events):
        print(f"{events:,} events", flush=True)
        with tempfile.TemporaryDirectory(prefix="crmmining_view_") as folder:
            page += ["", *table(events, measure(events, peers, options.repeats, Path(folder)))]
    new = not options.output.is_file()
    with options.output.open("a", encoding="utf-8") as file:
        file.write(("# A view of a plain log\n\n" if new else "\n") + "\n".join(page) + "\n")
    print(f"Added to {options.output}")


if __name__ == "__main__":
    main()
