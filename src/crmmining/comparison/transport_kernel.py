"""Compiled kernels of the behaviour distance: edit distances of all pairs, and the cheapest transport."""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.kernel import kernel


@kernel
def edit_costs(codes, from_offsets, to_codes, to_offsets):  # type: ignore[no-untyped-def]
    """Levenshtein distance of every sequence to every other, / the length of the longer one (0 to 1).

    Sequence *s* is ``codes[offsets[s]:offsets[s+1]]``; two empty ones are at 0. What a pair has in common
    at its beginning and end is passed over, the rest is Wagner & Fischer's table (1974), one row at a time.
    """
    m, n = from_offsets.size - 1, to_offsets.size - 1
    found = np.empty((m, n), np.float64)
    row = np.empty(max(int(np.max(to_offsets[1:] - to_offsets[:-1])), 0) + 1, np.int64)
    for i in range(m):
        for j in range(n):
            a, a_end, b, b_end = from_offsets[i], from_offsets[i + 1], to_offsets[j], to_offsets[j + 1]
            longest = max(a_end - a, b_end - b)
            while a < a_end and b < b_end and codes[a] == to_codes[b]:
                a += 1
                b += 1
            while a < a_end and b < b_end and codes[a_end - 1] == to_codes[b_end - 1]:
                a_end -= 1
                b_end -= 1
            width = b_end - b
            for y in range(width + 1):
                row[y] = y
            for x in range(a, a_end):
                diagonal, row[0] = row[0], x - a + 1
                code = codes[x]
                for y in range(width):
                    above = row[y + 1]
                    best = diagonal if code == to_codes[b + y] else diagonal + 1
                    best = min(best, above + 1, row[y] + 1)
                    row[y + 1], diagonal = best, above
            found[i, j] = row[width] / longest if longest else 0.0
    return found


@kernel
def cheapest_transport(cost, supply, demand):  # type: ignore[no-untyped-def]
    """Least-cost flow from supplies to demands (whole numbers of equal sum): shortest augmenting paths.

    `cost` is (m, n). Each path is found by Dijkstra on reduced costs, which potentials keep from being
    negative (Edmonds & Karp 1972; Jonker & Volgenant 1987 for a matrix). Returns the flow as (m, n) and
    the potentials u (m), v (n): u[i] + v[j] <= cost[i, j] proves that no plan is cheaper.
    """
    m, n = cost.shape
    flow = np.zeros((n, m), np.int64)
    left, wanted = supply.copy(), demand.copy()
    u, v = np.zeros(m), np.zeros(n)
    for j in range(n):
        v[j] = cost[:, j].min()
    for i in range(m):
        u[i] = (cost[i] - v).min()
        for j in range(n):  # what can go along an arc that costs nothing more
            if left[i] and wanted[j] and cost[i, j] - u[i] - v[j] <= 0.0:
                pushed = min(left[i], wanted[j])
                flow[j, i] += pushed
                left[i] -= pushed
                wanted[j] -= pushed
    distance, reached_from, done = np.empty(n), np.empty(n, np.int64), np.empty(n, np.bool_)
    came_by, in_tree = np.empty(m, np.int64), np.empty(m, np.bool_)
    tree, tree_distance = np.empty(m, np.int64), np.empty(m)
    settled = np.empty(n, np.int64)
    for start in range(m):
        while left[start] > 0:
            done[:], in_tree[:] = False, False
            in_tree[start], came_by[start] = True, -1
            tree[0], tree_distance[0] = start, 0.0
            n_tree, n_settled = 1, 0
            for j in range(n):
                distance[j], reached_from[j] = cost[start, j] - u[start] - v[j], start
            while True:
                end, least = -1, np.inf
                for j in range(n):
                    if not done[j] and (distance[j] < least or (distance[j] == least and wanted[j] > 0)):
                        end, least = j, distance[j]
                if wanted[end] > 0:
                    break
                done[end] = True
                settled[n_settled] = end
                n_settled += 1
                for i in range(m):
                    if flow[end, i] > 0 and not in_tree[i]:
                        in_tree[i], came_by[i] = True, end
                        tree[n_tree], tree_distance[n_tree] = i, least
                        n_tree += 1
                        base = least - u[i]
                        for j in range(n):
                            if not done[j]:
                                onward = base + cost[i, j] - v[j]
                                if onward < distance[j]:
                                    distance[j], reached_from[j] = onward, i
            for t in range(n_tree):
                u[tree[t]] += least - tree_distance[t]
            for s in range(n_settled):
                v[settled[s]] -= least - distance[settled[s]]
            pushed, j = min(left[start], wanted[end]), end
            while came_by[reached_from[j]] >= 0:
                i = reached_from[j]
                pushed = min(pushed, flow[came_by[i], i])
                j = came_by[i]
            left[start] -= pushed
            wanted[end] -= pushed
            j = end
            while True:
                i = reached_from[j]
                flow[j, i] += pushed
                j = came_by[i]
                if j < 0:
                    break
                flow[j, i] -= pushed
    return flow.T.copy(), u, v
