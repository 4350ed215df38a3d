"""The quality report: rows read, kept, refused, and what was found in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmmining.engine.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Quality:
    """What loading found.

    `files`: per file rows read, events kept, rows refused, zone and format of times.
    `refused`: per reason the number of rows and the first example (file, row, column, value).
    `findings`: topic, what, n, of (the whole), example.
    """

    files: pd.DataFrame
    refused: pd.DataFrame
    findings: pd.DataFrame

    @property
    def warnings(self) -> list[str]:
        """What deserves a look before any number is believed, one line each."""
        lines = [
            f"{row['n']:,} rows of {row['path']} refused: {row['reason']} "
            f"(first: row {row['row']}, {row['value']!r})"
            for row in self.refused.to_dict("records")
        ]
        for row in self.findings.to_dict("records"):
            if row["topic"] == "activities":
                times = f" ({row['n']:,} events)" if row["n"] else ""
                lines.append(f"{row['what']}: {row['example']!r}{times}")
        return lines

    def to_frame(self) -> pd.DataFrame:
        """The findings as one table."""
        return self.findings.copy()

    def __repr__(self) -> str:
        n_refused = self.refused["n"].sum() if len(self.refused) else 0
        head = (
            f"{self.files['n_rows'].sum():,} rows read from {len(self.files)} files, "
            f"{self.files['n_events'].sum():,} events kept, {n_refused:,} refused"
        )
        lines = [
            f"  {row['n']:>9,}{_whole(row['of'])} {row['what']}"
            for row in self.findings.to_dict("records")
            if row["topic"] != "activities"
        ]
        return "\n".join([head, *lines, *self.warnings])

    def _repr_html_(self) -> str:
        return self.files.to_html(index=False) + self.findings.to_html(index=False, na_rep="")


def _whole(of: float) -> str:
    return "" if math.isnan(of) else f" of {int(of):,}"


_FILES = """
    SELECT
        path, n_rows, coalesce(n_events, 0) AS n_events, coalesce(n_refused, 0) AS n_refused,
        zone, time_format, first_time, last_time
    FROM files
    LEFT JOIN (
        SELECT file, count(*) AS n_events, min(time) AS first_time, max(time) AS last_time
        FROM events
        GROUP BY file
    ) USING (file)
    LEFT JOIN (SELECT file, count(*) AS n_refused FROM refused GROUP BY file) USING (file)
    ORDER BY file
"""
_REFUSED = """
    SELECT
        path, reason, count(*) AS n, min(row) AS row,
        arg_min(column_name, row) AS column_name, coalesce(arg_min(value, row), '') AS value
    FROM refused JOIN files USING (file)
    GROUP BY path, reason
    ORDER BY path, reason
"""


def read_quality(workspace: Workspace) -> Quality:
    """The report of the last load."""
    import pandas as pd

    refused = workspace.columns(_REFUSED)
    findings = workspace.columns("SELECT topic, what, n, of, coalesce(example, '') AS example FROM quality")
    frame = pd.DataFrame(workspace.columns(_FILES))
    for moment in ("first_time", "last_time"):
        frame[moment] = pd.to_datetime(frame[moment].where(frame[moment] >= 0), unit="us", utc=True)
    found = pd.DataFrame(findings)
    found["of"] = found["of"].where(found["of"] >= 0)
    return Quality(frame, pd.DataFrame(refused), found)
