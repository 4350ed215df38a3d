"""What the page says of its numbers."""

import pytest

from crmmining.comparison.portfolio import DEFINITION as PORTFOLIO
from crmmining.comparison.topics import TOPICS
from crmmining.comparison.views import compare_views
from crmmining.eventlog.study import Study
from crmmining.reporting.page_parts import definitions

NOT_IN_THE_REPORT = {"behaviour"}


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in NOT_IN_THE_REPORT])
def test_every_comparison_is_defined_on_the_page(home_move_study: Study, topic: str) -> None:
    if (result := getattr(compare_views(home_move_study, "Move into a home"), topic)) is None:
        pytest.skip(f"home_move has no {topic}")
    assert any(text in result.definition for text in definitions([]).values())


def test_so_is_the_portfolio() -> None:
    assert PORTFOLIO in definitions([]).values()
