"""`crmmining check`: a log against a model, and the deviations that somebody accepted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from crmmining.cli.default_command import DEFAULT, DefaultCommand
from crmmining.cli.opening import LogOptions
from crmmining.cli.options import (
    Activity,
    As,
    Case,
    FailUnder,
    Format,
    Goal,
    MemoryLimit,
    ModelFile,
    Process,
    Source,
    StudyFile,
    Time,
    TimeFormat,
    Top,
    Where,
    Within,
    Zone,
)
from crmmining.cli.rendering import say, show_frame
from crmmining.errors import InvalidOptionError, UnknownNameError

if TYPE_CHECKING:
    from crmmining.study.study_file import StudyFile as DeclaredStudy

check = typer.Typer(
    cls=DefaultCommand, help="Check a log against a model by optimal alignments.", rich_markup_mode=None
)

Discover = Annotated[
    float | None,
    typer.Option(
        "--discover",
        min=0,
        max=1,
        help="Check against the log's own model (Inductive Miner with this noise, like 0.2).",
    ),
]
AtStep = Annotated[
    str | None, typer.Option("--step", help="List the cases that deviate at this step, instead of a summary.")
]
Deviation = Annotated[str, typer.Argument(help="As `check` names it, like 'missing: Offer sent'.")]
Who = Annotated[str, typer.Option("--who", help="Who accepts it.")]
Why = Annotated[str, typer.Option("--why", help="Why.")]
Until = Annotated[
    dt.datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day on which it is accepted.")
]


@check.command(DEFAULT)
def run(
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
    model: ModelFile = None,
    discover: Discover = None,
    step: AtStep = None,
    fail_under: FailUnder = None,
    top: Top = 15,
    form: As = Format.table,
) -> None:
    """Check a log against a model by optimal alignments.

    Deviations that are fine for now: crmmining check accept, list, revoke.

    Example: crmmining check sample_logs/home_move/study.yaml --goal "Understand my bill"
    --fail-under fitness=0.5
    """
    from crmmining.cli.checking import check_source, missed, show_cases, show_conformance, threshold_of

    threshold = threshold_of(fail_under) if fail_under else None
    options = LogOptions(
        process, goal, case, activity, time,
        time_format=time_format, zone=zone, within=within, where=where, memory=memory,
    )  # fmt: skip
    result, expired = check_source(source, options, model, discover)
    if step is not None:
        show_cases(result, step, top, form)
    else:
        show_conformance(result, expired, top, form)
    if threshold and missed(result, *threshold):
        raise typer.Exit(1)


@check.command()
def accept(
    source: StudyFile,
    deviation: Deviation,
    who: Who,
    why: Why,
    until: Until,
    process: Process = None,
    goal: Goal = None,
) -> None:
    """Accept a deviation until a day: `check` shows it apart.

    Example: crmmining check accept sample_logs/home_move/study.yaml "missing: Bill viewed"
    --goal "Understand my bill" --who "Head of Billing" --why "Bills on paper" --until 2999-12-31
    """
    from crmmining.mining.deviation_kinds import KINDS
    from crmmining.study.reading import read_study_file
    from crmmining.study.waivers import Waiver, waiver_path
    from crmmining.study.waivers import accept as write

    of = _meant(read_study_file(source), process, goal)
    kind, colon, activity = deviation.partition(": ")
    if not colon or kind not in KINDS:
        known = ", ".join(KINDS)
        raise InvalidOptionError(f"{deviation!r} is no deviation; write KIND: STEP, the kind one of {known}")
    if until.date() < dt.date.today():
        raise InvalidOptionError(f"--until {until:%Y-%m-%d} has passed; name a day to come")
    waiver = Waiver(of=of, deviation=f"{kind}: {activity}", who=who, why=why, until=until.date())
    write(source, waiver)
    say(f"Accepted until {waiver.until}: {waiver.deviation} ({of}). Written to {waiver_path(source)}")


@check.command("list")
def list_accepted(source: StudyFile, form: As = Format.table) -> None:
    """List the accepted deviations of a study.

    Example: crmmining check list sample_logs/home_move/study.yaml
    """
    import pandas as pd

    from crmmining.study.reading import read_study_file
    from crmmining.study.waivers import Waiver, read_waivers

    read_study_file(source)
    waivers, today = read_waivers(source), dt.date.today()
    columns = [*Waiver.model_fields, "state"]
    rows = [[*w.model_dump().values(), "accepted" if w.holds(today) else "expired"] for w in waivers]
    if form is Format.table and not rows:
        say("No deviation is accepted.")
        return
    show_frame(pd.DataFrame(rows, columns=columns), form, title="Accepted deviations")


@check.command()
def revoke(source: StudyFile, deviation: Deviation, process: Process = None, goal: Goal = None) -> None:
    """Take an acceptance back.

    Example: crmmining check revoke sample_logs/home_move/study.yaml "missing: Bill viewed"
    --goal "Understand my bill"
    """
    from crmmining.study.reading import read_study_file
    from crmmining.study.waivers import revoke as take_back

    waiver = take_back(source, _meant(read_study_file(source), process, goal), deviation)
    say(f"No longer accepted: {waiver.deviation} ({waiver.of}).")


def _meant(study: DeclaredStudy, process: str | None, goal: str | None) -> str:
    """The one goal or process a deviation is about.

    Raises:
        InvalidOptionError: none or both are said.
        UnknownNameError: the study declares no such one.
    """
    if process and goal:
        raise InvalidOptionError("say either --process or --goal, not both")
    if not process and not goal and len(study.goals) == 1:
        return next(iter(study.goals))
    kind, name, known = (
        ("process", process, list(study.processes)) if process else ("goal", goal, list(study.goals))
    )
    if not name:
        raise InvalidOptionError(f"which goal or process? Say --goal or --process; goals: {', '.join(known)}")
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return name
