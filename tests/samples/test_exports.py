import csv
import re
import string

import pytest
from tests.samples.worlds import END, utc

NULL = "000000000000000AAA"
PREFIXES = {
    "Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "OpportunityHistory": "008",
    "Case": "500", "CaseHistory": "017", "Task": "00T", "Campaign": "701",
    "CampaignMember": "00v",
}  # fmt: skip
LINKS = {
    "Contact": {"AccountId": "Account"},
    "Lead": {"ConvertedContactId": "Contact", "ConvertedOpportunityId": "Opportunity"},
    "Opportunity": {"ContactId": "Contact", "Referred_From__c": "Opportunity"},
    "OpportunityHistory": {"OpportunityId": "Opportunity"},
    "Case": {"ContactId": "Contact", "ParentId": "Case", "Opportunity__c": "Opportunity"},
    "CaseHistory": {"CaseId": "Case"},
    "CampaignMember": {"CampaignId": "Campaign", "LeadId": "Lead", "ContactId": "Contact"},
}
TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


def checksum(id_: str) -> str:
    letters = string.ascii_uppercase + "012345"
    chunks = (id_[:5], id_[5:10], id_[10:15])
    return "".join(letters[sum(c.isupper() << i for i, c in enumerate(part))] for part in chunks)


@pytest.mark.parametrize("table", PREFIXES)
def test_every_field_of_the_weekly_export_is_quoted(world, table):
    text = (world.folder / f"exports/salesforce/{table}.csv").read_text(encoding="utf-8")
    for line in text.splitlines():
        assert line.startswith('"') and line.endswith('"')
        assert line[1:-1].count('","') == text.partition("\n")[0].count(",")


@pytest.mark.parametrize("table", PREFIXES)
def test_ids_have_their_prefix_and_checksum(world, table):
    ids = [row["Id"] for row in world.rows(f"salesforce/{table}.csv")]
    assert len(ids) == len(set(ids))
    assert all(id_[:3] == PREFIXES[table] and id_[15:] == checksum(id_) for id_ in ids)


def test_checksum_agrees_with_a_real_id():
    assert checksum("001Hp00002fmBy8") == "IAE"


@pytest.mark.parametrize("table", LINKS)
def test_links_lead_to_records_or_are_null_lookups(world, table):
    for column, target in LINKS[table].items():
        known = {row["Id"] for row in world.rows(f"salesforce/{target}.csv")}
        links = [row[column] for row in world.kept(table)]
        assert all(link == NULL or link in known for link in links)


@pytest.mark.parametrize("table", PREFIXES)
def test_times_are_utc_seconds_within_the_window(world, table):
    for row in world.rows(f"salesforce/{table}.csv"):
        for column, value in row.items():
            if column.endswith(("Date", "DateTime")) and value:
                assert TIME.fullmatch(value)
                if column not in ("CloseDate", "EndDate"):
                    assert utc(value) < END


def test_most_contacts_belong_to_a_household_of_their_name(world):
    name = {account["Id"]: account["Name"] for account in world.kept("Account")}
    contacts = world.kept("Contact")
    housed = [contact for contact in contacts if contact["AccountId"] != NULL]
    assert len(housed) == len(name) == len({contact["AccountId"] for contact in housed})
    assert 0 < len(contacts) - len(housed) < 0.05 * len(contacts)
    assert all(name[row["AccountId"]] == f"{row['LastName']} household" for row in housed)


def test_a_converted_lead_knows_its_mortgage(world):
    kind = {row["Id"]: row["Type"] for row in world.kept("Opportunity")}
    converted = [lead for lead in world.kept("Lead") if lead["IsConverted"] == "1"]
    assert converted
    for lead in converted:
        assert lead["Status"] == "Qualified"
        assert kind[lead["ConvertedOpportunityId"]] == "Mortgage"


def test_some_rows_are_deleted_and_serve_no_goal(world):
    for table in ("Lead", "Opportunity", "Case", "Task"):
        rows = world.rows(f"salesforce/{table}.csv")
        deleted = [row for row in rows if row["IsDeleted"] == "1"]
        assert 0 < len(deleted) < 0.02 * len(rows)
        assert all(row["goal"] == 0 for row in deleted)


