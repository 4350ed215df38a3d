"""Numbers under other thresholds, by hand."""

from pathlib import Path

import pytest
from tests.sources.small import opened

from crmmining.comparison.sensitivity import headline_numbers, measure_sensitivity
from crmmining.comparison.views import compare_views
from crmmining.eventlog.study import Study
from crmmining.eventlog.thresholds import study_under, thresholds_of
from crmmining.sources.loading import open_study

DECLARED = """
study: Small
sources:
  - table: events.csv
    record: {type: Ticket, id: ticket, attributes: {topic: {column: topic, absent: other}}}
    event: {time: at, activity: step, customer: {email: mail}}
activities: {ask: {actor: customer}, again: {actor: customer}, done: {actor: company}}
processes: {Help: {record: Ticket, closed_by: [done], solves: true}}
goals:
  Be helped:
    {opened_by: ask, reached_by: done, silence: 10d, by: topic,
     includes: {processes: [Help], activities: [again]}}
window: 4d
"""
# Ann asks, and is silent for 8 days to the end of the data: open; given up if 5 days are silence.
# Bob pauses 6 days before he is helped: one attempt all the same, as his ticket holds it together. Cyd comes
# back after 5 days: unsolved only within 6. Dot and Eve are helped at once.
EVENTS = """
    at,step,mail,ticket,topic
    2025-03-12,ask,ann@x,1,tax
    2025-03-01,ask,bob@x,2,tax
    2025-03-07,done,bob@x,2,tax
    2025-03-01,ask,cyd@x,3,tax
    2025-03-02,done,cyd@x,3,tax
    2025-03-07,ask,cyd@x,4,tax
    2025-03-08,done,cyd@x,4,tax
    2025-03-02,ask,dot@x,5,tax
    2025-03-02,done,dot@x,5,tax
    2025-03-20,ask,eve@x,6,tax
    2025-03-20,done,eve@x,6,tax
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return opened(tmp_path, DECLARED, events=EVENTS)


def test_thresholds_say_where_they_come_from(study: Study) -> None:
    found = thresholds_of(study, "Be helped")
    assert [(t.name, t.microseconds // 86_400_000_000, t.origin) for t in found] == [
        ("silence", 10, "declared"),
        ("window", 4, "declared"),
    ]


def test_silence_decides_what_is_given_up_and_what_is_one_attempt(study: Study) -> None:
    found = measure_sensitivity(study, "Be helped")
    assert found is not None
    table = found.table.set_index(["number", "threshold"])
    reached = table.loc[("goals reached", "silence")]
    assert reached["value"] == 1  # 5 of 5 decided, Ann open
    assert reached["shorter"] == 5 / 6  # Ann has given up
    assert reached["longer"] == 1 and reached["robust"]  # of 5 goals, 57 to 100 % may be reached
    assert table.loc[("goals reached", "window")][["shorter", "longer"]].tolist() == [1, 1]


def test_a_window_decides_what_is_unsolved(study: Study) -> None:
    found = measure_sensitivity(study, "Be helped")
    assert found is not None
    closures = found.table.set_index(["number", "threshold"]).loc[("false closures", "window")]
    assert closures["value"] == 0 and closures["longer"] == 1 / 4 and closures["shorter"] == 0


def test_a_number_that_leaves_its_interval_is_fragile(home_move_study: Study) -> None:
    found = measure_sensitivity(home_move_study, "Understand my bill")
    assert found is not None
    fragile = found.fragile[found.fragile["threshold"] == "silence"]
    assert {"goals reached", "goals abandoned"} <= set(fragile["number"])
    outside = (found.table[["shorter", "longer"]].max(axis=1) > found.table["high"]) | (
        found.table[["shorter", "longer"]].min(axis=1) < found.table["low"]
    )
    assert outside.tolist() == (~found.table["robust"]).tolist()


def test_what_is_stored_stays(study: Study) -> None:
    before = headline_numbers(compare_views(study, "Be helped"))
    measure_sensitivity(study, "Be helped")
    assert headline_numbers(compare_views(study, "Be helped")) == before
    assert open_study(study.declared.path).runs[-1].whole


def test_a_study_under_another_threshold_is_one_that_declares_it(study: Study, tmp_path: Path) -> None:
    silence, window = thresholds_of(study, "Be helped")
    for threshold, said in ((silence, "silence: 5d"), (window, "window: 2d")):
        declared = DECLARED.replace("silence: 10d" if threshold is silence else "window: 4d", said)
        other = opened(tmp_path / threshold.name, declared, events=EVENTS)
        expected = headline_numbers(compare_views(other, "Be helped"))
        with study_under(study, threshold, 0.5) as moved:
            found = headline_numbers(compare_views(moved, "Be helped"))
        assert {name: str(n) for name, n in found.items()} == {name: str(n) for name, n in expected.items()}
