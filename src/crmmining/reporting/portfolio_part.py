"""The page's first table: which processes matter most to customers, and the next action in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmmining.study.durations import humanise

if TYPE_CHECKING:
    from crmmining.comparison.portfolio import Portfolio


def portfolio_part(portfolio: Portfolio, fewest: int) -> dict[str, Any]:
    """Processes with at least `fewest` customers, the weightiest first, and what they were weighed by."""
    table = portfolio.processes
    shown = table[table["n_customers"] >= fewest]
    return {
        "title": _title(portfolio),
        "rows": [_row(portfolio, row) for row in shown.to_dict("records")],
        "most_worth": ", ".join(portfolio.most_worth),
        "aims": [_aim(row) for row in portfolio.aims.to_dict("records")],
        "notes": portfolio.notes,
        "definition": portfolio.definition,
    }


def _title(portfolio: Portfolio) -> str:
    n, n_vital = len(portfolio.processes), portfolio.n_vital
    if not portfolio.aims["share_used"].any():
        return "Where to begin cannot be told: no aim with a weight can be measured"
    if not n_vital:
        return "Where to begin: nothing is known to be lost"
    first = portfolio.processes["process"].iloc[0]
    return f"Where to begin: {first}; {n_vital} of {n} processes make up 99 % of what matters to customers"


def _row(portfolio: Portfolio, row: dict[str, Any]) -> dict[str, Any]:
    first = min(row["first_rank"], row["first_rank_customers"])
    last = max(row["last_rank"], row["last_rank_customers"])
    lever = portfolio.levers.get(row["process"])
    return {
        "rank": row["rank"],
        "process": row["process"],
        "owner": row["owner"] or "–",
        "share": row["share"],
        "ranks": f"{first}–{last}" if first < last else f"{first}",
        "customers": row["n_customers"],
        "score": _number(row["satisfaction"], 2),
        "contacts": _number(row["contacts_per_goal"], 1),
        "waiting": "–" if _absent(row["unowned_per_goal"]) else humanise(row["unowned_per_goal"]),
        "value": _money(row["value_lost"], portfolio.currency),
        "action": lever.action if lever else "",
        "problem": lever.problem if lever else "",
        "worth": lever.in_words() if lever else "",
    }


def _aim(row: dict[str, Any]) -> dict[str, str]:
    name = row["aim"].replace("_", "-")
    if row["left_out"]:
        return {"name": name, "weight": f"{row['weight']:g}", "told": f"left out: {row['left_out']}"}
    lost = "" if _absent(row["share_lost"]) else f"; {row['share_lost']:.0%} lost"
    return {"name": name, "weight": f"{row['weight']:g}", "told": f"{row['measured_as']}{lost}"}


def _number(value: float, digits: int) -> str:
    return "–" if _absent(value) else f"{value:,.{digits}f}"


def _money(value: float, currency: str | None) -> str:
    return "" if _absent(value) else f"{value:,.0f} {currency or ''}".strip()


def _absent(value: float) -> bool:
    return value is None or value != value
