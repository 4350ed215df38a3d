"""The truth beside the exports: which row serves which goal, and how each goal ends."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import END, Bools, Floats, Ints
from crmmining.samples.people import ChunkPeople
from crmmining.samples.sheets import Sheet
from crmmining.samples.text import instants, integers, same, words
from crmmining.samples.words import GOALS


class GoalNumbers:
    """Global numbers, from 1, of the goals of a chunk that began within the window."""

    def __init__(self, chunk: Chunk, goals_before: int) -> None:
        self.began: Floats = chunk.ledger.began()
        self.present: Bools = np.isfinite(self.began)
        self.count = int(self.present.sum())
        self.number: Ints = np.where(self.present, goals_before + np.cumsum(self.present), 0)


def event_sheet(sheet: Sheet, rows_before: int, numbers: GoalNumbers) -> Sheet:
    """Row (from 1, the header not counted) and goal of each row of an export that serves a goal."""
    rows = np.flatnonzero(sheet.goal >= 0)
    columns = {
        "file": same(sheet.file, len(rows)),
        "row": integers(rows_before + rows + 1),
        "goal_instance": integers(numbers.number[sheet.goal[rows]]),
    }
    return Sheet("goal_events.csv", columns, np.full(len(rows), -1), quoted=False)


def goal_sheet(chunk: Chunk, people: ChunkPeople, numbers: GoalNumbers) -> Sheet:
    """The goals of a chunk; what lies beyond the window is not known, so such a goal is open."""
    goals, here = chunk.outcomes, numbers.present
    customer, ended = goals.customer[here], goals.ended[here]
    finished = ended < END
    outcome = np.where(finished, np.where(goals.reaches[here], 0, 1), 2)
    columns = {
        "goal_instance": integers(numbers.number[here]),
        "goal": words(GOALS, goals.name[here]),
        "customer_email": people.email(customer),
        "outcome": words(("reached", "abandoned", "open"), outcome),
        "began": instants(numbers.began[here]),
        "ended": _or_null(instants(np.where(finished, ended, np.nan)), finished),
    }
    return Sheet("goals.csv", columns, np.full(len(customer), -1), quoted=False)


def _or_null(text: pa.Array, known: Bools) -> pa.Array:
    return pc.if_else(pa.array(known), text, None)
