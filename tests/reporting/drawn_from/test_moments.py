"""What the picture of moments of truth is drawn from: which steps, in which order; by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmmining.comparison.step_contrasts import DECIDES, MEASURED
from crmmining.estimates import share
from crmmining.reporting.drawn_from.moments import MOST, moments_of_truth

NAN = float("nan")


def step(name: str, difference: float = NAN, *, declared: bool = False, verdict: str = "") -> dict[str, Any]:
    return {
        "step": name, "stage": None, "declared": declared, "n_goals": 90, "n_with": 40, "n_otherwise": 60,
        "share_with": 0.5 + difference, "share_without": 0.5, "difference": difference,
        "low": difference - 0.05, "high": difference + 0.05, "verdict": verdict,
    }  # fmt: skip


def result(*rows: dict[str, Any]) -> Any:
    frame = pd.DataFrame(rows)
    cases = {row["step"]: np.arange(9) for row in rows if row["difference"] == row["difference"]}
    return SimpleNamespace(goal="Move", steps=frame, reached=share(70, 100, "reached"), cases=cases)


def test_steps_keep_their_order_and_those_without_a_comparison_are_shown_only_where_declared() -> None:
    data = moments_of_truth(
        result(
            step("Called", -0.2, verdict=MEASURED),
            step("Keys", declared=True, verdict=DECIDES),
            step("Looked", 0.01),
            step("Began"),
        )
    )
    assert [(row.step, row.is_measured, row.reason) for row in data.rows] == [
        ("Called", True, ""),
        ("Keys", False, DECIDES),
        ("Looked", False, ""),
    ]
    assert data.rows[0].difference is not None
    assert data.rows[0].difference.interval == pytest.approx((-0.25, -0.15))
    assert data.caption.subtitle == (
        "“Move”: 2 steps compared; 100 decided goals, 70 % reached. With it and without: share reached of "
        "comparable goals."
    )


def test_at_most_twelve_steps_are_shown_and_the_others_counted() -> None:
    data = moments_of_truth(result(*(step(f"s{i}", 0.1) for i in range(30))))
    assert len(data.rows) == MOST and "30 steps compared, the surest 12 shown" in data.caption.subtitle


def test_steps_of_few_customers_are_left_out_of_what_is_handed_on() -> None:
    found: Any = result(step("Called", -0.2), step("Asked", 0.1))
    found.cases["Called"] = np.array([0, 1, 2, 3])
    view: Any = SimpleNamespace(customers=np.arange(9))
    assert [row.step for row in moments_of_truth(found, view, 5).rows] == ["Asked"]
    assert len(moments_of_truth(found, view, 1).rows) == 2
