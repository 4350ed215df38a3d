import hashlib
import json
from pathlib import Path

import pytest
from tests.samples.worlds import World

from crmmining.errors import InvalidOptionError
from crmmining.samples import home_move
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.home_move import make_home_move

COMMITTED = Path(__file__).parents[2] / "sample_logs" / "home_move"


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for kind in ("exports", "truth")
        for path in sorted((folder / kind).rglob("*.*"))
    }


def test_same_seed_writes_same_bytes(tmp_path):
    for name in ("one", "two"):
        make_home_move(tmp_path / name, customers=150, seed=3)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_other_seed_writes_another_world(tmp_path):
    make_home_move(tmp_path / "one", customers=150, seed=3)
    make_home_move(tmp_path / "two", customers=150, seed=4)
    one, two = digest(tmp_path / "one"), digest(tmp_path / "two")
    same = {file for file in one if one[file] == two[file]}
    assert same == {"exports/salesforce/Campaign.csv"}


def test_committed_sample_is_what_seed_7_writes(world):
    if not (COMMITTED / "truth").exists():
        pytest.skip("sample_logs/home_move is not here")
    assert digest(world.folder) == digest(COMMITTED)


def test_sample_keeps_its_size(world):
    size = sum(path.stat().st_size for path in (world.folder / "exports").rglob("*.csv"))
    assert size < 5_000_000
    assert 39_000 <= sum(len(of_goal) for of_goal in world.events().values()) < 41_000


def test_progress_is_told_before_each_chunk_and_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(home_move, "CHUNK", 20)
    told = []
    make_home_move(tmp_path, customers=80, seed=2, progress=lambda what, share: told.append((what, share)))
    assert [share for _, share in told] == [0, 0.25, 0.5, 0.75, 1]
    assert all(what for what, _ in told)


def test_chunks_join_into_one_world(tmp_path, monkeypatch):
    monkeypatch.setattr(home_move, "CHUNK", 120)
    make_home_move(tmp_path, customers=300, seed=5)
    world = World(tmp_path)
    for table in ("Lead", "Opportunity", "Case", "Task", "OpportunityHistory", "CaseHistory"):
        ids = [row["Id"] for row in world.rows(f"salesforce/{table}.csv")]
        assert len(ids) == len(set(ids))
    contacts = world.kept("Contact")
    email = {row["Id"]: row["Email"] for row in contacts}
    assert len(set(email.values())) == len({row["Phone"] for row in contacts}) == len(contacts)
    goal_ids = [0, *world.goals]
    assert goal_ids == list(range(len(goal_ids)))
    for case in world.kept("Case"):
        assert world.goals[case["goal"]]["customer_email"] == email[case["ContactId"]]


@pytest.mark.parametrize("options", [{"customers": 0}, {"customers": 20_000_000}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(tmp_path, options):
    with pytest.raises(InvalidOptionError):
        make_home_move(tmp_path, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "size", [{"false_closure": 1.2}, {"white_space_days": -1}, {"comes_back_reopened": 0.9}]
)
def test_effects_out_of_range_are_refused(size):
    with pytest.raises(InvalidOptionError):
        HomeMoveEffects(**size)


def test_one_customer_is_a_world(tmp_path):
    make_home_move(tmp_path, customers=1, seed=1)
    assert json.loads((tmp_path / "truth/facts.json").read_text())
