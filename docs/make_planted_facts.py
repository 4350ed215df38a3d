"""Writes docs/planted_facts.md: what was planted in the home-move sample, and what the package finds.

Run from anywhere: ``python docs/make_planted_facts.py``. A test compares the page with a fresh one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crmmining import Study, Views, compare_views, find_weekday_delays, open_study
from crmmining.comparison.contacts import contacts_of_both
from crmmining.comparison.goal_progress import deciding_activities
from crmmining.comparison.returns import works_after_closing
from crmmining.estimates import Estimate, difference_of_means, share
from crmmining.eventlog.assignment_quality import AssignmentQuality, pairwise_scores
from crmmining.eventlog.filters import events_named
from crmmining.samples.true_goals import goals_beside_truth
from crmmining.study.durations import DAY

MOVE, BILL = "Move into a home", "Understand my bill"
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "planted_facts.md"


@dataclass(frozen=True)
class Row:
    """A planted fact beside what was found; both in the fact's own unit."""

    fact: str
    words: str
    planted: float
    realised: float
    chosen: bool
    found: float
    low: float
    high: float
    n: int
    unit: str

    @property
    def inside(self) -> bool:
        """Whether the planted size lies in the interval found."""
        return self.low <= self.planted <= self.high

    @property
    def inside_world(self) -> bool:
        """Whether the size that came about in this world does."""
        return self.low <= self.realised <= self.high


def planted_facts(study: Study) -> list[Row]:
    """Every planted fact that the comparison of the two views speaks of."""
    truth = {
        fact["fact"]: fact
        for fact in json.loads((study.declared.folder / "truth" / "facts.json").read_text("utf-8"))
    }
    views = {goal: compare_views(study, goal) for goal in (MOVE, BILL)}
    rows = []
    for name, words, found in (*_times(study, views), *_shares(views), *_survey(views)):
        fact = truth[name]
        chosen = fact["parameter"] is not None
        planted = fact["parameter"] if chosen else fact["realised"]
        scale = DAY if found.unit == "time" else 1.0
        value, low, high = (number / scale for number in (found.value, found.low, found.high))
        rows.append(
            Row(name, words, planted, fact["realised"], chosen, value, low, high, found.n, fact["unit"])
        )
    return rows


def goal_assignment(study: Study) -> dict[str, AssignmentQuality]:
    """Pairwise scores of the goals built against those of the truth, over all and per goal."""
    frame = goals_beside_truth(study)
    found, true = frame["instance"].to_numpy(), frame["true_instance"].to_numpy()
    scores = {"all events": pairwise_scores(found, true)}
    for code, goal in enumerate(study.goals):
        mine = ((frame["goal"] == code) | (frame["true_goal"] == code)).to_numpy()
        scores[goal] = pairwise_scores(found[mine], true[mine])
    return scores


def _times(study: Study, views: dict[str, Views]) -> Iterator[tuple[str, str, Estimate]]:
    white = views[MOVE].white_space
    pair = ("Mortgage application", "Home insurance")
    yield (
        "white_space_lending_insurance",
        "White space between lending and insurance",
        white.pair_estimates[pair],
    )
    (delay,) = (
        delay
        for delay in find_weekday_delays(
            study.process_log("Property survey"), study.declared.calendar.zone
        ).all
        if (delay.source, delay.target) == ("Survey ordered", "Survey visit made")
    )
    yield "weekday_delay", "A property survey ordered from Friday to Sunday waits longer", delay.late


def _shares(views: dict[str, Views]) -> Iterator[tuple[str, str, Estimate]]:
    switch = views[MOVE].channel_switches
    assert switch is not None
    yield (
        "forced_channel_switch",
        "Forced to call after an online step failed",
        switch.after["Online step failed"],
    )
    yield from _closures(views)
    contacts, leavers = views[BILL].contacts, views[MOVE].leavers
    yield "proactive_call_reached", "Bill goals reached, called first less not called", contacts.reached
    yield (
        "proactive_call_inbound",
        "Calls and new cases, called first less not called",
        _calls_and_cases(views[BILL]),
    )
    yield "silent_leavers", "Given up without a complaint or an answer", leavers.silent
    yield "move_abandoned", "Move goals given up", leavers.abandoned
    for goal, promise, name in (
        (MOVE, "Offer sent", "lending"),
        (MOVE, "Insurance quote sent", "insurance"),
    ):
        result = next(r for r in views[goal].promises.results if r.name == promise)
        yield f"broken_promises_{name}", f"Promise “{promise}” broken", result.broken
    answers = [r.broken for v in views.values() for r in v.promises.results if r.name == "Complaint answered"]
    yield "broken_promises_customer_care", "Promise “Complaint answered” broken, both goals", _pooled(answers)


