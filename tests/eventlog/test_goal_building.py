"""Goals on lives made by hand, one customer per rule; the data ends on 31 March 2025."""

import pytest
from tests.sources.small import opened, utc

from crmmining.eventlog.goal_walk import RULES
from crmmining.eventlog.log import OUTCOMES
from crmmining.eventlog.silences import UNFITTED_SILENCE
from crmmining.eventlog.study import Study
from crmmining.study.durations import DAY, HOUR

DECLARED = """
study: Lives
sources:
  - table: lives.csv
    record: {type: deal, id: record, attributes: [topic]}
    links: [{column: came_from}]
    event: {time: at, activity: step, customer: {who: who}}
activities:
  ask: {actor: customer}
  want: {actor: customer}
  open: {actor: customer}
processes:
  Deals: {record: deal, closed_by: [done]}
goals:
  Get it:
    opened_by: [open]
    reached_by: [reach]
    ended_by: [stop]
    includes: {processes: [Deals], activities: [work]}
    silence: 10d
  Stay solved:
    opened_by: [ask]
    reached_by: [solve]
    settled_after: 7d
    silence: 10d
  By topic:
    by: topic
    opened_by: [want]
    reached_by: [got]
    silence: 10d
"""

# who, day of 2025, step, and where it matters: record, the record it came from, topic
LIVES = """
opens,03-25,open
opens,03-26,work
too_early,03-01,work
too_early,03-25,open
continues,01-01,open
continues,01-05,open
resumes,01-01,open
resumes,01-20,work
tries_again,01-01,open
tries_again,02-01,open
still_open,01-01,open,s1
still_open,02-01,open
closed_before,01-01,open,c1
closed_before,01-10,done,c1
closed_before,02-01,open
same_record,01-01,open,r1
same_record,01-02,done,r1
same_record,03-01,open
same_record,03-02,work,r1
linked,01-01,open,k1
linked,01-02,done,k1
linked,03-01,open
linked,03-05,work,k2,k1
unlinked,01-01,open,u1
unlinked,01-02,done,u1
unlinked,03-01,open
unlinked,03-05,work,u2
afterwards,01-01,open
afterwards,01-05,reach
afterwards,01-08,work
afterwards,02-20,work
wants_more,01-01,open
wants_more,01-05,reach
wants_more,01-07,open
wants_more,01-08,work
stops,03-20,open
stops,03-25,stop
falls_silent,03-01,open
just_begun,03-28,open
returns,01-01,ask
returns,01-02,solve
returns,01-05,ask
returns,01-06,solve
stays_lost,01-01,ask
stays_lost,01-02,solve
stays_lost,01-05,ask
comes_later,01-01,ask
comes_later,01-02,solve
comes_later,01-20,ask
just_solved,03-27,ask
just_solved,03-28,solve
two_topics,03-20,want,t1,,A
two_topics,03-21,want,t2,,B
two_topics,03-25,got,t1,,A
horizon,03-31,else
"""


def lives() -> str:
    lines = [line.split(",") for line in LIVES.split()]
    rows = [[who, f"2025-{day}", *rest, "", "", ""][:6] for who, day, *rest in lines]
    return "who,at,step,record,came_from,topic\n" + "\n".join(map(",".join, rows)) + "\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("lives"), DECLARED, lives=lives())


def steps(study: Study, who: str) -> list[tuple[str, str, int | None, str | None]]:
    """(day, step, attempt, rule) of a customer's events; attempts count from 1."""
    rows = study.workspace.rows(
        "SELECT strftime(make_timestamp(e.time), '%m-%d'), n.name, i.instance, i.rule FROM customer_events e "
        "JOIN customers c USING (customer) JOIN names n ON n.kind = 'activity' AND n.code = e.activity "
        "LEFT JOIN event_goals i USING (event) WHERE c.key = ? ORDER BY e.event",
        [who],
    )
    attempts = {instance: k for k, instance in enumerate(sorted({row[2] for row in rows} - {None}), start=1)}
    return [
        (day, step, attempts.get(goal), None if rule is None else RULES[rule])
        for day, step, goal, rule in rows
    ]


def outcomes(study: Study, who: str) -> list[str]:
    rows = study.workspace.rows(
        "SELECT outcome FROM goals JOIN customers USING (customer) WHERE key = ? ORDER BY instance", [who]
    )
    return [OUTCOMES[code] for (code,) in rows]


def reached(study: Study, who: str) -> list[int]:
    rows = study.workspace.rows(
        "SELECT reached FROM goals JOIN customers USING (customer) WHERE key = ? ORDER BY instance", [who]
    )
    return [moment for (moment,) in rows]


def test_an_opening_begins_a_goal_and_what_follows_continues_it(study: Study) -> None:
    assert steps(study, "opens") == [("03-25", "open", 1, "opening"), ("03-26", "work", 1, "continued")]
    assert outcomes(study, "opens") == ["open"]


def test_what_comes_before_any_opening_stays_outside(study: Study) -> None:
    assert steps(study, "too_early") == [("03-01", "work", None, None), ("03-25", "open", 1, "opening")]


def test_an_opening_while_the_goal_runs_continues_it(study: Study) -> None:
    assert [step[2:] for step in steps(study, "continues")] == [(1, "opening"), (1, "continued")]


