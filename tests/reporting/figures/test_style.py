"""Colours stay with their names and every text on them is legible."""

from __future__ import annotations

import pytest

from crmmining.reporting.figures import style
from crmmining.reporting.figures.bottlenecks import heat
from crmmining.reporting.figures.style import FigureStyle, contrast, department_colours, ink_on

AA = 4.5  # WCAG 2.2, success criterion 1.4.3


@pytest.mark.parametrize(
    "colour",
    [
        *style.DEPARTMENTS,
        style.CUSTOMER,
        style.UNKNOWN,
        style.BLUE,
        style.ALARM_FILL,
        style.GOOD_FILL,
        style.MIDDLE,
        style.INK,
        style.LINE,
    ],
)
def test_ink_is_legible_on_every_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= AA


@pytest.mark.parametrize("ink", [style.INK, style.MUTED, style.ALARM, style.GOOD])
@pytest.mark.parametrize("paper", [style.PAPER, style.WASH, style.ALARM_WASH, style.GOOD_WASH])
def test_ink_is_legible_on_every_paper(ink: str, paper: str) -> None:
    assert contrast(ink, paper) >= AA


def test_ink_is_legible_on_sixty_departments_and_on_every_heat() -> None:
    many = department_colours([str(i) for i in range(60)]).values()
    hot = [heat(days / 10, (0.0, 10.0)) for days in range(101)]
    assert min(contrast(ink_on(colour), colour) for colour in (*many, *hot)) >= AA


def test_a_colour_belongs_to_a_name_not_to_a_picture() -> None:
    one, other = FigureStyle(("Lending", "Billing")), FigureStyle(("Lending", "Billing", "IT"))
    assert one.colour("Billing") == other.colour("Billing")
    assert one.colour("Customer") == style.CUSTOMER
    assert one.colour("nobody") == one.colour(None) == style.UNKNOWN


def test_twelve_departments_have_twelve_colours() -> None:
    assert len(set(department_colours([str(i) for i in range(12)]).values())) == 12
