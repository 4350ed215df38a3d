"""Commands on a whole study: compare, portfolio, report, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmmining.cli.options import As, Format, Goal, MemoryLimit, StudyFile, Where
from crmmining.comparison.topics import TOPICS


def compare(
    study: StudyFile,
    goal: Goal = None,
    topic: Annotated[
        str | None,
        typer.Option(
            "--topic",
            help=f"One table: {', '.join(TOPICS)}.",
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many rows to show.")] = 10,
    where: Where = None,
    memory: MemoryLimit = None,
    form: As = Format.table,
) -> None:
    """Compare the two views of the same events: what one hides from the other.

    Example: crmmining compare sample_logs/home_move/study.yaml --goal "Move into a home" --topic white_space
    """
    from crmmining.cli.opening import open_study
    from crmmining.cli.view_tables import show_findings, show_topic
    from crmmining.comparison.views import compare_views
    from crmmining.errors import InvalidOptionError

    opened = open_study(study, memory=memory)
    goals = [goal] if goal else list(opened.goals)
    if not goals:
        raise InvalidOptionError(f"{study} declares no goal; say under 'goals:' what the customer wants")
    views = [compare_views(opened, name, where=where or ()) for name in goals]
    if topic:
        show_topic(views, topic, top, form)
    else:
        show_findings(views, form)


def portfolio(
    study: StudyFile,
    top: Annotated[int, typer.Option("--top", min=1, help="How many processes to show.")] = 50,
    memory: MemoryLimit = None,
    form: As = Format.table,
) -> None:
    """Say which processes matter most to customers under the strategy, and what to do next in each.

    Example: crmmining portfolio sample_logs/home_move/study.yaml
    """
    from crmmining.cli.opening import open_study
    from crmmining.cli.portfolio_view import show_portfolio
    from crmmining.comparison.portfolio import build_portfolio

    show_portfolio(build_portfolio(open_study(study, memory=memory)), top, form)


def report(
    study: StudyFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    shared: Annotated[
        bool, typer.Option("--shared", help="To be handed on: no names of cases, no group under 5 customers.")
    ] = False,
    memory: MemoryLimit = None,
) -> None:
    """Write the report: one page for owners, figures, tables.

    Example: crmmining report sample_logs/home_move/study.yaml -o /tmp/report
    """
    from crmmining.cli.opening import open_study, progress
    from crmmining.cli.rendering import say
    from crmmining.reporting.report import write_report

    opened = open_study(study, memory=memory)
    with progress("Writing the report") as follow:
        page = write_report(opened, output, shared=shared, progress=follow)
    say(f"Wrote {page}")


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to work in.")] = Path(
        "demo_report"
    ),
) -> None:
    """Make the home-move sample, load it, and write its report.

    Example: crmmining demo -o /tmp/demo
    """
    from crmmining.cli.opening import open_study, progress
    from crmmining.cli.rendering import say
    from crmmining.comparison.views import compare_views, headline
    from crmmining.reporting.report import write_report
    from crmmining.samples.making import make_sample

    with progress("Making the sample") as follow:
        path = make_sample("home_move", output / "home_move", progress=follow)
    study = open_study(path)
    with progress("Writing the report") as follow:
        page = write_report(study, output, progress=follow)
    found = [finding for goal in study.goals for finding in compare_views(study, goal).findings]
    say(
        f"{study.name}: {study.n_events:,} events, {len(study.processes)} processes, "
        f"{len(study.goals)} customer goals. What the processes do not show:"
    )
    for number, finding in enumerate(headline(found), start=1):
        say(f" {number}. {finding.sentence}.")
    say("Differences between groups are associations. Intervals and definitions: in the report.")
    say(f"Report: {page}")
