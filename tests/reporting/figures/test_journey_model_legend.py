"""The legend of an ideal journey explains what is drawn."""

from __future__ import annotations

from tests.reporting.figures.test_every_figure import texts
from tests.reporting.figures.test_journey_model import journey

from crmmining.reporting.figures.journey_model import draw_journey_model


def test_the_legend_explains_the_marks_that_occur_and_no_others() -> None:
    explained = {
        "exactly one of these": {"choice": ["A", "B"]},
        "all of these, in any order": {"parallel": ["A", "B"]},
        "moment of truth": {"step": "A", "moment_of_truth": True},
        "promised to the customer": {"step": "A", "promise": {"since": "Z", "within": "2d"}},
        "done by the customer": {"step": "A", "actor": "customer"},
        "done by the company": {"step": "A", "actor": "company"},
        "done by the system": {"step": "A", "actor": "system"},
    }
    for words, step in explained.items():
        drawn = [text for text, _ in texts(draw_journey_model(journey("Z", step), "T"))]
        assert [other for other in explained if other in drawn] == [words]
