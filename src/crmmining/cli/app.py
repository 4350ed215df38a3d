"""The command tree; each command is options, one library call, rendering."""

from __future__ import annotations

import typer

from crmmining.cli.check_commands import check
from crmmining.cli.comparing import compare, demo, portfolio, report
from crmmining.cli.customer_commands import customers
from crmmining.cli.exploring import bottlenecks, discover, export, inspect, variants
from crmmining.cli.forgetting import forget
from crmmining.cli.goal_commands import goals
from crmmining.cli.journey_commands import journey
from crmmining.cli.preparing import init, load, samples

app = typer.Typer(
    name="crmmining",
    help=(
        "Process mining for CRM: the same events as process and as customer journey, "
        "and what one view hides from the other."
    ),
    epilog=(
        "Exit codes: 0 fine, 1 threshold missed (--fail-under), 2 bad input. "
        "--debug shows where an error comes from."
    ),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
)

for _command in (demo, init, load, inspect, variants, discover, bottlenecks, compare, report, export, forget):
    app.command()(_command)
app.command()(portfolio)
app.add_typer(check, name="check")
app.add_typer(customers, name="customers")
app.add_typer(goals, name="goals")
app.add_typer(journey, name="journey")
app.add_typer(samples, name="samples")
