"""Microseconds as Timedelta columns, in microseconds: sums over millions of cases pass 292 years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def with_timedeltas(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """A copy in which these columns of microseconds are times.

    >>> import pandas as pd
    >>> with_timedeltas(pd.DataFrame({"total": [2 * 10**16]}), ["total"])["total"].dt.days.tolist()
    [231481]
    """
    return frame.assign(**{name: frame[name].round().astype("timedelta64[us]") for name in columns})
