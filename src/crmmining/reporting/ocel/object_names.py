"""What objects are called: types and ids that read well, and of which no two objects share one."""

from __future__ import annotations

import re
from functools import lru_cache

CUSTOMER, GOAL, RECORD = "customer", "goal: ", "record: "
_IN_A_TYPE = re.compile(r"%|:(?! )")
_AT_THE_START = re.compile(r"\A[% ]")


def record_type(name: str) -> str:
    """A type of records as a type of objects; one called like another kind of object says what it is.

    >>> [record_type(name) for name in ("Ticket", "customer", "goal: Move", "record: x")]
    ['Ticket', 'record: customer', 'record: goal: Move', 'record: record: x']
    """
    return f"{RECORD}{name}" if name == CUSTOMER or name.startswith((GOAL, RECORD)) else name


def object_id(kind: str, name: str) -> str:
    """``TYPE:NAME``, told apart at the first colon that no space follows.

    What would move that colon is written as in a web address: a colon inside the type, a space at the start
    of the name, and the percent sign where it could be taken for one of these.

    >>> object_id("A", "b:1"), object_id("A:b", "1"), object_id("goal: Move", "ann@x/1")
    ('A:b:1', 'A%3Ab:1', 'goal: Move:ann@x/1')
    """
    return f"{_type(kind)}:{_AT_THE_START.sub(_spelled, name)}"


def customer_name(kind: str, key: str) -> str:
    """A customer by one of their keys: an e-mail address alone, any other key with its kind.

    >>> customer_name("email", "ann@x"), customer_name("phone", "5"), customer_name("id", "5")
    ('ann@x', 'phone:5', 'id:5')
    """
    return key if kind == "email" and ":" not in key else object_id(kind, key)


def customer_id(kind: str, key: str) -> str:
    """A customer as an object."""
    return object_id(CUSTOMER, customer_name(kind, key))


def record_id(kind: str, name: str) -> str:
    """A record as an object."""
    return object_id(record_type(kind), name)


def goal_id(goal: str, kind: str, key: str, number: int) -> str:
    """The customer's goal of this number as an object.

    >>> goal_id("Move", "email", "ann@x", 2)
    'goal: Move:ann@x/2'
    """
    return object_id(f"{GOAL}{goal}", f"{customer_name(kind, key)}/{number}")


@lru_cache(maxsize=1024)
def _type(kind: str) -> str:
    return _IN_A_TYPE.sub(_spelled, kind)


def _spelled(sign: re.Match[str]) -> str:
    return f"%{ord(sign[0]):02X}"
