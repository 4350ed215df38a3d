"""Rows of a PostgreSQL table, as CSV text, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crmmining.errors import MissingColumnError, SourceError, listed, nearest

if TYPE_CHECKING:
    import psycopg

WAY_OUT = "say it like postgresql://user@host/name; the password comes from PGPASSWORD or ~/.pgpass"


class PostgresTable:
    """A table, view or materialised view, within one transaction that sees one state of the database."""

    def __init__(self, connection: psycopg.Connection[Any], shown: str, table: str) -> None:
        from psycopg import sql

        self._connection, self.shown = connection, f"{shown}, {table}"
        self._table = sql.SQL(".").join(map(sql.Identifier, table.split(".")))
        self.columns = self._read_columns(table)

    def last(self, watermark: str) -> str | None:
        """The greatest value of a column, as the database writes it; None in an empty table.

        Raises:
            MissingColumnError: no such column.
        """
        from psycopg import sql

        query = sql.SQL("SELECT max({}) FROM {}").format(self._column(watermark), self._table)
        found = self._connection.execute(sql.SQL("SELECT ({})::text").format(query)).fetchone()
        return found[0] if found else None

    def csv(self, watermark: str | None, since: str | None) -> Iterator[bytes]:
        """All rows under a header; or without one those from the watermark `since` on, the latest last."""
        from psycopg import sql

        query = sql.SQL("SELECT * FROM {} t").format(self._table)
        if watermark:
            column = self._column(watermark)
            if since is not None:
                query += sql.SQL(" WHERE {} >= {}").format(column, sql.Literal(since))
            query += sql.SQL(" ORDER BY {}, t::text").format(column)
        header = sql.SQL("FALSE" if since is not None else "TRUE")
        copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER {}, FORCE_QUOTE *)").format(query, header)
        with self._connection.cursor() as cursor, cursor.copy(copy) as rows:
            for block in rows:
                yield bytes(block)

    def _column(self, name: str) -> Any:
        from psycopg import sql

        if name not in self.columns:
            raise MissingColumnError(self.shown, name, self.columns)
        return sql.Identifier(name)

    def _read_columns(self, table: str) -> list[str]:
        import psycopg
        from psycopg import sql

        try:
            found = self._connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(self._table))
        except psycopg.errors.UndefinedTable:
            self._connection.rollback()
            names = [name for (name,) in self._connection.execute(_TABLES)]
            raise SourceError(
                f"{self.shown}: there is no such table; there is {listed(names)}.{nearest(table, names)}"
            ) from None
        return [column.name for column in found.description or ()]


@contextmanager
def postgres_table(database: str, table: str) -> Iterator[PostgresTable]:
    """Connect, read-only, times in UTC.

    Raises:
        SourceError: psycopg is not installed, nobody answers, or what the database says.
    """
    try:
        import psycopg
    except ImportError:
        raise SourceError(
            f"{shown(database)}: reading PostgreSQL needs psycopg; pip install 'crmmining[postgres]'"
        ) from None
    try:
        with psycopg.connect(database, connect_timeout=10, application_name="crmmining") as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'")
            yield PostgresTable(connection, shown(database), table)
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        way_out = (
            f"; {WAY_OUT}" if isinstance(error, psycopg.OperationalError | psycopg.ProgrammingError) else ""
        )
        raise SourceError(f"{shown(database)}: {said}{way_out}") from None


def shown(database: str) -> str:
    """A connection without its secrets.

    >>> shown("postgresql://ann:hush@db.example:5432/crm?password=hush"), shown("service=crm password=hush")
    ('postgresql://db.example:5432/crm', 'PostgreSQL')
    """
    if "://" not in database:
        return "PostgreSQL"
    scheme, _, rest = database.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"


_TABLES = """
    SELECT CASE WHEN table_schema = 'public' THEN table_name ELSE table_schema || '.' || table_name END
    FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1
"""
