"""Both case notions over the same events, on a study counted by hand and on the committed samples."""

import numpy as np
import pytest
from tests.sources.small import opened, utc

from crmmining.errors import UnknownNameError
from crmmining.eventlog.study import Study
from crmmining.study.durations import DAY

DECLARED = """
study: Both views
sources:
  - table: contacts.csv
    customer: {id: id}
    customer_attributes: {region: area}
  - table: work.csv
    record: {type: deal, id: deal}
    event: {time: at, activity: step, customer: {id: who}, department: team}
processes:
  Deals: {record: deal}
  Orders: {record: order}
goals:
  Get it: {opened_by: [open], reached_by: [sent], includes: {processes: [Deals]}, silence: 10d}
  Leave: {opened_by: [leave], reached_by: [left], silence: 10d}
segments: [region]
"""
CONTACTS = """
id,area
ann,North
bob,South
"""
WORK = """
at,step,who,deal,team
2025-01-01,open,ann,,Web
2025-01-02,work,ann,d1,Sales
2025-01-03,work,ann,d2,Sales
2025-01-04,sent,ann,d2,Post
2025-01-05,chat,ann,,Web
2025-01-06,work,bob,d3,Sales
2025-01-07,open,cyd,,Web
2025-01-08,chat,,,Web
2025-01-09,work,cyd,d3,Sales
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(
        tmp_path_factory.mktemp("both"),
        DECLARED,
        contacts=CONTACTS,
        work=WORK.replace("2025-01-08,chat,,,Web\n", ""),
    )


def test_flattening_counts_what_each_notion_leaves_out_and_mixes(study: Study) -> None:
    rows = study.flattening.table.itertuples(index=False)
    assert [tuple(row) for row in rows] == [
        # kind, name, n_cases, n_events, deficiency, convergence, divergence
        ("process", "Deals", 3, 5, 3, 0, 0),  # no record: two openings, one chat
        ("process", "Orders", 0, 0, 3, 0, 0),
        ("journey", "Get it", 2, 6, 2, 0, 1),  # no goal: the chat, bob's work; ann's work on two deals
        ("journey", "Leave", 0, 0, 2, 0, 0),
    ]
    assert study.flattening.n_events == 8


def test_a_process_has_a_case_per_record(study: Study) -> None:
    log = study.process_log("Deals")
    assert log.cases["case"].tolist() == ["d1", "d2", "d3"]
    assert np.diff(log.offsets).tolist() == [1, 2, 2]
    assert log.has("department") and not log.has("channel")


def test_a_journey_has_a_case_per_attempt_with_its_outcome(study: Study) -> None:
    log = study.journey_log("Get it")
    assert log.cases["customer_key"].tolist() == ["ann", "cyd"]
    assert log.outcome is not None and log.outcome.tolist() == [0, 2]
    assert log.cases["reached"].tolist() == [utc("2025-01-04"), -1]
    assert log.variants[0].activities == ("open", "work")
    assert log.horizon == utc("2025-01-09")


def test_a_segment_stands_beside_each_case_and_is_missing_where_unknown(study: Study) -> None:
    region = study.journey_log("Get it").cases["region"]
    assert region.where(region.notna(), None).tolist() == ["North", None]


def test_a_notion_without_events_is_an_empty_log(study: Study) -> None:
    assert study.process_log("Orders").n_cases == 0 == study.journey_log("Leave").n_cases


def test_a_log_is_read_once(study: Study) -> None:
    assert study.process_log("Deals") is study.process_log("Deals")


@pytest.mark.parametrize("name", ["Deal", "Get it"])
def test_an_unknown_process_is_refused_with_those_there_are(study: Study, name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no process '{name}'; there is 'Deals', 'Orders'"):
        study.process_log(name)


def test_an_unknown_goal_is_refused_with_those_there_are(study: Study) -> None:
    with pytest.raises(UnknownNameError, match="no goal 'Get'; there is 'Get it', 'Leave'"):
        study.journey_log("Get")


def test_a_goal_without_an_ideal_journey_says_so(study: Study) -> None:
    with pytest.raises(UnknownNameError, match="no ideal journey for 'Get it'; there is none"):
        study.ideal_journey("Get it")


@pytest.fixture(params=["home_move_study", "service_desk_study"])
def sample(request: pytest.FixtureRequest) -> Study:
    found: Study = request.getfixturevalue(request.param)
    return found


def test_process_and_journey_logs_hold_the_same_events(sample: Study) -> None:
    """An event in both has the same time, activity, customer and record, and is in one case of a kind."""
    shown = ("time", "activity", "customer", "record", "actor")
    rows: dict[str, dict[int, tuple[object, ...]]] = {"process": {}, "journey": {}}
    logs = [sample.process_log(name) for name in sample.processes] + [
        sample.journey_log(name) for name in sample.goals
    ]
    for log in logs:
        known = rows[log.notion.kind]
        names = np.array(log.activities, object)[log.column("activity")]
        values = zip(
            *(names if column == "activity" else log.column(column) for column in shown), strict=True
        )
        for event, row in zip(log.column("event").tolist(), values, strict=True):
            assert event not in known
            known[event] = row
    both = rows["process"].keys() & rows["journey"].keys()
    assert both and all(rows["process"][event] == rows["journey"][event] for event in both)
    table = sample.flattening.table.set_index(["kind", "name"])
    for kind in ("process", "journey"):
        assert len(rows[kind]) == table.loc[kind, "n_events"].sum()
        assert (table.loc[kind, "deficiency"] == sample.n_events - len(rows[kind])).all()


def test_the_cases_of_a_log_are_in_time_order(sample: Study) -> None:
    log = sample.journey_log(sample.goals[0])
    inside = np.diff(log.case_of_event) == 0
    assert (np.diff(log.column("time"))[inside] >= 0).all()


def test_variants_of_a_study_are_told_in_business_days_too(home_move_study) -> None:
    log = home_move_study.journey_log("Understand my bill")
    found = home_move_study.variants(log)
    assert found[0].activities == log.variants[0].activities
    assert found[0].median_business_days < found[0].median_time / DAY
