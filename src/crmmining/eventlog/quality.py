"""The quality report: rows read, kept, refused, and what was found in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmmining.engine.engine import Engine
from crmmining.eventlog.quality_counts import count_quality
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Quality:
    """What loading found.

    `files`: per file rows read, events kept, rows refused, rows that stood in another file (n_repeated) or
    were corrected by one (n_replaced), zone and format of times.
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


# A file that grew was read in parts; it is one file.
_FILES = """
    SELECT
        path, sum(n_rows) AS n_rows, coalesce(sum(n_events), 0) AS n_events,
        coalesce(sum(n_refused), 0) AS n_refused,
        sum(n_repeated) AS n_repeated, sum(n_replaced) AS n_replaced,
        min(zone) AS zone, max(time_format) AS time_format, min(first) AS first_time, max(last) AS last_time
    FROM files
    LEFT JOIN (
        SELECT file, count(*) AS n_events, min(time) AS first, max(time) AS last
        FROM events
        GROUP BY file
    ) e USING (file)
    LEFT JOIN (SELECT file, count(*) AS n_refused FROM refused GROUP BY file) r USING (file)
    GROUP BY rank, path
    ORDER BY rank
"""
_REFUSED = """
    SELECT
        path, reason, count(*) AS n, min(row) AS row,
        min_by(column_name, row) AS column_name, coalesce(min_by(value, row), '') AS value
    FROM refused JOIN files USING (file)
    GROUP BY path, reason
    ORDER BY path, reason
"""
_REFUSED_ROWS = """
    SELECT path, row, column_name, coalesce(value, '') AS value, reason
    FROM refused JOIN files USING (file)
    ORDER BY rank, path, row, column_name, reason
"""
_NOTES = """
    SELECT n.topic, n.what, n.n, n.of, n.example
    FROM notes n JOIN files f USING (file)
    WHERE f.first_row = 0
    ORDER BY f.rank, n.what
"""
_NAMES = ("topic", "what", "n", "of", "example")


def read_refused(workspace: Engine) -> pd.DataFrame:
    """Every row that was set aside: path, row (as numbered in the file), column_name, value, reason."""
    import pandas as pd

    return pd.DataFrame(workspace.columns(_REFUSED_ROWS))


def read_quality(workspace: Engine, study: StudyFile) -> Quality:
    """What the loads found, and what is counted in what they stored."""
    import pandas as pd

    frame = pd.DataFrame(workspace.columns(_FILES))
    for moment in ("first_time", "last_time"):
        frame[moment] = pd.to_datetime(frame[moment].where(frame[moment] != -1), unit="us", utc=True)
    for count in ("n_rows", "n_events", "n_refused", "n_repeated", "n_replaced"):
        frame[count] = frame[count].astype("int64")
    rows = [*workspace.rows(_NOTES), *count_quality(workspace, study)]
    found = pd.DataFrame(rows, columns=list(_NAMES))
    found["of"] = found["of"].astype("float64")
    found["example"] = found["example"].fillna("")
    return Quality(frame, pd.DataFrame(workspace.columns(_REFUSED)), found)
