"""Reports that are handed on name nobody and list no small group."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.views import compare_views
from crmmining.eventlog.study import Study
from crmmining.reporting.report import write_report
from crmmining.reporting.small_groups import (
    NOTE,
    Least,
    frequent_variants,
    is_group,
    without_cases,
    without_small,
)
from crmmining.samples.making import make_sample
from crmmining.sources.loading import open_study

MOVE = "Move into a home"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(make_sample("home_move", tmp_path_factory.mktemp("small") / "home_move", customers=150))


def test_a_group_is_counted_by_customers_not_by_goals(study: Study) -> None:
    view = GoalView(study, "Understand my bill")
    busiest = view.log.cases["customer"].value_counts().index[0]
    cases = np.flatnonzero(view.customers == busiest)
    assert not is_group(view, cases, 2) and is_group(view, cases, 1)


def test_only_variants_of_enough_customers_are_listed(home_move_study: Study) -> None:
    view = GoalView(home_move_study, "Understand my bill")
    log = view.log.without_repeats()
    assert frequent_variants(view, log, 40, 1) == list(range(40))
    for v in (listed := frequent_variants(view, log, 40, 5)):
        assert np.unique(view.customers[log.variants.case_variant == v]).size >= 5
    left_out = set(range(max(listed) + 1)) - set(listed)
    assert all(np.unique(view.customers[log.variants.case_variant == v]).size < 5 for v in left_out)


def test_rows_that_may_be_few_customers_are_left_out() -> None:
    least = Least(customers=5, goals=7, records=9, events=20)
    frame = pd.DataFrame({"name": list("abcd"), "n": [0, 6, 7, np.nan], "n_goals": [0, 9, 6, 7]})
    assert without_small(frame, least)["name"].tolist() == ["a", "d"]
    assert without_small(frame[["name", "n"]], least)["name"].tolist() == ["a", "c", "d"]
    assert without_small(frame[["name", "n"]], least, unit="events")["name"].tolist() == ["a", "d"]
    assert without_small(frame[["name", "n"]], least, unit="records")["name"].tolist() == ["a", "d"]
    assert without_small(frame[["name"]], least)["name"].tolist() == list("abcd")
    counted = frame.assign(n_customers=[5, 4, 5, 0])
    assert without_small(counted, least)["name"].tolist() == ["a", "c", "d"]  # their number alone decides


def test_the_least_count_is_one_more_than_four_customers_may_have(study: Study) -> None:
    view = GoalView(study, "Understand my bill")
    least = Least.of(view, 5)
    goals = view.log.cases["customer"].value_counts()
    assert least.goals == goals.iloc[:4].sum() + 1 > 5  # some have several goals
    events = pd.Series(view.customers[view.log.case_of_event]).value_counts()
    assert least.events == events.iloc[:4].sum() + 1
    assert least.goals <= least.events and Least.of(view, 1) == Least(1, 1, 1, 1)


@given(st.data())
def test_no_group_that_stays_is_of_fewer_customers(study: Study, data: st.DataObject) -> None:
    view = GoalView(study, "Understand my bill")
    fewest = data.draw(st.integers(1, 6))
    least = Least.of(view, fewest)
    of_few = data.draw(st.lists(st.sampled_from(np.unique(view.customers).tolist()), min_size=1, max_size=6))
    cases = np.flatnonzero(np.isin(view.customers, of_few))
    frame = pd.DataFrame({"n_goals": [cases.size]})
    if len(without_small(frame, least)):
        assert np.unique(view.customers[cases]).size >= fewest


def test_findings_keep_their_cases_unless_they_are_handed_on(study: Study) -> None:
    findings = compare_views(study, MOVE).findings
    assert any(finding.cases for finding in findings)
    assert without_cases(findings, shared=False) == findings
    hidden = without_cases(findings, shared=True)
    assert [f.sentence for f in hidden] == [f.sentence for f in findings]
    assert not any(f.cases for f in hidden)


def test_a_shared_report_names_nobody(study: Study, tmp_path: Path) -> None:
    names = [name for (name,) in study.workspace.rows("SELECT key FROM customers") if "@" in name]
    own = write_report(study, tmp_path / "own").read_text("utf-8")
    assert any(name in own for name in names) and NOTE not in own
    page = write_report(study, tmp_path / "shared", shared=True).read_text("utf-8")
    assert NOTE in page
    written = [page, *(path.read_text("utf-8") for path in (tmp_path / "shared" / "tables").glob("*.csv"))]
    assert not [name for name in names if any(name in text for text in written)]
    least = Least.of(GoalView(study, MOVE), 5).goals
    for topic, count in (
        ("deviations", "n_cases"),
        ("white_space", "n_goals"),
        ("channel_switches", "n_goals"),
    ):
        with (tmp_path / "shared" / "tables" / f"move_into_a_home-{topic}.csv").open(
            encoding="utf-8"
        ) as file:
            assert all(int(row[count]) >= least for row in csv.DictReader(file))
