"""One channel alone: what it tells, what it does not, and what to add."""

import re
from pathlib import Path

import pytest
from tests.sources.small import opened

from crmmining.comparison.views import Views, compare_views
from crmmining.eventlog.study import Study
from crmmining.reporting.report import write_report

DECLARED = """
study: Web alone
sources:
  - table: visits.csv
    time: {format: iso}
    event: {time: at, activity: page, customer: {email: mail}, channel: web, actor: {value: customer}}
goals: {Move: {opened_by: calculator, reached_by: application, includes: {activities: [home]}, silence: 10d}}
"""
VISITS = "at,page,mail\n" + "".join(
    f"2025-01-{1 + n % 20:02},calculator,c{n}@x\n2025-01-{3 + n % 20:02},{page},c{n}@x\n2025-02-28,home,z@x\n"
    for n in range(40)
    for page in (["application"] if n % 4 else ["home"])
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("web"), DECLARED, visits=VISITS)


@pytest.fixture(scope="module")
def views(study: Study) -> Views:
    return compare_views(study)


def test_one_channel_tells_what_it_can(views: Views) -> None:
    assert views.leavers.reached.value == 0.75 and views.clocks.journey_mean.n == 30


def test_what_it_cannot_is_absent_with_what_to_add_and_what_for(views: Views) -> None:
    steps = {step.what: step for step in views.next_steps}
    assert list(steps) == [
        "white space", "watermelons", "channel switches", "false closure", "satisfaction", "sentiment",
        "silo crossings", "promises", "waiting causes", "moments", "conformance", "segments",
    ]  # fmt: skip
    assert "load another channel" in steps["channel switches"].add
    assert views.absent["white space"] == (
        "no record of a process is in this goal. To see how long customers wait while nobody at all is "
        "working for them: load the CRM's records (cases, opportunities) and declare processes:"
    )
    assert not views.white_space.share_unowned.is_known and not views.leavers.silent.is_known
    assert {finding.topic for finding in views.findings}.isdisjoint({"white space", "silent leavers"})


def test_the_report_of_one_channel_is_whole(study: Study, tmp_path: Path) -> None:
    page = write_report(study, tmp_path / "report").read_text("utf-8")
    assert "Not computed: white space" in page
    assert not re.search(r"\bnan\b", re.sub(r"base64,[A-Za-z0-9+/=]+", "", page), re.IGNORECASE)
