"""The view from integer columns in memory, beside one sort: ``python loaded.py loaded FILE``.

Twice: `np.sort` as it comes, with the vector instructions a machine has, and a stable one, without any.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np
import pyarrow.parquet as pq
from peers import ACTIVITY, CASE, TIME

import crmmining as cm
from crmmining.eventlog.case_table import CaseTable
from crmmining.eventlog.log import CaseNotion, EventLog


def main(path: str) -> dict[str, float]:
    """Medians of five runs in turn."""
    table = pq.read_table(path, columns=[CASE, ACTIVITY, TIME])
    codes = {name: table[name].combine_chunks().dictionary_encode() for name in (CASE, ACTIVITY)}
    case, activity = (codes[name].indices.to_numpy().astype(np.int32) for name in (CASE, ACTIVITY))
    columns = {"activity": activity, "time": table[TIME].to_numpy().astype("datetime64[us]").view(np.int64)}
    names = {"activity": tuple(codes[ACTIVITY].dictionary.to_pylist())}
    n_cases = len(codes[CASE].dictionary)
    shuffled = np.random.default_rng(3).permutation(n_cases).astype(np.int32)
    case = shuffled[case]  # ids need not be in the order in which cases begin
    cases = CaseTable({"case": np.arange(n_cases)})
    del table, codes
    keys = np.random.default_rng(7).integers(0, 2**62, case.size)
    sorts, merges, views, cpu = [], [], [], []
    for _ in range(6):
        mine = keys.copy()
        began = time.perf_counter()
        mine.sort()
        sorts.append(time.perf_counter() - began)
        mine = keys.copy()
        began = time.perf_counter()
        mine.sort(kind="stable")
        merges.append(time.perf_counter() - began)
        began, before = time.perf_counter(), time.process_time()
        log = EventLog.from_columns(CaseNotion("plain", "log"), case, columns, names, cases)
        _ = log.variants, cm.directly_follows(log)
        views.append(time.perf_counter() - began)
        cpu.append(time.process_time() - before)
    found = {"sort": sorts, "merge": merges, "view": views, "cpu": cpu}
    return {name: statistics.median(values[1:]) for name, values in found.items()}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[2])))
