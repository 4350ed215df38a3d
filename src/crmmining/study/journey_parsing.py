"""From the plain data of a study file to the stages of a journey, every error at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import ValidationError

from crmmining.errors import listed, nearest
from crmmining.study.journey_rules import check_grouping, check_names
from crmmining.study.journey_terms import (
    Choice,
    Optional,
    Parallel,
    PartialOrder,
    Repeat,
    Sequence,
    Stage,
    Step,
    Term,
    in_order,
    steps_of,
)
from crmmining.study.model_files import steps_in
from crmmining.study.plain_reader import Place
from crmmining.study.step_reader import NOTHING, StepReader

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
WRITTEN = "{" + ": ...}, {".join(KINDS) + ": ...}"


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
        check_grouping(reader, stages, names)
    if reader.problems:
        raise ValidationError.from_exception_data("journey", reader.problems)
    return stages, path


class _Reader(StepReader):
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
        check_names(self, Sequence(tuple(stage.body for stage in stages)))
        return stages

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

    def refuse_kind(self, data: Mapping[Any, Any], kinds: list[str], place: Place) -> None:
        if kinds:
            self.problem(place, data, f"{listed(kinds)} in one step; write one inside the other")
            return
        key, value = next(iter(data.items()), ("", None))
        quoted = f'; a name with a colon needs quotes: "{key}: {value}"' if len(data) == 1 else ""
        message = f"unknown step {key!r}; a step is a name, a list or {WRITTEN}"
        self.problem((*place, str(key)), value, f"{message}{quoted}.{nearest(str(key), KINDS)}")
