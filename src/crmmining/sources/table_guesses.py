"""Which column of a table plays which role: guessed from names and values, every doubt kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import SeveralTablesError, SourceError, listed
from crmmining.sources.column_facts import ColumnFacts, column_facts, read_as_found, words_of
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.role_hints import (
    ACTIVITY,
    CLOSED,
    CUSTOMER,
    ENDS,
    LABELS,
    MOOD,
    OPENED,
    RECORD,
    SCORE,
    STAFF,
    STARTS,
    STATE,
    TIME,
    is_mood,
    rank,
    scale_of,
)
from crmmining.sources.times import KnownFormat

MOST_ACTIVITIES = 300


@dataclass(frozen=True)
class EventGuess:
    """One kind of event: column per role; `value` is the activity where no column names it."""

    time: str
    activity: str | None = None
    value: str | None = None
    start: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    satisfaction: str | None = None
    sentiment: str | None = None
    on_change: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class TableGuess:
    """A table as it seems to be; `ready` says whether it can be read without another word.

    `remarks` go beside the source in the study file, `doubts` are what a person must look at.
    """

    path: Path
    table: str
    within: str | None = None
    delimiter: str | None = None
    encoding: str = "utf-8"
    null: tuple[str, ...] = ()
    time_format: str | None = None
    names_zone: bool = False
    customer: tuple[tuple[str, str], ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    events: tuple[EventGuess, ...] = ()
    scale: tuple[int, int] | None = None
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    ready: bool = True


def guess_tables(workspace: Workspace, path: Path, folder: Path) -> list[TableGuess]:
    """Guess the roles of the columns of each table of a file; paths are written from `folder`.

    Of an object-centric log it is for a person to say which type of objects is looked at.
    """
    return list(_guesses(workspace, path, folder, None))


def _guesses(workspace: Workspace, path: Path, folder: Path, within: str | None) -> Iterator[TableGuess]:
    try:
        yield _guess(workspace, path, folder, within)
    except SeveralTablesError as several:
        if several.what == "object type":
            table = Path(os.path.relpath(path, folder)).as_posix()
            doubt = f"{path.name}: left out: {several}"
            yield TableGuess(path, table, doubts=(doubt,), ready=False)
            return
        for name in several.names:
            yield from _guesses(workspace, path, folder, name)


def _guess(workspace: Workspace, path: Path, folder: Path, within: str | None) -> TableGuess:
    plain = TableGuess(path, Path(os.path.relpath(path, folder)).as_posix(), within)
    name = f"{path.name}, {within}" if within else path.name
    try:
        found = read_as_found(workspace, path, within)
    except SeveralTablesError:
        raise
    except SourceError as error:
        return replace(plain, doubts=(f"{name}: left out: {error}",), ready=False)
    if found.raw.n_rows == 0:
        return replace(plain, doubts=(f"{name}: left out: it has a header but no rows",), ready=False)
    plain = replace(
        plain, delimiter=found.delimiter, encoding=found.encoding, null=found.null, doubts=found.doubts
    )
    facts = column_facts(workspace, found.raw)
    guess = _with_record(_with_people(plain, facts), facts, found.raw.n_rows)
    return _with_events(workspace, guess, facts, found.raw)


def _with_people(guess: TableGuess, facts: list[ColumnFacts]) -> TableGuess:
    """The keys of the customer: an id by its name, e-mail and phone by their values; never the staff's."""
    theirs = [fact for fact in facts if fact.n and not fact.words & STAFF]
    found: list[tuple[str, str]] = []
    ids = [f for f in theirs if not (f.is_time or f.email or f.phone) and f.words & set(CUSTOMER)]
    ids = [f for f in ids if f.words & {"id", "key", "number", "no"} or len(f.words) == 1]
    if ids:
        best = min(ids, key=lambda f: rank(f, CUSTOMER))
        found.append((next(word for word in CUSTOMER if word in best.words), best.name))
    for kind in ("email", "phone"):
        named = [f for f in theirs if getattr(f, kind) and (kind == "email" or _called_phone(f))]
        if named:
            found.append((kind, named[0].name))
    return replace(guess, customer=tuple(found))


