"""The two views compared: every question about one goal, and what is found across all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crmmining.comparison.behaviour_groups import BehaviourGroups, compare_behaviour
from crmmining.comparison.breaches import Breaches, list_breaches
from crmmining.comparison.case_measures import CaseMeasure, measure_cases
from crmmining.comparison.caveats import caveats
from crmmining.comparison.channels import ChannelSwitches, find_channel_switches
from crmmining.comparison.clocks import Clocks, compare_clocks
from crmmining.comparison.closures import FalseClosures, find_false_closures
from crmmining.comparison.contacts import Contacts, count_contacts
from crmmining.comparison.effort import Effort, measure_effort
from crmmining.comparison.fewer_is_better import FewerIsBetter, compare_contacts
from crmmining.comparison.findings import Finding
from crmmining.comparison.first_contacts import FirstContacts, resolve_first_contacts
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.leavers import Leavers, find_leavers
from crmmining.comparison.links import LinkMatrix, link_stages
from crmmining.comparison.moments import Moments, find_moments
from crmmining.comparison.next_steps import NextStep, next_steps
from crmmining.comparison.outcomes import Outcomes, follow_outcomes
from crmmining.comparison.personas import Personas, find_personas
from crmmining.comparison.promise_findings import promise_findings
from crmmining.comparison.segments import Segments, compare_segments
from crmmining.comparison.silos import Silos, cross_silos
from crmmining.comparison.stage_satisfaction import StageSatisfaction, satisfaction_by_stage
from crmmining.comparison.stage_sentiment import sentiment_by_stage
from crmmining.comparison.survey import Survey, read_survey
from crmmining.comparison.time_split import TimeSplit, split_time
from crmmining.comparison.waiting import WaitingOfGoal, explain_waiting
from crmmining.comparison.watermelons import Watermelons, find_watermelons
from crmmining.comparison.weekday_findings import weekday_findings
from crmmining.comparison.white_space import WhiteSpace, measure_white_space
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.study import Study
from crmmining.mining.promises import Promises

if TYPE_CHECKING:
    from crmmining.comparison.sensitivity import Sensitivity

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Views:
    """One goal under both case notions; each comparison is computed when it is first asked for."""

    view: GoalView

    @property
    def goal(self) -> str:
        """The goal that is looked at."""
        return self.view.goal

    @cached_property
    def clocks(self) -> Clocks:
        """Throughput of every process and of the journey."""
        return compare_clocks(self.view)

    @cached_property
    def white_space(self) -> WhiteSpace:
        """Time nobody owns, and between whom."""
        return measure_white_space(self.view)

    @cached_property
    def time_split(self) -> TimeSplit:
        """Where the time goes, in parts that add up, on both clocks."""
        return split_time(self.view, self.white_space)

    @cached_property
    def links(self) -> LinkMatrix:
        """Which process serves which stage."""
        return link_stages(self.view)

    @cached_property
    def watermelons(self) -> Watermelons:
        """Green processes in red journeys."""
        return find_watermelons(self.view)

    @cached_property
    def false_closures(self) -> FalseClosures | None:
        """Tickets closed that were not solved; None where no process claims to solve."""
        return find_false_closures(self.view)

    @cached_property
    def first_contacts(self) -> FirstContacts | None:
        """First contact resolution by record and by need; None where customers never ask for help."""
        return resolve_first_contacts(self.view)

    @cached_property
    def silos(self) -> Silos | None:
        """Departments a customer is sent through; None with fewer than two."""
        return cross_silos(self.view)

    @cached_property
    def channel_switches(self) -> ChannelSwitches | None:
        """Switches, and which were forced; None with fewer than two channels."""
        return find_channel_switches(self.view)

    @cached_property
    def contacts(self) -> Contacts:
        """Who turns to whom, and goals where the company spoke first."""
        return count_contacts(self.view)

    @cached_property
    def effort(self) -> Effort:
        """What customers had to do and bear, part by part."""
        return measure_effort(self.view)

    @cached_property
    def fewer_is_better(self) -> FewerIsBetter:
        """What comes of goals with more contact, by who made it."""
        return compare_contacts(self.view)

    @cached_property
    def leavers(self) -> Leavers:
        """Outcomes, silent leavers, and what the survey can tell."""
        return find_leavers(self.view)

    @cached_property
    def survey(self) -> Survey | None:
        """The survey's mean under three readings of silence; None where nobody answered."""
        return read_survey(self.view)

    @cached_property
    def outcomes(self) -> Outcomes | None:
        """Reached and given up over time, per segment, and where people leave; None where nobody said."""
        return follow_outcomes(self.view)

    @cached_property
    def waiting_causes(self) -> WaitingOfGoal | None:
        """Why steps wait; None where no process knows starts and resources."""
        return explain_waiting(self.view)

    @cached_property
    def case_measures(self) -> tuple[CaseMeasure, ...]:
        """What the comparisons say of each goal, in one table."""
        return measure_cases(self)

    @cached_property
    def segments(self) -> Segments | None:
        """Every number by segment; None where no customer has a declared attribute."""
        return compare_segments(self)

    @cached_property
    def personas(self) -> Personas:
        """Groups of customers found from what they do, if there are stable ones."""
        return find_personas(self)

    @cached_property
    def behaviour(self) -> BehaviourGroups | None:
        """How far the journeys of segments and of halves of the time lie apart; None where all are small."""
        return compare_behaviour(self.view)

    @cached_property
    def moments(self) -> Moments | None:
        """Steps at which goals are won or lost; None with too few reached or given up."""
        return find_moments(self.view)

    @cached_property
    def stage_satisfaction(self) -> StageSatisfaction | None:
        """Answers by stage; None without an ideal journey or an answer."""
        return satisfaction_by_stage(self.view)

    @cached_property
    def stage_sentiment(self) -> StageSatisfaction | None:
        """Sentiment by stage; None without an ideal journey or an event that has one."""
        return sentiment_by_stage(self.view)

    @cached_property
    def sensitivity(self) -> Sensitivity | None:
        """The headline numbers under other thresholds; None where the tables lie on Spark."""
        from crmmining.comparison.sensitivity import measure_sensitivity  # it compares views itself

        return measure_sensitivity(self.view.study, self.goal, where=self.view.where, views=self)

    @cached_property
    def breaches(self) -> Breaches | None:
        """Promises case by case: broken, past their limit, near it; None where none was made."""
        return list_breaches(self.view)

    @property
    def promises(self) -> Promises:
        """Promises kept and broken."""
        return self.view.promises

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What passes the bar of evidence, the weightiest first."""
        results = (
            self.white_space,
            self.clocks,
            self.watermelons,
            self.false_closures,
            self.first_contacts,
            self.silos,
            self.channel_switches,
            self.contacts,
            self.effort,
            self.fewer_is_better,
            self.leavers,
            self.outcomes,
            self.waiting_causes,
            self.segments,
            self.personas,
            self.moments,
        )
        found = [
            finding for result in results if result is not None for finding in result.findings(self.view)
        ]
        found += promise_findings(self.view) + weekday_findings(self.view)
        return tuple(sorted(found, key=lambda finding: (-finding.weight, finding.sentence)))

    @cached_property
    def caveats(self) -> tuple[str, ...]:
        """Where these numbers suffer from looking at cases: what is left out, what is mixed."""
        return tuple(caveats(self.view))

    @cached_property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What this data does not tell, what to add, and what that would reveal."""
        return tuple(next_steps(self))

    @property
    def absent(self) -> dict[str, str]:
        """What could not be computed from this data, and what would make it possible."""
        return {step.what: str(step) for step in self.next_steps}

    def __repr__(self) -> str:
        lines = [f"Views({self.goal}: {self.view.log.n_cases:,} goals)"]
        return "\n".join([*lines, *(f"  - {finding}" for finding in self.findings)])

    def _repr_html_(self) -> str:
        import html

        items = "".join(f"<li>{html.escape(finding.sentence)}</li>" for finding in self.findings)
        return f"<ol>{items}</ol>"


