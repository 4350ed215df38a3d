"""A goal takes several records, a record may serve several goals and customers; each event counts once."""

from pathlib import Path

import pytest
from tests.sources.small import opened

from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.study import Study

DECLARED = """
study: Shared work
sources:
  - table: lives.csv
    record: {type: deal, id: record}
    event: {time: at, activity: step, customer: {who: who}}
activities:
  open: {actor: customer}
  ask: {actor: customer}
processes:
  Deals: {record: deal}
goals:
  Get it: {opened_by: [open], reached_by: [reach], includes: {activities: [work]}, silence: 90d}
  Understand it: {opened_by: [ask], reached_by: [answer], silence: 90d}
"""

# r1 is Ann's deal: it gets her the thing and answers her question; r2 is another deal for the same thing;
# r3 is a joint deal of Ann and Bob, each with an aim of their own
LIVES = """who,at,step,record
ann,2025-01-01,open,r1
ann,2025-01-02,ask,r1
ann,2025-01-03,work,r1
ann,2025-01-04,answer,r1
ann,2025-01-05,work,r2
ann,2025-01-06,work,r3
ann,2025-01-07,reach,r2
bob,2025-01-02,open,r3
bob,2025-01-08,reach,r3
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return opened(tmp_path, DECLARED, lives=LIVES)


def records_of(study: Study, goal: str) -> dict[str, list[str]]:
    """Which records each attempt at a goal has."""
    view = GoalView(study, goal)
    found: dict[str, list[str]] = {}
    for case, record in zip(view.records.case, view.records.record, strict=True):
        customer = str(view.log.cases["customer_key"].iloc[case])
        found.setdefault(customer, []).append(str(study.record_ids[record]))
    return {customer: sorted(records) for customer, records in found.items()}


def test_a_goal_has_many_records_and_a_record_many_goals(study: Study) -> None:
    assert records_of(study, "Get it") == {"ann": ["r1", "r2", "r3"], "bob": ["r3"]}
    assert records_of(study, "Understand it") == {"ann": ["r1"]}


def test_no_event_is_counted_twice(study: Study) -> None:
    assert study.workspace.rows("SELECT count(*), count(DISTINCT event) FROM event_goals") == [(9, 9)]
    table = study.flattening.table.set_index("name")
    assert table.loc["Get it", "n_events"] + table.loc["Understand it", "n_events"] == study.n_events == 9
    assert table.loc["Deals", "n_events"] == 9
