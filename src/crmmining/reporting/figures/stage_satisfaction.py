"""Satisfaction or sentiment by stage: customers who reached their goal against those who did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from matplotlib.figure import Figure

from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.frame import framed, nothing_to_show
from crmmining.reporting.figures.mood_panel import PANEL, draw_panel, mean_text
from crmmining.reporting.figures.mood_rating import Kind, Rating, StageMood
from crmmining.reporting.figures.numbers import count_text
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.figures.text import brief

_MOST_IN_A_ROW = 12
_BETWEEN = 18.0
_HOW_TO_READ = (
    "How to read: a dot is the mean of the {many} in a stage, the bar behind it its 95 % interval; "
    "green of goals reached, red of goals abandoned, dark of all goals where neither has enough {many}. "
    "A line joins neighbouring stages only, never across a gap. Only those who {seen} are seen; that two "
    "groups differ does not say why."
)


@dataclass(frozen=True)
class _Words:
    """How a measure is spoken of."""

    one: str
    many: str
    seen: str
    they: str
    it: str
    told: str


_WORDS = {
    "satisfaction": _Words(
        "rating", "ratings", "answer", "rate it", "is rated", "by the stage in which customers answered"
    ),
    "sentiment": _Words(
        "value", "values", "are heard or read", "sound", "sounds", "by the stage in which it was measured"
    ),
}


@dataclass(frozen=True)
class StageSatisfaction:
    """The stages of a goal's ideal journey in order; `fewest` ratings, or sentiments, make a point."""

    goal: str
    stages: tuple[StageMood, ...]
    scale: tuple[float, float] = (1.0, 5.0)
    fewest: int = 20
    caption: Caption = FROM_DATA
    measure: Literal["satisfaction", "sentiment"] = "satisfaction"

    @property
    def words(self) -> _Words:
        """How the measure is spoken of."""
        return _WORDS[self.measure]


def draw_stage_satisfaction(data: StageSatisfaction, *, style: FigureStyle) -> Figure:
    """A column per stage with both groups' means, twelve columns to a row."""
    how_to_read = _HOW_TO_READ.format(many=data.words.many, seen=data.words.seen)
    caption = data.caption.filled(finding(data), how_to_read, _what(data))
    if not any(stage.shown for stage in data.stages):
        return nothing_to_show(replace(caption, subtitle=""), style=style).canvas.figure
    rows = _in_rows(data.stages)
    frame = framed(caption, len(rows) * (PANEL + _BETWEEN) - _BETWEEN, style=style)
    for place, stages in enumerate(rows):
        top = frame.top + place * (PANEL + _BETWEEN)
        draw_panel(frame, top, stages, len(rows[0]), data.scale, data.words.many)
    return frame.canvas.figure


def finding(data: StageSatisfaction) -> str:
    """The picture's headline, from its own numbers."""
    goal = f"“{brief(data.goal)}”"
    compared = [stage for stage in data.stages if stage.apart is not None]
    clear = [stage for stage in compared if stage.parts]
    if clear:
        widest = max(clear, key=lambda stage: abs(stage.apart or 0.0))
        by = widest.apart or 0.0
        way = f"{mean_text(abs(by), data.scale)} points {'lower' if by > 0 else 'higher'}"
        return (
            f"The mood parts at “{brief(widest.stage)}”: those who abandon {goal} {data.words.they} {way} "
            "than those who reach it"
        )
    if compared:
        n = len(compared)
        where = f"in “{brief(compared[0].stage)}”" if n == 1 else f"in the {n} stages compared"
        return f"{goal}: those who reach it and those who abandon it are not clearly apart {where}"
    return f"{goal} {_rated(data)}"


def _rated(data: StageSatisfaction) -> str:
    """The lowest and the highest point, where no stage has both ends to compare."""
    points = [(rating, stage.stage, kind) for stage in data.stages for kind, rating in stage.shown]
    words = data.words
    if not points:
        return f"has too few {words.many} in every stage"
    worst, best = (pick(points, key=lambda point: point[0].mean or 0.0) for pick in (min, max))
    if len(points) == 1:
        rest = f"; other stages have too few {words.many}" if data.stages[1:] else ""
        return f"{words.it} {_told(data, *worst)}{rest}"
    if not _apart(worst[0], best[0]):
        return f"{words.it} no lower for sure in one stage than in another"
    return f"{words.it} {_told(data, *worst)}, {_told(data, *best)}"


def _told(data: StageSatisfaction, rating: Rating, stage: str, kind: Kind) -> str:
    by = {"reached": " by those who reach it", "abandoned": " by those who abandon it", "all": ""}[kind]
    return f"{mean_text(rating.mean or 0.0, data.scale)} in “{brief(stage)}”{by}"


def _apart(low: Rating, high: Rating) -> bool:
    """Whether two intervals do not meet."""
    return low.interval is not None and high.interval is not None and low.interval[1] < high.interval[0]


def _in_rows(stages: Sequence[StageMood]) -> list[tuple[StageMood, ...]]:
    """Stages in as few rows as hold them, about equally long."""
    n_rows = -(-len(stages) // _MOST_IN_A_ROW)
    size = -(-len(stages) // n_rows)
    return [tuple(stages[start : start + size]) for start in range(0, len(stages), size)]


def _what(data: StageSatisfaction) -> str:
    low, high = data.scale
    few = [brief(stage.stage, 40) for stage in data.stages if not stage.shown]
    scale = f"{low:g} to {high:g}".replace("-", "−")
    told = f"Mean {data.measure} ({scale}) {data.words.told}"
    counts = [stage.all.n for stage in data.stages if stage.all.n is not None]
    n = f", {count_text(sum(counts), data.words.one)}" if len(counts) == len(data.stages) else ""
    return f"{told}{n}. {_too_few(few, data.fewest, data.words.many)}"


def _too_few(names: list[str], fewest: int, many: str) -> str:
    if not names:
        return f"A point needs {fewest} {many}."
    if len(names) > 4:
        return f"Too few {many} for a point (under {fewest}) in {len(names)} stages."
    return f"Too few {many} for a point (under {fewest}): {', '.join(names)}."
