"""Who is known of the events, by which keys, and why two keys are one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.engine.engine import Engine
from crmmining.eventlog.customer_life import customer_of

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "An event is known when its row, or its record, has a key of a customer. A customer is all keys that "
    "stand in one row or are equal in two files, but for shared keys, which join nobody. Seen elsewhere: has "
    "events of another file too."
)


@dataclass(frozen=True, eq=False)
class Identities:
    """How far the events have customers, before anything is made of them.

    `files`: path, n_events, n_known, share_known, n_customers, n_elsewhere, share_elsewhere; shares are
    in [0, 1], NaN where a file has no events. `kinds`: for each kind of key how many there are, and how many
    customers have one. `n_in_several`: customers with events of more than one file.
    """

    files: pd.DataFrame
    kinds: pd.DataFrame
    n_events: int
    n_known: int
    n_customers: int
    n_in_several: int
    definition: str = DEFINITION

    @property
    def summary(self) -> str:
        """The two numbers to read before any other."""
        several = f"{self.n_in_several:,} of {self.n_customers:,} customers have events of more than one file"
        if not self.n_events:
            return "There are no events."
        return (
            f"{self.n_known:,} of {self.n_events:,} events ({self.n_known / self.n_events:.1%}) have a "
            f"customer; {several}."
        )

    def to_frame(self) -> pd.DataFrame:
        """The files as one table."""
        return self.files.copy()

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return f"<p>{self.summary}</p>" + self.files.to_html(index=False)


def read_identities(engine: Engine) -> Identities:
    """Count, per file, the events that have a customer and the customers who are seen elsewhere."""
    import pandas as pd

    files = pd.DataFrame(engine.columns(_FILES))
    counts = ["n_events", "n_known", "n_customers", "n_elsewhere"]
    files[counts] = files[counts].astype("int64")
    files["share_known"] = files["n_known"] / files["n_events"]
    files["share_elsewhere"] = files["n_elsewhere"] / files["n_customers"]
    n_customers, n_in_several = engine.rows(_SEVERAL)[0]
    return Identities(
        files[
            ["path", "n_events", "n_known", "share_known", "n_customers", "n_elsewhere", "share_elsewhere"]
        ],
        pd.DataFrame(engine.columns(_KINDS)),
        int(files["n_events"].sum()),
        int(files["n_known"].sum()),
        int(n_customers),
        int(n_in_several),
    )


def explain_merge(engine: Engine, key: str, pseudonyms: Sequence[str] = ()) -> pd.DataFrame:
    """Why a customer's keys are one customer: each pair of them that stands in one row.

    Columns: kind, value, beside_kind, beside, paths (of the files that say so). Where two files have the same
    key, it stands in both; `beside` is empty where files say a key alone.

    Raises:
        InvalidOptionError: nobody has the key, or several have it under keys of different kinds.
    """
    import pandas as pd

    found = pd.DataFrame(engine.columns(_PAIRS, [customer_of(engine, key, pseudonyms)]))
    pair = ["kind", "value", "beside_kind", "beside"]
    found[pair] = found[pair].astype(object).where(found[pair].notna(), "")
    paired = set(found.loc[found["beside"] != "", ["value", "path"]].itertuples(index=False, name=None))
    lone = found["beside"] == ""
    told = [(row.value, row.path) in paired for row in found.itertuples()]
    kept = found[~(lone & np.array(told, bool))]
    return kept.groupby(pair, sort=True)["path"].agg("; ".join).rename("paths").reset_index()


_MET = """
    SELECT DISTINCT f.path, e.customer FROM customer_events e JOIN files f ON f.file = e.file
    WHERE e.customer IS NOT NULL
"""
_FILES = f"""
    WITH met AS ({_MET}),
    several AS (SELECT customer FROM met GROUP BY customer HAVING count(*) > 1)
    SELECT f.path, coalesce(e.n, 0) AS n_events, coalesce(e.known, 0) AS n_known,
        coalesce(m.n, 0) AS n_customers, coalesce(m.elsewhere, 0) AS n_elsewhere
    FROM (SELECT path, min(rank) AS rank FROM files GROUP BY path) f
    LEFT JOIN (
        SELECT f.path, count(*) AS n, count(e.customer) AS known
        FROM customer_events e JOIN files f ON f.file = e.file
        GROUP BY f.path
    ) e ON e.path = f.path
    LEFT JOIN (
        SELECT m.path, count(*) AS n, count(s.customer) AS elsewhere
        FROM met m LEFT JOIN several s ON s.customer = m.customer
        GROUP BY m.path
    ) m ON m.path = f.path
    ORDER BY f.rank, f.path
"""
_SEVERAL = f"""
    SELECT (SELECT count(*) FROM customers), count(*)
    FROM (SELECT customer FROM ({_MET}) m GROUP BY customer HAVING count(*) > 1) s
"""
_KINDS = """
    SELECT k.kind, count(*) AS n_keys, count(DISTINCT c.customer) AS n_customers
    FROM keys k JOIN key_customers c ON c.key = k.key
    GROUP BY k.kind
    ORDER BY k.kind
"""
_PAIRS = """
    SELECT DISTINCT a.kind, a.value, b.kind AS beside_kind, b.value AS beside, f.path
    FROM said_keys s
    JOIN key_customers c ON c.key = s.key
    JOIN key_customers d ON d.key = s.same AND d.customer = c.customer
    JOIN files f ON f.file = s.file
    JOIN keys a ON a.key = s.key
    LEFT JOIN keys b ON b.key = s.same AND b.key <> s.key
    WHERE c.customer = ?
    ORDER BY a.kind, a.value, beside_kind, beside, f.path
"""
