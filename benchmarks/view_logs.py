"""A made-up log as a Parquet file, rows in the order of time: ``python view_logs.py EVENTS FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

STEPS = {
    "Case opened": {"Triage": 0.9, "Assigned": 0.1},
    "Triage": {"Assigned": 0.8, "Escalated": 0.05, "Information requested": 0.15},
    "Assigned": {
        "Information requested": 0.2, "Call": 0.25, "Resolved": 0.45, "Escalated": 0.05, "On hold": 0.05,
    },
    "Information requested": {"Customer replied": 0.8, "On hold": 0.1, "Call": 0.1},
    "Customer replied": {"Assigned": 0.3, "Resolved": 0.5, "Call": 0.2},
    "Call": {"Resolved": 0.6, "Information requested": 0.2, "Call": 0.1, "Escalated": 0.1},
    "Escalated": {"Assigned": 0.4, "Call": 0.2, "Resolved": 0.4},
    "On hold": {"Call": 0.3, "Customer replied": 0.4, "Resolved": 0.3},
    "Resolved": {"Closed": 0.85, "Reopened": 0.1, "": 0.05},
    "Closed": {"Survey sent": 0.4, "Reopened": 0.05, "": 0.55},
    "Reopened": {"Assigned": 0.7, "Escalated": 0.3},
    "Survey sent": {"": 0.97, "Reopened": 0.03},
}  # fmt: skip
HOUR = 3_600_000_000
TWO_YEARS = 730 * 24 * HOUR


def write_log(n_events: int, path: Path, seed: int = 7) -> None:
    """About so many events, an eighth as many cases, whose ids have nothing to do with when they begin."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, names = np.random.default_rng(seed), list(STEPS)
    following = np.array([[STEPS[a].get(b, 0.0) for b in (*names, "")] for a in names]).cumsum(axis=1)
    following[:, -1] = 1.0
    n_cases = n_events // 8
    time = np.sort(rng.integers(0, TWO_YEARS, n_cases))
    step, alive = np.zeros(n_cases, np.int64), np.arange(n_cases)
    events = []
    while alive.size:
        events.append((alive, step[alive], time[alive]))
        chosen = (rng.random(alive.size)[:, None] > following[step[alive]]).sum(axis=1)
        time[alive] += (rng.lognormal(2.0, 1.5, alive.size) * 3600).astype(np.int64) * 1_000_000
        alive, chosen = alive[chosen < len(names)], chosen[chosen < len(names)]
        step[alive] = chosen
    case, steps, times = (np.concatenate(column) for column in zip(*events, strict=True))
    order = np.argsort(times, kind="stable")
    ids = pa.array([f"500Qx{i * 7919 % 90_000_007:09}" for i in range(n_cases)])
    agents = pa.array([f"agent {i:03}" for i in range(300)])
    table = pa.table(
        {
            "case_id": ids.take(pa.array(case[order])),
            "activity": pa.array(names).take(pa.array(steps[order])),
            "timestamp": pa.array(times[order] + 1_700_000_000_000_000, pa.timestamp("us")),
            "resource": agents.take(pa.array(rng.integers(0, 300, case.size))),
            "cost": rng.random(case.size).round(2),
        }
    )
    pq.write_table(table, path)


if __name__ == "__main__":
    write_log(int(sys.argv[1]), Path(sys.argv[2]))
