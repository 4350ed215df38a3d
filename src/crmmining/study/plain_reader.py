"""Checks on plain data that go on after a problem, so that one run shows them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic_core import InitErrorDetails, PydanticCustomError

from crmmining.errors import listed, nearest

Place: TypeAlias = tuple[str | int, ...]


class PlainReader:
    """Reads fields of mappings and collects what is wrong with them, each with its place."""

    def __init__(self) -> None:
        self.problems: list[InitErrorDetails] = []

    def text(self, data: Mapping[Any, Any], key: str, place: Place) -> str | None:
        """A text that is not blank; None where the key is absent."""
        value = data.get(key)
        if key in data and not (isinstance(value, str) and value.strip()):
            self.refuse((*place, key), value, "a text is meant (in quotes if need be)")
            return None
        return value

    def whole(self, data: Mapping[Any, Any], key: str, place: Place, least: int, most: int) -> int | None:
        """A whole number between `least` and `most`; None where the key is absent or null."""
        value = data.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse((*place, key), value, f"a whole number from {least} to {most} is meant")
            return None
        return value

    def keys(
        self,
        data: Mapping[Any, Any],
        allowed: tuple[str, ...],
        place: Place,
        required: tuple[str, ...] = (),
    ) -> None:
        """No key but the allowed, none of the required missing."""
        for key in data:
            if key not in allowed:
                message = f"unknown key {key!r}; allowed are {listed(allowed)}."
                self.problem((*place, str(key)), data[key], message + nearest(str(key), allowed))
        for key in required:
            if key not in data:
                self.problem(place, data, f"the key {key!r} is missing; needed are {listed(required)}")

    def refuse(self, place: Place, value: Any, meant: str) -> None:
        """Note a value that cannot be meant: what it is, what is allowed."""
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        self.problem(place, value, f"{shown} cannot be meant; {meant}")

    def problem(self, place: Place, value: Any, message: str) -> None:
        """Note a problem in its own words."""
        error = PydanticCustomError("value_error", "{message}", {"message": message})
        self.problems.append({"type": error, "loc": place, "input": value})
