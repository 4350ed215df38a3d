"""Commands on one log: inspect, variants, discover, bottlenecks, export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.cli.opening import LogOptions, open_log, open_source, open_study, open_view
from crmmining.cli.options import (
    Activity,
    ActivityShare,
    As,
    Case,
    Causes,
    Customer,
    Dependency,
    Format,
    Goal,
    LogOutput,
    MapOutput,
    MemoryLimit,
    Miner,
    Noise,
    PathShare,
    Process,
    Refused,
    Resource,
    Source,
    SplitBy,
    Start,
    Time,
    TimeFormat,
    Top,
    Where,
    Within,
    Zone,
)
from crmmining.cli.rendering import say, show_frame
from crmmining.errors import InvalidOptionError

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog
    from crmmining.mining.bottlenecks import Bottlenecks


def inspect(
    source: Source,
    process: Process = None,
    goal: Goal = None,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    start: Start = None,
    customer: Customer = None,
    resource: Resource = None,
    time_format: TimeFormat = None,
    zone: Zone = "UTC",
    within: Within = None,
    where: Where = None,
    refused: Refused = False,
    form: As = Format.table,
) -> None:
    """Say what is in a study or a log: cases, events, quality, what flattening costs.

    Example: crmmining inspect sample_logs/home_move/study.yaml
    """
    from crmmining.cli.inspecting import show_log, show_refused, show_study
    from crmmining.sources.plain_logs import is_plain_log

    if refused:
        if is_plain_log(source):
            raise InvalidOptionError(f"--refused lists what a study set aside; {source} is a plain log")
        show_refused(open_study(source), form)
        return

    options = LogOptions(
        process, goal, case, activity, time, start, customer, resource, time_format, zone, within, where
    )
    opened = open_source(source, options)
    if opened.log is not None and (opened.study is None or process or goal):
        show_log(opened.log, form)
    elif opened.study is not None:
        show_study(opened.study, form)


def variants(
    source: Source,
    process: Process = None,
    goal: Goal = None,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    time_format: TimeFormat = None,
    zone: Zone = "UTC",
    within: Within = None,
    where: Where = None,
    memory: MemoryLimit = None,
    top: Top = 10,
    form: As = Format.table,
) -> None:
    """List the variants of a log, most frequent first.

    Example: crmmining variants sample_logs/home_move/study.yaml --goal "Understand my bill" --top 5
    """
    from crmmining.cli.chevrons import show_variants

    options = LogOptions(
        process, goal, case, activity, time,
        time_format=time_format, zone=zone, within=within, where=where, memory=memory,
    )  # fmt: skip
    study, view = open_view(source, options)
    found = view.variants
    if study and view.log is not None:
        found = study.variants(view.log)
    if form is Format.table:
        show_variants(str(view.notion), found, top)
    else:
        show_frame(found.to_frame().head(top), form)


def discover(
    source: Source,
    process: Process = None,
    goal: Goal = None,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    time_format: TimeFormat = None,
    zone: Zone = "UTC",
    within: Within = None,
    where: Where = None,
    memory: MemoryLimit = None,
    miner: Miner = "dfg",
    noise: Noise = 0.2,
    dependency: Dependency = 0.5,
    activities: ActivityShare = 1.0,
    paths: PathShare = 1.0,
    output: MapOutput = None,
    top: Top = 15,
    form: As = Format.table,
) -> None:
    """Discover how a process or journey really runs.

    Example: crmmining discover sample_logs/home_move/study.yaml --process "Home insurance"
    --miner inductive -o model.bpmn
    """
    from crmmining.cli.discovering import discover_map, discover_net

    options = LogOptions(
        process, goal, case, activity, time,
        time_format=time_format, zone=zone, within=within, where=where, memory=memory,
    )  # fmt: skip
    if miner == "dfg":
        study, view = open_view(source, options)
        discover_map(study, view, options.conditions, activities, paths, output, top, form)
    else:
        discover_net(open_log(source, options)[1], miner, noise, dependency, output, form)


def bottlenecks(
    source: Source,
    process: Process = None,
    goal: Goal = None,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    start: Start = None,
    resource: Resource = None,
    time_format: TimeFormat = None,
    zone: Zone = "UTC",
    within: Within = None,
    where: Where = None,
    by: SplitBy = None,
    causes: Causes = False,
    top: Top = 12,
    form: As = Format.table,
) -> None:
    """Rank where the time of all cases goes, and whose turn it is; or why steps wait.

    Example: crmmining bottlenecks sample_logs/home_move/study.yaml --goal "Move into a home" --top 8
    """
    from crmmining.mining.bottlenecks import find_bottlenecks

    options = LogOptions(
        process, goal, case, activity, time, start, None, resource, time_format, zone, within, where
    )
    study, log = open_log(source, options)
    if causes:
        if by is not None:
            raise InvalidOptionError("--causes splits by cause; take --by out")
        _show_causes(log, study.declared.calendar.zone if study else zone, top, form)
        return
    clock = study.working_hours(log) if study else None
    found = find_bottlenecks(log, by=by, on_hold=study.on_hold if study else (), clock=clock)
    frame = found.to_frame() if found.groups is None else found.groups_frame()
    if form is Format.table:
        frame = frame[_shown_columns(found, log)]
    show_frame(
        frame.head(top),
        form,
        title=f"Bottlenecks of {log.notion}, {log.n_cases:,} cases",
        notes=[found.definition],
    )
    if form is Format.table and found.steps is not None:
        columns = ["activity", "contribution", "n", "median", "p90"]
        show_frame(found.steps_frame()[columns].head(top), form, title="Time of the steps themselves")


def _show_causes(log: EventLog, zone: str, top: int, form: Format) -> None:
    from crmmining.mining.waiting_causes import find_waiting_causes

    found = find_waiting_causes(log, zone=zone)
    if found.absent:
        raise InvalidOptionError(
            f"{log.notion} cannot tell why steps wait: {found.absent}; "
            "name their columns (--start, --resource; start: and resource: in a study's event)"
        )
    if form is not Format.table:
        show_frame(found.to_frame().head(top), form)
        return
    show_frame(found.causes_frame(), form, title=f"Why steps of {log.notion} wait, {found.n:,} steps")
    columns = ["source", "target", "n", "total", "largest_cause", "share"]
    notes = [found.definition]
    if found.excluded:
        notes.append(f"Left out: {found.excluded:,} steps without a start or a resource.")
    if found.n_hours_unknown:
        notes.append(
            f"Hours are not known of {found.n_hours_unknown:,} of {found.n_resources:,} resources, "
            "seen on fewer than ten days."
        )
    show_frame(found.edges_frame()[columns].head(top), form, title="Where they wait", notes=notes)


def _shown_columns(found: Bottlenecks, log: EventLog) -> list[str]:
    group = [] if found.groups is None else ["group"]
    turn = ["turn"] if found.groups is None and log.has("actor") else []
    tail = "median_business_days" if "median_business_days" in found.edges else "p90"
    return ["source", "target", *group, "contribution", "n", "median", tail, *turn]


def export(
    source: Source,
    output: LogOutput,
    process: Process = None,
    goal: Goal = None,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    time_format: TimeFormat = None,
    zone: Zone = "UTC",
    within: Within = None,
    where: Where = None,
) -> None:
    """Write a log, its map or its discovered model to a file; or a whole study as OCEL 2.0.

    Example: crmmining export sample_logs/home_move/study.yaml moves.xes --goal "Move into a home"
    """
    from crmmining.reporting.exports import export_log
    from crmmining.reporting.ocel import OCEL, export_ocel
    from crmmining.sources.plain_logs import is_plain_log

    if output.suffix in OCEL:
        if process or goal or where or within is not None or is_plain_log(source):
            raise InvalidOptionError(
                f"{output}: an object-centric log is a whole study, with all its processes and goals; "
                "take --process, --goal, --where and --within out"
            )
        export_ocel(open_study(source), output)
        say(f"Wrote {output}")
        return

    options = LogOptions(
        process, goal, case, activity, time, time_format=time_format, zone=zone, within=within, where=where
    )
    study, log = open_log(source, options)
    export_log(log, output, study)
    say(f"Wrote {output}")
