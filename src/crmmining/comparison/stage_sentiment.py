"""Sentiment along the ideal journey: how customers sounded, by the stage they were in."""

from __future__ import annotations

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.stage_satisfaction import StageSatisfaction, felt_by_stage

DEFINITION = (
    "Score = mean sentiment of the events in a stage that have one, as their source measured it; a goal "
    "is in the stage of the last wanted step of the ideal journey up to the event. Heard = goals with a "
    "sentiment there / goals that came to the stage. After trouble = mean last sentiment of goals with a "
    "broken promise or forced channel switch in the stage, where it was measured in or after it. Apart "
    "(in the picture) = mean in goals reached less that in goals abandoned; open goals are neither. Fewer "
    "than 20 values are a gap. Only those who are heard or read are seen."
)


def sentiment_by_stage(view: GoalView) -> StageSatisfaction | None:
    """Place every measured sentiment in a stage; None without an ideal journey or without any sentiment."""
    return felt_by_stage(view, "sentiment", DEFINITION)
