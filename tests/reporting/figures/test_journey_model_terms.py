"""Terms are drawn without what is forbidden or empty in them."""

from __future__ import annotations

import pytest

from crmmining.reporting.figures.journey_model_terms import allowed
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term

A, B, C, D = (Step(name) for name in "ABCD")
NOTHING = Sequence(())


@pytest.mark.parametrize(
    ("term", "plain"),
    [
        (Repeat(A, at_most=0), NOTHING),
        (Sequence((A, Sequence((B, C)), Repeat(D, at_most=0))), Sequence((A, B, C))),
        (Choice((A, Repeat(B, at_most=0))), Optional(A)),
        (Choice((A, B, NOTHING)), Optional(Choice((A, B)))),
        (Parallel((A, Optional(Repeat(B, at_most=0)))), A),
        (Optional(Optional(A)), Optional(A)),
        (Repeat(A, 1, 1), A),
        (PartialOrder((A, Repeat(B, at_most=0), C), frozenset({(0, 1), (1, 2)})), Sequence((A, C))),
        (PartialOrder((A, B, NOTHING), frozenset({(0, 2)})), Parallel((A, B))),
    ],
)
def test_terms_are_drawn_without_what_is_forbidden(term: Term, plain: Term) -> None:
    found = allowed(term)
    if isinstance(found, PartialOrder):
        assert (found.parts, found.before) == ((A, C), frozenset({(0, 1)}))
    else:
        assert found == plain
