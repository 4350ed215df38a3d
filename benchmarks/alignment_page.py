"""The page of the alignment benchmark, from what was measured."""

from __future__ import annotations

import datetime as dt
import statistics
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from alignment_ours import PARTS
from alignment_peers import EXACT, MEMORY, MOST_STATES, OF_PM4PY, TOOLS
from machine import machine, versions

FEW = 30
Row = dict[str, Any]

ABOUT = """\
Every alignment is exact, at unit costs: one for a log move, one for a model move, nothing for a silent
step. Every variant is aligned once. *IMf n* is pm4py's Inductive Miner (infrequent) at noise *n*, the same
Petri net (PNML) and process tree for every tool; *by hand* is a journey as a person draws it, home_move's
the one of its study. BPIC15_1 has only the activities of at least a fifth of its cases (the miner does not
get to an end with all 398); an event of BPIC_2017_W is the end of an interval, one of ServiceNow an update.

**Ours, all in:** the model compiled, raw variants (tuples of names) encoded, aligned, all moves laid out in
flat arrays; medians of several runs, each from nothing but the model in memory. One run before compiles the
kernels or loads them from the cache on disk. *Tuples* is what it takes on top to look at every move of
every variant as a Python tuple; it is not part of *all in*.

**The others** are given the model in memory and the variants in the form they read for free (traces, an
activity projection, a text), one call before the clock starts, and need not say a fitness (which costs
pm4py a second search). A tool takes the variants in random order (seed {seed}) until {budget:g} s are
over; a variant it is still at is dropped, so that the extrapolation rather flatters it. Where time is left
it does all again in one go, up to three times, and the median counts. **~** marks what is extrapolated to
all variants, with the number it comes from where that is below {few}. r4pm gives up on a variant at {limit:,}
states; no tool may have more than {memory} GB. *pm4py tree* is what pm4py does with a process tree, whose
alignments are not always optimal.

Everything runs on one thread, every tool in a process of its own. Times are CPU time, which a busy machine
changes little; the walls are in [alignment_results.json](alignment_results.json). The ratio is a tool's time
for all variants ÷ ours, all in."""


def page(known: Row) -> str:
    rows = known["rows"]
    about = ABOUT.format(
        seed=known["seed"], budget=known["budget"], limit=MOST_STATES, memory=MEMORY // 2**30, few=FEW
    )
    tools = ", ".join(f"{name} {_version(name)}" for name in ("r4pm", "ebi-pm", "scipy"))
    lines = [
        "# Exact alignments",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}. {machine()}. {versions()}, {tools}. {known['note']}".strip(),
        "",
        about,
        "",
        "## In short",
        "",
        *_summary(rows),
        "",
        *_agreement(rows),
    ]
    for title, by_hand in (("Discovered models", False), ("Models drawn by hand", True)):
        lines += ["", f"## {title}", "", *_table([r for r in rows if r["by_hand"] == by_hand])]
    lines += ["", "## Whole logs", "", *_whole(rows)]
    return "\n".join(lines) + "\n"


def all_in(row: Row) -> float | None:
    """Our milliseconds of CPU for everything, None where we failed."""
    return sum(row["ours"]["cpu"][part] for part in PARTS) if "cpu" in row["ours"] else None


def per_variant(row: Row, name: str) -> float | None:
    """A tool's milliseconds of CPU per variant, None where it finished none."""
    tool = row["tools"].get(name)
    return 1000 * tool["cpu"] / tool["n"] if tool and tool["n"] > tool["gave_up"] else None


def ratio(row: Row, name: str) -> float | None:
    """A tool's time for all variants ÷ ours."""
    ours, theirs = all_in(row), per_variant(row, name)
    return theirs * row["variants"] / ours if ours and theirs is not None else None


def best_of_pm4py(row: Row) -> float | None:
    """The ratio to the faster of pm4py's exact ways."""
    return min((r for name in OF_PM4PY if (r := ratio(row, name)) is not None), default=None)


