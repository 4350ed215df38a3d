"""`crmmining customers`: how far events have customers, and why two keys are one."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Annotated

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


@customers.command()
def likely(
    source: StudyFile,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the pairs as a table.")] = None,
    compare: Annotated[
        list[str] | None, typer.Option("--compare", help="A name to compare by likeness; several times.")
    ] = None,
    equal: Annotated[
        list[str] | None, typer.Option("--equal", help="A code that is equal or not; several times.")
    ] = None,
    above: Annotated[float, typer.Option("--above", min=0, max=1, help="The least probability.")] = 0.95,
    top: Annotated[int, typer.Option("--top", min=1, help="How many pairs to show.")] = 10,
    form: As = Format.table,
) -> None:
    """Look for customers who may be one person although they share no key, by their attributes.

    Nothing is merged. Look through the table, take wrong rows out, and add it to the sources of the study
    file; 'customers explain' then says that it was this table. Needs crmmining[linkage].

    Example: crmmining customers likely sample_logs/home_move/study.yaml --compare last_name --equal region
    """
    from crmmining.sources.likeness import likely_customers

    found = likely_customers(open_study(source), compare or [], equal or [], above=above)
    if form is not Format.table:
        show_frame(found.pairs, form)
    else:
        shown = found.pairs.head(top)[["key", "other_key", "probability"]]
        show_frame(shown, form, title=repr(found), notes=[found.definition])
    if output:
        found.write(output)
        say(f"Wrote {output}. To make each pair one customer, add to the sources of the study file:")
        say(found.source(str(output)))


def _percent(share: float) -> str:
    return "" if share != share else f"{share:.1%}"
