"""Waiting causes: why each step waited, where starts and resources are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import UnknownNameError
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.mining.batches import find_batches
from crmmining.mining.enablement import Steps, enable_steps
from crmmining.mining.waiting_split import CAUSES, split_waits
from crmmining.mining.working_hours import DeclaredHours, Hours, SeenHours
from crmmining.study.calendars import WorkingCalendar

if TYPE_CHECKING:
    import pandas as pd

BETWEEN = ("source", "source_resource", "target", "target_resource")
TIMES = ("total", *CAUSES)
DEFINITION = (
    "Waiting of a step = from the end of the step that enabled it (the last in its case that had ended and "
    "is not concurrent with it) to its start. Each moment has one cause, the first that holds: batching "
    "(until the last step of its batch is enabled), contention (its resource does what was enabled no "
    "later), prioritisation (its resource does what was enabled later), unavailability (its resource is off "
    "work), else extraneous (Lashkevich et al. 2023). A resource is known to be busy only with steps of "
    "this log."
)


@dataclass(frozen=True, eq=False)
class WaitingCauses:
    """Waiting time by cause, in microseconds.

    `table`: per handover source, source_resource, target, target_resource, n, n_cases, total and one column
    per cause (`CAUSES`), the longest total first. `steps`: per step that another one enabled its row in the
    log, case, the row of that other (source_row), total and the causes. `totals`: the sum of each cause.
    `n` steps are in it; `excluded` ones are not, for want of a start or a resource, or because they start
    after they end. Of `n_resources` for whom something waited, the hours of `n_hours_unknown` are not known:
    what they are off work counts as extraneous. `absent` is why there is nothing, None where there is.
    """

    notion: CaseNotion
    table: pd.DataFrame
    steps: pd.DataFrame
    totals: Mapping[str, int]
    n: int
    excluded: int
    n_resources: int
    n_hours_unknown: int
    absent: str | None = None
    definition: str = DEFINITION

    @property
    def total(self) -> int:
        """All waiting time together."""
        return sum(self.totals.values())

    @property
    def shares(self) -> dict[str, float]:
        """The share of each cause in the waiting time; empty where nothing waited."""
        return {cause: time / self.total for cause, time in self.totals.items()} if self.total else {}

    def to_frame(self) -> pd.DataFrame:
        """The handovers, times as Timedelta."""
        return with_timedeltas(self.table, TIMES)

    def edges_frame(self) -> pd.DataFrame:
        """Per pair of activities, whoever did them: n, total, its largest cause, each cause as a share."""
        import pandas as pd

        columns = ["n", "total", *CAUSES]
        edges = self.table.groupby(["source", "target"], sort=True)[columns].sum().reset_index()
        edges = edges.sort_values(["total", "source", "target"], ascending=[False, True, True])
        shares = edges[list(CAUSES)].div(edges["total"].where(edges["total"] > 0), axis=0).astype(float)
        largest = pd.Series(np.array(CAUSES, object)[shares.fillna(0).to_numpy().argmax(axis=1)], edges.index)
        edges = edges[["source", "target", "n", "total"]].assign(
            largest_cause=largest.where(edges["total"] > 0, None),
            share=shares.max(axis=1),
            **{f"share_{cause}": shares[cause] for cause in CAUSES},
        )
        return with_timedeltas(edges.reset_index(drop=True), ["total"])

    def causes_frame(self) -> pd.DataFrame:
        """One row per cause: its share of the waiting time, and the time itself as Timedelta."""
        import pandas as pd

        rows = [(cause, self.shares.get(cause, np.nan), time) for cause, time in self.totals.items()]
        return with_timedeltas(pd.DataFrame(rows, columns=["cause", "share", "total"]), ["total"])

    def __repr__(self) -> str:
        if self.absent:
            return f"WaitingCauses({self.notion}: not known, {self.absent})"
        shares = ", ".join(f"{cause} {share:.0%}" for cause, share in self.shares.items())
        return (
            f"WaitingCauses({self.notion}, {self.n:,} steps: {shares or 'nothing waited'})\n"
            f"{self.edges_frame().head(10).iloc[:, :6].to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.edges_frame().head(15).to_html(index=False)


def find_waiting_causes(
    log: EventLog,
    *,
    hours: WorkingCalendar | Mapping[str, WorkingCalendar] | None = None,
    zone: str = "UTC",
) -> WaitingCauses:
    """Split the waiting time of every step by its causes.

    `hours` is everybody's working calendar, or one per resource; where none is told, those hours of
    the week count as worked in which a resource is seen, in the time of `zone`. Linear in events but for
    sorting.

    >>> import pandas as pd
    >>> log = EventLog.from_frame(pd.DataFrame({
    ...     "case": ["1", "1", "2"], "activity": ["ask", "answer", "call"], "resource": ["Ann", "Bob", "Bob"],
    ...     "start": ["2026-01-05 09:00", "2026-01-05 12:00", "2026-01-05 09:30"],
    ...     "time": ["2026-01-05 10:00", "2026-01-05 13:00", "2026-01-05 11:00"]}))
    >>> found = find_waiting_causes(log, hours=WorkingCalendar(hours="Mon-Fri 09:00-11:30"))
    >>> {cause: time // 60_000_000 for cause, time in found.totals.items() if time}
    {'contention': 60, 'unavailability': 30, 'extraneous': 30}

    Raises:
        UnknownNameError: no such time zone.
    """
    if zone not in available_timezones():
        raise UnknownNameError("time zone", zone, sorted(available_timezones()))
    reason = _absent(log)
    if reason:
        return _nothing(log, reason)
    steps = enable_steps(log)
    resources = log.names["resource"]
    known = _hours(steps, hours, resources, zone)
    row, parts = split_waits(steps, find_batches(steps), known)
    frame = _steps_frame(steps, row, parts)
    late = ((steps.start < 0) | (steps.resource < 0)) & ~steps.is_first
    busy = np.unique(steps.resource[row])
    return WaitingCauses(
        log.notion,
        _table(log, frame),
        frame.sort_values("row", ignore_index=True),
        {cause: int(parts[cause].sum()) for cause in CAUSES},
        row.size,
        int(late.sum()),
        busy.size,
        int((~known.known[busy]).sum()),
    )


def _absent(log: EventLog) -> str | None:
    """Why a log cannot tell, if it cannot."""
    missing = [
        word for name, word in (("start", "start times"), ("resource", "resources")) if not log.has(name)
    ]
    return f"the events have no {' and no '.join(missing)}" if missing else None


def _hours(
    steps: Steps,
    hours: WorkingCalendar | Mapping[str, WorkingCalendar] | None,
    resources: tuple[str, ...],
    zone: str,
) -> Hours:
    if hours is not None:
        first, last = int(steps.enabled.min()), int(steps.end.max())
        return DeclaredHours.over(hours, resources, first, last)
    own, begun = steps.resource >= 0, (steps.resource >= 0) & (steps.start != -1)
    return SeenHours.seen(
        np.concatenate([steps.resource[own], steps.resource[begun]]),
        np.concatenate([steps.activity[own], steps.activity[begun]]),
        np.concatenate([steps.end[own], steps.start[begun]]),
        len(resources),
        zone,
    )


def _steps_frame(
    steps: Steps, row: NDArray[np.int64], parts: Mapping[str, NDArray[np.int64]]
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "row": steps.row[row],
            "case": steps.case[row],
            "source_row": steps.row[steps.source[row]],
            "total": steps.start[row] - steps.enabled[row],
            **{cause: parts[cause] for cause in CAUSES},
        }
    )


def _table(log: EventLog, frame: pd.DataFrame) -> pd.DataFrame:
    """The steps added up by who hands what over to whom."""
    activity, resource = log.columns["activity"], log.columns["resource"]
    codes = {
        name: column[frame[row].to_numpy()]
        for name, column, row in zip(
            BETWEEN, (activity, resource) * 2, ("source_row", "source_row", "row", "row"), strict=True
        )
    }
    grouped = frame.assign(**codes).groupby(list(BETWEEN), sort=True)
    table = grouped.agg(
        n=("case", "size"), n_cases=("case", "nunique"), **{name: (name, "sum") for name in TIMES}
    ).reset_index()
    for name in BETWEEN:
        names = np.array([*log.names["resource" if "resource" in name else "activity"], None], object)
        table[name] = names[table[name].to_numpy()]
    return table.sort_values(["total", *BETWEEN], ascending=[False] + [True] * 4, ignore_index=True)


def _nothing(log: EventLog, reason: str) -> WaitingCauses:
    import pandas as pd

    table = pd.DataFrame(columns=[*BETWEEN, "n", "n_cases", *TIMES])
    steps = pd.DataFrame(columns=["row", "case", "source_row", *TIMES], dtype=np.int64)
    return WaitingCauses(
        log.notion, table, steps, dict.fromkeys(CAUSES, 0), 0, log.n_events - log.n_cases, 0, 0, reason
    )
