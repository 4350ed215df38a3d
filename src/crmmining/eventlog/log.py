"""The event log: events under one case notion, ordered, in integer columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.case_order import CaseOrder, count_codes, order_cases, taken
from crmmining.eventlog.case_table import Cases, CaseTable, held_cases, numbers_of, rows_of
from crmmining.eventlog.variants import Variants

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["reached", "abandoned", "open"]
OUTCOMES: tuple[Outcome, ...] = ("reached", "abandoned", "open")
ACTORS = ("customer", "company", "system")
CUSTOMER, COMPANY, SYSTEM = range(3)
MOST_ACTIVITIES = 8_000


@dataclass(frozen=True)
class CaseNotion:
    """What a case is: a CRM record of a process, a customer's attempt at a goal, or as given."""

    kind: Literal["process", "journey", "plain"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind} “{self.name}”" if self.kind != "plain" else self.name


@dataclass(frozen=True, eq=False)
class EventLog:
    """Events under one case notion.

    Case *c* owns the events ``offsets[c]:offsets[c+1]`` of every column. `columns` holds at least
    ``activity`` (codes into ``names["activity"]``) and ``time`` (microseconds UTC); where the data
    knows them also ``start``, ``channel``, ``department``, ``resource``, ``process`` and ``record``
    (codes, -1 = absent), ``actor`` (codes into `ACTORS`), ``visible``, ``contact``, ``satisfaction``,
    ``sentiment``.
    `cases` has one row per case: ``case`` (its id) and facts such as customer, outcome, begun, ended.
    It may be given as a `CaseTable`, of which the frame is made when it is first looked at.
    `horizon` is the end of the data: what is open then is censored, not lost.
    """

    notion: CaseNotion
    offsets: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    names: Mapping[str, tuple[str, ...]]
    cases: Cases = Cases()  # noqa: RUF009 (a descriptor, no default)
    horizon: int  # type: ignore[misc]
    n_ties: int = 0

    @classmethod
    def from_columns(
        cls,
        notion: CaseNotion,
        case: NDArray[Any],
        columns: Mapping[str, NDArray[Any]],
        names: Mapping[str, tuple[str, ...]],
        cases: pd.DataFrame | CaseTable,
        horizon: int | None = None,
    ) -> EventLog:
        """Order events given in any order; `case` holds row numbers of `cases`, -1 = in no case.

        The column ``sequence`` breaks ties of time; activity codes are renumbered so that only
        occurring activities remain, in the order of their names.
        """
        others = {key: values for key, values in columns.items() if key not in ("activity", "time")}
        order = order_cases(
            case,
            columns["time"],
            columns.get("sequence"),
            len(cases),
            columns["activity"],
            with_rows=bool(others),
        )
        log = cls.from_order(notion, order, others, names, cases, horizon)
        return replace(log, columns={key: log.columns[key] for key in columns}, cases=cases)

    @classmethod
    def from_order(
        cls,
        notion: CaseNotion,
        order: CaseOrder,
        others: Mapping[str, NDArray[Any]],
        names: Mapping[str, tuple[str, ...]],
        cases: pd.DataFrame | CaseTable,
        horizon: int | None = None,
    ) -> EventLog:
        """A log of events whose order is known; `others` are columns in the order of rows."""
        code, activities = _renumbered(order.activity, names["activity"])
        if len(activities) > MOST_ACTIVITIES:
            raise InvalidOptionError(
                f"{len(activities):,} different activities, like {activities[0]!r}: "
                "is the activity column an id?"
            )
        columns: dict[str, NDArray[Any]] = {"time": order.time, "activity": code}
        columns |= {key: taken(values, order.rows) for key, values in others.items()}
        end = horizon if horizon is not None else int(order.time.max(initial=0))
        named = {**names, "activity": activities}
        return cls(notion, order.offsets, columns, named, cases, end, order.n_ties)

    @classmethod
    def from_variants(cls, variants: Mapping[str | tuple[str, ...], int]) -> EventLog:
        """A small log from sequences and their number of cases, an event each hour.

        >>> log = EventLog.from_variants({"ab": 2, ("a", "c"): 1})
        >>> log.n_cases, log.n_events, log.activities
        (3, 6, ('a', 'b', 'c'))
        """
        import pandas as pd

        runs = [tuple(steps) for steps, n in variants.items() for _ in range(n)]
        rows = [(f"case {i + 1}", step, k) for i, run in enumerate(runs) for k, step in enumerate(run)]
        frame = pd.DataFrame(rows, columns=["case", "activity", "k"])
        frame["time"] = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(frame.pop("k"), unit="h")
        return cls.from_frame(frame)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, name: str = "log") -> EventLog:
        """A log from a frame with the columns case, activity, time and any of start, channel,
        department, resource, actor, customer; the frame is left as it is. Row order breaks ties.
        """
        from crmmining.eventlog.frames import log_from_frame

        return log_from_frame(frame, name)

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return self.offsets.size - 1

    @property
    def n_events(self) -> int:
        """Number of events."""
        return int(self.offsets[-1])

    @property
    def activities(self) -> tuple[str, ...]:
        """The activities that occur, by name."""
        return self.names["activity"]

    def __len__(self) -> int:
        return self.n_cases

    def __repr__(self) -> str:
        return (
            f"EventLog({self.notion}: {self.n_cases:,} cases, {self.n_events:,} events, "
            f"{len(self.activities)} activities)"
        )

    def has(self, column: str) -> bool:
        """Whether the data knows this column (at least one value is there)."""
        values = self.columns.get(column)
        if values is None or values.size == 0:
            return False
        return bool((~np.isnan(values)).any() if values.dtype.kind == "f" else (values >= 0).any())

    def column(self, name: str) -> NDArray[Any]:
        """A column by name.

        Raises:
            UnknownNameError: the log has no such column.
        """
        if name not in self.columns:
            raise UnknownNameError("column", name, self.columns)
        return self.columns[name]

    @cached_property
    def case_of_event(self) -> NDArray[np.int64]:
        """For every event the number of its case."""
        return np.repeat(np.arange(self.n_cases), np.diff(self.offsets))

    @cached_property
    def begun(self) -> NDArray[np.int64]:
        """First moment of each case: the start of its first event where starts are known, else its time."""
        cases = held_cases(self)
        if "begun_at" in cases:
            return numbers_of(cases, "begun_at")
        first = self.offsets[:-1]
        time = self.columns["time"][first]
        if "start" not in self.columns:
            return time
        start = self.columns["start"][first]
        return np.where(start != -1, np.minimum(start, time), time)

    @cached_property
    def ended(self) -> NDArray[np.int64]:
        """Last moment of each case; of a reached goal the moment it was reached."""
        cases = held_cases(self)
        if "ended_at" in cases:
            return numbers_of(cases, "ended_at")
        last = self.columns["time"][self.offsets[1:] - 1]
        if "reached" in cases:
            reached = numbers_of(cases, "reached")
            return np.where(reached != -1, reached, last)
        return last

    @property
    def throughput(self) -> NDArray[np.int64]:
        """Throughput time of each case in microseconds."""
        return self.ended - self.begun

    @cached_property
    def outcome(self) -> NDArray[np.int8] | None:
        """Codes into `OUTCOMES` per case, None where the notion knows no outcome."""
        cases = held_cases(self)
        return numbers_of(cases, "outcome").astype(np.int8) if "outcome" in cases else None

    @cached_property
    def is_answer(self) -> NDArray[np.bool_]:
        """Per event whether it is an answer to a survey."""
        if "satisfaction" not in self.columns:
            return np.zeros(self.n_events, bool)
        return np.asarray(~np.isnan(self.columns["satisfaction"]))

    def last_values(self, column: str) -> NDArray[np.float64]:
        """The last value of a column of numbers in each case, NaN where it has none."""
        last = np.full(self.n_cases, np.nan)
        if column in self.columns:
            rows = np.flatnonzero(~np.isnan(self.columns[column]))
            last[self.case_of_event[rows]] = self.columns[column][rows]  # rows ascend: the last one stays
        return last

    @cached_property
    def variants(self) -> Variants:
        """The distinct activity sequences, most frequent first."""
        from crmmining.eventlog.variant_building import build_variants

        return build_variants(self)

    def select(self, keep: NDArray[np.bool_] | Sequence[int]) -> EventLog:
        """The log with only these cases (a mask, or case numbers)."""
        chosen = np.flatnonzero(keep) if np.asarray(keep).dtype == bool else np.asarray(keep, np.int64)
        lengths = np.diff(self.offsets)[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = np.repeat(self.offsets[chosen] - offsets[:-1], lengths) + np.arange(offsets[-1])
        columns = {key: values[rows] for key, values in self.columns.items()}
        columns["activity"], activities = _renumbered(columns["activity"], self.activities)
        return replace(
            self,
            offsets=offsets,
            columns=columns,
            names={**self.names, "activity": activities},
            cases=rows_of(held_cases(self), chosen),
        )

    def renamed(self, names: Mapping[str, str]) -> EventLog:
        """The log with some activities under another name, which may be another activity's.

        >>> log = EventLog.from_variants({"ab": 1, "cb": 1}).renamed({"c": "a"})
        >>> log.activities, len(log.variants)
        (('a', 'b'), 1)
        """
        if not any(name in names for name in self.activities):
            return self
        now = [names.get(name, name) for name in self.activities]
        ranked = sorted(set(now))
        table = np.array([ranked.index(name) for name in now], np.int32)
        columns = {**self.columns, "activity": table[self.columns["activity"]]}
        return replace(self, columns=columns, names={**self.names, "activity": tuple(ranked)})

    def without_repeats(self) -> EventLog:
        """The log with an activity that comes again and again in a row counted once, at its first time.

        >>> EventLog.from_variants({"aab": 1, "ab": 1}).without_repeats().variants[0].n_cases
        2
        """
        activity, case = self.columns["activity"], self.case_of_event
        keep = np.ones(self.n_events, bool)
        keep[1:] = (activity[1:] != activity[:-1]) | (case[1:] != case[:-1])
        offsets = np.concatenate([[0], np.cumsum(np.bincount(case[keep], minlength=self.n_cases))])
        columns = {key: values[keep] for key, values in self.columns.items()}
        cases = self.cases.assign(ended_at=self.ended)  # the repeats left out still took their time
        return replace(self, offsets=offsets.astype(np.int64), columns=columns, cases=cases)

    def to_frame(self) -> pd.DataFrame:
        """One row per event in case order, codes by name, times in UTC."""
        from crmmining.eventlog.frames import frame_from_log

        return frame_from_log(self)


def _renumbered(code: NDArray[Any], names: tuple[str, ...]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes of the occurring names only, in the order of the names."""
    code, counts = np.ascontiguousarray(code, np.int32), np.zeros(len(names), np.int32)
    count_codes(code, 0, code.size, counts)
    ranked = sorted(np.flatnonzero(counts).tolist(), key=names.__getitem__)
    if ranked == list(range(len(names))):
        return code, names
    table = np.full(len(names) + 1, -1, np.int32)
    table[ranked] = np.arange(len(ranked), dtype=np.int32)
    return table[code], tuple(names[i] for i in ranked)
