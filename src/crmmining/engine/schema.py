"""The tables of a workspace: integer keys, names aside, times in microseconds UTC.

Two kinds of table. What the exports **said** (`files` to `refused`) is added file by
file and never worked over; what is **made** of it (`records` to `event_goals`) is made anew for the
customers and records that new rows touch. No primary keys and no indexes: they cost three times the
load and the file, and every reading is a scan. Codes are handed out in the order things are first met
and are never given twice; an absent value is NULL.
"""

from __future__ import annotations

SCHEMA_VERSION = 5
VERSION_KEY = "schema version"
MOST_GOALS = 1 << 24
"""A goal instance is numbered customer * MOST_GOALS + its number within the customer's life."""

TABLES = {
    "meta": "CREATE TABLE meta (key VARCHAR, value VARCHAR)",
    # One row per load that changed something.
    "runs": """
        CREATE TABLE runs (
            run INTEGER, began BIGINT, ended BIGINT, whole BOOLEAN, n_files INTEGER,
            n_added BIGINT, n_removed BIGINT, n_customers BIGINT
        )
    """,
    # One row per file read, or per part of a file that grew: `first_row` counts the rows before it.
    # `rank` orders files as a load from nothing reads them; `formats` are the proved ones, as JSON.
    "files": """
        CREATE TABLE files (
            file INTEGER, path VARCHAR, bytes BIGINT, modified BIGINT, checksum VARCHAR,
            source INTEGER, spec VARCHAR, first_row BIGINT, n_rows BIGINT, rank INTEGER,
            zone VARCHAR, time_format VARCHAR, formats VARCHAR,
            n_repeated BIGINT, n_replaced BIGINT, run INTEGER
        )
    """,
    # Dictionaries: kind is activity, channel, department, resource, record_type, process or goal.
    "names": "CREATE TABLE names (kind VARCHAR, code INTEGER, name VARCHAR)",
    "activity_names": """
        CREATE TABLE activity_names (
            source_name VARCHAR, activity INTEGER, actor TINYINT, channel INTEGER, department INTEGER,
            visible BOOLEAN, contact BOOLEAN, declared BOOLEAN
        )
    """,
    "keys": "CREATE TABLE keys (key INTEGER, kind VARCHAR, value VARCHAR)",
    "record_ids": "CREATE TABLE record_ids (record INTEGER, type INTEGER, id VARCHAR)",
    # What each file said. Two keys in one row mean one person; a key alone stands beside itself.
    "said_keys": "CREATE TABLE said_keys (file INTEGER, key INTEGER, same INTEGER)",
    "said_customer_attributes": """
        CREATE TABLE said_customer_attributes (file INTEGER, key INTEGER, attribute VARCHAR, value VARCHAR)
    """,
    "said_records": """
        CREATE TABLE said_records (
            file INTEGER, record INTEGER, opened BIGINT, closed BIGINT, closable BOOLEAN, key INTEGER
        )
    """,
    "said_attributes": """
        CREATE TABLE said_attributes (
            file INTEGER, record INTEGER, attribute VARCHAR, take VARCHAR, value VARCHAR
        )
    """,
    "said_links": """
        CREATE TABLE said_links (
            file INTEGER, record INTEGER, to_type VARCHAR, to_id VARCHAR
        )
    """,
    # Events of a record whose type the row does not say: by its id, in the same source.
    "untyped_events": "CREATE TABLE untyped_events (file INTEGER, event BIGINT, id VARCHAR)",
    # `event` = file * 2^40 + row * 16 + kind of event: unique, and the order among equal times of a file.
    # `id` tells the same event in two files; `key` is the event's own customer key.
    "events": """
        CREATE TABLE events (
            event BIGINT, id BIGINT, time BIGINT, start BIGINT, activity INTEGER, key INTEGER,
            record INTEGER, channel INTEGER, department INTEGER, resource INTEGER, actor TINYINT,
            visible BOOLEAN, contact BOOLEAN, satisfaction DOUBLE, sentiment DOUBLE, file INTEGER, row BIGINT
        )
    """,
    # What was found on reading a file: `n` of `what`, with a first example.
    "notes": """
        CREATE TABLE notes (
            file INTEGER, topic VARCHAR, what VARCHAR, n BIGINT, of BIGINT, example VARCHAR
        )
    """,
    "refused": """
        CREATE TABLE refused (
            file INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR
        )
    """,
    # A customer's number is the smallest number of their keys.
    "key_customers": "CREATE TABLE key_customers (key INTEGER, customer INTEGER)",
    "customers": "CREATE TABLE customers (customer INTEGER, key VARCHAR)",
    "customer_attributes": """
        CREATE TABLE customer_attributes (customer INTEGER, attribute VARCHAR, value VARCHAR)
    """,
    "records": """
        CREATE TABLE records (
            record INTEGER, type INTEGER, id VARCHAR, customer INTEGER, process INTEGER,
            opened BIGINT, closed BIGINT, first BIGINT, shared BOOLEAN, n_customers BIGINT, n_processes BIGINT
        )
    """,
    "record_attributes": "CREATE TABLE record_attributes (record INTEGER, attribute VARCHAR, value VARCHAR)",
    "links": "CREATE TABLE links (record INTEGER, linked INTEGER)",
    # How long each goal type may be silent, and whether anything tells that it was reached; goal_pauses (or
    # goal_gaps, where pairs of activities or no openings decide) are what that is fitted on, and
    # goal_margins the silences [low, high) for which a customer's goals stay as they are.
    "silences": """
        CREATE TABLE silences (
            goal INTEGER, silence BIGINT, settle BIGINT, n_goals BIGINT, declared BOOLEAN,
            n_gaps BIGINT, pairs DOUBLE, reachable BOOLEAN
        )
    """,
    "pair_silences": """
        CREATE TABLE pair_silences (
            goal INTEGER, before INTEGER, after INTEGER, n BIGINT, mean BIGINT, silence BIGINT
        )
    """,
    "goal_gaps": """
        CREATE TABLE goal_gaps (customer INTEGER, goal INTEGER, before INTEGER, after INTEGER, gap BIGINT)
    """,
    "goal_pauses": "CREATE TABLE goal_pauses (customer INTEGER, goal INTEGER, longest BIGINT)",
    "goal_margins": "CREATE TABLE goal_margins (customer INTEGER, goal INTEGER, low BIGINT, high BIGINT)",
    # `begun` is the time of the first event, `started` when that one began, which is the same for most.
    "goal_facts": """
        CREATE TABLE goal_facts (
            instance BIGINT, goal INTEGER, customer INTEGER, number INTEGER, by_code INTEGER,
            started BIGINT, begun BIGINT, last BIGINT, reached BIGINT, ended BIGINT
        )
    """,
    # The events of each goal instance in their order, with what a view of them needs.
    "event_goals": """
        CREATE TABLE event_goals (
            event BIGINT, instance BIGINT, goal INTEGER, time BIGINT, activity INTEGER, rule TINYINT
        )
    """,
}

