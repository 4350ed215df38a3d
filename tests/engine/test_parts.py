"""Parts: every row once, all rows of a key together, in their order; and the same through a workspace."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmmining.engine.engine import Columns
from crmmining.engine.memory import Memory
from crmmining.engine.parts import part_of_key, split_parts
from crmmining.engine.workspace import Workspace

KEYS = st.lists(st.lists(st.integers(-3, 40) | st.integers(-(2**63), 2**63 - 1), max_size=30), max_size=5)


class Tiny(Memory):
    """Memory for a part of a hundred bytes."""

    @property
    def part(self) -> int:
        return 100


def batches_of(keys: list[list[int]]) -> list[Columns]:
    """Batches with the place of each row among all rows, as several types."""
    found, first = [], 0
    for batch in keys:
        place = np.arange(first, first + len(batch))
        found.append(
            {
                "key": np.array(batch, np.int64),
                "place": place,
                "share": place / 7,
                "small": place.astype(np.int8),
            }
        )
        first += len(batch)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=KEYS, n_parts=st.integers(1, 300))
def test_parts_hold_every_row_once_keys_together_and_in_order(
    keys: list[list[int]], n_parts: int, tmp_path: Path
) -> None:
    parts = list(split_parts(batches_of(keys), "key", n_parts, tmp_path / "w.duckdb"))
    flat = [key for batch in keys for key in batch]
    places = [part["place"].tolist() for part in parts]
    assert sorted(place for part in places for place in part) == list(range(len(flat)))
    assert all(part == sorted(part) and part for part in places)
    homes = [{flat[place] for place in part} for part in places]
    assert sum(map(len, homes)) == len(set(flat)) and len(parts) <= n_parts
    for part in parts:
        assert part["key"].tolist() == [flat[place] for place in part["place"]]
        assert part["share"].tolist() == (part["place"] / 7).tolist()
        assert part["small"].dtype == np.int8 and part["small"].tolist() == part["place"].tolist()
    assert list(tmp_path.iterdir()) == []


@given(key=st.integers(-(2**63), 2**63 - 1), n_parts=st.integers(1, 60_000))
def test_a_key_has_one_part_whatever_stands_beside_it(key: int, n_parts: int) -> None:
    alone = part_of_key(np.array([key]), n_parts)
    among = part_of_key(np.array([0, key, 5, key]), n_parts)
    assert 0 <= alone[0] < n_parts and among[1] == among[3] == alone[0]


@pytest.mark.parametrize("n_parts", [2, 7, 255, 256, 257, 1000])
def test_neighbouring_keys_are_spread_evenly(n_parts: int) -> None:
    counts = np.bincount(part_of_key(np.arange(100 * n_parts), n_parts), minlength=n_parts)
    assert counts.size == n_parts and counts.min() > 30 and counts.max() < 300


def test_parts_that_are_not_read_to_the_end_leave_no_files(tmp_path: Path) -> None:
    parts = split_parts(batches_of([list(range(50))]), "key", 5, tmp_path / "w.duckdb")
    next(parts)
    assert len(list(tmp_path.iterdir())) == 1
    parts.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


SQL = """
    SELECT
        hash(i) % 97 AS key, i AS place, i / 3 AS share, CASE WHEN i % 5 > 0 THEN i END AS gaps,
        CASE WHEN i % 3 > 0 THEN i / 2 END AS holes, (i % 100)::TINYINT AS small
    FROM (SELECT unnest(range(?)) AS i)
    ORDER BY i
""".replace("hash(i)", "(i * 7919)")


@pytest.mark.parametrize("n_rows", [0, 1, 40, 3000])
def test_a_workspace_with_little_memory_hands_out_the_same_rows(n_rows: int, tmp_path: Path) -> None:
    def rows(workspace: Workspace) -> tuple[int, list[tuple[object, ...]], set[tuple[str, str]]]:
        parts = list(workspace.map_parts(lambda columns: columns, SQL, [n_rows], by="key"))
        kinds = {(name, column.dtype.kind) for part in parts for name, column in part.items()}
        keys = [set(part["key"].tolist()) for part in parts]
        assert sum(map(len, keys)) == len(set().union(*keys))
        assert all((np.diff(part["place"]) > 0).all() for part in parts)
        found = [row for part in parts for row in zip(*(c.tolist() for c in part.values()), strict=True)]
        return len(parts), sorted(map(repr, found)), kinds  # repr, as NaN is not itself

    with (
        Workspace(tmp_path / "whole.duckdb") as whole,
        Workspace(tmp_path / "tiny.duckdb", memory=Tiny(1 << 30)) as tiny,
    ):
        n_whole, expected, kinds = rows(whole)
        n_parts, found, kinds_of_parts = rows(tiny)
    assert found == expected and kinds_of_parts == kinds and len(found) == n_rows
    assert n_whole == 1 and (n_parts > 20) == (n_rows == 3000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.duckdb", "whole.duckdb"]


def test_what_is_appended_part_by_part_is_what_is_appended_at_once(tmp_path: Path) -> None:
    def made(columns: Columns) -> dict[str, Columns]:
        return {
            "links": {"record": columns["place"].astype(np.int32), "linked": columns["key"].astype(np.int32)}
        }

    found = []
    for memory in (None, Tiny(1 << 30)):
        with Workspace(memory=memory) as workspace:
            workspace.append_parts(made, SQL, [500], by="key")
            found.append(sorted(workspace.rows("SELECT record, linked FROM links")))
    assert found[0] == found[1] and len(found[0]) == 500
