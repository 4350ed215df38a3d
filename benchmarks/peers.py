"""The same view by different tools, one function each: ``python peers.py NAME FILE`` in a process of its own.

Every function reads the Parquet file and makes the view with what its tool offers, as somebody who knows
it would: only the needed columns, its own fast path. It returns the number of edges, variants, moves and
cases of the largest variant; where it knows exact percentiles, also the sum of the edges' medians.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CASE, ACTIVITY, TIME = COLUMNS = ("case_id", "activity", "timestamp")
Found = dict[str, int]


def crmmining(path: str) -> Found:
    import crmmining as cm

    log = cm.read_table(path, columns={"case": CASE, "activity": ACTIVITY, "time": TIME})
    graph, variants = cm.directly_follows(log), log.variants
    medians = sum(edge.median for edge in graph.edges.values())
    return _found(len(graph.edges), len(variants), graph.n_moves, variants.n_cases[0], medians)


def pandas(path: str) -> Found:
    """By an expert's hand, in frames: codes, one sort, shifted columns, groups."""
    from itertools import pairwise

    import numpy as np
    import pandas as pd

    frame = pd.read_parquet(path, columns=[*COLUMNS])
    frame[CASE] = pd.factorize(frame[CASE])[0].astype(np.int32)
    frame[ACTIVITY] = frame[ACTIVITY].astype("category")
    frame = frame.sort_values([CASE, TIME], kind="stable", ignore_index=True)
    code, case, time = frame[ACTIVITY].cat.codes, frame[CASE], frame[TIME]
    within = case.eq(case.shift(-1))
    moves = pd.DataFrame(
        {"source": code, "target": code.shift(-1), "case": case, "time": time.shift(-1) - time}
    )[within].astype({"target": np.int16})
    moves["time"] = moves["time"].dt.as_unit("us").astype(np.int64)
    by = moves.groupby(["source", "target"], sort=False)
    graph = by.agg(n=("case", "size"), n_cases=("case", "nunique"), total=("time", "sum"))
    for name, share in (("median", 0.5), ("p90", 0.9)):
        graph[name] = by["time"].quantile(share, interpolation="lower")
    bounds = np.flatnonzero(np.r_[True, ~within.to_numpy()])
    steps = code.to_numpy(np.uint8).tobytes()
    variants = pd.Series([steps[a:b] for a, b in pairwise(bounds)]).value_counts()
    return _found(len(graph), len(variants), graph["n"].sum(), variants.iloc[0], graph["median"].sum())


