"""One customer's life under both case notions: which event belongs to which goal, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.engine.engine import Engine
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.goal_events import EVENT_PLACE
from crmmining.eventlog.goal_walk import RULES
from crmmining.eventlog.log import ACTORS, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

BECAUSE = {
    "record": "its record is part of the goal",
    "link": "its record is linked to one of the goal's",
    "opening": "it opens a goal, and none was running",
    "continued": "the goal was running",
    "aftermath": "the goal had just ended",
    "": "no goal was running that it could belong to",
}
"""Each rule of `goal_walk` in words; an event outside any goal has none."""


@dataclass(frozen=True, eq=False)
class CustomerLife:
    """What a customer did and met, in order.

    `keys`: what the customer is known by (kind, value). `events`: time, activity, actor, channel, department,
    record and process (the view inside-out), goal and its number in the customer's life (outside-in), rule,
    because, and confidence: 1 where a record, a link or an opening decides; else what was left of the silence
    by which the goal is given up, 1 − pause / τ, which is a margin and no probability; NaN outside any goal.
    `goals`: a row per goal case with its outcome, first and last event, and the silence it is judged by.
    """

    name: str
    keys: pd.DataFrame
    events: pd.DataFrame
    goals: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The events as one table."""
        return self.events.copy()

    def __repr__(self) -> str:
        outside = int((self.events["rule"] == "").sum())
        records = set(self.events["record"]) - {""}
        return (
            f"{self.name}: {len(self.events):,} events in {len(records)} records "
            f"and {len(self.goals)} goals, {outside} outside any goal"
        )

    def _repr_html_(self) -> str:
        return self.goals.to_html(index=False) + self.events.to_html(index=False)


def customer_life(engine: Engine, key: str, pseudonyms: Sequence[str] = ()) -> CustomerLife:
    """The life of the customer who has this key: an e-mail address, a phone number, an id of a source.

    Raises:
        InvalidOptionError: nobody has it, or several have it under keys of different kinds.
    """
    import pandas as pd

    customer = customer_of(engine, key, pseudonyms)
    named = engine.rows("SELECT key FROM customers WHERE customer = ?", [customer])
    keys = engine.rows(_KEYS, [customer])
    return CustomerLife(
        str(named[0][0]),
        pd.DataFrame(keys, columns=["kind", "value"]),
        _events(engine, customer),
        _goals(engine, customer),
    )


def customer_of(engine: Engine, key: str, pseudonyms: Sequence[str] = ()) -> int:
    """The number of the customer who has a key, or one of the pseudonyms that may stand for it.

    Raises:
        InvalidOptionError: nobody has it, or several have it under keys of different kinds.
    """
    kind, colon, value = key.partition(":")
    found = engine.rows(_WHO, [key.strip().lower()])
    if colon and not found:
        found = [row for row in engine.rows(_WHO, [value.strip().lower()]) if row[0] == kind]
    for pseudonym in pseudonyms:
        found = found or [row for row in engine.rows(_WHO, [pseudonym]) if not colon or row[0] == kind]
    customers = {customer for _, _, customer in found}
    if len(customers) == 1:
        return int(customers.pop())
    if customers:
        said = ", ".join(f"'{kind}:{value}'" for kind, value, _ in found)
        raise InvalidOptionError(f"{key!r} is a key of {len(customers)} customers; say which: {said}")
    examples = ", ".join(repr(name) for (name,) in engine.rows(_SOME))
    raise InvalidOptionError(f"no customer has the key {key!r}; keys are written like {examples}")


