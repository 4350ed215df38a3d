"""Load a whole real log, the service desk of UCI 498, and compare its views; write real_log_results.md.

python benchmarks/real_log.py            # needs ../shared/data/benchmark_logs

The study is that of sample_logs/service_desk, over the full log instead of the extract. Both phases are
processes of their own; the median of three loads, each into a new workspace.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from machine import machine, versions
from own_process import Found, run_phase, tell

HERE = Path(__file__).parent
LOG = HERE.parents[1] / "shared" / "data" / "benchmark_logs" / "uci498_incident_event_log.csv.zip"
STUDY = HERE.parent / "sample_logs" / "service_desk" / "study.yaml"
PAGE = HERE / "real_log_results.md"
LOADS = 3


def load(path: str) -> Found:
    """A first load; returns what it found."""
    import crmmining as cm

    began = time.perf_counter()
    study = cm.open_study(Path(path))
    seconds = time.perf_counter() - began
    files, customers = study.quality.files, study.workspace.value("SELECT count(*) FROM customers")
    return {
        "seconds": seconds,
        "rows": int(files["n_rows"].sum()),
        "events": study.n_events,
        "refused": int(files["n_refused"].sum()),
        "records": int(study.workspace.value("SELECT count(*) FROM records")),
        "customers": int(customers),
        "goals": int(study.workspace.value("SELECT count(*) FROM goals")),
        "warnings": list(study.quality.warnings),
    }


def compare(path: str) -> Found:
    """Both views of the loaded log, every comparison and its findings."""
    import crmmining as cm

    study = cm.open_study(Path(path))
    began = time.perf_counter()
    sentences = [f.sentence for goal in study.goals for f in cm.compare_views(study, goal).findings]
    return {"seconds": time.perf_counter() - began, "findings": sentences}


def page(loads: list[Found], compared: Found) -> str:
    """What was measured."""
    one = loads[0]
    wall = statistics.median(found["wall"] for found in loads)
    inside = statistics.median(found["seconds"] for found in loads)
    lines = [
        "# A whole real log",
        "",
        "The incident log of a real service desk (UCI 498, DOI 10.24432/C57S4H), all of it, as it comes in",
        "its zip: `?` for null, day-first dates without seconds, ties within a minute, service accounts",
        "among the callers. Written by `python benchmarks/real_log.py`; the study is that of",
        "`sample_logs/service_desk`.",
        "",
        "| | |",
        "|---|--:|",
        f"| rows read | {one['rows']:,} |",
        f"| rows refused | {one['refused']:,} |",
        f"| events | {one['events']:,} |",
        f"| incidents | {one['records']:,} |",
        f"| callers | {one['customers']:,} |",
        f"| goals | {one['goals']:,} |",
        f"| first load, whole process | {wall:.1f} s |",
        f"| rows per second, whole process | {one['rows'] / wall:,.0f} |",
        f"| rows per second, without starting Python | {one['rows'] / inside:,.0f} |",
        f"| peak memory of the load | {max(found['peak'] for found in loads):,} MB |",
        f"| all comparisons, whole process | {compared['wall']:.1f} s |",
        f"| peak memory of the comparisons | {compared['peak']:,} MB |",
        "",
        "What loading warns of:",
        "",
        *[f"- {warning}" for warning in one["warnings"]],
        "",
        "What the comparison finds:",
        "",
        *[f"{n}. {sentence}." for n, sentence in enumerate(compared["findings"], start=1)],
        "",
        f"The median of {len(loads)} loads on {machine()}; {versions()}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write the page."""
    if not LOG.is_file():
        raise SystemExit(f"{LOG} is not there")
    loads = []
    with tempfile.TemporaryDirectory(prefix="crmmining_real_") as folder:
        for n in range(LOADS):
            path = Path(folder, str(n), "study.yaml")
            path.parent.mkdir()
            path.write_text(
                STUDY.read_text("utf-8").replace("exports/incident_event_log.csv", str(LOG)), "utf-8"
            )
            loads.append(run_phase(__file__, "load", str(path)))
        compared = run_phase(__file__, "compare", str(path))
    PAGE.write_text(page(loads, compared), "utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--phase"]:
        tell({"load": load, "compare": compare}[sys.argv[2]](sys.argv[3]))
    else:
        main()
