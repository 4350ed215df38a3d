"""Results on the terminal: tables that survive 80 columns, or CSV and JSON for other programs."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crmmining.cli.options import Format
from crmmining.reporting.written import written

if TYPE_CHECKING:
    import pandas as pd


_FIXED = "\N{NO-BREAK SPACE}"
_NARROW, _GAP = 8, 3


def show_frame(frame: pd.DataFrame, form: Format, *, title: str = "", notes: Sequence[str] = ()) -> None:
    """Write a table; `notes` stand beneath it for people, and are left out for programs."""
    if form is Format.csv:
        _in_seconds(frame).to_csv(sys.stdout, index=False)
    elif form is Format.json:
        show_json(plain_rows(frame))
    else:
        _table(frame, title)
        for note in notes:
            say(note)


def _in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """Durations as seconds, as JSON has them."""
    durations = {name: frame[name].dt.total_seconds() for name in frame if frame[name].dtype.kind == "m"}
    return frame.assign(**durations) if durations else frame


def show_json(value: Any) -> None:
    """Write JSON, times as seconds, absent numbers as null."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def say(text: str = "") -> None:
    """A line for people, wrapped to the terminal."""
    console().print(text, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def console() -> Any:
    """A console that takes no colour when piped and no more than the terminal's width."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 100)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON knows them."""
    return [{str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.Timedelta):
        return None if value is pd.NaT else value.total_seconds()
    if value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp | dt.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return list(value) if isinstance(value, tuple) else value


def _table(frame: pd.DataFrame, title: str) -> None:
    """A table, or several beneath each other where the terminal is too narrow for all columns."""
    numbers = {str(name): frame[name].dtype.kind in "iufm" for name in frame.columns}
    cells = {name: [written(value, name) for value in frame[name]] for name in numbers}
    least = {name: _least_width(name, texts, numbers[name]) for name, texts in cells.items()}
    room = console().width
    for number, names in enumerate(_fitting(least, numbers, room)):
        most = {name: max(map(len, [name, *cells[name]])) for name in names}
        widths = _shared_out({name: least[name] for name in names}, most, room)
        _one_table({name: cells[name] for name in names}, title if number == 0 else "", widths, numbers)


def _least_width(name: str, texts: list[str], number: bool) -> int:
    """What a column needs: its longest word, for a number its longest value."""
    words = [*name.split("_"), *(texts if number else (word for text in texts for word in text.split()))]
    return min(14, max(map(len, words), default=4))


def _fitting(least: dict[str, int], numbers: dict[str, bool], room: int) -> list[list[str]]:
    """Columns in groups that fit; narrows texts first, then repeats the leading texts before each group.

    >>> _fitting({"step": 10, "n": 4, "share": 6}, {"step": False, "n": True, "share": True}, 40)
    [['step', 'n', 'share']]
    >>> _fitting({"step": 10, "n": 9, "share": 9}, {"step": False, "n": True, "share": True}, 31)
    [['step', 'n'], ['step', 'share']]
    """
    over = _taken(least.values()) - room
    for name in sorted(least, key=lambda name: -least[name]):
        if over > 0 and not numbers[name]:
            less = min(over, max(least[name] - _NARROW, 0))
            least[name], over = least[name] - less, over - less
    names = list(least)
    if over <= 0:
        return [names]
    keys = names[: 2 if len(names) > 2 and not numbers[names[1]] else 1]
    groups: list[list[str]] = []
    for name in names[len(keys) :]:
        held = _taken(least[other] for other in (*(groups[-1] if groups else keys), name))
        if not groups or (held > room and len(groups[-1]) > len(keys)):
            groups.append([*keys, name])
        else:
            groups[-1].append(name)
    return groups or [names]


def _taken(widths: Iterable[int]) -> int:
    """What columns take with the space between and around them."""
    return sum(width + _GAP for width in widths)


def _shared_out(least: dict[str, int], most: dict[str, int], room: int) -> dict[str, int]:
    """Widths between least and most; the room that is left goes first to those that lack least.

    >>> _shared_out({"a": 4, "b": 4, "c": 4}, {"a": 5, "b": 20, "c": 3}, 30)
    {'a': 5, 'b': 12, 'c': 4}
    """
    widths, spare = dict(least), max(room - _taken(least.values()), 0)
    for name in sorted(least, key=lambda name: most[name] - least[name]):
        more = min(max(most[name] - least[name], 0), spare)
        widths[name], spare = widths[name] + more, spare - more
    return widths


def _one_table(
    cells: dict[str, list[str]], title: str, widths: dict[str, int], numbers: dict[str, bool]
) -> None:
    from rich import box
    from rich.table import Table

    table = Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, expand=False, pad_edge=False
    )
    for name in cells:
        table.add_column(
            name.replace("_", " "),
            justify="right" if numbers[name] else "left",
            width=widths[name],
            overflow="fold",
        )
    for row in zip(*cells.values(), strict=True):
        # a number and its unit stay together
        kept = (
            text.replace(" ", _FIXED) if numbers[name] else text
            for name, text in zip(cells, row, strict=True)
        )
        table.add_row(*map(_escaped, kept))
    console().print(table)


def _escaped(text: str) -> Any:
    from rich.text import Text

    return Text("".join(sign if sign.isprintable() or sign == _FIXED else "�" for sign in text))
