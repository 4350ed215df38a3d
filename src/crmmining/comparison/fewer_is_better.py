"""Are fewer touchpoints better: what comes of goals in which there was more contact by the same day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.contact_dose import dose_of, effects_as_counted
from crmmining.comparison.contact_effects import MODELS, ContactEffects, effects_of, segment_effects
from crmmining.comparison.contact_landmarks import Landmarks, find_landmarks
from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, false_discovery_rates
from crmmining.study.durations import DAY, humanise

if TYPE_CHECKING:
    import pandas as pd

SURE = 0.02
"""The false discovery rate of one goal's effects; a study has several, and a reader reads all verdicts."""
LEAST = 0.01
DEFINITION = (
    "Goals still open are looked at when they begin and at the customer's first sign in each of five spans "
    "of days: contacts in and out up to then, against what came after (reached within the follow-up; "
    "answered satisfaction; days until reached; contacts the customer had still to make). Compared are goals "
    "of equal age, segment and progress along the ideal journey. An effect is per further contact, with an "
    "interval by customer; “unasked” contacts of the company come with no contact of the customer within W "
    "before, the others answer one. An association, no cause: what makes people call may also make them "
    "leave."
)


@dataclass(frozen=True, eq=False)
class FewerIsBetter:
    """The effect of a further contact on what comes of a goal, in words and numbers.

    `effects`: per (outcome, contacts) of all goals; `segments` the same of reached, per value of a segment.
    `dose`: per moment and direction the share reached by number of contacts so far (see `dose_of`).
    `as_counted`: per kind of contact its effect on reached with nothing held equal. `follow_up` (µs) is how
    long after the moment reaching counts. `decided` is the estimate the verdict rests on, None where nothing
    is decided.
    """

    goal: str
    verdict: str
    decided: Estimate | None
    effects: ContactEffects
    segments: dict[tuple[str, str], ContactEffects]
    dose: pd.DataFrame
    as_counted: dict[str, Estimate]
    landmarks: Landmarks
    definition: str = DEFINITION

    @property
    def remark(self) -> str:
        """The verdict."""
        return self.verdict

    @property
    def follow_up(self) -> int:
        """How long after a moment reaching counts, in microseconds."""
        return self.landmarks.follow_up

    def to_frame(self) -> pd.DataFrame:
        """One row per outcome and kind of contact, all goals first, then per segment; shares as shares."""
        import pandas as pd

        parts = [("all", "", self.effects), *((s, v, e) for (s, v), e in self.segments.items())]
        rows = [
            {
                "outcome": outcome,
                "contacts": contacts,
                "effect": found.value,
                "low": found.low,
                "high": found.high,
                "n": found.n,
                "segment": segment,
                "value": value,
                "unit": "days" if found.unit == "time" else found.unit,
                "absent": found.absent,
            }
            for segment, value, effects in parts
            for (outcome, contacts), found in effects.items()
        ]
        frame = pd.DataFrame(rows)
        frame.loc[frame["unit"] == "days", ["effect", "low", "high"]] /= DAY
        return frame

    def __repr__(self) -> str:
        return f"FewerIsBetter({self.goal}: {self.verdict})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(self.verdict)}</p>{self.to_frame().to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """The verdict, where it is one."""
        if self.decided is None:
            return []
        better = not self.verdict.startswith("Fewer contacts are not")
        rows = self.landmarks
        chosen = np.unique(rows.case[(rows.span == rows.span.max()) & (view.outcome[rows.case] == 1)])
        action = (
            "Find what these contacts were needed for, and remove that, not the way to make contact."
            if better
            else "Do not save contacts for their own sake; let the company speak first in a random half "
            "of goals, and compare."
        )
        return [
            Finding(
                "fewer is better",
                self.goal,
                f"{self.verdict.removesuffix('.')} (“{self.goal}”, of equal age, segment and progress)",
                self.decided,
                "Whether contacts are a cost depends on who makes them and what for; a count of touchpoints "
                "does not tell. An association.",
                action,
                view.declared.goals[self.goal].owner,
                min(0.4, abs(self.decided.value)),
                case_ids(view.log.cases, chosen),
            )
        ]


def compare_contacts(view: GoalView) -> FewerIsBetter:
    """Set contacts so far against what came after, at the same moments of comparable goals."""
    landmarks = find_landmarks(view)
    effects = effects_of(view, landmarks)
    verdict, decided = verdict_of(effects, landmarks.follow_up)
    segments = segment_effects(view, landmarks)
    dose, raw = dose_of(landmarks), effects_as_counted(landmarks)
    return FewerIsBetter(view.goal, verdict, decided, effects, segments, dose, raw, landmarks)


def verdict_of(effects: ContactEffects, follow_up: int) -> tuple[str, Estimate | None]:
    """One plain sentence about goals reached, and the effect it rests on (None: not decided).

    It rests on `sure_effects`.
    """
    found = on_reached(effects)
    if not any(e.is_known for e in found.values()):
        return f"Not decided: {next(iter(found.values())).absent}.", None
    sure = sure_effects(effects)
    within = f"reached within {humanise(follow_up)}"
    told = {
        "outbound": "each further contact of the company",
        "unasked": "each contact the company makes unasked",
        "answering": "each further answer of the company",
        "inbound": "each further contact the customer makes",
    }
    company = next((name for name in ("unasked", "outbound") if name in sure), None)
    named = [name for name in (company, "inbound") if name in sure and name is not None]
    if not named:
        return f"Not decided: no kind of contact goes surely with more or with fewer goals {within}.", None
    said = [
        f"{told[name]} goes with {abs(sure[name].value) * 100:.0f} points "
        f"{'more' if sure[name].value > 0 else 'fewer'} goals {within}"
        for name in named
    ]
    if any(sure[name].value > 0 for name in named):
        return f"Fewer contacts are not better here: {', and '.join(said)}.", sure[named[0]]
    who = "of both sides" if len(named) == 2 else "of the company" if company else "of customers"
    return f"Fewer contacts {who} are better here: {', and '.join(said)}.", sure[named[0]]


def sure_effects(effects: ContactEffects) -> dict[str, Estimate]:
    """Effects on goals reached that count: false discovery rate at most 2 %, interval beyond one point."""
    known = {name: e for name, e in on_reached(effects).items() if e.is_known}
    rates = false_discovery_rates([effects.p["reached", name] for name in known])
    return {
        name: e
        for (name, e), rate in zip(known.items(), rates, strict=True)
        if rate <= SURE and (e.low > LEAST or e.high < -LEAST)
    }


def on_reached(effects: ContactEffects) -> dict[str, Estimate]:
    """The effect of every kind of contact on goals reached."""
    return {contacts: effects["reached", contacts] for model in MODELS for contacts in model}