_SETTLED = "f.reached <> -1 AND h.horizon - f.reached >= s.settle"
VIEWS = {
    # Whose an event is: its own key's, else its record's.
    "customer_events": """
        SELECT e.*, coalesce(k.customer, r.customer) AS customer, r.process, f.rank
        FROM events e
        JOIN files f ON f.file = e.file
        LEFT JOIN key_customers k ON k.key = e.key
        LEFT JOIN records r ON r.record = e.record
    """,
    # How a goal came out depends on the end of the data, which every load moves: 0 reached, 1 given up,
    # 2 open, as is every goal of which nobody said how it is reached. A goal counts as reached when it has
    # also settled.
    "goals": f"""
        SELECT
            f.instance, f.goal, f.customer, f.number, f.by_code, f.started, f.begun, f.last, f.ended,
            CASE WHEN {_SETTLED} THEN f.reached ELSE -1 END AS reached,
            CAST(
                CASE
                    WHEN NOT s.reachable THEN 2
                    WHEN {_SETTLED} THEN 0
                    WHEN f.ended <> -1 OR (f.reached = -1 AND h.horizon - f.last > s.silence) THEN 1
                    ELSE 2
                END AS TINYINT
            ) AS outcome
        FROM goal_facts f
        JOIN silences s ON s.goal = f.goal
        CROSS JOIN (SELECT max(time) AS horizon FROM events) h
    """,
}
