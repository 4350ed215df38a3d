"""Words in column names that hint at a role, the telling ones first."""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.sources.column_facts import ColumnFacts


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CUSTOMER = _words("customer client caller account contact person member subscriber user requester")
RECORD = _words(
    "ticket case incident order lead opportunity deal claim application request contract policy invoice "
    "number id no key ref"
)
ACTIVITY = _words("activity event action status state stage step reason page task subject topic type")
STATE = frozenset(_words("status state stage"))
TIME = _words("timestamp time datetime occurred at when date updated modified created")
STARTS = frozenset(_words("start started begin began begun"))
ENDS = frozenset(_words("end ended finish finished stop stopped complete completed"))
OPENED = frozenset(_words("opened open created create submitted received"))
CLOSED = frozenset(_words("closed close resolved solved completed"))
SCORE = frozenset(_words("score rating csat satisfaction stars nps"))
MOOD = frozenset(_words("sentiment mood emotion"))
LABELS = {
    "channel": _words("channel medium origin source"),
    "department": _words("department team queue group unit"),
    "resource": _words("agent resource employee assignee assigned owner operator"),
}
STAFF = frozenset(
    _words(
        "agent owner employee staff assigned assignee resolver manager handled operator adviser advisor "
        "rep by"
    )
)


def rank(fact: ColumnFacts, hints: Sequence[str]) -> tuple[int, int, str]:
    """Earlier hints first, then the shorter name."""
    places = [place for place, hint in enumerate(hints) if hint in fact.words]
    return (places[0] if places else len(hints), len(fact.words), fact.name)


def is_mood(fact: ColumnFacts) -> bool:
    """Whether a column looks like sentiment on the scale that counts where none is declared."""
    return bool(fact.words & MOOD) and fact.low is not None and fact.low >= -1 and (fact.high or 0) <= 1


def scale_of(fact: ColumnFacts) -> tuple[int, int] | None:
    """The satisfaction scale a column of numbers fits: 1 to 5, or 0 to 10."""
    if fact.low is None or fact.high is None:
        return None
    if fact.low >= 1 and fact.high <= 5:
        return 1, 5
    return (0, 10) if fact.low >= 0 and fact.high <= 10 else None
