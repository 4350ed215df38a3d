"""What must not happen stands at the foot of its stage."""

from __future__ import annotations

from typing import Any

from tests.reporting.figures.test_journey_model import box_of, journey, laid_out, shown

from crmmining.reporting.figures.journey_model import draw_journey_model
from crmmining.reporting.figures.journey_model_scene import BOX


def words_of(*steps: Any, **stage: Any) -> str:
    return shown(draw_journey_model(journey(*steps, **stage), "As it should be"))


def test_the_forbidden_stands_at_the_foot_of_its_stage_with_its_weight() -> None:
    ideal = journey({"forbidden": {"step": "Chased", "weight": 5, "aliases": ["Called"]}}, "A")
    model = laid_out(ideal)
    (chip,) = model.bands[0].chips
    assert (chip.name, chip.remark) == ("Chased", "or “Called” · weight 5")
    assert chip.top > box_of(model, "A").top + BOX
    assert "never" in words_of({"forbidden": "Chased"}, "A")


def test_a_stage_in_which_everything_is_forbidden_is_still_gone_through() -> None:
    words = words_of({"forbidden": "Chased"})
    assert "no step" in words and "never" in words and "Chased" in words