def _calls_and_cases(views: Views) -> Estimate:
    """As it was planted: contacts of the customer without those that reopen a case or end the goal."""
    view, cases = views.view, views.contacts.cases
    no_call = works_after_closing(view) | events_named(view.log, deciding_activities(view))
    rows = contacts_of_both(view)[0]
    inbound = np.bincount(view.log.case_of_event[rows[~no_call[rows]]], minlength=len(cases))
    first, other = (
        (inbound[chosen], view.customers[chosen])
        for called in (cases["proactive"].to_numpy(), ~cases["proactive"].to_numpy())
        for chosen in (called & (view.outcome != 2),)
    )
    return difference_of_means(*first, *other, "count", "calls and new cases per goal, first less other")


def _closures(views: dict[str, Views]) -> Iterator[tuple[str, str, Estimate]]:
    found = [v.false_closures for v in views.values() if v.false_closures is not None]
    tables = pd.concat([closures.processes for closures in found])
    yield "false_closure", "Tickets closed and not solved, both goals", _pooled([c.rate for c in found])
    for name, process in (("complaint", "Complaint handling"), ("billing", "Billing question")):
        mine = tables[tables["process"] == process]
        rate = share(int(mine["n_false"].sum()), int(mine["n_closed"].sum()), "not solved / closed")
        yield f"false_closure_{name}", f"the same, “{process}” only", rate
    ways = {
        "reopened": "same record reopened",
        "new_case": "new record of the same process",
        "call": "contact with no record",
    }
    for name, way in ways.items():
        yield f"false_closure_{name}", f"came back first as: {way}", _pooled([c.ways[way] for c in found])


def _survey(views: dict[str, Views]) -> Iterator[tuple[str, str, Estimate]]:
    for goal, name in ((MOVE, "move"), (BILL, "bill")):
        leavers = views[goal].leavers
        assert leavers.bounds is not None
        low, high = leavers.bounds
        bounds = Estimate((low + high) / 2, low, high, leavers.reached.n, "score", "worst-case bounds")
        yield f"survey_true_mean_{name}", f"True satisfaction, “{goal}”, in the worst-case bounds", bounds
        yield f"survey_answered_mean_{name}", f"Satisfaction answered, “{goal}”", leavers.answered
        yield f"survey_response_rate_{name}", f"Response rate, “{goal}”", leavers.response_rate


def _pooled(shares: list[Estimate]) -> Estimate:
    """The share over all groups together, its interval computed anew."""
    known = [part for part in shares if part.is_known]
    return share(round(sum(part.value * part.n for part in known)), sum(part.n for part in known), "pooled")


def page(study: Study) -> str:
    """The page as Markdown."""
    rows, scores = planted_facts(study), goal_assignment(study)
    lines = [
        *INTRODUCTION,
        "| fact | planted | came about | found (95 % interval) | n | inside? |",
        "|---|---:|---:|---:|---:|:---:|",
        *(_line(row) for row in rows),
        "",
        *BETWEEN,
        "| events of | precision | recall | F1 | adjusted Rand | n |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {s.precision:.4f} | {s.recall:.4f} | {s.f1:.4f} | {s.adjusted_rand:.4f} | {s.n:,} |"
            for name, s in scores.items()
        ),
    ]
    return "\n".join(lines) + "\n"


INTRODUCTION = (
    "# Planted facts, and what is found of them",
    "",
    "The sample `sample_logs/home_move/` is made up: what happens in it was decided beforehand and written",
    "beside it (`truth/facts.json`). Here each fact stands against what the comparison of the two views",
    "reports from the exports alone. *Planted* is the size the generator was told; where a fact follows",
    "from others (marked °) it is the size that came about. Chance decides what comes about in one world: of",
    "the intervals one in twenty does not hold what was planted ([calibration](calibration.md)), and where",
    "this is so, it must hold what came about.",
    "",
    "This page is written by `python docs/make_planted_facts.py`; a test fails when it is out of date.",
    "",
)
BETWEEN = (
    "The survey's true mean is not estimated: the interval is the worst-case bounds, which hold whatever the",
    "silent think. What an answer is about stands in the survey's column `about`; read as the activity, it",
    "puts each answer into its goal. Read by customer alone, one answer in twelve stood in the wrong goal.",
    "",
    "## Goals from events",
    "",
    "Which events belong to one goal, against `truth/goal_events.csv`, over pairs of events.",
    "",
)


def _line(row: Row) -> str:
    planted = _written(row.planted, row.unit) + ("" if row.chosen else " °")
    low, high = _written(row.low, row.unit), _written(row.high, row.unit)
    found = (
        f"{low} to {high}"
        if "true_mean" in row.fact
        else f"{_written(row.found, row.unit)} ({low} to {high})"
    )
    came = _written(row.realised, row.unit)
    inside = "yes" if row.inside else "the size that came about" if row.inside_world else "**no**"
    return f"| {row.words} | {planted} | {came} | {found} | {row.n:,} | {inside} |"


def _written(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    if unit == "share difference":
        return f"{100 * value:+.1f} points"
    if unit == "days":
        return f"{value:.2f} d"
    return f"{value:+.2f}" if unit == "contacts per goal" else f"{value:.2f}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(open_study(ROOT / "sample_logs" / "home_move" / "study.yaml")), "utf-8")


if __name__ == "__main__":
    main()
