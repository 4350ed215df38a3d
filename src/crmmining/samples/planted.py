"""The planted facts by name: what each number means, and its size in the whole population."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.move_goal import path_shares
from crmmining.samples.move_insure import QUOTE_PROMISE_DAYS

_OPEN = "open past the limit at the end of data is broken, open and not yet due is left out"
_FALSE_CLOSURE = (
    "Share of status changes to Closed of Complaint and Billing cases (every closing counts, at "
    "least 7 days before the end of data) followed within 6 days by, first of all, the same case "
    "reopened, a new case of the same type, or a call 'Chase status' (complaints) or 'Question "
    "about bill' (billing) of the same goal"
)
_INBOUND = (
    "Mean number per finished Bill goal of rows in call_centre.csv plus Complaint and Billing "
    "cases created (reopenings and tasks not counted)"
)
_BILL_REACHED = "Share of finished Bill goals (reached or abandoned before the end of data) reached"
_WAIT = "days from creation of a 'Property survey' case to its status Visited"
_LATE_WEEK = "created on Friday to Sunday (London) less created on Monday to Thursday"
_COUNTED = "of cases created at least 21 days before the end of data"
_TARGET_DAYS = {
    "Lead nurturing": 14,
    "Mortgage application": 21,
    "Property survey": 14,
    "Home insurance": 10,
    "Move-in service": 14,
    "Complaint handling": 5,
    "Billing question": 3,
}


@dataclass(frozen=True)
class Fact:
    """One fact; `means` are the measured means it is made of: the first less the others."""

    name: str
    means: tuple[str, ...]
    parameter: float | None
    unit: str
    definition: str


def planted_facts(effects: HomeMoveEffects) -> list[Fact]:
    """Every fact that stands in ``truth/facts.json``, in that order."""
    return [
        *_white_space(effects),
        *_false_closure(effects),
        *_proactive_call(effects),
        *_leavers(effects),
        *_survey(),
        *_weekday_delay(effects),
        *_promises(effects),
        *_targets(),
    ]


def _white_space(effects: HomeMoveEffects) -> list[Fact]:
    both = "goals in which both were written before the end of data"
    return [
        Fact(
            "white_space_lending_insurance", ("white_space",), effects.white_space_days, "days",
            "Mean days per Move goal from web 'Ask for insurance' to CreatedDate of its insurance "
            f"opportunity; {both}",
        ),
        Fact(
            "thinking_before_insurance", ("thinking",), None, "days",
            "Mean days per Move goal from stage 'Mortgage approved' to web 'Ask for insurance', "
            f"the customer's own time; {both}",
        ),
        Fact(
            "forced_channel_switch", ("forced_switch",), effects.forced_channel_switch, "share",
            "Share of web 'Online step failed' (at least 24 h before the end of data) followed "
            "within 24 h by a call 'Help after online step' of the same goal",
        ),
    ]  # fmt: skip


def _false_closure(effects: HomeMoveEffects) -> list[Fact]:
    size, unit, name = effects.false_closure, "share", "false_closure"
    facts = [Fact(name, (name,), size, unit, _FALSE_CLOSURE)]
    for kind in ("complaint", "billing"):
        which = f"{name}_{kind}"
        facts.append(Fact(which, (which,), size, unit, f"{_FALSE_CLOSURE}; {kind} cases only"))
    reopened, new_case = effects.comes_back_reopened, effects.comes_back_as_new_case
    ways = {"reopened": reopened, "new_case": new_case, "call": 1 - reopened - new_case}
    for way, share in ways.items():
        which = f"{name}_{way}"
        meaning = f"Of those false closings, the share that came back so: {way}"
        facts.append(Fact(which, (which,), round(share, 6), unit, meaning))
    return facts


def _proactive_call(effects: HomeMoveEffects) -> list[Fact]:
    unit, contacts = "share", "contacts per goal"
    pilot, shock = effects.reached_after_proactive_call, effects.reached_after_shock
    many, few = effects.inbound_after_shock, effects.inbound_after_proactive_call
    with_, without = "with 'Proactive bill call'", "without 'Proactive bill call'"
    difference = f"{with_} less {without}"
    reached, inbound = ("reached_pilot", "reached_shock"), ("inbound_pilot", "inbound_shock")
    name = "proactive_call"
    return [
        Fact(f"{name}_reached", reached, round(pilot - shock, 6), "share difference",
             f"{_BILL_REACHED}, {difference}"),
        Fact(f"{name}_reached_pilot", reached[:1], pilot, unit, f"{_BILL_REACHED}, {with_}"),
        Fact(f"{name}_reached_shock", reached[1:], shock, unit, f"{_BILL_REACHED}, {without}"),
        Fact(f"{name}_inbound", inbound, round(few - many, 6), contacts,
             f"{_INBOUND}, {difference}"),
        Fact(f"{name}_inbound_pilot", inbound[:1], few, contacts, f"{_INBOUND}, {with_}"),
        Fact(f"{name}_inbound_shock", inbound[1:], many, contacts, f"{_INBOUND}, {without}"),
    ]  # fmt: skip


def _leavers(effects: HomeMoveEffects) -> list[Fact]:
    left = round(sum(path_shares(effects)[:-1]), 6)
    return [
        Fact("silent_leavers", ("silent_leavers",), effects.silent_leavers, "share",
             "Share of Move goals abandoned before the end of data without a Complaint case and "
             "without a survey answer written"),
        Fact("move_abandoned", ("move_abandoned",), None, "share",
             "Share of finished Move goals that were abandoned, explicitly or silently"),
        Fact("move_abandoned_cohort", ("move_abandoned_early",), left, "share",
             "Share of Move goals begun at least 200 days before the end of data that were "
             "abandoned before it"),
    ]  # fmt: skip


def _survey() -> list[Fact]:
    finished = {
        "": "all finished goals (reached or abandoned before the end of data)",
        "_move": "finished Move goals",
        "_bill": "finished Bill goals",
    }
    facts = []
    for key, whose in finished.items():
        answered, true, points = f"score_answered{key}", f"score_true{key}", "points of 1 to 5"
        facts += [
            Fact(f"survey_bias{key}", (answered, true), None, points,
                 f"Mean score of the answers less the true mean satisfaction of {whose}"),
            Fact(f"survey_true_mean{key}", (true,), None, points,
                 f"True mean satisfaction of {whose}, answered or not"),
            Fact(f"survey_answered_mean{key}", (answered,), None, points,
                 f"Mean score in satisfaction_survey.csv about {whose}"),
            Fact(f"survey_response_rate{key}", (f"response{key}",), None, "share",
                 f"Share of {whose} with an answer written"),
        ]  # fmt: skip
    return facts


def _weekday_delay(effects: HomeMoveEffects) -> list[Fact]:
    late, early = "wait_late_week", "wait_early_week"
    return [
        Fact("weekday_delay", (late, early), effects.weekday_delay_days, "days",
             f"Mean {_WAIT}, {_LATE_WEEK}; {_COUNTED}"),
        Fact("weekday_wait_mon_thu", (early,), 2.0, "days",
             f"Mean {_WAIT}, created on Monday to Thursday; {_COUNTED}"),
    ]  # fmt: skip


def _promises(effects: HomeMoveEffects) -> list[Fact]:
    hours = "business hours (Mon-Fri 09:00-17:00 London, England's bank holidays off)"
    return [
        Fact("broken_promises_lending", ("lending_broken",), effects.lending_broken, "share",
             "Share of 'Mortgage enquiry' not followed by 'Offer sent' within 80 "
             f"{hours}; {_OPEN}"),
        Fact("broken_promises_insurance", ("insurance_broken",), None, "share",
             "Share of web 'Ask for insurance' not followed by 'Insurance quote sent' within "
             f"{QUOTE_PROMISE_DAYS:g} calendar days of 24 h; {_OPEN}"),
        Fact("broken_promises_customer_care", ("care_broken",), effects.complaints_broken, "share",
             f"Share of new Complaint cases not 'Answered' within 16 {hours}; {_OPEN}"),
    ]  # fmt: skip


def _targets() -> list[Fact]:
    return [
        Fact(f"internal_target_met: {process}", (f"target_{process}",), None, "share",
             f"Share of records of '{process}' closed before the end of data whose (first) closing "
             f"came within {days} days of creation")
        for process, days in _TARGET_DAYS.items()
    ]  # fmt: skip
