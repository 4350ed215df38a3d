"""The study file: what is asked, of which data, in whose words."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import ValidationError

from crmmining.errors import listed, nearest
from crmmining.study.base import CalendarTime, DurationText, Names, StudyModel, on_the_calendar
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import Duration
from crmmining.study.engine_spec import EngineSpec
from crmmining.study.journey import IdealJourney
from crmmining.study.plain_reader import PlainReader
from crmmining.study.privacy import SecretKey
from crmmining.study.source_spec import (
    Actor,
    HubspotSource,
    PromiseSpec,
    SalesforceSource,
    ServiceNowSource,
    TableSource,
    ZendeskSource,
)

KINDS_OF_SOURCE: dict[str, type[StudyModel]] = {
    "table": TableSource,
    "salesforce": SalesforceSource,
    "hubspot": HubspotSource,
    "zendesk": ZendeskSource,
    "servicenow": ServiceNowSource,
}


def _kind_of_source(value: Any) -> str | None:
    for key, kind in KINDS_OF_SOURCE.items():
        if isinstance(value, kind) or (isinstance(value, dict) and key in value):
            return f"<{key}>"
    return None


Source = Annotated[
    Annotated[TableSource, Tag("<table>")]
    | Annotated[SalesforceSource, Tag("<salesforce>")]
    | Annotated[HubspotSource, Tag("<hubspot>")]
    | Annotated[ZendeskSource, Tag("<zendesk>")]
    | Annotated[ServiceNowSource, Tag("<servicenow>")],
    Discriminator(
        _kind_of_source,
        custom_error_type="source",
        custom_error_message=f"a source starts with one of: {', '.join(KINDS_OF_SOURCE)}",
    ),
]


class ActivitySpec(StudyModel):
    """What the source calls an event: our name for it, who acts, whether the customer meets it."""

    name: str | None = None
    actor: Actor | None = None
    channel: str | None = None
    department: str | None = None
    visible: bool | None = None
    contact: bool | None = None
    on_hold: bool = False
    asks: bool = False


class Customers(StudyModel):
    """Which keys, equal in two sources, mean one customer; and what is known of them."""

    match: Names = Field(default_factory=lambda: ["email", "phone"])
    attributes: Names = Field(default_factory=list)
    country_code: Annotated[str | None, BeforeValidator(lambda code: str(code).lstrip("+"))] = None
    shared_above: int = Field(10, ge=1)
    shared: Names = Field(default_factory=list)


class Privacy(StudyModel):
    """What of people is not stored: names and ids, but as pseudonyms; attributes nobody needs."""

    pseudonymise: str | None = None
    leave_out: Names = Field(default_factory=list)


class Target(StudyModel):
    """A process's own target: closed within a time, or as an attribute of the record says (``true``)."""

    within: DurationText | None = None
    attribute: str | None = None
    share: float = Field(0.8, gt=0, le=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Target:
        if (self.within is None) == (self.attribute is None):
            raise ValueError("a target is either {within: 21d} or {attribute: COLUMN}")
        return self


class Process(StudyModel):
    """The work on one type of record, inside-out."""

    record: str
    where: dict[str, str | list[str]] = Field(default_factory=dict)
    owner: str | None = None
    department: str | None = None
    target: Target | None = None
    closed_by: Names = Field(default_factory=list)
    solves: bool = Field(False, description="closing claims that the customer's problem is solved")
    amount: str | None = Field(None, description="the record attribute that holds money")
    ideal: IdealJourney | None = None


class Includes(StudyModel):
    """What belongs to a goal beside its opening and ending activities."""

    processes: Names = Field(default_factory=list)
    activities: Names = Field(default_factory=list)


def _there_is(name: str, available: Collection[str]) -> str:
    known = f"there is {listed(available)}" if available else "there is none"
    return f"; {known}.{nearest(name, available)}"


class PairSilence(StudyModel):
    """A pause is too long that is longer than so many times the mean of its pair of activities.

    `otherwise` is for pairs too rare to have a mean.
    """

    otherwise: CalendarTime | None = None
    pairs: float = Field(3, gt=0)  # 1 in 20 of exponential pauses is longer than 3 times their mean


def _silence(value: Any) -> Any:
    if value is None or value == "auto":
        return None
    if value == "pairs":
        return PairSilence()
    return value if isinstance(value, dict | PairSilence) else on_the_calendar(value)


def _kind_of_silence(value: Any) -> str:
    if value is None:
        return "<auto>"
    return "<length>" if isinstance(value, Duration) else "<pairs>"


class Goal(StudyModel):
    """What the customer wants, outside-in; when it begins, is reached, or is given up.

    Without `opened_by` any of its events begins an attempt after a silence; without `reached_by` nothing
    is known of how attempts come out.
    """

    opened_by: Names = Field(default_factory=list)
    reached_by: Names = Field(default_factory=list)
    ended_by: Names = Field(default_factory=list)
    includes: Includes = Includes()
    by: str | None = Field(None, description="a record attribute that tells goals of one customer apart")
    silence: Annotated[
        Annotated[Duration, Tag("<length>")]
        | Annotated[PairSilence, Tag("<pairs>")]
        | Annotated[None, Tag("<auto>")],
        Discriminator(_kind_of_silence),
        BeforeValidator(_silence),
    ] = None
    settled_after: CalendarTime | None = None
    owner: str | None = None

    @model_validator(mode="after")
    def _something_begins_it(self) -> Goal:
        if not (self.opened_by or self.includes.processes or self.includes.activities):
            raise ValueError("say what begins the goal (opened_by:), or what belongs to it (includes:)")
        if self.ended_by and not self.reached_by:
            raise ValueError("ended_by: tells when it is given up; say also when it is reached (reached_by:)")
        return self

    @property
    def gauged(self) -> bool:
        """Whether silence is judged by all pauses of its kind, not by those of goals that were reached."""
        return isinstance(self.silence, PairSilence) or (self.silence is None and not self.opened_by)


def _ascending(scale: tuple[float, float]) -> tuple[float, float]:
    if not scale[0] < scale[1]:
        raise ValueError("write the lowest value first, then the highest")
    return scale


Scale = Annotated[tuple[float, float], AfterValidator(_ascending)]


class Satisfaction(StudyModel):
    """The scale on which customers answer."""

    scale: Scale = (1, 5)
    dissatisfied_at: float | None = None

    @property
    def low(self) -> float:
        """The score up to which an answer counts as dissatisfied (2 of 5)."""
        least, most = self.scale
        return self.dissatisfied_at if self.dissatisfied_at is not None else least + (most - least) / 4


class Sentiment(StudyModel):
    """The scale on which it is measured how customers sound."""

    scale: Scale = (-1, 1)


class Strategy(StudyModel):
    """How much each aim of the CRM strategy weighs."""

    satisfaction: float = Field(1, ge=0)
    acquisition: float = Field(1, ge=0)
    retention: float = Field(1, ge=0)
    cross_sell: float = Field(1, ge=0)
    profitability: float = Field(1, ge=0)

    @model_validator(mode="after")
    def _something_counts(self) -> Strategy:
        if not any(dict(self).values()):
            raise ValueError("every weight is 0; give at least one aim a weight above 0")
        return self


class StudyFile(StudyModel):
    """All an analyst declares; `path` is where it was read."""

    study: str
    sources: list[Source] = Field(min_length=1)
    workspace: str | None = None
    customers: Customers = Customers()
    satisfaction: Satisfaction = Satisfaction()
    sentiment: Sentiment = Sentiment()
    activities: dict[str, ActivitySpec] = Field(default_factory=dict)
    processes: dict[str, Process] = Field(default_factory=dict)
    goals: dict[str, Goal] = Field(default_factory=dict, max_length=63)
    journeys: dict[str, IdealJourney] = Field(default_factory=dict)
    promises: dict[str, PromiseSpec] = Field(default_factory=dict)
    strategy: Strategy = Strategy()
    segments: Names = Field(default_factory=list)
    window: CalendarTime = Duration(7, "d")
    calendar: WorkingCalendar = WorkingCalendar()
    currency: str | None = None
    privacy: Privacy = Privacy()
    engine: EngineSpec = "duckdb"
    path: Path = Field(Path("study.yaml"), exclude=True)

    @model_validator(mode="after")
    def _names_are_known(self) -> StudyFile:
        reader = PlainReader()
        for goal, spec in self.goals.items():
            for i, name in enumerate(spec.includes.processes):
                if name not in self.processes:
                    place = ("goals", goal, "includes", "processes", i)
                    message = f"no process {name!r} is declared{_there_is(name, self.processes)}"
                    reader.problem(place, name, message)
        for goal in self.journeys:
            if goal not in self.goals:
                message = f"no goal {goal!r} is declared{_there_is(goal, self.goals)}"
                reader.problem(("journeys", goal), goal, message)
        if reader.problems:
            raise ValidationError.from_exception_data("study", reader.problems)
        return self

    @property
    def folder(self) -> Path:
        """Paths in the study file are meant from here."""
        return self.path.parent

    @property
    def declares_hours(self) -> bool:
        """Whether anybody said when the company works; else its calendar is an assumption."""
        return "calendar" in self.model_fields_set

    @property
    def secret(self) -> SecretKey | None:
        """The key of the pseudonyms, where names and ids are stored as such.

        Raises:
            SourceError: its file cannot be read.
        """
        named = self.privacy.pseudonymise
        return SecretKey.read(self.folder / named) if named else None

    @property
    def workspace_path(self) -> Path:
        """The file in which the loaded tables live; that to which a symbolic link leads, not the link."""
        path = self.folder / (self.workspace or f"{self.path.stem}.duckdb")
        return path.resolve() if path.is_symlink() else path
