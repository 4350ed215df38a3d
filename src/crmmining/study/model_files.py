"""The names of the steps in a model file, without knowing what the model means."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

MODEL_SUFFIXES = (".bpmn", ".pnml", ".ptml")
_TASKS = ("task", "Task", "callActivity", "subProcess")


def steps_in(path: Path) -> tuple[str, ...]:
    """The named tasks or labelled transitions of a model file, in written order, each once.

    Raises:
        ValueError: what is wrong with the file, in one line.
    """
    if path.suffix not in MODEL_SUFFIXES:
        raise ValueError(f"models are read from {', '.join(MODEL_SUFFIXES)}, not from {path.name}")
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path.name} is no XML file: {error}") from None
    found = {
        ".bpmn": _tasks,
        ".pnml": _transitions,
        ".ptml": _leaves,
    }[path.suffix](root)
    names = tuple(dict.fromkeys(name for name in found if name))
    if not names:
        raise ValueError(f"{path.name} names no step")
    return names


def _tasks(root: ElementTree.Element) -> list[str]:
    return [element.get("name", "").strip() for element in root.iter() if _kind(element).endswith(_TASKS)]


def _transitions(root: ElementTree.Element) -> list[str]:
    found = []
    for transition in (element for element in root.iter() if _kind(element) == "transition"):
        if any("$invisible$" in element.get("activity", "") for element in transition):
            continue
        found += [
            (text.text or "").strip()
            for name in transition
            if _kind(name) == "name"
            for text in name
            if _kind(text) == "text"
        ]
    return found


def _leaves(root: ElementTree.Element) -> list[str]:
    return [element.get("name", "") for element in root.iter() if _kind(element) == "manualTask"]


def _kind(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
