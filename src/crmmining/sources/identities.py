"""Who a customer is: keys that stand in one row, or are equal in two sources, mean one person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmmining.engine.workspace import Workspace
from crmmining.sources.expressions import NULL, Columns, Expression
from crmmining.sources.pseudonyms import Hiding
from crmmining.study.source_spec import Identity
from crmmining.study.study_file import Customers

KEY_NAMES = {"email": "email", "phone": "phone"}


@dataclass(frozen=True)
class KeyExpressions:
    """The keys a row carries, as (kind, normalised value) expressions, the strongest first."""

    keys: tuple[tuple[str, Expression], ...]

    def kind(self) -> Expression:
        """The kind of the first key that is there."""
        if not self.keys:
            return NULL
        cases, values = "", []
        for kind, key in self.keys:
            cases += f" WHEN {key.sql} IS NOT NULL THEN ?"
            values += [*key.values, kind]
        return Expression(f"CASE{cases} END", tuple(values))

    def key(self) -> Expression:
        """The first key that is there."""
        if not self.keys:
            return NULL
        values = tuple(value for _, key in self.keys for value in key.values)
        return Expression(f"COALESCE({', '.join(key.sql for _, key in self.keys)})", values)


def key_expressions(
    identity: Identity | None, columns: Columns, customers: Customers, hiding: Hiding
) -> KeyExpressions:
    """The keys of a row; e-mail and phone are normalised, other keys stay as they are; then hidden.

    An e-mail address or a phone number that is not to be matched is no key.
    """
    found = []
    for kind, names in (identity or {}).items():
        if kind in KEY_NAMES and kind not in customers.match:
            continue
        for name in names:
            found.append((kind, hiding.of(_normalised(kind, columns.quoted(name), customers))))
    return KeyExpressions(tuple(found))


def stage_keys(workspace: Workspace, keys: KeyExpressions, file: int) -> None:
    """Remember every key of the table `raw`, and which keys stand together in a row."""
    kind, key = keys.kind(), keys.key()
    for number, (other_kind, other) in enumerate(keys.keys):
        if number == 0:  # where the strongest is there, it stands beside itself
            workspace.run(
                f"""
                INSERT INTO stage_keys
                SELECT ?, ?, d, ?, d FROM (SELECT DISTINCT {other.sql} AS d FROM raw) WHERE d IS NOT NULL
                """,
                [file, other_kind, other_kind, *other.values],
            )
            continue
        workspace.run(
            f"""
            INSERT INTO stage_keys
            SELECT DISTINCT CAST(? AS INTEGER), *
            FROM (SELECT {kind.sql} AS a, {key.sql} AS b, CAST(? AS VARCHAR) AS c, {other.sql} AS d FROM raw)
            WHERE b IS NOT NULL AND d IS NOT NULL
            """,
            [file, *kind.values, *key.values, other_kind, *other.values],
        )


def normalised_keys(customers: Customers) -> list[tuple[str, str]]:
    """The shared keys a study file names, as (kind, value) as they are stored; kind "" is any other.

    What has an @ may be an e-mail address, what has digits and no letters a phone number.
    """
    found = [("", key) for key in customers.shared]
    may_be = {
        "email": [key for key in customers.shared if "@" in key],
        "phone": [key for key in customers.shared if re.fullmatch(r"[\W\d]*\d[\W\d]*", key)],
    }
    with Workspace() as apart:
        for kind, written in may_be.items():
            how = _normalised(kind, "said", customers)
            rows = apart.rows(
                f"SELECT {how.sql} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS said)", [*how.values, written]
            )
            found += [(kind, value) for (value,) in rows if value]
    return found


def _normalised(kind: str, column: str, customers: Customers) -> Expression:
    if kind == "email":
        return Expression(f"nullif(lower(trim({column})), '')")
    if kind == "phone":
        plain = f"regexp_replace({column}, '^(\\s*(?:\\+|00)[^(]*)\\(0\\)', '\\1')"  # +44 (0)20 … is +44 20 …
        digits = f"regexp_replace(regexp_replace({plain}, '[^0-9+]', '', 'g'), '^\\+|^00', '+')"
        if customers.country_code is None:
            return Expression(f"nullif(replace({digits}, '+', ''), '')")
        national = f"""
            CASE
                WHEN starts_with({digits}, '+') THEN substr({digits}, 2)
                WHEN starts_with({digits}, '0') THEN ? || substr({digits}, 2)
                ELSE {digits}
            END
        """
        return Expression(f"nullif({national}, '')", (customers.country_code,))
    return Expression(column)
