"""Variants: the distinct activity sequences of a log, most frequent first."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Variant:
    """One sequence of activities and the cases that took it.

    `share` is of all cases; `median_time` in microseconds; `share_reached` is the share of decided
    goals that were reached, None where the log knows no outcome or none is decided yet;
    `median_business_days` is None unless the variants were put on the company's clock.
    """

    rank: int
    activities: tuple[str, ...]
    n_cases: int
    share: float
    cumulative: float
    median_time: int
    share_reached: float | None
    median_business_days: float | None = None


@dataclass(frozen=True, eq=False)
class Variants:
    """All variants of a log, by number of cases; equal numbers in the order of their steps.

    CSR layout: variant *v* is ``codes[offsets[v]:offsets[v+1]]`` into `names`; `n_cases[v]` cases took
    it and `case_variant` tells for every case which. `median_business_days` is there where the study
    declares working hours (`with_business_days`).
    """

    names: tuple[str, ...]
    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    n_cases: NDArray[np.int64]
    case_variant: NDArray[np.int64]
    median_time: NDArray[np.int64]
    share_reached: NDArray[np.float64]
    median_business_days: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return self.n_cases.size

    def __getitem__(self, index: int) -> Variant:
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} variants")
        v = index % len(self)
        reached = self.share_reached[v]
        return Variant(
            v + 1,
            self.activities(v),
            int(self.n_cases[v]),
            float(self.n_cases[v] / self.total),
            float(self.cumulative[v] / self.total),
            int(self.median_time[v]),
            None if np.isnan(reached) else float(reached),
            None if self.median_business_days is None else float(self.median_business_days[v]),
        )

    def __iter__(self) -> Iterator[Variant]:
        return (self[v] for v in range(len(self)))

    @cached_property
    def total(self) -> int:
        """Number of cases."""
        return int(self.n_cases.sum())

    @cached_property
    def cumulative(self) -> NDArray[np.int64]:
        """Number of cases of each variant and all more frequent ones."""
        return np.cumsum(self.n_cases)

    def activities(self, v: int) -> tuple[str, ...]:
        """The steps of variant `v` by name."""
        return tuple(self.names[code] for code in self.codes[self.offsets[v] : self.offsets[v + 1]])

    def to_frame(self) -> pd.DataFrame:
        """One row per variant: activities, n_cases, share, cumulative, median_time, share_reached.

        With median_business_days where they are known.
        """
        import pandas as pd

        frame = pd.DataFrame(
            {
                "activities": [self.activities(v) for v in range(len(self))],
                "n_cases": self.n_cases,
                "share": self.n_cases / max(self.total, 1),
                "cumulative": self.cumulative / max(self.total, 1),
                "median_time": self.median_time.astype("timedelta64[us]"),
                "share_reached": self.share_reached,
            },
            index=pd.RangeIndex(1, len(self) + 1, name="variant"),
        )
        if self.median_business_days is not None:
            frame.insert(5, "median_business_days", self.median_business_days)
        return frame

    def __repr__(self) -> str:
        lines = [f"{len(self):,} variants of {self.total:,} cases"]
        for variant in (self[v] for v in range(min(len(self), 10))):
            steps = textwrap.shorten(" > ".join(variant.activities), 160, placeholder=" …")
            lines.append(f"{variant.n_cases:7,} {variant.share:6.1%}  {steps}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(_html_row(self[v]) for v in range(min(len(self), 12)))
        return (
            f"<p>{len(self):,} variants of {self.total:,} cases</p>"
            "<table><tr><th>#</th><th>cases</th><th>share</th><th>median time</th><th>goal reached</th>"
            f"<th style='text-align:left'>steps</th></tr>{rows}</table>"
        )


_CHEVRON = (
    "display:inline-block;font:10px/20px sans-serif;height:20px;padding:0 10px 0 12px;margin-right:-3px;"
    "max-width:110px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;background:#0b5c8c;color:#fff;"
    "clip-path:polygon(0 0,calc(100% - 7px) 0,100% 50%,calc(100% - 7px) 100%,0 100%,7px 50%)"
)


def _html_row(variant: Variant) -> str:
    steps = "".join(
        f"<span title='{html.escape(name, quote=True)}' style='{_CHEVRON}'>{html.escape(name)}</span>"
        for name in variant.activities
    )
    reached = "" if variant.share_reached is None else f"{variant.share_reached:.0%}"
    return (
        f"<tr><td>{variant.rank}</td><td>{variant.n_cases:,}</td><td>{variant.share:.1%}</td>"
        f"<td>{humanise(variant.median_time)}</td><td>{reached}</td>"
        f"<td style='text-align:left;white-space:nowrap'>{steps}</td></tr>"
    )
