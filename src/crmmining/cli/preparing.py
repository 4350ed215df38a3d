"""Commands that prepare: init, load, samples make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmmining.cli.options import As, Format, MemoryLimit, StudyFile, as_share

if TYPE_CHECKING:
    from crmmining.eventlog.study import Study

samples = typer.Typer(help="Made-up worlds with known truth.", no_args_is_help=True, rich_markup_mode=None)


def load(
    study: StudyFile,
    reload: Annotated[bool, typer.Option("--reload", help="Load everything again, changed or not.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for another load of this study, or leave.")
    ] = True,
    memory: MemoryLimit = None,
    max_refused: Annotated[
        str | None,
        typer.Option("--max-refused", help="Stop where more of a file's rows are refused, like 1%."),
    ] = None,
    pseudonymise: Annotated[
        Path | None,
        typer.Option(
            "--pseudonymise",
            metavar="KEYFILE",
            help="Store names and ids as keyed hashes, now and later; the file is made if it is not there.",
        ),
    ] = None,
    form: As = Format.table,
) -> None:
    """Load what is new in a study's exports and say what was found.

    Example: crmmining load sample_logs/home_move/study.yaml
    """
    from crmmining.cli.opening import open_study
    from crmmining.cli.rendering import say, show_frame

    opened = open_study(
        study,
        reload=reload,
        wait=wait,
        memory=memory,
        max_refused=as_share("--max-refused", max_refused),
        pseudonymise=pseudonymise,
        fetch=True,
    )
    quality = opened.quality
    frame = quality.files[["path", "n_rows", "n_events", "n_refused", "zone", "time_format"]]
    show_frame(frame, form, title=f"{opened.name}: {opened.n_events:,} events")
    if form is Format.table:
        for warning in quality.warnings:
            say(f"! {warning}")
        say(opened.identities.summary)
        say(_last_load(opened))
        say(f"Stored in {opened.workspace.path}")
        if key := opened.declared.privacy.pseudonymise:
            say(f"Names and ids are hidden under the key in {key}: keep it, and not beside the workspace.")


def _last_load(study: Study) -> str:
    """What the last load that changed something did."""
    from crmmining.study.durations import humanise

    run = study.runs[-1]
    seconds = (run.ended - run.began) / 1e6
    took = humanise(run.ended - run.began) if seconds >= 10 else f"{seconds:.1f} s"
    if run.whole:
        return f"Last load: everything, {run.n_added:,} events in {took}"
    removed = f", {run.n_removed:,} taken out" if run.n_removed else ""
    return (
        f"Last load: {_counted(run.n_files, 'new or changed file')}, {_counted(run.n_added, 'event')} added"
        f"{removed}, {_counted(run.n_customers, 'customer')} made anew, in {took}"
    )


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def init(
    folder: Annotated[Path, typer.Argument(help="A folder with exports.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write the study file; FOLDER/study.yaml if not said."),
    ] = None,
) -> None:
    """Look at a folder of exports and propose a commented study file.

    Example: crmmining init sample_logs/home_move/exports -o study.yaml
    """
    from crmmining.cli.rendering import say
    from crmmining.sources.proposing import propose_study

    proposal = propose_study(folder, output or folder / "study.yaml")
    say(f"Wrote {proposal.path}: {proposal.n_sources} source{'s' if proposal.n_sources != 1 else ''}.")
    for doubt in proposal.doubts:
        say(f"? {doubt}")


@samples.command("make")
def make_sample(
    name: Annotated[str, typer.Argument(help="Which world: home_move.")],
    out: Annotated[Path, typer.Argument(help="The folder to write to.")],
    customers: Annotated[int, typer.Option("--customers", min=1, help="How many customers.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same bytes.")] = 7,
) -> None:
    """Make a sample world: exports, a study file, and the truth about it.

    Example: crmmining samples make home_move /tmp/home_move --customers 500 --seed 1
    """
    from crmmining.cli.opening import progress
    from crmmining.cli.rendering import say
    from crmmining.samples.making import make_sample as make

    with progress(f"Making {name}") as report:
        study = make(name, out, customers=customers, seed=seed, progress=report)
    say(f"Wrote {study}")
