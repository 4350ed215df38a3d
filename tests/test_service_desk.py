"""The service desk's numbers against SQL written by hand over the CSV itself."""

import duckdb
import pytest

from crmmining.comparison.views import compare_views
from crmmining.mining.directly_follows import directly_follows
from crmmining.study.durations import SECOND

ACTIVITIES = {
    "New": "Incident registered",
    "Active": "Work started",
    "Awaiting User Info": "User asked for information",
    "Awaiting Vendor": "Waiting for a vendor",
    "Awaiting Problem": "Waiting for a problem fix",
    "Awaiting Evidence": "Waiting for evidence",
    "Resolved": "Incident resolved",
    "Closed": "Incident closed",
}
ROWS = """
    CREATE TABLE rows AS
    SELECT row_number() OVER () AS row, * REPLACE (
        strptime(opened_at, '%d/%m/%Y %H:%M') AS opened_at,
        strptime(sys_updated_at, '%d/%m/%Y %H:%M') AS sys_updated_at,
        strptime(resolved_at, '%d/%m/%Y %H:%M') AS resolved_at,
        CAST(sys_mod_count AS INTEGER) AS sys_mod_count,
        CAST(reopen_count AS INTEGER) AS reopen_count)
    FROM read_csv(?, all_varchar = true, nullstr = '?')
"""
INCIDENTS = """
    CREATE TABLE incidents AS
    SELECT number, min(caller_id) AS caller, min(coalesce(category, '(none)')) AS category,
           min(opened_at) AS opened,
           max(resolved_at) AS resolved, max(reopen_count) AS reopened, min(made_sla) AS made_sla
    FROM rows GROUP BY number
"""
STEPS = """
    CREATE TABLE steps AS
    SELECT number, sys_updated_at AS time, sys_mod_count AS place, incident_state AS activity FROM (
        SELECT *, lag(incident_state) OVER (PARTITION BY number ORDER BY sys_mod_count, row) AS before
        FROM rows)
    WHERE incident_state IS DISTINCT FROM before
    UNION ALL SELECT number, opened, -1, 'Incident opened' FROM incidents
"""
JUDGED = """
    SELECT * FROM incidents
    WHERE resolved <= (SELECT max(opened) FROM incidents) - INTERVAL 7 DAY
"""


@pytest.fixture(scope="module")
def sql(service_desk_study):
    connection = duckdb.connect()
    file = service_desk_study.declared.folder / "exports" / "incident_event_log.csv"
    connection.execute(ROWS, [str(file)])
    connection.execute(INCIDENTS)
    connection.execute(STEPS)

    def ask(query):
        return connection.execute(query).fetchall()

    yield ask
    connection.close()


@pytest.fixture(scope="module")
def log(service_desk_study):
    return service_desk_study.process_log("Incident")


@pytest.fixture(scope="module")
def views(service_desk_study):
    return compare_views(service_desk_study)


def test_reopened_incidents_are_the_inside_out_number(sql, views):
    ((judged, reopened),) = sql(f"SELECT count(*), count(*) FILTER (reopened > 0) FROM ({JUDGED})")
    assert (judged, reopened) == (2708, 39)
    inside = views.false_closures.inside
    assert (inside.n, round(inside.value * inside.n)) == (judged, reopened)
    assert f"{inside.value:.1%}" == "1.4%"


def test_new_incidents_for_the_same_need_are_the_outside_in_number(sql, views):
    ((followed,),) = sql(
        f"""SELECT count(*) FROM ({JUDGED}) a WHERE EXISTS (
            SELECT 1 FROM incidents b WHERE b.number <> a.number
            AND b.caller = a.caller AND b.category = a.category
            AND b.opened > a.resolved AND b.opened <= a.resolved + INTERVAL 7 DAY)"""
    )
    assert followed == 313
    outside = views.false_closures.outside
    assert (outside.n, round(outside.value * outside.n)) == (2708, followed)
    assert f"{outside.value:.1%}" == "11.6%"


def test_either_of_both_is_the_rate_reported(sql, views):
    ((either,),) = sql(
        f"""SELECT count(*) FROM ({JUDGED}) a WHERE reopened > 0 OR EXISTS (
            SELECT 1 FROM incidents b WHERE b.number <> a.number
            AND b.caller = a.caller AND b.category = a.category
            AND b.opened > a.resolved AND b.opened <= a.resolved + INTERVAL 7 DAY)"""
    )
    rate = views.false_closures.rate
    assert round(rate.value * rate.n) == either


def test_new_incidents_in_the_second_week_after_a_quiet_one_are_what_comes_by_chance(sql, views):
    again = """EXISTS (SELECT 1 FROM incidents b WHERE b.number <> a.number AND b.caller = a.caller
               AND b.category = a.category AND b.opened > a.resolved + INTERVAL {} DAY
               AND b.opened <= a.resolved + INTERVAL {} DAY)"""
    ((watched, late),) = sql(
        f"""SELECT count(*), count(*) FILTER ({again.format(7, 14)}) FROM ({JUDGED}) a
            WHERE reopened = 0 AND NOT {again.format(0, 7)}
            AND resolved <= (SELECT max(opened) FROM incidents) - INTERVAL 14 DAY"""
    )
    closures = views.false_closures
    assert (closures.by_chance.n, closures.by_chance.value) == (watched, pytest.approx(late / watched))
    q = late / watched
    assert closures.beyond_chance.value == pytest.approx((closures.rate.value - q) / (1 - q))


