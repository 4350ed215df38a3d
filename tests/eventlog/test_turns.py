import pandas as pd

from crmmining.eventlog.log import EventLog
from crmmining.eventlog.turns import COMPANY_TURN, CUSTOMER_TURN, ON_HOLD, UNKNOWN_TURN, turns


def log_of(*actors: str | None, cases: str | None = None, activities: str | None = None) -> EventLog:
    n = len(actors)
    table = pd.DataFrame(
        {"case": list(cases or "1" * n), "activity": list(activities or "a" * n), "actor": list(actors)}
    )
    return EventLog.from_frame(table.assign(time=pd.date_range("2026-01-01", periods=n, tz="UTC")))


def test_after_the_customers_contact_it_is_the_companys_turn_and_the_other_way_round() -> None:
    assert turns(log_of("customer", "company", "customer")).tolist() == [
        COMPANY_TURN,
        CUSTOMER_TURN,
        COMPANY_TURN,
    ]


def test_a_system_event_hands_the_turn_to_nobody() -> None:
    assert turns(log_of("customer", "system", None)).tolist() == [COMPANY_TURN] * 3


def test_before_any_contact_the_customer_is_on_their_own_way() -> None:
    assert turns(log_of("system", "customer")).tolist() == [CUSTOMER_TURN, COMPANY_TURN]


def test_the_turn_does_not_carry_over_to_the_next_case() -> None:
    assert turns(log_of("customer", "system", cases="12")).tolist() == [COMPANY_TURN, CUSTOMER_TURN]


def test_an_activity_that_stops_the_clock_holds_until_the_next_contact() -> None:
    log = log_of("customer", "company", "system", "customer", activities="ahab")
    assert turns(log, on_hold=["h"]).tolist() == [COMPANY_TURN, ON_HOLD, ON_HOLD, COMPANY_TURN]


def test_looking_at_a_page_is_no_contact() -> None:
    log = log_of("company", "customer")
    columns = {**log.columns, "contact": (log.columns["actor"] == 1).astype("int8")}
    looked = EventLog(log.notion, log.offsets, columns, log.names, log.cases, log.horizon)
    assert turns(looked).tolist() == [CUSTOMER_TURN, CUSTOMER_TURN]


def test_without_actors_the_turn_is_not_known() -> None:
    assert turns(EventLog.from_variants({"ab": 1})).tolist() == [UNKNOWN_TURN] * 2