def _events(engine: Engine, customer: int) -> pd.DataFrame:
    import pandas as pd

    found = pd.DataFrame(engine.columns(_EVENTS, [customer]))
    texts = ["activity", "channel", "department", "record", "process", "goal"]
    found[texts] = found[texts].astype(object).where(found[texts].notna(), "")
    found["time"] = pd.to_datetime(found["time"], unit="us", utc=True)
    found["actor"] = [ACTORS[code] if code >= 0 else "" for code in found["actor"]]
    found["rule"] = [RULES[code] if code >= 0 else "" for code in found["rule"]]
    found["because"] = found["rule"].map(BECAUSE)
    found["confidence"] = _confidence(found)
    found["number"] = found["number"].where(found["number"] > 0).astype("Int64")
    order = [
        "time", "activity", "actor", "channel", "department", "record", "process",
        "goal", "number", "rule", "because", "confidence",
    ]  # fmt: skip
    return found[order]


def _confidence(events: pd.DataFrame) -> pd.Series[float]:
    """1 where a record, a link or an opening decides; where silence does, how far the pause was from τ."""
    pause = events.groupby("number")["time"].diff().dt.total_seconds().fillna(0) * 1e6
    margin = (1 - pause / events["silence"].where(events["silence"] > 0)).clip(0, 1).round(3)
    decided = events["rule"].isin(["record", "link", "opening"])
    return margin.where(~decided, 1.0).where(events["rule"] != "")


def _goals(engine: Engine, customer: int) -> pd.DataFrame:
    import pandas as pd

    found = pd.DataFrame(engine.columns(_GOALS, [customer]))
    found["outcome"] = [OUTCOMES[code] for code in found["outcome"]]
    for name in ("first", "last", "reached"):
        found[name] = pd.to_datetime(found[name].where(found[name] != -1), unit="us", utc=True)
    found["silence"] = pd.to_timedelta(np.asarray(found["silence"], np.int64), unit="us")
    return found


_WHO = """
    SELECT k.kind, k.value, c.customer
    FROM keys k
    JOIN key_customers c ON c.key = k.key
    WHERE lower(k.value) = ?
    ORDER BY k.kind, k.value
"""
_SOME = "SELECT min(value) FROM keys GROUP BY kind ORDER BY kind"
_KEYS = """
    SELECT k.kind, k.value
    FROM keys k
    JOIN key_customers c ON c.key = k.key
    WHERE c.customer = ?
    ORDER BY k.kind, k.value
"""
_NAMED = "LEFT JOIN names {0} ON {0}.kind = '{1}' AND {0}.code = {2}"
_PLACE = EVENT_PLACE.replace("f.rank", "e.rank")
_EVENTS = f"""
    SELECT
        e.time, a.name AS activity, e.actor, ch.name AS channel, d.name AS department,
        t.name || ' ' || r.id AS record, p.name AS process, gn.name AS goal, f.number AS number, e.rule,
        coalesce(q.silence, s.silence) AS silence
    FROM (
        SELECT
            e.*, g.instance, g.goal, g.rule,
            lag(e.activity) OVER (PARTITION BY g.instance ORDER BY e.time, {_PLACE}) AS before
        FROM (SELECT * FROM customer_events WHERE customer = ?) e
        LEFT JOIN event_goals g ON g.event = e.event
    ) e
    {_NAMED.format("a", "activity", "e.activity")}
    {_NAMED.format("ch", "channel", "e.channel")}
    {_NAMED.format("d", "department", "e.department")}
    LEFT JOIN records r ON r.record = e.record
    {_NAMED.format("t", "record_type", "r.type")}
    {_NAMED.format("p", "process", "r.process")}
    LEFT JOIN goal_facts f ON f.instance = e.instance
    LEFT JOIN silences s ON s.goal = e.goal
    LEFT JOIN pair_silences q ON q.goal = e.goal AND q.before = e.before AND q.after = e.activity
    {_NAMED.format("gn", "goal", "e.goal")}
    ORDER BY e.time, {_PLACE}
"""
_GOALS = """
    SELECT
        n.name AS goal, g.number, g.outcome, g.started AS first, g.last, g.reached, s.silence
    FROM goals g
    JOIN names n ON n.kind = 'goal' AND n.code = g.goal
    JOIN silences s ON s.goal = g.goal
    WHERE g.customer = ?
    ORDER BY g.begun, g.number
"""
