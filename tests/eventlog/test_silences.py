"""Goals of which nobody said what opens or reaches them, worked out by hand."""

from pathlib import Path

import pytest
from tests.sources.small import opened

from crmmining.comparison.views import compare_views
from crmmining.errors import StudyFileError
from crmmining.eventlog import silences
from crmmining.eventlog.study import Study
from crmmining.eventlog.thresholds import study_under, thresholds_of
from crmmining.study.durations import DAY, HOUR

DECLARED = """
study: Shop
sources:
  - table: lives.csv
    event: {time: at, activity: step, customer: {who: who}}
activities:
  look: {actor: customer}
  buy: {actor: customer}
goals:
  Shop: {includes: {activities: [look, buy]}, silence: pairs}
"""

# look → look 1 d apart, look → buy 1 h apart; then 4 d and 40 d, and buy → look just once
LIVES = """who,at,step
a,2025-01-01 00:00,look
a,2025-01-02 00:00,look
a,2025-01-02 01:00,buy
b,2025-01-01 00:00,look
b,2025-01-02 00:00,look
b,2025-01-02 01:00,buy
c,2025-01-01 00:00,look
c,2025-01-02 00:00,look
c,2025-01-14 00:00,look
d,2025-01-01 00:00,look
d,2025-01-01 01:00,buy
d,2025-01-09 01:00,look
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setattr(silences, "FEWEST_GAPS", 3)
    return opened(tmp_path, DECLARED, lives=LIVES)


def test_each_pair_has_three_times_its_mean(shop: Study) -> None:
    rows = shop.workspace.rows(
        "SELECT b.name, a.name, p.n, p.mean, p.silence FROM pair_silences p "
        "JOIN names b ON b.kind = 'activity' AND b.code = p.before "
        "JOIN names a ON a.kind = 'activity' AND a.code = p.after ORDER BY 1, 2"
    )
    # look → look: 1, 1, 1, 12 days; look → buy: an hour, three times; buy → look once is too rare
    assert rows == [("look", "buy", 3, HOUR, 3 * HOUR), ("look", "look", 4, 15 * DAY // 4, 45 * DAY // 4)]


def test_the_p95_of_all_pauses_stands_for_rare_pairs(shop: Study) -> None:
    silence = shop.silences["Shop"]
    assert (silence.microseconds, silence.n_gaps, silence.n_goals) == (12 * DAY, 8, 0)
    assert silence.fitted and silence.origin == "P95 of 8 pauses"


def test_a_pause_too_long_for_its_pair_begins_another_attempt(shop: Study) -> None:
    attempts = {key: shop.customer(f"who:{key}").events["number"].tolist() for key in ("a", "b", "c", "d")}
    # c: 12 days are longer than 11.25; d: 8 days after a purchase are no longer than 12
    assert attempts == {"a": [1, 1, 1], "b": [1, 1, 1], "c": [1, 1, 2], "d": [1, 1, 1]}


def test_confidence_is_measured_against_the_pair(shop: Study) -> None:
    life = shop.customer("who:a").events
    assert life["confidence"].tolist() == [1.0, round(1 - 4 / 45, 3), round(1 - 1 / 3, 3)]


def test_how_it_came_out_is_absent_not_zero(shop: Study) -> None:
    views = compare_views(shop, "Shop")
    assert not views.leavers.reached.is_known and not views.leavers.abandoned.is_known
    assert views.absent["outcome"].startswith("nobody said when the goal is reached")
    assert set(shop.customer("who:a").goals["outcome"]) == {"open"}


def test_half_the_factor_is_a_shorter_silence(shop: Study) -> None:
    threshold = thresholds_of(shop, "Shop")[0]
    assert threshold.origin.startswith("3 times the mean of each pair of activities")
    with study_under(shop, threshold, 0.5) as other:
        assert other.silences["Shop"].pairs == 1.5
        assert other.silences["Shop"].microseconds == 6 * DAY
        assert other.customer("who:d").events["number"].tolist() == [1, 1, 2]


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("{reached_by: [buy]}", "say what begins the goal"),
        ("{opened_by: [look], ended_by: [buy]}", "say also when it is reached"),
        ("{opened_by: [look], silence: {pairs: 0}}", "greater than 0"),
        ("{opened_by: [look], silence: 3 business days}", "is business time"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, goal: str, said: str) -> None:
    declared = DECLARED.replace("{includes: {activities: [look, buy]}, silence: pairs}", goal)
    with pytest.raises(StudyFileError, match=said):
        opened(tmp_path, declared, lives=LIVES)
