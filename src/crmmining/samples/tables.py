"""Web visits, calls and survey answers as plain CSV tables of other tools."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import Ints
from crmmining.samples.people import ChunkPeople
from crmmining.samples.records import Records
from crmmining.samples.salesforce_records import case_numbers, numbered
from crmmining.samples.sheets import Sheet
from crmmining.samples.staff import AGENTS, QUEUES, draw_agents
from crmmining.samples.text import (
    Text,
    integers,
    joined,
    london_day_first,
    london_iso,
    words,
)
from crmmining.samples.words import GOALS, PAGES, REASONS

MOODS = (-0.35, -0.1, 0.0)
"""How callers sound on average, by the reason of the call."""
MOOD_OF_LEAVERS, HEARD = 0.2, 0.9


def table_sheets(
    rng: np.random.Generator, chunk: Chunk, people: ChunkPeople, records: Records,
    rows_before: dict[str, int],
) -> Iterator[Sheet]:  # fmt: skip
    """The three tables of a chunk; `rng` decides spellings and agents."""
    yield _web_visits(rng, chunk, people)
    yield _calls(rng, chunk, people, records, rows_before["call"])
    yield _answers(rng, chunk, people, rows_before["answer"])


def _web_visits(rng: np.random.Generator, chunk: Chunk, people: ChunkPeople) -> Sheet:
    visit = chunk.ledger.rows("web")
    columns = {
        "visited_at": london_iso(visit["time"].astype(float)),
        "page_group": words(PAGES, visit["page"]),
        "email": people.email(visit["customer"], _spelling(rng, len(visit["time"]))),
    }
    return Sheet("web_visits.csv", columns, visit["goal"], quoted=False)


def _calls(
    rng: np.random.Generator, chunk: Chunk, people: ChunkPeople, records: Records, before: int
) -> Sheet:
    call = chunk.ledger.rows("call")
    n, known = len(call["time"]), call["customer"] >= 0
    caller = np.where(known, call["customer"], chunk.customer[0])
    stranger = joined("", "07700 900", _digits(rng.integers(1000, size=n), 3))
    columns = {
        "call_id": joined("", "C", _digits(numbered(before + 1, n), 7)),
        "phone": pc.if_else(known, people.phone(caller, rng.integers(1, 4, n)), stranger),
        "started_at": london_day_first(call["started"], "%H:%M:%S"),
        "ended_at": london_day_first(call["time"].astype(float), "%H:%M:%S"),
        "reason": words(REASONS, call["reason"]),
        "agent": words(AGENTS, draw_agents(rng, call["queue"])),
        "queue": words(QUEUES, call["queue"]),
        "case_number": case_numbers(records.link("case", call["case"])),
        "sentiment": _sentiment(rng.spawn(1)[0], chunk, call),
    }
    return Sheet("call_centre.csv", columns, call["goal"], quoted=False)


def _answers(rng: np.random.Generator, chunk: Chunk, people: ChunkPeople, before: int) -> Sheet:
    answer = chunk.ledger.rows("answer")
    n = len(answer["time"])
    columns = {
        "response_id": joined("", "R", _digits(numbered(before + 1, n), 7)),
        "email": people.email(answer["customer"], _spelling(rng, n)),
        "answered_at": london_day_first(answer["time"].astype(float), "%H:%M"),
        "score": integers(answer["score"]),
        "about": words(GOALS, answer["about"]),
    }
    return Sheet("satisfaction_survey.csv", columns, answer["goal"], quoted=False)


def _sentiment(rng: np.random.Generator, chunk: Chunk, call: dict[str, Ints]) -> Text:
    """How callers sound, -1 to 1, as the telephone system hears it: not in every call.

    Worse where they chase what was promised, and where they will give up.
    """
    goal = call["goal"]
    leaves = (goal >= 0) & ~chunk.outcomes.reaches[np.maximum(goal, 0)]
    usual = np.array(MOODS)[call["reason"]] - np.where(leaves, MOOD_OF_LEAVERS, 0.0)
    heard = np.round((usual + rng.normal(0, 0.3, goal.size)).clip(-1, 1), 2) + 0.0  # no -0.0
    text = pc.cast(pa.array(heard), pa.string())
    return pc.if_else(rng.random(goal.size) < HEARD, text, "")


def _spelling(rng: np.random.Generator, n: int) -> Ints:
    """How the e-mail is written: mostly plain, now and then with capitals."""
    return np.searchsorted([0.955, 0.99], rng.random(n)).astype(np.int64)


def _digits(numbers: Ints, width: int) -> Text:
    return pc.utf8_lpad(integers(numbers), width, "0")
