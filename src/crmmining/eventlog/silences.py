"""How long a goal may be silent: as declared, or fitted on the pauses in the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.engine.engine import Engine
from crmmining.eventlog.goal_walk import PairLimits
from crmmining.study.durations import DAY, Duration, humanise
from crmmining.study.study_file import PairSilence, StudyFile

FEWEST_GAPS = 30
UNFITTED_SILENCE = 60 * DAY


@dataclass(frozen=True)
class Silence:
    """How long a goal may be silent before it counts as given up, and where that comes from.

    Fitted on `n_goals` reached goals, or on `n_gaps` pauses where nobody said what opens the goal. With
    `pairs` the pause after which an attempt is over is so many times the mean of its pair of activities;
    `microseconds` is then for pairs that are too rare.
    """

    microseconds: int
    n_goals: int
    declared: bool
    n_gaps: int = 0
    pairs: float | None = None

    @property
    def fitted(self) -> bool:
        """Whether it was fitted on enough of them."""
        return not self.declared and max(self.n_goals, self.n_gaps) >= FEWEST_GAPS

    @property
    def origin(self) -> str:
        """Where the length comes from, in words."""
        if self.declared:
            return "declared"
        if not self.fitted:
            return "too few reached goals to fit it"
        if self.n_goals:
            return f"P95 of the longest pause in {self.n_goals:,} reached goals"
        return f"P95 of {self.n_gaps:,} pauses"

    def __str__(self) -> str:
        length = f"{humanise(self.microseconds)} of silence ({self.origin})"
        if self.pairs is None:
            return f"counts as given up after {length}"
        return (
            f"ends where a pause is longer than {self.pairs:g} times the mean of its pair of activities; "
            f"after a pair seen fewer than {FEWEST_GAPS} times, and at the end of the data, after {length}"
        )


def fit_silences(engine: Engine, study: StudyFile) -> list[Silence]:
    """The silence of every goal, from what the first walk measured."""
    found = []
    for g, goal in enumerate(study.goals.values()):
        judged = goal.silence if isinstance(goal.silence, PairSilence) else None
        pairs, length = (judged.pairs, judged.otherwise) if judged else (None, goal.silence)
        if isinstance(length, Duration):
            found.append(Silence(length.microseconds(), 0, declared=True, pairs=pairs))
        elif goal.opened_by:
            n, p95 = engine.rows(_FITTED.format("longest", "goal_pauses"), [g])[0]
            found.append(Silence(_enough(n, p95), n, declared=False, pairs=pairs))
        else:
            n, p95 = engine.rows(_FITTED.format("gap", "goal_gaps"), [g])[0]
            found.append(Silence(_enough(n, p95), 0, declared=False, n_gaps=n, pairs=pairs))
    return found


def _enough(n: int, p95: int) -> int:
    return p95 if n >= FEWEST_GAPS else UNFITTED_SILENCE


_FITTED = """
    SELECT count(*), CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY {0}) AS BIGINT)
    FROM {1}
    WHERE goal = ?
"""


def store_silences(engine: Engine, study: StudyFile, silences: list[Silence]) -> None:
    """Fill the tables silences and pair_silences."""
    goals = study.goals.values()
    engine.insert(
        "silences",
        {
            "goal": list(range(len(silences))),
            "silence": [s.microseconds for s in silences],
            "settle": [g.settled_after.microseconds() if g.settled_after else 0 for g in goals],
            "n_goals": [s.n_goals for s in silences],
            "declared": [s.declared for s in silences],
            "n_gaps": [s.n_gaps for s in silences],
            "pairs": [s.pairs for s in silences],
            "reachable": [bool(g.reached_by) for g in goals],
        },
    )
    for g, silence in enumerate(silences):
        if silence.pairs is not None:
            _store_pairs(engine, g, silence.pairs)


def _store_pairs(engine: Engine, goal: int, factor: float) -> None:
    """The mean pause of every pair of activities seen often enough, in whole microseconds."""
    rows = engine.rows(_PAIRS, [goal, FEWEST_GAPS])
    if not rows:
        return
    before, after, n, totals = zip(*rows, strict=True)
    means = [int(total) // count for total, count in zip(totals, n, strict=True)]
    engine.insert(
        "pair_silences",
        {
            "goal": [goal] * len(rows),
            "before": list(before),
            "after": list(after),
            "n": list(n),
            "mean": means,
            "silence": [round(factor * mean) for mean in means],
        },
    )


_PAIRS = """
    SELECT before, after, count(*) AS n, sum(CAST(gap AS DECIMAL(38, 0)))
    FROM goal_gaps
    WHERE goal = ?
    GROUP BY before, after
    HAVING count(*) >= ?
    ORDER BY before, after
"""


def pair_limits(engine: Engine, silences: list[Silence], n_kinds: int) -> PairLimits | None:
    """The stored silences of pairs, as the walk looks them up; None where no goal is judged by pairs."""
    judged = [g for g, silence in enumerate(silences) if silence.pairs is not None]
    if not judged:
        return None
    rows = engine.rows("SELECT goal, before, after, silence FROM pair_silences")
    known = sorted({code for _, before, after, _ in rows for code in (before, after)})
    place = np.zeros(n_kinds, np.int64)
    for number, code in enumerate(known, start=1):
        place[2 * code : 2 * code + 2] = number
    square = np.full(len(silences), -1, np.int64)
    square[judged] = np.arange(len(judged))
    limits = np.empty((len(judged), len(known) + 1, len(known) + 1), np.int64)
    limits[:] = np.array([silences[g].microseconds for g in judged])[:, None, None]
    for goal, before, after, silence in rows:
        limits[square[goal], place[2 * before], place[2 * after]] = silence
    return PairLimits(place, limits, square)
