"""Where journeys leave the ideal, per stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.mining.conformance import Conformance
from crmmining.reporting.figures.stage_conformance import StageConformance, StageRow


def stage_conformance_data(check: Conformance, view: GoalView) -> StageConformance:
    """Per stage the goals that came to it, and how many keep to it, skip, repeat or insert."""
    assert view.journey is not None
    log, rows = view.log, []
    stage_names = [stage.name for stage in view.journey.stages]
    stage_of = np.array(
        [
            stage_names.index(view.journey.stage_of(a).name) if a in view.journey.activities else -1
            for a in log.activities
        ]
    )
    within = _stage_of_events(view, stage_of)
    unknown = stage_of[log.columns["activity"]] < 0
    for number, name in enumerate(stage_names):
        came = np.zeros(log.n_cases, bool)
        came[log.case_of_event[stage_of[log.columns["activity"]] == number]] = True
        ways = {way: np.zeros(log.n_cases, bool) for way in ("skip", "repeat", "insert")}
        ways["insert"][log.case_of_event[unknown & (within == number)]] = True
        ways["insert"] &= came
        often, most = "", 0
        for deviation in check.deviations.all:
            way = {"missing": "skip", "too often": "repeat"}.get(deviation.kind, "insert")
            if deviation.stage != name or deviation.kind in ("late", "wrong channel", "wrong actor"):
                continue
            here = deviation.cases[came[deviation.cases]]
            ways[way][here] = True
            if here.size > most:
                often, most = f"{deviation.activity}: {deviation.kind}", here.size
        off = ways["skip"] | ways["repeat"] | ways["insert"]
        rows.append(
            StageRow(
                name,
                int(came.sum()),
                int((came & ~off).sum()),
                int(ways["skip"].sum()),
                int(ways["repeat"].sum()),
                int(ways["insert"].sum()),
                often,
            )
        )
    return StageConformance(tuple(rows))


def _stage_of_events(view: GoalView, stage_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stage each event falls into: its own, else that of the last step before it in the case."""
    log = view.log
    stage, case = stage_of[log.columns["activity"]], log.case_of_event
    last = np.maximum.accumulate(np.where(stage >= 0, np.arange(log.n_events), -1))
    return np.where(last >= log.offsets[:-1][case], stage[np.maximum(last, 0)], 0)
