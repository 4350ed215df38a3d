"""Who is one customer: keys equal across sources, or standing in one row."""

from pathlib import Path

import pytest
from tests.sources.small import events, findings, opened

from crmmining.eventlog.study import Study

DECLARED = """
study: People
sources:
  - table: contacts.csv
    customer: {crm: id, email: mail, phone: [phone, mobile]}
  - table: web.csv
    event: {time: at, activity: step, customer: email}
  - table: calls.csv
    event: {time: at, activity: step, customer: phone}
customers: {match: MATCH, country_code: CODE}
"""
CONTACTS = """
id,mail,phone,mobile
1,Ann@Example.org,020 7946 0001,
2,bob@example.org,,+44 7700 900002
3,,020 7946 0003,07700 900003
"""
WEB = """
at,step,email
2025-01-01,look, ann@example.ORG
2025-01-02,look,bob@example.org
2025-01-03,look,cyd@example.org
"""
CALLS = """
at,step,phone
2025-02-01,call,+44 20 7946 0001
2025-02-02,call,(07700) 900-002
2025-02-03,call,00447700900003
2025-02-04,call,0049 30 1234
2025-02-05,call,020 7946 0003
2025-02-06,call,-
"""


def people(folder: Path, match: str = "[email, phone]", code: str = "44") -> Study:
    declared = DECLARED.replace("MATCH", match).replace("CODE", code)
    return opened(folder, declared, contacts=CONTACTS, web=WEB, calls=CALLS)


def customers(study: Study) -> list[str | None]:
    return events(study, "customer")


def test_one_person_is_one_customer_wherever_a_key_stands(tmp_path: Path) -> None:
    study = people(tmp_path)
    third = customers(study)[5]
    assert customers(study) == [
        "ann@example.org",
        "bob@example.org",
        "cyd@example.org",
        "ann@example.org",
        "bob@example.org",
        third,
        "49301234",
        third,
    ]
    assert findings(study)["customers seen in more than one source"] == 2
    assert study.workspace.value("SELECT count(*) FROM customers") == 5


def test_a_call_without_a_number_is_set_aside(tmp_path: Path) -> None:
    assert people(tmp_path).quality.refused[["reason", "row"]].values.tolist() == [
        ["neither customer nor record", 6]
    ]


def test_without_a_country_code_only_the_same_digits_are_one_number(tmp_path: Path) -> None:
    found = customers(people(tmp_path, code='""'))
    assert found[3] == "442079460001" and found[5] != found[7]


def test_a_kind_of_key_that_is_not_to_match_links_nobody(tmp_path: Path) -> None:
    found = customers(people(tmp_path, match="[email]"))
    assert found[:3] == ["ann@example.org", "bob@example.org", "cyd@example.org"]
    assert "ann@example.org" not in found[3:] and "bob@example.org" not in found[3:]


def test_a_record_with_events_of_several_customers_is_counted(tmp_path: Path) -> None:
    declared = """
        study: Shared
        sources:
          - table: work.csv
            record: {type: deal, id: deal}
            event: {time: at, activity: step, customer: {id: who}}
    """
    work = (
        "at,step,deal,who\n2025-01-01,a,d1,ann\n2025-01-02,b,d1,bob\n2025-01-03,c,d1,\n2025-01-04,a,d2,bob\n"
    )
    study = opened(tmp_path, declared, work=work)
    assert findings(study)["records with events of several customers"] == 1
    assert customers(study) == ["ann", "bob", "ann", "bob"]


def test_ids_of_different_kinds_never_meet(tmp_path: Path) -> None:
    declared = """
        study: Kinds
        sources:
          - table: a.csv
            event: {time: at, activity: step, customer: {shop: id}}
          - table: b.csv
            event: {time: at, activity: step, customer: {bank: id}}
    """
    rows = "at,step,id\n2025-01-01,x,7\n"
    study = opened(tmp_path, declared, a=rows, b=rows)
    assert study.workspace.value("SELECT count(*) FROM customers") == 2


def test_attributes_of_a_customer_come_from_the_table_that_has_them(tmp_path: Path) -> None:
    declared = """
        study: Segments
        sources:
          - table: contacts.csv
            customer: {crm: id, email: mail}
            customer_attributes: {region: area}
          - table: web.csv
            event: {time: at, activity: step, customer: email}
        goals: {Look: {opened_by: look, reached_by: buy}}
        segments: [region]
    """
    contacts = "id,mail,area\n1,ann@example.org,North\n2,bob@example.org,\n"
    web = "at,step,email\n2025-01-01,look,ann@example.org\n2025-01-02,look,bob@example.org\n"
    cases = opened(tmp_path, declared, contacts=contacts, web=web).journey_log("Look").cases
    assert cases["region"].where(cases["region"].notna(), None).tolist() == ["North", None]


