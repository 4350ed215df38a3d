"""Generated worlds, read back from their files with nothing of the generator's own code."""

import csv
import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

from crmmining.samples.effects import PLANTED, HomeMoveEffects
from crmmining.samples.home_move import make_home_move

LONDON = ZoneInfo("Europe/London")
DAY = 86400.0
END = dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC).timestamp()


class World:
    """The files of one world; rows as dicts, with the goal that the truth gives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._goal_of = {
            (row["file"], int(row["row"])): int(row["goal_instance"])
            for row in self._read("truth/goal_events.csv")
        }
        self.goals = {int(row["goal_instance"]): row for row in self._read("truth/goals.csv")}
        facts = json.loads((folder / "truth/facts.json").read_text(encoding="utf-8"))
        self.facts = {fact["fact"]: fact for fact in facts}

    def rows(self, file: str) -> list[dict[str, str]]:
        """Rows of an export, each with its `goal` (0: none)."""
        rows = list(self._read(f"exports/{file}"))
        for number, row in enumerate(rows, start=1):
            row["goal"] = self._goal_of.get((file, number), 0)
        return rows

    def kept(self, name: str) -> list[dict[str, str]]:
        """Rows of a Salesforce table that are not deleted."""
        return [row for row in self.rows(f"salesforce/{name}.csv") if row.get("IsDeleted", "0") == "0"]

    def events(self) -> dict[int, list[tuple[float, str]]]:
        """What happened in each goal, in order of time; 0 holds what serves none."""
        events = defaultdict(list)
        for visit in self.rows("web_visits.csv"):
            at = dt.datetime.fromisoformat(visit["visited_at"]).timestamp()
            events[visit["goal"]].append((at, visit["page_group"]))
        for call in self.rows("call_centre.csv"):
            at = london(call["started_at"], "%d/%m/%Y %H:%M:%S")
            events[call["goal"]].append((at, call["reason"]))
        for answer in self.rows("satisfaction_survey.csv"):
            at = london(answer["answered_at"], "%d/%m/%Y %H:%M")
            events[answer["goal"]].append((at, "Survey answered"))
        for lead in self.kept("Lead"):
            events[lead["goal"]].append((utc(lead["CreatedDate"]), "Lead created"))
            if lead["IsConverted"] == "1":
                events[lead["goal"]].append((utc(lead["ConvertedDate"]), "Lead converted"))
            elif lead["Status"] == "Unqualified":
                events[lead["goal"]].append((utc(lead["LastModifiedDate"]), "Lead unqualified"))
        stage_of: dict[str, str] = {}
        for change in self.kept("OpportunityHistory"):
            if stage_of.get(change["OpportunityId"]) != change["StageName"]:
                stage_of[change["OpportunityId"]] = change["StageName"]
                events[change["goal"]].append((utc(change["CreatedDate"]), change["StageName"]))
        for goal, _, at, activity in self.case_events():
            events[goal].append((at, activity))
        for task in self.kept("Task"):
            events[task["goal"]].append((utc(task["CompletedDateTime"]), task["Subject"]))
        for member in self.kept("CampaignMember"):
            events[member["goal"]].append((utc(member["CreatedDate"]), "Campaign mail"))
            if member["FirstRespondedDate"]:
                responded = (utc(member["FirstRespondedDate"]), "Campaign responded")
                events[member["goal"]].append(responded)
        return {goal: sorted(of_goal) for goal, of_goal in events.items()}

    def case_events(self) -> list[tuple[int, str, float, str]]:
        """Goal, case, moment and ``Type: Status`` of each status a case took."""
        kind = {case["Id"]: case["Type"] for case in self.kept("Case")}
        return [
            (
                change["goal"],
                change["CaseId"],
                utc(change["CreatedDate"]),
                f"{kind[change['CaseId']]}: {change['NewValue'] or 'New'}",
            )
            for change in self.kept("CaseHistory")
            if change["Field"] in ("created", "Status")
        ]

    def goals_named(self, name: str) -> list[int]:
        """Numbers of the goals of one kind."""
        return [number for number, goal in self.goals.items() if goal["goal"] == name]

    def _read(self, file: str) -> csv.DictReader:
        text = (self.folder / file).read_text(encoding="utf-8")
        return csv.DictReader(text.splitlines())


def utc(text: str) -> float:
    """Seconds since 1970 of a time as Salesforce exports it."""
    return dt.datetime.fromisoformat(f"{text}+00:00").timestamp()


def london(text: str, style: str) -> float:
    """Seconds since 1970 of a time as London's clock shows it."""
    return dt.datetime.strptime(text, style).replace(tzinfo=LONDON).timestamp()


def make_world(folder: Path, customers: int, seed: int, effects: HomeMoveEffects = PLANTED) -> World:
    make_home_move(folder, customers=customers, seed=seed, effects=effects)
    return World(folder)
