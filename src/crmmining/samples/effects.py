"""Every planted size of the home-move world, and the same world with all effects off."""

from __future__ import annotations

from dataclasses import dataclass, fields

from crmmining.errors import InvalidOptionError


@dataclass(frozen=True)
class HomeMoveEffects:
    """How large each planted fact is: shares in [0, 1], durations in days.

    The defaults are the committed sample; `HomeMoveEffects.none()` is the world in which nothing
    is to be found. A field says the size in the whole population; what a sample of it realised
    stands in ``truth/facts.json``.

    >>> HomeMoveEffects(false_closure=0.1).false_closure
    0.1

    Raises:
        InvalidOptionError: a share outside [0, 1], a negative duration or number.
    """

    # White space: insurance asked for -> insurance opportunity opened (gamma, this mean and shape).
    white_space_days: float = 9.0
    white_space_shape: float = 4.0
    chase_per_day: float = 0.07  # calls for status per day of white space after the second

    # Tickets closed as done though nothing was solved, and the ways back (the rest: a call).
    false_closure: float = 0.28
    comes_back_reopened: float = 0.25
    comes_back_as_new_case: float = 0.45

    # Online steps that fail, and those whose customer is driven to the phone by it.
    online_failure: float = 0.12
    forced_channel_switch: float = 0.60

    # A call before the higher bill (pilot, half of the customers by lot) against the mere notice.
    reached_after_proactive_call: float = 0.92
    reached_after_shock: float = 0.74
    inbound_after_proactive_call: float = 0.3  # calls and cases per goal
    inbound_after_shock: float = 1.5

    # Who leaves on the way to a home, where, and how many of them without a word.
    leaves_before_lead: float = 0.04
    leaves_as_lead: float = 0.06
    leaves_after_offer: float = 0.05
    declined_by_bank: float = 0.06
    withdraws: float = 0.05
    leaves_in_white_space: float = 0.04
    leaves_after_quote: float = 0.02
    silent_leavers: float = 0.80
    leavers_complain: float = 0.60  # of those who speak once a mortgage is open; others answer

    # Share of reached goals whose survey is answered, by true score 1 to 5; unreached bills apart.
    survey_response: tuple[float, float, float, float, float] = (0.34, 0.10, 0.06, 0.14, 0.26)
    survey_response_bill_unpaid: float = 0.04

    # Surveying plans no visit for orders of Friday to Sunday: that much longer until the visit.
    weekday_delay_days: float = 3.5

    # Promises broken.
    lending_broken: float = 0.15
    complaints_broken: float = 0.30

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            for size in value if isinstance(value, tuple) else (value,):
                largest = float("inf") if field.name in _NOT_SHARES else 1.0
                if not 0 <= size <= largest:
                    raise InvalidOptionError(
                        f"effect {field.name} = {size}: it must lie between 0 and {largest:g}"
                    )
        if self.comes_back_reopened + self.comes_back_as_new_case > 1:
            raise InvalidOptionError(
                "effects comes_back_reopened and comes_back_as_new_case add up to more than 1"
            )

    @classmethod
    def none(cls) -> HomeMoveEffects:
        """Insurance is picked up at the next office hour, tickets are solved, promises are kept.

        Nobody is driven to the phone, the proactive call changes nothing, and everybody answers
        the survey with the same likelihood, whatever the score, leavers too.
        """
        return cls(
            white_space_days=0,
            false_closure=0,
            forced_channel_switch=0,
            reached_after_proactive_call=0.85,
            reached_after_shock=0.85,
            inbound_after_proactive_call=0.8,
            inbound_after_shock=0.8,
            silent_leavers=0.86,
            leavers_complain=0,
            survey_response=(0.14,) * 5,
            survey_response_bill_unpaid=0.14,
            weekday_delay_days=0,
            lending_broken=0,
            complaints_broken=0,
        )


_NOT_SHARES = {
    "white_space_days",
    "white_space_shape",
    "chase_per_day",
    "inbound_after_proactive_call",
    "inbound_after_shock",
    "weekday_delay_days",
}

PLANTED = HomeMoveEffects()
