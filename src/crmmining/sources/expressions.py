"""From the roles of a study file to SQL: columns checked and quoted, every value bound."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crmmining.errors import MissingColumnError, SourceError, nearest
from crmmining.study.source_spec import Column, Condition, Constant, Template, Word

Role = Column | Constant | Template | Word | str | None
_CHANNELS = ("web", "phone", "email", "mail", "chat", "branch", "sms", "app", "social", "letter", "shop")
_FIELD = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Expression:
    """A piece of SQL with the values its placeholders stand for."""

    sql: str
    values: tuple[Any, ...] = ()


NULL = Expression("CAST(NULL AS VARCHAR)")
NO_NUMBER = Expression("CAST(NULL AS BIGINT)")


@dataclass(frozen=True)
class Columns:
    """The columns a table has, and the only way to name one in SQL."""

    table: str
    names: Collection[str]

    def quoted(self, name: str) -> str:
        """A column as SQL.

        Raises:
            MissingColumnError: the table has none of this name.
        """
        if name not in self.names:
            raise MissingColumnError(self.table, name, self.names)
        return '"' + name.replace('"', '""') + '"'

    def role(self, role: Role) -> Expression:
        """The text value of a role in every row."""
        match role:
            case None:
                return NULL
            case str():
                return Expression(self.quoted(role))
            case Constant(value=value):
                return Expression("?", (value,))
            case Word(word=word):
                return self._word(word)
            case Template(template=template):
                return self._composed(template)
            case Column():
                return self._mapped(role)

    def condition(self, where: Condition) -> Expression:
        """A condition on text columns; an empty one always holds. The value "" is an absent one."""
        parts, values = ["TRUE"], []
        for column, allowed in where.items():
            choices = [allowed] if isinstance(allowed, str) else allowed
            text = f"coalesce({self.quoted(column)}, '')" if "" in choices else self.quoted(column)
            parts.append(f"{text} IN ({', '.join('?' * len(choices))})")
            values += choices
        return Expression(" AND ".join(parts), tuple(values))

    def _word(self, word: str) -> Expression:
        if word in self.names and word.lower() in _CHANNELS:
            raise SourceError(
                f"{self.table} has a column {word!r}, and {word!r} may be meant as the channel itself; "
                f"write {{column: {word}}} or {{value: {word}}}"
            )
        if word in self.names:
            return Expression(self.quoted(word))
        hint = nearest(word, self.names)
        if hint:
            raise SourceError(
                f"{self.table} has no column {word!r}.{hint} "
                f"If the word itself is meant, write {{value: {word}}}"
            )
        return Expression("?", (word,))

    def _composed(self, template: str) -> Expression:
        pieces, values, end = [], [], 0
        for found in _FIELD.finditer(template):
            if found.start() > end:
                pieces.append("?")
                values.append(template[end : found.start()])
            pieces.append(self.quoted(found[1]))
            end = found.end()
        if end < len(template):
            pieces.append("?")
            values.append(template[end:])
        return Expression("(" + " || ".join(pieces or ["''"]) + ")", tuple(values))

    def _mapped(self, role: Column) -> Expression:
        column = self.quoted(role.column)
        if not role.map and role.otherwise is None:
            return Expression(column)
        values: list[Any] = []
        cases = ""
        for written, meant in (role.map or {}).items():
            cases += f" WHEN {column} = ? THEN ?"
            values += [written, meant]
        if role.otherwise is None:
            return Expression(f"CASE{cases} ELSE {column} END", tuple(values))
        if role.otherwise == "":
            return Expression(f"CASE{cases} END" if cases else "NULL", tuple(values))
        return Expression(
            f"CASE{cases} WHEN {column} IS NULL THEN NULL ELSE ? END", (*values, role.otherwise)
        )


def selected(parts: Sequence[tuple[Expression, str]]) -> Expression:
    """A select list: each expression under its name."""
    sql = ", ".join(f"{part.sql} AS {name}" for part, name in parts)
    return Expression(sql, tuple(value for part, _ in parts for value in part.values))
