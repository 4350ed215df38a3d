"""The page's tables say what the comparisons say."""

import pytest

from crmmining.comparison.topics import TOPICS
from crmmining.comparison.views import compare_views
from crmmining.eventlog.study import Study
from crmmining.reporting.goal_figures import GoalResults
from crmmining.reporting.result_tables import ELSEWHERE, MOST_ROWS, result_tables

MOVE = "Move into a home"


@pytest.fixture(scope="module")
def results(home_move_study: Study) -> GoalResults:
    return GoalResults(compare_views(home_move_study, MOVE), None, None)


def test_every_comparison_there_is_has_its_table(results: GoalResults) -> None:
    titles = [table["title"] for table in result_tables(results)]
    there = [t for t in TOPICS if t not in ELSEWHERE and getattr(results.views, t) is not None]
    assert titles == [t.replace("_", " ").capitalize() for t in there]
    assert "Clocks" in titles and "Waiting causes" not in titles  # no process here has starts and resources


def test_a_table_has_the_numbers_of_its_comparison(results: GoalResults) -> None:
    tables = {table["title"]: table for table in result_tables(results)}
    clocks, frame = tables["Clocks"], results.views.clocks.to_frame()
    counts = next(i for i, column in enumerate(clocks["columns"]) if column["name"] == "n")
    assert [row[counts]["text"] for row in clocks["rows"]] == [f"{n:,}" for n in frame["n"]]
    assert clocks["definition"] == results.views.clocks.definition
    for table in tables.values():
        assert 0 < len(table["rows"]) <= MOST_ROWS
        assert {len(row) for row in table["rows"]} == {len(table["columns"])}
    segments = results.views.segments
    assert segments is not None
    assert tables["Segments"]["more"] == len(segments.to_frame()) - MOST_ROWS


def test_no_table_names_a_customer_and_a_shared_one_no_small_group(results: GoalResults) -> None:
    breaches = results.views.breaches
    assert breaches is not None
    customers = set(breaches.to_frame()["customer"])
    assert len(customers) > 100
    for table in result_tables(results):
        assert not {cell["text"] for row in table["rows"] for cell in row} & customers
    shared = {t["title"]: t for t in result_tables(GoalResults(results.views, None, None, shared=True))}
    pairs = next(i for i, c in enumerate(shared["White space"]["columns"]) if c["name"] == "n goals")
    assert all(int(row[pairs]["text"].replace(",", "")) >= 5 for row in shared["White space"]["rows"])
    assert results.views.white_space.pairs["n_goals"].between(1, 4).any()
