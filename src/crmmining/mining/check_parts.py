"""Conformance of a log in parts: each aligned where its rows are, exact in every number of the whole.

A part is a log that holds whole cases: a stretch of a log larger than memory, or what one worker of a
cluster has. Of a part only what it says of its cases comes back, never its events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.case_table import held_cases, numbers_of
from crmmining.eventlog.log import CaseNotion
from crmmining.eventlog.study import Study
from crmmining.mining.checked import CaseCosts, Checked
from crmmining.mining.compiling import AnyModel
from crmmining.mining.conformance import (
    CheckedModel,
    Conformance,
    check_conformance,
    compiled_model,
    net_of,
)
from crmmining.mining.deviation_kinds import Kind
from crmmining.mining.deviations import CaseFacts, DeviatingCases, Deviations, describe_deviations
from crmmining.mining.models import PetriNet
from crmmining.mining.part_log import PartLog
from crmmining.mining.precision import ModelRuns, Precision, measure_precision
from crmmining.study.journey import IdealJourney
from crmmining.study.waivers import Waiver

Say = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class CheckedPart:
    """What a part says of its cases; can be pickled. `case_number` is the record or goal instance of each."""

    n_events: int
    case_number: NDArray[np.int64]
    verdict: NDArray[np.int8]
    costs: CaseCosts
    facts: CaseFacts
    deviating: DeviatingCases
    unchecked: tuple[str, ...]
    runs: ModelRuns

    @classmethod
    def joined(cls, parts: Sequence[CheckedPart]) -> CheckedPart:
        """Several parts as one, their cases one part's after the other's."""
        starts = np.cumsum([0, *(part.verdict.size for part in parts[:-1])])
        deviating: dict[tuple[str, Kind], list[NDArray[np.int64]]] = {}
        for start, part in zip(starts, parts, strict=True):
            for key, cases in part.deviating.items():
                deviating.setdefault(key, []).append(cases + start)
        return cls(
            sum(part.n_events for part in parts),
            np.concatenate([part.case_number for part in parts]),
            np.concatenate([part.verdict for part in parts]),
            CaseCosts.joined([part.costs for part in parts]),
            CaseFacts.joined([part.facts for part in parts]),
            {key: np.concatenate(cases) for key, cases in deviating.items()},
            parts[0].unchecked,
            ModelRuns.joined([part.runs for part in parts]),
        )


@dataclass(frozen=True, eq=False, repr=False)
class PartlyChecked(Checked):
    """A log against a model, the log never whole in memory; its cases are numbered as the parts came."""

    study: Study
    of: CaseNotion
    journey: IdealJourney | None
    model: AnyModel
    net: PetriNet | None
    cases: CheckedPart
    waivers: tuple[Waiver, ...] = ()

    @property
    def notion(self) -> CaseNotion:
        """What a case is here."""
        return self.of

    @property
    def verdict(self) -> NDArray[np.int8]:
        """Per case the place of its verdict in `VERDICTS`."""
        return self.cases.verdict

    @property
    def case_costs(self) -> CaseCosts:
        """What each case costs."""
        return self.cases.costs

    @property
    def facts(self) -> CaseFacts:
        """How each case came out, how long it took, how content its customer was."""
        return self.cases.facts

    def names_of(self, cases: NDArray[np.int64]) -> NDArray[np.object_]:
        """What cases are called."""
        return self.study.case_names(self.of, self.cases.case_number[cases])

    @cached_property
    def deviations(self) -> Deviations:
        """What kind of deviation, at which step, how often, and how these cases come out."""
        found = self.cases
        return describe_deviations(found.deviating, found.facts, self.journey, self.waivers, found.unchecked)

    @cached_property
    def precision(self) -> Precision:
        """How much of what the model allows was seen (align-ETC)."""
        return measure_precision(self.model, self.cases.runs)


@dataclass(frozen=True, eq=False)
class Checking:
    """Aligns a part of the rows of `LogQuery.checked`; can be sent to where the rows are."""

    part: PartLog
    model: CheckedModel
    clock: BusinessClock | None

    def __call__(self, rows: Columns) -> CheckedPart:
        """What the part says."""
        log = self.part(rows)
        result = check_conformance(log, self.model, clock=self.clock)
        deviating, unchecked = result.deviating
        return CheckedPart(
            log.n_events,
            numbers_of(held_cases(result.log), "case_number"),
            result.verdict,
            result.case_costs,
            CaseFacts.of(result.log),
            deviating,
            unchecked,
            ModelRuns.of(result.alignments, result.n_cases),
        )


def check_study(
    study: Study,
    notion: CaseNotion | str,
    model: CheckedModel | None = None,
    *,
    where: Sequence[str] = (),
    waivers: Sequence[Waiver] = (),
    say: Say = lambda step, share: None,
) -> Conformance | PartlyChecked:
    """Hold one of a study's logs against a model, or against the ideal it declares.

    `notion` is that of a log (``log.notion``), or the name of a goal or else of a process. A log that is too
    large for the memory limit is aligned in parts, on a cluster where its events are.
    `where` chooses cases, `waivers` are the deviations that somebody accepted.

    Raises:
        UnknownNameError: no goal and no process has this name.
        InvalidOptionError: there is no model.
        ModelError: a model that never ends or is not bounded.
    """
    notion = study.notion(notion) if isinstance(notion, str) else notion
    model = study.ideal_of(notion) if model is None else model
    if model is None:
        raise InvalidOptionError(f"the study declares no ideal of {notion}; give a model to check against")
    query = study.query(notion, where)
    n_events = study.count(query)
    if study.has_room(n_events) or n_events == 0:
        log = study.log(notion, where)
        return check_conformance(log, model, clock=study.clock_over(log), waivers=waivers)
    checking = Checking(PartLog.of(study, notion), model, study.clock_from(study.beginning))
    parts: list[CheckedPart] = []
    say("aligning the cases", 0.0)
    for part in study.workspace.map_parts(checking, query.checked, [query.code], by="case_number"):
        parts.append(part)
        say("aligning the cases", sum(done.n_events for done in parts) / n_events)
    journey = model if isinstance(model, IdealJourney) else None
    whole = CheckedPart.joined(parts)
    return PartlyChecked(study, notion, journey, compiled_model(model), net_of(model), whole, tuple(waivers))