def _summary(rows: list[Row]) -> list[str]:
    lines = [
        "| ratio to | discovered: pairs | median | lowest | by hand: pairs | median | lowest |",
        "|---|--:|--:|---|--:|--:|---|",
    ]
    asked = {"pm4py, the faster exact way": best_of_pm4py}
    asked |= {name: (lambda row, name=name: ratio(row, name)) for name in TOOLS}
    for title, of in asked.items():
        cells = []
        for by_hand in (False, True):
            found = [(r, row) for row in rows if row["by_hand"] == by_hand and (r := of(row)) is not None]
            if not found:
                cells += ["0", "", ""]
                continue
            low, row = min(found, key=lambda pair: pair[0])
            cells += [
                str(len(found)),
                f"**×{_short(statistics.median(r for r, _ in found))}**",
                f"×{_short(low)} ({row['log']}, {row['model']})",
            ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def _agreement(rows: list[Row]) -> list[str]:
    done = {name: [row["tools"][name] for row in rows if name in row["tools"]] for name in TOOLS}
    counts = {name: sum(t["compared"] for t in of) for name, of in done.items()}
    exact = "; ".join(f"{name} {counts[name]:,}" for name in EXACT)
    lines = [f"Costs compared to ours, all equal: {exact}."]
    for name in TOOLS:
        if name not in EXACT and counts[name]:
            higher = sum(t["differ"] - t["lower"] for t in done[name])
            lower = sum(t["lower"] for t in done[name])
            lines.append(
                f"{name} does not claim to be optimal: of {counts[name]:,} costs {higher:,} are higher"
                + (f" and {lower:,} lower (no alignment at all) than the optimum." if lower else ".")
            )
    return lines


def _table(rows: list[Row]) -> list[str]:
    head = ["log", "model", "variants", "events", "states", *(f"{part} ms" for part in (*PARTS, "tuples"))]
    lines = [
        f"| {' | '.join(head)} | {' | '.join(f'{name}<br>ms/variant, ratio' for name in TOOLS)} |",
        f"|---|---|{'--:|' * (len(head) - 2 + len(TOOLS))}",
    ]
    for row in rows:
        ours = row["ours"]
        cells = [row["log"], row["model"], f"{row['variants']:,}", f"{row['events']:,}"]
        if "cpu" in ours:
            states = f"{ours['states']:,}" if ours["states"] else f"bounds; {ours['unproved']:,} not proved"
            cells += [states, *(f"{ours['cpu'][part]:.2f}" for part in (*PARTS, "tuples"))]
        else:
            cells += [f"fails: {ours['failed']}", "", "", "", ""]
        lines.append(f"| {' | '.join([*cells, *(_cell(row, name) for name in TOOLS)])} |")
    return lines


def _cell(row: Row, name: str) -> str:
    tool = row["tools"].get(name)
    if tool is None:
        return ""
    theirs, times = per_variant(row, name), ratio(row, name)
    more = f", gave up on {tool['gave_up']} of {tool['n']}" if tool["gave_up"] else ""
    if tool["why"] not in ("", "budget"):
        more += f", stopped: {tool['why']}"
    if theirs is None:
        return f"none finished{more}"
    few = f" ({tool['n']})" if tool["n"] < min(FEW, row["variants"]) else ""
    sampled = "~" if tool["n"] < row["variants"] else ""
    return f"{sampled}{_short(theirs)}{few}" + (f", **×{_short(times)}**" if times else "") + more


def _whole(rows: list[Row]) -> list[str]:
    lines = [
        "From one sequence of names per case (deduplicated first) to the moves of every variant, with all",
        "cores: seconds on the wall, the model compiled in the time.",
        "",
        "| log | cases | variants | model | compile | deduplicate, encode | align | all in |",
        "|---|--:|--:|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        whole = row.get("whole", {})
        if "wall" in whole:
            parts = [whole["wall"][part] / 1000 for part in PARTS]
            seconds = " | ".join(f"{s:.3f}" for s in (*parts, sum(parts)))
            lines.append(
                f"| {row['log']} | {whole['cases']:,} | {row['variants']:,} | {row['model']} | {seconds} |"
            )
    return lines


def _short(value: float) -> str:
    """Three digits, no powers of ten."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
