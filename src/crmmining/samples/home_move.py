"""The made-up Larkspur Bank: its CRM exports over 18 months, and the truth about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from crmmining.errors import InvalidOptionError
from crmmining.samples.campaigns import campaign_sheet
from crmmining.samples.chunk import Chunk, live
from crmmining.samples.effects import PLANTED, HomeMoveEffects
from crmmining.samples.facts import FactTally
from crmmining.samples.people import MOST_CUSTOMERS, ChunkPeople, People
from crmmining.samples.records import collect
from crmmining.samples.salesforce_history import history_sheets
from crmmining.samples.salesforce_people import people_sheets
from crmmining.samples.salesforce_records import record_sheets
from crmmining.samples.sheets import SheetFiles, open_sheets
from crmmining.samples.tables import table_sheets
from crmmining.samples.truth import GoalNumbers, event_sheet, goal_sheet

CHUNK = 50_000  # customers; part of what a seed means, so never a parameter
_FILES = {
    "lead": "salesforce/Lead.csv",
    "opportunity": "salesforce/Opportunity.csv",
    "stage": "salesforce/OpportunityHistory.csv",
    "case": "salesforce/Case.csv",
    "case_change": "salesforce/CaseHistory.csv",
    "task": "salesforce/Task.csv",
    "member": "salesforce/CampaignMember.csv",
    "call": "call_centre.csv",
    "answer": "satisfaction_survey.csv",
}


def make_home_move(
    out: Path,
    *,
    customers: int = 2000,
    seed: int = 7,
    effects: HomeMoveEffects = PLANTED,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Write the exports of this many customers to ``out/exports``, the truth to ``out/truth``.

    The same seed writes the same bytes. Customers live in chunks of fixed size, each with its own
    stream of random numbers, and the files grow chunk by chunk, so that memory does not grow with
    the number of customers. `effects` are the planted sizes, by default those of the committed
    sample. Files that are there already are overwritten. `progress` is told, before each chunk and
    at the end, what goes on and the share in [0, 1] of all that is done.

    Raises:
        InvalidOptionError: fewer than one customer or more than a million, or a negative seed.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise InvalidOptionError(f"customers = {customers}: it must lie between 1 and {MOST_CUSTOMERS}")
    if seed < 0:
        raise InvalidOptionError(f"seed = {seed}: it must not be negative")
    n_chunks = -(-customers // CHUNK)
    streams = np.random.SeedSequence(seed).spawn(n_chunks + 1)
    everybody = People(np.random.default_rng(streams[0]))
    facts, n_goals = FactTally(effects), 0
    with open_sheets(out / "exports") as exports, open_sheets(out / "truth") as truth:
        exports.append(campaign_sheet())
        for number, stream in enumerate(streams[1:]):
            if progress:
                progress(f"{customers:,} customers live", number / n_chunks)
            rng = np.random.default_rng(stream)
            customer = np.arange(number * CHUNK, min((number + 1) * CHUNK, customers))
            chunk = live(rng, customer, effects)
            people, numbers = everybody.of(chunk), GoalNumbers(chunk, n_goals)
            _write_chunk(rng, chunk, people, numbers, exports, truth)
            facts.add(chunk)
            n_goals += numbers.count
    facts.write(out / "truth" / "facts.json")
    if progress:
        progress("the sample is written", 1.0)


def _write_chunk(
    rng: np.random.Generator, chunk: Chunk, people: ChunkPeople, numbers: GoalNumbers,
    exports: SheetFiles, truth: SheetFiles,
) -> None:  # fmt: skip
    rows_before = {table: exports.rows(file) for table, file in _FILES.items()}
    records = collect(chunk, rows_before)
    for sheets in (
        people_sheets(chunk, people),
        record_sheets(chunk, people, records, rows_before),
        history_sheets(records, rows_before),
        table_sheets(rng, chunk, people, records, rows_before),
    ):
        for sheet in sheets:
            truth.append(event_sheet(sheet, exports.rows(sheet.file), numbers))
            exports.append(sheet)
    truth.append(goal_sheet(chunk, people, numbers))