def numpy(path: str) -> Found:
    """By an expert's hand, in arrays: the file's codes, one sort, slices; pandas only numbers the cases."""
    from collections import Counter

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=[*COLUMNS], read_dictionary=[ACTIVITY])
    steps = table[ACTIVITY].unify_dictionaries()
    names = steps.chunk(0).dictionary.to_pylist()
    act = np.concatenate([chunk.indices.to_numpy() for chunk in steps.chunks]).astype(np.int16)
    case = pd.factorize(pd.Series(table[CASE], dtype=pd.ArrowDtype(pa.string())))[0].astype(np.int32)
    t = table[TIME].to_numpy().astype("datetime64[us]").view(np.int64)
    del table, steps
    order = np.lexsort((t, case))
    case, act, t = case[order], act[order], t[order]
    del order
    same = case[1:] == case[:-1]
    starts = np.flatnonzero(np.r_[True, ~same])
    stretches = map(slice, starts.tolist(), np.r_[starts[1:], case.size].tolist())
    counted = Counter(map(act.astype(np.uint8).tobytes().__getitem__, stretches))
    variants = pd.Series(counted).sort_values(ascending=False)
    n = len(names)
    edge, duration, case = (act[:-1] * np.int16(n) + act[1:])[same], np.diff(t)[same], case[1:][same]
    counts, order = np.bincount(edge, minlength=n * n), np.argsort(edge, kind="stable")
    duration, case = duration[order], case[order]
    ends, rows = np.cumsum(counts), []
    for e in np.flatnonzero(counts):
        own = slice(ends[e] - counts[e], ends[e])
        part, cases, k = duration[own], case[own], int(counts[e])
        ranks = [(k + 1) // 2 - 1, -(-9 * k // 10) - 1]
        median, p90 = np.partition(part, ranks)[ranks]
        n_cases = 1 + np.count_nonzero(cases[1:] != cases[:-1])
        rows.append((names[e // n], names[e % n], k, n_cases, part.sum(), median, p90))
    graph = pd.DataFrame(rows, columns=["source", "target", "n", "n_cases", "total", "median", "p90"])
    return _found(len(graph), len(variants), counts.sum(), variants.iloc[0], graph["median"].sum())


def duckdb(path: str) -> Found:
    import duckdb

    con = duckdb.connect()
    con.execute(
        f"""CREATE TEMP TABLE spine AS
        SELECT {CASE} AS c, {ACTIVITY} AS a, lead(a) OVER w AS b, epoch_us({TIME}) AS t,
            lead(t) OVER w - t AS d, row_number() OVER w AS pos
        FROM (SELECT *, file_row_number AS r FROM read_parquet(?, file_row_number = true))
        WINDOW w AS (PARTITION BY {CASE} ORDER BY {TIME}, r)""",
        [path],
    ).fetchall()
    edges = con.execute(
        """SELECT a, b, count(*), count(DISTINCT c), sum(d), quantile_disc(d, 0.5), quantile_disc(d, 0.9)
        FROM spine WHERE b IS NOT NULL GROUP BY a, b"""
    ).fetchall()
    variants = con.execute(
        """SELECT v, count(*) AS n FROM (SELECT c, list(a ORDER BY pos) AS v FROM spine GROUP BY c)
        GROUP BY v ORDER BY n DESC, v"""
    ).fetchall()
    medians = sum(row[5] for row in edges)
    return _found(len(edges), len(variants), sum(row[2] for row in edges), variants[0][1], medians)


def polars(path: str) -> Found:
    import polars as pl

    events = (
        pl.scan_parquet(path)
        .select(pl.col(CASE), pl.col(ACTIVITY).cast(pl.Categorical), pl.col(TIME).dt.epoch("us").alias("t"))
        .sort(CASE, "t", maintain_order=True)
        .collect()
    )
    steps = events.lazy().select(
        pl.col(CASE),
        pl.col(ACTIVITY).alias("a"),
        pl.col(ACTIVITY).shift(-1).alias("b"),
        (pl.col("t").shift(-1) - pl.col("t")).alias("d"),
        (pl.col(CASE) == pl.col(CASE).shift(-1)).alias("same"),
    )
    edges = (
        steps.filter("same")
        .group_by("a", "b")
        .agg(
            pl.len().alias("n"),
            pl.col(CASE).n_unique().alias("n_cases"),
            pl.col("d").sum().alias("total"),
            pl.col("d").sort().gather((pl.len() + 1) // 2 - 1).first().alias("median"),
            pl.col("d").sort().gather((9 * pl.len() + 9) // 10 - 1).first().alias("p90"),
        )
        .collect()
    )
    variants = (
        events.lazy()
        .group_by(CASE, maintain_order=True)
        .agg(pl.col(ACTIVITY).to_physical().alias("v"))
        .group_by("v")
        .agg(pl.len().alias("n"))
        .sort("n", descending=True)
        .collect()
    )
    return _found(edges.height, variants.height, edges["n"].sum(), variants["n"][0], edges["median"].sum())


def pm4py(path: str) -> Found:
    import pandas as pd
    import pm4py

    frame = pd.read_parquet(path, columns=[*COLUMNS])
    log = pm4py.format_dataframe(frame, case_id=CASE, activity_key=ACTIVITY, timestamp_key=TIME)
    variants = pm4py.get_variants(log)
    graph, _, _ = pm4py.discover_dfg(log)
    pm4py.discover_performance_dfg(log)
    return _found(len(graph), len(variants), sum(graph.values()), max(variants.values()))


def pl4pm(path: str) -> Found:
    import pl4pm

    frame = pl4pm.read_parquet(path, columns=[*COLUMNS], return_pl_lazyframe=True, do_collect=False)
    log = pl4pm.format_dataframe(
        frame, case_id_column=CASE, activity_column=ACTIVITY, timestamp_column=TIME, do_collect=False
    )
    variants = pl4pm.get_variants(log)
    graph = pl4pm.discover_dfg(log)[0]
    pl4pm.discover_performance_dfg(log, perf_aggregation_key="median")
    return _found(len(graph), len(variants), sum(graph.values()), max(variants.values()))


def r4pm(path: str) -> Found:
    """It knows no times between steps: the graph's counts and the variants only."""
    import polars as pl
    import r4pm
    from r4pm import bindings

    names = {CASE: "case:concept:name", ACTIVITY: "concept:name", TIME: "time:timestamp"}
    frame = pl.read_parquet(path, columns=[*COLUMNS]).rename(names)
    frame = frame.with_columns(pl.col("time:timestamp").dt.replace_time_zone("UTC"))
    log = r4pm.import_item_from_df("EventLog", frame)
    graph = bindings.discover_dfg(log)
    variants = bindings.get_num_variants(r4pm.convert_item(log, "EventLogActivityProjection"))
    edges = graph["directly_follows_relations"]
    return _found(len(edges), variants, sum(edge[1] for edge in edges))


def _found(
    edges: int, variants: int, moves: int, largest: int | None = None, medians: int | None = None
) -> Found:
    found = {"edges": edges, "variants": variants, "moves": moves, "largest": largest, "medians": medians}
    return {name: int(n) for name, n in found.items() if n is not None}


def start(path: str) -> Found:
    """The floor: what has to be imported to read a Parquet file into NumPy arrays, and nothing done."""
    import numpy  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    return {}


PEERS: dict[str, Callable[[str], Found]] = {
    peer.__name__: peer for peer in (crmmining, pandas, numpy, duckdb, polars, pm4py, pl4pm, r4pm, start)
}


def main(name: str, path: str) -> dict[str, Any]:
    import warnings

    warnings.simplefilter("ignore")
    found = PEERS[name](path)
    return {"found": found, "cpu": time.process_time(), "megabytes": round(peak_megabytes())}


def peak_megabytes() -> float:
    """Most memory this process ever had; without what a parent had before it became this process."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
