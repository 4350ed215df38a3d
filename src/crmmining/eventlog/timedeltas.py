"""Microseconds as Timedelta columns, in microseconds: sums over millions of cases pass 292 years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


_NUMBER = "int64"  # an empty frame knows no types of its own


def with_timedeltas(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """A copy in which these columns of microseconds are times.

    >>> import pandas as pd
    >>> with_timedeltas(pd.DataFrame({"total": [2 * 10**16]}), ["total"])["total"].dt.days.tolist()
    [231481]
    """
    times = {name: frame[name].astype(_NUMBER if frame.empty else frame[name].dtype) for name in columns}
    return frame.assign(**{name: values.round().astype("timedelta64[us]") for name, values in times.items()})
