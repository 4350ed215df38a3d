"""Entries that several parts of the world make alike: calls, cases, failing online steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from crmmining.samples.clock import NEVER, Bools, Floats, Ints
from crmmining.samples.ledger import NOBODY
from crmmining.samples.setting import Begun, Setting
from crmmining.samples.words import CASE_FIELD, STATUS


def enter_calls(
    s: Setting, who: Begun, begins: Floats, *, reason: ArrayLike, queue: ArrayLike,
    case: ArrayLike = NOBODY,
) -> None:  # fmt: skip
    """Enter calls that begin at these moments and last some minutes; the event is their end."""
    ended = np.floor(begins + s.moments.between(2, 14, len(begins)) * 60)
    s.ledger.add(
        "call", ended, who.goal, started=begins, customer=who.customer, reason=reason, queue=queue,
        case=case,
    )  # fmt: skip


def enter_creation(s: Setting, goal: Ints, opened: Floats, case: Ints, users: Ints) -> None:
    """Enter a case's creation in its history, and changes of owner or priority, no events."""
    m, n = s.moments, len(opened)
    s.ledger.add("case_change", opened, goal, case=case, field=CASE_FIELD["created"], user=users)
    handed = np.where(m.chance(0.06, n), m.soon(opened, 2, 18), NEVER)
    s.ledger.add(
        "case_change", handed, goal, case=case, field=CASE_FIELD["Owner"], old=users,
        new=users[m.rng.permutation(n)], user=users,
    )  # fmt: skip
    raised = np.where(m.chance(0.05, n), m.soon(opened, 2, 18), NEVER)
    s.ledger.add("case_change", raised, goal, case=case, field=CASE_FIELD["Priority"], user=users)


def enter_statuses(
    s: Setting, goal: Ints, case: Ints, user: Ints, way: dict[str, Floats], old: str = "New"
) -> None:
    """Enter a case's way from status to status; `way` says when it took each, `old` comes first."""
    for new, time in way.items():
        s.ledger.add("case_change", time, goal, case=case, old=STATUS[old], new=STATUS[new], user=user)
        old = new


class OnlineStep:
    """A step customers take on the web: when it succeeded, and what went wrong before.

    `failed` and `called` are `NEVER` where it worked at once; `called` also where the customer
    tried again on the web without asking.
    """

    def __init__(self, s: Setting, tried: Floats, may_fail: Bools) -> None:
        m, n = s.moments, len(tried)
        fails = may_fail & m.chance(s.effects.online_failure, n)
        self.failed = np.where(fails, tried, NEVER)
        calls = m.chance(s.effects.forced_channel_switch, n)
        self.called = np.where(calls, m.phone(self.failed, 0.01, 0.375), NEVER)
        helped = m.customer(self.called, 0.05, 0.9)
        again = m.customer(self.failed, 0.02, 0.75)
        self.done: Floats = np.where(fails, np.where(calls, helped, again), tried)
