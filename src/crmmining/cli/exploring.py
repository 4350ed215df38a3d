"""Commands on one log: inspect, variants, discover, check, bottlenecks, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmmining.cli.opening import LogOptions, open_log, open_source
from crmmining.cli.options import (
    Activity,
    As,
    Case,
    Customer,
    Format,
    Goal,
    Process,
    Resource,
    Source,
    Start,
    Time,
    TimeFormat,
    Top,
    Where,
    Zone,
)
from crmmining.cli.rendering import say, show_frame


def inspect(
    source: Source, process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None, start: Start = None,
    customer: Customer = None, resource: Resource = None, time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None, form: As = Format.table,
) -> None:  # fmt: skip
    """Say what is in a study or a log: cases, events, quality, what flattening costs.

    Example: crmmining inspect sample_logs/home_move/study.yaml
    """
    from crmmining.cli.inspecting import show_log, show_study

    options = LogOptions(
        process, goal, case, activity, time, start, customer, resource, time_format, zone, tuple(where or ())
    )
    opened = open_source(source, options)
    if opened.log is not None and (opened.study is None or process or goal):
        show_log(opened.log, form)
    elif opened.study is not None:
        show_study(opened.study, form)


def variants(
    source: Source, process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None,
    time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None, top: Top = 10, form: As = Format.table,
) -> None:  # fmt: skip
    """List the variants of a log, most frequent first.

    Example: crmmining variants sample_logs/home_move/study.yaml --goal "Understand my bill" --top 5
    """
    from crmmining.cli.chevrons import show_variants

    options = LogOptions(
        process, goal, case, activity, time, time_format=time_format, zone=zone, where=tuple(where or ())
    )
    _, log = open_log(source, options)
    if form is Format.table:
        show_variants(log, top)
    else:
        show_frame(log.variants.to_frame().head(top), form)


def discover(
    source: Source, process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None,
    time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None,
    miner: Annotated[str, typer.Option("--miner", help="dfg (directly-follows map), inductive or heuristics.")] = "dfg",
    noise: Annotated[float, typer.Option("--noise", min=0, max=1, help="Inductive Miner: share of infrequent behaviour left out.")] = 0.2,
    dependency: Annotated[float, typer.Option("--dependency", min=0, max=1, help="Heuristics Miner: least dependency.")] = 0.5,
    activities: Annotated[float, typer.Option("--activities", min=0, max=1, help="Map: share of activities shown.")] = 1.0,
    paths: Annotated[float, typer.Option("--paths", min=0, max=1, help="Map: share of paths shown.")] = 1.0,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write .svg .png .pdf (map or net), .pnml .bpmn (net).")] = None,
    top: Top = 15, form: As = Format.table,
) -> None:  # fmt: skip
    """Discover how a process or journey really runs.

    Example: crmmining discover sample_logs/home_move/study.yaml --process "Home insurance" --miner inductive -o model.bpmn
    """
    from crmmining.cli.discovering import discover_map, discover_net

    options = LogOptions(
        process, goal, case, activity, time, time_format=time_format, zone=zone, where=tuple(where or ())
    )
    study, log = open_log(source, options)
    if miner == "dfg":
        discover_map(study, log, activities, paths, output, top, form)
    else:
        discover_net(log, miner, noise, dependency, output, form)


def check(
    source: Source, process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None,
    time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None,
    model: Annotated[Path | None, typer.Option("--model", help="A model: .pnml, .bpmn, .ptml; the study's ideal journey if not said.")] = None,
    fail_under: Annotated[str | None, typer.Option("--fail-under", help="Exit 1 below it: fitness=0.9.")] = None,
    top: Top = 15, form: As = Format.table,
) -> None:  # fmt: skip
    """Check a log against a model by optimal alignments.

    Example: crmmining check sample_logs/home_move/study.yaml --goal "Understand my bill" --fail-under fitness=0.5
    """
    from crmmining.cli.checking import conformance_of, missed, show_conformance

    options = LogOptions(
        process, goal, case, activity, time, time_format=time_format, zone=zone, where=tuple(where or ())
    )
    study, log = open_log(source, options)
    result = conformance_of(study, log, model)
    show_conformance(result, top, form)
    if fail_under and missed(result, fail_under):
        raise typer.Exit(1)


def bottlenecks(
    source: Source, process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None, start: Start = None,
    resource: Resource = None, time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None,
    by: Annotated[str | None, typer.Option("--by", help="Split further: department, channel, resource, or a segment.")] = None,
    top: Top = 12, form: As = Format.table,
) -> None:  # fmt: skip
    """Rank where the time of all cases goes, and whose turn it is.

    Example: crmmining bottlenecks sample_logs/home_move/study.yaml --goal "Move into a home" --top 8
    """
    from crmmining.mining.bottlenecks import find_bottlenecks

    options = LogOptions(
        process, goal, case, activity, time, start, None, resource, time_format, zone, tuple(where or ())
    )
    _, log = open_log(source, options)
    found = find_bottlenecks(log, by=by)
    frame = found.to_frame() if found.groups is None else found.groups_frame()
    columns = [
        "source",
        "target",
        *(["group"] if found.groups is not None else []),
        "contribution",
        "n",
        "median",
        "p90",
    ]
    if form is Format.table:
        frame = frame[[*columns, "turn"] if found.groups is None and log.has("actor") else columns]
    show_frame(
        frame.head(top),
        form,
        title=f"Bottlenecks of {log.notion}, {log.n_cases:,} cases",
        notes=[found.definition],
    )


def export(
    source: Source,
    output: Annotated[Path, typer.Argument(help="Where to: .csv .parquet .xes .xes.gz (events), .svg .png .pdf (map), .pnml .bpmn (net).")],
    process: Process = None, goal: Goal = None, case: Case = None, activity: Activity = None, time: Time = None,
    time_format: TimeFormat = None, zone: Zone = "UTC", where: Where = None,
) -> None:  # fmt: skip
    """Write a log, its map or its discovered model to a file.

    Example: crmmining export sample_logs/home_move/study.yaml moves.xes --goal "Move into a home"
    """
    from crmmining.reporting.exports import export_log

    options = LogOptions(
        process, goal, case, activity, time, time_format=time_format, zone=zone, where=tuple(where or ())
    )
    study, log = open_log(source, options)
    export_log(log, output, study)
    say(f"Wrote {output}")