def _called_phone(fact: ColumnFacts) -> bool:
    return bool(fact.words & {"phone", "mobile", "tel", "telephone", "msisdn", "caller"})


def _with_record(guess: TableGuess, facts: list[ColumnFacts], n_rows: int) -> TableGuess:
    """The id of a CRM record: one that comes back in several rows, or whose row says opened and closed."""
    taken = {column for _, column in guess.customer}
    ids = [
        f for f in facts
        if f.n >= 0.99 * n_rows and f.name not in taken and not (f.is_time or f.email or f.phone)
        and f.words & set(RECORD) and not f.words & STAFF and f.n_distinct > max(1, 0.02 * n_rows)
    ]  # fmt: skip
    repeated = [f for f in ids if f.n_distinct < 0.9 * n_rows]
    unique = [f for f in ids if f.n_distinct == n_rows]
    opened, closed = _named_time(facts, OPENED), _named_time(facts, CLOSED)
    if repeated:
        chosen = min(repeated, key=lambda f: rank(f, RECORD))
        return replace(guess, record=(("type", _type(chosen, guess)), ("id", chosen.name)))
    if unique and opened and closed:
        chosen = min(unique, key=lambda f: rank(f, RECORD))
        span = (("opened", opened.name), ("closed", closed.name))
        return replace(guess, record=(("type", _type(chosen, guess)), ("id", chosen.name), *span))
    return guess


def _type(fact: ColumnFacts, guess: TableGuess) -> str:
    kinds = [
        word for words in (fact.words, words_of(guess.path.stem)) for word in RECORD[:-5] if word in words
    ]
    return (
        kinds[0]
        if kinds
        else " ".join(guess.path.stem.replace("_", " ").split()).lower().removesuffix("s") or "record"
    )


def _with_events(
    workspace: Workspace, guess: TableGuess, facts: list[ColumnFacts], raw: RawTable
) -> TableGuess:
    name, two_ways = guess.path.name, tuple(f.two_ways for f in facts if f.two_ways)
    guess = replace(guess, doubts=guess.doubts + two_ways)
    if not guess.customer and not guess.record:
        has = listed(f.name for f in facts)
        asked = f"{name}: left out: no column seems to name customer or record; it has {has}"
        return replace(guess, doubts=(*guess.doubts, asked), ready=False)
    times = [f for f in facts if f.time and f.n]
    if not times:
        if two_ways:
            blank = min((f for f in facts if f.two_ways), key=lambda f: rank(f, TIME))
            return replace(guess, events=(_event(guess, blank, facts, raw.n_rows),), ready=False)
        if len(guess.customer) > 1 or guess.record:
            return replace(guess, remarks=("no time in it: it only says who is who",))
        asked = f"{name}: left out: no column holds times that can be read"
        return replace(guess, doubts=(*guess.doubts, asked), ready=False)
    record = dict(guess.record)
    if "opened" in record and {record["opened"], record["closed"]} <= {f.name for f in times}:
        kind = record["type"].capitalize()
        events = [
            EventGuess(record["opened"], value=f"{kind} opened"),
            EventGuess(record["closed"], value=f"{kind} closed", optional=True),
        ]
        used = [f for f in times if f.name in (record["opened"], record["closed"])]
        return _with_format(replace(guess, events=tuple(events)), used)
    start, end = _span(workspace, times, raw)
    chosen = end or min(_varying(guess, facts, times), key=lambda f: rank(f, TIME))
    event = _event(guess, chosen, facts, raw.n_rows)
    guess = replace(
        guess, events=(replace(event, start=start.name if start else None),), record=guess.record[:2]
    )
    others = [f.name for f in times if f not in (chosen, start)]
    if others:
        remark = f"other columns with times: {', '.join(others)}"
        guess = replace(guess, remarks=(*guess.remarks, remark))
    if event.value:
        asked = f"{name}: no column names the activity; every row is called “{event.value}”"
        guess = replace(guess, doubts=(*guess.doubts, asked))
    if event.satisfaction:
        score = next(f for f in facts if f.name == event.satisfaction)
        guess = replace(guess, scale=scale_of(score))
    if odd := [f.name for f in facts if f.words & MOOD and f.n and f.name != event.sentiment]:
        asked = (
            f"{name}: column {odd[0]!r} may say how customers sound, but is no number from -1 to 1; say "
            "sentiment: {column: …, map: {…}} for words, or the scale: sentiment: {scale: […]}"
        )
        guess = replace(guess, doubts=(*guess.doubts, asked))
    return _with_format(guess, [f for f in (chosen, start) if f])


