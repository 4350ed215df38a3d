"""Who the customers are: keys that stand in one row, or are equal in two sources, mean one person.

A key that too many have joins nobody (`shared_keys`), and is a customer of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Engine
from crmmining.engine.workspace import Workspace
from crmmining.eventlog.shared_keys import kept_apart, shared_keys
from crmmining.sources.forgotten import kept_apart_keys
from crmmining.sources.identities import normalised_keys
from crmmining.sources.identity_kernel import components
from crmmining.sources.touched import reread_customers, touch_customers, touch_records
from crmmining.study.study_file import StudyFile


def make_customers(engine: Engine, study: StudyFile) -> None:
    """Fill key_customers, customers and customer_attributes from what was said."""
    shared = _shared(engine, study)
    keys, customer = _found(engine, "SELECT DISTINCT key, same FROM said_keys", shared)
    engine.insert("key_customers", {"key": keys, "customer": customer})
    engine.append("customers", _CUSTOMERS.format(only=""))
    engine.append("customer_attributes", _ATTRIBUTES.format(only=""))


def remake_customers(workspace: Workspace, study: StudyFile, first_file: int) -> None:
    """The same where files from this number on, or files that are gone, changed who is who.

    Customers whose keys changed are noted as touched, and with them the records they are in.
    """
    workspace.table("new_pairs", _NEW_PAIRS, [first_file, first_file])
    workspace.table("asked_keys", _ASKED)
    shared = _shared(workspace, study, _IN_ASKED_PAIRS)
    keys, customer = _found(workspace, _ASKED_PAIRS, shared)
    workspace.hold("found_customers", {"key": keys, "customer": customer})
    workspace.table("changed_keys", _CHANGED)
    for side in ("old", "new"):
        reread_customers(workspace, f"SELECT {side} AS customer FROM changed_keys")
    workspace.run("DELETE FROM key_customers WHERE key IN (SELECT key FROM changed_keys)")
    workspace.append("key_customers", "SELECT key, new FROM changed_keys WHERE new IS NOT NULL")
    for table in ("events", "said_records"):
        touch_records(workspace, f"SELECT t.record FROM {table} t SEMI JOIN changed_keys c ON c.key = t.key")
    new = "SELECT k.customer FROM {} s JOIN key_customers k ON k.key = s.key WHERE s.file >= ?"
    reread_customers(workspace, new.format("said_customer_attributes"), [first_file])
    touch_customers(workspace, new.format("said_keys"), [first_file])
    for table, sql in (("customers", _CUSTOMERS), ("customer_attributes", _ATTRIBUTES)):
        workspace.run(f"DELETE FROM {table} WHERE customer IN (SELECT customer FROM reread_customers)")
        workspace.append(table, sql.format(only="SEMI JOIN reread_customers t ON t.customer = c.customer"))
    workspace.drop("new_pairs", "asked_keys", "found_customers", "changed_keys")


def _shared(engine: Engine, study: StudyFile, among: str = "") -> NDArray[np.int32]:
    """Keys that join nobody: those too many have, and those the study file names."""
    said, secret = study.customers, study.secret
    counted = shared_keys(engine, said.shared_above, among)
    if (before := kept_apart_keys(engine)) is not None:
        counted = np.concatenate([counted, before])
    if not said.shared:
        return counted
    named = [(kind, secret.pseudonym(value) if secret else value) for kind, value in normalised_keys(said)]
    either = " OR ".join("(kind = ? AND value = ?)" if kind else "value = ?" for kind, _ in named)
    values = [text for pair in named for text in pair if text]
    return np.concatenate([counted, engine.columns(f"SELECT key FROM keys WHERE {either}", values)["key"]])


def _found(engine: Engine, said: str, shared: NDArray[np.int32]) -> tuple[np.ndarray, np.ndarray]:
    """(key, customer) for every key in the pairs that a query finds."""
    pairs = engine.columns(said)
    n = int(engine.value("SELECT coalesce(max(key), -1) + 1 FROM keys"))
    customer = components(*kept_apart(pairs["key"], pairs["same"], shared, n), n)
    keys = np.flatnonzero(customer >= 0).astype(np.int32)
    return keys, customer[keys]


# What is said for the first time; a pair that was known joins nobody anew.
_NEW_PAIRS = """
    WITH fresh AS (SELECT DISTINCT key, same FROM said_keys WHERE file >= ?)
    SELECT f.key, f.same
    FROM fresh f
    ANTI JOIN (SELECT s.key, s.same FROM said_keys s SEMI JOIN fresh USING (key, same) WHERE s.file < ?) o
        ON o.key = f.key AND o.same = f.same
"""
# Keys of which something new is said, or said no more, all other keys of the customers they are in, and
# those beside which one of them stands, as it may have been shared, or be now: whoever is connected with
# one of them, before or now, is among them.
_ASKED = """
    WITH named AS (
        SELECT key FROM new_pairs UNION SELECT same FROM new_pairs
    ), met AS (
        SELECT k.customer FROM key_customers k SEMI JOIN named n ON n.key = k.key
        UNION SELECT customer FROM reread_customers
    ), core AS (
        SELECT key FROM named
        UNION SELECT k.key FROM key_customers k SEMI JOIN met m ON m.customer = k.customer
    ), near AS (
        SELECT s.same AS key FROM said_keys s SEMI JOIN core c ON c.key = s.key
        UNION SELECT s.key FROM said_keys s SEMI JOIN core c ON c.key = s.same
    ), meant AS (
        SELECT k.customer FROM key_customers k SEMI JOIN near n ON n.key = k.key
    )
    SELECT key FROM core
    UNION SELECT key FROM near
    UNION SELECT k.key FROM key_customers k SEMI JOIN meant m ON m.customer = k.customer
"""
_ASKED_PAIRS = "SELECT DISTINCT s.key, s.same FROM said_keys s SEMI JOIN asked_keys a ON a.key = s.key"
_IN_ASKED_PAIRS = """
    SELECT key FROM asked_keys
    UNION SELECT s.same FROM said_keys s SEMI JOIN asked_keys a ON a.key = s.key
"""
_CHANGED = """
    SELECT coalesce(n.key, o.key) AS key, o.customer AS old, n.customer AS new
    FROM (SELECT f.* FROM found_customers f SEMI JOIN asked_keys a ON a.key = f.key) n
    FULL JOIN (SELECT k.* FROM key_customers k SEMI JOIN asked_keys a ON a.key = k.key) o ON o.key = n.key
    WHERE n.customer IS DISTINCT FROM o.customer
"""
_CUSTOMERS = """
    SELECT c.customer, coalesce(min(k.value) FILTER (WHERE k.kind = 'email'), min(k.value))
    FROM key_customers c
    JOIN keys k ON k.key = c.key
    {only}
    GROUP BY c.customer
"""
# The last file that says it is believed; if it says two things, the later in the alphabet.
_ATTRIBUTES = """
    SELECT customer, attribute, value
    FROM (
        SELECT
            c.customer, s.attribute, s.value,
            row_number() OVER (
                PARTITION BY c.customer, s.attribute ORDER BY f.rank DESC, s.value DESC
            ) AS n
        FROM said_customer_attributes s
        JOIN key_customers c ON c.key = s.key
        JOIN files f ON f.file = s.file
        {only}
    ) said
    WHERE n = 1
"""
