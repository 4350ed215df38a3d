"""The options that commands share, each described once."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Format(str, Enum):
    """How results are written."""

    table = "table"
    csv = "csv"
    json = "json"


Source = Annotated[
    Path, typer.Argument(help="A study file (.yaml), or a plain log: .csv, .parquet, .xes, .xes.gz.")
]
StudyFile = Annotated[Path, typer.Argument(help="A study file (.yaml).")]
Process = Annotated[
    str | None, typer.Option("--process", help="Look at this process: a case is a CRM record.")
]
Goal = Annotated[
    str | None, typer.Option("--goal", help="Look at this goal: a case is a customer's attempt at it.")
]
Case = Annotated[str | None, typer.Option("--case", help="Plain log: the column that names the case.")]
Activity = Annotated[str | None, typer.Option("--activity", help="Plain log: the column of the activity.")]
Time = Annotated[str | None, typer.Option("--time", help="Plain log: the column of the time.")]
Start = Annotated[str | None, typer.Option("--start", help="Plain log: the column of the start time.")]
Customer = Annotated[str | None, typer.Option("--customer", help="Plain log: the column of the customer.")]
Resource = Annotated[str | None, typer.Option("--resource", help="Plain log: the column of who did it.")]
TimeFormat = Annotated[
    str | None, typer.Option("--time-format", help="Plain log: how times are written, like '%d/%m/%Y %H:%M'.")
]
Zone = Annotated[str, typer.Option("--zone", help="Plain log: the zone of times that name none.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="Only cases with column=value; may be given several times."),
]
As = Annotated[Format, typer.Option("--format", help="How to write the result.")]
Top = Annotated[int, typer.Option("--top", min=1, help="How many rows to show.")]
