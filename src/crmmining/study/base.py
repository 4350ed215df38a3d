"""What every part of the study file is: a frozen, closed record of checked fields."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from crmmining.study.durations import Duration, parse_duration


class StudyModel(BaseModel):
    """A part of the study file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _duration(value: Any) -> Duration:
    return value if isinstance(value, Duration) else parse_duration(value)


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


DurationText = Annotated[Duration, BeforeValidator(_duration)]
"""A duration written with its unit."""


def _on_the_calendar(value: Any) -> Duration:
    found = _duration(value)
    if found.is_business:
        raise ValueError(f"{value!r} is business time; here the calendar counts: write it in d, h or w")
    return found


CalendarTime = Annotated[Duration, BeforeValidator(_on_the_calendar)]
"""A duration on the calendar: business time makes no sense for a customer's silence."""

Names = Annotated[list[str], BeforeValidator(_several)]
"""One name or a list of names."""
