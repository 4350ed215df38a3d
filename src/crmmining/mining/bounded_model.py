"""A model too large to be held, by two that it lies between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crmmining.mining.block_model import Model


@dataclass(frozen=True, eq=False)
class BoundedModel:
    """What is known of a model with too many states.

    `smaller` has some of its runs, so that what it costs is a possible alignment; `larger` has all of them
    and more, so that no alignment costs less.
    """

    smaller: Model
    larger: Model

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The activities of the model, sorted."""
        return tuple(sorted({*self.smaller.labels, *self.larger.labels}))

    def shortest_run(self) -> tuple[str, ...]:
        """The shortest run that is known."""
        return self.smaller.shortest_run()
