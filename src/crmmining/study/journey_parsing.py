"""From the plain data of a study file to the stages of a journey, every error at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import ValidationError

from crmmining.errors import listed, nearest
from crmmining.study.durations import parse_duration
from crmmining.study.journey_terms import (
    ACTORS,
    Choice,
    Optional,
    Parallel,
    PartialOrder,
    Repeat,
    Sequence,
    Stage,
    Step,
    StepPromise,
    Term,
    in_order,
    steps_of,
)
from crmmining.study.model_files import steps_in
from crmmining.study.plain_reader import Place, PlainReader

KINDS: dict[str, tuple[str, ...]] = {
    "step": ("aliases", "unobserved", "actor", "channel", "moment_of_truth", "promise", "owner", "weight"),
    "optional": (),
    "parallel": (),
    "order": ("before",),
    "choice": (),
    "repeat": ("at_least", "at_most"),
    "forbidden": (),
}
MOST_REPEATS = 100  # a bound that is written out step by step when the journey is compiled
MOST_WEIGHT = 1000
WRITTEN = "{" + ": ...}, {".join(KINDS) + ": ...}"
TWICE = (
    "the name is already a step of this journey; twice is allowed only in different branches "
    "of one choice, and {repeat: NAME} says that a step comes several times"
)
NOTHING = Sequence(())  # stands where a part could not be read, so that reading goes on


def parse_stages(data: Any) -> tuple[Stage, ...]:
    """Read stages; raises a ValidationError with every problem found, each with its place."""
    reader = _Reader()
    stages = reader.journey(data)
    if reader.problems:
        raise ValidationError.from_exception_data("journey", reader.problems)
    return stages


def parse_modelled(data: Mapping[Any, Any], folder: Path) -> tuple[tuple[Stage, ...], Path | None]:
    """Read ``{model: FILE, stages: [...]}``; raises as `parse_stages`."""
    reader = _Reader()
    reader.keys(data, ("model", "stages"), (), required=("model",))
    named = reader.text(data, "model", ())
    path = folder / named if named else None
    names: tuple[str, ...] = ()
    if path is not None:
        try:
            names = steps_in(path)
        except ValueError as error:
            reader.problem(("model",), named, str(error))
    stages: tuple[Stage, ...]
    if "stages" not in data:
        stages = (Stage("Journey", Sequence(tuple(Step(name) for name in names))),)
    else:
        stages = reader.journey(data["stages"], ("stages",))
        reader.grouping(stages, names)
    if reader.problems:
        raise ValidationError.from_exception_data("journey", reader.problems)
    return stages, path


class _Reader(PlainReader):
    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, Place] = {}  # id of a Step object -> where it was written

    def journey(self, data: Any, place: Place = ()) -> tuple[Stage, ...]:
        if not isinstance(data, list | tuple) or not data:
            meant = "a journey is a list of {stage: NAME, steps: [...]}, or {model: FILE}"
            self.refuse(place, data, meant)
            data = []
        stages = tuple(self.stage(part, (*place, i)) for i, part in enumerate(data))
        seen: set[str] = set()
        for i, stage in enumerate(stages):
            if stage.name and stage.name in seen:
                self.refuse((*place, i, "stage"), stage.name, "two stages have this name; rename one")
            seen.add(stage.name)
        self.names(Sequence(tuple(stage.body for stage in stages)))
        return stages

    def grouping(self, stages: tuple[Stage, ...], names: tuple[str, ...]) -> None:
        """Stages beside a model file hold its steps, plainly, and all of them."""
        grouped = set()
        for stage in stages:
            for part in stage.body.parts:
                if not isinstance(part, Step):
                    meant = "beside a model, a stage lists steps; their order is the model's"
                    self.problem(("stages",), stage.name, f"stage {stage.name!r}: {meant}")
                    continue
                grouped.add(part.activity)
                if names and part.activity not in names:
                    said = f"{part.activity!r} is no step of the model.{nearest(part.activity, names)}"
                    self.problem(self.places[id(part)], part.activity, said)
        if grouped and (missing := [name for name in names if name not in grouped]):
            self.problem(("stages",), missing, f"no stage has the model's {listed(missing)}")

    def stage(self, data: Any, place: Place) -> Stage:
        if not isinstance(data, Mapping):
            self.refuse(place, data, "a stage is {stage: NAME, steps: [...]}, with owner if wanted")
            return Stage("", NOTHING)
        self.keys(data, ("stage", "steps", "owner"), place, required=("stage", "steps"))
        name = self.text(data, "stage", place)
        body: Term = NOTHING
        if "steps" in data:
            body = self.several(data["steps"], (*place, "steps"), Sequence, at_least=1)
        assert isinstance(body, Sequence)
        return Stage(name or "", body, self.text(data, "owner", place))

    def term(self, data: Any, place: Place) -> Term:
        if isinstance(data, Mapping):
            return self.kind(data, place)
        if isinstance(data, list | tuple):
            return self.several(data, place, Sequence, at_least=1)
        if isinstance(data, str) and data.strip():
            return self.placed(Step(data), place)
        self.refuse(place, data, f"a step is a name (in quotes if need be), a list or {WRITTEN}")
        return NOTHING

    def placed(self, step: Step, place: Place) -> Step:
        self.places[id(step)] = place
        return step

    def kind(self, data: Mapping[Any, Any], place: Place) -> Term:
        kinds = [kind for kind in KINDS if kind in data]
        if len(kinds) != 1:
            self.refuse_kind(data, kinds, place)
            return NOTHING
        (kind,) = kinds
        self.keys(data, (kind, *KINDS[kind]), place)
        inner, at = data[kind], (*place, kind)
        match kind:
            case "step":
                return self.step(data, place)
            case "optional":
                return Optional(self.term(inner, at))
            case "parallel":
                return self.several(inner, at, Parallel, at_least=2)
            case "choice":
                return self.several(inner, at, Choice, at_least=2)
            case "order":
                return self.order(data, place)
            case "forbidden":
                return Repeat(self.term(inner, at), 0, 0)
            case _:
                return self.repeat(data, place)

    def several(
        self, data: Any, place: Place, build: Callable[[tuple[Term, ...]], Term], at_least: int
    ) -> Term:
        if not isinstance(data, list | tuple) or len(data) < at_least:
            least = "one step" if at_least == 1 else "two branches"
            self.refuse(place, data, f"this must be a list of at least {least}")
            return NOTHING
        return build(tuple(self.term(part, (*place, i)) for i, part in enumerate(data)))

    def order(self, data: Mapping[Any, Any], place: Place) -> Term:
        """Parts and what comes before what, each part named by any of its steps."""
        body = self.several(data["order"], (*place, "order"), Parallel, at_least=2)
        before, at = data.get("before", {}), (*place, "before")
        if not isinstance(body, Parallel):
            return NOTHING
        if not isinstance(before, Mapping) or not before:
            self.refuse(at, before, "say {before: {STEP: [STEPS that come after it]}}, or parallel: instead")
            return NOTHING
        part_of = {step.activity: i for i, part in enumerate(body.branches) for step in steps_of(part)}
        pairs = set()
        for first, following in before.items():
            names = [first, *(following if isinstance(following, list | tuple) else [following])]
            unknown = [name for name in names if name not in part_of]
            for name in unknown:
                said = f"{name!r} is no step of this order{nearest(str(name), part_of)}"
                self.problem((*at, str(first)), following, said)
            if not unknown:
                pairs |= {(part_of[names[0]], part_of[name]) for name in names[1:]}
        found = PartialOrder(body.branches, frozenset(pairs))
        if len(done := in_order(found)) < len(body.branches):
            first = next(iter(steps_of(body.branches[min(set(range(len(body.branches))) - set(done))])))
            self.problem(at, before, f"{first.activity!r} can never be reached: this goes round in a circle")
        return found

    def repeat(self, data: Mapping[Any, Any], place: Place) -> Term:
        body = self.term(data["repeat"], (*place, "repeat"))
        at_least = self.whole(data, "at_least", place, 0, MOST_REPEATS)
        at_most = self.whole(data, "at_most", place, 0, MOST_REPEATS)
        if at_most is not None and at_most < (at_least or 0):
            self.refuse((*place, "at_most"), at_most, f"at_most is below at_least ({at_least})")
            return NOTHING
        return Repeat(body, at_least or 0, at_most)

    def step(self, data: Mapping[Any, Any], place: Place) -> Term:
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
        try:
            parse_duration(value)
        except ValueError as error:
            self.problem(place, value, str(error))

    def names(self, term: Term) -> dict[str, Place]:
        """The names used in a term, refusing a second use outside another branch of a choice."""
        match term:
            case Step(activity):
                place, said = self.places[id(term)], (activity, *term.aliases)
                if len(set(said)) < len(said):
                    self.problem(place, activity, f"a name stands twice among {activity!r} and its aliases")
                return dict.fromkeys(said, place)
            case Choice(branches):
                self.one_weight(branches)
                return {name: at for branch in branches for name, at in self.names(branch).items()}
            case Repeat(body) | Optional(body):
                return self.names(body)
            case Sequence(parts) | Parallel(parts) | PartialOrder(parts):
                used: dict[str, Place] = {}
                for part in parts:
                    new = self.names(part)
                    for name in new.keys() & used.keys():
                        self.refuse(new[name], name, TWICE)
                    used = {**new, **used}
                return used

    def one_weight(self, branches: tuple[Term, ...]) -> None:
        """A step in two branches costs the same in both."""
        weights: dict[str, int] = {}
        for step in (step for branch in branches for step in steps_of(branch)):
            if weights.setdefault(step.activity, step.weight) != step.weight:
                said = f"{step.activity!r} weighs {weights[step.activity]} in another branch; say one weight"
                self.problem(self.places[id(step)], step.weight, said)

    def refuse_kind(self, data: Mapping[Any, Any], kinds: list[str], place: Place) -> None:
        if kinds:
            self.problem(place, data, f"{listed(kinds)} in one step; write one inside the other")
            return
        key, value = next(iter(data.items()), ("", None))
        quoted = f'; a name with a colon needs quotes: "{key}: {value}"' if len(data) == 1 else ""
        message = f"unknown step {key!r}; a step is a name, a list or {WRITTEN}"
        self.problem((*place, str(key)), value, f"{message}{quoted}.{nearest(str(key), KINDS)}")
