"""Made-up goals drawn day by day, in which contacts do nothing, or something, to whether they are reached."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from crmmining.eventlog.log import COMPANY, CUSTOMER, CaseNotion, EventLog
from crmmining.study.durations import DAY, Duration

LAST_DAY, WINDOW = 60, 400


def contact_world(seed: int, n: int = 700, effect: float = 0.0) -> Any:
    """A goal view of `n` goals; each contact of the company multiplies the odds of reaching by e^effect.

    Goals open for longer are likelier to be reached, so who is there for long has many contacts and a good
    end. People differ in how much contact they have, segments in both; who gives up leaves no event.
    """
    random = np.random.default_rng(seed)
    customer = np.sort(random.integers(0, int(n * 0.7), n))
    segment = (customer % 2).astype(float)
    liveliness = random.gamma(2, 0.5, customer.max() + 1)[customer] * (1 + 0.5 * segment)
    begun = random.uniform(0, WINDOW, n)
    alive, n_out, reached = np.ones(n, bool), np.zeros(n), np.full(n, -1.0)
    events = [(np.arange(n), begun, np.full(n, CUSTOMER), np.zeros(n, int))]

    def happen(rate: float, actor: int, contact: int, day: int) -> np.ndarray:
        who = np.flatnonzero(alive & (random.random(n) < 1 - np.exp(-rate * liveliness)))
        moment = begun[who] + day + random.random(who.size) * 0.9
        events.append((who, moment, np.full(who.size, actor), np.full(who.size, contact)))
        return who

    for day in range(1, LAST_DAY):
        happen(0.15, CUSTOMER, 0, day)
        happen(0.12, CUSTOMER, 1, day)
        n_out[happen(0.10, COMPANY, 1, day)] += 1
        leaves = random.random(n) < 0.06 * np.exp(-day / 15)
        odds = np.exp(-3.6 + 0.04 * day + 0.5 * segment + effect * n_out)
        wins = alive & ~leaves & (random.random(n) < odds / (1 + odds))
        reached[wins] = begun[wins] + day + 0.95
        alive &= ~leaves & ~wins
    winners = np.flatnonzero(reached >= 0)
    events.append((winners, reached[winners], np.full(winners.size, CUSTOMER), np.zeros(winners.size, int)))
    return _view(events, customer, segment, begun, reached)


def _view(events: Any, customer: Any, segment: Any, begun: Any, reached: Any) -> Any:
    case, day, actor, contact = (np.concatenate(part) for part in zip(*events, strict=True))
    seen = day < WINDOW
    done = np.where(reached < WINDOW, reached, -1)
    outcome = np.where(done >= 0, 0, 2).astype(np.int8)
    keep = begun < WINDOW
    cases = pd.DataFrame(
        {
            "case": [f"c{k}" for k in range(begun.size)],
            "customer": customer,
            "reached": np.where(done >= 0, done * DAY, -1).astype(np.int64),
            "given_up": -1,
            "outcome": outcome,
            "half": np.where(segment > 0, "upper", "lower"),
        }
    )
    assert keep.all()
    columns = {
        "time": (day[seen] * DAY).astype(np.int64),
        "activity": np.zeros(int(seen.sum()), np.int32),
        "actor": actor[seen].astype(np.int8),
        "contact": contact[seen].astype(np.int8),
        "channel": np.zeros(int(seen.sum()), np.int32),
        "record": np.full(int(seen.sum()), -1, np.int32),
    }
    log = EventLog.from_columns(
        CaseNotion("journey", "Goal"), case[seen], columns, {"activity": ("it",)}, cases, WINDOW * DAY
    )
    return SimpleNamespace(
        log=log,
        customers=customer,
        outcome=outcome,
        satisfaction=np.full(log.n_cases, np.nan),
        journey=None,
        is_customer_contact=(log.columns["contact"] > 0) & (log.columns["actor"] == CUSTOMER),
        declared=SimpleNamespace(window=Duration(7, "d"), segments=["half"]),
    )
