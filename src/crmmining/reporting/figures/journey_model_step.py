"""A step of an ideal journey as a block: its name in a box, beneath it what the journey asks."""

from __future__ import annotations

from collections.abc import Iterator

from crmmining.reporting.figures.journey_model_blocks import Block
from crmmining.reporting.figures.journey_model_scene import (
    BOX,
    NOTE,
    NOTE_LINE,
    PROMISE,
    PROMISE_LINE,
    Scene,
    StepBox,
)
from crmmining.reporting.figures.text import fit_lines, fit_text
from crmmining.study.journey import Step

_NAME = 10.0  # font size
_WIDTHS = (96.0, 112.0, 128.0)


def step_block(step: Step, owner: str | None, *, optional: bool = False) -> Block:
    """A step in the narrowest box in which its name need not shrink, else in the widest.

    `owner` answers for the stage: a step says whose it is only where that is another one.
    """
    for width in _WIDTHS:
        name, size = fit_text(step.activity, width - 16, _NAME, weight="semibold", most=3, smallest=8)
        if size == _NAME:
            break
    within = f"≤ {step.promise.within}" if step.promise else ""
    promise = fit_lines(within, width - 8, PROMISE, weight="semibold") if within else []
    notes = [line for note in _notes(step, owner) for line in fit_lines(note, width, NOTE, most=3)]
    hanging = len(promise) * PROMISE_LINE + len(notes) * NOTE_LINE + 4 * bool(promise) + 5 * bool(notes)

    def put(scene: Scene, x: float, y: float) -> None:
        words = (tuple(name), size, tuple(promise), tuple(notes))
        scene.boxes.append(StepBox(step, x, y - BOX / 2, width, *words, optional))

    return Block(width, BOX / 2 + 6 * step.moment_of_truth, BOX / 2 + hanging, put, boxed=True)


def or_aliases(step: Step) -> str:
    """The other names a step goes by, in quotes so that they are not read on with what follows.

    >>> or_aliases(Step("Search", aliases=("Browse", "Look around")))
    'or “Browse” or “Look around”'
    """
    return " ".join(f"or “{name}”" for name in step.aliases)


def _notes(step: Step, owner: str | None) -> Iterator[str]:
    """What is said of a step in small letters."""
    if step.promise:
        yield f"after {step.promise.since}"
        if step.promise.pay:
            yield f"else {step.promise.pay}"
    if step.aliases:
        yield or_aliases(step)
    if step.channels:
        yield f"via {' or '.join(step.channels)}"
    if step.owner and step.owner != owner:
        yield f"owner {step.owner}"
    if step.weight != 1:
        yield f"weight {step.weight}"
    if step.unobserved:
        yield "not seen in the data"
