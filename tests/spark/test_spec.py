"""What the study file may say of Spark."""

import pytest
from pydantic import TypeAdapter, ValidationError

from crmmining.study.engine_spec import EngineSpec, SparkSpec

SPEC = TypeAdapter(EngineSpec)


def test_duckdb_is_a_word_and_spark_a_mapping() -> None:
    assert SPEC.validate_python("duckdb") == "duckdb"
    spec = SPEC.validate_python({"spark": "spark://a:7077,b:7077", "memory": "800 MB", "work": "there"})
    assert isinstance(spec, SparkSpec) and spec.memory == "800m" and not spec.is_local
    assert SparkSpec(spark="local[*]").is_local and SparkSpec(spark="local").memory == "2g"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("polars", "'polars' is no engine; write 'engine: duckdb'"),
        ({"spark": "yarn"}, "'yarn' is no address of Spark"),
        ({"spark": "spark://host"}, "is no address of Spark"),
        ({"spark": "local[2]", "memory": "2"}, "'2' is no amount of memory"),
        ({"spark": "spark://host:7077"}, "a cluster needs 'work:'"),
        ({"spark": "local[2]", "partitions": 0}, "greater than or equal to 1"),
        ({"spark": "local[2]", "cores": 3}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_meant_is_told(said, told) -> None:
    with pytest.raises(ValidationError, match="(?s)" + told.replace("(", r"\(")):
        SPEC.validate_python(said)
