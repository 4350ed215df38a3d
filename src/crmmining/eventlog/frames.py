"""Between pandas frames and event logs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmmining.errors import MissingColumnError, UnknownNameError, UnreadableValueError
from crmmining.eventlog.log import ACTORS, CaseNotion, EventLog

CODED = ("channel", "department", "resource")
"""Columns kept as codes into their names."""


def log_from_frame(frame: pd.DataFrame, name: str) -> EventLog:
    """An ordered log from a frame with case, activity and time.

    Raises:
        MissingColumnError: case, activity or time is not there.
        UnreadableValueError: a row has no case, no activity, or a time that is none.
    """
    for needed in ("case", "activity", "time"):
        if needed not in frame.columns:
            raise MissingColumnError("the frame", needed, map(str, frame.columns))
        _refuse_missing(frame[needed], needed)
    case, case_ids = pd.factorize(frame["case"].astype(str), sort=True)
    columns: dict[str, NDArray[Any]] = {"time": to_microseconds(frame["time"])}
    names: dict[str, tuple[str, ...]] = {}
    for column in ("activity", *CODED):
        if column in frame.columns:
            columns[column], names[column] = _coded(frame[column])
    if "start" in frame.columns:
        columns["start"] = to_microseconds(frame["start"])
    if "actor" in frame.columns:
        columns["actor"] = _actor_codes(frame["actor"])
    cases = pd.DataFrame({"case": np.asarray(case_ids, object)})
    if "customer" in frame.columns:
        cases["customer"] = frame["customer"].astype(str).groupby(case).first().to_numpy()
    return EventLog.from_columns(CaseNotion("plain", name), case.astype(np.int64), columns, names, cases)


def frame_from_log(log: EventLog) -> pd.DataFrame:
    """One row per event in case order."""
    data: dict[str, Any] = {"case": log.cases["case"].to_numpy()[log.case_of_event]}
    for column, values in log.columns.items():
        if column in log.names:
            data[column] = _named(values, log.names[column])
        elif column == "actor":
            data[column] = _named(values, ACTORS)
        elif column in ("time", "start"):
            moments = pd.to_datetime(pd.Series(values), unit="us", utc=True)
            data[column] = moments.where(pd.Series(values) >= 0) if column == "start" else moments
        elif column in ("visible", "contact", "satisfaction"):
            data[column] = values
    return pd.DataFrame(data)


def to_microseconds(times: pd.Series[Any]) -> NDArray[np.int64]:
    """Microseconds UTC of a time column; -1 where a time is absent. Times without zone count as UTC."""
    moments = pd.to_datetime(times, utc=True)
    values = moments.dt.as_unit("us").astype("int64").to_numpy().copy()
    values[moments.isna().to_numpy()] = -1
    return values


def _refuse_missing(column: pd.Series[Any], name: str) -> None:
    missing = np.flatnonzero(column.isna().to_numpy())
    if missing.size:
        raise UnreadableValueError(
            f"row {missing[0] + 1} has no {name} ({missing.size:,} such rows); drop or fill them"
        )


def _coded(column: pd.Series[Any]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    code, names = pd.factorize(column.where(column.isna(), column.astype(str)), sort=True)
    return code.astype(np.int32), tuple(str(name) for name in names)


def _actor_codes(column: pd.Series[Any]) -> NDArray[np.int8]:
    codes = column.map({actor: i for i, actor in enumerate(ACTORS)})
    unknown = column[codes.isna() & column.notna()]
    if len(unknown):
        raise UnknownNameError("actor", str(unknown.iloc[0]), ACTORS)
    return codes.fillna(-1).to_numpy(np.int8)


def _named(code: NDArray[Any], names: tuple[str, ...]) -> Any:
    return pd.Categorical.from_codes(code, categories=list(names)) if names else np.full(code.size, None)
