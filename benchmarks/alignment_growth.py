"""How exact alignments grow: with variants, with the length of a trace, with parallel branches.

python benchmarks/alignment_growth.py                  # measures, writes docs/images/alignment_growth.svg
python benchmarks/alignment_growth.py --budget 2 --figure /tmp/growth.svg
python benchmarks/alignment_growth.py --draw           # the figure again, from alignment_growth.json

Noisy runs of a journey, ours all in (the model compiled, variants encoded, aligned, moves laid out) against
others that find the optimum. CPU time; costs are compared as in alignment.py.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path
from typing import Any

from alignment import measure
from alignment_logs import Case, Run, drawn, keep_variants
from alignment_page import all_in, per_variant
from alignment_trees import journey_for

from crmmining.study.journey import Choice, Optional, Parallel, Repeat, Sequence, Step, Term, steps_of

HERE = Path(__file__).parent
RESULTS = HERE / "alignment_growth.json"
FIGURE = HERE.parent / "docs" / "images" / "alignment_growth.svg"
OTHERS = ("pm4py A*", "r4pm")
NOISE = 0.2
MANY = 1_000  # different variants, where the model has so many
ENOUGH = 10  # variants that a mean stands on
SIZES = {
    "variants": (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000),
    "length": (10, 20, 40, 80, 160, 320, 640),
    "branches": tuple(range(2, 15)),
    "branches of 3": tuple(range(2, 15)),
}
Row = dict[str, Any]


def random_run(term: Term, chance: random.Random) -> list[str]:
    """Any run of a term; a repetition goes on with even odds."""
    match term:
        case Step(activity):
            return [activity]
        case Sequence(parts):
            return [name for part in parts for name in random_run(part, chance)]
        case Choice(branches):
            return random_run(chance.choice(branches), chance)
        case Optional(body):
            return random_run(body, chance) if chance.random() < 0.5 else []
        case Repeat(body, at_least, at_most):
            times = at_least
            while (at_most is None or times < at_most) and chance.random() < 0.5:
                times += 1
            return [name for _ in range(times) for name in random_run(body, chance)]
        case Parallel(branches):
            runs = [random_run(branch, chance) for branch in branches]
            turns = [i for i, run in enumerate(runs) for _ in run]
            chance.shuffle(turns)
            rests = [iter(run) for run in runs]
            return [next(rests[i]) for i in turns]
    raise ValueError(f"no runs are made of {type(term).__name__}")


def noisy(run: list[str], names: list[str], chance: random.Random) -> Run:
    """A run with a share of its events left out, done too much, or done too early."""
    found = list(run)
    for i in range(len(found) - 1, -1, -1):
        if chance.random() < NOISE:
            kind = chance.randrange(3)
            if kind == 0:
                del found[i]
            elif kind == 1:
                found.insert(i, chance.choice(names))
            elif i:
                found[i - 1 : i + 1] = reversed(found[i - 1 : i + 1])
    return tuple(found)


def variants_of(term: Term, n: int, length: int = 0) -> dict[Run, int]:
    """Different noisy runs, `n` of them where there are so many; `length` joins runs up to a length."""
    chance, names = random.Random(7), sorted({step.activity for step in steps_of(term)})
    found: dict[Run, int] = {}
    for _ in range(20 * n):
        run = random_run(term, chance)
        while len(run) < length:
            run += random_run(term, chance)
        if changed := noisy(run[:length] if length else run, names, chance):
            found[changed] = 1
        if len(found) == n:
            break
    return found


def case_for(folder: Path, kind: str, size: int) -> Case:
    """The log and the model of one measurement."""
    log = f"{kind} {size}"
    if kind == "variants":
        term = journey_for("home_move")
        assert term is not None
        keep_variants(folder, log, variants_of(term, size))
    elif kind == "length":
        round_ = Sequence((Step("ask"), Parallel((Step("check"), Sequence((Step("call"), Step("mail"))))),
                           Choice((Step("yes"), Step("no")))))  # fmt: skip
        term = Repeat(round_, at_least=1)
        keep_variants(folder, log, variants_of(term, MANY, size))
    else:
        steps = 3 if kind == "branches of 3" else 1
        branches = (Sequence(tuple(Step(f"{b}.{s}") for s in range(steps))) for b in range(size))
        term = Sequence((Step("begin"), Parallel(tuple(branches)), Step("end")))
        keep_variants(folder, log, variants_of(term, MANY))
    return drawn(folder, log, term)


def grow(kind: str, budget: float, seed: int) -> list[Row]:
    """One line of the figure for every tool; a tool is asked no more once it has not finished enough."""
    rows: list[Row] = []
    left = list(OTHERS)
    for size in SIZES[kind]:
        with tempfile.TemporaryDirectory(prefix="crmmining_growth_") as folder:
            row = measure(case_for(Path(folder), kind, size), left, budget, seed)
        needed = row["variants"] if kind == "variants" else min(ENOUGH, row["variants"])
        left = [name for name in left if row["tools"][name]["n"] >= needed]
        row["tools"] = {name: row["tools"][name] for name in left}
        rows.append({"kind": kind, "size": size, **row})
        if all_in(row) is None:
            break
    return rows


def points(rows: list[Row], kind: str, name: str) -> tuple[list[int], list[float]]:
    """Sizes and milliseconds: of all variants, or of one where their number stays the same."""
    found = []
    for row in (row for row in rows if row["kind"] == kind):
        ours = all_in(row)
        each = per_variant(row, name) if name != "crmmining" else ours and ours / row["variants"]
        if each:
            found.append((row["size"], each * (row["variants"] if kind == "variants" else 1)))
    return [size for size, _ in found], [value for _, value in found]


def draw(rows: list[Row], path: Path) -> None:
    """Three panels; thin lines are the theoretical order, through the last point of what they belong to."""
    from matplotlib import pyplot as plt
    from matplotlib.lines import Line2D

    figure, panels = plt.subplots(1, 3, figsize=(11.5, 3.9), layout="constrained")
    looks = {"crmmining": "#1b4965", "r4pm": "#6a994e", "pm4py A*": "#c8553d"}
    titles = {
        "variants": ("All variants, ms", "variants (home_move, 20 % noise)"),
        "length": ("One variant, ms", "events in a trace"),
        "branches": ("One variant, ms", "parallel branches (solid of 1 step, dashed of 3)"),
    }
    for axes, (kind, (title, below)) in zip(panels, titles.items(), strict=True):
        axes.set_yscale("log")
        for name, colour in looks.items():
            for of, style in ((kind, "o-"), (f"{kind} of 3", "s--")):
                sizes, values = points(rows, of, name)
                if sizes:
                    axes.plot(sizes, values, style, color=colour, lw=1.6, ms=3.5)
        limits = axes.get_ylim()
        for text, of, order in ORDERS[kind]:
            sizes, values = points(rows, kind, of)
            if sizes:
                thin = [values[-1] * order(size) / order(sizes[-1]) for size in SIZES[kind]]
                axes.plot(SIZES[kind], thin, color="#777777", lw=0.7)
                axes.annotate(text, (SIZES[kind][-1], thin[-1]), (3, 0), textcoords="offset points",
                              fontsize=8, color="#555555", va="center")  # fmt: skip
        axes.set_ylim(limits)
        if kind != "branches":
            axes.set_xscale("log")
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel(below, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(which="major", color="#dddddd", lw=0.6)
    lines = [Line2D([], [], color=colour, marker="o", ms=3.5, label=name) for name, colour in looks.items()]
    panels[0].legend(handles=lines, frameon=False, fontsize=8.5)
    plt.rcParams["svg.hashsalt"] = "crmmining"
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


ORDERS: dict[str, list[tuple[str, str, Any]]] = {
    "variants": [("n", "crmmining", lambda n: n)],
    "length": [("n", "crmmining", lambda n: n)],
    "branches": [("k³", "crmmining", lambda k: k**3), ("2ᵏ", "r4pm", lambda k: 2**k)],
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", type=float, default=15, help="seconds per tool and size")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kinds", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--draw", action="store_true", help="only draw again")
    options = parser.parse_args()
    rows: list[Row] = json.loads(options.results.read_text("utf-8")) if options.results.is_file() else []
    if not options.draw:
        for kind in options.kinds:
            print(kind, flush=True)
            rows = [row for row in rows if row["kind"] != kind] + grow(kind, options.budget, options.seed)
            options.results.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    draw(rows, options.figure)
    print(f"Wrote {options.figure}")


if __name__ == "__main__":
    main()
