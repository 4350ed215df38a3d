"""The report's page: what stands where; the words around the numbers, nothing computed anew."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crmmining.comparison.findings import Finding
from crmmining.eventlog.study import Study
from crmmining.reporting.goal_figures import shown_map
from crmmining.reporting.inline_svg import font_css
from crmmining.reporting.owners import owner_sections
from crmmining.reporting.page_parts import (
    accepted_rows,
    chevron_rows,
    definitions,
    deviation_rows,
    link_table,
    tiles,
)
from crmmining.reporting.portfolio_part import portfolio_part
from crmmining.reporting.result_tables import result_tables
from crmmining.reporting.small_groups import NOTE
from crmmining.reporting.threshold_tables import threshold_table
from crmmining.study.durations import DAY, humanise

if TYPE_CHECKING:
    from crmmining.comparison.portfolio import Portfolio
    from crmmining.reporting.goal_figures import GoalResults
    from crmmining.reporting.picture import Picture

CAPTIONS = {
    "journey": "The journey above, the processes beneath",
    "watermelons": "Green outside, red inside",
    "ideal": "The ideal journey",
    "stages": "Where journeys leave the ideal",
    "moments": "Where goals are won or lost",
    "stage_satisfaction": "How customers feel on the way",
    "stage_sentiment": "How customers sound on the way",
    "bottlenecks": "Where the time goes",
    "outcomes": "How goals come out, and when",
    "promises": "Promises to the customer",
    "silos": "Borders the customer is sent across",
    "channels": "Where customers change the channel",
    "contacts": "Who speaks first",
    "dose": "Are fewer touchpoints better",
    "map": "What really comes after what",
}
"""Pictures of a goal on the page; variants are shown as a list that can be searched."""


def render_page(
    study: Study,
    results: list[GoalResults],
    portfolio: Portfolio | None,
    pictures: dict[str, dict[str, Picture]],
    top: list[Finding],
) -> str:
    """The whole page as HTML, with everything it needs in it."""
    import jinja2

    assets = files("crmmining.reporting").joinpath("assets", "page")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["human"] = humanise
    template = environment.from_string(assets.joinpath("report.html.j2").read_text("utf-8"))
    return (
        template.render(
            study=study,
            note=NOTE if any(result.shared for result in results) else "",
            period=_period(study),
            fonts=font_css(),
            css=assets.joinpath("report.css").read_text("utf-8"),
            script=assets.joinpath("report.js").read_text("utf-8"),
            top=top,
            portfolio=portfolio_part(portfolio, results[0].fewest) if portfolio else None,
            goals=[
                _goal(number, result, pictures[result.views.goal]) for number, result in enumerate(results)
            ],
            owners=owner_sections(study, results),
            quality=study.quality,
            flattening=study.flattening.table.to_dict("records"),
            silences=study.silences,
            thresholds=[
                threshold_table(found)
                for result in results
                if (found := result.views.sensitivity) is not None
            ],
            definitions=definitions(results),
        )
        + "\n"
    )


def _period(study: Study) -> str:
    import pandas as pd

    first, last = study.workspace.rows("SELECT min(time), max(time) FROM events")[0]
    moments = [pd.Timestamp(moment, unit="us", tz="UTC") for moment in (first, last)]
    return f"{moments[0]:%-d %B %Y} to {moments[1]:%-d %B %Y}"


def _goal(number: int, result: GoalResults, pictures: dict[str, Picture]) -> dict[str, Any]:
    views = result.views
    names = [name for name in CAPTIONS if name in pictures]
    return {
        "id": f"goal-{number + 1}",
        "name": views.goal,
        "n": views.view.log.n_cases,
        "tiles": tiles(views),
        "findings": result.findings,
        "absent": views.absent,
        "caveats": views.caveats,
        "figures": {name: {"caption": CAPTIONS[name], "svg": pictures[name].svg()} for name in names},
        "variants": chevron_rows(result),
        "deviations": deviation_rows(result),
        "accepted": accepted_rows(result),
        "check": result.check,
        "endings": ", ".join(views.view.declared.goals[views.goal].ended_by),
        "links": link_table(views),
        "pairs": [
            {**row, "waiting": humanise(row["mean_days_waiting"] * DAY)}
            for row in views.white_space.pairs.head(8).to_dict("records")
            if row["unowned"] > 0 and row["n_goals"] >= result.least.goals
        ],
        "closures": views.false_closures,
        "leavers": views.leavers,
        "tables": result_tables(result),
        "hidden": round(100 * (1 - shown_map(result).share_shown)),
    }
