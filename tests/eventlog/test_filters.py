import pandas as pd
import pytest

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.filters import where
from crmmining.eventlog.log import EventLog


@pytest.fixture
def log() -> EventLog:
    rows = [
        ("1", "a", "web", "customer"),
        ("1", "b", "phone", "company"),
        ("2", "a", "web", "customer"),
        ("3", "c", None, "system"),
    ]
    table = pd.DataFrame(rows, columns=["case", "activity", "channel", "actor"])
    found = EventLog.from_frame(table.assign(time=pd.date_range("2026-01-01", periods=4, tz="UTC")))
    found.cases["outcome"] = [0, 1, 2]
    found.cases["region"] = ["North", "South", None]
    return found


@pytest.mark.parametrize(
    ("conditions", "cases"),
    [
        (["activity=a"], ["1", "2"]),
        (["channel=phone"], ["1"]),
        (["actor=system"], ["3"]),
        (["outcome=open"], ["3"]),
        (["region=South"], ["2"]),
        (["activity=a", "outcome=reached"], ["1"]),
        (["activity=c", "outcome=reached"], []),
        ([" case = 2 "], ["2"]),
        ([], ["1", "2", "3"]),
    ],
)
def test_a_case_must_answer_to_every_condition(
    log: EventLog, conditions: list[str], cases: list[str]
) -> None:
    assert where(log, conditions).cases["case"].tolist() == cases


def test_a_case_keeps_all_its_events() -> None:
    assert where(EventLog.from_variants({"abc": 1, "ab": 1}), ["activity=c"]).n_events == 3


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("chanel=web", "no column 'chanel'.* Did you mean 'channel'"),
        ("channel=wbe", "no channel 'wbe'; there is 'phone', 'web'. Did you mean 'web'"),
        ("outcome=lost", "no outcome 'lost'; there is 'reached', 'abandoned', 'open'"),
        ("region=Nort", "no region 'Nort'.* Did you mean 'North'"),
    ],
)
def test_a_name_that_is_not_there_is_said_with_the_nearest(
    log: EventLog, condition: str, message: str
) -> None:
    with pytest.raises(UnknownNameError, match=message):
        where(log, [condition])


def test_a_condition_needs_an_equals_sign(log: EventLog) -> None:
    with pytest.raises(InvalidOptionError, match="write column=value, like channel=web"):
        where(log, ["web"])
