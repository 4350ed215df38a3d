"""Plan of the journey picture: everything measured before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.reporting.figures.axis import Scale
from crmmining.reporting.figures.frame import MARGIN
from crmmining.reporting.figures.journey_data import JourneyProcess, ProcessRow
from crmmining.reporting.figures.numbers import days_text, share_text
from crmmining.reporting.figures.style import (
    FigureStyle,
)
from crmmining.reporting.figures.text import fit_text, shorten, text_width

LABELS = 212.0  # left of the axis
MOOD, BAND_WORDS, STAGE, ROW, AXIS, SUM = 132.0, 50.0, 36.0, 46.0, 40.0, 44.0
NAME_ROW = 15.0
LABEL_SIZE = 11.0


@dataclass(frozen=True)
class Plan:
    """Where everything goes, as offsets from the top of the body."""

    data: JourneyProcess
    days: Scale
    rows: tuple[ProcessRow, ...]
    bars: dict[str, list[tuple[float, float]]]
    names_above: dict[int, tuple[float, int]]
    stage_top: float
    mood_top: float
    words_top: float
    rows_top: float
    row_height: float
    height: float


def plan_rows(data: JourneyProcess, style: FigureStyle) -> Plan:
    """Measure everything before anything is drawn."""
    bars = process_bars(data)
    rows = tuple(sorted((r for r in data.processes if bars.get(r.name)), key=lambda r: bars[r.name][0]))
    days = _day_scale(data, rows, bars, style)
    above = _names_above(data, days)
    stage_top = (max((row for _, row in above.values()), default=-1) + 1) * NAME_ROW
    mood_top = stage_top + (STAGE + 10 if data.stages else 0)
    words_top = mood_top + (MOOD if data.stages else 0)
    rows_top = words_top + BAND_WORDS
    row_height = ROW if len(rows) <= 12 else max(27.0, 12 * ROW / len(rows))
    height = rows_top + max(1, len(rows)) * row_height + SUM + AXIS
    return Plan(data, days, rows, bars, above, stage_top, mood_top, words_top, rows_top, row_height, height)


def process_bars(data: JourneyProcess) -> dict[str, list[tuple[float, float]]]:
    """From and to day of each process; stretches that touch make one bar."""
    bars: dict[str, list[tuple[float, float]]] = {}
    day = 0.0
    for stretch in data.stretches:
        end = day + stretch.days
        for name in stretch.processes if stretch.kind == "process" and stretch.days > 0 else ():
            spans = bars.setdefault(name, [])
            if spans and abs(spans[-1][1] - day) < 1e-9:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((day, end))
        day = end
    return bars


def bar_words(row: ProcessRow, bars: dict[str, list[tuple[float, float]]]) -> str:
    """What stands beside the bars of a process."""
    days = days_text(sum(end - begin for begin, end in bars[row.name]))
    share = row.share_of_goals
    return days if share is None or share >= 0.9995 else f"{days} · in {share_text(share)}"


def _day_scale(
    data: JourneyProcess,
    rows: tuple[ProcessRow, ...],
    bars: dict[str, list[tuple[float, float]]],
    style: FigureStyle,
) -> Scale:
    """As wide as the page allows with every bar's label to its right."""
    start, right = MARGIN + LABELS, style.width - MARGIN
    total = data.total_days
    step = (right - start) / total
    for row in rows:
        end = bars[row.name][-1][1]
        room = right - start - 8 - text_width(bar_words(row, bars), LABEL_SIZE, "semibold")
        step = min(step, room / end)
    return Scale(0.0, total, start, start + total * step)


def _names_above(data: JourneyProcess, days: Scale) -> dict[int, tuple[float, int]]:
    """Stages too short for their name: its centre and its row above the arrows."""
    above: dict[int, tuple[float, int]] = {}
    filled: list[float] = []
    day = 0.0
    for place, stage in enumerate(data.stages):
        width = days.at(stage.days) - days.start
        middle = days.at(day + stage.days / 2)
        day += stage.days
        lines, size = fit_text(stage.name, width - 22, 12, weight="semibold", smallest=8.5)
        if width >= 40 and size >= 9 and not any("…" in line for line in lines):
            continue
        need = text_width(short_name(stage.name), 10.5, "semibold")
        low, high = days.start + need / 2, max(days.end, days.start + need) - need / 2
        x = min(max(middle, low), high)
        row = next((r for r, end in enumerate(filled) if x - need / 2 > end + 8), len(filled))
        filled[row : row + 1] = [x + need / 2]
        above[place] = (x, row)
    return above


def short_name(name: str) -> str:
    """A stage's name as it may stand above its arrow."""
    return shorten(name, 150, 10.5, "semibold")
