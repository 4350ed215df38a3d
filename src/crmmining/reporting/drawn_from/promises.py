"""Promises kept and broken."""

from __future__ import annotations

from crmmining.mining.promises import BROKEN, KEPT
from crmmining.mining.promises import Promises as PromiseResults
from crmmining.reporting.figures.promises import PromiseRow, Promises


def promise_data(result: PromiseResults) -> Promises:
    """Each promise kept and broken, with its owner and what is owed."""
    rows = []
    for r in result.results:
        state = r.instances["state"].to_numpy()
        interval = (1 - r.broken.high, 1 - r.broken.low) if r.broken.is_known else None
        owed = f"{r.owed:,.0f} {r.currency or ''}".strip() if r.owed is not None else ""
        rows.append(
            PromiseRow(
                f"{r.since} → {r.until}",
                r.owner or "",
                str(r.limit),
                int((state == KEPT).sum()),
                int((state == BROKEN).sum()),
                interval,
                r.broken.excluded,
                owed,
            )
        )
    return Promises(tuple(rows))
