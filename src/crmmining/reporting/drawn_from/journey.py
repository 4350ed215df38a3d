"""The signature picture's numbers: the mean journey of a goal, in stages and in stretches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_progress import stage_at
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.white_space import WhiteSpace
from crmmining.reporting.figures.journey_data import JourneyProcess, JourneyStage, ProcessRow, Stretch
from crmmining.study.durations import DAY

REST = "(no process)"


def journey_process(view: GoalView, white: WhiteSpace) -> JourneyProcess:
    """Means over all goals, so that stages and stretches each add up to the mean journey.

    Processes stand in the order in which they begin on average; a gap stands before the process that
    ends it. Processes that serve fewer than one goal in twenty are drawn with what is next to them.
    """
    n = max(view.log.n_cases, 1)
    order = _process_order(view)
    owned = {row.process: row.owned / n / DAY for row in white.processes.itertuples()}
    share = {row.process: row.share_of_goals for row in white.processes.itertuples()}
    unowned, own = _gaps_before(white, order, n)
    stretches: list[Stretch] = []
    for name in [*order, None]:
        if own[name] > 0:
            stretches.append(Stretch("customer", own[name]))
        if unowned[name] > 0:
            stretches.append(Stretch("white_space", unowned[name]))
        if name is not None:
            stretches.append(Stretch("process", owned[name], (name,)))
    declared = view.declared.processes
    rows = [
        ProcessRow(name, declared[name].department if name in declared else None, share[name])
        for name in order
    ]
    stations = [name for name in order if name not in declared or not declared[name].solves]
    stages = _stages(view)
    total = sum(s.days for s in stretches)
    return JourneyProcess(
        view.goal,
        n,
        _scaled(stages, total),
        tuple(stretches),
        tuple(rows),
        links=tuple(pairwise(stations)),
        satisfaction_scale=view.declared.satisfaction.scale,
    )


def _process_order(view: GoalView) -> list[str]:
    """Processes by the mean time from the goal's beginning to their opening."""
    records = view.records
    names = np.array([*view.study.processes, REST], object)[records.process]
    after = records.opened - view.log.begun[records.case]
    return sorted(set(names), key=lambda name: (float(after[names == name].mean()), str(name)))


def _gaps_before(
    white: WhiteSpace, order: list[str], n: int
) -> tuple[dict[str | None, float], dict[str | None, float]]:
    """Mean days per goal of the gaps each process ends (None: gaps with no process after)."""
    unowned: dict[str | None, float] = dict.fromkeys([*order, None], 0.0)
    own = dict(unowned)
    for gap in white.gaps.groupby("to_process")[["unowned", "length"]].sum().itertuples():
        name = gap.Index if gap.Index in unowned else None
        unowned[name] += gap.unowned / n / DAY
        own[name] += (gap.length - gap.unowned) / n / DAY
    return unowned, own


def _stages(view: GoalView) -> list[JourneyStage]:
    """Mean days per goal that pass until each event of a stage, and the satisfaction answered in it."""
    if view.journey is None:
        return []
    log = view.log
    names = [stage.name for stage in view.journey.stages]
    case = log.case_of_event
    # work that serves no stage, unwanted steps and answers count to the stage the goal is in
    stage = np.maximum(stage_at(view, view.journey), 0)
    time = np.minimum(log.columns["time"], log.ended[case])
    length = np.zeros(log.n_events, np.int64)
    length[1:] = np.where(case[1:] == case[:-1], time[1:] - time[:-1], 0)
    length[log.offsets[:-1]] = time[log.offsets[:-1]] - log.begun
    days = np.bincount(stage, np.maximum(length, 0), minlength=len(names)) / DAY / max(log.n_cases, 1)
    return [
        JourneyStage(name, float(days[i]), *_satisfaction(view, stage == i)) for i, name in enumerate(names)
    ]


def _satisfaction(view: GoalView, rows: NDArray[np.bool_]) -> tuple[float | None, int]:
    if "satisfaction" not in view.log.columns:
        return None, 0
    scores = view.log.columns["satisfaction"][rows]
    scores = scores[~np.isnan(scores)]
    return (float(scores.mean()), int(scores.size)) if scores.size else (None, 0)


def _scaled(stages: list[JourneyStage], total: float) -> tuple[JourneyStage, ...]:
    """Stages that add up to the journey exactly; a stage that nobody came to is left out."""
    known = sum(stage.days for stage in stages)
    if not known:
        return ()
    factor = total / known
    return tuple(
        JourneyStage(s.name, s.days * factor, s.satisfaction, s.n_ratings) for s in stages if s.days > 0
    )