def test_work_after_a_silence_takes_up_the_unfinished_goal(study: Study) -> None:
    assert [step[2:] for step in steps(study, "resumes")] == [(1, "opening"), (1, "continued")]


def test_an_opening_after_the_silence_is_a_second_attempt(study: Study) -> None:
    assert [step[2:] for step in steps(study, "tries_again")] == [(1, "opening"), (2, "opening")]
    assert outcomes(study, "tries_again") == ["abandoned", "abandoned"]


def test_a_record_still_open_keeps_the_goal_running_through_silence(study: Study) -> None:
    assert [step[2:] for step in steps(study, "still_open")] == [(1, "opening"), (1, "continued")]


def test_a_record_closed_before_does_not(study: Study) -> None:
    assert [step[2:] for step in steps(study, "closed_before")] == [
        (1, "opening"),
        (1, "record"),
        (2, "opening"),
    ]


def test_a_record_stays_with_its_goal(study: Study) -> None:
    assert steps(study, "same_record")[-1] == ("03-02", "work", 1, "record")


def test_a_link_beats_silence(study: Study) -> None:
    assert steps(study, "linked")[-1] == ("03-05", "work", 1, "link")
    assert steps(study, "unlinked")[-1] == ("03-05", "work", 2, "continued")


def test_after_a_reached_goal_only_what_comes_soon_belongs_to_it(study: Study) -> None:
    assert [step[2:] for step in steps(study, "afterwards")] == [
        (1, "opening"),
        (1, "continued"),
        (1, "aftermath"),
        (None, None),
    ]
    assert outcomes(study, "afterwards") == ["reached"]
    assert reached(study, "afterwards") == [utc("2025-01-05")]


def test_an_opening_after_a_reached_goal_is_a_new_goal(study: Study) -> None:
    assert [step[2:] for step in steps(study, "wants_more")] == [
        (1, "opening"),
        (1, "continued"),
        (2, "opening"),
        (2, "continued"),
    ]
    assert outcomes(study, "wants_more") == ["reached", "abandoned"]


def test_an_explicit_end_abandons_without_silence(study: Study) -> None:
    assert outcomes(study, "stops") == ["abandoned"]


def test_silence_abandons(study: Study) -> None:
    assert outcomes(study, "falls_silent") == ["abandoned"]


def test_a_goal_open_at_the_end_of_the_data_is_not_lost(study: Study) -> None:
    assert outcomes(study, "just_begun") == ["open"]


def test_a_return_within_the_week_opens_the_goal_again(study: Study) -> None:
    assert [step[2:] for step in steps(study, "returns")] == [(1, "opening"), *[(1, "continued")] * 3]
    assert (outcomes(study, "returns"), reached(study, "returns")) == (["reached"], [utc("2025-01-06")])


def test_a_return_that_is_never_solved_is_no_reached_goal(study: Study) -> None:
    assert (outcomes(study, "stays_lost"), reached(study, "stays_lost")) == (["abandoned"], [-1])


def test_a_return_after_the_week_is_another_goal(study: Study) -> None:
    assert outcomes(study, "comes_later") == ["reached", "abandoned"]


def test_what_was_solved_within_a_week_of_the_end_is_not_settled_yet(study: Study) -> None:
    assert outcomes(study, "just_solved") == ["open"]


def test_an_attribute_of_the_record_tells_a_customers_goals_apart(study: Study) -> None:
    assert [step[2] for step in steps(study, "two_topics")] == [1, 2, 1]
    assert outcomes(study, "two_topics") == ["reached", "open"]
    cases = study.journey_log("By topic").cases
    assert cases["by_value"].tolist() == ["A", "B"]


def test_a_declared_silence_is_used_and_said(study: Study) -> None:
    silence = study.silences["Get it"]
    assert (silence.microseconds, silence.declared, silence.fitted) == (10 * DAY, True, False)


AUTO = """
study: Pauses
sources:
  - table: lives.csv
    event: {time: at, activity: step, customer: {who: who}}
goals:
  Get it: {opened_by: [open], reached_by: [reach], includes: {activities: [work]}, silence: auto}
"""


def pauses(n: int) -> str:
    """n customers, each with a pause of an hour, then one as long as their number in hours."""
    rows = ["who,at,step"]
    for i in range(1, n + 1):
        for hour, step in ((0, "open"), (1, "work"), (1 + i, "reach")):
            rows.append(f"c{i:02},2025-01-{1 + hour // 24:02} {hour % 24:02}:00,{step}")
    return "\n".join(rows) + "\n"


def test_silence_is_the_p95_of_the_longest_pause_in_reached_goals(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    study = opened(tmp_path_factory.mktemp("auto"), AUTO, lives=pauses(40))
    silence = study.silences["Get it"]
    assert silence.fitted and silence.n_goals == 40
    assert silence.microseconds == 38 * HOUR


def test_too_few_reached_goals_leave_the_silence_unfitted(tmp_path_factory: pytest.TempPathFactory) -> None:
    study = opened(tmp_path_factory.mktemp("few"), AUTO, lives=pauses(29))
    silence = study.silences["Get it"]
    assert (silence.microseconds, silence.fitted, silence.n_goals) == (UNFITTED_SILENCE, False, 29)