def _event(guess: TableGuess, time: ColumnFacts, facts: list[ColumnFacts], n_rows: int) -> EventGuess:
    """The roles of one row's event beside its times."""
    taken = {time.name, *(column for _, column in (*guess.customer, *guess.record))}
    free = [f for f in facts if f.name not in taken and not (f.is_time or f.email or f.phone) and f.n]
    few = [
        f for f in free if 1 < f.n_distinct <= min(MOST_ACTIVITIES, max(20, n_rows // 5)) and f.low is None
    ]
    acts = [f for f in few if f.words & set(ACTIVITY) and not f.words & STAFF and f.n >= 0.99 * n_rows]
    activity = min(acts, key=lambda f: rank(f, ACTIVITY)) if acts else None
    labels: list[tuple[str, str]] = []
    for role, hints in LABELS.items():
        fitting = [f for f in free if f.words & set(hints) and f is not activity and f.low is None]
        fitting = [f for f in fitting if f.name not in {column for _, column in labels}]
        if fitting:
            labels.append((role, min(fitting, key=lambda f: rank(f, hints)).name))
    moods = [f for f in free if is_mood(f)]
    scores = [f for f in free if f.words & SCORE and not f.words & MOOD and scale_of(f)]
    return EventGuess(
        time.name,
        activity.name if activity else None,
        None if activity else " ".join(guess.path.stem.replace("_", " ").split()).capitalize(),
        labels=tuple(labels),
        satisfaction=scores[0].name if scores else None,
        sentiment=moods[0].name if moods else None,
        on_change=activity.name if activity and guess.record and activity.words & STATE else None,
    )


def _with_format(guess: TableGuess, used: list[ColumnFacts]) -> TableGuess:
    """The format the values prove, where all columns share it; a zone is asked for where none is named."""
    formats = {f.time for f in used}
    if len(formats) == 1:
        guess = replace(guess, time_format=next(iter(formats)))
    if all(f.names_zone for f in used):
        return replace(guess, names_zone=True)
    asked = (
        f"{guess.path.name}: its times name no zone and are taken as UTC; write the zone they were written in"
    )
    return replace(guess, doubts=(*guess.doubts, asked))


def _span(
    workspace: Workspace, times: list[ColumnFacts], raw: RawTable
) -> tuple[ColumnFacts | None, ColumnFacts | None]:
    """A start and an end that never comes before it."""
    start, end = _named_time(times, STARTS), _named_time(times, ENDS)
    if start is None or end is None or start.time != end.time or start.time is None:
        return None, None
    form = KnownFormat(start.time, "UTC", proved=True)
    first, last = (form.microseconds(raw.columns.quoted(fact.name)) for fact in (start, end))
    turned = workspace.value(
        f"SELECT count(*) FROM raw WHERE ({first.sql}) > ({last.sql})", [*first.values, *last.values]
    )
    return (start, end) if turned == 0 else (None, None)


def _varying(guess: TableGuess, facts: list[ColumnFacts], times: list[ColumnFacts]) -> list[ColumnFacts]:
    """The times that change from row to row of a record, where there are such."""
    records = next((f.n_distinct for f in facts if f.name == dict(guess.record).get("id")), 0)
    return [f for f in times if f.n_distinct > 1.1 * records] or times


def _named_time(facts: Iterable[ColumnFacts], words: frozenset[str]) -> ColumnFacts | None:
    return next((fact for fact in facts if fact.time and fact.words & words), None)
