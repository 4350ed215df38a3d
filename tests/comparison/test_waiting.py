"""Why steps wait, in a world worked out by hand: Bob has another job until eleven."""

import numpy as np
import pandas as pd
import pytest
from tests.sources.small import opened

from crmmining.comparison.views import Views, compare_views

N = 25
MONDAY = pd.Timestamp("2026-01-05T00:00Z")
DECLARED = """
study: Desk
sources:
  - table: steps.csv
    time: {format: iso}
    customer: {name: customer}
    record: {type: ticket, id: ticket, attributes: [kind]}
    event: {time: ended, start: began, activity: what, resource: who, actor: company}
customers: {match: [name]}
processes: {Desk work: {record: ticket, where: {kind: desk}, closed_by: [Checked], owner: Dee}}
goals:
  Get it done: {opened_by: [Taken], reached_by: [Checked], silence: 1000d, includes: {processes: [Desk work]}}
"""


def world(other: bool, order: int | None = None, starts: bool = True) -> str:
    """Every weekday Ann takes a case until 9:30, which Bob checks at 11:30; before, he may do another job."""
    rows = []
    for day in [d for d in range(40) if d % 7 < 5][:N]:
        steps = [("taken", "Taken", "Ann", 540, 570), ("taken", "Checked", "Bob", 690, 720)]
        if other:
            steps.append(("other", "Long job", "Bob", 540, 660))
        for case, what, who, began, ended in steps:
            moments = [(MONDAY + pd.Timedelta(days=day, minutes=m)).isoformat() for m in (began, ended)]
            name = f"{case}{day}"
            rows.append([name, f"t-{name}", "desk", what, who, moments[0] if starts else "", moments[1]])
    if order is not None:
        rows = [rows[i] for i in np.random.default_rng(order).permutation(len(rows))]
    return "\n".join(["customer,ticket,kind,what,who,began,ended", *map(",".join, rows)]) + "\n"


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Views:
    return compare_views(opened(tmp_path_factory.mktemp("desk"), DECLARED, steps=world(other=True)))


def test_each_cause_has_its_share_of_the_waiting_of_the_goals_records(views: Views) -> None:
    frame = views.waiting_causes.to_frame().set_index("cause")
    assert frame["share"].sum() == pytest.approx(1)
    assert frame.loc["contention", "share"] == pytest.approx(90 / 120)  # 9:30 to 11:00 of 9:30 to 11:30
    assert frame.loc["contention", "time"] == pd.Timedelta(minutes=90 * N)
    assert set(frame["n"]) == {N} and views.waiting_causes.unknown == ()
    assert frame["time"].sum() == pd.Timedelta(hours=2 * N)


def test_a_cause_that_is_a_large_part_is_a_finding(views: Views) -> None:
    finding = next(f for f in views.findings if f.topic == "waiting causes")
    assert finding.sentence == (
        "In “Desk work”, 75% of the time in which steps wait passes while whoever does them is busy with "
        "what came before (1.5 h a goal that meets it)"
    )
    assert finding.owner == "Dee" and len(finding.cases) == N and 0 < finding.weight <= 0.5
    assert finding.estimate.low >= 0.2 and finding.estimate.n == N


def test_nobody_busy_is_no_finding(tmp_path) -> None:
    views = compare_views(opened(tmp_path, DECLARED, steps=world(other=False)))
    assert {w.cause for w in views.waiting_causes.all if w.time} == {
        "unavailability"
    }  # Bob is never seen before
    assert not [f for f in views.findings if f.topic == "waiting causes"]


def test_without_starts_it_is_absent_with_what_to_add(tmp_path) -> None:
    views = compare_views(opened(tmp_path, DECLARED, steps=world(other=True, starts=False)))
    assert views.waiting_causes is None
    assert "start: and resource:" in views.absent["waiting causes"]


def test_the_order_of_rows_changes_nothing(views: Views, tmp_path) -> None:
    again = compare_views(opened(tmp_path, DECLARED, steps=world(other=True, order=3)))
    pd.testing.assert_frame_equal(again.waiting_causes.to_frame(), views.waiting_causes.to_frame())
