"""What the picture of contacts and goals reached is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.comparison.fewer_is_better import FewerIsBetter, sure_effects
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.estimates import Estimate as Measured
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.difference import Estimate
from crmmining.reporting.figures.dose import Dose, DoseRow
from crmmining.reporting.figures.dose_points import DosePoint
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "inbound": ("by the customer", "the customer makes"),
    "outbound": ("by the company", "the company makes"),
    "unasked": ("by the company, unasked", "the company makes unasked"),
    "answering": ("by the company, in answer", "by which the company answers"),
}


def contact_dose(result: FewerIsBetter, fewest: int = 1) -> Dose:
    """Share reached by number of contacts at the moment at which goals differ most, and the effects.

    Groups under 20 goals or under `fewest` customers are left out, and kinds of contact that tell nothing.
    """
    sure = sure_effects(result.effects)
    dose = result.dose[(result.dose["n"] >= FEWEST_CASES) & (result.dose["n_customers"] >= fewest)]
    kinds = _kinds(result, sure)
    moment = _moment(dose[dose["direction"].isin(kinds)])
    at_moment = dose[dose["moment"] == moment]
    rows = [_row(result, kind, at_moment[at_moment["direction"] == kind], kind in sure) for kind in kinds]
    n = max((row.compared.n_cases for row in rows if row.compared), default=0)
    caption = Caption(
        subtitle=f"“{result.goal}”. Left: goals still open {_at(moment)}, share reached within "
        f"{humanise(result.follow_up)}, by contacts up to then. Right: {n:,} goals at all such moments.",
    )
    return Dose(tuple(row for row in rows if row.compared), caption)


def _kinds(result: FewerIsBetter, sure: dict[str, Measured]) -> tuple[str, ...]:
    """The customer's contacts, and the company's: parted, unless only all of them together say something."""
    whole = "outbound" in sure and "unasked" not in sure
    return ("inbound", "outbound") if whole else ("inbound", "unasked", "answering")


def _moment(dose: pd.DataFrame) -> str:
    """The moment at which most kinds of contact differ, then most goals; the earlier of equals."""
    best, name = (0, -1), ""
    for moment, at in dose.groupby("moment", sort=False):
        groups = [part["n"] for _, part in at.groupby("direction") if len(part) > 1]
        rank = (len(groups), sum(int(n.sum() - n.max()) for n in groups))
        best, name = max((best, name), (rank, str(moment)), key=lambda pair: pair[0])
    return name


def _at(moment: str) -> str:
    """The name of a moment within a sentence."""
    if moment.startswith("at "):
        return "at their first event"
    return f"at the customer's first sign {'on ' if moment.startswith('day') else ''}{moment}"


def _row(result: FewerIsBetter, kind: str, dose: pd.DataFrame, is_sure: bool) -> DoseRow:
    points = tuple(
        DosePoint(int(r.contacts), int(r.up_to), int(r.n), float(r.reached), (float(r.low), float(r.high)))
        for r in dose.itertuples()
    )
    counted, compared = result.as_counted[kind], result.effects["reached", kind]
    return DoseRow(*KINDS[kind], points, _estimate(counted), _estimate(compared), is_sure)


def _estimate(found: Measured) -> Estimate | None:
    return Estimate(found.value, (found.low, found.high), found.n) if found.is_known else None
