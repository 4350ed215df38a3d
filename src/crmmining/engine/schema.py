"""The tables of a workspace: integer keys, names aside, times in microseconds UTC.

No primary keys and no indexes: they cost three times the load and the file, and every reading is a
scan. Codes start at 0 and are dense; an absent value is NULL.
"""

from __future__ import annotations

SCHEMA_VERSION = 1
VERSION_KEY = "schema version"

TABLES = {
    "meta": "CREATE TABLE meta (key VARCHAR, value VARCHAR)",
    # One row per file read; `zone` is the zone its times were written in.
    "files": """
        CREATE TABLE files (
            file INTEGER, path VARCHAR, bytes BIGINT, checksum VARCHAR,
            source INTEGER, zone VARCHAR, time_format VARCHAR, n_rows BIGINT
        )
    """,
    # Dictionaries: kind is activity, channel, department, resource, record_type, process or goal.
    "names": "CREATE TABLE names (kind VARCHAR, code INTEGER, name VARCHAR)",
    "customers": "CREATE TABLE customers (customer INTEGER, key VARCHAR)",
    "customer_attributes": """
        CREATE TABLE customer_attributes (customer INTEGER, attribute VARCHAR, value VARCHAR)
    """,
    "records": """
        CREATE TABLE records (
            record INTEGER, type INTEGER, id VARCHAR, customer INTEGER, process INTEGER,
            opened BIGINT, closed BIGINT
        )
    """,
    "record_attributes": "CREATE TABLE record_attributes (record INTEGER, attribute VARCHAR, value VARCHAR)",
    "links": "CREATE TABLE links (record INTEGER, linked INTEGER)",
    # `sequence` = source rank * 2^40 + row * kinds of event + kind: unique, and the order among equal times.
    "events": """
        CREATE TABLE events (
            event INTEGER, time BIGINT, start BIGINT, activity INTEGER, customer INTEGER, record INTEGER,
            channel INTEGER, department INTEGER, resource INTEGER, actor TINYINT,
            visible BOOLEAN, contact BOOLEAN, satisfaction DOUBLE,
            sequence BIGINT, file INTEGER, row BIGINT
        )
    """,
    "goals": """
        CREATE TABLE goals (
            instance INTEGER, goal INTEGER, customer INTEGER, by_value VARCHAR,
            begun BIGINT, last BIGINT, reached BIGINT, ended BIGINT, outcome TINYINT
        )
    """,
    "event_goals": "CREATE TABLE event_goals (event INTEGER, instance INTEGER, rule TINYINT)",
    # What was found on loading: `n` of `what`, with a first example.
    "quality": "CREATE TABLE quality (topic VARCHAR, what VARCHAR, n BIGINT, of BIGINT, example VARCHAR)",
    "refused": """
        CREATE TABLE refused (
            file INTEGER, row BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR
        )
    """,
}
