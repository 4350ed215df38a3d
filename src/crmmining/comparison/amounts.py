"""Money on records: what each record of a process is worth, by the attribute its process declares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import listed, nearest
from crmmining.eventlog.study import Study

_VALUES = """
    SELECT a.record, a.value, TRY_CAST(a.value AS DOUBLE) AS amount, r.id
    FROM record_attributes a
    JOIN records r ON r.record = a.record
    WHERE r.process = ? AND lower(a.attribute) = lower(?)
    ORDER BY r.id, r.type
"""
_KNOWN = """
    SELECT DISTINCT a.attribute
    FROM record_attributes a JOIN records r ON r.record = a.record
    WHERE r.process = ?
    ORDER BY a.attribute
"""


@dataclass(frozen=True, eq=False)
class Amounts:
    """Money by record code, 0 where none is told; `absent` why there is none; `notes` what was left out."""

    by_record: NDArray[np.float64]
    absent: str | None
    notes: tuple[str, ...] = ()


def read_amounts(study: Study) -> Amounts:
    """Read the declared attribute (`amount:`) of every process as numbers from 0 up; others are counted."""
    found = np.zeros(study.records["process"].size)
    declared = {name: spec.amount for name, spec in study.declared.processes.items() if spec.amount}
    if not declared:
        return Amounts(found, "no process says which attribute of its records holds money (amount: COLUMN)")
    notes, n = [], 0
    for name, attribute in declared.items():
        code = study.processes.index(name)
        rows = study.workspace.columns(_VALUES, [code, attribute])
        if not rows["record"].size:
            known = [each for (each,) in study.workspace.rows(_KNOWN, [code])]
            near = nearest(attribute, known)
            notes.append(
                f"no record of “{name}” has {attribute!r}; there is {listed(known) or 'none'}.{near}"
            )
            continue
        amount = np.asarray(rows["amount"], np.float64)
        good = np.isfinite(amount) & (amount >= 0)
        found[rows["record"][good]] = amount[good]
        n += int(good.sum())
        if not good.all():
            k = int(np.flatnonzero(~good)[0])
            notes.append(
                f"{int((~good).sum()):,} of {good.size:,} values of {attribute!r} on “{name}” are no amount "
                f"from 0 up and count as none, first {rows['value'][k]!r} on record {rows['id'][k]}"
            )
    return Amounts(found, None if n else "; ".join(notes), tuple(notes))
