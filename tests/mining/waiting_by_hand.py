"""Waiting causes told minute by minute: the definition, without a thought for speed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from crmmining.eventlog.log import EventLog

MONDAY = pd.Timestamp("2026-01-05T00:00Z")
CAUSES = ("batching", "contention", "prioritisation", "unavailability", "extraneous")


@dataclass
class Step:
    case: str
    activity: str
    resource: str
    start: int
    end: int
    enabled: int = 0
    source: Step | None = None
    batch: int | None = None
    waits: dict[str, int] = field(default_factory=dict)


def log_of(*steps: tuple[str, str, str, int, int]) -> EventLog:
    """A log of (case, activity, resource, start, end), in minutes since Monday midnight."""
    frame = pd.DataFrame(steps, columns=["case", "activity", "resource", "start", "time"])
    for moment in ("start", "time"):
        frame[moment] = MONDAY + pd.to_timedelta(frame[moment], unit="min")
    return EventLog.from_frame(frame)


def told(
    rows: list[tuple[str, str, str, int, int]], concurrent: set[tuple[str, str]], off: set[int]
) -> list[Step]:
    """The steps that something enabled, with their waiting minutes by cause; `off` minutes nobody works."""
    steps = sorted(
        (Step(*row) for row in rows), key=lambda s: (s.case, s.end, s.start, s.activity, s.resource)
    )
    for place, step in enumerate(steps):
        before = [s for s in steps[:place] if s.case == step.case]
        ended = [s for s in before if s.end <= step.start and (s.activity, step.activity) not in concurrent]
        step.source = ended[-1] if ended else None
        step.enabled = ended[-1].end if ended else min(s.start for s in steps if s.case == step.case)
    _batch(steps)
    for step in steps:
        step.waits = dict.fromkeys(CAUSES, 0)
        ready = max((s.enabled for s in _fellows(step, steps)), default=step.enabled)
        for minute in range(step.enabled, step.start):
            step.waits[_cause(step, minute, ready, steps, off)] += 1
    return [step for step in steps if step.source]


def _fellows(step: Step, steps: list[Step]) -> list[Step]:
    return [s for s in steps if s.batch is not None and s.batch == step.batch]


def _batch(steps: list[Step]) -> None:
    lines = sorted({(s.resource, s.activity) for s in steps})
    number = 0
    for line in lines:
        run: list[Step] = []
        mine = [s for s in steps if (s.resource, s.activity) == line]
        for step in sorted(mine, key=lambda s: (s.start, s.enabled, s.end)):
            if not run or step.enabled > run[0].start or step.start > max(s.end for s in run):
                run, number = [], number + 1
            run.append(step)
            if len(run) > 1:
                for member in run:
                    member.batch = number


def _cause(step: Step, minute: int, ready: int, steps: list[Step], off: set[int]) -> str:
    if minute < ready:
        return "batching"
    doing = [s for s in steps if s.resource == step.resource and s.start <= minute < s.end]
    limit = {id(s): step.enabled if s in _fellows(step, steps) else ready for s in doing}
    if any(s.enabled <= limit[id(s)] for s in doing):
        return "contention"
    if doing:
        return "prioritisation"
    return "unavailability" if minute in off else "extraneous"
