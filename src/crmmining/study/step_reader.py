"""One step of a journey from plain data, with all that is asked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmmining.errors import listed
from crmmining.study.durations import parse_duration
from crmmining.study.journey_terms import ACTORS, Sequence, Step, StepPromise, Term
from crmmining.study.plain_reader import Place, PlainReader

MOST_WEIGHT = 1000
NOTHING = Sequence(())  # stands where a part could not be read, so that reading goes on


class StepReader(PlainReader):
    """Reads steps, and remembers where each was written (`places`, by the id of the Step)."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, Place] = {}

    def placed(self, step: Step, place: Place) -> Step:
        """A step, and where it was written."""
        self.places[id(step)] = place
        return step

    def step(self, data: Mapping[Any, Any], place: Place) -> Term:
        """A step with what is asked of it; nothing where it has no name."""
        activity = self.text(data, "step", place)
        actor = self.text(data, "actor", place)
        known = next((known for known in ACTORS if known == actor), None)
        if actor is not None and known is None:
            self.refuse((*place, "actor"), actor, f"allowed are {listed(ACTORS)}")
        truth = data.get("moment_of_truth", False)
        unobserved = data.get("unobserved", False)
        for key, value in (("moment_of_truth", truth), ("unobserved", unobserved)):
            if not isinstance(value, bool):
                self.refuse((*place, key), value, "allowed are true, false")
        step = Step(
            activity=activity or "",
            actor=known,
            channels=self.several_names(data, "channel", "a channel", place),
            moment_of_truth=truth is True,
            promise=self.promise(data, place),
            owner=self.text(data, "owner", place),
            weight=self.whole(data, "weight", place, 1, MOST_WEIGHT) or 1,
            aliases=self.several_names(data, "aliases", "an alias", place),
            unobserved=unobserved is True,
        )
        return self.placed(step, (*place, "step")) if activity else NOTHING

    def several_names(self, data: Mapping[Any, Any], key: str, one: str, place: Place) -> tuple[str, ...]:
        """A name or a list of names; nothing where the key is absent."""
        if key not in data:
            return ()
        value = data[key]
        several = value if isinstance(value, list | tuple) else [value]
        if several and all(isinstance(name, str) and name.strip() for name in several):
            return tuple(several)
        self.refuse((*place, key), value, f"{one} is a name or a list of names (in quotes if need be)")
        return ()

    def promise(self, data: Mapping[Any, Any], place: Place) -> StepPromise | None:
        """What is promised at a step; None where nothing is."""
        if "promise" not in data:
            return None
        value, at = data["promise"], (*place, "promise")
        if not isinstance(value, Mapping):
            self.refuse(at, value, "a promise is {since: STEP, within: DURATION, pay: AMOUNT}")
            return None
        self.keys(value, ("since", "within", "pay"), at, required=("since", "within"))
        since, within = self.text(value, "since", at), self.text(value, "within", at)
        pay = self.text(value, "pay", at)
        if within is not None:
            self.duration(within, (*at, "within"))
        if pay is not None and not re.fullmatch(r"\d+(\.\d+)? [A-Z]{3}", pay):
            self.refuse((*at, "pay"), pay, "an amount and a currency are meant, like 50 EUR")
        return StepPromise(since, within, pay) if since and within else None

    def duration(self, value: str, place: Place) -> None:
        """Refuse a text that is no duration."""
        try:
            parse_duration(value)
        except ValueError as error:
            self.problem(place, value, str(error))