@pytest.mark.parametrize(
    "number", ["+44 (0)20 7946 0001", "0044 20 7946 0001", "020-7946-0001", "+442079460001"]
)
def test_a_number_is_the_same_however_it_is_written(number: str, tmp_path: Path) -> None:
    declared = """
        study: Numbers
        sources:
          - table: calls.csv
            event: {time: at, activity: step, customer: phone}
        customers: {country_code: +44}
    """
    study = opened(tmp_path, declared, calls=f"at,step,phone\n2025-01-01,x,{number}\n")
    assert customers(study) == ["442079460001"]


SWITCHBOARD = """
study: Switchboard
sources:
  - table: calls.csv
    event: {time: at, activity: step, customer: {email: mail, phone: number}}
customers: {shared_above: 2}
"""


def calls(*rows: str) -> str:
    return "\n".join(["at,step,mail,number", *rows]) + "\n"


RINGS = (
    "2025-01-01,call,ann@x,1",
    "2025-01-02,call,bob@x,1",
    "2025-01-03,call,cyd@x,1",
    "2025-01-04,call,cyd@x,2",
)


def customers_of(study: Study) -> list[str]:
    return [name for (name,) in study.workspace.rows("SELECT key FROM customers ORDER BY key")]


def test_a_number_beside_many_addresses_makes_nobody_one_customer(tmp_path: Path) -> None:
    study = opened(tmp_path, SWITCHBOARD, calls=calls(*RINGS, "2025-01-05,call,,1"))
    assert customers_of(study) == ["1", "ann@x", "bob@x", "cyd@x"]
    assert events(study, "customer") == ["ann@x", "bob@x", "cyd@x", "cyd@x", "1"]
    row = study.quality.findings.query("what.str.startswith('keys beside')").to_dict("records")[0]
    assert (row["n"], row["of"], row["example"]) == (1, 5, "1")


def test_as_many_addresses_as_allowed_are_one_customer(tmp_path: Path) -> None:
    assert customers_of(opened(tmp_path, SWITCHBOARD, calls=calls(*RINGS[:2]))) == ["ann@x"]


def test_a_customer_parts_once_a_key_is_shared_and_joins_when_it_no_more_is(tmp_path: Path) -> None:
    opened(tmp_path, SWITCHBOARD, calls=calls(*RINGS[:2])).workspace.close()
    grown = opened(tmp_path, SWITCHBOARD, calls=calls(*RINGS))
    assert customers_of(grown) == ["1", "ann@x", "bob@x", "cyd@x"]
    grown.workspace.close()
    assert customers_of(opened(tmp_path, SWITCHBOARD, calls=calls(*RINGS[1:]))) == ["bob@x"]


def test_a_customer_with_hundreds_of_records_is_asked_about(tmp_path: Path) -> None:
    declared = """
    study: Service account
    sources:
      - table: work.csv
        record: {type: case, id: case}
        event: {time: at, activity: step, customer: {id: who}}
    """
    rows = [f"2025-01-01,ask,robot,c{n}" for n in range(101)] + ["2025-01-01,ask,ann,c999"]
    study = opened(tmp_path, declared, work="\n".join(["at,step,who,case", *rows]) + "\n")
    row = study.quality.findings.query("what.str.startswith('customers with more')").to_dict("records")[0]
    assert (row["n"], row["of"], row["example"]) == (1, 2, "robot (101 records)")


def test_a_phone_that_is_not_to_match_is_nobodys_key_whenever_it_comes(tmp_path: Path) -> None:
    declared = """
        study: Household
        sources:
          - table: day*.csv
            event: {time: at, activity: step, customer: {phone: phone, id: who}}
        customers: {match: [email]}
    """
    first = "at,step,phone,who\n2025-01-01,a,04,c1\n2025-01-02,b,04,\n"
    second = "at,step,phone,who\n2025-01-03,a,04,c2\n"
    opened(tmp_path, declared, day1=first).workspace.close()
    grown = opened(tmp_path, declared, day2=second)
    assert customers(grown) == ["c1", "c2"]
    assert grown.quality.refused[["reason", "row"]].values.tolist() == [["neither customer nor record", 2]]
