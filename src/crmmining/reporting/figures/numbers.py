"""Numbers as people read them: days, shares, counts."""

from __future__ import annotations


def days_text(days: float) -> str:
    """A duration with the unit that suits it.

    >>> [days_text(d) for d in (0.002, 0.01, 0.9, 6.24, 120.4, 1530)]
    ['3 min', '14 min', '22 h', '6.2 d', '120 d', '1,530 d']
    >>> days_text(0)
    '0 d'
    """
    minutes = abs(days) * 24 * 60
    if not minutes:
        return "0 d"
    if minutes < 99.5:
        return f"{_sign(days)}{minutes:.0f} min"
    if minutes < 24 * 60:
        hours = minutes / 60
        return f"{_sign(days)}{hours:.1f} h" if hours < 9.95 else f"{_sign(days)}{hours:.0f} h"
    return f"{days:,.1f} d" if abs(days) < 99.95 else f"{days:,.0f} d"


def share_text(share: float) -> str:
    """A share as a percentage: whole, with a decimal below ten, never rounded to all or nothing.

    >>> [share_text(s) for s in (0, 0.0002, 0.034, 0.59, 0.9996, 1)]
    ['0 %', '<0.1 %', '3.4 %', '59 %', '>99 %', '100 %']
    """
    percent = share * 100
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99 < percent < 100:
        return "99 %" if percent < 99.5 else ">99 %"
    return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"


def count_text(count: float, one: str = "", many: str = "") -> str:
    """A count with its noun.

    >>> count_text(1, "case"), count_text(1200, "case"), count_text(3, "journey", "journeys")
    ('1 case', '1,200 cases', '3 journeys')
    """
    noun = one if count == 1 else (many or one + "s") if one else ""
    return f"{count:,.0f} {noun}".rstrip()


def joined(parts: list[str]) -> str:
    """Parts as a list in a sentence.

    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _sign(value: float) -> str:
    return "-" if value < 0 else ""
