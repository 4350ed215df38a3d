"""What every part of the study file is: a frozen, closed record of checked fields."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


def on_the_calendar(value: Any) -> Duration:
    """A duration that is not business time.

    Raises:
        ValueError: no duration, or in business time.
    """
    found = _duration(value)
    if found.is_business:
        raise ValueError(f"{value!r} is business time; here the calendar counts: write it in d, h or w")
    return found


CalendarTime = Annotated[Duration, BeforeValidator(on_the_calendar)]
"""A duration on the calendar: business time makes no sense for a customer's silence."""

Names = Annotated[list[str], BeforeValidator(_several)]
"""One name or a list of names."""


def parse_share(value: Any) -> Any:
    """A share in [0, 1], also written as a percentage.

    >>> parse_share("1%"), parse_share("0.25"), parse_share(0.5)
    (0.01, 0.25, 0.5)

    Raises:
        ValueError: a text that is neither, or what lies outside.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f"{value!r} is no share; write one like 1% or 0.01")
    return share


Share = Annotated[float, BeforeValidator(parse_share), Field(ge=0, le=1)]
"""A share of a whole, as a number or a percentage."""
