"""`crmmining goals`: which events make a customer's goals, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from crmmining.cli.opening import open_study
from crmmining.cli.options import As, Format, StudyFile
from crmmining.cli.rendering import plain_rows, say, show_frame, show_json

goals = typer.Typer(help="Explain customers' goals.", rich_markup_mode=None, no_args_is_help=True)

CustomerKey = Annotated[
    str,
    typer.Argument(metavar="CUSTOMER", help="An e-mail address, phone number or id."),
]


@goals.callback()
def _group() -> None:
    """Explain customers' goals."""


@goals.command()
def explain(source: StudyFile, customer: CustomerKey, form: As = Format.table) -> None:
    """Print one customer's life as both views: the record of each event, its goal, and by which rule.

    Example: crmmining goals explain sample_logs/home_move/study.yaml adam.rhodes@example.net
    """
    life = open_study(source).customer(customer)
    if form is Format.json:
        tables = {"keys": life.keys, "goals": life.goals, "events": life.events}
        show_json({name: plain_rows(table) for name, table in tables.items()})
        return
    if form is Format.csv:
        show_frame(life.events, form)
        return
    say(repr(life))
    say("Known by " + ", ".join(f"{row.kind} {row.value}" for row in life.keys.itertuples()))
    show_frame(life.goals[["number", "goal", "outcome", "first", "last"]], form, title="Outside-in: goals")
    events = life.events[["time", "activity", "process", "number", "rule", "confidence"]].rename(
        columns={"number": "goal"}
    )
    rules = life.events.drop_duplicates("rule")
    notes = [f"{row.rule or '(none)'}: {row.because}" for row in rules.itertuples()]
    show_frame(events, form, title="Both views, event by event", notes=notes)
