"""Tables on the terminal: nothing is cut off, however narrow it is; programs get seconds."""

import csv
import io

import pandas as pd
import pytest

from crmmining.cli import rendering
from crmmining.cli.options import Format

FRAME = pd.DataFrame(
    {
        "source": ["Insurance quote sent", "Offer"],
        "target": ["Insurance quote accepted", "Keys handed over"],
        "contribution": [0.4567, 0.0123],
        "median": pd.to_timedelta([2.7, 64.0], unit="D"),
        "median_business_days": [2.01, 43.25],
        "n_cases": [1_234_567, 89],
        "owner": ["Head of Insurance", "Head of Home Services"],
    }
)
WHOLE = ["1,234,567", "2.7 d", "64 d", "43.25", "45.7%", "contribution"]


@pytest.mark.parametrize("width", [40, 56, 80, 100, 160])
def test_no_number_and_no_column_is_lost_at_the_edge(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    monkeypatch.setattr(rendering, "console", lambda: Console(width=width))
    rendering.show_frame(FRAME, Format.table, title="Where time goes")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    shown = " ".join(" ".join(lines).replace(rendering._FIXED, " ").split())
    assert shown.count("Where time goes") == 1
    for words in (*WHOLE, "business", "owner", "Services"):
        assert words in shown, words


def test_durations_are_seconds_in_csv(capsys: pytest.CaptureFixture[str]) -> None:
    rendering.show_frame(FRAME[["source", "median"]], Format.csv)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["source", "median"], ["Insurance quote sent", "233280.0"], ["Offer", "5529600.0"]]
