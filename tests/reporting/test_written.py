"""Values as people read them."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from crmmining.reporting.written import written


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (0.25, "share_green", "25.0%"),
        (0.25, "gap", "0.25"),
        (0.5, "log_fitness", "50.0%"),
        (math.nan, "share", "–"),
        (None, "owner", "–"),
        (pd.NaT, "since", "–"),
        (pd.NA, "n", "–"),
        (1234, "n", "1,234"),
        (np.int64(1234), "n", "1,234"),
        (1234.5, "owed", "1,234.50"),
        (True, "robust", "yes"),
        (pd.Timedelta(days=2, hours=12), "median", "2.5 d"),
        (dt.datetime(2026, 5, 1, 9, 30), "since", "2026-05-01 09:30"),
        (("a", "b"), "steps", "a > b"),
        ("text", "name", "text"),
    ],
)
def test_a_value_is_written_by_its_kind(value: object, name: str, text: str) -> None:
    assert written(value, name) == text