def test_cases_and_callers(sql, log, service_desk_study):
    ((incidents, callers),) = sql("SELECT count(*), count(DISTINCT caller) FROM incidents")
    assert (incidents, callers) == (2882, 420)
    assert log.n_cases == incidents
    assert service_desk_study.workspace.value("SELECT count(*) FROM customers") == callers


def test_events_by_activity(sql, log):
    counted = {
        ACTIVITIES.get(name, name): n
        for name, n in sql("SELECT activity, count(*) FROM steps GROUP BY activity")
    }
    assert directly_follows(log).activities == counted
    assert log.n_events == sum(counted.values())


def test_variants(sql, log):
    counted = sql(
        """SELECT path, count(*) FROM (
            SELECT number, string_agg(activity, ' > ' ORDER BY time, place) AS path
            FROM steps GROUP BY number)
        GROUP BY path ORDER BY count(*) DESC, path"""
    )
    assert len(log.variants) == len(counted)
    assert log.variants.n_cases.tolist() == [n for _, n in counted]
    first = tuple(ACTIVITIES.get(name, name) for name in counted[0][0].split(" > "))
    assert log.variants[0].activities == first


def test_directly_follows_counts_and_times(sql, log):
    counted = sql(
        """SELECT activity, next, count(*), count(DISTINCT number), sum(epoch(after) - epoch(time)) FROM (
            SELECT *, lead(activity) OVER w AS next, lead(time) OVER w AS after FROM steps
            WINDOW w AS (PARTITION BY number ORDER BY time, place))
        WHERE next IS NOT NULL GROUP BY activity, next"""
    )
    found = {
        pair: (edge.n, edge.n_cases, edge.total / SECOND)
        for pair, edge in directly_follows(log).edges.items()
    }
    assert found == {
        (ACTIVITIES.get(a, a), ACTIVITIES.get(b, b)): (n, cases, seconds)
        for a, b, n, cases, seconds in counted
    }


def test_mean_time_from_opening_to_resolution(sql, views):
    ((n, seconds),) = sql("SELECT count(resolved), avg(epoch(resolved) - epoch(opened)) FROM incidents")
    row = views.clocks.processes.set_index("name").loc["Incident"]
    assert (row["n"], row["n_open"]) == (n, 2882 - n)
    assert row["mean"].total_seconds() == pytest.approx(seconds)


def test_share_within_the_service_level(sql, views):
    ((met,),) = sql("SELECT avg(CASE WHEN made_sla = 'true' THEN 1 ELSE 0 END) FROM incidents")
    row = views.watermelons.processes.iloc[0]
    assert row["share_green"] == pytest.approx(met)
    assert row["n_records"] == 2882


def test_channels_of_the_openings(sql, log):
    counted = dict(
        sql(
            """SELECT coalesce(contact_type, ''), count(*) FROM (
                SELECT number, arg_min(contact_type, row) AS contact_type FROM rows GROUP BY number)
            GROUP BY 1"""
        )
    )
    frame = log.to_frame()
    opened = frame[frame["activity"] == "Incident opened"]
    assert opened["channel"].value_counts().to_dict() == counted


def test_crossings_between_groups_inside_an_incident(sql, views, log):
    """Needs that took a single incident cross as often as its assignment group changes from step to step."""
    counted = dict(
        sql(
            """WITH marked AS (
                SELECT *, lag(incident_state) OVER (PARTITION BY number ORDER BY sys_mod_count, row) AS before
                FROM rows),
            teams AS (
                SELECT number, assignment_group AS team,
                       lag(assignment_group) OVER (
                           PARTITION BY number ORDER BY sys_updated_at, sys_mod_count) AS earlier
                FROM marked WHERE incident_state IS DISTINCT FROM before AND assignment_group IS NOT NULL
                AND incident_state <> 'Closed')
            SELECT number, count(*) FILTER (team <> earlier) FROM teams GROUP BY number"""
        )
    )
    records, ids = views.view.records, views.view.study.record_ids
    alone = [case for case, n in enumerate(records.offsets[1:] - records.offsets[:-1]) if n == 1]
    found = {
        ids[records.record[records.offsets[case]]]: views.silos.cases["crossings"][case] for case in alone
    }
    assert len(found) > 1500
    assert found == {number: counted.get(number, 0) for number in found}


def test_needs_are_at_least_one_per_caller_and_category_and_at_most_one_per_incident(sql, views):
    ((pairs, incidents),) = sql("SELECT count(DISTINCT (caller, category)), count(*) FROM incidents")
    assert pairs <= views.view.log.n_cases <= incidents
