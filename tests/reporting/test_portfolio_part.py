"""The page says of each process what the portfolio says."""

from crmmining.comparison.portfolio import build_portfolio
from crmmining.eventlog.study import Study
from crmmining.reporting.portfolio_part import portfolio_part


def test_processes_stand_by_weight_with_their_next_action(home_move_study: Study) -> None:
    portfolio = build_portfolio(home_move_study)
    part = portfolio_part(portfolio, 1)
    assert [row["process"] for row in part["rows"]] == portfolio.processes["process"].tolist()
    assert part["title"].startswith(f"Where to begin: {portfolio.processes['process'][0]}; ")
    for row in part["rows"]:
        lever = portfolio.levers[row["process"]]
        assert (row["action"], row["worth"]) == (lever.action, lever.in_words())
        assert row["value"] == ""  # no amounts in this study
    left_out = {aim["name"]: aim["told"] for aim in part["aims"] if aim["told"].startswith("left out")}
    assert "amount" in left_out["profitability"]


def test_processes_of_few_customers_are_not_in_a_shared_report(home_move_study: Study) -> None:
    portfolio = build_portfolio(home_move_study)
    fewest = sorted(portfolio.processes["n_customers"])[1]
    assert len(portfolio_part(portfolio, fewest)["rows"]) == len(portfolio.processes) - 1


def test_ranks_span_weights_and_draws(home_move_study: Study) -> None:
    portfolio = build_portfolio(home_move_study)
    row = dict(portfolio.processes.iloc[1])
    first = min(row["first_rank"], row["first_rank_customers"])
    last = max(row["last_rank"], row["last_rank_customers"])
    shown = portfolio_part(portfolio, 1)["rows"][1]["ranks"]
    assert shown == (f"{first}–{last}" if first < last else f"{first}")
