"""Who is known of the events, by hand."""

from pathlib import Path

import numpy as np
import pytest
from tests.sources.small import opened

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.study import Study

DECLARED = """
study: Two channels
sources:
  - table: calls.csv
    event: {time: at, activity: step, customer: {phone: number, email: mail}}
  - table: visits.csv
    event: {time: at, activity: step, customer: {email: mail}}
    record: {type: Visit, id: visit}
"""
CALLS = """
    at,step,number,mail
    2025-01-01,call,1,ann@x
    2025-01-02,call,1,
    2025-01-03,call,2,bob@x
    2025-01-04,call,3,bob@x
"""
VISITS = """
    at,step,visit,mail
    2025-01-01,visit,v1,Ann@x
    2025-01-01,visit,v2,cyd@x
    2025-01-02,visit,v3,
"""


def study(folder: Path, more: str = "") -> Study:
    return opened(folder, DECLARED + more, calls=CALLS, visits=VISITS)


def test_events_with_a_customer_are_counted_by_file(tmp_path: Path) -> None:
    found = study(tmp_path).identities
    assert found.files.to_numpy().tolist() == [
        ["calls.csv", 4, 4, 1.0, 2, 1, 0.5],
        ["visits.csv", 3, 2, 2 / 3, 2, 1, 0.5],
    ]
    assert found.kinds.to_numpy().tolist() == [["email", 3, 3], ["phone", 3, 2]]
    assert (found.n_events, found.n_known, found.n_customers, found.n_in_several) == (7, 6, 3, 1)
    assert "6 of 7 events (85.7%)" in found.summary and "1 of 3 customers" in repr(found)


def test_no_share_where_there_are_no_events(tmp_path: Path) -> None:
    found = opened(tmp_path, DECLARED, calls=CALLS, visits="at,step,visit,mail\n").identities
    assert np.isnan(found.files["share_known"].iloc[1]) and np.isnan(found.files["share_elsewhere"].iloc[1])


def test_a_merge_is_told_by_the_rows_that_say_it(tmp_path: Path) -> None:
    assert study(tmp_path).explain_merge("bob@x").to_numpy().tolist() == [
        ["phone", "2", "email", "bob@x", "calls.csv"],
        ["phone", "3", "email", "bob@x", "calls.csv"],
    ]
    assert study(tmp_path).explain_merge("1").to_numpy().tolist() == [
        ["email", "ann@x", "", "", "visits.csv"],
        ["phone", "1", "email", "ann@x", "calls.csv"],
    ]
    with pytest.raises(InvalidOptionError, match="no customer has the key 'dot@x'"):
        study(tmp_path).explain_merge("dot@x")


@pytest.mark.parametrize("key", ["BOB@x", "3", "(3)"])
def test_a_merge_is_taken_back_by_naming_the_key(key: str, tmp_path: Path) -> None:
    assert study(tmp_path).identities.n_customers == 3
    parted = study(tmp_path, f"customers: {{shared: ['{key}']}}\n")
    expected = {"BOB@x": {"2", "3", "bob@x"}, "3": {"bob@x", "3"}, "(3)": {"bob@x", "3"}}[key]
    found = {name for (name,) in parted.workspace.rows("SELECT key FROM customers")}
    assert found == {"ann@x", "cyd@x"} | expected
