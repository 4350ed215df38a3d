"""What a log looks like: what comes after what, and its variants; from a log, or from a study in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crmmining.engine.engine import Columns
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.study import Study
from crmmining.eventlog.variants import Variants
from crmmining.mining.directly_follows import DirectlyFollowsGraph, directly_follows
from crmmining.mining.part_log import PartLog
from crmmining.mining.view_parts import Brackets, ViewPart, Within, finished, merged, part_of, within

Say = Callable[[str, float], None]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class View:
    """A log's directly-follows graph and variants; `log` is None where it came in parts."""

    notion: CaseNotion
    graph: DirectlyFollowsGraph
    variants: Variants
    log: EventLog | None = None


def view_of_log(log: EventLog) -> View:
    """The view of a log in memory."""
    return View(log.notion, directly_follows(log), log.variants, log)


def view_of_study(
    study: Study, notion: CaseNotion, where: Sequence[str] = (), say: Say = lambda step, share: None
) -> View:
    """The view of one of a study's logs, exact in every number.

    A log that is too large for the memory limit is looked at in parts, on a cluster where its events are.
    """
    query = study.query(notion, where)
    n_events = study.count(query)
    if study.has_room(n_events) or n_events == 0:
        return view_of_log(study.log(notion, where))
    part = PartLog.of(study, notion)

    def over(function: Callable[[Columns], tuple[int, T]], step: str, start: float) -> Iterator[T]:
        seen = 0
        say(step, start)
        for n, found in study.workspace.map_parts(function, query.facts, [query.code], by="case_number"):
            seen += n
            say(step, start + 0.5 * seen / n_events)
            yield found

    brackets = merged(over(Looking(part), "looking at the cases", 0.0))
    answers = (
        [] if brackets.certain else list(over(Settling(part, brackets), "settling the percentiles", 0.5))
    )
    return View(notion, *finished(brackets, answers))


@dataclass(frozen=True, eq=False)
class Looking:
    """The first look at a part."""

    part: PartLog

    def __call__(self, rows: Columns) -> tuple[int, ViewPart]:
        """How many events it has, and what they say."""
        log = self.part(rows)
        return log.n_events, part_of(log)


@dataclass(frozen=True, eq=False)
class Settling:
    """The second look, with what the first left open."""

    part: PartLog
    brackets: Brackets

    def __call__(self, rows: Columns) -> tuple[int, Within]:
        """How many events it has, and the values in question."""
        log = self.part(rows)
        return log.n_events, within(log, self.brackets)
