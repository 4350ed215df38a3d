"""The options that commands share, each described once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How results are written."""

    table = "table"
    csv = "csv"
    json = "json"


Source = Annotated[
    Path, typer.Argument(help="A study file (.yaml), or a plain log: .csv .parquet .jsonl .xlsx .xes, …")
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
    str | None,
    typer.Option("--time-format", help="Plain log: how times are written, like '%d/%m/%Y %H:%M'."),
]
Zone = Annotated[str, typer.Option("--zone", help="Plain log: the zone of times that name none.")]
Within = Annotated[
    str | None,
    typer.Option(
        "--within", help="Plain log: which sheet, table, object type or member of a file with several."
    ),
]
Refused = Annotated[bool, typer.Option("--refused", help="A study: list every row that was set aside.")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help=(
            "Only cases with column=value (also column!=value, column=a|b, from=DATE, until=DATE); "
            "may be given several times."
        ),
    ),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option("--memory", help="The most memory to use, like 4GB; what is larger goes over the disk."),
]
Miner = Annotated[str, typer.Option("--miner", help="dfg (directly-follows map), inductive or heuristics.")]
Noise = Annotated[
    float,
    typer.Option("--noise", min=0, max=1, help="Inductive Miner: share of infrequent behaviour left out."),
]
Dependency = Annotated[
    float, typer.Option("--dependency", min=0, max=1, help="Heuristics Miner: least dependency.")
]
ActivityShare = Annotated[
    float, typer.Option("--activities", min=0, max=1, help="Map: share of activities shown.")
]
PathShare = Annotated[float, typer.Option("--paths", min=0, max=1, help="Map: share of paths shown.")]
MapOutput = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write .svg .png .pdf (map or net), .pnml .bpmn (net)."),
]
ModelFile = Annotated[
    Path | None,
    typer.Option("--model", help="A model: .pnml, .bpmn, .ptml; the study's ideal journey if not said."),
]
FailUnder = Annotated[str | None, typer.Option("--fail-under", help="Exit 1 below it: fitness=0.9.")]
SplitBy = Annotated[
    str | None, typer.Option("--by", help="Split further: department, channel, resource, or a segment.")
]
Causes = Annotated[
    bool, typer.Option("--causes", help="Why steps wait instead, where starts and resources are known.")
]
LogOutput = Annotated[
    Path,
    typer.Argument(
        help="Where to: .csv .parquet .xes .xes.gz (events), .svg .png .pdf (map), .pnml .bpmn (net)."
    ),
]
As = Annotated[Format, typer.Option("--format", help="How to write the result.")]
Top = Annotated[int, typer.Option("--top", min=1, help="How many rows to show.")]


def as_share(option: str, text: str | None) -> float | None:
    """An option's text like ``1%`` or ``0.01`` as a share.

    Raises:
        InvalidOptionError: neither.
    """
    from crmmining.errors import InvalidOptionError
    from crmmining.study.base import parse_share

    try:
        return None if text is None else float(parse_share(text))
    except ValueError as error:
        raise InvalidOptionError(f"{option}: {error}") from None
