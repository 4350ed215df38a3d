"""What becomes of a goal's numbers under other thresholds, as a table of the page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crmmining.comparison.sensitivity import FACTORS, Sensitivity
from crmmining.estimates import shown
from crmmining.study.durations import humanise

NAMES = {
    "silence": "given up after {} of silence",
    "settled_after": "reached once settled for {}",
    "window": "unsolved if back within {}",
}


def threshold_table(found: Sensitivity) -> dict[str, Any]:
    """The thresholds as columns (name, length, each factor's length), the numbers as rows."""
    table = found.table
    columns = [
        {
            "name": NAMES[row.threshold].format(humanise(row.length)),
            "origin": row.origin,
            "moved": [humanise(row.length * factor) for factor in FACTORS],
        }
        for row in table.drop_duplicates("threshold").itertuples()
    ]
    rows = [
        {
            "name": name,
            "here": _shown(of.iloc[0], "value"),
            "interval": f"{_shown(of.iloc[0], 'low')} to {_shown(of.iloc[0], 'high')}",
            "cells": [_cell(row, side) for _, row in of.iterrows() for side in ("shorter", "longer")],
        }
        for name, of in table.groupby("number", sort=False)
        if not pd.isna(of["value"].iloc[0])
    ]
    return {
        "goal": found.goal,
        "columns": columns,
        "rows": rows,
        "n_fragile": found.fragile["number"].nunique(),
    }


def _cell(row: pd.Series[Any], side: str) -> dict[str, Any]:
    """A moved value, and which way it left the interval."""
    way = "▲" if row[side] > row["high"] else "▼" if row[side] < row["low"] else ""
    return {"text": _shown(row, side), "way": way}


def _shown(row: pd.Series[Any], name: str) -> str:
    return "–" if pd.isna(row[name]) else shown(row[name], row["unit"])
