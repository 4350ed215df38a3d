"""Deviations that somebody accepted: who, why, until when; a small file beside the study file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, field_validator

from crmmining.errors import InvalidOptionError, StudyFileError, listed, nearest
from crmmining.study.base import StudyModel

HEAD = """\
# Deviations that were accepted. They are shown apart, and again among the others once their time is over.
# Written by `crmmining check accept` and `crmmining check revoke`.
"""


class Waiver(StudyModel):
    """A deviation of one goal or process (`of`) that somebody accepted, up to and including a day."""

    of: str
    deviation: str
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)
    until: dt.date

    @field_validator("deviation")
    @classmethod
    def _is_named(cls, value: str) -> str:
        kind, colon, step = value.partition(": ")
        if not colon or not step.strip():
            raise ValueError(f"a deviation is written KIND: STEP, like 'missing: Offer sent', not {value!r}")
        return f"{kind.strip()}: {step.strip()}"

    def holds(self, day: dt.date) -> bool:
        """Whether it is still accepted on a day."""
        return day <= self.until


def holding(waivers: Iterable[Waiver], day: dt.date) -> list[Waiver]:
    """Those that are still accepted on a day."""
    return [waiver for waiver in waivers if waiver.holds(day)]


def waiver_path(study_path: Path) -> Path:
    """Where the waivers of a study stand."""
    return study_path.with_suffix(".accepted.yaml")


def read_waivers(study_path: Path) -> list[Waiver]:
    """The waivers of a study, in the order they were given.

    Raises:
        StudyFileError: the file cannot be read.
    """
    path = waiver_path(study_path)
    if not path.is_file():
        return []
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (yaml.YAMLError, UnicodeError) as error:
        raise StudyFileError(path, None, f"cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(data, list):
        raise StudyFileError(path, None, "a list of {of, deviation, who, why, until} is meant")
    found = []
    for number, row in enumerate(data, 1):
        try:
            found.append(Waiver.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            said = ".".join(str(part) for part in first["loc"])
            raise StudyFileError(path, None, f"waiver {number}: {said}: {first['msg']}") from None
    return found


def accept(study_path: Path, waiver: Waiver) -> None:
    """Add a waiver; one for the same deviation is replaced."""
    others = [w for w in read_waivers(study_path) if (w.of, w.deviation) != (waiver.of, waiver.deviation)]
    _write(study_path, [*others, waiver])


def revoke(study_path: Path, of: str, deviation: str) -> Waiver:
    """Take a waiver back.

    Raises:
        InvalidOptionError: there is none.
    """
    waivers = read_waivers(study_path)
    for waiver in waivers:
        if (waiver.of, waiver.deviation) == (of, deviation):
            _write(study_path, [other for other in waivers if other is not waiver])
            return waiver
    known = [waiver.deviation for waiver in waivers if waiver.of == of]
    raise InvalidOptionError(
        f"{deviation!r} is not accepted for {of!r}; accepted are {listed(known) or 'none'}."
        f"{nearest(deviation, known)}"
    )


def _write(study_path: Path, waivers: list[Waiver]) -> None:
    """Write beside and rename, so that the file is never half written."""
    path = waiver_path(study_path)
    rows = [waiver.model_dump() for waiver in waivers]
    beside = path.with_name(f"{path.name}.writing")
    beside.write_text(HEAD + yaml.safe_dump(rows, sort_keys=False, allow_unicode=True), encoding="utf-8")
    beside.replace(path)
