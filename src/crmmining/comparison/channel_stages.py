"""Channels from stage to stage: where each goal's contacts are, and off which channel it was forced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.channels import contacts_on_channels, forced_switches
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_progress import stage_at
from crmmining.comparison.goal_view import GoalView

MOST_STAGES = 7
LAST = "last contact"
ALL_STAGES = "most contacts"

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ChannelStages:
    """The channel of each goal in each stage: that of most of its contacts, the earlier of equals.

    Where the customer was forced off a channel in the stage (see `ChannelSwitches`), it is that channel, and
    `via` holds the one forced to. `case` (n_goals) are the goals with a contact on a channel; `at` (n_goals x
    n_columns) and `via` (n_goals x n_columns - 1) are codes into `channels`, -1 for none. The columns are the
    stages with contacts, and the channel of the last contact where the last stage holds switches.
    """

    columns: tuple[str, ...]
    channels: tuple[str, ...]
    case: Ints
    at: Ints
    via: Ints


def channels_by_stage(view: GoalView) -> ChannelStages | None:
    """Place the customers' contacts in stages; None with fewer than two channels or no second contact.

    Contacts before the first stage count to it, and those of stages beyond the seven with most contacts to
    the one before. Linear in events.
    """
    log, rows = view.log, contacts_on_channels(view)
    channel = log.columns["channel"][rows].astype(np.int64)
    case, goal = np.unique(log.case_of_event[rows], return_inverse=True)
    if np.unique(channel).size < 2 or case.size == rows.size:
        return None
    names, stage = _stages(view, rows)
    key = goal * len(names) + stage
    at = np.full((case.size, len(names)), -1, np.int64)
    via = at.copy()
    at.flat[np.unique(key)] = _main_channels(key, channel)
    forced = np.searchsorted(rows, forced_switches(view))
    keys, first = np.unique(key[forced], return_index=True)
    at.flat[keys], via.flat[keys] = channel[forced[first]], channel[forced[first] + 1]
    last = np.full(case.size, -1, np.int64)
    final = stage == len(names) - 1
    last[goal[final]] = channel[final]  # rows ascend: the last one stays
    if len(names) == 1 or (via[:, -1] >= 0).any() or int((last != at[:, -1]).sum()) >= FEWEST_CASES:
        names, at = (*names, LAST), np.concatenate([at, last[:, None]], axis=1)
    return ChannelStages(names, tuple(log.names["channel"]), case, at, via[:, : len(names) - 1])


def _stages(view: GoalView, rows: Ints) -> tuple[tuple[str, ...], Ints]:
    """Names of the stages shown, and the place among them of each contact."""
    if view.journey is None:
        return (ALL_STAGES,), np.zeros(rows.size, np.int64)
    stage = np.maximum(stage_at(view, view.journey)[rows], 0)
    counts = np.bincount(stage, minlength=len(view.journey.stages))
    ranked = sorted(np.flatnonzero(counts).tolist(), key=lambda number: (-counts[number], number))
    shown = np.array(sorted(ranked[:MOST_STAGES]), np.int64)
    place = np.maximum(np.searchsorted(shown, stage, "right") - 1, 0)
    return tuple(view.journey.stages[number].name for number in shown.tolist()), place


def _main_channels(key: Ints, channel: Ints) -> Ints:
    """Per key, ascending, the channel that comes most often with it; of equals the one that came first."""
    width = int(channel.max()) + 1
    pairs, first, n = np.unique(key * width + channel, return_index=True, return_counts=True)
    order = np.lexsort((first, -n, pairs // width))
    _, best = np.unique(pairs[order] // width, return_index=True)
    return pairs[order][best] % width
