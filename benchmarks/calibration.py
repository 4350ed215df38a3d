"""Do intervals hold what they say, and is nothing found where nothing is? Write docs/calibration.md.

python benchmarks/calibration.py                       # 40 worlds of 2,000 customers, and 20 without effects
python benchmarks/calibration.py --seeds 5 --null 3

Each world is generated, loaded and compared as a user's would be, in a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from pathlib import Path

from machine import machine, versions

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "calibration.md"
sys.path.insert(0, str(ROOT / "docs"))
OFF = {
    "false closure": "no ticket is closed unsolved",
    "channels": "nobody is driven to the phone",
    "contacts": "the proactive call changes nothing",
    "weekdays": "visits are planned every day",
    "promises": "lending and complaints keep theirs",
    "fewer is better": "contacts change nothing (two goals a world, 2 % false discoveries allowed in each)",
}
"""Topics whose effect is off in the null world, so that any finding is a false one."""


def one_world(seed: int, customers: int) -> list[tuple[str, str, bool, float, float, bool]]:
    """A row per planted fact: name, words, whether its size was chosen, planted, found, inside."""
    from make_planted_facts import planted_facts

    from crmmining import make_sample, open_study

    with tempfile.TemporaryDirectory(prefix="crmmining_calibration_") as folder:
        study = open_study(make_sample("home_move", folder, customers=customers, seed=seed))
        rows = [(r.fact, r.words, r.chosen, r.planted, r.found, r.inside) for r in planted_facts(study)]
        study.workspace.close()
    return rows


def null_world(seed: int, customers: int) -> list[tuple[str, str, str]]:
    """The findings in a world without effects: goal, topic, sentence."""
    from crmmining import compare_views, open_study
    from crmmining.samples.effects import HomeMoveEffects
    from crmmining.samples.home_move import make_home_move

    with tempfile.TemporaryDirectory(prefix="crmmining_calibration_") as folder:
        make_home_move(Path(folder), customers=customers, seed=seed, effects=HomeMoveEffects.none())
        path = Path(folder, "study.yaml")
        path.write_text(files("crmmining.samples").joinpath("home_move_study.yaml").read_text("utf-8"))
        study = open_study(path)
        found = [
            (finding.goal, finding.topic, finding.sentence)
            for goal in study.goals
            for finding in compare_views(study, goal).findings
        ]
        study.workspace.close()
    return found


def page(worlds: list[list], nulls: list[list], customers: int, seconds: float) -> str:
    """Both tables."""
    facts: dict[str, list] = defaultdict(list)
    for world in worlds:
        for row in world:
            facts[row[0]].append(row)
    chosen = [row for rows in facts.values() for row in rows if row[2]]
    inside = sum(row[5] for row in chosen)
    lines = [
        "# Calibration: do intervals hold what they say?",
        "",
        f"{len(worlds)} worlds of {customers:,} customers with everything planted in them, each with another",
        "seed, generated, loaded and compared from their exports alone. A 95 % interval should hold the size",
        "that the generator was told in 95 % of the worlds. Beside them worlds in which every effect is off:",
        "what is found there of an effect that is off is a false finding.",
        "Written by `python benchmarks/calibration.py`.",
        "",
        f"Over all facts **{inside:,} of {len(chosen):,} intervals ({inside / len(chosen):.1%})** hold it.",
        "",
        "| fact | planted | mean found | bias | intervals that hold it |",
        "|---|--:|--:|--:|--:|",
    ]
    for rows in facts.values():
        if rows[0][2]:
            planted, mean = rows[0][3], sum(row[4] for row in rows) / len(rows)
            held = sum(row[5] for row in rows)
            lines.append(
                f"| {rows[0][1]} | {planted:.3f} | {mean:.3f} | {mean - planted:+.3f} "
                f"| {held} of {len(rows)} |"
            )
    lines += [
        "",
        "Sizes in the unit of the fact (days, shares, contacts). Facts that follow from others are left out:",
        "their size is not planted.",
        "",
        f"## Where there is nothing: {len(nulls)} worlds without effects",
        "",
        "| topic | what is off | worlds with a finding |",
        "|---|---|--:|",
    ]
    for topic, why in OFF.items():
        n = sum(any(found[1] == topic for found in world) for world in nulls)
        lines.append(f"| {topic} | {why} | {n} of {len(nulls)} |")
    others: dict[tuple[str, str], int] = defaultdict(int)
    for world in nulls:
        for key in {(goal, topic) for goal, topic, _ in world if topic not in OFF}:
            others[key] += 1
    lines += [
        "",
        "What is still found is there: customers still give up, most of them silently, journeys are longer",
        "than the longest process on the way, and departments hand over. Moments of truth are associations",
        "that the generator makes: there leavers never complain, so that who complains stays.",
        "",
        "| goal | topic | worlds |",
        "|---|---|--:|",
        *[f"| {goal} | {topic} | {n} |" for (goal, topic), n in sorted(others.items())],
        "",
    ]
    false = [f for world in nulls for f in world if f[1] in OFF]
    if false:
        lines += ["The false ones:", "", *[f"- {sentence}" for _, _, sentence in false], ""]
    lines += [f"Measured in {seconds / 60:.0f} minutes on {machine()}; {versions()}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--null", type=int, default=20)
    parser.add_argument("--first", type=int, default=101)
    options = parser.parse_args()
    began = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        seeds = range(options.first, options.first + max(options.seeds, options.null))
        size = [options.customers] * len(seeds)
        worlds = list(pool.map(one_world, seeds[: options.seeds], size))
        nulls = list(pool.map(null_world, seeds[: options.null], size))
    PAGE.write_text(page(worlds, nulls, options.customers, time.monotonic() - began), "utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