def compare_views(study: Study, goal: str | None = None, *, where: Sequence[str] = ()) -> Views:
    """Look at one goal as processes and as a journey.

    `goal` may be left out where the study has just one; `where` chooses customers' attempts at it, like
    ``["region=North", "from=2025-03-01"]`` (see `Study.journey_log`).

    Raises:
        UnknownNameError: no such goal.
        InvalidOptionError: several goals, and none named; or a goal nobody has.
    """
    if goal is None:
        if len(study.goals) != 1:
            raise InvalidOptionError(
                f"the study has {len(study.goals)} goals; name one of {', '.join(map(repr, study.goals))}"
            )
        goal = study.goals[0]
    view = GoalView(study, goal, tuple(where))
    if view.log.n_cases == 0 and where:
        raise InvalidOptionError(f"no attempt at {goal!r} answers to {' and '.join(where)}; ask for less")
    if view.log.n_cases == 0:
        opened = ", ".join(repr(name) for name in study.declared.goals[goal].opened_by)
        raise InvalidOptionError(
            f"no customer has the goal {goal!r} in the data; it is opened by {opened or 'what it includes'}"
        )
    return Views(view)


def headline(found: list[Finding], most: int = 5) -> list[Finding]:
    """The weightiest findings of a study, no topic twice for one goal before each had its turn."""
    ranked = sorted(found, key=lambda finding: (-finding.weight, finding.sentence))
    first: dict[str, Finding] = {}
    for finding in ranked:
        first.setdefault(finding.topic, finding)
    rest = [finding for finding in ranked if finding is not first[finding.topic]]
    return [*first.values(), *rest][:most]
