"""SQL written once: both engines give the same rows, on a clean log with ties and on a nasty one."""

import math

import numpy as np
import pytest

SPINE = """
    SELECT
        customer, event, activity, time,
        CAST(row_number() OVER w AS BIGINT) AS pos,
        lead(activity) OVER w AS next_activity,
        (lead(time) OVER w) - time AS pause
    FROM clean
    WINDOW w AS (PARTITION BY customer ORDER BY time NULLS LAST, event)
"""

ON_THE_CLEAN_LOG = {
    "order inside a case": f"SELECT * FROM ({SPINE}) s ORDER BY customer, pos",
    "directly follows": f"""
        SELECT
            activity, next_activity, count(*) AS n, CAST(sum(pause) AS BIGINT) AS total,
            CAST(percentile_disc(0.5) WITHIN GROUP (ORDER BY pause) AS BIGINT) AS median,
            CAST(percentile_disc(0.9) WITHIN GROUP (ORDER BY pause) AS BIGINT) AS p90
        FROM ({SPINE}) s WHERE next_activity IS NOT NULL
        GROUP BY activity, next_activity ORDER BY 1, 2
    """,
    "first and last of a case": """
        SELECT customer, min_by(activity, event) AS first, max_by(activity, event) AS last,
            count(DISTINCT activity) AS n_kinds, count(*) FILTER (WHERE visible) AS n_seen
        FROM clean GROUP BY customer ORDER BY customer
    """,
    "a new goal after silence": """
        SELECT customer, event, sum(CASE WHEN silent THEN 1 ELSE 0 END) OVER (
            PARTITION BY customer ORDER BY time NULLS LAST, event ROWS UNBOUNDED PRECEDING
        ) AS goal
        FROM (
            SELECT customer, event, time,
                coalesce(time - lag(time) OVER w > 400000000, TRUE) AS silent
            FROM clean WINDOW w AS (PARTITION BY customer ORDER BY time, event)
        ) s ORDER BY customer, goal, event
    """,
    "semi and anti join": """
        SELECT count(*) FROM clean SEMI JOIN (SELECT DISTINCT customer FROM clean WHERE activity = 3) c
            ON clean.customer = c.customer
        UNION ALL
        SELECT count(*) FROM clean ANTI JOIN (SELECT DISTINCT customer FROM clean WHERE satisfaction > 4) c
            ON clean.customer = c.customer
        ORDER BY 1
    """,
    "numbers stay numbers": "SELECT max(satisfaction) AS most, count(satisfaction) AS n FROM clean",
    "remainders and signs": """
        SELECT event % 7 AS r, -event % 7 AS s, abs(-event) AS a, CAST(event AS STRING) || '!' AS t
        FROM clean ORDER BY event
    """,
}

ON_THE_NASTY_LOG = {
    "absent values last": """
        SELECT file, record, name, time FROM nasty
        ORDER BY file NULLS LAST, record NULLS LAST, name NULLS LAST, time NULLS LAST
    """,
    "names by their bytes": """
        SELECT name, count(*) AS n, count(take) AS m, count(DISTINCT time) AS k
        FROM nasty GROUP BY name ORDER BY name NULLS FIRST
    """,
    "text": """
        SELECT lower(name) AS a, trim(name) AS b, length(name) AS n,
            name || '-' || coalesce(take, '?') AS c, substr(name, 1, 1) AS d,
            name = 'it''s' AS e, "name" LIKE '%i%' AS g
        FROM nasty WHERE file = 0 ORDER BY name NULLS LAST, time
    """,
    "equal even if absent": """
        SELECT a.record, b.record AS other, count(*) AS n
        FROM nasty a JOIN nasty b
            ON a.take IS NOT DISTINCT FROM b.take AND a.file = b.file
        GROUP BY a.record, b.record ORDER BY 1 NULLS LAST, 2 NULLS LAST
    """,
    "far away times": """
        SELECT record, max(time) - min(time) AS span
        FROM nasty GROUP BY record ORDER BY record NULLS LAST
    """,
    "the first of doubles": """
        SELECT record, name, time FROM (
            SELECT *, row_number() OVER (
                PARTITION BY record
                ORDER BY time NULLS LAST, file NULLS LAST, name NULLS LAST, take NULLS LAST
            ) AS n FROM nasty
        ) s WHERE n = 1 ORDER BY record NULLS LAST
    """,
    "sets": """
        SELECT name FROM nasty WHERE file = 0 EXCEPT
        SELECT take FROM nasty ORDER BY 1 NULLS LAST
    """,
}


