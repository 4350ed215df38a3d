"""Nothing hangs on the order in which rows stand in the exports."""

import random

import pytest

from crmmining.samples.making import make_sample
from crmmining.sources.loading import open_study


def sequences(study_file):
    """What each customer lived through, in the order of the loaded events."""
    workspace = open_study(study_file).workspace
    rows = workspace.rows(
        "SELECT c.key, list((e.time, n.name) ORDER BY e.time, e.event) "
        "FROM customer_events e JOIN customers c USING (customer) "
        "JOIN names n ON n.kind = 'activity' AND n.code = e.activity GROUP BY c.key"
    )
    workspace.close()
    return dict(rows)


def test_events_keep_their_order_when_rows_are_shuffled(tmp_path):
    study_file = make_sample("home_move", tmp_path, customers=400, seed=7)
    before = sequences(study_file)
    for path in (tmp_path / "exports").rglob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        random.Random(1).shuffle(rows)
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert len(before) > 300
    assert sequences(study_file) == before


def test_no_two_events_of_a_record_share_their_moment(world):
    for table, key in (("OpportunityHistory", "OpportunityId"), ("CaseHistory", "CaseId")):
        moments = [(row[key], row["CreatedDate"]) for row in world.kept(table)]
        assert len(set(moments)) == len(moments)


@pytest.mark.parametrize(
    ("table", "first", "then"),
    [
        ("Lead", "CreatedDate", "ConvertedDate"),
        ("CampaignMember", "CreatedDate", "FirstRespondedDate"),
    ],
)
def test_events_of_one_row_lie_apart(world, table, first, then):
    rows = [row for row in world.kept(table) if row[then]]
    assert rows
    assert all(row[first] < row[then] for row in rows)
