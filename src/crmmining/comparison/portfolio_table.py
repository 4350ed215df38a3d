"""The tables of the portfolio: its processes with all that is known of them, and the aims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmmining.comparison.aims import MEANS, Aim
from crmmining.comparison.levers import Lever
from crmmining.comparison.priorities import Priorities
from crmmining.comparison.taking_part import TakingPart
from crmmining.estimates import Estimate
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd

Told = tuple[dict[str, Estimate], dict[str, Estimate], dict[str, Estimate]]


def process_table(
    declared: StudyFile,
    part: TakingPart,
    weighed: Priorities,
    told: Told,
    levers: dict[str, Lever],
    matters: float,
) -> tuple[pd.DataFrame, int]:
    """One row per process, weightiest first (by name among equals), and how many make up what `matters`."""
    import pandas as pd

    counts = _counts(part)
    rows = []
    for code, (name, process) in enumerate(declared.processes.items()):
        row: dict[str, Any] = {"process": name, "owner": process.owner, "department": process.department}
        row |= _weight(weighed, code)
        row |= {key: values[code] for key, values in counts.items()}
        row |= _numbers(*(of[name] for of in told))
        row |= {f"from_{aim}": float(weighed.terms[code, k]) for k, aim in enumerate(MEANS)}
        row["not_known"] = ", ".join(aim for k, aim in enumerate(MEANS) if weighed.unknown[code, k])
        row |= _action(levers.get(name))
        rows.append(row)
    frame = pd.DataFrame(rows).sort_values(
        ["share", "share_most", "process"], ascending=[False, False, True], ignore_index=True
    )
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    cumulative = frame["share"].cumsum()
    frame.insert(frame.columns.get_loc("share") + 1, "cumulative", cumulative)
    vital = cumulative - frame["share"] < matters - 1e-12
    frame.insert(frame.columns.get_loc("cumulative") + 1, "vital", vital & (frame["share"] > 0))
    if not part.amount.any():
        frame[["value", "value_lost"]] = np.nan
    return frame, int(frame["vital"].sum())


def aim_table(part: TakingPart, aims: Sequence[Aim], weighed: Priorities) -> pd.DataFrame:
    """One row per aim: its weight, the weight used, its volume, the part lost, why it is left out."""
    import pandas as pd

    served = np.bincount(part.attempt, minlength=part.kind.size) > 0
    rows = []
    for aim, weight in zip(aims, weighed.weights, strict=True):
        known = aim.known[served].sum()
        rows.append(
            {
                "aim": aim.name,
                "weight": aim.weight,
                "share_used": weight,
                "volume": np.nan if aim.absent else aim.volume[served].sum(),
                "share_lost": np.nan if aim.absent or not known else aim.lost[served].sum() / known,
                "measured_as": MEANS[aim.name],
                "left_out": aim.absent or ("" if aim.weight else "its weight is 0"),
            }
        )
    return pd.DataFrame(rows)


def _weight(weighed: Priorities, code: int) -> dict[str, Any]:
    known, most = weighed.known[code], weighed.most[code]
    whole = weighed.known.sum() - known + most
    weights, customers = weighed.under_weights, weighed.under_customers
    return {
        "priority": known,
        "share": weighed.share[code],
        "share_low": weighed.share_low[code],
        "share_high": weighed.share_high[code],
        "share_most": most / whole if whole > 0 else np.nan,
        "first_rank": weights.first[code],
        "last_rank": weights.last[code],
        "share_weights_top": weights.in_top[code],
        "first_rank_customers": customers.first[code],
        "last_rank_customers": customers.last[code],
        "share_customers_top": customers.in_top[code],
    }


def _counts(part: TakingPart) -> dict[str, Any]:
    """Volume of each process: goals, customers, records, goals by share; the money of its goals, by share."""
    n = len(part.processes)
    pairs = np.unique(part.process * max(part.n_customers, 1) + part.customer[part.attempt])
    money = part.share * part.amount[part.attempt]
    lost = part.outcome[part.attempt] == 1
    return {
        "n_goals": np.bincount(part.process, minlength=n),
        "n_customers": np.bincount(pairs // max(part.n_customers, 1), minlength=n),
        "n_records": np.bincount(part.process, part.n_records, n).astype(np.int64),
        "goals_by_share": np.bincount(part.process, part.share, n),
        "value": np.bincount(part.process, money, n),
        "value_lost": np.bincount(part.process[lost], money[lost], n),
    }


def _numbers(satisfaction: Estimate, contacts: Estimate, waiting: Estimate) -> dict[str, Any]:
    return {
        "satisfaction": satisfaction.value,
        "satisfaction_low": satisfaction.low,
        "satisfaction_high": satisfaction.high,
        "n_answers": satisfaction.n,
        "contacts_per_goal": contacts.value,
        "unowned_per_goal": waiting.value,
        "unowned": waiting.value * waiting.n,
    }


def _action(lever: Lever | None) -> dict[str, Any]:
    """The next action and what it would be worth; nothing where no lever touches goals enough."""
    worth = lever.worth if lever else None
    numbers = {
        "goals_saved": worth.saved if worth else None,
        "hours_a_month": worth.hours if worth else None,
    }
    row: dict[str, Any] = {
        "lever": lever.kind if lever else None,
        "lever_goal": lever.goal if lever else None,
        "next_action": lever.action if lever else None,
        "lever_owner": lever.owner if lever else None,
        "why": lever.problem if lever else None,
        "n_at_stake": worth.n_goals if worth else 0,
    }
    for name, number in numbers.items():
        row |= {
            name: number.value if number else np.nan,
            f"{name}_low": number.low if number else np.nan,
            f"{name}_high": number.high if number else np.nan,
        }
    return row | {"q": lever.q if lever and lever.worth.saved.is_known else np.nan}
