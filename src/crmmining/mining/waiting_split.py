"""The waiting time of steps split by cause; the parts of each add up to it exactly."""

from __future__ import annotations

import numpy as np

from crmmining.mining.batches import Batches
from crmmining.mining.enablement import Steps
from crmmining.mining.occupancy import (
    Axis,
    Whole,
    Work,
    latest_ends,
    occupied_by_then,
    started_before,
    summed_where,
)
from crmmining.mining.working_hours import Hours

CAUSES = ("batching", "contention", "prioritisation", "unavailability", "extraneous")
_ALWAYS = -(1 << 62)


def split_waits(steps: Steps, batches: Batches, hours: Hours) -> tuple[Whole, dict[str, Whole]]:
    """Places of the steps that something enabled, and per cause how long each of them waited for it.

    A step that is part of a batch waits for batching until the batch is complete. What follows is the
    resource's time: busy (with what was enabled by the time the step, or its batch, was: contention; with
    later work: prioritisation), or free, and then off work or not.
    """
    usable = (steps.start != -1) & (steps.resource >= 0)
    asked = np.flatnonzero(usable & (steps.source >= 0))
    line, enabled, start = steps.resource[asked], steps.enabled[asked], steps.start[asked]
    batch = batches.of_step[asked]
    in_batch = batch >= 0
    ready = np.where(in_batch, batches.enabled[batch], enabled) if len(batches) else enabled
    begun = np.where(in_batch, batches.begun[batch], start) if len(batches) else start

    place = np.flatnonzero(usable & (steps.end > steps.start))
    place = place[np.lexsort((steps.start[place], steps.resource[place]))]
    work = Work(steps.resource[place], steps.start[place], steps.end[place], steps.enabled[place])
    busy, off = _busy_and_off(work, line, ready, start, hours)
    contention = occupied_by_then(work, line, ready, begun, ready)
    contention[in_batch] += _contention_in_batches(steps, batches, work, place, asked[in_batch])
    batching, free = ready - enabled, start - ready - busy
    return asked, {
        "batching": batching,
        "contention": contention,
        "prioritisation": busy - contention,
        "unavailability": off,
        "extraneous": free - off,
    }


def _busy_and_off(work: Work, line: Whole, left: Whole, right: Whole, hours: Hours) -> tuple[Whole, Whole]:
    """Per question how long the resource was busy, and how long it was neither busy nor at work."""
    n, asked = work.line.size, line.size
    axis = Axis.of(
        np.concatenate([work.line, work.line, line, line]),
        np.concatenate([work.start, work.end, left, right]),
    )
    starts, ends, lefts, rights = np.split(axis.place, np.cumsum([n, n, asked]))
    occupied = axis.occupied(starts, ends)
    busy, off = summed_where(occupied, axis.moment), hours.off(axis.line, axis.moment)
    both = off - summed_where(occupied, off)
    return busy[rights] - busy[lefts], both[rights] - both[lefts]


def _contention_in_batches(steps: Steps, batches: Batches, work: Work, place: Whole, members: Whole) -> Whole:
    """How long each member of a batch waits, from the batch's first start on, for what came before it.

    That is work outside the batch that was enabled when the batch was, and the batch's own steps that
    were enabled no later than this one. Each batch is looked at as a line of its own.
    """
    if not members.size:
        return np.zeros(0, np.int64)
    batch = batches.of_step[members]
    number = np.arange(len(batches))
    last, resource = batches.begun.copy(), np.zeros(number.size, np.int64)
    np.maximum.at(last, batch, steps.start[members])
    resource[batch] = steps.resource[members]

    first, until = (started_before(work, resource, moment) for moment in (batches.begun, last))
    owner, inside = _ranges(first, until)
    own = batches.of_step[place[inside]] == owner
    counts = own | (work.enabled[inside] <= batches.enabled[owner])
    owner, inside, own = owner[counts], inside[counts], own[counts]
    reaching = latest_ends(work, resource, batches.begun, batches.enabled)
    reaches = reaching > batches.begun
    laid = Work(
        np.concatenate([owner, number[reaches]]),
        np.concatenate([work.start[inside], batches.begun[reaches]]),
        np.concatenate([work.end[inside], reaching[reaches]]),
        np.concatenate([np.where(own, work.enabled[inside], _ALWAYS), np.full(int(reaches.sum()), _ALWAYS)]),
    )
    return occupied_by_then(laid, batch, batches.begun[batch], steps.start[members], steps.enabled[members])


def _ranges(first: Whole, until: Whole) -> tuple[Whole, Whole]:
    """All places of several ranges, each with the number of its range."""
    sizes = until - first
    owner = np.repeat(np.arange(first.size), sizes)
    return owner, np.arange(owner.size) - np.repeat(np.cumsum(sizes) - sizes - first, sizes)
