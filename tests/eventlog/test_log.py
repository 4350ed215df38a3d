import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import InvalidOptionError, MissingColumnError, UnknownNameError, UnreadableValueError
from crmmining.eventlog.log import MOST_ACTIVITIES, EventLog
from crmmining.study.durations import HOUR

VARIANTS = st.dictionaries(st.text("abc", min_size=1, max_size=5), st.integers(1, 4), min_size=1, max_size=6)


def frame(*rows: tuple[str, str, str], **more: list[object]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["case", "activity", "time"])
    return table.assign(time=pd.to_datetime(table["time"], utc=True), **more)


def test_selected_cases_keep_their_events_and_facts() -> None:
    log = EventLog.from_variants({"ab": 1, "cd": 1, "ae": 1})
    chosen = log.select([2, 0])
    assert chosen.cases["case"].tolist() == ["case 3", "case 1"]
    assert chosen.activities == ("a", "b", "e")
    assert [v.activities for v in chosen.variants] == [("a", "b"), ("a", "e")]


@given(variants=VARIANTS, data=st.data())
@settings(deadline=None)
def test_a_log_and_its_rest_add_up(variants: dict[str, int], data: st.DataObject) -> None:
    log = EventLog.from_variants(variants)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=log.n_cases, max_size=log.n_cases)))
    parts = log.select(mask), log.select(~mask)
    assert sum(part.n_cases for part in parts) == log.n_cases
    assert sum(part.n_events for part in parts) == log.n_events
    counts = {v.activities: 0 for v in log.variants}
    for part in parts:
        for v in part.variants:
            counts[v.activities] += v.n_cases
    assert counts == {v.activities: v.n_cases for v in log.variants}


@given(variants=VARIANTS)
@settings(deadline=None)
def test_without_repeats_no_step_follows_itself_and_cases_stay(variants: dict[str, int]) -> None:
    log = EventLog.from_variants(variants)
    plain = log.without_repeats()
    assert plain.n_cases == log.n_cases
    for v in plain.variants:
        assert all(a != b for a, b in zip(v.activities, v.activities[1:], strict=False))
    assert plain.without_repeats().n_events == plain.n_events


def test_a_repeat_is_counted_at_its_first_time() -> None:
    log = EventLog.from_variants({"aab": 1}).without_repeats()
    assert np.diff(log.column("time")).tolist() == [2 * HOUR]


def test_an_activity_that_ends_one_case_and_begins_the_next_is_no_repeat() -> None:
    assert EventLog.from_variants({"ba": 1, "ab": 1}).without_repeats().n_events == 4


def test_equal_times_keep_the_order_of_rows_and_are_counted() -> None:
    log = EventLog.from_frame(
        frame(("1", "b", "2026-01-01"), ("1", "a", "2026-01-01"), ("1", "c", "2025-01-01"))
    )
    assert log.variants[0].activities == ("c", "b", "a") and log.n_ties == 1


def test_throughput_begins_with_the_start_of_the_first_event_where_it_is_known() -> None:
    start = [pd.Timestamp("2026-01-01 08:00", tz="UTC"), pd.NaT]
    log = EventLog.from_frame(
        frame(("1", "a", "2026-01-01 10:00"), ("1", "b", "2026-01-01 12:00"), start=start)
    )
    assert log.throughput.tolist() == [4 * HOUR]


def test_a_reached_goal_ends_when_it_was_reached() -> None:
    log = EventLog.from_variants({"abc": 2})
    log.cases["reached"] = [log.column("time")[1], -1]
    assert log.throughput.tolist() == [HOUR, 2 * HOUR]


def test_the_callers_frame_stays_as_it_is() -> None:
    table = frame(("2", "b", "2026-01-02"), ("1", "a", "2026-01-01"))
    before = table.copy()
    EventLog.from_frame(table)
    pd.testing.assert_frame_equal(table, before)


def test_a_frame_comes_back_with_its_roles() -> None:
    table = frame(
        ("1", "a", "2026-01-01"),
        ("1", "b", "2026-01-02"),
        channel=["web", None],
        actor=["customer", None],
        resource=["NA", "Ann"],
    )
    back = EventLog.from_frame(table).to_frame()
    assert back["channel"].astype(object).where(back["channel"].notna(), None).tolist() == ["web", None]
    assert back["actor"].astype(object).where(back["actor"].notna(), None).tolist() == ["customer", None]
    assert back["resource"].tolist() == ["NA", "Ann"]


def test_a_frame_without_a_needed_column_is_refused() -> None:
    with pytest.raises(MissingColumnError, match=r"no column 'activity'.* Did you mean 'activty'"):
        EventLog.from_frame(frame(("1", "a", "2026-01-01")).rename(columns={"activity": "activty"}))


@pytest.mark.parametrize("column", ["case", "activity", "time"])
def test_a_row_without_case_activity_or_time_is_refused(column: str) -> None:
    table = frame(("1", "a", "2026-01-01"), ("1", "b", "2026-01-02")).astype(
        {"case": object, "activity": object}
    )
    table.loc[1, column] = None
    with pytest.raises(UnreadableValueError, match=f"row 2 has no {column}"):
        EventLog.from_frame(table)


def test_an_actor_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no actor 'client'; there is 'customer', 'company', 'system'"):
        EventLog.from_frame(frame(("1", "a", "2026-01-01"), actor=["client"]))


def test_an_unknown_column_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="no column 'chanel'"):
        EventLog.from_variants({"ab": 1}).column("chanel")


def test_an_id_is_not_taken_for_an_activity() -> None:
    n = MOST_ACTIVITIES + 1
    table = pd.DataFrame(
        {"case": "1", "activity": [f"{i}" for i in range(n)], "time": pd.Timestamp("2026-01-01", tz="UTC")}
    )
    with pytest.raises(InvalidOptionError, match="8,001 different activities"):
        EventLog.from_frame(table)
