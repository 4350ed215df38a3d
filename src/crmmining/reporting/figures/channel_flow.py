"""Channels from stage to stage: bands between them, strong where customers switch, red where they must."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from matplotlib.figure import Figure

from crmmining.errors import UnknownNameError
from crmmining.reporting.figures.canvas import Align
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.channel_lanes import NODE, NOWHERE, Band, Lanes, goals_at, lay_out, ribbons
from crmmining.reporting.figures.frame import Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import share_text
from crmmining.reporting.figures.rows import row_name
from crmmining.reporting.figures.shapes import Key, draw_legend
from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    LINE,
    MUTED,
    WASH,
    FigureStyle,
    ink_on,
    tint,
)
from crmmining.reporting.figures.text import brief, fit_text

_HEAD, _ROOM, _FOOT, _NAMES = 62.0, 400.0, 34.0, 112.0
_COLOURS = ("#3A6EA8", "#E69F00", "#007D5A", "#6B4C9A", "#56B4E9", "#8C6D46", "#2F3E75", "#7FBF7B")
_LAYERS = ("none", "stay", "switch", "forced")
_HOW_TO_READ = (
    "How to read: a goal stands in each stage on the channel of most of the customer's contacts there, or on "
    "the one the customer was forced off. Forced: on another channel within a day, unanswered, at no wanted "
    "step; the red band goes by way of the channel that had to be taken. Shares are of the goals drawn."
)


@dataclass(frozen=True)
class ChannelFlow:
    """Stages and channels in the order drawn, and the bands of goals between neighbouring stages.

    `n_goals` have a contact, `n_forced` of them were forced to another channel somewhere, `n_switched` are
    on another channel in the next stage or were forced.
    """

    columns: tuple[str, ...]
    channels: tuple[str, ...]
    bands: tuple[Band, ...]
    n_goals: int
    n_forced: int
    n_switched: int
    caption: Caption = FROM_DATA

    def __post_init__(self) -> None:
        known = {*self.channels, NOWHERE}
        for band in self.bands:
            for name in (band.source, band.target, band.via):
                if name not in known:
                    raise UnknownNameError("channel", name, self.channels)


def draw_channel_flow(data: ChannelFlow, *, style: FigureStyle) -> Figure:
    """A node per stage and channel, a band between each two that goals go from one to the other."""
    caption = data.caption.filled(finding(data), _HOW_TO_READ)
    if not data.bands:
        return nothing_to_show(caption, style=style).canvas.figure
    frame = framed(caption, _HEAD + _ROOM + _FOOT, style=style)
    lanes = lay_out(data.bands, data.channels, frame.top + _HEAD, _ROOM)
    first, step = frame.left + _NAMES, (frame.width - _NAMES - NODE) / (len(data.columns) - 1)
    columns = [first + place * step for place in range(len(data.columns))]
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(data.channels)}
    _draw_heads(frame, data, columns, step)
    drawn = ribbons(data.bands, lanes, columns)
    for band, path in sorted(drawn, key=lambda pair: _LAYERS.index(pair[0].kind)):
        frame.canvas.shape(path, fill=_band_colour(band, colours))
    _draw_nodes(frame, data, lanes, columns, colours)
    _draw_keys(frame, data, colours)
    return frame.canvas.figure


def finding(data: ChannelFlow) -> str:
    """The picture's headline, from its own numbers."""
    if not data.n_switched:
        return "No customer changes the channel from stage to stage"
    if data.n_forced:
        pairs = Counter[tuple[str, str]]()
        for band in data.bands:
            if band.via:
                pairs[band.source, band.via] += band.n_goals
        told = share_text(data.n_forced / data.n_goals)
        return f"In {told} of goals the customer is forced to another channel{_mostly(pairs)}"
    pairs = Counter()
    for band in data.bands:
        if band.kind == "switch":
            pairs[band.source, band.target] += band.n_goals
    told = share_text(data.n_switched / data.n_goals)
    return f"In {told} of goals the customer changes the channel on the way, none by force{_mostly(pairs)}"


def _mostly(pairs: Counter[tuple[str, str]]) -> str:
    if not pairs:
        return ""
    source, target = min(pairs, key=lambda pair: (-pairs[pair], pair))
    word = "mostly " if len(pairs) > 1 else ""
    return f", {word}from {brief(source, 30)} to {brief(target, 30)}"


def _draw_heads(frame: Frame, data: ChannelFlow, columns: list[float], step: float) -> None:
    """Stages over their nodes; between them, in red, the share of goals forced there."""
    canvas = frame.canvas
    for place, (x, name) in enumerate(zip(columns, data.columns, strict=True)):
        align: Align = "left" if place == 0 else "right" if place == len(columns) - 1 else "center"
        at = {"left": x, "right": x + NODE, "center": x + NODE / 2}[align]
        room = step / 2 + NODE / 2 - 8 if align != "center" else step - 16
        lines, size = fit_text(name, room, 12, weight="bold", smallest=8.5)
        canvas.lines(at, frame.top + 14, lines, size, weight="bold", align=align)
    forced = Counter[int]()
    for band in data.bands:
        forced[band.place] += band.n_goals if band.via else 0
    for place, n in sorted(forced.items()):
        if n:
            text = f"{share_text(n / data.n_goals)} forced"
            x = columns[place] + NODE + (step - NODE) / 2
            canvas.text(x, frame.top + 42, text, 10.5, weight="semibold", colour=ALARM, align="center")


def _draw_nodes(
    frame: Frame, data: ChannelFlow, lanes: Lanes, columns: list[float], colours: dict[str, str]
) -> None:
    """Names of lanes at the left, and the share of goals in each node that has room for it."""
    canvas = frame.canvas
    for name, y in lanes.centre.items():
        row_name(canvas, frame.left, y, name or "no contact", "", _NAMES - 14)
    for (place, name), n in goals_at(data.bands).items():
        top, height = lanes.nodes[place, name]
        fill = colours.get(name, LINE)
        canvas.box(columns[place], top, NODE, max(height, 1.0), fill=fill)
        if height >= 10:
            ink, size = ink_on(fill) if name else MUTED, 11.0 if height >= 14 else 9.0
            x, text = columns[place] + NODE / 2, share_text(n / data.n_goals)
            canvas.text(x, top + height / 2, text, size, weight="semibold", colour=ink, align="center")


def _draw_keys(frame: Frame, data: ChannelFlow, colours: dict[str, str]) -> None:
    """What the strength of a band says."""
    blue, kinds = colours[data.channels[0]], {band.kind for band in data.bands}
    keys = {
        "stay": Key("the same channel", fill=_faded(blue)),
        "switch": Key("another channel", fill=blue),
        "forced": Key("forced to another channel", fill=ALARM_FILL),
        "none": Key("no contact before or after", fill=WASH, edge=LINE),
    }
    shown = [key for kind, key in keys.items() if kind in kinds]
    draw_legend(frame.canvas, frame.left + _NAMES, frame.bottom - 8, [shown])


def _band_colour(band: Band, colours: dict[str, str]) -> str:
    if band.kind == "forced":
        return ALARM_FILL
    if band.kind == "none":
        return WASH
    return _faded(colours[band.source]) if band.kind == "stay" else tint(colours[band.source], 0.25)


def _faded(colour: str) -> str:
    return tint(colour, 0.68)
