"""Who answers the satisfaction survey after a goal: the content and the furious above all."""

from __future__ import annotations

import numpy as np

from crmmining.samples.clock import NEVER, Bools, Floats, Ints
from crmmining.samples.setting import Begun, Setting


def on_scale(content: Floats) -> Ints:
    """How content customers are, as whole points of 1 to 5.

    >>> on_scale(np.array([-0.3, 3.6, 5.7]))
    array([1, 4, 5])
    """
    points: Ints = np.rint(content).clip(1, 5).astype(np.int64)
    return points


def answer_by_score(s: Setting, score: Ints) -> Bools:
    """Whether customers who reached their goal answer, given how content they truly are."""
    return s.moments.chance(np.array(s.effects.survey_response)[score - 1], len(score))


def enter_answers(
    s: Setting, begun: Begun, ended: Floats, answers: Bools, *, score: Ints, about: Ints
) -> None:
    """Enter the answers, some days after goals ended; `about` is the number of the goal's name."""
    answered = np.where(answers, s.moments.customer(ended, 0.2, 3.5), NEVER)
    s.ledger.add("answer", answered, begun.goal, customer=begun.customer, score=score, about=about)
