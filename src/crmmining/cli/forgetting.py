"""`crmmining forget`: one customer out of a study, for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from crmmining.cli.goal_commands import CustomerKey
from crmmining.cli.opening import open_study
from crmmining.cli.options import StudyFile
from crmmining.cli.rendering import say


def forget(
    study: StudyFile,
    customer: CustomerKey,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a customer out of the workspace: their events, keys, records; and leave them out of later loads.

    Rows of others in a record they share stay. The exports are yours: take the customer out there too.

    Example: crmmining forget sample_logs/home_move/study.yaml adam.rhodes@example.net --yes
    """
    from crmmining.errors import InvalidOptionError
    from crmmining.sources.forgetting import forget_customer

    opened = open_study(study)
    life = opened.customer(customer)
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidOptionError("this cannot be taken back; say --yes where nobody can be asked")
        typer.confirm(f"{life!r}. Take them out for good?", abort=True)
    done = forget_customer(opened, customer)
    say(
        f"Forgotten: {done.n_events:,} events, {done.n_records:,} records that were nobody else's, "
        f"{done.n_keys:,} keys. Later loads leave them out by salted hashes; the exports still have them."
    )
