"""Which engine moves the rows: a DuckDB file on one machine, or Apache Spark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from crmmining.study.base import StudyModel

_LOCAL = re.compile(r"local(\[(\d+|\*)\])?")
_CLUSTER = re.compile(r"spark://[^/:,\s]+:\d+(,[^/:,\s]+:\d+)*")
_SIZE = re.compile(r"(\d+)\s*([kmgt])i?b?", re.IGNORECASE)


def _master(url: str) -> str:
    if _LOCAL.fullmatch(url) or _CLUSTER.fullmatch(url):
        return url
    raise ValueError(
        f"{url!r} is no address of Spark; write spark://HOST:7077 for a cluster, local[2] for two cores here"
    )


def _size(text: str) -> str:
    """As Spark writes it: ``2g``; its units are powers of 1024.

    >>> _size("2GB"), _size("512 MiB")
    ('2g', '512m')
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no amount of memory; write a whole number with its unit: 2GB, 800MB")
    return f"{match[1]}{match[2].lower()}"


class SparkSpec(StudyModel):
    """Apache Spark: where its master is, what each of its processes may use, where the tables lie.

    `memory` is what the driver and each executor may hold (Python beside them comes on top); `work` a
    folder that all machines see under the same name; `partitions` the most a shuffle is cut into;
    `rows_per_part` how many rows a function gets at once.
    """

    spark: Annotated[str, AfterValidator(_master)]
    memory: Annotated[str, AfterValidator(_size)] = "2g"
    work: Path | None = None
    partitions: int = Field(512, ge=1, le=100_000)
    rows_per_part: int = Field(2_000_000, ge=1)

    @model_validator(mode="after")
    def _seen_by_all(self) -> SparkSpec:
        if self.work is None and not self.is_local:
            raise ValueError(
                "a cluster needs 'work:', a folder that all its machines see under the same name"
            )
        return self

    @property
    def is_local(self) -> bool:
        """Whether everything runs inside one process of this machine."""
        return self.spark.startswith("local")


def _known(value: Any) -> Any:
    if value == "duckdb" or isinstance(value, dict | SparkSpec):
        return value
    raise ValueError(
        f"{value!r} is no engine; write 'engine: duckdb', or {{spark: spark://HOST:7077, work: FOLDER}}"
    )


EngineSpec = Annotated[Literal["duckdb"] | SparkSpec, BeforeValidator(_known)]
"""``duckdb``, or a `SparkSpec` written as a mapping with the key `spark`."""
