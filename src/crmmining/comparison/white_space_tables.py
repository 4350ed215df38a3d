"""The tables of white space: its gaps, its cases, the pairs of processes, what each process owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Estimate, mean
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.turns import COMPANY_TURN, CUSTOMER_TURN
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd


def gap_table(
    process: NDArray[np.int64],
    names: list[str],
    case: NDArray[np.int64],
    span: NDArray[np.int64],
    side: NDArray[np.int64],
    by_turn: NDArray[np.int64],
) -> pd.DataFrame:
    """One row per gap: its case, the processes beside it, its span, and whose turn it was in it."""
    import pandas as pd

    named = np.array([*names, "(start)", "(end)"], object)
    outer = (len(names), len(names) + 1)
    sides = [
        named[np.where(side[:, k] >= 0, process[side[:, k]] % len(names) if process.size else 0, outer[k])]
        for k in (0, 1)
    ]
    return pd.DataFrame(
        {
            "case": case,
            "from_process": sides[0],
            "to_process": sides[1],
            "begin": span[:, 0],
            "end": span[:, 1],
            "length": span[:, 1] - span[:, 0],
            "unowned": by_turn[:, COMPANY_TURN],
            "own": by_turn[:, CUSTOMER_TURN],
        }
    )


def interruption_table(
    process: NDArray[np.int64],
    names: list[str],
    case: NDArray[np.int64],
    side: NDArray[np.int64],
    by_turn: NDArray[np.int64],
) -> pd.DataFrame:
    """One row per stretch of a hand-over in which only a ticket was open: who waits for the company then."""
    import pandas as pd

    named = np.array(names, object)
    return pd.DataFrame(
        {
            "case": case,
            "from_process": named[process[side[:, 0]]],
            "to_process": named[process[side[:, 1]]],
            "waiting": by_turn[:, COMPANY_TURN],
        }
    )


def case_table(inside: NDArray[np.int64], outside: NDArray[np.int64]) -> pd.DataFrame:
    """One row per case: the journey and the parts that add up to it, in microseconds.

    Besides, `waiting`: the company's turn, with a record open or without.
    """
    import pandas as pd

    held = outside.sum(axis=1) - outside[:, COMPANY_TURN] - outside[:, CUSTOMER_TURN]
    frame = pd.DataFrame(
        {
            "inside": inside.sum(axis=1),
            "unowned": outside[:, COMPANY_TURN],
            "own": outside[:, CUSTOMER_TURN],
            "held": held,
        }
    )
    frame.insert(0, "journey", frame.sum(axis=1))
    frame["waiting"] = inside[:, COMPANY_TURN] + outside[:, COMPANY_TURN]
    return frame


_PAIR = ["from_process", "to_process"]
_NO_GAP = {"n": 0, "unowned": 0, "length": 0}


def pair_table(
    gaps: pd.DataFrame,
    interruptions: pd.DataFrame,
    customers: NDArray[np.int64],
    clock: BusinessClock | None,
) -> tuple[pd.DataFrame, dict[tuple[str, str], Estimate]]:
    """One row per pair of processes, most unowned time first; the estimates by pair.

    A goal waits in a hand-over for the company also while a ticket that only interrupts it is open.
    """
    import pandas as pd

    waits = pd.concat([gaps.assign(waiting=gaps["unowned"])[interruptions.columns], interruptions])
    of_gaps = gaps.groupby(_PAIR).agg(
        n=("case", "size"), unowned=("unowned", "sum"), length=("length", "sum")
    )
    rows, estimates = [], {}
    for (before, after), mine in waits.groupby(_PAIR, sort=True):
        white = of_gaps.loc[(before, after)] if (before, after) in of_gaps.index else _NO_GAP
        per_case = mine.groupby("case")["waiting"].sum()
        estimate = mean(
            per_case.to_numpy(),
            customers[per_case.index.to_numpy()],
            "time",
            "mean time a goal with this hand-over waits in it for the company",
        )
        estimates[str(before), str(after)] = estimate
        rows.append(
            (
                before,
                after,
                int(white["n"]),
                len(per_case),
                int(white["unowned"]),
                int(white["length"]),
                *(value / DAY for value in (estimate.value, estimate.low, estimate.high)),
                _business_days(mine, len(per_case), clock),
            )
        )
    names = [
        "from_process",
        "to_process",
        "n_gaps",
        "n_goals",
        "unowned",
        "length",
        "mean_days_waiting",
        "low",
        "high",
        "mean_business_days",
    ]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(
        ["unowned", "from_process", "to_process"], ascending=[False, True, True], ignore_index=True
    ), estimates


def _business_days(waits: pd.DataFrame, n_goals: int, clock: BusinessClock | None) -> float:
    if clock is None:
        return float("nan")
    return float(waits["waiting_business"].sum() / n_goals / clock.working_day)


def process_table(
    process: NDArray[np.int64],
    case: NDArray[np.int64],
    owned: NDArray[np.int64],
    names: list[str],
    n_cases: int,
) -> pd.DataFrame:
    """Per process: goals that ran it, and the time it owns per goal (mean over all goals)."""
    import pandas as pd

    frame = pd.DataFrame({"process": np.array(names, object)[process], "case": case, "owned": owned})
    table = (
        frame.groupby("process", sort=False)
        .agg(n_goals=("case", "nunique"), n_records=("case", "size"), owned=("owned", "sum"))
        .reset_index()
    )
    table["mean_owned"] = table["owned"] / max(n_cases, 1)
    table["share_of_goals"] = table["n_goals"] / max(n_cases, 1)
    return table
