"""Rows of one chunk of customers, by table, before they become text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmmining.samples.clock import END, Columns, Floats, Ints

NOBODY = -1
# Columns beside `time` and `goal`, with what stands where nothing was said. Times are NaN if never.
TABLES: dict[str, dict[str, float]] = {
    "web": {"customer": NOBODY, "page": 0},
    "call": {"customer": NOBODY, "started": np.nan, "reason": 0, "queue": 0, "case": NOBODY},
    "answer": {"customer": NOBODY, "score": 0, "about": 0},
    "lead": {
        "key": NOBODY, "customer": NOBODY, "owner": 0, "opportunity": NOBODY,
        "converted": np.nan, "unqualified": np.nan,
    },
    "opportunity": {"key": NOBODY, "customer": NOBODY, "type": 0, "referred_from": NOBODY},
    "stage": {"opportunity": NOBODY, "stage": 0, "user": 0, "amount": 0, "due": 0},
    "case": {
        "key": NOBODY, "customer": NOBODY, "type": 0, "origin": 0, "opportunity": NOBODY,
        "parent": NOBODY,
    },
    "case_change": {"case": NOBODY, "field": 1, "old": NOBODY, "new": NOBODY, "user": 0},
    "task": {
        "customer": NOBODY, "lead": NOBODY, "opportunity": NOBODY, "subject": 0, "owner": 0,
    },
    "member": {"customer": NOBODY, "lead": NOBODY, "responded": np.nan},
}  # fmt: skip


class Ledger:
    """Collects rows as whole columns; rows of moments beyond the window are dropped on entry.

    Goals are numbered within the chunk; -1 is a row that serves none. `planned_end` knows for each
    goal its last moment, also where that lies beyond the window.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, list[Columns]] = {name: [] for name in TABLES}
        self._next_key = dict.fromkeys(TABLES, 0)
        self.planned_end: Floats = np.zeros(0)

    def begin_goals(self, n: int) -> Ints:
        """Numbers for this many new goals."""
        known = len(self.planned_end)
        self.planned_end = np.concatenate([self.planned_end, np.full(n, -np.inf)])
        return np.arange(known, known + n)

    def reserve(self, table: str, n: int) -> Ints:
        """Keys by which other rows refer to records of this table."""
        first = self._next_key[table]
        self._next_key[table] += n
        return np.arange(first, first + n)

    def add(self, table: str, time: Floats, goal: ArrayLike = NOBODY, **columns: ArrayLike) -> None:
        """Enter rows; a row whose time is `NEVER` or beyond the window is not written."""
        goals = np.broadcast_to(np.asarray(goal, dtype=np.int64), time.shape)
        self.extend_goals(goals, time)
        kept = time < END
        block: Columns = {"time": time[kept].astype(np.int64), "goal": goals[kept]}
        for name, default in TABLES[table].items():
            whole = np.broadcast_to(np.asarray(columns.pop(name, default)), time.shape)
            block[name] = whole[kept]
        assert not columns, f"table {table} has no columns {set(columns)}"
        self._blocks[table].append(block)

    def extend_goals(self, goal: Ints, time: Floats) -> None:
        """Let goals last at least until these moments, within the window or not."""
        happens = np.isfinite(time) & (goal >= 0)
        np.maximum.at(self.planned_end, goal[happens], time[happens])

    def began(self) -> Floats:
        """When each goal began: its first row; `NEVER` where it has none within the window."""
        first = np.full(len(self.planned_end), np.inf)
        for blocks in self._blocks.values():
            for block in blocks:
                serves = block["goal"] >= 0
                np.minimum.at(first, block["goal"][serves], block["time"][serves])
        return first

    def keys_in_use(self, table: str) -> int:
        """How many keys were handed out."""
        return self._next_key[table]

    def rows(self, table: str) -> Columns:
        """The rows of a table in the order of their times; equal times as they were entered."""
        blocks = self._blocks[table]
        names = ["time", "goal", *TABLES[table]]
        whole = {name: _joined([block[name] for block in blocks]) for name in names}
        order = np.argsort(whole["time"], kind="stable")
        return {name: values[order] for name, values in whole.items()}


def within_window(time: Floats) -> NDArray[np.float64]:
    """The moments themselves, NaN where they lie beyond the window or never come."""
    return np.where(time < END, time, np.nan)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
