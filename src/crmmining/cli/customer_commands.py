"""`crmmining customers`: how far events have customers, and why two keys are one."""

from __future__ import annotations

from pathlib import PurePath

import typer

from crmmining.cli.goal_commands import CustomerKey
from crmmining.cli.opening import open_study
from crmmining.cli.options import As, Format, StudyFile
from crmmining.cli.rendering import say, show_frame

customers = typer.Typer(help="Who the customers are.", rich_markup_mode=None, no_args_is_help=True)


@customers.command()
def preflight(source: StudyFile, form: As = Format.table) -> None:
    """Say per file how many events have a customer, and how many customers are seen in other files too.

    Example: crmmining customers preflight sample_logs/home_move/study.yaml
    """
    found = open_study(source).identities
    if form is not Format.table:
        show_frame(found.files, form)
        return
    shown = found.files.assign(
        file=found.files["path"].map(lambda path: PurePath(path).name),
        known=found.files["share_known"].map(_percent),
        elsewhere=found.files["share_elsewhere"].map(_percent),
    )
    show_frame(
        shown[["file", "n_events", "known", "n_customers", "elsewhere"]],
        form,
        title="Events with a customer, and customers seen in other files too",
        notes=[found.definition],
    )
    kinds = ", ".join(f"{row.kind} ({row.n_customers:,} customers)" for row in found.kinds.itertuples())
    say(found.summary)
    say(f"Kinds of keys: {kinds}")


@customers.command()
def explain(source: StudyFile, customer: CustomerKey, form: As = Format.table) -> None:
    """Say why a customer's keys are one customer: which of them stand in one row, and in which file.

    A key that several people have goes under customers: {shared: [...]} in the study file; then it joins
    nobody.

    Example: crmmining customers explain sample_logs/home_move/study.yaml adam.rhodes@example.net
    """
    pairs = open_study(source).explain_merge(customer)
    if form is Format.table:
        files = pairs["paths"].str.split("; ").map(lambda paths: ", ".join(PurePath(p).name for p in paths))
        pairs = pairs.assign(
            key=pairs["kind"] + " " + pairs["value"],
            beside=(pairs["beside_kind"] + " " + pairs["beside"]).str.strip(),
            files=files,
        )[["key", "beside", "files"]]
    show_frame(pairs, form, title=f"Keys that are one customer with {customer}")


def _percent(share: float) -> str:
    return "" if share != share else f"{share:.1%}"
