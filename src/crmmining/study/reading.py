"""From a YAML file to a checked study, every error with line, key, value and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crmmining.errors import StudyFileError, listed, nearest
from crmmining.study.study_file import StudyFile
from crmmining.study.yaml_file import Place, YamlFile, read_yaml


@dataclass(frozen=True)
class Context:
    """What the parts of a study file are checked with: its folder, and whether its holidays are known."""

    folder: Path
    holidays: bool = True


def read_study_file(path: Path | str, *, holidays: bool = True) -> StudyFile:
    """Read and check a study file; all but the place of its `holidays` if that was checked before.

    Raises:
        MissingFileError: there is no such file.
        StudyFileError: the first thing that cannot be meant, with its line, and how many more there are.
    """
    file = read_yaml(Path(path))
    if not isinstance(file.data, dict):
        found = "is empty" if file.data is None else "holds no keys"
        raise StudyFileError(
            file.path, 1, f"the study file {found}; it starts with 'study: NAME' and 'sources:'"
        )
    try:
        context = Context(file.path.parent, holidays)
        return StudyFile.model_validate({**file.data, "path": file.path}, context=context)
    except ValidationError as error:
        raise _explained(file, error.errors(include_url=False)) from None


def _explained(file: YamlFile, errors: list[ErrorDetails]) -> StudyFileError:
    placed = [(_place(file, error), error) for error in errors]
    placed.sort(key=lambda pair: file.line_of(pair[0]) or 0)
    place, first = placed[0]
    more = f" ({len(placed) - 1} more after this one)" if len(placed) > 1 else ""
    allowed = _keys_at(file, place[:-1]) if first["type"] == "extra_forbidden" else []
    message = _message(first, allowed)
    return StudyFileError(file.path, file.line_of(place), f"{_written(place)}{message}{more}")


def _written(place: Place) -> str:
    """A place as a reader would say it, list items counted from 1."""
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    return f"{key}: " if key else ""


def _place(file: YamlFile, error: ErrorDetails) -> Place:
    """The error's location without the steps pydantic adds for unions and wrappers."""
    place: Place = ()
    for part in error["loc"]:
        if (*place, part) in file.lines:
            place = (*place, part)
    if error["type"] == "missing":
        place = (*place, error["loc"][-1])
    return place


def _message(error: ErrorDetails, allowed: list[str]) -> str:
    value, kind = error["input"], error["type"]
    if kind == "missing":
        return "is missing here"
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        return f"unknown key {key!r}; allowed: {listed(allowed, 40)}.{nearest(key, allowed)}"
    if kind == "literal_error":
        return f"{value!r} is not allowed; write {error.get('ctx', {}).get('expected', '')}"
    if kind == "value_error":
        return error["msg"].removeprefix("Value error, ")
    message = error["msg"].removeprefix("Input ")
    return f"{value!r}: {message}" if isinstance(value, str | int | float) else message


def _keys_at(file: YamlFile, place: Place) -> list[str]:
    """The keys that may stand at a place, found by walking the types beside the data."""
    model: type[BaseModel] | None = StudyFile
    data: Any = file.data
    for part in place:
        data = data[part]
        field = model.model_fields.get(str(part)) if model else None
        if field is not None:
            model = _closest(_models_in(field.annotation), data)
        elif isinstance(part, int) or model is None:
            continue
    return [name for name in model.model_fields if name != "path"] if model else []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _closest(models: list[type[BaseModel]], data: Any) -> type[BaseModel] | None:
    """Of the types a value may have, the one that knows most of its keys."""
    keys = set(data) if isinstance(data, dict) else set()
    return max(models, key=lambda model: len(keys & set(model.model_fields)), default=None)
