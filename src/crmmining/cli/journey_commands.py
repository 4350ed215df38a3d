"""`crmmining journey`: the ideal journey as text, as a picture, as a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmmining.cli.options import Goal, Process, StudyFile
from crmmining.cli.rendering import say
from crmmining.errors import InvalidOptionError, UnknownNameError

journey = typer.Typer(help="Show the ideal journey of a study.", rich_markup_mode=None, no_args_is_help=True)

JourneyOutput = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write .svg .png .pdf (picture), .bpmn .pnml (model)."),
]


@journey.callback()
def _group() -> None:
    """Show the ideal journey of a study."""


@journey.command()
def show(source: StudyFile, goal: Goal = None, process: Process = None, output: JourneyOutput = None) -> None:
    """Show an ideal journey as text, and write it as a picture or a model.

    Example: crmmining journey show sample_logs/home_move/study.yaml --goal "Move into a home"
    -o journey.svg
    """
    from crmmining.reporting.exports import write_journey
    from crmmining.study.reading import read_study_file

    study = read_study_file(source)
    ideals = dict(study.journeys)
    if process is not None:
        ideals = {name: spec.ideal for name, spec in study.processes.items() if spec.ideal}
    name = process or goal or (next(iter(ideals)) if len(ideals) == 1 else None)
    if name is None:
        said = ", ".join(f"--goal {name!r}" for name in ideals) or "the study declares none"
        raise InvalidOptionError(f"which ideal journey of {source}? {said}")
    if name not in ideals:
        raise UnknownNameError("ideal journey for", name, ideals)
    say(f"{name}\n{ideals[name].to_text()}")
    if output is not None:
        write_journey(ideals[name], name, output)
        say(f"Wrote {output}")
