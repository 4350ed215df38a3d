"""Beneath a step stands what the journey asks of it."""

from __future__ import annotations

from tests.reporting.figures.test_journey_model import box_of, journey, laid_out


def test_marks_of_a_step_are_told_beneath_it() -> None:
    step = {
        "step": "Decision",
        "aliases": ["Letter", "Mail"],
        "unobserved": True,
        "channel": ["mail", "phone"],
        "promise": {"since": "Received", "within": "10 business days", "pay": "50 EUR"},
        "owner": "Risk",
        "weight": 10,
    }
    box = box_of(laid_out(journey("Received", step, owner="Lending")), "Decision")
    assert box.promise == ("≤ 10 business days",)
    told = "after Received|else 50 EUR|or “Letter” or “Mail”|via mail or phone|owner Risk|weight 10"
    assert " ".join(box.notes) == f"{told.replace('|', ' ')} not seen in the data"


def test_an_owner_is_told_only_where_it_is_not_that_of_the_stage() -> None:
    step = {"step": "A", "owner": "Lending"}
    assert box_of(laid_out(journey(step, owner="Lending")), "A").notes == ()
    assert box_of(laid_out(journey(step, owner="Sales")), "A").notes == ("owner Lending",)
