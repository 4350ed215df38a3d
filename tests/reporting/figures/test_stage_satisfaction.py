"""Satisfaction by stage: no line through a gap, gaps named, nothing runs into anything."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from PIL import Image
from tests.reporting.figures.examples import LONG, STYLE
from tests.reporting.figures.test_every_figure import texts

from crmmining.reporting.figures.mood_rating import Rating, StageMood
from crmmining.reporting.figures.stage_satisfaction import StageSatisfaction, draw_stage_satisfaction
from crmmining.reporting.figures.style import ALARM_FILL, GOOD_FILL, INK
from crmmining.reporting.picture import Picture

FEW = Rating(3)


def rated(mean, n=40):
    return Rating(n, mean, (mean - 0.5, mean + 0.5))


def drawn(stages, scale=(1.0, 5.0)):
    return draw_stage_satisfaction(StageSatisfaction("Move", tuple(stages), scale), style=STYLE)


def joins(figure):
    """The lines between stages, by colour."""
    lines = [line for line in figure.findobj(Line2D) if line.get_linewidth() == 2.4]
    return [to_hex(line.get_color()).upper() for line in lines]


def words(figure):
    """Every text, once it is known that none is clipped or runs into another."""
    width, height = figure.get_size_inches() * figure.dpi
    boxes = texts(figure)
    for i, (text, box) in enumerate(boxes):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
        for other, beside in boxes[i + 1 :]:
            assert not box.overlaps(beside), f"{text!r} overlaps {other!r}"
    return [text for text, _ in boxes]


def test_a_line_joins_neighbours_and_never_crosses_a_gap():
    both = StageMood("a", rated(4), rated(3), rated(3.5))
    reached = StageMood("b", rated(4), FEW, rated(3.9))
    gap = StageMood("c", FEW, FEW, FEW)
    together = StageMood("d", FEW, FEW, rated(3))
    assert joins(drawn([both, both])) == [GOOD_FILL, ALARM_FILL]
    assert joins(drawn([both, reached, both])) == [GOOD_FILL, GOOD_FILL]
    assert joins(drawn([both, gap, both])) == []
    assert joins(drawn([both, together, together])) == [INK]


def test_a_gap_is_named_and_counted():
    look, insure = StageMood("Look", rated(4), FEW, rated(3.9, 43)), StageMood("Insure", FEW, FEW, FEW)
    said = words(drawn([look, insure]))
    assert said.count("too few ratings") == 1
    assert any(text.endswith("Too few ratings for a point (under 20): Insure.") for text in said)
    assert said.count("3") == 1 + 4  # a tick, the ratings of goals abandoned, and three kinds of the gap


def test_what_is_not_handed_on_is_no_number():
    said = words(drawn([StageMood("Look", rated(4), Rating(None), rated(4))]))
    assert said.count("–") == 1


def test_all_goals_stand_in_only_where_neither_end_has_enough():
    assert [kind for kind, _ in StageMood("a", rated(4), FEW, rated(3)).shown] == ["reached"]
    assert [kind for kind, _ in StageMood("a", FEW, FEW, rated(3)).shown] == ["all"]
    assert StageMood("a", FEW, FEW, FEW).shown == []


def test_a_difference_is_marked_only_where_it_is_sure():
    sure = StageMood("a", rated(4), rated(3), rated(3.5), 1.0, (0.4, 1.5))
    unsure = StageMood("b", rated(4), rated(3.8), rated(3.9), 0.2, (-0.1, 0.5))
    said = words(drawn([sure, unsure]))
    assert [text for text in said if text.endswith("apart")] == ["1.0 apart"]


MEANS = st.one_of(st.none(), st.floats(1, 5))
STAGES = st.tuples(MEANS, MEANS, st.floats(1, 5), st.integers(20, 2_000_000))


@pytest.mark.parametrize("name", ["Look", LONG])
@settings(max_examples=20, deadline=None)
@given(st.lists(STAGES, min_size=1, max_size=26))
def test_no_ratings_make_words_collide(name, means):
    stages = []
    for place, (yes, no, everyone, n) in enumerate(means):
        ends = [FEW if mean is None else rated(mean, n) for mean in (yes, no)]
        apart = None if yes is None or no is None else yes - no
        interval = None if apart is None else (apart - 0.4, apart + 0.4)
        stages.append(StageMood(f"{place} {name}", *ends, rated(everyone, n), apart, interval))
    words(drawn(stages))


@pytest.mark.parametrize("scale", [(0.0, 10.0), (-100.0, 100.0), (1.0, 7.0), (0.0, 1.0), (1.0, 4.0)])
def test_any_scale_can_be_read(scale):
    middle = sum(scale) / 2
    said = words(drawn([StageMood("a", rated(middle), rated(scale[0]), rated(middle))], scale))
    assert {"delighted", "neutral", "angry"} <= set(said)


def test_a_small_dot_keeps_its_colour_in_a_file_of_few_colours():
    figure = drawn([StageMood("Look", rated(4), FEW, rated(3.9))] + [StageMood("Use", FEW, FEW, FEW)] * 3)
    with Image.open(io.BytesIO(Picture("moods", figure, STYLE).png_file())) as picture:
        colours = [pixel for _, pixel in picture.convert("RGB").getcolors()]
    wanted = tuple(int(GOOD_FILL[place : place + 2], 16) for place in (1, 3, 5))
    assert min(sum(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) for pixel in colours) < 24
