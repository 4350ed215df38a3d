"""Text that fits: cleaned, measured without any library, wrapped and shrunk to a width."""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Weight = Literal["regular", "semibold", "bold"]

CAP_HEIGHT = 0.66  # of the font size
LINE_HEIGHT = 1.22
_ELLIPSIS = "…"
_WIDE, _OTHER = 1.0, 0.64  # em: East Asian full width, and a letter our font does not have


def clean(text: object) -> str:
    r"""Text as one line without control characters, as it may be drawn.

    >>> clean("Offer\n sent\x00")
    'Offer sent'
    """
    spaced = " ".join(str(text).split())
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")


def brief(text: object, most: int = 56) -> str:
    """A name as a sentence can carry it.

    >>> brief("Customer chases for status", 16)
    'Customer chases…'
    """
    line = clean(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + _ELLIPSIS


def text_width(text: str, size: float, weight: Weight = "regular") -> float:
    """Width of one line in the unit of the font size (kerning left out, so a little generous)."""
    return _em_width(text, weight) * size


def fit_lines(
    text: object,
    width: float,
    size: float,
    *,
    weight: Weight = "regular",
    most: int = 2,
    even: bool = True,
) -> list[str]:
    """Text broken at spaces into at most so many lines of a width; what is over ends in ….

    A word longer than the line is broken inside. Lines are made about equally long if `even`.

    >>> fit_lines("Called after online step failed", 90, 12)
    ['Called after', 'online step failed']
    """
    words = clean(text).split(" ")
    lines = _fill(words, width, size, weight)
    if len(lines) > most:
        rest = " ".join(lines[most - 1 :])
        return [*lines[: most - 1], shorten(rest, width, size, weight)]
    return _evened(words, lines, width, size, weight) if even else lines


def fit_text(
    text: object,
    width: float,
    size: float,
    *,
    weight: Weight = "regular",
    most: int = 2,
    smallest: float = 7.0,
) -> tuple[list[str], float]:
    """The lines, and the largest font size down to `smallest` at which no word is cut.

    >>> fit_text("Insurance quote accepted", 48, 10, most=3)
    (['Insurance', 'quote', 'accepted'], 10)
    """
    words = clean(text).split(" ")
    trial = size
    while trial > smallest:
        lines = _fill(words, width, trial, weight)
        if len(lines) <= most and _whole(words, lines):
            break
        trial = max(smallest, trial - 0.25)
    return fit_lines(text, width, trial, weight=weight, most=most), trial


def shorten(text: object, width: float, size: float, weight: Weight = "regular") -> str:
    """Text on one line, its end replaced by … where it is longer than the width.

    >>> shorten("Mortgage application", 68, 12)
    'Mortgage a…'
    """
    line = clean(text)
    if text_width(line, size, weight) <= width:
        return line
    while line and text_width(line + _ELLIPSIS, size, weight) > width:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS


def _fill(words: list[str], width: float, size: float, weight: Weight) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, weight) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width, size, weight)
        lines += full
    return [*lines, line]


def _pieces(word: str, width: float, size: float, weight: Weight) -> list[str]:
    """A word cut into parts that fit; at least one letter each, so that it ends."""
    parts, part = [], ""
    for letter in word:
        if part and text_width(part + letter, size, weight) > width:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


def _evened(words: list[str], lines: list[str], width: float, size: float, weight: Weight) -> list[str]:
    """The same number of lines, filled to the narrowest width that keeps that number."""
    if len(lines) < 2 or not _whole(words, lines):
        return lines
    for step in range(50, 100, 4):
        trial = _fill(words, width * step / 100, size, weight)
        if len(trial) == len(lines) and _whole(words, trial):
            return trial
    return lines


def _whole(words: list[str], lines: list[str]) -> bool:
    return sum(line.count(" ") + 1 for line in lines) == len(words)


@lru_cache(maxsize=50_000)
def _em_width(text: str, weight: Weight) -> float:
    known = _advances()[weight]
    return sum(known[letter] / 1000 if letter in known else _guess(letter) for letter in text)


def _guess(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER


@cache
def _advances() -> dict[str, dict[str, int]]:
    path = files("crmmining.reporting") / "assets" / "fonts" / "widths.json"
    widths: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return widths
