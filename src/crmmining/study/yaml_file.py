"""YAML with the line of every key kept, read without YAML 1.1's surprises.

`no`, `on` and `09:00` stay text; a key written twice is refused instead of the last one winning.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crmmining.errors import MissingFileError, StudyFileError

Place = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")
_MOST_NESTED = 10_000
_CONSTANTS = {"null": None, "~": None, "": None, "true": True, "false": False}


@dataclass(frozen=True)
class YamlFile:
    """The plain data of a YAML file, and the line on which each place of it stands."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int | None:
        """The line of a place, or of its nearest parent that stands in the file."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return None


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML document.

    Raises:
        MissingFileError: there is no such file.
        StudyFileError: not UTF-8, not YAML, or a key twice, with the line.
    """
    if not path.is_file():
        raise MissingFileError(path, "Write one with 'crmmining init DIR', or name another file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyFileError(path, None, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise StudyFileError(path, line, f"not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise StudyFileError(path, None, f"not valid YAML: {str(error).splitlines()[0]}") from error
    except ValueError as error:  # a character that is none
        raise StudyFileError(path, None, f"not valid YAML: {error}") from error
    except RecursionError:
        raise _too_deep(path) from None
    lines: dict[Place, int] = {}
    try:
        data = _plain(node, (), lines, path) if node is not None else None
    except RecursionError:
        raise _too_deep(path) from None
    return YamlFile(path, data, lines)


def _too_deep(path: Path) -> StudyFileError:
    return StudyFileError(path, None, "not valid YAML: nested too deeply, or a part that holds itself")


def _composed(text: str) -> yaml.Node | None:
    """Read with the loader in C where there is one; what it refuses the other explains better."""
    if sum(map(text.count, ("[", "{", "- ", "? "))) < _MOST_NESTED:  # in C there is no bottom to nesting
        with suppress(AttributeError, ValueError, yaml.YAMLError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if node.tag.startswith("!"):
        raise StudyFileError(path, lines[place], f"{node.tag!r} is a tag, which means nothing here; quote it")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), lines, path) for i, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], path: Path) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise StudyFileError(path, line, "a key must be a plain word")
        key = key_node.value
        if key in result:
            first = lines[(*place, key)]
            raise StudyFileError(
                path, line, f"the key {key!r} stands here twice (first on line {first}); keep one"
            )
        lines[(*place, key)] = line
        result[key] = _plain(value_node, (*place, key), lines, path)
    return result


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None):
        return text
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
