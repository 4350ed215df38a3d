"""The numbers a picture states, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.reporting.figures import (
    bottlenecks,
    channel_flow,
    difference,
    dose,
    leaving,
    moments,
    mood_rating,
    outcome_data,
    outcomes,
    promises,
    silo_matrix,
    stage_conformance,
    stage_satisfaction,
    variants,
    watermelons,
)
from crmmining.reporting.figures.channel_lanes import Band
from crmmining.reporting.figures.chevrons import VariantStep, collapse_repeats, in_lines
from crmmining.reporting.figures.journey_plan import plan_rows, process_bars
from crmmining.reporting.figures.journey_process import (
    JourneyProcess,
    JourneyStage,
    ProcessRow,
    Stretch,
    finding,
)
from crmmining.reporting.figures.style import FigureStyle

LOAN, SURVEY = "Mortgage application", "Property survey"
JOURNEY = JourneyProcess(
    "Move into a home",
    200,
    (JourneyStage("Look", 4.0), JourneyStage("Finance", 6.0, 3.2, 40)),
    (
        Stretch("customer", 1.0),
        Stretch("process", 2.0, (LOAN,)),
        Stretch("process", 1.0, (LOAN, SURVEY)),
        Stretch("white_space", 5.0),
        Stretch("process", 1.0, (LOAN,)),
    ),
    (ProcessRow(SURVEY, "Surveying", 0.6), ProcessRow(LOAN, "Lending")),
)


def test_the_journey_headline_is_the_share_of_white_space() -> None:
    assert finding(JOURNEY) == "50 % of the customer's time on “Move into a home” belongs to nobody"


def test_stretches_that_touch_make_one_bar_and_parallel_processes_each_have_theirs() -> None:
    assert process_bars(JOURNEY) == {LOAN: [(1.0, 4.0), (9.0, 10.0)], SURVEY: [(3.0, 4.0)]}


def test_processes_stand_in_the_order_in_which_they_start() -> None:
    assert [row.name for row in plan_rows(JOURNEY, FigureStyle()).rows] == [LOAN, SURVEY]


def test_parts_of_a_journey_must_add_up() -> None:
    with pytest.raises(InvalidOptionError, match="must add up"):
        JourneyProcess(
            "g",
            1,
            (JourneyStage("a", 3.0),),
            (Stretch("process", 2.0, ("p",)),),
            (ProcessRow("p"),),
        )


def test_a_stretch_names_only_known_processes() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'Lending'"):
        JourneyProcess("g", 1, (), (Stretch("process", 2.0, ("Lendin",)),), (ProcessRow("Lending"),))


def test_repeats_collapse_only_within_one_kind() -> None:
    mail = VariantStep("Nurture mail sent")
    again = VariantStep("Nurture mail sent", kind="extra", repeats=2)
    steps = collapse_repeats([mail, mail, again, again])
    assert [(step.kind, step.repeats) for step in steps] == [("in_step", 2), ("extra", 4)]


def test_a_long_path_folds_what_goes_as_ideal_and_keeps_every_deviation() -> None:
    ideal = [VariantStep(f"s{i}", "Lending") for i in range(8)]
    extra = VariantStep("chase", "Customer", "extra")
    skipped = [VariantStep(f"t{i}", kind="skipped") for i in range(5)]
    (line,) = in_lines([*ideal, extra, *skipped], 8)
    assert [block.text for block in line] == [
        "s0",
        "6 steps as ideal",
        "s7",
        "chase",
        "5 steps skipped",
    ]


def test_a_path_beyond_four_lines_ends_in_a_count_of_the_rest() -> None:
    lines = in_lines([VariantStep(f"s{i}", kind="extra") for i in range(30)], 5)
    assert [len(line) for line in lines] == [5, 5, 5, 5]
    assert lines[-1][-1].text == "11 more"


def test_the_variants_headline_adds_up_the_rows_shown() -> None:
    rows = tuple(variants.VariantRow((VariantStep("a"),), n) for n in (60, 20))
    data = variants.VariantExplorer(rows, 100, 9)
    assert variants.finding(data) == (
        "80 % of journeys follow one of 2 variants; 60 % take the most common one"
    )


@pytest.mark.parametrize(
    ("outside", "inside", "melon"),
    [
        (0.9, 0.5, True),
        (0.8, 0.8, False),
        (0.7, 0.5, False),
        (None, 0.2, False),
        (0.9, None, False),
    ],
)
def test_a_watermelon_is_green_outside_and_red_inside(
    outside: float | None, inside: float | None, melon: bool
) -> None:
    row = watermelons.WatermelonRow("p", None, outside, inside, 9, 9)
    assert watermelons.is_watermelon(row, 0.8) is melon


def test_the_bottleneck_headline_counts_hand_overs_against_all_time() -> None:
    cell = (bottlenecks.BottleneckCell(1.0, 9),)
    rows = (
        bottlenecks.BottleneckRow("a", "b", cell, 30.0, True),
        bottlenecks.BottleneckRow("b", "c", cell, 20.0),
    )
    data = bottlenecks.Bottlenecks(rows, ("web",), 100.0)
    assert bottlenecks.finding(data).startswith("30 % of all time between steps")


def test_each_bottleneck_row_has_a_cell_per_group() -> None:
    row = bottlenecks.BottleneckRow("a", "b", (), 30.0)
    with pytest.raises(InvalidOptionError, match="0 cells for 1 groups"):
        bottlenecks.Bottlenecks((row,), ("web",), 100.0)


def test_the_stage_headline_names_the_stage_that_fewest_keep_to() -> None:
    rows = (
        stage_conformance.StageRow("Look", 100, 90, 1, 2, 3),
        stage_conformance.StageRow("Finance", 50, 10, 9, 9, 20),
    )
    data = stage_conformance.StageConformance(rows)
    assert stage_conformance.finding(data) == ("“Finance” is where journeys leave the ideal: 20 % keep to it")


def test_the_silo_headline_counts_crossings_per_goal() -> None:
    crossings = (
        silo_matrix.SiloCrossing("Lending", "Surveying", 30, 2.0),
        silo_matrix.SiloCrossing("Surveying", "Lending", 10),
    )
    data = silo_matrix.SiloMatrix(("Lending", "Surveying"), crossings, 20)
    assert silo_matrix.finding(data) == (
        "75 % of 40 border crossings (2.0 a goal) go from Lending to Surveying"
    )


def test_a_crossing_names_only_known_departments() -> None:
    with pytest.raises(UnknownNameError):
        silo_matrix.SiloMatrix(("Lending",), (silo_matrix.SiloCrossing("Lending", "IT", 1),), 1)


def test_promises_not_yet_due_are_not_counted() -> None:
    open_only = promises.PromiseRow("Bill explained", "Billing", "3d", 0, 0, n_open=4)
    assert open_only.kept_share is None
    rows = (
        promises.PromiseRow("Offer sent", "Lending", "10d", 60, 40),
        promises.PromiseRow("Quote sent", "Insurance", "5d", 100, 0),
        open_only,
    )
    assert promises.finding(promises.Promises(rows)) == (
        "20 % of promises to customers are broken; “Offer sent” is kept least"
    )


@pytest.mark.parametrize(
    ("interval", "better", "judged"),
    [
        ((0.1, 0.2), "higher", "better"),
        ((0.1, 0.2), "lower", "worse"),
        ((-0.1, 0.2), "higher", "unclear"),
        ((-0.2, -0.1), "lower", "better"),
        (None, "higher", "unclear"),
        ((0.1, 0.2), None, "unclear"),
    ],
)
def test_a_difference_is_told_only_where_its_interval_leaves_out_zero(
    interval: tuple[float, float] | None, better: str | None, judged: str
) -> None:
    change = difference.Estimate(0.0, interval, 90)
    row = difference.MeasureRow("m", "share", None, None, change, better)  # type: ignore[arg-type]
    assert difference.verdict(row) == judged


def effect(value: float, half: float = 0.05) -> difference.Estimate:
    return difference.Estimate(value, (value - half, value + half), 800)


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([(None, None, False)], "Too few goals to say what a further contact goes with"),
        (
            [(effect(0.01), effect(-0.02), False)],
            "No kind of contact surely goes with more or with fewer goals reached",
        ),
        (
            [(effect(0.01), effect(-0.02), False), (effect(0.2), effect(0.02), False)],
            "A count of contacts misleads: among comparable goals no kind of contact surely goes with more "
            "or with fewer goals reached",
        ),
        (
            [
                (effect(0.2), effect(-0.104), True),
                (effect(0.2), effect(0.02), False),
                (None, effect(0.23), True),
            ],
            "Each further contact they make 0 goes with 10 points fewer goals reached, each they make 2 goes "
            "with 23 points more goals reached",
        ),
    ],
)
def test_the_headline_of_contacts_tells_only_what_comparable_goals_say(
    rows: list[tuple[difference.Estimate | None, difference.Estimate | None, bool]], title: str
) -> None:
    drawn = tuple(dose.DoseRow("k", f"they make {i}", (), *row) for i, row in enumerate(rows))
    assert dose.finding(dose.Dose(drawn)) == title


def moment(
    step: str, value: float | None, *, measured: bool = False, declared: bool = False
) -> moments.MomentRow:
    found = None if value is None else effect(value)
    return moments.MomentRow(step, "", declared, found, is_measured=measured)


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([moment("Signed", None, declared=True)], "Too few goals to compare any step"),
        ([moment("Called", 0.2)], "No step surely goes with more or with fewer goals reached"),
        ([moment("Called", -0.116, measured=True)], "“Called” goes with 12 points fewer goals reached"),
        (
            [moment("Called", -0.116, measured=True, declared=True), moment("Signed", None, declared=True)],
            "“Called” goes with 12 points fewer goals reached",
        ),
        (
            [
                moment("Called", -0.116, measured=True),
                moment("Opened", 0.052, measured=True),
                moment("Sent", 0.0, declared=True),
            ],
            "“Called” goes with 12 points fewer goals reached, “Opened” with 5 points more; "
            "declared are others",
        ),
        (
            [moment(name, 0.1, measured=True) for name in "abc"],
            "“a” goes with 10 points more goals reached, “b” with 10 points more, 1 other step with surely "
            "more or fewer",
        ),
    ],
)
def test_the_headline_of_moments_names_the_surest_steps(rows: list[moments.MomentRow], title: str) -> None:
    assert moments.finding(moments.Moments(tuple(rows))) == title


def test_a_difference_by_itself_clear_of_zero_is_weaker_than_one_among_all() -> None:
    rows = (moment("a", 0.1, measured=True), moment("b", 0.1), moment("c", 0.05), moment("d", None))
    assert [moments.strength(row) for row in rows] == ["measured", "clear", "chance", "chance"]


@pytest.mark.parametrize(
    ("bands", "n_forced", "n_switched", "title"),
    [
        ([Band(0, "web", "web", 50)], 0, 0, "No customer changes the channel from stage to stage"),
        (
            [Band(0, "web", "phone", 10), Band(0, "phone", "web", 4), Band(0, "", "web", 36)],
            0,
            14,
            "In 28 % of goals the customer changes the channel on the way, none by force, "
            "mostly from web to phone",
        ),
        (
            [Band(0, "web", "web", 6, "phone"), Band(1, "web", "phone", 7, "phone"), Band(1, "web", "", 1)],
            8,
            8,
            "In 16 % of goals the customer is forced to another channel, from web to phone",
        ),
        (
            [Band(0, "web", "web", 6, "phone"), Band(0, "phone", "", 7, "web")],
            13,
            13,
            "In 26 % of goals the customer is forced to another channel, mostly from phone to web",
        ),
    ],
)
def test_the_headline_of_channels_tells_forced_switches_before_others(
    bands: list[Band], n_forced: int, n_switched: int, title: str
) -> None:
    flow = channel_flow.ChannelFlow(("a", "b", "c"), ("web", "phone"), tuple(bands), 50, n_forced, n_switched)
    assert channel_flow.finding(flow) == title


def test_a_band_names_only_known_channels() -> None:
    with pytest.raises(UnknownNameError):
        channel_flow.ChannelFlow(("a", "b"), ("web",), (Band(0, "web", "fax", 1),), 1, 0, 1)


def ends(
    n: int, days: list[float], reached: list[float], abandoned: list[float], *left: leaving.LeavingStep
) -> outcome_data.Outcomes:
    """Curves whose intervals reach a tenth to both sides."""

    def curve(values: list[float]) -> outcome_data.Curve:
        share = np.array(values, float)
        return outcome_data.Curve(share, share - 0.1, share + 0.1)

    followed = np.full(len(days), n)
    return outcome_data.Outcomes(
        "Move", n, 0, np.array(days, float), curve(reached), curve(abandoned), followed, left, 40
    )


OFFER = leaving.LeavingStep("Offer sent", 30, 90, (0.25, 0.42), stands_out=True)
ADVICE = leaving.LeavingStep("Adviser call", 10, 90, (0.06, 0.2))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            ends(90, [5, 52.3, 60.2], [0.2, 0.5, 0.6], [0, 0.1, 0.3], OFFER, ADVICE),
            "half reach it within 52 d, 30 % abandon it within 60 d, most often after “Offer sent”",
        ),
        (ends(90, [5, 60], [0.2, 0.4], [0.1, 0.3], ADVICE), "40 % reach it within 60 d, 30 % abandon it"),
        (ends(90, [0.01, 0.02], [0.4, 0.9], [0, 0]), "half reach it within 29 min, nobody abandons it"),
        (ends(90, [5, 60], [0, 0], [0.1, 0.3]), "nobody reaches it within 60 d, 30 % abandon it"),
        (
            ends(90, [1500, 3652.5], [0.1, 0.25], [0, 0]),
            "25 % reach it within 10.0 years, nobody abandons it",
        ),
        (ends(1, [3], [1], [0]), "1 goal followed, too few to tell how they come out"),
        (ends(90, [], [], []), "no goal has come to an end yet"),
    ],
)
def test_the_headline_of_outcomes_tells_both_ends(data: outcome_data.Outcomes, told: str) -> None:
    assert outcomes.finding(data) == f"“Move”: {told}"


def test_the_interval_of_the_half_is_where_the_bounds_come_to_a_half() -> None:
    known = ends(90, [1, 2, 3, 4], [0.3, 0.45, 0.55, 0.65], [0, 0, 0, 0])
    assert outcome_data.half_reached(known) == (3, 2, 4)
    assert outcome_data.half_reached(ends(90, [1, 2], [0.3, 0.55], [0, 0])) == (2, 2, None)
    assert outcome_data.half_reached(ends(90, [1, 2], [0.3, 0.45], [0, 0])) is None


def mood(stage: str, *means: float | None, apart: float | None = None) -> mood_rating.StageMood:
    """Ratings of goals reached, abandoned and all, each sure by half a point; difference by three tenths."""
    ratings = [
        mood_rating.Rating(3) if mean is None else mood_rating.Rating(40, mean, (mean - 0.5, mean + 0.5))
        for mean in means
    ]
    interval = None if apart is None else (apart - 0.3, apart + 0.3)
    return mood_rating.StageMood(stage, *ratings, apart, interval)


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (
            [mood("Look", 4, 3.6, 3.9, apart=0.4), mood("Bill", 4, 2.5, 3, apart=1.5)],
            "The mood parts at “Bill”: those who abandon “Move” rate it 1.5 points lower "
            "than those who reach it",
        ),
        (
            [mood("Look", 3, 3.6, 3.9, apart=-0.6), mood("Bill", None, None, 2)],
            "The mood parts at “Look”: those who abandon “Move” rate it 0.6 points higher "
            "than those who reach it",
        ),
        (
            [mood("Look", 4, 3.8, 3.9, apart=0.2), mood("Bill", 1, None, 2)],
            "“Move”: those who reach it and those who abandon it are not clearly apart in “Look”",
        ),
        (
            [mood("Look", None, 2.5, 2.6), mood("Bill", None, None, None), mood("Use", 3.6, None, 3.6)],
            "“Move” is rated 2.5 in “Look” by those who abandon it, 3.6 in “Use” by those who reach it",
        ),
        (
            [mood("Look", None, None, 3.0), mood("Use", None, None, 3.9)],
            "“Move” is rated no lower for sure in one stage than in another",
        ),
        (
            [mood("Look", None, None, None), mood("Use", None, None, 4.4)],
            "“Move” is rated 4.4 in “Use”; other stages have too few ratings",
        ),
        ([mood("Use", 4.4, None, 4.4)], "“Move” is rated 4.4 in “Use” by those who reach it"),
        ([mood("Use", None, None, None)], "“Move” has too few ratings in every stage"),
        ([], "“Move” has too few ratings in every stage"),
    ],
)
def test_the_headline_of_satisfaction_tells_a_difference_only_where_it_is_sure(
    stages: list[mood_rating.StageMood], told: str
) -> None:
    assert stage_satisfaction.finding(stage_satisfaction.StageSatisfaction("Move", tuple(stages))) == told
