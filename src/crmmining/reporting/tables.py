"""The numbers of a report as CSV: times in days, so that any spreadsheet can go on with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.comparison.topics import TOPICS
from crmmining.eventlog.variant_building import with_business_days
from crmmining.reporting.small_groups import FEWEST, frequent_variants, shareable

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.findings import Finding
    from crmmining.comparison.portfolio import Portfolio
    from crmmining.comparison.views import Views
    from crmmining.eventlog.study import Study
    from crmmining.reporting.goal_figures import GoalResults

TOO_SLOW = ("behaviour",)
"""Topics a report does without: they take as long as all others together."""


def study_tables(study: Study, results: list[GoalResults], portfolio: Portfolio | None) -> dict[str, str]:
    """Name → CSV text, for every goal and for the study."""
    from crmmining.reporting.report import file_stem

    tables: dict[str, pd.DataFrame] = {
        "flattening": study.flattening.table,
        "quality": study.quality.findings,
        "files": study.quality.files,
    }
    for result in results:
        stem, views = file_stem(result.views.goal), result.views
        found = {topic: topic_table(views, topic) for topic in TOPICS if topic not in TOO_SLOW}
        found |= {
            "effort_by_outcome": views.effort.by_outcome,
            "contact_dose": views.fewer_is_better.dose,
            "leaving": views.outcomes.leaving if views.outcomes else None,
            "moment_edges": views.moments.edges if views.moments else None,
            "bottlenecks": result.bottlenecks.to_frame() if result.bottlenecks else None,
            "deviations": result.check.deviations.to_frame() if result.check else None,
            "variants": _variants(result),
        }
        there = {name: frame for name, frame in found.items() if frame is not None}
        if result.shared:
            there = {name: shareable(frame, name, result) for name, frame in there.items()}
        tables |= {f"{stem}-{name}": frame for name, frame in there.items() if len(frame)}
    shared = any(result.shared for result in results)
    if portfolio is not None:
        fewest = FEWEST if shared else 0
        told = portfolio.to_frame()
        tables |= {"portfolio": told[told["n_customers"] >= fewest], "portfolio-aims": portfolio.aims}
    if shared:
        tables["quality"] = tables["quality"].drop(columns="example")
    tables["findings"] = finding_frame([finding for result in results for finding in result.findings])
    return {name: _csv(frame) for name, frame in tables.items()}


def topic_table(views: Views, topic: str) -> pd.DataFrame | None:
    """The table of one comparison, None where the data does not allow it.

    Of breaches the sums per owner: a report's tables name no customers.
    """
    compared = getattr(views, topic)
    if compared is None:
        return None
    frame: pd.DataFrame = compared.owners if topic == "breaches" else compared.to_frame()
    return frame


def finding_frame(findings: list[Finding]) -> pd.DataFrame:
    """One row per finding, weightiest first."""
    import pandas as pd

    ranked = sorted(findings, key=lambda f: (-f.weight, f.sentence))
    rows = [
        (
            f.goal,
            f.topic,
            f.sentence,
            f.estimate.value,
            f.estimate.low,
            f.estimate.high,
            f.estimate.unit,
            f.estimate.n,
            f.estimate.excluded,
            f.owner,
            f.action,
            "; ".join(f.cases[:20]),
        )
        for f in ranked
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "goal",
            "topic",
            "finding",
            "value",
            "low",
            "high",
            "unit",
            "n",
            "excluded",
            "owner",
            "action",
            "cases",
        ],
    )


def _variants(result: GoalResults) -> pd.DataFrame:
    view, log = result.views.view, result.views.view.log.without_repeats()
    shown = frequent_variants(view, log, 50, result.fewest)
    frame = with_business_days(log, view.working_hours).to_frame().iloc[shown].reset_index()
    frame["activities"] = [" > ".join(steps) for steps in frame["activities"]]
    return frame


def _csv(frame: pd.DataFrame) -> str:
    import pandas as pd

    shown = frame.copy()
    for name in shown.columns:
        if pd.api.types.is_timedelta64_dtype(shown[name]):
            shown[name] = shown[name].dt.total_seconds() / 86_400
            shown = shown.rename(columns={name: f"{name}_days"})
        elif shown[name].dtype == object:
            shown[name] = shown[name].map(_harmless)
    return shown.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def _harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t") else value
