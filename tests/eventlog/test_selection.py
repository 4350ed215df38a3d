"""Cases chosen in the engine are the cases a log in memory would choose."""

import numpy as np
import pytest

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.filters import where
from crmmining.eventlog.selection import Condition
from crmmining.eventlog.study import Study

GOAL = "Move into a home"


def cases(log) -> list[str]:
    return log.cases["case"].tolist()


@pytest.mark.parametrize(
    "conditions",
    [
        ["channel=branch"],
        ["channel!=branch"],
        ["activity=Keys handed over|Offer accepted"],
        ["outcome=reached", "region=North"],
        ["from=2025-03-01", "until=2025-04-15"],
        ["department!=Lending", "actor=customer"],
        ["process=Mortgage application", "persona!=First-time buyer"],
    ],
)
def test_a_condition_in_the_engine_chooses_what_it_chooses_in_memory(
    conditions: list[str], home_move_study: Study
) -> None:
    whole = home_move_study.journey_log(GOAL)
    found = home_move_study.journey_log(GOAL, where=conditions)
    expected = where(whole, conditions)
    assert cases(found) == cases(expected) and 0 < found.n_cases < whole.n_cases
    assert found.n_events == expected.n_events
    assert np.array_equal(found.column("time"), expected.column("time"))
    assert found.activities == expected.activities


def test_an_attribute_of_a_record_chooses_among_a_process_s_records(home_move_study: Study) -> None:
    name = "Mortgage application"
    whole = home_move_study.process_log(name)
    chosen = home_move_study.process_log(name, where=[f"case={cases(whole)[3]}|{cases(whole)[0]}"])
    assert cases(chosen) == [cases(whole)[0], cases(whole)[3]]
    won = home_move_study.process_log(name, where=["IsWon=1"]).n_cases
    lost = home_move_study.process_log(name, where=["IsWon!=1"]).n_cases
    assert won + lost == whole.n_cases and won and lost


def test_nothing_that_is_not_there_is_looked_for(home_move_study: Study) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'channel'"):
        home_move_study.journey_log(GOAL, where=["chanel=web"])
    with pytest.raises(UnknownNameError, match="no channel 'carrier pigeon'"):
        home_move_study.journey_log(GOAL, where=["channel=carrier pigeon"])
    with pytest.raises(InvalidOptionError, match="is no condition; write column=value"):
        home_move_study.journey_log(GOAL, where=["channel"])
    with pytest.raises(InvalidOptionError, match="write a date like from=2025-03-31"):
        home_move_study.journey_log(GOAL, where=["from=soon"])


def test_a_value_is_never_read_as_sql(home_move_study: Study) -> None:
    for text in ("customer=x') OR (1=1", "case=' OR ''='"):
        assert home_move_study.journey_log(GOAL, where=[text]).n_cases == 0


def test_several_values_and_a_negation() -> None:
    assert Condition.parse(" channel != web | phone ") == Condition("channel", ("web", "phone"), True)


def test_a_column_looked_at_later_is_of_the_cases_chosen_then(home_move_study: Study) -> None:
    some = home_move_study.journey_log(GOAL, where=["channel=branch", "from=2025-02-01"])
    every = home_move_study.journey_log(GOAL)
    home_move_study.journey_log(GOAL, where=["channel!=branch", "from=2025-02-01"])
    kept = np.isin(every.cases["case"], some.cases["case"])
    for name in ("rule", "event", "channel", "record"):
        assert some.column(name).tolist() == every.select(kept).column(name).tolist()
