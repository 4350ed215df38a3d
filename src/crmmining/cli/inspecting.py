"""What `inspect` shows of a study, and of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.cli.options import Format
from crmmining.cli.rendering import plain, plain_rows, say, show_frame, show_json
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog
    from crmmining.eventlog.study import Study


def show_study(study: Study, form: Format) -> None:
    """Flattening first, then quality, then the silences that decide outcomes."""
    quality, flattening = study.quality, study.flattening
    if form is Format.csv:
        show_frame(flattening.table, form)
        return
    if form is Format.json:
        tables = {
            "flattening": flattening.table,
            "files": quality.files,
            "refused": quality.refused,
            "findings": quality.findings,
        }
        show_json({name: plain_rows(table) for name, table in tables.items()})
        return
    columns = ["kind", "name", "n_cases", "n_events", "divergence"]
    show_frame(
        flattening.table[columns],
        form,
        title=f"{study.name}: {study.n_events:,} events under both case notions",
    )
    deficiency = flattening.table.drop_duplicates("kind")
    for row in deficiency.itertuples():
        case = "record of a process" if row.kind == "process" else "goal"
        say(f"{row.deficiency:,} of {study.n_events:,} events belong to no {case}.")
    for goal, silence in study.silences.items():
        say(f"“{goal}” {silence}.")
    counted = quality.findings[(quality.findings["topic"] != "activities") & (quality.findings["n"] > 0)]
    show_frame(counted[["what", "n", "of"]].astype({"of": "Int64"}), form, title="What loading found")
    for warning in quality.warnings:
        say(f"! {warning}")


def show_refused(study: Study, form: Format) -> None:
    """Every row that was set aside, as it stands in its file."""
    rows = study.refused
    if form is Format.table and not len(rows):
        say(f"{study.name}: no row was refused")
        return
    show_frame(rows, form, title=f"{study.name}: {len(rows):,} refused values, by file and row")


def show_log(log: EventLog, form: Format) -> None:
    """Counts, times, activities."""
    import numpy as np
    import pandas as pd

    middle = int(np.median(log.throughput)) if log.n_cases else 0
    first, last = (
        pd.Timestamp(int(t), unit="us", tz="UTC")
        for t in (log.columns["time"].min(initial=log.horizon), log.columns["time"].max(initial=0))
    )
    facts = {
        "cases": log.n_cases,
        "events": log.n_events,
        "activities": len(log.activities),
        "variants": len(log.variants),
        "first_event": first,
        "last_event": last,
        "median_throughput": pd.Timedelta(middle, "us"),
        "equal_times_in_a_case": log.n_ties,
    }
    counts = np.bincount(log.columns["activity"], minlength=len(log.activities))
    table = pd.DataFrame({"activity": log.activities, "n": counts}).sort_values(
        ["n", "activity"], ascending=[False, True], ignore_index=True
    )
    if form is Format.json:
        show_json(
            {**{key: plain(value) for key, value in facts.items()}, "activities": table.to_dict("records")}
        )
        return
    if form is Format.table:
        say(
            f"{log.notion}: {log.n_cases:,} cases, {log.n_events:,} events, "
            f"{len(log.activities)} activities, {len(log.variants):,} variants"
        )
        say(
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, median throughput {humanise(middle)}; "
            f"{log.n_ties:,} neighbours with equal times, kept in source order"
        )
    show_frame(table, form)
