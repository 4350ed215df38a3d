"""How an export is to be read: which columns play which role."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from crmmining.study.base import DurationText, Names, Share, StudyModel
from crmmining.study.calendars import ZoneName

Actor = Literal["customer", "company", "system"]
MOST_KINDS = 16
"""Kinds of events a row may stand for."""

NAMED_FORMATS = ("iso", "epoch", "epoch_ms")


def _written(value: Any) -> Any:
    """Numbers as they are written: ``map: {good: 1}``."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_written)]


class Column(StudyModel):
    """The value stands in a column; `map` translates values, `otherwise` serves the unmapped ("": none)."""

    column: str
    map: dict[str, Text] | None = None
    otherwise: Text | None = None


class Constant(StudyModel):
    """The same value for every row."""

    value: str


class Template(StudyModel):
    """The value is composed of columns: ``{Type}: {Status}``."""

    template: str


class Word(StudyModel):
    """A bare word: a column if the table has one of that name, else the same value for every row."""

    word: str


_ROLE_KINDS: dict[type[StudyModel], str] = {
    Column: "<column>",
    Constant: "<value>",
    Template: "<template>",
    Word: "<word>",
}


def _role_kind(value: Any) -> str | None:
    """Which way of writing a role this is, from its telling key."""
    if isinstance(value, dict):
        return next((kind for kind in _ROLE_KINDS.values() if kind[1:-1] in value), None)
    return _ROLE_KINDS.get(type(value))


_ROLE = Discriminator(
    _role_kind,
    custom_error_type="role",
    custom_error_message="write a column name, {column: NAME}, {value: TEXT} or {template: '{A} {B}'}",
)
_Written = (
    Annotated[Column, Tag("<column>")]
    | Annotated[Constant, Tag("<value>")]
    | Annotated[Template, Tag("<template>")]
)

ColumnRole = Annotated[
    Annotated[_Written, _ROLE],
    BeforeValidator(lambda value: {"column": value} if isinstance(value, str) else value),
]
"""A bare word is a column, always."""

LabelRole = Annotated[
    Annotated[_Written | Annotated[Word, Tag("<word>")], _ROLE],
    BeforeValidator(lambda value: {"word": value} if isinstance(value, str) else value),
]
"""A bare word may be a constant: ``channel: web``."""


def _identity(value: Any) -> Any:
    return {value: value} if isinstance(value, str) else value


Identity = Annotated[dict[str, Names], BeforeValidator(_identity)]
"""Kind of key → its column or columns; a bare word is both: ``customer: email``."""

Condition = dict[str, str | list[str]]
"""Column → the value, or one of the values, it must have; the value "" is an absent one."""


class WrittenTime(StudyModel):
    """How times are written; without it, only a writing that can be read one way is accepted."""

    format: str | None = None

    @field_validator("format")
    @classmethod
    def _known_directives(cls, text: str | None) -> str | None:
        unknown = set(re.findall(r"%-?(.?)", text or "")) - set("aAbBdfgHIjmMnpSuUVwWyYzZcGxX%")
        if text is not None and text not in NAMED_FORMATS and ("%" not in text or unknown):
            raise ValueError(
                f"{text!r} is no way of writing times; write '%d/%m/%Y %H:%M', or iso, epoch, epoch_ms"
            )
        return text


class TimeFormat(WrittenTime):
    """The same with the zone of times that name none."""

    zone: ZoneName = "UTC"


class EventSpec(StudyModel):
    """One kind of event a row stands for: the column of each role."""

    time: str
    activity: ColumnRole
    id: str | None = Field(None, description="the event's own id: a later row with it replaces the earlier")
    start: str | None = None
    customer: Identity | None = None
    channel: LabelRole | None = None
    department: LabelRole | None = None
    resource: LabelRole | None = None
    actor: LabelRole | None = None
    satisfaction: str | None = None
    sentiment: ColumnRole | None = Field(
        None, description="how the customer sounds, as a number; words are mapped to numbers"
    )
    sequence: str | None = None
    on_change: str | None = Field(
        None, description="keep a row only when this column differs from the record's row before"
    )
    where: Condition = Field(default_factory=dict)
    optional: bool = Field(False, description="a row without this time is no such event, not a refused row")


class Attribute(StudyModel):
    """A record's attribute; where its rows differ, which of the values is taken.

    `absent` names the empty value, where being empty says something; else empty cells do not count.
    """

    column: str
    take: Literal["first", "last", "min", "max"] = "last"
    absent: str | None = None


