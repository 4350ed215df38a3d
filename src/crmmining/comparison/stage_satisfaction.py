"""How customers feel along the ideal journey: what they answered, or how they sounded, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.channels import forced_switches
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_progress import stage_at
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.outcomes import ABANDONED, REACHED
from crmmining.estimates import Estimate, absent, difference_of_means, known_apart, mean, share
from crmmining.mining.promises import BROKEN

if TYPE_CHECKING:
    import pandas as pd

BEFORE = "(before the first)"
_COLUMNS: dict[Measure, tuple[str, str]] = {
    "satisfaction": ("share_answered", "n_answers"),
    "sentiment": ("share_heard", "n_heard"),
}
_AFTER_TROUBLE = "mean last score of the goals with trouble in the stage"
NOBODY = np.empty(0, np.int64)
Measure = Literal["satisfaction", "sentiment"]
DEFINITION = (
    "Score = mean of the answers given in a stage; a goal is in the stage of the last wanted step of the "
    "ideal journey before the answer, answers themselves being no step. Response = goals that answered "
    "there / goals that came to the stage. After trouble = mean last score of goals with a broken promise "
    "or forced channel switch in the stage, where it was given after it. Apart = mean of the answers in "
    "goals reached less that in goals abandoned; open goals are neither. Fewer than 20 answers are a gap. "
    "Only those who answer are seen."
)
_WORDS: dict[Measure, tuple[str, str]] = {
    "satisfaction": ("answers", "that answered"),
    "sentiment": ("sentiments", "with a sentiment"),
}


@dataclass(frozen=True)
class ByEnd:
    """The answers given in a stage, by how the goal ended; open goals are neither.

    `apart`: reached less abandoned. `n_customers`: who answered, in goals reached, abandoned, of any end.
    """

    reached: Estimate
    abandoned: Estimate
    apart: Estimate
    n_customers: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class StageSatisfaction:
    """The curve of satisfaction or sentiment, a point per stage of the journey; absent where answers are few.

    An answer is a survey score, or the sentiment of an event. `scores`: mean of the answers given in the
    stage (n answers); `response`: goals that answered there / all that came to it; `after_trouble`: mean last
    score of the goals with trouble in the stage (n goals); `by_end`: the scores again, goals reached against
    goals abandoned.
    """

    goal: str
    scores: dict[str, Estimate]
    response: dict[str, Estimate]
    after_trouble: dict[str, Estimate]
    by_end: dict[str, ByEnd]
    definition: str = DEFINITION
    measure: Measure = "satisfaction"

    def to_frame(self) -> pd.DataFrame:
        """One row per stage; a gap has n answers and no score."""
        import pandas as pd

        share_told, n_told = _COLUMNS[self.measure]
        rows = [
            {
                "stage": stage,
                "n_goals": self.response[stage].n,
                share_told: self.response[stage].value,
                n_told: score.n,
                "score": score.value,
                "low": score.low,
                "high": score.high,
                "n_trouble": self.after_trouble[stage].n,
                "after_trouble": self.after_trouble[stage].value,
                "trouble_low": self.after_trouble[stage].low,
                "trouble_high": self.after_trouble[stage].high,
            }
            for stage, score in self.scores.items()
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"StageSatisfaction({self.goal}, {self.measure})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def satisfaction_by_stage(view: GoalView) -> StageSatisfaction | None:
    """Place every answer in a stage; None without an ideal journey or without any answer."""
    return felt_by_stage(view, "satisfaction", DEFINITION)


def felt_by_stage(view: GoalView, measure: Measure, definition: str) -> StageSatisfaction | None:
    """Place every value of a measure in a stage; None without an ideal journey or any value."""
    log = view.log
    if view.journey is None or not log.has(measure):
        return None
    value = log.columns[measure]
    told = ~np.isnan(value)
    stage = stage_at(view, view.journey)
    rows = np.flatnonzero(told)
    score, case = value[rows], log.case_of_event[rows]
    last, until = log.last_values(measure), np.full(log.n_cases, -1)
    until[case] = rows  # rows ascend: the last one stays
    came, gave = _goals_by_stage(view, stage, ~log.is_answer), _goals_by_stage(view, stage, told)
    # Only what was told after the trouble, or in it, can tell of it.
    told_later = np.arange(log.n_events) <= until[log.case_of_event]
    troubled = _goals_by_stage(view, stage, _is_trouble(view) & told_later)
    scores, response, after, by_end = {}, {}, {}, {}
    answers, that_answered = _WORDS[measure]
    for number, name in enumerate([BEFORE, *(stage.name for stage in view.journey.stages)], start=-1):
        mine, goals = stage[rows] == number, gave.get(number, NOBODY)
        if number < 0 and not goals.size:
            continue
        scores[name] = _score(
            score[mine], view.customers[case[mine]], f"mean of the {answers} in the stage", answers
        )
        by_end[name] = _by_end(view, score[mine], case[mine], answers)
        there = np.union1d(came.get(number, NOBODY), goals).size
        of_goals = f"goals {that_answered} there / goals that came to the stage"
        response[name] = share(goals.size, there, of_goals)
        hurt = troubled.get(number, NOBODY)
        after[name] = _score(last[hurt], view.customers[hurt], _AFTER_TROUBLE, answers)
    return StageSatisfaction(view.goal, scores, response, after, by_end, definition, measure)


def _by_end(view: GoalView, score: NDArray[np.float64], case: NDArray[np.int64], answers: str) -> ByEnd:
    """The answers of one stage, goals reached against goals abandoned."""
    customers, outcome = view.customers[case], view.outcome[case]
    yes, no = outcome == REACHED, outcome == ABANDONED
    reached, abandoned = (
        _score(score[mine], customers[mine], f"mean of the {answers} in the stage, goals {name}", answers)
        for mine, name in ((yes, "reached"), (no, "abandoned"))
    )
    definition = f"mean of the {answers} in the stage, goals reached less goals abandoned"
    if reached.is_known and abandoned.is_known:
        apart = difference_of_means(score[yes], customers[yes], score[no], customers[no], "score", definition)
    else:
        apart = absent(f"fewer than {FEWEST_CASES} {answers}", "score", definition, reached.n + abandoned.n)
    n_yes, n_no, n_all = (
        np.unique(known_apart(who)).size for who in (customers[yes], customers[no], customers)
    )
    return ByEnd(reached, abandoned, apart, (n_yes, n_no, n_all))


def _goals_by_stage(
    view: GoalView, stage: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> dict[int, NDArray[np.int64]]:
    """By stage the goals with a chosen event in it."""
    n = view.log.n_cases
    pairs = np.unique((stage[chosen] + 1) * n + view.log.case_of_event[chosen])
    places, first = np.unique(pairs // n, return_index=True)
    return dict(zip((places - 1).tolist(), np.split(pairs % n, first[1:]), strict=True)) if pairs.size else {}


def _is_trouble(view: GoalView) -> NDArray[np.bool_]:
    """Events since which a promise was waited for that was broken, and those that forced a switch."""
    log, found = view.log, np.zeros(view.log.n_events, bool)
    found[forced_switches(view)] = True
    moments, rank = np.unique(log.columns["time"], return_inverse=True)
    place = log.case_of_event * moments.size + rank
    for promise in view.promises.results:
        broken = promise.instances[promise.instances["state"] == BROKEN]
        since = np.searchsorted(moments, broken["since"].to_numpy(np.int64))
        wanted = broken["case"].to_numpy(np.int64) * moments.size + since
        found[np.searchsorted(place, wanted, side="right") - 1] = True
    return found


def _score(
    values: NDArray[np.float64], customers: NDArray[np.int64], definition: str, answers: str
) -> Estimate:
    if values.size < FEWEST_CASES:
        return absent(f"fewer than {FEWEST_CASES} {answers}", "score", definition, values.size)
    return mean(values, customers, "score", definition)
