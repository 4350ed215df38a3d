"""The text of a proposed study file: what seems clear as keys, what does not as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from crmmining.sources.table_guesses import EventGuess, TableGuess

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*[A-Za-z0-9_]|[A-Za-z_]")
_CONSTANTS = {"null", "true", "false"}
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
MOST_ACTIVITIES = 80


def study_text(
    title: str,
    folders: Sequence[tuple[str, str, Sequence[str]]],
    tables: Sequence[TableGuess],
    activities: Sequence[tuple[str, int]],
    record_types: Sequence[str],
    doubts: Sequence[str],
) -> str:
    """A whole study file; `folders` come with their preset's key and remarks, `activities` with counts."""
    lines = [
        "# A first draft by 'crmmining init', from names and values alone. Read it before any number.",
        *(f"# ? {_one_line(doubt)}" for doubt in doubts),
        f"study: {quoted(title)}",
        "",
        "sources:",
    ]
    for key, folder, remarks in folders:
        lines += [f"  - {key}: {quoted(folder)}", *(f"    # {_one_line(remark)}" for remark in remarks)]
    for table in tables:
        lines += [line if table.ready else f"  # {line[2:]}" for line in _table(table)]
    lines += ["", *_customers(tables, bool(folders)), *_scale(tables)]
    lines += ["", *_activities(activities), "", *_processes(record_types), "", *_goals()]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as YAML: bare where that is safe, else in double quotes.

    >>> quoted("visited_at"), quoted("Case: New"), quoted("12")
    ('visited_at', '"Case: New"', '"12"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _CONSTANTS:
        return text
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))


def _table(table: TableGuess) -> list[str]:
    lines = [f"  - table: {quoted(table.table)}"]
    lines += [f"    within: {quoted(table.within)}"] if table.within else []
    lines += [f"    # {_one_line(remark)}" for remark in table.remarks]
    if table.delimiter:
        lines.append(f"    delimiter: {json.dumps(table.delimiter)}")
    if table.encoding != "utf-8":
        lines.append(f"    encoding: {table.encoding}")
    if table.null:
        lines.append(f"    null: [{', '.join(json.dumps(mark) for mark in table.null)}]")
    if table.time_format:
        zone = "" if table.names_zone else "   # zone: Europe/London"
        lines.append(f"    time: {{format: {quoted(table.time_format)}}}{zone}")
    if table.customer:
        lines.append(f"    customer: {_mapping(table.customer)}")
    if table.record:
        lines.append(f"    record: {_mapping(table.record)}")
    if len(table.events) == 1:
        lines.append(f"    event: {_event(table.events[0])}")
    elif table.events:
        lines += ["    events:", *(f"      - {_event(event)}" for event in table.events)]
    return lines


def _event(event: EventGuess) -> str:
    activity = quoted(event.activity) if event.activity else f"{{value: {quoted(event.value or 'Event')}}}"
    parts = [f"time: {quoted(event.time)}"]
    parts += [f"start: {quoted(event.start)}"] if event.start else []
    parts.append(f"activity: {activity}")
    parts += [f"{role}: {{column: {quoted(column)}}}" for role, column in event.labels]
    parts += [f"satisfaction: {quoted(event.satisfaction)}"] if event.satisfaction else []
    parts += [f"sentiment: {quoted(event.sentiment)}"] if event.sentiment else []
    parts += [f"on_change: {quoted(event.on_change)}"] if event.on_change else []
    parts += ["optional: true"] if event.optional else []
    return "{" + ", ".join(parts) + "}"


def _mapping(pairs: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in pairs) + "}"


def _customers(tables: Sequence[TableGuess], exported: bool) -> list[str]:
    kinds = {kind for table in tables if table.ready for kind, _ in table.customer}
    match = [kind for kind in ("email", "phone") if exported or kind in kinds]
    country = ["  # country_code: 44    # so that 020 7946 0000 and +44 20 7946 0000 are one number"]
    return [
        "# Equal keys in two sources mean one person.",
        "customers:",
        f"  match: [{', '.join(match)}]",
        *(country if "phone" in match else []),
    ]


def _scale(tables: Sequence[TableGuess]) -> list[str]:
    scales = [table.scale for table in tables if table.scale and table.ready]
    if not scales:
        return []
    return [
        "",
        f"satisfaction: {{scale: [{scales[0][0]}, {scales[0][1]}]}}   # as far as the answers seen tell",
    ]


def _activities(activities: Sequence[tuple[str, int]]) -> list[str]:
    lines = [
        "# What the sources call an event. Say who acts ({actor: customer}, company or system), give it a",
        "# name of your own ({name: Offer sent}), and say {contact: false} where nobody is spoken to.",
        "activities:" if activities else "# activities:",
    ]
    for name, n in activities[:MOST_ACTIVITIES]:
        lines.append(f"  {quoted(name)}: {{}}   # {n:,} events")
    if len(activities) > MOST_ACTIVITIES:
        lines.append(f"  # and {len(activities) - MOST_ACTIVITIES:,} less frequent ones")
    return lines


def _processes(record_types: Sequence[str]) -> list[str]:
    record = record_types[0] if record_types else "Case"
    known = f" Record types found: {', '.join(map(_one_line, record_types))}." if record_types else ""
    return [
        f"# Inside-out: the work on one type of record.{known} An example:",
        "# processes:",
        f"#   {quoted(f'{record.capitalize()} handling')}:",
        f"#     {{record: {quoted(record)}, owner: Head of Service, target: {{within: 5d}}, solves: true}}",
    ]


def _goals() -> list[str]:
    return [
        "# Outside-in: what a customer wants, in the customer's words. An example, with names from above:",
        "# goals:",
        "#   Get it done:",
        "#     opened_by: [ACTIVITY]      # what shows that a customer wants it",
        "#     reached_by: [ACTIVITY]     # what shows that the customer has it",
        "#     ended_by: []               # what shows that it was given up",
        "#     includes: {processes: []}  # whose records belong to it",
        "#     silence: auto              # or 60d: silent for longer counts as given up",
    ]


def _one_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
