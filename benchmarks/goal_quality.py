"""Measure which events are put into one goal, against the truth and against cutting lives at gaps of time.

python benchmarks/goal_quality.py                            # 2,000 and 200,000 customers, three seeds
python benchmarks/goal_quality.py --customers 2000 --seeds 7

Writes docs/goal_quality.md. Made worlds go to a temporary folder.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from machine import machine, versions

from crmmining import make_sample, open_study
from crmmining.eventlog.assignment_quality import AssignmentQuality, pairwise_scores
from crmmining.eventlog.customer_life import BECAUSE
from crmmining.eventlog.goal_walk import RULES
from crmmining.eventlog.study import Study
from crmmining.eventlog.thresholds import study_declared
from crmmining.samples.true_goals import goals_beside_truth
from crmmining.study.durations import DAY
from crmmining.study.study_file import Goal, Includes, PairSilence

PAGE = Path(__file__).parents[1] / "docs" / "goal_quality.md"
GAPS = tuple(days * DAY for days in (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 180))
FACTORS = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24)
OURS, OURS_PAIRS, ONE_GAP, P95_GAP, MEAN_GAP, CUSTOMER = (
    "links, rules and silence (crmmining)",
    "links, and silence by pairs of activities; no openings, no ends (crmmining)",
    "one gap of time, the best in hindsight",
    "one gap of time, the P95 of all gaps",
    "a gap per pair of activities, its mean times the best factor in hindsight",
    "one goal per customer",
)


@dataclass(frozen=True)
class Result:
    """What a way of building goals reached in one world; `chosen` is the parameter hindsight picked."""

    customers: int
    seed: int
    way: str
    scores: AssignmentQuality
    chosen: str


def measure(customers: int, seed: int, folder: Path) -> Iterator[Result]:
    """Every way in one made world."""
    study = open_study(
        make_sample("home_move", folder / f"{customers}-{seed}", customers=customers, seed=seed)
    )
    frame = goals_beside_truth(study)
    with study_declared(study, unruled(study)) as other:
        pairs = goals_beside_truth(other)
    study.workspace.close()
    for rule, (n, n_right) in right_by_rule(frame).items():
        counts = RIGHT.setdefault((customers, rule), [0, 0])
        counts[0] += n
        counts[1] += n_right
    truth = frame["true_instance"].to_numpy()
    yield Result(customers, seed, OURS, pairwise_scores(frame["instance"].to_numpy(), truth), "")
    scores = pairwise_scores(pairs["instance"].to_numpy(), pairs["true_instance"].to_numpy())
    yield Result(customers, seed, OURS_PAIRS, scores, "3 x")
    for way, scores, chosen in by_gaps(frame):
        yield Result(customers, seed, way, scores, chosen)


def unruled(study: Study) -> dict[str, Goal]:
    """The goals as declared by somebody who knows what belongs to them, but not what begins or ends them."""
    return {
        name: goal.model_copy(
            update={
                "opened_by": [],
                "reached_by": [],
                "ended_by": [],
                "settled_after": None,
                "silence": PairSilence(),
                "includes": Includes(
                    processes=goal.includes.processes,
                    activities=[*goal.opened_by, *goal.reached_by, *goal.ended_by, *goal.includes.activities],
                ),
            }
        )
        for name, goal in study.declared.goals.items()
    }


RIGHT: dict[tuple[int, str], list[int]] = {}
"""Events placed by each rule in worlds of a size, and those placed rightly."""


def right_by_rule(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Per rule its events, and those whose true goal is that of most events put into the same goal."""
    placed = frame[frame["rule"] >= 0]
    counts = placed.groupby(["instance", "true_instance"]).size()
    most = counts.groupby(level=0).idxmax().map(lambda pair: pair[1])
    right = placed["instance"].map(most) == placed["true_instance"]
    return {
        name: (int((placed["rule"] == code).sum()), int(right[placed["rule"] == code].sum()))
        for code, name in enumerate(RULES)
    }


