"""A table's columns by the vendor's names, whether they are written so or as data pipelines write them."""

from __future__ import annotations

import re
from typing import Any

Description = dict[str, Any]


def landed(name: str) -> str:
    """A vendor's name as data pipelines write it.

    >>> [landed(name) for name in ("CreatedDate", "Id", "Deal__c", "NumberOfSites__c", "Pricebook2Id")]
    ['created_date', 'id', 'deal_c', 'number_of_sites_c', 'pricebook_2_id']
    """
    own = name.replace("__c", "_c")
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=\d)|(?<=[A-Z])(?=[A-Z][a-z])", "_", own)
    return parted.lower()


class Written:
    """The columns of one table.

    >>> columns = Written(("id", "created_date", "StageName"))
    >>> columns["Id"], columns["StageName"], columns["Amount"], "CreatedDate" in columns, "Amount" in columns
    ('id', 'StageName', 'Amount', True, False)
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._columns = frozenset(columns)

    def __contains__(self, name: str) -> bool:
        return name in self._columns or landed(name) in self._columns

    def __getitem__(self, name: str) -> str:
        """How a column is written; one that is not there as the vendor writes it, to be named as missing."""
        return landed(name) if name not in self._columns and landed(name) in self._columns else name

    def there(self, *names: str) -> list[str]:
        """Those of some columns that the table has, as they are written."""
        return [self[name] for name in names if name in self]

    def first(self, *names: str) -> str:
        """The first of some columns that the table has, else the first of all, to be named as missing."""
        return next(iter(self.there(*names)), names[0])

    def attributes(self, *names: str) -> dict[str, str]:
        """Attributes under the vendor's names, of those columns that the table has."""
        return {name: self[name] for name in names if name in self}

    def template(self, text: str, but: Written | None = None) -> str:
        """A template in the vendor's names, as the columns are written here; `but` has the first say."""
        return re.sub(
            r"\{([^{}]+)\}",
            lambda field: "{" + (but if but and field[1] in but else self)[field[1]] + "}",
            text,
        )

    def fields(self, text: str) -> list[str]:
        """The vendor's names in a template."""
        return re.findall(r"\{([^{}]+)\}", text)

    def role(self, role: str, name: str, **said: Any) -> Description:
        """A role of an event by a column, where the table has it."""
        return {role: {"column": self[name], **said}} if name in self else {}

    def where(self, **allowed: list[str]) -> dict[str, list[str]]:
        """Conditions on those columns that the table has."""
        return {self[name]: values for name, values in allowed.items() if name in self}
