"""What the data of a goal does not tell: why, what to add, and what that would reveal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmmining.comparison.views import Views


@dataclass(frozen=True)
class NextStep:
    """A comparison that could not be made; `add` makes it possible, `reveals` says what for."""

    what: str
    reason: str
    add: str
    reveals: str

    def __str__(self) -> str:
        return f"{self.reason}. To see {self.reveals}: {self.add}"


def next_steps(views: Views) -> Iterator[NextStep]:
    """What is absent for a goal, in the order in which most is gained from least."""
    view = views.view
    if not view.declared.goals[view.goal].reached_by:
        yield NextStep(
            "outcome",
            "nobody said when the goal is reached",
            "name the activities that show it (goals: … reached_by:)",
            "who gets what they came for, who gives up, and after what",
        )
    if not views.white_space.share_white.is_known:
        yield NextStep(
            "white space",
            "no record of a process is in this goal",
            "load the CRM's records (cases, opportunities) and declare processes:",
            "how long customers wait while nobody at all is working for them",
        )
    if not views.watermelons.rate.is_known and not any(p.target for p in view.declared.processes.values()):
        yield NextStep(
            "watermelons",
            "no process has a target",
            "say by which target each process reports green (target: {within: 21d})",
            "green processes in red journeys",
        )
    if views.channel_switches is None:
        yield NextStep(
            "channel switches",
            "customers were seen on fewer than two channels",
            "load another channel (calls, branch, chat, web) with the same e-mail or phone",
            "who is forced from one channel into another",
        )
    if views.false_closures is None:
        yield NextStep(
            "false closure",
            "no process says solves: true",
            "say it of the processes that claim to solve a customer's problem",
            "how many closed tickets were not solved, and how many of these no record shows",
        )
    if views.first_contacts is None:
        yield NextStep(
            "first contact",
            "no customer asks for help in the data",
            "load customers' calls, mails or tickets with actor: customer",
            "how often one contact is enough, for the record and for the customer",
        )
    if not views.leavers.answered.is_known:
        yield NextStep(
            "satisfaction",
            views.leavers.answered.absent or "nobody answered",
            "load a survey with its scores (satisfaction: in an event)",
            "whether those who answer are like those who leave in silence",
        )
    if not views.view.log.has("sentiment"):
        yield NextStep(
            "sentiment",
            "no event has a sentiment",
            "load it where calls, chats or mails are analysed (sentiment: in an event)",
            "how customers sound on the way, of those too who answer no survey",
        )
    if views.silos is None:
        yield NextStep(
            "silo crossings",
            "company events name fewer than two departments",
            "give processes their department:, or events a column of departments",
            "between whom customers are sent to and fro",
        )
    if not views.promises.results:
        yield NextStep(
            "promises",
            "no promise is declared whose events occur",
            "declare what customers are told (promises: {since: …, until: …, within: 2 business days})",
            "how many are broken, and what that costs",
        )
    if views.waiting_causes is None:
        yield NextStep(
            "waiting causes",
            "no process of this goal has steps with both a start time and a resource",
            "load them (start: and resource: in an event)",
            "which steps wait because people are busy, do later work first, batch, or are off work",
        )
    if views.moments is None:
        yield NextStep(
            "moments",
            "fewer than 20 goals were reached, or fewer than 20 given up",
            "load a longer time, or say what ends the goal (ended_by:, silence:)",
            "the steps at which goals are won or lost",
        )
    if view.journey is None:
        yield NextStep(
            "conformance",
            "the goal has no ideal journey",
            "declare one under journeys:",
            "where real journeys leave it, and whether that hurts",
        )
    if views.segments is None:
        yield NextStep(
            "segments",
            "no customer has a value of a declared segment"
            if view.declared.segments
            else "no customer attribute is declared to split by",
            "name columns under customers: attributes: and again under segments:",
            "which customers fare worse than the average says",
        )
