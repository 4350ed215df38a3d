"""From satisfaction, or sentiment, by stage to what its picture is drawn from."""

from __future__ import annotations

from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.stage_satisfaction import BEFORE
from crmmining.comparison.stage_satisfaction import StageSatisfaction as StageResult
from crmmining.estimates import Estimate
from crmmining.reporting.figures.mood_rating import Rating, StageMood
from crmmining.reporting.figures.stage_satisfaction import StageSatisfaction
from crmmining.study.study_file import StudyFile


def stage_satisfaction(
    result: StageResult | None, declared: StudyFile, fewest: int = 1
) -> StageSatisfaction | None:
    """What can be shown of it: None where no stage has enough ratings, of any goals, for a point."""
    if result is None:
        return None
    data = stage_moods(result, declared, fewest)
    return data if any(stage.shown for stage in data.stages) else None


def stage_moods(result: StageResult, declared: StudyFile, fewest: int = 1) -> StageSatisfaction:
    """Every stage with the ratings of goals reached, abandoned and all; of fewer customers no number.

    The scale is that of the study file.

    What was answered before the first stage is shown only where there is enough of it.
    """
    scale = (declared.sentiment if result.measure == "sentiment" else declared.satisfaction).scale
    stages = []
    for name, score in result.scores.items():
        end = result.by_end[name]
        reached, abandoned, everyone = (
            _rating(estimate, n, fewest)
            for estimate, n in zip((end.reached, end.abandoned, score), end.n_customers, strict=True)
        )
        if fewest > 1:
            reached, abandoned, everyone = _hidden(reached, abandoned, everyone, fewest)
        known = reached.mean is not None and abandoned.mean is not None and end.apart.is_known
        apart = (end.apart.value, (end.apart.low, end.apart.high)) if known else (None, None)
        mood = StageMood(name, reached, abandoned, everyone, *apart)
        if name != BEFORE or mood.shown:
            stages.append(mood)
    return StageSatisfaction(result.goal, tuple(stages), scale, FEWEST_CASES, measure=result.measure)


def _hidden(reached: Rating, abandoned: Rating, everyone: Rating, fewest: int) -> tuple[Rating, ...]:
    """No number left from which one that is left out could be worked out: the whole less the other parts."""
    if reached.n is not None and abandoned.n is not None and everyone.n is not None:
        rest = everyone.n - reached.n - abandoned.n
        if not 0 < rest < fewest:
            return reached, abandoned, everyone
    if reached.mean is None and abandoned.mean is None and everyone.mean is not None:
        return Rating(None), Rating(None), everyone
    return reached, abandoned, Rating(None)


def _rating(estimate: Estimate, n_customers: int, fewest: int) -> Rating:
    if 0 < n_customers < fewest:
        return Rating(None)
    if not estimate.is_known:
        return Rating(estimate.n)
    return Rating(estimate.n, estimate.value, (estimate.low, estimate.high))