def by_gaps(frame: pd.DataFrame) -> Iterator[tuple[str, AssignmentQuality, str]]:
    """Lives cut where a gap is longer than a threshold; of several thresholds the one with the highest F1."""
    lives = frame.sort_values(["customer", "time"], kind="stable")
    customer, moment = lives["customer"].to_numpy(), lives["time"].to_numpy()
    truth, activity = lives["true_instance"].to_numpy(), lives["activity"].to_numpy()
    new = np.r_[True, customer[1:] != customer[:-1]]
    gap = np.where(new, 0, np.diff(moment, prepend=moment[0]))
    inside = ~new

    def scored(threshold: np.ndarray | float) -> AssignmentQuality:
        return pairwise_scores(np.cumsum(new | (gap > threshold)), truth)

    best = max(((scored(tau), tau) for tau in GAPS), key=lambda found: found[0].f1)
    yield ONE_GAP, best[0], f"{best[1] / DAY:g} d"
    p95 = float(np.quantile(gap[inside], 0.95))
    yield P95_GAP, scored(p95), f"{p95 / DAY:.1f} d"
    pair = np.r_[0, activity[:-1]] * (activity.max() + 1) + activity
    sums = pd.Series(gap[inside]).groupby(pair[inside]).mean()
    mean = np.full(gap.size, np.inf)
    mean[inside] = sums.reindex(pair[inside]).to_numpy()
    by_pair = max(((scored(mean * factor), factor) for factor in FACTORS), key=lambda found: found[0].f1)
    yield MEAN_GAP, by_pair[0], f"{by_pair[1]:g} x"
    yield CUSTOMER, scored(np.inf), ""


def page(results: list[Result], seconds: float) -> str:
    """The table, with mean and range over seeds."""
    lines = [*INTRODUCTION]
    for customers in sorted({r.customers for r in results}):
        mine = [r for r in results if r.customers == customers]
        seeds = sorted({r.seed for r in mine})
        n = [r.scores.n for r in mine if r.way == OURS]
        lines += [
            f"## {customers:,} customers",
            "",
            f"Seeds {', '.join(map(str, seeds))}; {min(n):,} to {max(n):,} events. "
            "Mean over seeds, least and most.",
            "",
            "| goals by | precision | recall | F1 | adjusted Rand | parameter |",
            "|---|---:|---:|---:|---:|---|",
        ]
        for way in (OURS, OURS_PAIRS, ONE_GAP, P95_GAP, MEAN_GAP, CUSTOMER):
            found = [r for r in mine if r.way == way]
            numbers = [
                spread([getattr(r.scores, name) for r in found])
                for name in ("precision", "recall", "f1", "adjusted_rand")
            ]
            chosen = ", ".join(dict.fromkeys(r.chosen for r in found))
            lines.append(f"| {way} | {' | '.join(numbers)} | {chosen} |")
        lines += ["", "| put there because | events | of these rightly |", "|---|---:|---:|"]
        for rule in RULES:
            n, n_right = RIGHT[customers, rule]
            lines.append(
                f"| {BECAUSE[rule]} | {n:,} | {n_right / n:.2%} |" if n else f"| {BECAUSE[rule]} | 0 | – |"
            )
        lines.append("")
    lines += [f"Measured in {seconds / 60:.0f} minutes on {machine()}; {versions()}.", ""]
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    """Mean and range."""
    return f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


INTRODUCTION = (
    "# Which events are one goal: how right it is",
    "",
    "The worlds of `crmmining samples make home_move` are made up, and which events belong to which goal is",
    "written down beside them. Here the goals a study builds stand against that truth: over pairs of events,",
    "precision is the share of pairs put into one goal that belong there, recall the share of pairs that",
    "belong together and were put there, adjusted Rand the agreement beyond chance. An event in no goal is",
    "alone, in what is found as in the truth. An event is put *rightly* where most events of the goal it was",
    "put into have the same true goal.",
    "",
    "The other ways cut each customer's life where nothing happens for long, as sessions are cut from visits",
    "to a web site. They know the customers as crmmining found them, but no records, links or activities of",
    "goals. The gap per pair of activities follows the idea of the directly-follows relation in Bernard,",
    "Senderovich and Andritsos, *Cut to the Trace!* (CAiSE 2021). *In hindsight* means that the parameter",
    "was chosen by looking at the truth, which nobody can do with real data: these rows are the most such a",
    "way can reach. What a made-up world shows is that links and rules recover what was planted; how far",
    "real records are linked is for `crmmining goals explain` and the sensitivity in the report to tell.",
    "",
    "This page is written by `python benchmarks/goal_quality.py`.",
    "",
)


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=[2_000, 200_000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    options = parser.parse_args()
    began, results = time.monotonic(), []
    for customers in options.customers:
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                for result in measure(customers, seed, Path(folder)):
                    results.append(result)
                    print(
                        f"{customers:,} {seed} {result.way}: F1 {result.scores.f1:.3f} {result.chosen}",
                        flush=True,
                    )
    PAGE.write_text(page(results, time.monotonic() - began), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
