"""What the picture of channels is drawn from: bands between stages, small ones left out; by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from crmmining.comparison.channel_stages import ChannelStages
from crmmining.reporting.drawn_from import channel_flow as channel_data
from crmmining.reporting.drawn_from.channel_flow import MOST_CHANNELS, NOTHING, OTHERS, channel_flow
from crmmining.reporting.figures.channel_lanes import Band

WEB, PHONE, NO = 1, 0, -1


def flow_of(monkeypatch: pytest.MonkeyPatch, found: ChannelStages | None, fewest: int = 1) -> Any:
    monkeypatch.setattr(channel_data, "channels_by_stage", lambda view: found)
    view: Any = SimpleNamespace(goal="Move", customers=np.arange(100), log=SimpleNamespace(n_cases=100))
    return channel_flow(view, fewest)


def stages(*rows: tuple[int, int, int, int]) -> ChannelStages:
    """As many goals (first), on a channel, then on one, forced to one on the way."""
    goals = np.array([row[1:] for row in rows for _ in range(row[0])], np.int64)
    return ChannelStages(("Look", "Buy"), ("phone", "web"), np.arange(len(goals)), goals[:, :2], goals[:, 2:])


FOUND = stages((50, WEB, WEB, NO), (4, WEB, PHONE, NO), (6, WEB, WEB, PHONE), (5, NO, PHONE, NO))


def test_goals_alike_make_a_band_and_the_busiest_channel_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = flow_of(monkeypatch, FOUND)
    assert flow.channels == ("web", "phone") and flow.columns == ("Look", "Buy")
    assert set(flow.bands) == {
        Band(0, "web", "web", 50), Band(0, "web", "phone", 4), Band(0, "web", "web", 6, "phone"),
        Band(0, "", "phone", 5),
    }  # fmt: skip
    assert (flow.n_goals, flow.n_forced, flow.n_switched) == (65, 6, 10)
    assert flow.caption.subtitle.startswith("“Move”: 65 of 100 goals")


def test_bands_of_few_customers_are_left_out_of_what_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = flow_of(monkeypatch, FOUND, fewest=5)
    assert sorted(band.n_goals for band in flow.bands) == [5, 6, 50] and flow.n_switched == 10


def test_where_nobody_changes_the_channel_there_is_nothing_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    assert flow_of(monkeypatch, None) is NOTHING
    assert flow_of(monkeypatch, stages((30, WEB, WEB, NO), (30, PHONE, NO, NO))) is NOTHING


def test_a_handful_of_goals_makes_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert flow_of(monkeypatch, stages((19, WEB, PHONE, NO))) is NOTHING
    assert flow_of(monkeypatch, stages((20, WEB, PHONE, NO))).n_switched == 20


def test_beyond_eight_channels_the_rarer_ones_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    at = np.array([[i, (i + 1) % 10] for i in range(10) for _ in range(20 - i)], np.int64)
    names = tuple(f"channel {i}" for i in range(10))
    none = np.full((len(at), 1), NO)
    flow = flow_of(monkeypatch, ChannelStages(("Look", "Buy"), names, np.arange(len(at)) % 100, at, none))
    assert len(flow.channels) == MOST_CHANNELS and flow.channels[-1] == OTHERS
    assert sum(band.n_goals for band in flow.bands) == len(at)
