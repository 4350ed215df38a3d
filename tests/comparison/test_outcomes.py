"""Outcomes over time and where people leave, by hand."""

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, tiny_views

from crmmining.study.durations import DAY

DECLARED = {
    "goals": {
        GOAL: {
            **goal(
                ["Ask"], ["Done"], ended_by=["Left"], includes={"activities": ["Offer", "Survey answered"]}
            ),
            "silence": "10d",
        }
    },
    "journeys": {GOAL: [{"stage": "All", "steps": ["Ask", "Offer", "Done"], "owner": "Olga"}]},
}
HAPPENINGS = [
    # reached on day 4
    by_customer("ann", 0, "Ask"), by_company("ann", 2, "Offer"), by_company("ann", 4, "Done"),
    by_customer("bob", 0, "Ask"), by_customer("bob", 6, "Left"),  # given up in words on day 6, after asking
    # silent from day 4: known on day 14
    by_customer("cat", 0, "Ask"), by_company("cat", 3, "Offer"), answered("cat", 4, 2),
    by_customer("dan", 28, "Ask"), by_company("dan", 29, "Offer"),  # open: censored after 2 days
    by_customer("eve", 10, "Ask"), by_company("eve", 18, "Done"),  # reached after 8 days, without an offer
    by_customer("zoe", 30, "Other"),
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("outcomes"), HAPPENINGS, **DECLARED).outcomes


def test_each_goal_ends_when_it_is_known_to(found):
    assert (found.reached.time / DAY).tolist() == [4, 6, 8, 14]
    assert found.reached.at_risk.tolist() == [4, 3, 2, 1]  # dan was censored after two days


def test_incidence_is_the_product_of_what_is_left(found):
    # nobody ended before dan was censored: of four, one each
    assert found.reached.value == pytest.approx([1 / 4, 1 / 4, 2 / 4, 2 / 4])
    assert found.abandoned.value == pytest.approx([0, 1 / 4, 1 / 4, 2 / 4])
    assert found.naive.value == 2 / 4 and found.naive.excluded == 1


def test_people_leave_after_the_last_step_they_took(found):
    # bob after asking (four decided goals came there), cat after the offer (ann and she); a survey is no step
    rows = found.leaving.set_index("step")[["n_left", "n_came"]]
    assert rows.to_dict("index") == {
        "Ask": {"n_left": 1, "n_came": 4},
        "Offer": {"n_left": 1, "n_came": 2},
    }


def test_the_order_of_rows_changes_nothing(found, tmp_path):
    again = tiny_views(tmp_path, HAPPENINGS[::-1], **DECLARED).outcomes
    assert again.table.equals(found.table) and again.leaving.equals(found.leaving)


def test_where_nobody_said_when_it_is_reached_there_is_no_outcome(tmp_path):
    goals = {GOAL: {"opened_by": ["Ask"], "includes": {"activities": ["Offer", "Done"]}}}
    views = tiny_views(tmp_path, HAPPENINGS, goals=goals)
    assert views.outcomes is None and "outcome" in views.absent


def test_a_finding_names_the_step_most_leave_after(tmp_path):
    many = [by_customer("zoe", 60, "Other")]
    for n in range(40):
        many += [by_customer(f"c{n}", 0, "Ask"), by_company(f"c{n}", 1, "Offer" if n < 30 else "Done")]
    views = tiny_views(tmp_path, many, **DECLARED)
    (finding,) = views.outcomes.findings(views.view)
    assert finding.sentence == (
        "100% of those who give up “Goal” leave after “Offer”: 100% of all who come there"
    )
    assert finding.owner == "Olga" and len(finding.cases) == 30


def test_the_same_over_business_days(tmp_path, found):
    """Ann's four days are four, Bob's six days five, Eve's eight six, Cat's fourteen ten."""
    calendar = {"hours": "Mon-Fri 00:00-24:00", "zone": "UTC"}
    table = tiny_views(tmp_path, HAPPENINGS, **DECLARED, calendar=calendar).outcomes.table
    by_days = table[table["after"] == -1]
    assert by_days["after_business_days"].tolist() == [4, 5, 6, 10]
    assert by_days["reached"].tolist() == pytest.approx([1 / 4, 1 / 4, 2 / 4, 2 / 4])
    assert by_days["abandoned"].tolist() == pytest.approx([0, 1 / 4, 1 / 4, 2 / 4])
    assert by_days["at_risk"].tolist() == [4, 3, 2, 1]
    rest = table[table["after"] != -1].drop(columns="after_business_days")
    assert rest.equals(found.table.drop(columns="after_business_days"))
    assert found.table["after_business_days"].isna().all()  # nobody said when anybody works
