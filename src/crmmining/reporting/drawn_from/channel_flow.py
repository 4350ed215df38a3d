"""What the picture of channels from stage to stage is drawn from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.channel_stages import ChannelStages, channels_by_stage
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_view import GoalView
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.channel_flow import ChannelFlow
from crmmining.reporting.figures.channel_lanes import NOWHERE, Band
from crmmining.reporting.small_groups import is_group

MOST_CHANNELS = 8
OTHERS = "other channels"
NOTHING = ChannelFlow(
    (), (), (), 0, 0, 0, Caption(nothing="too few customers, or none, were seen to change the channel")
)

Ints = NDArray[np.int64]


def channel_flow(view: GoalView, fewest: int = 1) -> ChannelFlow:
    """Goals by channel from stage to stage; nothing for under 20 goals, or where nobody changes the channel.

    At most eight channels, the rarer ones together. Bands of fewer than `fewest` customers are left out.
    """
    found = channels_by_stage(view)
    if found is None or found.case.size < FEWEST_CASES:
        return NOTHING
    names, codes = _channels(found)
    at, via = (np.where(part >= 0, codes[part], -1) for part in (found.at, found.via))
    forced = (via >= 0).any(axis=1)
    moved = ((at[:, 1:] != at[:, :-1]) & (at[:, 1:] >= 0) & (at[:, :-1] >= 0)).any(axis=1)
    if not (forced | moved).any():
        return NOTHING
    bands = _bands(view, found.case, at, via, names, fewest)
    seen = {name for band in bands for name in (band.source, band.target, band.via)}
    caption = Caption(
        subtitle=f"“{view.goal}”: {found.case.size:,} of {view.log.n_cases:,} goals, those in which the "
        "customer made contact on a channel; by the channel of most contacts in each stage.",
    )
    n = (found.case.size, int(forced.sum()), int((forced | moved).sum()))
    return ChannelFlow(found.columns, tuple(name for name in names if name in seen), bands, *n, caption)


def _channels(found: ChannelStages) -> tuple[tuple[str, ...], Ints]:
    """Channels shown, those with most goals first, and per code its place among them."""
    seen = np.concatenate([found.at.ravel(), found.via.ravel()])
    counts = np.bincount(seen[seen >= 0], minlength=len(found.channels))
    ranked = sorted(range(len(found.channels)), key=lambda code: (-counts[code], found.channels[code]))
    shown = [code for code in ranked if counts[code]]
    places = np.full(len(found.channels), -1, np.int64)
    kept = shown if len(shown) <= MOST_CHANNELS else shown[: MOST_CHANNELS - 1]
    places[shown] = len(kept)
    places[kept] = np.arange(len(kept))
    names = tuple(found.channels[code] for code in kept)
    return (*names, OTHERS) if len(kept) < len(shown) else names, places


def _bands(
    view: GoalView, case: Ints, at: Ints, via: Ints, names: tuple[str, ...], fewest: int
) -> tuple[Band, ...]:
    """Goals alike in where they stand in two neighbouring stages, and how they came there."""
    named, bands = (*names, NOWHERE), []
    for place in range(via.shape[1]):
        moves = np.stack([at[:, place], at[:, place + 1], via[:, place]], axis=1)
        kinds, which = np.unique(moves, axis=0, return_inverse=True)
        for number, (source, target, by) in enumerate(kinds.tolist()):
            goals = np.flatnonzero(which.ravel() == number)
            if is_group(view, case[goals], fewest):
                bands.append(Band(place, named[source], named[target], goals.size, named[by]))
    return tuple(bands)
