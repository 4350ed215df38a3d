"""Contacts merged and counted, proactive goals against the others, by hand."""

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, case_of, goal, tiny_views

MINUTE = 1 / 1440
PHONE, WEB = "phone", "web"


def called(name, day, channel=PHONE, record=""):
    return by_customer(name, day, "Called", record, channel)


HAPPENINGS = [
    # proactive, reached; three calls 20 minutes apart are one contact, the web message another
    by_company("ann", 0, "Told"), by_company("ann", 0.5, "Billed"),
    called("ann", 1), called("ann", 1 + 20 * MINUTE), called("ann", 1 + 40 * MINUTE),
    called("ann", 1 + 45 * MINUTE, WEB),
    by_customer("ann", 3, "Paid"), answered("ann", 4, 5),
    # proactive, given up, no contact of the customer
    by_company("pam", 0, "Told"), by_customer("pam", 3, "Left"),
    # the customer first: calls 31 minutes apart are two; the company after
    by_company("bob", 0, "Billed"), called("bob", 1), called("bob", 1 + 31 * MINUTE),
    by_company("bob", 2, "Told"), by_customer("bob", 3, "Left"), answered("bob", 4, 1),
    # nobody spoke
    by_company("cid", 0, "Billed"), by_customer("cid", 3, "Left"),
    # the customer first, reached; the same minute about another record is another contact
    by_company("dot", 0, "Billed"), called("dot", 1), called("dot", 1 + MINUTE, PHONE, "d/Care"),
    by_customer("dot", 3, "Paid"), answered("dot", 4, 3),
    # still open
    by_company("eve", 4, "Told"), called("eve", 4.5),
]  # fmt: skip


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return tiny_views(
        tmp_path_factory.mktemp("contacts"),
        HAPPENINGS,
        goals={
            GOAL: goal(
                ["Told", "Billed"],
                ["Paid"],
                ended_by=["Left"],
                includes={"activities": ["Called", "Survey answered"]},
            )
        },
        activities={
            "Billed": {"contact": False},
            "Paid": {"contact": False},
            "Left": {"contact": False},
            "Survey answered": {"contact": False},
        },
    )


def counted(views, customer):
    row = views.contacts.cases.iloc[case_of(views.view, customer)]
    return int(row["inbound"]), int(row["outbound"]), bool(row["proactive"])


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("ann", (2, 1, True)),
        ("pam", (0, 1, True)),
        ("bob", (2, 1, False)),
        ("cid", (0, 0, False)),
        ("dot", (2, 0, False)),
        ("eve", (1, 1, True)),
    ],
)
def test_contacts_within_half_an_hour_on_one_channel_and_record_are_one(views, customer, expected):
    assert counted(views, customer) == expected


def test_means_and_shares_are_over_decided_goals(views):
    assert views.contacts.inbound.value == pytest.approx((2 + 0 + 2 + 0 + 2) / 5)
    assert views.contacts.outbound.value == pytest.approx((1 + 1 + 1 + 0 + 0) / 5)
    assert views.contacts.share_proactive.value == pytest.approx(2 / 5)
    assert views.contacts.inbound.excluded == 1  # eve


def test_proactive_goals_stand_against_the_others(views):
    found = views.contacts
    assert found.reached.value == pytest.approx(1 / 2 - 1 / 3)  # ann of two; dot of three
    assert found.fewer_inbound.value == pytest.approx((2 + 0) / 2 - (2 + 0 + 2) / 3)
    assert found.satisfaction.value == pytest.approx(5 - (1 + 3) / 2)
    assert found.groups["reached"][1].n == 3


def test_table_has_a_row_per_measure(views):
    frame = views.contacts.to_frame().set_index("measure")
    assert frame.index.tolist() == ["reached", "inbound contacts", "satisfaction"]
    assert frame.loc["inbound contacts", ["proactive", "n_proactive"]].tolist() == [1, 2]
