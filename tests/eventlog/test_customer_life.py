"""One customer's life, each event's goal and rule worked out by hand."""

import numpy as np
import pytest
from tests.sources.small import opened

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.study import Study

DECLARED = """
study: One life
sources:
  - table: work.csv
    record: {type: deal, id: deal}
    event: {time: at, activity: step, customer: {email: who, crm: id}}
  - table: calls.csv
    event: {time: at, activity: step, customer: {phone: number}}
processes:
  Deals: {record: deal}
goals:
  Get it:
    {opened_by: [open], reached_by: [sent], includes: {processes: [Deals], activities: [chat]}, silence: 10d}
"""
WORK = """
at,step,who,id,deal
2025-01-01,chat,ann@x,7,
2025-01-02,open,ann@x,7,
2025-01-03,work,ann@x,7,d1
2025-01-04,sent,ann@x,7,d1
2025-01-05,chat,ann@x,7,
2025-02-05,chat,ann@x,7,
2025-03-01,open,bob@x,8,
2025-03-20,work,cyd@x,9,d2
"""
CALLS = """
at,step,number
2025-01-02,call,9
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("life"), DECLARED, work=WORK, calls=CALLS)


def test_each_event_carries_its_record_its_goal_and_the_rule(study: Study) -> None:
    life = study.customer("ann@x")
    columns = ["activity", "record", "process", "goal", "number", "rule"]
    found = life.events[columns].astype(object).where(life.events[columns].notna(), None)
    assert list(map(tuple, found.to_numpy())) == [
        ("chat", "", "", "", None, ""),
        ("open", "", "", "Get it", 1, "opening"),
        ("work", "deal d1", "Deals", "Get it", 1, "continued"),
        ("sent", "deal d1", "Deals", "Get it", 1, "record"),
        ("chat", "", "", "Get it", 1, "aftermath"),
        ("chat", "", "", "", None, ""),
    ]
    assert all(life.events["because"])
    # The silence is 10 days. A record or an opening decides; else the pause before, of 10 days, does.
    confidence = life.events["confidence"].tolist()
    assert confidence[1] == confidence[3] == 1 and np.isnan([confidence[0], confidence[5]]).all()
    assert [confidence[2], confidence[4]] == [0.9, 0.9]
    assert repr(life) == "ann@x: 6 events in 1 records and 1 goals, 2 outside any goal"


def test_goals_are_listed_with_what_they_are_judged_by(study: Study) -> None:
    goals = study.customer("bob@x").goals
    assert goals[["goal", "number", "outcome"]].to_numpy().tolist() == [["Get it", 1, "abandoned"]]
    assert goals["silence"].dt.days.tolist() == [10]


def test_a_customer_without_a_goal_is_shown_all_the_same(study: Study) -> None:
    life = study.customer("cyd@x")
    assert len(life.goals) == 0
    assert life.events["activity"].tolist() == ["work"]


def test_any_key_finds_the_customer(study: Study) -> None:
    assert study.customer("7").name == study.customer(" ANN@X ").name == "ann@x"


def test_a_key_of_two_kinds_must_be_told(study: Study) -> None:
    with pytest.raises(InvalidOptionError, match="say which: 'crm:9', 'phone:9'"):
        study.customer("9")
    assert study.customer("phone:9").events["activity"].tolist() == ["call"]


def test_an_unknown_key_is_refused_with_examples_of_each_kind(study: Study) -> None:
    with pytest.raises(
        InvalidOptionError, match=r"no customer has the key 'zoe'; keys are written like .*'ann@x'"
    ):
        study.customer("zoe")
