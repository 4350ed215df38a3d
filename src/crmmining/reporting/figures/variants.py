"""Variant explorer: the ideal journey on top, the paths customers really take beneath it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.chevrons import (
    CHEVRON,
    CHEVRON_GAP,
    Block,
    VariantStep,
    chevron_width,
    collapse_repeats,
    draw_chevrons,
    in_lines,
)
from crmmining.reporting.figures.frame import MARGIN, Frame, framed, nothing_to_show
from crmmining.reporting.figures.numbers import count_text, days_text, share_text
from crmmining.reporting.figures.shapes import Key, draw_legend, heading, legend_rows
from crmmining.reporting.figures.style import (
    ALARM_FILL,
    BLUE,
    GOOD_FILL,
    GRID,
    MUTED,
    PAPER,
    WASH,
    FigureStyle,
    tint,
)

__all__ = ["VariantExplorer", "VariantRow", "VariantStep", "draw_variants", "finding"]

_SHARE, _TIME, _GOAL, _HEAD = 158.0, 78.0, 122.0, 24.0
_HOW_TO_READ = (
    "How to read: each line is a path that customers take, the most frequent first; “so far” adds "
    "up the shares from the top. A red rim is a step the ideal does not have, a dashed outline an "
    "ideal step that was left out. Where a path is long, a pale block stands for steps as in the "
    "ideal, their departments along its foot. ×3 is a step three times in a row."
)


@dataclass(frozen=True)
class VariantRow:
    """A variant: its steps aligned to the ideal, its cases, its time, and the goal reached.

    `goal_reached_share` is None where it is not known (all its cases are open), and then blank.
    """

    steps: tuple[VariantStep, ...]
    n_cases: int
    median_days: float | None = None
    goal_reached_share: float | None = None


@dataclass(frozen=True)
class VariantExplorer:
    """The most frequent variants, most frequent first, and the ideal they are compared with.

    `n_cases` and `n_variants` count all of the log, shown or not. `ideal` may be empty.
    """

    rows: tuple[VariantRow, ...]
    n_cases: int
    n_variants: int
    ideal: tuple[VariantStep, ...] = ()
    case_name: str = "journeys"
    caption: Caption = FROM_DATA


def draw_variants(data: VariantExplorer, *, style: FigureStyle) -> Figure:
    """Chevrons of each variant under those of the ideal, with share, time and goal reached."""
    caption = data.caption.filled(finding(data))
    if not data.rows or data.n_cases <= 0:
        return nothing_to_show(caption, style=style).canvas.figure
    plan = _plan(data, style)
    words = replace(
        caption,
        subtitle=caption.subtitle or _what(data),
        how_to_read=caption.how_to_read or _HOW_TO_READ,
    )
    keys = legend_rows(_keys(plan, style), style.width - 2 * MARGIN)
    frame = framed(words, plan.height + 14 + 19 * len(keys), style=style)
    _draw_heads(frame, plan)
    y = frame.top + _HEAD
    if plan.ideal:
        height = _row_height(plan.ideal)
        frame.canvas.box(frame.left - 8, y, frame.width + 16, height - 6, radius=6, fill=WASH)
        frame.canvas.text(frame.left, y + height / 2 - 3, "Ideal journey", 12, weight="bold")
        draw_chevrons(frame, plan.steps_left, y + 9, plan.ideal, plan.chevron, style)
        y += height
    so_far = 0
    for place, (row, lines) in enumerate(zip(data.rows, plan.rows, strict=True)):
        so_far += row.n_cases
        _draw_row(frame, plan, y, place, so_far)
        draw_chevrons(frame, plan.steps_left, y + 9, lines, plan.chevron, style)
        y += _row_height(lines)
    draw_legend(frame.canvas, frame.left, y + 16, keys)
    return frame.canvas.figure


def finding(data: VariantExplorer) -> str:
    """The picture's headline, from its own numbers."""
    if not data.rows or data.n_cases <= 0:
        return f"No {data.case_name} to compare"
    shown = sum(row.n_cases for row in data.rows) / data.n_cases
    first = data.rows[0].n_cases / data.n_cases
    if len(data.rows) == 1:
        return f"{share_text(first)} of {data.case_name} take the same path"
    return (
        f"{share_text(shown)} of {data.case_name} follow one of {len(data.rows)} variants; "
        f"{share_text(first)} take the most common one"
    )


