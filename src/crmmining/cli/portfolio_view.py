"""The portfolio on the terminal: the processes as a table, then the next action of each, then the aims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.cli.options import Format
from crmmining.cli.rendering import plain_rows, say, show_frame, show_json
from crmmining.comparison.findings import FEWEST_CASES

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.portfolio import Portfolio


def show_portfolio(portfolio: Portfolio, top: int, form: Format) -> None:
    """Processes and aims; CSV holds the processes only."""
    frame = portfolio.to_frame().head(top)
    if form is Format.csv:
        show_frame(frame, form)
    elif form is Format.json:
        show_json({"processes": plain_rows(frame), "aims": plain_rows(portfolio.aims)})
    else:
        title = f"portfolio of {portfolio.study}: {_headline(portfolio)}"
        show_frame(_narrow(frame), form, title=title)
        _say_actions(portfolio, top)
        _say_aims(portfolio)
        say(portfolio.definition)


def _headline(portfolio: Portfolio) -> str:
    if not portfolio.aims["share_used"].any():
        return "no aim with a weight can be measured"
    if not portfolio.n_vital:
        return "nothing is known to be lost"
    return f"{portfolio.n_vital} of {len(portfolio.processes)} processes make up 99 % of what matters"


def _narrow(frame: pd.DataFrame) -> pd.DataFrame:
    """What 80 columns have room for."""
    import pandas as pd

    first = frame[["first_rank", "first_rank_customers"]].min(axis=1)
    last = frame[["last_rank", "last_rank_customers"]].max(axis=1)
    return pd.DataFrame(
        {
            "process": frame["process"],
            "share": frame["share"],
            "cumulative": frame["cumulative"],
            "ranks": [f"{a}–{b}" if a < b else f"{a}" for a, b in zip(first, last, strict=True)],
            "goals": frame["n_goals"],
            "score": frame["satisfaction"],
            "contacts": frame["contacts_per_goal"],
            "waiting": frame["unowned_per_goal"],
        }
    )


def _say_actions(portfolio: Portfolio, top: int) -> None:
    say("Next action of each, its largest lever (what it is worth is an association):")
    for row in portfolio.processes.head(top).itertuples():
        owner = f" ({row.owner})" if row.owner else ""
        money = f"{row.value_lost:,.0f} {portfolio.currency or ''}".strip()
        lost = f", {money} on abandoned goals" if row.value_lost == row.value_lost else ""
        say(f" {row.rank}. {row.process}{owner}: {row.n_customers:,} customers{lost}")
        say(
            f"    Among the first {portfolio.top} in {row.share_weights_top:.0%} of weights, "
            f"{row.share_customers_top:.0%} of draws of customers."
        )
        lever = portfolio.levers.get(row.process)
        if lever is None:
            say(f"    No lever touches {FEWEST_CASES} decided goals.")
        else:
            whose = f" Owner: {lever.owner}." if lever.owner and lever.owner != row.owner else ""
            say(f"    {lever.action}: {lever.problem}; {lever.in_words()}.{whose}")
        if row.not_known:
            reason = portfolio.satisfaction[row.process].absent
            say(f"    Not known: {row.not_known} ({reason}); its share is {row.share_most:.0%} at most.")
    if portfolio.most_worth:
        say(f"Most is saved in: {', '.join(portfolio.most_worth)}.")
    say()


def _say_aims(portfolio: Portfolio) -> None:
    for row in portfolio.aims.itertuples():
        if row.left_out:
            say(f" – {row.aim}, weight {row.weight:g}: left out, {row.left_out}")
        else:
            lost = "" if row.share_lost != row.share_lost else f", {row.share_lost:.1%} lost"
            say(f" · {row.aim}, weight {row.weight:g} ({row.share_used:.0%}): {row.measured_as}{lost}")
    for note in portfolio.notes:
        say(f" – {note}")
