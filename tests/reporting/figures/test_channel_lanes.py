"""Where the bands of a channel flow lie: lanes apart, bands within their nodes; by hand and for any bands."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.reporting.figures.channel_lanes import NODE, Band, goals_at, lay_out, ribbons

CHANNELS = ("web", "phone", "branch")
BANDS = (Band(0, "web", "web", 60), Band(0, "web", "web", 20, "phone"), Band(0, "phone", "", 20))


def test_a_node_holds_what_comes_in_or_goes_out() -> None:
    assert goals_at(BANDS) == {(0, "web"): 80, (0, "phone"): 20, (1, "web"): 80, (1, ""): 20}
    assert goals_at([*BANDS, Band(1, "web", "web", 30)])[1, "web"] == 80  # too small a band may be left out


def test_lanes_share_the_room_by_their_largest_node() -> None:
    # 144 points less two gaps of 12: 120 for 80 + 20 + 20 goals
    lanes = lay_out(BANDS, ("web", "phone"), 0.0, 144.0)
    assert lanes.scale == pytest.approx(1.0)
    assert lanes.centre == pytest.approx({"web": 40.0, "phone": 102.0, "": 134.0})
    assert lanes.nodes[0, "web"] == pytest.approx((0.0, 80.0))


def test_a_forced_band_that_comes_back_dips_to_the_channel_it_was_forced_to() -> None:
    lanes = lay_out(BANDS, ("web", "phone"), 0.0, 144.0)
    shapes = dict(ribbons(BANDS, lanes, (0.0, 200.0)))
    forced, stay = shapes[BANDS[1]].vertices, shapes[BANDS[0]].vertices
    assert stay[0].tolist() == [NODE, 0.0] and stay[:, 1].max() == 60.0
    assert forced[0].tolist() == [NODE, 60.0]  # beneath those who stay
    middle = [y for x, y in forced.tolist() if abs(x - (NODE + 200) / 2) < 15]
    assert min(middle) == pytest.approx(92.0) and max(middle) == pytest.approx(112.0)


@given(
    st.lists(
        st.builds(
            Band,
            st.integers(0, 2),
            st.sampled_from(["", *CHANNELS]),
            st.sampled_from(["", *CHANNELS]),
            st.integers(1, 500),
            st.sampled_from(["", *CHANNELS]),
        ),
        min_size=1,
        max_size=40,
        unique_by=lambda band: (band.place, band.source, band.target, band.via),
    )
)
def test_lanes_never_overlap_and_bands_stay_in_the_room(bands: list[Band]) -> None:
    lanes = lay_out(bands, CHANNELS, 10.0, 400.0)
    ends = sorted(lanes.nodes.items(), key=lambda node: lanes.centre[node[0][1]])
    for (one, (top, height)), (other, (below, _)) in pairwise(ends):
        assert one[1] == other[1] or top + height < below + 1e-6
    for band, path in ribbons(bands, lanes, (0.0, 150.0, 300.0, 450.0)):
        top, height = lanes.nodes[band.place, band.source]
        begins, closes = path.vertices[0][1], path.vertices[-2][1]
        assert top - 1e-6 <= begins <= closes <= top + height + 1.0