@dataclass(frozen=True)
class _Plan:
    """Every row's chevrons in lines, and where the columns stand."""

    data: VariantExplorer
    chevron: float
    steps_left: float
    ideal: list[list[Block]]
    rows: list[list[list[Block]]]
    height: float


def _plan(data: VariantExplorer, style: FigureStyle) -> _Plan:
    room = style.width - 2 * MARGIN - _SHARE - _TIME - _GOAL
    collapsed = [collapse_repeats(row.steps) for row in data.rows]
    ideal = collapse_repeats(data.ideal)
    names = [step.activity for steps in (ideal, *collapsed) for step in steps]
    width = chevron_width(names, max(map(len, (ideal, *collapsed))), room)
    per_line = max(1, int(room / width))
    ideal_lines = in_lines(ideal, per_line, fold=False)
    rows = [in_lines(steps, per_line, fold=bool(ideal)) for steps in collapsed]
    height = _HEAD + sum(map(_row_height, rows)) + (_row_height(ideal_lines) if ideal else 0)
    return _Plan(data, width, MARGIN + _SHARE, ideal_lines if ideal else [], rows, height)


def _row_height(lines: list[list[Block]]) -> float:
    return max(54.0, len(lines) * (CHEVRON + CHEVRON_GAP) + 18)


def _draw_heads(frame: Frame, plan: _Plan) -> None:
    y, canvas = frame.top + 6, frame.canvas
    steps = "steps, compared with the ideal journey" if plan.ideal else "steps"
    heading(canvas, frame.left, y, f"share of {plan.data.case_name}")
    heading(canvas, plan.steps_left, y, steps)
    heading(canvas, frame.right - _GOAL - 8, y, "median time", align="right")
    heading(canvas, frame.right - _GOAL + 18, y, "goal reached")


def _draw_row(frame: Frame, plan: _Plan, y: float, place: int, so_far: int) -> None:
    """Rank, share as a bar, cases and share so far; time; share that reached the goal."""
    canvas, row, total = frame.canvas, plan.data.rows[place], plan.data.n_cases
    left, middle = frame.left, y + 9 + CHEVRON / 2
    canvas.text(left, middle - 10, f"#{place + 1}", 12, weight="bold")
    share, most = row.n_cases / total, plan.data.rows[0].n_cases / total
    canvas.box(left + 34, middle - 14, 62, 9, fill=GRID)
    canvas.box(left + 34, middle - 14, 62 * min(1.0, share / max(most, 1e-9)), 9, fill=BLUE)
    canvas.text(left + 102, middle - 10, share_text(share), 11, weight="semibold")
    under = f"{count_text(row.n_cases)} · {share_text(so_far / total)} so far"
    canvas.text(left + 34, middle + 7, under, 9.5, colour=MUTED)
    if row.median_days is not None:
        right = frame.right - _GOAL - 8
        canvas.text(right, middle, days_text(row.median_days), 11.5, align="right")
    if row.goal_reached_share is not None:
        _goal_bar(frame, middle, row.goal_reached_share)


def _goal_bar(frame: Frame, middle: float, share: float) -> None:
    left = frame.right - _GOAL + 18
    frame.canvas.box(left, middle - 5, 56, 10, fill=tint(ALARM_FILL, 0.72))
    frame.canvas.box(left, middle - 5, 56 * min(max(share, 0.0), 1.0), 10, fill=GOOD_FILL)
    frame.canvas.text(left + 63, middle, share_text(share), 11.5)


def _keys(plan: _Plan, style: FigureStyle) -> list[Key]:
    """What occurs, and only that: departments by their colour, extra, skipped, repeated."""
    blocks = [block for lines in (plan.ideal, *plan.rows) for line in lines for block in line]
    seen = {n for b in blocks if b.kind != "skipped" for n in (b.department, *b.parts) if n}
    kinds = {block.kind for block in blocks}
    order = [style.customer, *(name for name in style.departments if name != style.customer)]
    names = [name for name in order if name in seen] + sorted(seen.difference(order))
    keys = [Key(name, fill=style.colour(name)) for name in names]
    if "extra" in kinds:
        keys.append(Key("step the ideal does not have", fill=PAPER, edge=ALARM_FILL))
    if "skipped" in kinds:
        keys.append(Key("ideal step that was skipped", edge=MUTED, dash=(2.4, 1.8)))
    return keys


def _what(data: VariantExplorer) -> str:
    return (
        f"{count_text(data.n_cases)} {data.case_name}, {count_text(data.n_variants, 'variant')}. "
        "A chevron is a step, its colour the department that does it."
    )
