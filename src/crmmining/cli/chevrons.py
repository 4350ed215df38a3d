"""Variants on the terminal: a row each, its steps as initials on the colour of who does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.cli.rendering import console, say
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    from crmmining.eventlog.variants import Variants


def show_variants(title: str, found: Variants, top: int) -> None:
    """The most frequent variants with share, median time (in business days too), and goals reached."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    short = initials(found.names)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    worked = found.median_business_days is not None
    columns = [
        ("#", 3),
        ("cases", 6),
        ("share", 6),
        ("time", 6),
        *([("business", 8)] if worked else []),
        ("goal", 5),
    ]
    for heading, width in columns:
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    table.add_column("steps", ratio=1, overflow="fold")
    for variant in (found[v] for v in range(min(top, len(found)))):
        steps = Text()
        for name, n in _collapsed(variant.activities):
            steps.append(short[name] + (f"×{n}" if n > 1 else ""), style="reverse" if len(steps) % 2 else "")
            steps.append(" ")
        reached = "" if variant.share_reached is None else f"{variant.share_reached:.0%}"
        table.add_row(
            str(variant.rank),
            f"{variant.n_cases:,}",
            f"{variant.share:.1%}",
            humanise(variant.median_time),
            *([f"{variant.median_business_days:.1f} d"] if worked else []),
            reached,
            steps,
        )
    say(f"{title}: {len(found):,} variants of {found.total:,} cases")
    console().print(table)
    used = {name for v in range(min(top, len(found))) for name in found.activities(v)}
    say("  ".join(f"{short[name]} {name}" for name in found.names if name in used))


def initials(names: tuple[str, ...]) -> dict[str, str]:
    """Two to four letters for every name, all different.

    >>> initials(("Offer sent", "Offer accepted", "Order seen"))
    {'Offer sent': 'OS', 'Offer accepted': 'OA', 'Order seen': 'OrS'}
    """
    found: dict[str, str] = {}
    for name in names:
        words = [word for word in name.replace("-", " ").split() if word[0].isalnum()] or [name]
        for letters in range(1, 12):
            short = (words[0][:letters] + "".join(word[0].upper() for word in words[1:3])).strip()
            short = short[0].upper() + short[1:]
            if len(short) > 1 and short not in found.values():
                break
        else:
            short = f"{short}{len(found)}"
        found[name] = short
    return found


def _collapsed(steps: tuple[str, ...]) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    for step in steps:
        if runs and runs[-1][0] == step:
            runs[-1] = (step, runs[-1][1] + 1)
        else:
            runs.append((step, 1))
    return runs
