"""From rows to records, closings, processes and events in the study's own words."""

from pathlib import Path

import pytest
from tests.sources.small import events, findings, opened, records, utc

from crmmining.eventlog.study import Study

DECLARED = """
study: Closings
sources:
  - table: told.csv
    record: {type: told, id: id, opened: begun, closed: finished}
    event: {time: at, activity: step}
  - table: work.csv
    record: {type: "*", id: id}
    event: {time: at, activity: step}
  - table: deals.csv
    record: {type: deal, id: id, attributes: [kind]}
    event: {time: at, activity: step, actor: {value: company}}
  - table: notes.csv
    record: {type: note, id: id}
    event: {time: at, activity: step}
processes:
  Told: {record: told, closed_by: [done]}
  Loans: {record: Deal, where: {Kind: [Loan, Credit]}, closed_by: [done, refused], department: Lending}
  Cards: {record: deal, where: {kind: Card}}
"""
TOLD = """
id,begun,finished,at,step
t1,2025-01-02,2025-01-10,2025-01-01,start
t2,2025-01-02,,2025-01-03,done
"""
WORK = """
id,at,step
t1,2025-01-20,later
"""
DEALS = """
id,kind,at,step
d1,Loan,2025-01-01,start
d1,Loan,2025-01-05,done
d1,Loan,2025-01-07,done
d1,Loan,2025-01-09,letter
d2,Credit,2025-01-01,start
d3,Card,2025-01-01,start
d3,Card,2025-01-04,used
d4,Other,2025-01-01,start
"""
NOTES = """
id,at,step
n1,2025-01-01,written
n1,2025-01-02,read
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("closings")
    return opened(folder, DECLARED, told=TOLD, work=WORK, deals=DEALS, notes=NOTES)


def test_a_closing_the_export_tells_is_taken_and_an_empty_one_is_still_open(study: Study) -> None:
    found = records(study)
    assert found["t1"] == (utc("2025-01-01"), utc("2025-01-10"))
    assert found["t2"] == (utc("2025-01-02"), None)


def test_else_the_last_closing_activity_of_the_process_closes(study: Study) -> None:
    assert records(study)["d1"] == (utc("2025-01-01"), utc("2025-01-07"))
    assert records(study)["d2"] == (utc("2025-01-01"), None)


def test_else_the_last_event_closes(study: Study) -> None:
    assert records(study)["d3"] == (utc("2025-01-01"), utc("2025-01-04"))
    assert records(study)["n1"] == (utc("2025-01-01"), utc("2025-01-02"))


def test_a_process_is_the_records_of_a_type_with_an_attribute(study: Study) -> None:
    assert study.process_log("Loans").cases["case"].tolist() == ["d1", "d2"]
    assert study.process_log("Cards").cases["case"].tolist() == ["d3"]
    assert findings(study)["records that answer to no process"] == 2


def test_a_record_whose_type_another_table_does_not_say_is_found_in_its_own_source_only(study: Study) -> None:
    assert study.process_log("Told").n_events == 2


def test_a_companys_event_belongs_to_the_department_of_its_process(study: Study) -> None:
    assert set(study.process_log("Loans").to_frame()["department"]) == {"Lending"}
    assert not study.process_log("Cards").has("department")


WORDS = """
study: Words
sources:
  - table: events.csv
    event: {time: at, activity: step, customer: {id: who}, actor: {column: side}, channel: {column: via}}
activities:
  X1: {name: Asked, actor: customer}
  X2: {name: Answered, actor: company, channel: letter, department: Post}
  X3: {name: Filed, actor: company, visible: false}
  X4: {name: Looked, actor: customer, contact: false}
  X55: {name: Never}
journeys:
  Get it:
    - {stage: All, steps: [Asked, Answerd]}
goals:
  Get it: {opened_by: Asked, reached_by: Got}
promises:
  Answer: {since: Asked, until: Filled, within: 2d}
"""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Study:
    content = """
        at,who,step,side,via
        2025-01-01,ann,X1,,phone
        2025-01-02,ann,X2,system,
        2025-01-03,ann,X3,,
        2025-01-04,ann,X4,,web
        2025-01-05,ann,X5,system,
        2025-01-06,ann,X5,company,web
        2025-01-07,ann,X5,,web
    """
    return opened(tmp_path_factory.mktemp("words"), WORDS, events=content)


def test_an_activity_has_our_name_actor_channel_and_whether_the_customer_meets_it(words: Study) -> None:
    assert events(words, "activity", "actor", "channel", "department", "visible", "contact") == [
        ("Asked", 0, "phone", None, True, True),
        ("Answered", 1, "letter", "Post", True, True),
        ("Filed", 1, None, None, False, False),
        ("Looked", 0, "web", None, True, False),
        ("X5", 2, None, None, False, False),  # a system's event is met by nobody
        ("X5", 1, "web", None, True, True),
        ("X5", None, "web", None, True, False),  # nobody knows who acted: no contact
    ]


def test_names_that_nothing_answers_to_are_warned_of_with_the_nearest(words: Study) -> None:
    warnings = "\n".join(words.quality.warnings)
    assert "unmapped activity: not in the study file's activities: 'X5' (3 events)" in warnings
    assert "declared activity that never occurs. Did you mean 'X5'?: 'X55'" in warnings
    assert (
        "the ideal journey of 'Get it' names an activity that never occurs. "
        "Did you mean 'Answered'?: 'Answerd'" in warnings
    )
    assert "goal 'Get it' names an activity that never occurs.: 'Got'" in warnings
    assert "promise 'Answer' names an activity that never occurs. Did you mean 'Filed'?: 'Filled'" in warnings


def test_what_is_missing_is_counted(words: Study) -> None:
    found = findings(words)
    assert found["events with no actor"] == 1 and found["events with no record"] == 7
    assert found["events with no goal"] == 6 and found["events with no customer"] == 0


def test_events_that_stand_twice_or_at_one_time_are_counted(tmp_path: Path) -> None:
    declared = (
        "study: T\nsources:\n  - table: events.csv\n    event: {time: at, activity: s, customer: {id: who}}\n"
    )
    content = "at,s,who\n2025-01-01,a,ann\n2025-01-01,a,ann\n2025-01-01,b,ann\n1970-01-01,a,bob\n"
    found = findings(opened(tmp_path, declared, events=content))
    assert found["events that stand twice (same time, activity, customer, record)"] == 1
    assert (
        found["events with the same time as another of the same customer, ordered by source, then row"] == 3
    )
    assert found["events before 1990"] == 1
