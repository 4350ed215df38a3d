"""The ideal journey: stages of steps as the study file declares them, typed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from crmmining.errors import UnknownNameError
from crmmining.study.journey_parsing import parse_modelled, parse_stages
from crmmining.study.journey_terms import (
    ACTORS,
    Actor,
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
    main_path_of,
    steps_of,
    text_of,
)

__all__ = [
    "ACTORS",
    "Actor",
    "Choice",
    "IdealJourney",
    "Optional",
    "Parallel",
    "PartialOrder",
    "Repeat",
    "Sequence",
    "Stage",
    "Step",
    "StepPromise",
    "Term",
    "main_path_of",
    "steps_of",
    "text_of",
]


@dataclass(frozen=True)
class IdealJourney:
    """The model a goal's journeys are held against: stages in order, of steps in order.

    With `model`, a file (PNML, BPMN 2.0, PTML), the order of the steps is that of the file, and the stages
    only group them.

    As a pydantic field it accepts the plain lists, mappings and strings of a YAML file.

    >>> look = {"stage": "Look", "steps": ["Search", {"optional": "Visit"}]}
    >>> journey = IdealJourney.parse([look])
    >>> journey.activities, journey.main_path(), journey.stage_of("Visit").name
    (('Search', 'Visit'), ('Search',), 'Look')
    """

    stages: tuple[Stage, ...]
    model: Path | None = None

    @classmethod
    def parse(cls, data: Any, folder: Path = Path()) -> IdealJourney:
        """Read and check plain data; a model file is looked for in `folder`.

        Raises pydantic's ValidationError, each error located in the data (``(0, "steps", 2, …)``).
        """
        if isinstance(data, IdealJourney):
            return data
        return cls(*parse_modelled(data, folder)) if isinstance(data, dict) else cls(parse_stages(data))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read this type with `parse`; its context is the folder of the study file."""

        def read(data: Any, info: core_schema.ValidationInfo) -> IdealJourney:
            return cls.parse(data, info.context.folder if info.context else Path())

        return core_schema.with_info_plain_validator_function(read)

    @cached_property
    def term(self) -> Sequence:
        """The whole journey as one term."""
        return Sequence(tuple(stage.body for stage in self.stages))

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Activities that count as a step, with the step's name."""
        return {alias: step.activity for step in self.steps for alias in step.aliases}

    @cached_property
    def weights(self) -> dict[str, int]:
        """What a deviation at each step costs."""
        return {step.activity: step.weight for step in self.steps}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step in written order; a name comes twice when two branches of a choice have it."""
        return tuple(steps_of(self.term))

    @cached_property
    def activities(self) -> tuple[str, ...]:
        """The names of the steps in written order, each once."""
        return tuple(dict.fromkeys(step.activity for step in self.steps))

    def stage_of(self, activity: str) -> Stage:
        """The stage an activity or alias belongs to; raises UnknownNameError where there is none."""
        if activity not in self._stages:
            raise UnknownNameError("step of the ideal journey", activity, self.activities)
        return self._stages[activity]

    def main_path(self) -> tuple[str, ...]:
        """The plainest run: first branches, nothing optional, as few repeats as allowed.

        Of a journey from a file the steps as they are written.
        """
        return main_path_of(self.term)

    def to_text(self) -> str:
        """The journey on one page, for people."""
        lines = [f"The order of the steps is that of {self.model.name}."] if self.model else []
        for number, stage in enumerate(self.stages, 1):
            owner = f"  (owner {stage.owner})" if stage.owner else ""
            lines.append(f"{number}. {stage.name}{owner}")
            lines += [f"   {line}" for part in stage.body.parts for line in text_of(part)]
        return "\n".join(lines)

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {
            name: stage
            for stage in self.stages
            for step in stage.steps
            for name in (step.activity, *step.aliases)
        }
