"""A section per process owner: what is theirs, as they see it and as the customer does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmmining.comparison.findings import Finding
from crmmining.eventlog.study import Study
from crmmining.study.durations import DAY, humanise

if TYPE_CHECKING:
    from crmmining.reporting.goal_figures import GoalResults


def owner_sections(study: Study, results: list[GoalResults]) -> list[dict[str, Any]]:
    """One section per owner in the order of the study's processes."""
    processes = study.declared.processes
    owners = list(dict.fromkeys(process.owner for process in processes.values() if process.owner))
    return [_section(study, results, owner) for owner in owners]


def _section(study: Study, results: list[GoalResults], owner: str) -> dict[str, Any]:
    mine = [name for name, process in study.declared.processes.items() if process.owner == owner]
    return {
        "id": "owner-" + "-".join(owner.lower().split()),
        "name": owner,
        "processes": [row for result in results for name in mine for row in _process_rows(result, name)],
        "gaps": [row for result in results for row in _gaps(result, mine)],
        "promises": [row for result in results for row in _promises(result, owner)],
        "findings": _findings(results, owner),
    }


def _process_rows(result: GoalResults, process: str) -> list[dict[str, Any]]:
    """Target met, time, and goals gone well, for one process in one goal."""
    found = result.views.watermelons.processes
    clocks = result.views.clocks.processes
    target = result.views.view.declared.processes[process].target
    rows = []
    for row in found[found["process"] == process].itertuples():
        clock = clocks[(clocks["view"] == "process") & (clocks["name"] == process)].iloc[0]
        rows.append(
            {
                "process": process,
                "goal": result.views.goal,
                "target": row.target,
                "n_records": int(clock["n"]),
                "green": row.share_green,
                "share": target.share if target else 0.8,
                "goals_green": row.share_goals_green,
                "mean": humanise(clock["mean"].total_seconds() * 1e6) if int(clock["n"]) else "–",
            }
        )
    return rows


def _gaps(result: GoalResults, mine: list[str]) -> list[dict[str, Any]]:
    """Gaps between processes on whose one side this owner stands."""
    pairs = result.views.white_space.pairs
    touched = pairs[
        (pairs["from_process"].isin(mine) | pairs["to_process"].isin(mine)) & (pairs["unowned"] > 0)
    ]
    return [
        {
            "goal": result.views.goal,
            "before": row.from_process,
            "after": row.to_process,
            "n": int(row.n_goals),
            "mean": humanise(row.mean_days_waiting * DAY),
            "total": humanise(row.unowned),
        }
        for row in touched.head(4).itertuples()
    ]


def _promises(result: GoalResults, owner: str) -> list[dict[str, Any]]:
    return [
        {
            "goal": result.views.goal,
            "name": f"{r.since} → {r.until}",
            "limit": str(r.limit),
            "broken": str(r.broken),
            "owed": f"{r.owed:,.0f} {r.currency or ''}" if r.owed else "–",
        }
        for r in result.views.promises.results
        if r.owner == owner
    ]


def _findings(results: list[GoalResults], owner: str) -> list[Finding]:
    found = [f for result in results for f in result.findings if f.owner and owner in f.owner.split(" / ")]
    return sorted(found, key=lambda f: (-f.weight, f.sentence))
