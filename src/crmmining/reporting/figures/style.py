"""Colours of a study's pictures: one per department by name, ink chosen by contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

INK = "#14233A"  # text, arrows of the journey
MUTED = "#566579"  # subtitles, axes, counts
LINE = "#C9D2DC"  # borders, tracks
GRID = "#E4E9EF"  # grid lines
WASH = "#F2F5F8"  # panels behind things
PAPER = "#FFFFFF"
CUSTOMER = "#929CA8"  # the customer's own steps and time
UNKNOWN = "#C3CBD5"  # a department nobody named
BLUE = "#3A6EA8"  # a plain quantity
ALARM = "#A8231A"  # text that warns
ALARM_FILL = "#C8372B"
ALARM_WASH = "#FCE9E7"
GOOD = "#1E6B45"  # text that is well
GOOD_FILL = "#2A8558"
GOOD_WASH = "#E8F4EE"
MIDDLE = "#E0A100"  # neither well nor bad

# Okabe and Ito's colours (2008), green and vermilion darkened until white ink is legible on them.
# After the seven come five that stay apart from them in lightness.
DEPARTMENTS = (
    "#CC79A7",
    "#0072B2",
    "#E69F00",
    "#007D5A",
    "#56B4E9",
    "#BF4F00",
    "#EBDD3C",
    "#6B4C9A",
    "#8C6D46",
    "#2F3E75",
    "#7FBF7B",
    "#9C2F5F",
)


@dataclass(frozen=True)
class FigureStyle:
    """What all pictures of one study share: its departments in order, and the page width.

    >>> style = FigureStyle(departments=("Marketing", "Lending"))
    >>> style.colour("Lending")
    '#0072B2'
    >>> style.colour("Customer") == CUSTOMER, style.colour(None) == UNKNOWN
    (True, True)
    """

    departments: tuple[str, ...] = ()
    customer: str = "Customer"
    width: float = 1040.0

    def colour(self, department: str | None) -> str:
        """The colour of a department by name; grey for the customer, pale grey for no name."""
        if department == self.customer:
            return CUSTOMER
        return self._colours.get(department or "", UNKNOWN)

    @cached_property
    def _colours(self) -> dict[str, str]:
        return department_colours([name for name in self.departments if name != self.customer])


def department_colours(names: Sequence[str]) -> dict[str, str]:
    """One colour per department, by its first place in the list.

    Past twelve departments the colours come again, each time lighter.

    >>> department_colours(["Marketing", "Lending", "Marketing"])
    {'Marketing': '#CC79A7', 'Lending': '#0072B2'}
    """
    unique = list(dict.fromkeys(names))
    size = len(DEPARTMENTS)
    return {
        name: legible(tint(DEPARTMENTS[place % size], 1 - 0.62 ** (place // size)))
        for place, name in enumerate(unique)
    }


def ink_on(background: str) -> str:
    """The ink, dark or white, with the higher contrast on a background.

    >>> ink_on("#0072B2"), ink_on("#EBDD3C")
    ('#FFFFFF', '#14233A')
    """
    return max((PAPER, INK), key=lambda ink: contrast(ink, background))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2, success criterion 1.4.3).

    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return round((light + 0.05) / (dark + 0.05), 4)


def legible(background: str, ratio: float = 4.5) -> str:
    """A background darkened just as far as some ink needs to be legible on it (WCAG AA).

    >>> legible("#0072B2"), contrast("#FFFFFF", legible("#7A7A7A")) >= 4.5
    ('#0072B2', True)
    """
    while contrast(ink_on(background), background) < ratio:
        background = mix(background, "#000000", 0.03)
    return background


def tint(colour: str, share: float) -> str:
    """A colour mixed with white: 0 leaves it, 1 is white.

    >>> tint("#000000", 0.5)
    '#808080'
    """
    return mix(colour, PAPER, share)


def mix(one: str, other: str, share: float) -> str:
    """A colour mixed with another one: 0 is the first, 1 the second.

    >>> mix("#000000", "#FF0000", 1)
    '#FF0000'
    """
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{int(a + (b - a) * share + 0.5):02X}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
