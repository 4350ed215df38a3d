"""Observed effort: how much customers had to do and bear for a goal, and which part of it weighs most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.effort_parts import (
    ACTIONS,
    ASKED_AGAIN,
    REPEATS,
    SWITCHES,
    TRANSFERS,
    WAITING,
    Part,
    effort_parts,
)
from crmmining.comparison.effort_weights import Weights, fit_weights
from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, absent, mean, ratio
from crmmining.eventlog.log import OUTCOMES
from crmmining.study.durations import DAY, humanise

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Observed effort of a goal = Σ weight · min(amount / scale, 1) over repeat contacts, visible transfers, "
    "channel switches, information asked again, the customer's own actions, and time waited for the company "
    "(calendar time, which is the customer's; business days stand beside it), up to the goal's end. Scale = "
    "P90 of reached goals (the least that occurs, where that is 0). Weights are 1, unless fitted to "
    "satisfaction answered by goals that came out alike. It is counted from events, not asked of customers: "
    "no CES."
)
_OF_MEAN = "mean observed effort per decided goal"
_SAID = {
    REPEATS: "repeat contacts",
    TRANSFERS: "transfers they notice",
    SWITCHES: "changes of channel",
    ASKED_AGAIN: "questions asked again",
    ACTIONS: "things they do themselves",
    WAITING: "waits for the company",
}
_ADVICE = {
    REPEATS: "Ask at the first contact whether it is settled, and tell what happens next and when.",
    TRANSFERS: "Let one person stay with the customer, and pass the work on behind them.",
    SWITCHES: "Let customers go on in the channel they began in.",
    ASKED_AGAIN: "Keep what the customer has told where the next department finds it.",
    ACTIONS: "Take steps out of what the customer must do, or do them for the customer.",
    WAITING: "Shorten the longest waits for an answer first, and say beforehand how long it takes.",
}


@dataclass(frozen=True, eq=False)
class Effort:
    """Effort per goal with its parts; a part that the data cannot tell is absent and says why.

    `mean`, `median`, `p90` are over decided goals, from 0 to `most` (the sum of weights). `shares`: what each
    part makes up of all effort of decided goals. `parts`: one row per part, amount and scale as counts or µs,
    waiting in the company's business days too.
    `cases`: one row per goal, a column per part (weighted, scaled) and ``effort``, their sum. `by_outcome`:
    the same columns as means, and n. `weights` is None where there is no effort to weigh.
    """

    goal: str
    mean: Estimate
    median: float
    p90: float
    most: float
    shares: dict[str, Estimate]
    parts: pd.DataFrame
    weights: Weights | None
    cases: pd.DataFrame
    by_outcome: pd.DataFrame
    definition: str = DEFINITION

    @property
    def remark(self) -> str:
        """The whole in one line, and why the weights are what they are."""
        if self.weights is None:
            return f"Not known: {self.mean.absent}."
        weights = f"Weights {'' if self.weights.fitted else 'are equal: '}{self.weights.reason}"
        whole = f"Mean {self.mean} of at most {self.most:g}; P50 {self.median:.2f}, P90 {self.p90:.2f}"
        gone = "".join(f" No {name}: {e.absent}." for name, e in self.shares.items() if e.absent is not None)
        return f"{whole}. {weights}.{gone}"

    def to_frame(self) -> pd.DataFrame:
        """One row per part, the largest share first; times in days."""
        frame = self.parts.copy()
        times = frame["unit"] == "days"
        frame.loc[times, ["per_goal", "scale"]] /= DAY
        return frame

    def __repr__(self) -> str:
        return f"Effort({self.goal}: {self.remark})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(self.remark)}</p>{self.to_frame().to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """The part that makes up most, where it surely makes up more than any other."""
        known = sorted((name for name, e in self.shares.items() if e.is_known), key=self._size)
        if len(known) < 2 or self.mean.n < FEWEST_CASES:
            return []
        name, second = known[:2]
        first = self.shares[name]
        if first.low <= self.shares[second].value:
            return []
        row = self.parts.set_index("part").loc[name]
        amount = humanise(row["per_goal"]) if name == WAITING else f"{row['per_goal']:.1f}"
        process = str(row["process"]) if row["process"] else None
        most_in = f", most of it in “{process}”" if process else ""
        top = np.argsort(-self.cases[name].to_numpy(), kind="stable")[:50]
        return [
            Finding(
                "effort",
                self.goal,
                f"Of the effort that “{self.goal}” takes of customers, {_SAID[name]} make up "
                f"{first.value:.0%}: {amount} per goal{most_in}",
                first,
                "Each process sees its own part of it; no one sees what it adds up to. Counted from events, "
                "not asked of customers.",
                _ADVICE[name],
                (view.owner_of(process) if process else None) or view.declared.goals[self.goal].owner,
                0.5 * first.value * self.mean.value / self.most,
                case_ids(view.log.cases, top),
            )
        ]

    def _size(self, name: str) -> tuple[float, str]:
        return -self.shares[name].value, name


def measure_effort(view: GoalView) -> Effort:
    """Count the parts, scale and weigh them, and add them up per goal."""
    import pandas as pd

    parts, reached, decided = effort_parts(view), view.outcome == 0, view.outcome != 2
    known = [part for part in parts if part.absent is None]
    reason = None
    if not known:
        reason = parts[0].absent
    elif int(reached.sum()) < FEWEST_CASES:
        reason = f"{int(reached.sum())} goals are reached, fewer than {FEWEST_CASES} to scale by"
    if reason is not None:
        shares = {part.name: absent(reason, "share", _of_share(part.name)) for part in parts}
        none, cases = np.full(len(parts), np.nan), pd.DataFrame(index=pd.RangeIndex(view.log.n_cases))
        table = _table(view, parts, shares, dict.fromkeys(shares, np.nan), none, decided)
        mean_ = absent(reason, "score", _OF_MEAN)
        return Effort(view.goal, mean_, np.nan, np.nan, np.nan, shares, table, None, cases, pd.DataFrame())
    scale = {part.name: _scale(part, reached) for part in known}
    scaled = np.stack([np.minimum(part.amount / scale[part.name], 1) for part in known], axis=1)
    weights = fit_weights(scaled, view.satisfaction, view.outcome, view.customers)
    weighted = scaled * weights.weight
    cases = pd.DataFrame(weighted, columns=[part.name for part in known])
    cases["effort"] = weighted.sum(axis=1)
    whole, excluded = cases["effort"].to_numpy()[decided], int((~decided).sum())
    shares = _shares(view, parts, cases, decided, excluded)
    given = np.full(len(parts), np.nan)
    given[[parts.index(part) for part in known]] = weights.weight
    return Effort(
        view.goal,
        mean(whole, view.customers[decided], "score", _OF_MEAN, excluded),
        float(np.quantile(whole, 0.5)),
        float(np.quantile(whole, 0.9)),
        float(weights.weight.sum()),
        shares,
        _table(view, parts, shares, scale, given, decided),
        weights,
        cases,
        _by_outcome(view, cases),
    )


def _of_share(name: str) -> str:
    return f"{name}: share of all observed effort of decided goals"


def _scale(part: Part, reached: NDArray[np.bool_]) -> float:
    """The P90 of reached goals; where that is 0 the least that occurs, so that once is as much as counts."""
    high = float(np.quantile(part.amount[reached], 0.9))
    if high > 0:
        return high
    some = part.amount[part.amount > 0]
    return float(some.min()) if some.size else 1.0


def _shares(
    view: GoalView, parts: tuple[Part, ...], cases: pd.DataFrame, decided: NDArray[np.bool_], excluded: int
) -> dict[str, Estimate]:
    """What each part makes up; they add up to one."""
    found = {}
    for part in parts:
        if part.absent is not None:
            found[part.name] = absent(part.absent, "share", _of_share(part.name))
        else:
            over, under = (cases[name].to_numpy()[decided] for name in (part.name, "effort"))
            definition = _of_share(part.name)
            found[part.name] = ratio(over, under, view.customers[decided], "share", definition, excluded)
    return found


def _table(
    view: GoalView,
    parts: tuple[Part, ...],
    shares: dict[str, Estimate],
    scale: dict[str, float],
    weights: NDArray[np.float64],
    decided: NDArray[np.bool_],
) -> pd.DataFrame:
    """One row per part, the largest share first, those that are absent last."""
    import pandas as pd

    rows = []
    for part, weight in zip(parts, weights, strict=True):
        found = shares[part.name]
        rows.append(
            {
                "part": part.name,
                "share": found.value,
                "low": found.low,
                "high": found.high,
                "per_goal": part.amount[decided].mean() if part.absent is None and decided.any() else np.nan,
                "business_days": np.nan if part.business_days is None else part.business_days[decided].mean(),
                "unit": "days" if part.unit == "time" else "times",
                "scale": scale.get(part.name, np.nan),
                "weight": weight,
                "process": _where(view, part),
                "absent": found.absent or "",
            }
        )
    return pd.DataFrame(rows).sort_values(["share", "part"], ascending=[False, True], ignore_index=True)


def _where(view: GoalView, part: Part) -> str:
    """The process in which most of a part occurs; empty where none is at work."""
    mine = part.by_process[:-1]
    return str(view.study.processes[int(mine.argmax())]) if mine.size and mine.max() > 0 else ""


def _by_outcome(view: GoalView, cases: pd.DataFrame) -> pd.DataFrame:
    """Mean effort and parts per outcome; of open goals so far."""
    import pandas as pd

    rows = []
    for code, name in enumerate(OUTCOMES):
        mine = cases[view.outcome == code]
        rows.append({"outcome": name, "n": len(mine), **mine.mean().to_dict()})
    return pd.DataFrame(rows)
