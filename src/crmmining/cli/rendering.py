"""Results on the terminal: tables that survive 80 columns, or CSV and JSON for other programs."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmmining.cli.options import Format
from crmmining.reporting.written import written

if TYPE_CHECKING:
    import pandas as pd


_FIXED = "\N{NO-BREAK SPACE}"


def show_frame(frame: pd.DataFrame, form: Format, *, title: str = "", notes: Sequence[str] = ()) -> None:
    """Write a table; `notes` stand beneath it for people, and are left out for programs."""
    if form is Format.csv:
        frame.to_csv(sys.stdout, index=False)
    elif form is Format.json:
        show_json(plain_rows(frame))
    else:
        _table(frame, title)
        for note in notes:
            say(note)


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
    from rich import box
    from rich.table import Table

    out = console()
    table = Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, expand=False, pad_edge=False
    )
    numbers = {name: frame[name].dtype.kind in "iufm" for name in frame.columns}
    for name, number in numbers.items():
        table.add_column(
            str(name).replace("_", " "),
            justify="right" if number else "left",
            min_width=_width(frame[name], number),
            overflow="fold",
        )
    for row in frame.itertuples(index=False):
        texts = [written(value, str(name)) for value, name in zip(row, frame.columns, strict=True)]
        # a number and its unit stay together
        cells = (t.replace(" ", _FIXED) if n else t for t, n in zip(texts, numbers.values(), strict=True))
        table.add_row(*map(_escaped, cells))
    out.print(table)


def _width(column: pd.Series[Any], number: bool) -> int:
    """What a column needs: its longest word, for a number its longest value."""
    name = str(column.name)
    texts = [written(value, name) for value in column.head(50)]
    words = [*name.split("_"), *(texts if number else (word for text in texts for word in text.split()))]
    return min(14, max(map(len, words), default=4))


def _escaped(text: str) -> Any:
    from rich.text import Text

    return Text("".join(sign if sign.isprintable() or sign == _FIXED else "�" for sign in text))