def _attributes(value: Any) -> Any:
    if isinstance(value, list):
        return {name: {"column": name} for name in value}
    if isinstance(value, dict):
        return {name: {"column": spec} if isinstance(spec, str) else spec for name, spec in value.items()}
    return value


Attributes = Annotated[dict[str, Attribute], BeforeValidator(_attributes)]


class RecordSpec(StudyModel):
    """The CRM record the rows of a table belong to; type ``*`` where the id alone tells which."""

    type: str
    id: str
    opened: str | None = None
    closed: str | None = None
    attributes: Attributes = Field(default_factory=dict)


class Lookup(StudyModel):
    """Columns brought from another table: the row whose `id` equals this row's `column`."""

    table: str
    column: str
    id: str
    within: str | None = None


class Each(StudyModel):
    """A row for each part of a cell: the texts between separators, or the elements of a list in JSON."""

    column: str
    separator: str | None = Field(None, min_length=1)


class LinkSpec(StudyModel):
    """A column that names another record: this record came from, or belongs with, that one.

    `to` is the other record's type; ``*`` where the id alone tells which record is meant.
    """

    column: str
    to: str = "*"


class TableSource(StudyModel):
    """A plain table: a file, one table within it, or one of a database; each row one event, or several."""

    table: str
    also: Names = Field(default_factory=list)
    database: str | None = None
    watermark: str | None = None
    within: str | None = None
    each: Each | None = None
    delimiter: str | None = None
    quote: str = '"'
    encoding: str = "utf-8"
    null: Names = Field(default_factory=lambda: [""])
    time: TimeFormat = TimeFormat()
    where: Condition = Field(default_factory=dict)
    lookup: Lookup | None = None
    record: RecordSpec | None = None
    customer: Identity | None = None
    customer_attributes: dict[str, str] = Field(default_factory=dict)
    links: list[LinkSpec] = Field(default_factory=list)
    event: EventSpec | None = None
    events: list[EventSpec] = Field([], max_length=MOST_KINDS)
    max_refused: Share | None = None

    @model_validator(mode="after")
    def _one_or_many(self) -> TableSource:
        if self.event and self.events:
            raise ValueError("write event: for one kind of event per row or events: for several, not both")
        if not (self.event or self.events or self.record) and self.customer is None:
            raise ValueError("says nothing about its rows; add event: {time: …, activity: …, customer: …}")
        if self.watermark and not self.database:
            raise ValueError("watermark: is a column of a table of a database; say database: postgresql://…")
        if self.watermark and not all(event.id for event in self.all_events):
            raise ValueError("rows come again with a watermark; say by which id: an event is known again")
        return self

    @property
    def all_events(self) -> list[EventSpec]:
        """Every kind of event its rows stand for."""
        return [self.event] if self.event else self.events


class PresetSource(StudyModel):
    """A folder with the export of a product whose tables are known; `PRESET` is the key that declares it."""

    PRESET: ClassVar[str]

    zone: ZoneName = "UTC"
    activities: dict[str, str] = Field(default_factory=dict)
    links: dict[str, Names] = Field(default_factory=dict)
    max_refused: Share | None = None

    @property
    def folder(self) -> str:
        """Where the export lies, from the study file's folder."""
        return str(getattr(self, self.PRESET))


class SalesforceSource(PresetSource):
    """A folder with Salesforce's weekly export."""

    PRESET: ClassVar[str] = "salesforce"

    salesforce: str
    customer: Literal["contact", "account"] = "contact"


class HubspotSource(PresetSource):
    """A folder with HubSpot's tables as a data pipeline lands them."""

    PRESET: ClassVar[str] = "hubspot"

    hubspot: str


class ZendeskSource(PresetSource):
    """A folder with Zendesk's ticket tables, as a data pipeline lands them or under the vendor's names."""

    PRESET: ClassVar[str] = "zendesk"

    zendesk: str


class ServiceNowSource(PresetSource):
    """A folder with ServiceNow's list exports, or a log of an incident's updates."""

    PRESET: ClassVar[str] = "servicenow"

    servicenow: str
    time: WrittenTime = WrittenTime()

    @property
    def format(self) -> str:
        """How its times are written, where the study file says so."""
        return self.time.format or ""


def _amount(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"\d+(\.\d+)? [A-Z]{3}", text.strip()):
        raise ValueError(f"{text!r} is no amount; write a number and a currency, like 50 EUR")
    return text


class PromiseSpec(StudyModel):
    """What the customer is told: from a customer's event to a visible company event, within a limit."""

    since: str
    until: str
    within: DurationText
    pay: Annotated[str | None, AfterValidator(_amount)] = None
    owner: str | None = None
