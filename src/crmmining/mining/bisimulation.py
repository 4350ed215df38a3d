"""States that allow the same silent and labelled moves become one, before a DFA is built.

A net with many silent transitions has many markings that differ only in which of them have fired.
Merged first, the subset construction meets few distinct subsets (BPIC 2012, noise 0: 7,266
markings to 1,708 states, 7,759 subsets to 18).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from crmmining.mining.state_machines import Nfa


def condensed(nfa: Nfa) -> Nfa:
    """The quotient by weak bisimulation (Milner 1980), in which silence is not seen.

    States are told apart, round by round (Kanellakis and Smolka 1990), by whether silence leads
    them to acceptance and by the labels, with the groups behind them, that it leads them to.
    """
    accepts = [int(state in nfa.accepting) for state in range(len(nfa.moves))]
    group, n_groups = _numbered(_spread(accepts, nfa.silent))
    symbols = {label: i for i, label in enumerate({label for row in nfa.moves for label, _ in row})}
    while True:
        said = [0] * len(group)
        for state, row in enumerate(nfa.moves):
            for label, target in row:
                said[state] |= 1 << (symbols[label] * n_groups + group[target])
        finer, n_finer = _numbered(zip(group, _spread(said, nfa.silent), strict=True))
        if n_finer == n_groups:
            return _quotient(nfa, group, n_groups)
        group, n_groups = finer, n_finer


def _spread(masks: list[int], silent: list[list[int]]) -> list[int]:
    """Each state's mask joined with those of all states that silence leads to."""
    masks, changed = masks.copy(), True
    while changed:  # states are numbered breadth first: backwards, a few sweeps are enough
        changed = False
        for state in range(len(silent) - 1, -1, -1):
            mask = masks[state]
            for target in silent[state]:
                mask |= masks[target]
            changed |= mask != masks[state]
            masks[state] = mask
    return masks


def _numbered(keys: Iterable[Hashable]) -> tuple[list[int], int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys], len(numbers)


def _quotient(nfa: Nfa, group: list[int], n_groups: int) -> Nfa:
    moves: list[dict[tuple[str, int], None]] = [{} for _ in range(n_groups)]
    silent: list[dict[int, None]] = [{} for _ in range(n_groups)]
    for state, own in enumerate(group):
        moves[own].update(dict.fromkeys((label, group[t]) for label, t in nfa.moves[state]))
        silent[own].update(dict.fromkeys(group[t] for t in nfa.silent[state] if group[t] != own))
    accepting = {group[state] for state in nfa.accepting}
    return Nfa([list(row) for row in moves], [list(row) for row in silent], accepting)
