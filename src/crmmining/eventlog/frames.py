"""Between pandas frames and event logs."""

from __future__ import annotations

from collections.abc import Mapping
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
    arrays: dict[str, Any] = {}
    for role in ("time", "start"):
        if role in frame.columns:
            arrays[role] = to_microseconds(frame[role])
    for role in ("case", "customer"):
        if role in frame.columns:
            arrays[role] = frame[role].astype(str).to_numpy(object)
    for role in ("activity", *CODED):
        if role in frame.columns:
            arrays[role] = frame[role].where(frame[role].isna(), frame[role].astype(str)).to_numpy(object)
    if "actor" in frame.columns:
        arrays["actor"] = frame["actor"].to_numpy(object)
    return log_from_arrays(arrays, name)


def log_from_arrays(arrays: Mapping[str, Any], name: str) -> EventLog:
    """An ordered log from text columns by role, times in microseconds (start -1 where absent).

    Raises:
        UnknownNameError: an actor that is none.
    """
    case, ids = pd.factorize(np.asarray(arrays["case"], object), sort=True)
    columns: dict[str, NDArray[Any]] = {"time": np.asarray(arrays["time"], np.int64)}
    names: dict[str, tuple[str, ...]] = {}
    for role in ("activity", *CODED):
        if role in arrays:
            code, found = pd.factorize(np.asarray(arrays[role], object), sort=True)
            columns[role], names[role] = code.astype(np.int32), tuple(map(str, found))
    if "start" in arrays:
        columns["start"] = np.asarray(arrays["start"], np.int64)
    if "actor" in arrays:
        columns["actor"] = _actor_codes(pd.Series(arrays["actor"]))
    cases = pd.DataFrame({"case": np.asarray(ids, object)})
    if "customer" in arrays:
        cases["customer"] = pd.Series(arrays["customer"]).groupby(case).first().to_numpy()
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
        elif column in ("visible", "contact", "satisfaction", "sentiment"):
            data[column] = values
    return pd.DataFrame(data)


def to_microseconds(times: pd.Series[Any]) -> NDArray[np.int64]:
    """Microseconds UTC of a time column; -1 where a time is absent. Times without zone count as UTC.

    Text is read as ISO 8601 only: nothing else can be read in one way.
    """
    try:
        moments = pd.to_datetime(times, utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        first = next((value for value in times if isinstance(value, str)), times.iloc[0])
        raise UnreadableValueError(
            f"a time like {first!r} may be read in more than one way; turn the column into times first: "
            "pd.to_datetime(column, format='%d/%m/%Y %H:%M')"
        ) from error
    values = np.array(moments.dt.as_unit("us").astype("int64"), np.int64)
    values[moments.isna().to_numpy()] = -1
    return values


def _refuse_missing(column: pd.Series[Any], name: str) -> None:
    missing = np.flatnonzero(column.isna().to_numpy())
    if missing.size:
        raise UnreadableValueError(
            f"row {missing[0] + 1} has no {name} ({missing.size:,} such rows); drop or fill them"
        )


def _actor_codes(column: pd.Series[Any]) -> NDArray[np.int8]:
    codes = column.map({actor: i for i, actor in enumerate(ACTORS)})
    unknown = column[codes.isna() & column.notna()]
    if len(unknown):
        raise UnknownNameError("actor", str(unknown.iloc[0]), ACTORS)
    return np.asarray(codes.fillna(-1), np.int8)


def _named(code: NDArray[Any], names: tuple[str, ...]) -> Any:
    if not names:
        return np.full(code.size, None)
    return pd.Categorical.from_codes(code.tolist(), categories=pd.Index(names))