def test_a_deleted_opportunity_has_no_history(world):
    rows = world.rows("salesforce/Opportunity.csv")
    deleted = {row["Id"] for row in rows if row["IsDeleted"] == "1"}
    assert not deleted & {row["OpportunityId"] for row in world.kept("OpportunityHistory")}
    assert all(TIME.fullmatch(row["CloseDate"]) for row in rows)


def test_every_column_says_something(world):
    for path in (world.folder / "exports").rglob("*.csv"):
        rows = world.rows(str(path.relative_to(world.folder / "exports")))
        told = set(rows[0]) - {"goal", "ParentId", "Type"}  # a campaign's are alike, as in life
        assert all(len({row[column] for row in rows}) > 1 for column in told), path.name


def test_opportunity_history_has_rows_that_are_no_stage_change(world):
    stage_of, repeated = {}, 0
    for change in world.kept("OpportunityHistory"):
        repeated += stage_of.get(change["OpportunityId"]) == change["StageName"]
        stage_of[change["OpportunityId"]] = change["StageName"]
    assert repeated > 100
    assert all(row["StageName"] == stage_of[row["Id"]] for row in world.kept("Opportunity"))


def test_cases_say_what_their_history_says(world):
    status = {}
    for _, case, at, activity in world.case_events():
        status[case] = (activity.partition(": ")[2], at)
    for case in world.kept("Case"):
        last, at = status[case["Id"]]
        assert case["Status"] == last
        assert (case["IsClosed"] == "1") == (last == "Closed")
        assert case["ClosedDate"] == "" or utc(case["ClosedDate"]) == at
    fields = {row["Field"] for row in world.kept("CaseHistory")}
    assert fields == {"created", "Status", "Owner", "Priority"}


def test_na_is_the_name_of_an_agent_and_of_a_campaign(world):
    assert any(call["agent"] == "NA" for call in world.rows("call_centre.csv"))
    assert any(campaign["Name"] == "NA" for campaign in world.kept("Campaign"))


def test_customers_are_known_by_one_mail_and_one_phone(world):
    contacts = world.kept("Contact")
    assert len({row["Email"].lower() for row in contacts}) == len(contacts)
    digits = {re.sub(r"\D", "", row["Phone"]) for row in contacts}
    assert len(digits) == len(contacts)


def test_sources_spell_mails_and_phones_differently(world):
    mails = [visit["email"] for visit in world.rows("web_visits.csv")]
    assert 0.01 < sum(mail != mail.lower() for mail in mails) / len(mails) < 0.1
    phones = [call["phone"] for call in world.rows("call_centre.csv")]
    assert {phone[:2] for phone in phones} == {"+4", "01", "07"}
    known = {digits_of(row["Phone"]) for row in (*world.kept("Contact"), *world.kept("Lead"))}
    unknown = [phone for phone in phones if digits_of(phone) not in known]
    assert 0 < len(unknown) < 0.05 * len(phones)


def test_calls_of_unknown_people_serve_no_goal(world):
    for call in world.rows("call_centre.csv"):
        assert (call["goal"] == 0) == call["phone"].startswith("07700")


def test_web_visits_carry_londons_offset(world):
    offsets = {visit["visited_at"][-6:] for visit in world.rows("web_visits.csv")}
    assert offsets == {"+00:00", "+01:00"}
    july = [v for v in world.rows("web_visits.csv") if v["visited_at"].startswith("2025-07")]
    assert {visit["visited_at"][-6:] for visit in july} == {"+01:00"}


def test_plain_tables_are_written_without_quotes(world):
    for file in ("web_visits.csv", "call_centre.csv", "satisfaction_survey.csv"):
        text = (world.folder / "exports" / file).read_text(encoding="utf-8")
        assert '"' not in text
        assert len({len(row) for row in csv.reader(text.splitlines())}) == 1


def digits_of(phone: str) -> str:
    return re.sub(r"\D", "", phone).removeprefix("44").removeprefix("0")
