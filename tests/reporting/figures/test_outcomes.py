"""Outcomes over time in every case that could break the picture: nothing runs into anything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reporting.figures.examples import STYLE, followed
from tests.reporting.figures.test_every_figure import texts

from crmmining.reporting.figures.leaving import LeavingStep
from crmmining.reporting.figures.outcomes import draw_outcomes
from crmmining.reporting.figures.time_axis import time_axis

DAYS = np.arange(1.0, 61.0)
LEFT = (LeavingStep("Offer sent", 40, 150, (0.2, 0.4), True), LeavingStep("Asked", 1, 150, (0, 0.1)))


def words(data) -> list[str]:
    """Every text, once it is known that none is clipped or runs into another."""
    figure = draw_outcomes(data, style=STYLE)
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for i, (text, box) in enumerate(boxes):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
        for other, beside in boxes[i + 1 :]:
            assert not box.overlaps(beside), f"{text!r} overlaps {other!r}"
    return [text for text, _ in boxes]


@pytest.mark.parametrize(
    ("data", "shown", "hidden"),
    [
        (followed("Move", 200, DAYS, 0.0, 0.4, LEFT), ["0 %", "reached", "40 %"], ["half reached after"]),
        (followed("Move", 200, DAYS, 0.4, 0.0), ["60 %", "not over by then"], ["abandoned"]),
        (followed("Move", 200, DAYS, 0.5, 0.5), ["half reached after 60 d"], ["not over by then"]),
        (followed("Move", 1, DAYS[:1], 1.0, 0.0), ["100 %", "reached"], ["half reached after"]),
        (followed("Move", 1, DAYS[:1], 0.0, 1.0, LEFT), ["abandoned", "LAST STEP BEFORE LEAVING"], []),
        (followed("Move", 900, DAYS * 150, 0.6, 0.3), ["years since the goal began"], ["9,000"]),
        (followed("Move", 900, DAYS / 1440, 0.6, 0.3), ["minutes since the goal began"], []),
        (followed("Move", 900, DAYS / 1440 / 60, 0.6, 0.3), ["minutes since the goal began"], []),
        (followed("Move", 900, DAYS / 24, 0.6, 0.3), ["hours since the goal began"], []),
        (
            followed("Move", 900, np.geomspace(0.01, 400, 500), 0.97, 0.03),
            ["1 h", "10 d", "300 d"],
            ["days since"],
        ),
        (followed("Move", 900, np.array([1.0, 2, 3, 50]), 0.9, 0.05), ["half reached after 3.0 d"], []),
        (followed("Move", 900, np.zeros(1), 0.9, 0.05), ["reached"], []),
    ],
)
def test_every_case_can_be_read(data, shown, hidden):
    said = words(data)
    assert [text for text in shown if text not in said] == []
    assert not [text for text in said for part in hidden if text.startswith(part)]


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 5000), st.floats(0.001, 5000), st.integers(1, 40))
def test_no_shares_and_no_times_make_words_collide(reached, abandoned, n, scale, steps):
    whole = max(reached + abandoned, 1.0)
    words(followed("Move", n, np.arange(1.0, steps + 1) * scale, reached / whole, abandoned / whole, LEFT))


@settings(max_examples=200, deadline=None)
@given(st.floats(0.0001, 20_000), st.floats(0, 1), st.floats(0, 1))
def test_ticks_ascend_inside_the_axis_and_time_goes_to_the_right(days, early, middle):
    axis = time_axis(days, min(early, middle) * days, middle * days, 0.0, 700.0)
    places = [axis.at(tick) for tick, _ in axis.ticks]
    assert places == sorted(set(places)) and len(places) >= 2
    assert places[0] >= 0 and places[-1] <= 700
    assert len({words for _, words in axis.ticks}) == len(places)
    assert axis.at(0.0) == 0 and axis.at(axis.days) == pytest.approx(700)
