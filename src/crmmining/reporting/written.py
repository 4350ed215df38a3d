"""Values as people read them, the same on the terminal and on the page."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from crmmining.study.durations import humanise


def written(value: Any, name: str) -> str:
    """A value as people read it: shares in percent, times in a fitting unit, counts with commas."""
    import pandas as pd

    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, pd.Timedelta):
        return humanise(value.total_seconds() * 1e6)
    if isinstance(value, pd.Timestamp | dt.date):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return (
            f"{value:.1%}"
            if name.startswith(("share", "cumulative", "contribution", "rate")) or name.endswith(("fitness",))
            else f"{value:,.2f}"
        )
    if isinstance(value, int) or hasattr(value, "item"):
        return f"{int(value):,}"
    if isinstance(value, tuple | list):
        return " > ".join(map(str, value))
    return str(value)
