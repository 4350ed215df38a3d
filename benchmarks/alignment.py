"""Exact alignments against other tools: same logs, same models, same run; write alignment_results.md.

python benchmarks/alignment.py                                    # every log, 15 s per tool and pair
python benchmarks/alignment.py --logs SEPSIS home_move --budget 2
python benchmarks/alignment.py --page                             # the page again, from what was measured

Every measurement is a process of its own. A tool too slow for all variants aligns a random sample of them.
Wherever another tool finishes a variant its cost is compared to ours: a difference stops the run, but for
the tool that does not claim to be optimal, where it is counted. What was measured before is kept.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alignment_logs import LOGS, Case, discovered, drawn
from alignment_page import page
from alignment_peers import EXACT, TOOLS
from alignment_trees import journey_for
from own_process import environment

HERE = Path(__file__).parent
WHOLE = ("bpic2012", "BPIC14_f")
THREADS = (
    "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"
)  # fmt: skip
Row = dict[str, Any]


def child(script: str, *arguments: str, one_thread: bool = True) -> tuple[list[Row], str]:
    """The lines of JSON a process prints, and why it ended early, if it did."""
    settings = environment() | (dict.fromkeys(THREADS, "1") if one_thread else {})
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], env=settings, capture_output=True, text=True
    )
    *whole, _ = done.stdout.split("\n")  # a line that was not finished is none
    why = ""
    if done.returncode == -signal.SIGALRM:
        why = "budget"
    elif done.returncode:
        why = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1][:150]
    return [json.loads(line) for line in whole if line.startswith("{")], why


def measure(case: Case, tools: list[str], budget: float, seed: int) -> Row:
    """One log and one model by ours and the others."""
    at = (str(case.folder), case.log, case.model)
    lines, why = child("alignment_ours.py", *at)
    ours = lines[-1] if lines else {"failed": why}
    costs, lower = ours.pop("costs", []), ours.pop("lower", [])
    ours["unproved"] = sum(low < cost for low, cost in zip(lower, costs, strict=True))
    row: Row = {
        "log": case.log, "model": case.model, "by_hand": case.by_hand, "variants": len(case.variants),
        "events": sum(map(len, case.variants)), "mean_cost": sum(costs) / max(1, len(costs)),
        "ours": ours, "tools": {},
    }  # fmt: skip
    print(f"  {case.log}, {case.model}: ours {ours.get('failed') or ours['cpu']}", flush=True)
    for name in tools:
        batches, why = child("alignment_peers.py", name, *at, str(budget), str(seed))
        row["tools"][name] = compared(case, name, batches, costs, lower) | {"why": why}
        print(f"    {name}: {row['tools'][name]}", flush=True)
    return row


def compared(case: Case, name: str, batches: list[Row], ours: list[int], lower: list[int]) -> Row:
    """What a tool did, its costs held against ours; a difference to an exact tool stops the run.

    Where we know bounds only, the optimum may lie between them.
    """
    found = {v: cost for b in batches for v, cost in zip(b["variants"], b["costs"], strict=True)}
    checked = [(v, cost) for v, cost in found.items() if cost is not None and ours]
    other = [(v, cost) for v, cost in checked if not lower[v] <= cost <= ours[v]]
    if other and name in EXACT:
        v, cost = min(other, key=lambda pair: len(case.variants[pair[0]]))
        raise SystemExit(
            f"{case.log}, {case.model}: {len(other)} of {len(checked)} costs are not those of {name}; "
            f"{' → '.join(case.variants[v])} costs {ours[v]} with us and {cost} with {name}"
        )
    return {
        "n": len(found),
        "gave_up": sum(cost is None for cost in found.values()),
        "compared": len(checked),
        "differ": len(other),
        "lower": sum(cost < lower[v] for v, cost in other),
        **{clock: _seconds(batches, clock, len(case.variants)) for clock in ("cpu", "wall")},
    }


def _seconds(batches: list[Row], clock: str, n: int) -> float:
    """What the finished variants took: in one go where that was done (the median), else batch by batch."""
    whole = [batch[clock] for batch in batches if len(batch["variants"]) == n]
    return statistics.median(whole) if whole else sum(batch[clock] for batch in batches)


def measure_whole(case: Case) -> Row:
    """From one sequence per case, with all cores there are."""
    lines, why = child("alignment_ours.py", str(case.folder), case.log, case.model, "whole", one_thread=False)
    return {**(lines[-1] if lines else {"failed": why}), "cases": sum(case.n_cases)}


def known_results(path: Path) -> Row:
    return json.loads(path.read_text("utf-8")) if path.is_file() else {"rows": [], "note": ""}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--logs", nargs="+", choices=LOGS, default=list(LOGS))
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--budget", type=float, default=15, help="seconds per tool, log and model")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where logs and models are kept for another run")
    parser.add_argument("--output", type=Path, default=HERE / "alignment_results.md")
    parser.add_argument("--note", default="", help="a sentence about the conditions of the run")
    parser.add_argument("--page", action="store_true", help="only write the page again")
    options = parser.parse_args()
    known = known_results(options.output.with_suffix(".json"))
    if not options.page:
        with tempfile.TemporaryDirectory(prefix="crmmining_alignment_") as temporary:
            folder = options.folder or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            known |= {"budget": options.budget, "seed": options.seed, "note": options.note}
            for log in options.logs:
                print(log, flush=True)
                measure_log(folder, log, options, known)
    options.output.write_text(page(known), "utf-8")
    print(f"Wrote {options.output}")


def measure_log(folder: Path, log: str, options: argparse.Namespace, known: Row) -> None:
    cases = discovered(folder, log)
    term = journey_for(log)
    if term is not None:
        cases.append(drawn(folder, log, term))
    for case in cases:
        row = measure(case, options.tools, options.budget, options.seed)
        if log in WHOLE:
            row["whole"] = measure_whole(case)
        same = (row["log"], row["model"])
        known["rows"] = [r for r in known["rows"] if (r["log"], r["model"]) != same] + [row]
        known["rows"].sort(key=lambda r: (r["by_hand"], list(LOGS).index(r["log"]), r["model"]))
        options.output.with_suffix(".json").write_text(json.dumps(known, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
