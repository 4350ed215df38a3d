"""What holds across the steps of a journey: names that stand once, one weight, stages that hold a model."""

from __future__ import annotations

from crmmining.errors import listed, nearest
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
    steps_of,
)
from crmmining.study.plain_reader import Place
from crmmining.study.step_reader import StepReader

TWICE = (
    "the name is already a step of this journey; twice is allowed only in different branches "
    "of one choice, and {repeat: NAME} says that a step comes several times"
)


def check_names(reader: StepReader, term: Term) -> dict[str, Place]:
    """The names used in a term, refusing a second use outside another branch of a choice."""
    match term:
        case Step(activity):
            place, said = reader.places[id(term)], (activity, *term.aliases)
            if len(set(said)) < len(said):
                reader.problem(place, activity, f"a name stands twice among {activity!r} and its aliases")
            return dict.fromkeys(said, place)
        case Choice(branches):
            _check_weights(reader, branches)
            return {name: at for branch in branches for name, at in check_names(reader, branch).items()}
        case Repeat(body) | Optional(body):
            return check_names(reader, body)
        case Sequence(parts) | Parallel(parts) | PartialOrder(parts):
            used: dict[str, Place] = {}
            for part in parts:
                new = check_names(reader, part)
                for name in new.keys() & used.keys():
                    reader.refuse(new[name], name, TWICE)
                used = {**new, **used}
            return used


def _check_weights(reader: StepReader, branches: tuple[Term, ...]) -> None:
    """A step in two branches costs the same in both."""
    weights: dict[str, int] = {}
    for step in (step for branch in branches for step in steps_of(branch)):
        if weights.setdefault(step.activity, step.weight) != step.weight:
            said = f"{step.activity!r} weighs {weights[step.activity]} in another branch; say one weight"
            reader.problem(reader.places[id(step)], step.weight, said)


def check_grouping(reader: StepReader, stages: tuple[Stage, ...], names: tuple[str, ...]) -> None:
    """Stages beside a model file hold its steps, plainly, and all of them."""
    grouped = set()
    for stage in stages:
        for part in stage.body.parts:
            if not isinstance(part, Step):
                meant = "beside a model, a stage lists steps; their order is the model's"
                reader.problem(("stages",), stage.name, f"stage {stage.name!r}: {meant}")
                continue
            grouped.add(part.activity)
            if names and part.activity not in names:
                said = f"{part.activity!r} is no step of the model.{nearest(part.activity, names)}"
                reader.problem(reader.places[id(part)], part.activity, said)
    if grouped and (missing := [name for name in names if name not in grouped]):
        reader.problem(("stages",), missing, f"no stage has the model's {listed(missing)}")
