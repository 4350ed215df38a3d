"""Tiny studies, written as an analyst would write them and opened through the front door."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.views import Views, compare_views
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.study.durations import DAY

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
CUSTOMER, COMPANY = "customer", "company"
GOAL = "Goal"


class Happening(NamedTuple):
    """One event: who, when (days after Monday), what; an ``id/Process`` for its record."""

    customer: str
    day: float
    activity: str
    actor: str = COMPANY
    record: str = ""
    channel: str = ""
    department: str = ""
    score: str = ""
    mood: str = ""

    def row(self) -> dict[str, str]:
        identity, _, process = self.record.partition("/")
        moment = MONDAY + pd.Timedelta(round(self.day * DAY), "us")
        return {
            "customer": self.customer, "at": moment.isoformat(), "activity": self.activity,
            "actor": self.actor, "record": identity, "process": process, "channel": self.channel,
            "department": self.department, "score": self.score, "mood": self.mood,
        }  # fmt: skip


def by_customer(name: str, day: float, activity: str, record: str = "", channel: str = "") -> Happening:
    """The customer turns to the company."""
    return Happening(name, day, activity, CUSTOMER, record, channel)


def by_company(
    name: str, day: float, activity: str, record: str = "", department: str = "", channel: str = ""
) -> Happening:
    """The company does something."""
    return Happening(name, day, activity, COMPANY, record, channel, department)


def answered(name: str, day: float, score: int) -> Happening:
    """The customer answers the survey."""
    return Happening(name, day, "Survey answered", CUSTOMER, score=str(score))


def heard(name: str, day: float, activity: str, mood: float) -> Happening:
    """The customer turns to the company, and sounds like this."""
    return Happening(name, day, activity, CUSTOMER, mood=str(mood))


SOURCE = {
    "table": "events.csv",
    "time": {"format": "iso"},
    "customer": {"customer": "customer"},
    "record": {"type": "ticket", "id": "record", "attributes": ["process"]},
    "event": {
        "time": "at", "activity": "activity", "actor": "actor", "channel": "channel",
        "department": "department", "satisfaction": "score", "sentiment": "mood",
    },
}  # fmt: skip


def process(name: str, **more: Any) -> dict[str, Any]:
    """A process declared by the attribute that `Happening.record` names after the slash."""
    return {"record": "ticket", "where": {"process": name}, **more}


def goal(opened_by: list[str], reached_by: list[str], **more: Any) -> dict[str, Any]:
    """A goal that stays open for long unless it is ended."""
    return {"opened_by": opened_by, "reached_by": reached_by, "silence": "1000d", **more}


def write_events(path: Path, happenings: list[Happening]) -> None:
    rows = [happening.row() for happening in happenings]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(Happening("x", 0, "y").row()))
        writer.writeheader()
        writer.writerows(rows)


def tiny_study(folder: Path, happenings: list[Happening], **declared: Any) -> Study:
    """Write events and study file to an empty folder and open them."""
    write_events(folder / "events.csv", happenings)
    study = {"study": "Tiny", "sources": [SOURCE], "customers": {"match": ["customer"]}, **declared}
    (folder / "study.yaml").write_text(
        yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return open_study(folder / "study.yaml")


def tiny_views(folder: Path, happenings: list[Happening], **declared: Any) -> Views:
    """The comparison of views of the one goal declared."""
    return compare_views(tiny_study(folder, happenings, **declared))


def days(microseconds: Any) -> Any:
    """Times as days, lists of them as lists."""
    found = np.asarray(microseconds, float) / DAY
    return found.tolist() if found.ndim else float(found)


def customer_order(view: GoalView) -> list[str]:
    """Whose case comes where."""
    return list(view.log.cases["customer_key"])


def case_of(view: GoalView, customer: str) -> int:
    """The number of the case of a customer."""
    return customer_order(view).index(customer)
