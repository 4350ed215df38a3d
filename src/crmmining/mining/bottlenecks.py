"""Bottlenecks: where the time of all cases goes, edge by edge, and by whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import CUSTOMER, CaseNotion, EventLog
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.eventlog.turns import COMPANY_TURN, CUSTOMER_TURN, TURNS, UNKNOWN_TURN, turns

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("total", "median", "p90")
DEFINITION = (
    "Contribution of an edge = the time between its two events, summed over all cases, divided by the "
    "throughput time of all cases. One timestamp per event cannot tell waiting from work: "
    "this is time between events. Where starts are known, a step's own time is from its start to its end."
)


@dataclass(frozen=True, eq=False)
class Bottlenecks:
    """Edges by their contribution to the time of all cases.

    `edges`: source, target, n, n_cases, contribution, total, median, p90 (times in microseconds),
    turn (whose turn it mostly is), share_company (share of the time in which it is the company's),
    from_department, to_department (the most frequent ones), crosses (whether they differ).
    `groups`: the same per value of `by` (source, target, group, n, contribution, median, p90), where asked.
    `steps`: service time per activity (activity, n, n_cases, contribution, total, median, p90), from
    start to end; None where the data knows no start times.
    """

    notion: CaseNotion
    edges: pd.DataFrame
    groups: pd.DataFrame | None
    steps: pd.DataFrame | None
    by: str | None
    total_time: int
    n_cases: int
    share_company: float
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """The edges, times as Timedelta."""
        return with_timedeltas(self.edges, TIMES)

    def groups_frame(self) -> pd.DataFrame:
        """The edges split by group, times as Timedelta; empty where nothing was asked to split by."""
        return with_timedeltas(self.groups if self.groups is not None else self.edges.head(0), TIMES)

    def steps_frame(self) -> pd.DataFrame:
        """The steps, times as Timedelta; empty where no start times are known."""
        return with_timedeltas(self.steps if self.steps is not None else self.edges.head(0), TIMES)

    def __repr__(self) -> str:
        edges = self.to_frame().head(10).to_string(index=False)
        return f"Bottlenecks({self.notion}, {self.n_cases:,} cases)\n{edges}"

    def _repr_html_(self) -> str:
        return self.to_frame().head(15).to_html(index=False)


def find_bottlenecks(
    log: EventLog,
    *,
    by: str | None = None,
    on_hold: Collection[str] = (),
    clock: BusinessClock | None = None,
) -> Bottlenecks:
    """Rank the edges of a log by their contribution to the time of all cases.

    `by` splits them further: department, channel or resource of the second event, or a segment of the
    case (a column of ``log.cases``). `on_hold` names activities after which nobody is waited for. With the
    company's `clock` there are business days too.

    Raises:
        UnknownNameError: `by` is neither.
        InvalidOptionError: the log has no two events in any case.
    """
    import pandas as pd

    moves = _moves(log, on_hold, clock)
    if moves.empty:
        raise InvalidOptionError(
            f"{log.notion} has no case with two events, so there is no time between events"
        )
    total = int(moves["time"].sum())
    edges = _summed(moves, ["source", "target"], total)
    edges["share_company"] = _company_share(moves, edges)
    edges["turn"] = np.select(
        [edges.share_company.isna(), edges.share_company >= 0.5],
        [TURNS[UNKNOWN_TURN], TURNS[COMPANY_TURN]],
        TURNS[CUSTOMER_TURN],
    )
    for side in ("from_department", "to_department"):
        edges[side] = _most_frequent(moves, side, edges)
    named = edges["from_department"].notna() & edges["to_department"].notna()
    edges["crosses"] = named & (edges["from_department"] != edges["to_department"])
    groups = None
    if by is not None:
        moves["group"] = _group_values(log, by, moves["row"].to_numpy())
        groups = _summed(moves.dropna(subset=["group"]), ["source", "target", "group"], total)
    names = pd.Series(log.activities)
    for table in (edges, groups):
        if table is not None:
            for column in ("source", "target"):
                table[column] = table[column].map(names)
    known = moves.loc[moves["turn"] != UNKNOWN_TURN]
    share = float(known.loc[known["turn"] == COMPANY_TURN, "time"].sum() / max(known["time"].sum(), 1))
    return Bottlenecks(log.notion, edges, groups, _steps(log, total), by, total, log.n_cases, share)


def _steps(log: EventLog, total: int) -> pd.DataFrame | None:
    """Service time per activity, of the events whose start is known."""
    import pandas as pd

    if not log.has("start"):
        return None
    rows = np.flatnonzero(log.columns["start"] != -1)
    served = pd.DataFrame(
        {
            "case": log.case_of_event[rows],
            "activity": log.columns["activity"][rows],
            "time": log.columns["time"][rows] - log.columns["start"][rows],
        }
    )
    table = _summed(served, ["activity"], total)
    return table.assign(activity=table["activity"].map(pd.Series(log.activities)))


def _moves(log: EventLog, on_hold: Collection[str], clock: BusinessClock | None) -> pd.DataFrame:
    """One row per pair of neighbouring events; of a reached goal only what leads to it."""
    import pandas as pd

    inside = np.diff(log.case_of_event) == 0
    before = np.flatnonzero(inside)
    time, case = log.columns["time"], log.case_of_event
    before = before[time[before + 1] <= log.ended[case[before]]]
    after = before + 1
    data = {
        "case": case[after],
        "source": log.columns["activity"][before],
        "target": log.columns["activity"][after],
        "time": time[after] - time[before],
        "row": after,
        "turn": turns(log, on_hold)[before],
        "from_department": _department(log, before),
        "to_department": _department(log, after),
    }
    if clock is not None:
        data["business_days"] = clock.elapsed(time[before], time[after]) / clock.working_day
    return pd.DataFrame(data)


def _department(log: EventLog, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Department of each event, the customer's own events as ``Customer``; unknown stays None."""
    names: NDArray[np.object_] = np.array([*log.names.get("department", ()), None], object)
    code = log.columns["department"][rows] if "department" in log.columns else np.full(rows.size, -1)
    found = names[code]
    if "actor" in log.columns:
        found[(log.columns["actor"][rows] == CUSTOMER) & (code < 0)] = "Customer"
    return found


def _summed(moves: pd.DataFrame, keys: list[str], total: int) -> pd.DataFrame:
    grouped = moves.groupby(keys, sort=True)
    table = grouped.agg(n=("time", "size"), n_cases=("case", "nunique"), total=("time", "sum")).reset_index()
    ordered = moves.sort_values([*keys, "time"])["time"].to_numpy()
    first = np.cumsum(table["n"].to_numpy()) - table["n"].to_numpy()
    for name, tenths in (("median", 5), ("p90", 9)):
        rank = -(-tenths * table["n"].to_numpy() // 10) - 1  # the ceil(n·q)-th smallest
        table[name] = ordered[first + rank]
    if "business_days" in moves:
        worked = grouped["business_days"].quantile(0.5, interpolation="lower").reset_index(drop=True)
        table["median_business_days"] = worked
    table["contribution"] = table["total"] / max(total, 1)
    return table.sort_values(["total", *keys], ascending=[False] + [True] * len(keys), ignore_index=True)


def _company_share(moves: pd.DataFrame, edges: pd.DataFrame) -> pd.Series[float]:
    known = moves[moves["turn"] != UNKNOWN_TURN]
    whole = known.groupby(["source", "target"])["time"].sum()
    company = known[known["turn"] == COMPANY_TURN].groupby(["source", "target"])["time"].sum()
    pairs = list(zip(edges["source"], edges["target"], strict=True))
    shares = (company.reindex(whole.index, fill_value=0) / whole.where(whole > 0)).reindex(pairs)
    return shares.reset_index(drop=True)


def _most_frequent(moves: pd.DataFrame, column: str, edges: pd.DataFrame) -> list[str | None]:
    counts = moves.dropna(subset=[column]).groupby(["source", "target", column]).size().reset_index(name="n")
    best = counts.sort_values(["n", column], ascending=[False, True]).drop_duplicates(["source", "target"])
    found = {(s, t): d for s, t, d in zip(best["source"], best["target"], best[column], strict=True)}
    return [found.get(pair) for pair in zip(edges["source"], edges["target"], strict=True)]


def _group_values(log: EventLog, by: str, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    if by in ("department", "channel", "resource") and by in log.columns:
        return np.asarray(np.array([*log.names[by], None], object)[log.columns[by][rows]])
    if by in log.cases:
        return np.asarray(log.cases[by].to_numpy(object)[log.case_of_event[rows]])
    known = [name for name in ("department", "channel", "resource") if name in log.columns]
    segments = [str(name) for name in log.cases.columns if log.cases[name].dtype == object and name != "case"]
    raise UnknownNameError("column to split by", by, known + segments)