@pytest.mark.parametrize("what", ON_THE_CLEAN_LOG)
def test_both_engines_give_the_same_rows_of_a_clean_log(spark, duck, what) -> None:
    assert_equal(spark, duck, ON_THE_CLEAN_LOG[what])


@pytest.mark.parametrize("what", ON_THE_NASTY_LOG)
def test_both_engines_give_the_same_rows_of_a_nasty_log(spark, duck, what) -> None:
    assert_equal(spark, duck, ON_THE_NASTY_LOG[what])


def test_values_are_bound_never_read_as_sql(spark, duck) -> None:
    nasty = "x' OR 1=1 --"
    sql = "SELECT ? AS a, ? AS b, ? + 1 AS c, ? AS d, CAST(? AS BIGINT) AS e, ? AS f"
    values = [nasty, "\\n", 2**40, True, None, 1.5]
    assert spark.rows(sql, values) == duck.rows(sql, values) == [(nasty, "\\n", 2**40 + 1, True, None, 1.5)]


def test_columns_are_the_same_arrays(spark, duck) -> None:
    sql = "SELECT event, record, visible, satisfaction, customer AS c FROM clean ORDER BY event"
    ours, theirs = spark.columns(sql), duck.columns(sql)
    assert list(ours) == list(theirs)
    for name, values in theirs.items():
        assert ours[name].dtype.kind == values.dtype.kind
        assert np.array_equal(ours[name], values, equal_nan=values.dtype.kind == "f"), name


def test_an_absent_integer_is_minus_one_an_absent_number_nan_an_absent_text_none(spark, duck) -> None:
    sql = """
        SELECT i, x, s, CAST(i AS TINYINT) AS b, i = 1 AS f
        FROM (VALUES (1, CAST(1.5 AS DOUBLE), 'a'), (NULL, NULL, NULL)) t(i, x, s) ORDER BY i NULLS LAST
    """
    for found in (spark.columns(sql), duck.columns(sql)):
        assert found["i"].tolist() == [1, -1] and found["b"].tolist() == [1, -1]
        assert found["x"][0] == 1.5 and np.isnan(found["x"][1])
        assert found["s"].tolist() == ["a", None] and found["f"].tolist() == [True, None]


def test_nothing_found_is_columns_without_rows(spark, duck) -> None:
    sql = "SELECT event, name FROM clean JOIN nasty ON event = file WHERE event < 0"
    for found in (spark.columns(sql), duck.columns(sql)):
        assert list(found) == ["event", "name"] and found["event"].size == found["name"].size == 0


def test_the_machine_is_not_in_utc_but_spark_is(spark) -> None:
    assert spark.value("SELECT current_timezone()") == "UTC"
    assert spark.value("SELECT CAST(timestamp_micros(?) AS STRING)", [1_700_000_000_000_000]) == (
        "2023-11-14 22:13:20"
    )


def test_a_working_table_may_be_made_of_itself_and_dropped(spark, duck) -> None:
    for workspace in (spark, duck):
        make_and_drop(workspace)


def make_and_drop(workspace) -> None:
    workspace.table("few", "SELECT event, NULL AS nothing FROM clean WHERE event < ?", [5])
    workspace.table("few", "SELECT event + 10 AS event, nothing FROM few")
    assert workspace.rows("SELECT event, nothing FROM few ORDER BY event") == [
        (10 + k, None) for k in range(5)
    ]
    workspace.table("none", "SELECT event FROM few WHERE event < 0")
    assert workspace.value("SELECT count(*) FROM none") == 0
    assert {"few", "none", "clean"} <= workspace.tables()
    workspace.drop("few", "none", "never_there")
    assert "few" not in workspace.tables()


def assert_equal(spark, duck, sql: str) -> None:
    ours, theirs = spark.rows(sql), duck.rows(sql)
    assert theirs and [known(row) for row in ours] == [known(row) for row in theirs]


def known(row: tuple) -> tuple:
    """NaN equals itself here."""
    return tuple("NaN" if isinstance(value, float) and math.isnan(value) else value for value in row)
