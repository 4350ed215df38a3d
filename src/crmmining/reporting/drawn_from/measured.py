"""Numbers as pictures take them: absent ones as None."""

from __future__ import annotations

import math

from crmmining.estimates import Estimate as Measured
from crmmining.reporting.figures.difference import Estimate


def drawn_estimate(measured: Measured) -> Estimate | None:
    """An estimate with its interval and n, as pictures know it."""
    if not measured.is_known:
        return None
    return Estimate(measured.value, (measured.low, measured.high), measured.n)


def known(value: float) -> float | None:
    """A number that is known, else None."""
    return None if math.isnan(value) else float(value)
