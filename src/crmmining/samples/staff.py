"""Who works at Larkspur Bank: people per department, a few of them in two."""

from __future__ import annotations

import numpy as np

from crmmining.samples.clock import Ints

# Numbers of Salesforce users; 8 and 9 sell mortgages and insurance, 27 and 28 answer on bills too.
DEPARTMENTS: dict[str, tuple[int, ...]] = {
    "Marketing": (1, 2, 3, 4, 5, 6),
    "Lending": (7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
    "Insurance": (8, 9, 17, 18, 19, 20, 21),
    "Surveying": (22, 23, 24, 25, 26),
    "Home services": (38, 39, 40, 41, 42),
    "Customer care": (27, 28, 29, 30, 31, 32, 33, 34),
    "Billing": (27, 28, 35, 36, 37, 43, 44),
}

# Agents on the phone as the call centre writes them; "NA" is a person (Nadia Ashworth), not a null.
AGENTS = (
    "Ruth P.", "Callum D.", "NA", "Farah S.", "Tomasz W.", "Beth O.", "Iain M.", "Leila K.",
    "Joe T.", "Priya N.", "Marcus E.", "Sian R.",
)  # fmt: skip
QUEUES = tuple(DEPARTMENTS)
_ON_THE_PHONE: dict[str, tuple[int, ...]] = {
    "Customer care": (0, 1, 2, 3, 4, 5, 6, 7),
    "Billing": (6, 7, 8, 9, 10),
    "Insurance": (11, 5, 9),
    "Lending": (0, 4, 11),
}


def draw_users(rng: np.random.Generator, department: str, n: int) -> Ints:
    """Salesforce users of a department, by number; some take more work than others."""
    return _draw(rng, DEPARTMENTS[department], n)


def draw_agents(rng: np.random.Generator, queues: Ints) -> Ints:
    """An agent for each call, by the queue that took it."""
    agents = np.zeros(len(queues), dtype=np.int64)
    for department, people in _ON_THE_PHONE.items():
        here = queues == QUEUES.index(department)
        agents[here] = _draw(rng, people, int(here.sum()))
    return agents


def _draw(rng: np.random.Generator, people: tuple[int, ...], n: int) -> Ints:
    load = np.linspace(1.4, 0.6, len(people))
    return rng.choice(np.array(people), n, p=load / load.sum())
