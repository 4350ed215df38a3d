"""What is told of each process: answers of its customers, their contacts, their waiting before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.aims import Aim
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.taking_part import TakingPart
from crmmining.estimates import Estimate, absent, ratio

if TYPE_CHECKING:
    from crmmining.comparison.views import Views


def what_is_told(
    part: TakingPart, aims: Sequence[Aim], made: list[Views]
) -> tuple[dict[str, Estimate], dict[str, Estimate], dict[str, Estimate]]:
    """Per process what customers answered, how often they turned to the company, how long nobody had them."""
    satisfaction, contacts, waiting = {}, {}, {}
    reason = next((aim.absent for aim in aims if aim.name == "satisfaction"), None)
    waited = _waited_before(part, made)
    decided = part.decided[part.attempt]
    answered = decided & ~np.isnan(part.score[part.attempt])
    for code, name in enumerate(part.processes):
        mine = part.process == code
        satisfaction[name] = _answers(part, mine & answered, reason)
        rows = np.flatnonzero(mine & decided)
        goals, share = part.attempt[rows], part.share[rows]
        contacts[name] = ratio(
            share * part.inbound[goals],
            share,
            part.customer[goals],
            "count",
            "customer contacts per decided goal it takes part in, by its share of the goal",
        )
        rows = np.flatnonzero(mine)
        waiting[name] = ratio(
            waited[rows],
            np.ones(rows.size),
            part.customer[part.attempt[rows]],
            "time",
            "mean time per goal in which the customer waits with no record open before one of it opens",
        )
    return satisfaction, contacts, waiting


def _answers(part: TakingPart, chosen: NDArray[np.bool_], reason: str | None) -> Estimate:
    definition = "mean answered score of the goals it takes part in, by its share of each goal"
    rows = np.flatnonzero(chosen)
    if rows.size < FEWEST_CASES:
        few = reason or f"{rows.size} answers, fewer than {FEWEST_CASES}"
        return absent(few, "score", definition, int(rows.size))
    goals, share = part.attempt[rows], part.share[rows]
    return ratio(share * part.score[goals], share, part.customer[goals], "score", definition)


def _waited_before(part: TakingPart, made: list[Views]) -> NDArray[np.float64]:
    """Per pair of attempt and process the waiting with no record open that ends with a record of it."""
    code = {name: place for place, name in enumerate(part.processes)}
    n, first = len(part.processes), 0
    waited = np.zeros(part.kind.size * n)
    for views in made:
        gaps = views.white_space.gaps
        gaps = gaps[gaps["to_process"].isin(code)]
        cell = (gaps["case"].to_numpy(np.int64) + first) * n + gaps["to_process"].map(code).to_numpy(np.int64)
        waited += np.bincount(cell, gaps["unowned"], waited.size)
        first += views.view.log.n_cases
    return waited[part.attempt * n + part.process]
