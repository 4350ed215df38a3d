"""Time and memory of every comparison of the two views at growing sizes; write comparing_results.md.

python benchmarks/comparing.py                        # 10^5, 10^6 and 10^7 events
python benchmarks/comparing.py --events 1e6

home_move is generated and loaded first; then one process opens the study and computes every topic of
both goals, each timed as it is first asked for (what topics share is paid by the first), and another the
portfolio.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from machine import machine, versions
from own_process import Found, run_phase, tell

from crmmining.comparison.topics import TOPICS

HERE = Path(__file__).parent
PAGE = HERE / "comparing_results.md"
EVENTS_PER_CUSTOMER = 19.5
SHARED = ("log", *(topic for topic in TOPICS if topic not in ("sensitivity", "behaviour")), "findings")
"""What is timed; goals are built again for the sensitivity, and behaviour is compared on a sample."""


def generate(folder: str, customers: str) -> Found:
    """The world, loaded."""
    import crmmining as cm

    path = cm.make_sample("home_move", folder, customers=int(customers), seed=7)
    return {"events": cm.open_study(path).n_events}


def compare(folder: str) -> Found:
    """Seconds of each topic, both goals together."""
    import crmmining as cm

    study, seconds = cm.open_study(Path(folder, "study.yaml")), dict.fromkeys(SHARED, 0.0)
    n_findings = 0
    for goal in study.goals:
        began = time.perf_counter()
        views = cm.compare_views(study, goal)
        seconds["log"] += time.perf_counter() - began
        for topic in SHARED[1:]:
            began = time.perf_counter()
            getattr(views, topic)
            seconds[topic] += time.perf_counter() - began
        n_findings += len(views.findings)
    return {"seconds": seconds, "findings": n_findings}


def portfolio(folder: str) -> Found:
    """The portfolio of the whole study, from opening on."""
    import crmmining as cm

    study = cm.open_study(Path(folder, "study.yaml"))
    began = time.perf_counter()
    cm.build_portfolio(study)
    return {"seconds": time.perf_counter() - began}


PHASES = {phase.__name__: phase for phase in (generate, compare, portfolio)}


def page(results: list[Found]) -> str:
    """A column per size."""
    events = [found["generate"]["events"] for found in results]
    head = "| | " + " | ".join(f"{n:,} events" for n in events) + " |"
    lines = [
        "# The comparison of the two views",
        "",
        "Seconds for both goals of home_move on a loaded workspace; what topics share is paid by the first",
        "that needs it. Whole processes on the wall, imports included, with their peak memory. Written by",
        "`python benchmarks/comparing.py`.",
        "",
        head,
        "|---|" + "--:|" * len(results),
    ]
    for topic in SHARED:
        values = [f"{found['compare']['seconds'][topic]:.2f} s" for found in results]
        lines.append(f"| {topic.replace('_', ' ')} | {' | '.join(values)} |")
    for phase, name in (("compare", "all, whole process"), ("portfolio", "portfolio, whole process")):
        walls = [f"{found[phase]['wall']:.1f} s" for found in results]
        peaks = [f"{found[phase]['peak']:,} MB" for found in results]
        lines.append(f"| **{name}** | {' | '.join(walls)} |")
        lines.append(f"| peak memory | {' | '.join(peaks)} |")
    costs = [found["compare"]["wall"] / n * 1e6 for found, n in zip(results, events, strict=True)]
    lines += [
        "| seconds per million events | " + " | ".join(f"{cost:.2f}" for cost in costs) + " |",
        "",
        f"{machine()}; {versions()}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=float, nargs="+", default=[1e5, 1e6, 1e7])
    options = parser.parse_args()
    results = []
    for events in options.events:
        with tempfile.TemporaryDirectory(prefix="crmmining_comparing_") as folder:
            customers = str(max(50, round(events / EVENTS_PER_CUSTOMER)))
            found = {"generate": run_phase(__file__, "generate", folder, customers)}
            found |= {name: run_phase(__file__, name, folder) for name in ("compare", "portfolio")}
            results.append(found)
    PAGE.write_text(page(results), "utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--phase"]:
        tell(PHASES[sys.argv[2]](*sys.argv[3:]))
    else:
        main()
