"""Loading at growing sizes: a first load, an increment, reading back; write loading_results.md and
docs/images/loading.svg.

python benchmarks/loading.py                                # 10^5, 10^6 and 10^7 events
python benchmarks/loading.py --events 1e8 --memory 4GB      # hours of disk, minutes of work
python benchmarks/loading.py --note "two cores, otherwise idle"

Every phase is a process of its own. Two increments of 1 % new events follow the first load: the newest web
visits, which it had not seen, and visits scattered over all customers and times. The floor is one `np.sort`
of as many 64-bit keys, in the same run. What was measured before is kept.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from machine import machine, versions
from own_process import Found, run_phase, tell

HERE = Path(__file__).parent
EVENTS_PER_CUSTOMER = 19.5
GOAL = "Move into a home"
VIEWED = "reading a goal and its view"


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


def hold_back(folder: str, n: str) -> Found:
    """Take the newest web visits out, as an export of some days before would lack them."""
    path = Path(folder, "exports", "web_visits.csv")
    with path.open() as file:
        header, *rows = file.read().splitlines(keepends=True)
    rows.sort()  # each begins with its time
    path.write_text(header + "".join(rows[: -int(n)]))
    Path(folder, "newest.csv").write_text("".join(rows[-int(n) :]))
    return {}


def grow_newest(folder: str) -> Found:
    """Add what was held back."""
    with Path(folder, "exports", "web_visits.csv").open("a") as file:
        file.write(Path(folder, "newest.csv").read_text())
    return {}


def grow_scattered(folder: str, n: str) -> Found:
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
    from crmmining.eventlog.log import CaseNotion
    from crmmining.mining.view import view_of_log, view_of_study

    study = cm.open_study(Path(folder, "study.yaml"), memory=memory or None)
    notion = CaseNotion("journey", GOAL)
    view_of_study(study, CaseNotion("journey", "Understand my bill"))  # kernels are loaded
    began = read = time.perf_counter()
    if memory:
        view_of_study(study, notion)
    else:
        log = study.log(notion)
        read = time.perf_counter()
        view_of_log(log)
    done = time.perf_counter()
    n_events = study.count(study.query(notion))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    keys = np.random.default_rng(7).integers(0, 2**62, n_events)
    start = time.perf_counter()
    keys.sort()
    floor = time.perf_counter() - start
    keys = np.random.default_rng(7).integers(0, 2**62, n_events)
    start = time.perf_counter()
    keys.sort(kind="stable")
    merge = time.perf_counter() - start
    return {
        "events": n_events, "read": read - began, "view": done - read, "sort": floor, "merge": merge,
        "peak": peak,
    }  # fmt: skip


PHASES: dict[str, Callable[..., Found]] = {
    phase.__name__: phase for phase in (generate, hold_back, load, view, grow_newest, grow_scattered)
}


def measure(events: float, memory: str) -> Found:
    customers = max(50, round(events / EVENTS_PER_CUSTOMER))
    with tempfile.TemporaryDirectory(prefix="crmmining_loading_") as folder:
        print(f"{customers:,} customers", flush=True)
        run_phase(__file__, "generate", folder, str(customers))
        run_phase(__file__, "hold_back", folder, str(max(1, round(events / 100))))
        os.sync()  # exports lie on the disk when they are read
        first = run_phase(__file__, "load", folder, memory)
        size = Path(folder, "study.duckdb").stat().st_size
        read = run_phase(__file__, "view", folder, memory)
        run_phase(__file__, "grow_newest", folder)
        os.sync()
        newest = run_phase(__file__, "load", folder, memory)
        run_phase(__file__, "grow_scattered", folder, str(max(1, first["events"] // 100)))
        os.sync()
        scattered = run_phase(__file__, "load", folder, memory)
    return {
        "events": first["events"], "customers": customers, "memory": memory, "file": size,
        "load": first, "view": read, "newest": newest, "increment": scattered,
    }  # fmt: skip


def page(results: list[Found], note: str) -> str:
    lines = [
        "# Loading",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. {machine()}. {versions()}." + (f" {note}" if note else ""),
        "",
        "Whole processes on the wall, imports included; home_move's exports (CSV). Two increments of 1 %",
        "new web visits: the *newest*, which the first load had not seen, and visits *scattered* over all",
        "customers and two years, which no export grows by, but touch as many customers as can be;",
        "*customers* are those made anew.",
        "",
        "| events | limit | first load | events/s | peak | file | newest 1 % | customers | ÷ first load "
        "| scattered 1 % | customers | ÷ first load |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        first, scattered = r["load"], r["increment"]
        lines.append(
            f"| {r['events']:,} | {r['memory'] or 'none'} | {first['wall']:.1f} s "
            f"| {r['events'] / first['wall']:,.0f} | {first['peak']:,} MB | {r['file'] / 1e6:,.0f} MB "
            f"| {_increment(r.get('newest'), first)} | {_increment(scattered, first)} |"
        )
    lines += [
        "",
        f"Reading “{GOAL}” back, and its view (case order, variants, directly-follows with median and P90),",
        "against one `np.sort` of as many random 64-bit keys, with the vector instructions the machine has",
        "and without (a stable sort, which takes about as long on every machine).",
        "",
        "Under a limit a log that would not fit is looked at in parts, reading and all.",
        "",
        "| events of the goal | limit | read and order | view | sort | all ÷ sort "
        "| stable sort | all ÷ stable | peak |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for r in results:
        v = r["view"]
        read = f"{v['read']:.2f} s" if v["read"] else "in parts"
        lines.append(
            f"| {v['events']:,} | {r['memory'] or 'none'} "
            f"| {read} | {v['view']:.2f} s "
            f"| {v['sort']:.2f} s "
            f"| {(v['read'] + v['view']) / v['sort']:.1f} | {_over_merge(v)} | {v['peak']:,} MB |"
        )
    return "\n".join(lines) + "\n"


def _over_merge(view: Found) -> str:
    if "merge" not in view:  # measured before there was one
        return "– | –"
    return f"{view['merge']:.2f} s | {(view['read'] + view['view']) / view['merge']:.2f}"


def _increment(more: Found | None, first: Found) -> str:
    if more is None:
        return "– | – | –"
    return f"{more['wall']:.1f} s | {more['touched']:,} | {more['wall'] / first['wall']:.1%}"


def slopes(results: list[Found], seconds: list[float]) -> str:
    """The power of the events with which seconds grow: to the largest without a limit, and on from there."""
    free = [k for k, r in enumerate(results) if not r["memory"]]
    spans = [(free[-2], free[-1], "without a limit")] if len(free) > 1 else []
    if free and free[-1] + 1 < len(results):
        spans.append((free[-1], len(results) - 1, "from there on, with one"))
    said = []
    for first, last, where in spans:
        growth = math.log(results[last]["events"] / results[first]["events"])
        said.append(f"{math.log(seconds[last] / seconds[first]) / growth:.2f} {where}")
    return "slope " + ",\n".join(said)


def draw(results: list[Found]) -> None:
    """Seconds and peak memory against events, both axes logarithmic."""
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
    events = [round(r["events"], -len(str(r["events"])) + 1) for r in results]
    lines = {
        "first load": [r["load"]["wall"] for r in results],
        "increment of 1 %, scattered": [r["increment"]["wall"] for r in results],
        VIEWED: [r["view"]["read"] + r["view"]["view"] for r in results],
    }
    looks = zip(lines.items(), ("#1b4965", "#c8553d", "#6a994e"), (4, 4, -16), strict=True)
    for (name, seconds), colour, above in looks:
        left.loglog(events, seconds, "o-", color=colour, lw=1.8, ms=4.5)
        label = f"{name}\n" + ("(under a limit in parts)" if name == VIEWED else slopes(results, seconds))
        left.annotate(label, (events[-1], seconds[-1]), (8, above), textcoords="offset points", va="center",
                      color=colour, fontsize=8.5)  # fmt: skip
    right.loglog(events, [r["load"]["peak"] / 1024 for r in results], "o-", color="#1b4965", lw=1.8, ms=4.5)
    for r in results:
        limit = f"limit {r['memory']}" if r["memory"] else "no limit"
        right.annotate(limit, (r["events"], r["load"]["peak"] / 1024), (0, -13), textcoords="offset points",
                       ha="center", fontsize=8, color="#555555")  # fmt: skip
    left.set_title("Seconds on the wall", loc="left", fontsize=10)
    right.set_title("Peak memory of the first load, GB", loc="left", fontsize=10)
    for axes in (left, right):
        axes.set_xlabel("events")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(which="major", color="#dddddd", lw=0.6)
        axes.set_xlim(events[0] / 2.5, events[-1] * (80 if axes is left else 2.5))
        axes.set_xticks(events, [f"{n / 1e6:g} M" for n in events], fontsize=7.5)
        axes.minorticks_off()
    right.set_ylim(0.1, 10)
    plt.rcParams["svg.hashsalt"] = "crmmining"
    figure.savefig(HERE.parent / "docs" / "images" / "loading.svg", metadata={"Date": None})
    plt.close(figure)


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
    draw(results)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--phase"]:
        tell(PHASES[sys.argv[2]](*sys.argv[3:]))
    else:
        main()
