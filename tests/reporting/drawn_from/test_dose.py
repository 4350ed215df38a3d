"""What the picture of contacts is drawn from: which moment, which kinds, which groups; by hand."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crmmining.comparison.contact_effects import ContactEffects
from crmmining.estimates import Estimate, absent
from crmmining.reporting.drawn_from.dose import contact_dose
from crmmining.study.durations import DAY

COLUMNS = ["moment", "direction", "contacts", "up_to", "n", "n_customers", "reached", "low", "high"]
DOSE = [
    ("at its first event", "inbound", 0, 0, 900, 900, 0.5, 0.4, 0.6),
    ("at its first event", "unasked", 0, 0, 450, 450, 0.5, 0.4, 0.6),
    ("at its first event", "unasked", 1, 1, 450, 450, 0.5, 0.4, 0.6),
    ("day 0 to 3", "inbound", 0, 1, 300, 300, 0.7, 0.6, 0.8),
    ("day 0 to 3", "inbound", 2, 9, 60, 4, 0.8, 0.7, 0.9),
    ("day 0 to 3", "unasked", 0, 0, 330, 330, 0.6, 0.5, 0.7),
    ("day 0 to 3", "unasked", 1, 1, 30, 30, 0.8, 0.7, 0.9),
    ("day 0 to 3", "outbound", 0, 0, 340, 340, 0.6, 0.5, 0.7),
    ("day 0 to 3", "outbound", 1, 2, 20, 20, 0.6, 0.5, 0.7),
    ("after day 3", "inbound", 0, 5, 19, 19, 0.9, 0.8, 1.0),
]


def result(**known: float) -> Any:
    """A result whose kinds of contact have these effects, the others none."""
    effects = ContactEffects()
    for kind in ("inbound", "outbound", "unasked", "answering"):
        value = known.get(kind)
        effects["reached", kind] = (
            absent("too few", "difference in share", "")
            if value is None
            else Estimate(value, value - 0.05, value + 0.05, 500, "difference in share", "")
        )
        effects.p["reached", kind] = 0.0001 if abs(value or 0) > 0.06 else 0.5
    raw = {kind: effects["reached", kind] for kind in ("inbound", "outbound", "unasked", "answering")}
    dose = pd.DataFrame(DOSE, columns=COLUMNS)
    return SimpleNamespace(goal="Move", effects=effects, dose=dose, as_counted=raw, follow_up=9 * DAY)


def test_the_moment_is_the_one_at_which_most_kinds_of_contact_differ() -> None:
    data = contact_dose(result(inbound=0.0, unasked=0.2))
    assert [[(p.contacts, p.up_to, p.n_goals) for p in row.points] for row in data.rows] == [
        [(0, 1, 300), (2, 9, 60)],
        [(0, 0, 330), (1, 1, 30)],
    ]
    assert data.caption.subtitle == (
        "“Move”. Left: goals still open at the customer's first sign on day 0 to 3, share reached within "
        "9.0 d, by contacts up to then. Right: 500 goals at all such moments."
    )


def test_kinds_of_contact_that_tell_nothing_are_left_out() -> None:
    assert [row.kind for row in contact_dose(result(inbound=0.0)).rows] == ["by the customer"]
    assert contact_dose(result()).rows == ()


@pytest.mark.parametrize(
    ("unasked", "kinds"),
    [(0.0, ["by the customer", "by the company"]), (0.2, ["by the customer", "by the company, unasked"])],
)
def test_the_companys_contacts_are_whole_where_only_all_of_them_say_something(
    unasked: float, kinds: list[str]
) -> None:
    data = contact_dose(result(inbound=0.0, outbound=0.2, unasked=unasked))
    assert [row.kind for row in data.rows] == kinds
    assert [row.is_sure for row in data.rows] == [False, True]


def test_a_group_of_few_customers_is_left_out_of_what_is_handed_on() -> None:
    data = contact_dose(result(inbound=0.0, unasked=0.2), fewest=5)
    shown = {(row.kind, point.n_goals) for row in data.rows for point in row.points}
    assert ("by the customer", 60) not in shown and shown


def test_no_moment_at_all_still_shows_the_effects() -> None:
    found = result(inbound=0.2)
    found.dose = found.dose[:0]
    (row,) = contact_dose(found).rows
    assert row.points == () and row.is_sure
