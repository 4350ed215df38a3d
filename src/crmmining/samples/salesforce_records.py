"""Leads, opportunities, cases, tasks and members in the shape of Salesforce's weekly export."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from crmmining.samples.campaigns import campaign_of
from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import Ints
from crmmining.samples.people import ChunkPeople
from crmmining.samples.records import Records, last_stages, last_statuses
from crmmining.samples.sheets import Sheet
from crmmining.samples.text import (
    Text,
    dates,
    flags,
    instants,
    integers,
    salesforce_ids,
    words,
)
from crmmining.samples.words import (
    CASE_TYPES,
    LOST,
    OPPORTUNITY_TYPES,
    ORIGINS,
    STAGE,
    STAGES,
    STATUS,
    STATUSES,
    SUBJECT,
    SUBJECTS,
    WON,
)


def record_sheets(
    chunk: Chunk, people: ChunkPeople, records: Records, rows_before: dict[str, int]
) -> Iterator[Sheet]:
    """The five record files of a chunk."""
    yield _leads(chunk, people, records, rows_before["lead"])
    yield _opportunities(records, rows_before["opportunity"])
    yield _cases(records, rows_before["case"])
    yield _tasks(records, rows_before["task"])
    yield _members(records, rows_before["member"])


def contact_ids(customer: Ints) -> Text:
    """Ids of customers as contacts; the null lookup for nobody."""
    return salesforce_ids("003", customer)


def numbered(rows_before: int, n: int) -> Ints:
    """Numbers of rows that follow so many."""
    return np.arange(rows_before, rows_before + n)


def _leads(chunk: Chunk, people: ChunkPeople, records: Records, before: int) -> Sheet:
    lead = records.tables["lead"]
    customer, n = lead["customer"], len(lead["time"])
    local, converted = people.local(customer), np.isfinite(lead["converted"])
    status = np.where(converted, 2, np.where(np.isfinite(lead["unqualified"]), 3, 1))
    touched = np.where(converted, lead["converted"], lead["unqualified"])
    touched = np.where(np.isfinite(touched), touched, lead["time"])
    as_contact = np.where(converted, customer, -1)
    opportunity = np.where(converted, records.link("opportunity", lead["opportunity"]), -1)
    columns = {
        "Id": salesforce_ids("00Q", numbered(before, n)),
        "IsDeleted": flags(lead["deleted"]),
        "LastName": people.last.take(local),
        "FirstName": people.first.take(local),
        "Phone": people.phone(customer, 1),
        "Email": people.email(customer, (customer % 12 == 5).astype(np.int64)),
        "LeadSource": words(("Web", "Web", "Campaign", "Partner"), lead["owner"] % 4),
        "Status": words(("Open - Not Contacted", "Working - Contacted", "Qualified", "Unqualified"), status),
        "OwnerId": salesforce_ids("005", lead["owner"]),
        "IsConverted": flags(converted),
        "ConvertedDate": instants(lead["converted"]),
        "ConvertedContactId": contact_ids(as_contact),
        "ConvertedOpportunityId": salesforce_ids("006", opportunity),
        "CreatedDate": instants(lead["time"]),
        "LastModifiedDate": instants(touched),
        "Region__c": people.region.take(local),
        "Persona__c": people.persona.take(local),
    }
    return Sheet("salesforce/Lead.csv", columns, lead["goal"])


def _opportunities(records: Records, before: int) -> Sheet:
    opportunity = records.tables["opportunity"]
    customer, n = opportunity["customer"], len(opportunity["time"])
    last = last_stages(opportunity, records.tables["stage"])
    won = np.isin(last.state, [STAGE[name] for name in WON])
    lost = np.isin(last.state, [STAGE[name] for name in LOST])
    columns = {
        "Id": salesforce_ids("006", numbered(before, n)),
        "IsDeleted": flags(opportunity["deleted"]),
        "StageName": words(STAGES, last.state),
        "Amount": integers(last.amount),
        "CloseDate": dates(last.due),
        "Type": words(OPPORTUNITY_TYPES, opportunity["type"]),
        "IsClosed": flags(won | lost),
        "IsWon": flags(won),
        "CreatedDate": instants(opportunity["time"]),
        "ContactId": contact_ids(customer),
        "Referred_From__c": salesforce_ids("006", records.link("opportunity", opportunity["referred_from"])),
    }
    return Sheet("salesforce/Opportunity.csv", columns, opportunity["goal"])


def _cases(records: Records, before: int) -> Sheet:
    case = records.tables["case"]
    n = len(case["time"])
    last = last_statuses(case, records.tables["case_change"])
    closed = (last.state == STATUS["Closed"]) & (case["deleted"] == 0)
    columns = {
        "Id": salesforce_ids("500", numbered(before, n)),
        "IsDeleted": flags(case["deleted"]),
        "CaseNumber": case_numbers(numbered(before, n)),
        "ContactId": contact_ids(case["customer"]),
        "ParentId": salesforce_ids("500", records.link("case", case["parent"])),
        "Type": words(CASE_TYPES, case["type"]),
        "Status": words(STATUSES, np.where(case["deleted"] == 1, STATUS["New"], last.state)),
        "Origin": words(ORIGINS, case["origin"]),
        "IsClosed": flags(closed),
        "ClosedDate": instants(np.where(closed, last.since, np.nan)),
        "CreatedDate": instants(case["time"]),
        "Opportunity__c": salesforce_ids("006", records.link("opportunity", case["opportunity"])),
    }
    return Sheet("salesforce/Case.csv", columns, case["goal"])


def case_numbers(numbers: Ints) -> Text:
    """Eight digits as people quote them; null for -1."""
    digits = pc.utf8_lpad(integers(numbers + 1001), 8, "0")
    return pc.if_else(numbers >= 0, digits, None)


def _tasks(records: Records, before: int) -> Sheet:
    task = records.tables["task"]
    n, subject = len(task["time"]), task["subject"]
    is_mail = np.isin(subject, (SUBJECT["Nurture mail"], SUBJECT["Higher bill notice"]))
    inbound = subject == SUBJECT["Account closed"]
    of_lead = task["lead"] >= 0
    who = pc.if_else(
        of_lead,
        salesforce_ids("00Q", records.link("lead", task["lead"])),
        contact_ids(np.where(of_lead, -1, task["customer"])),
    )
    columns = {
        "Id": salesforce_ids("00T", numbered(before, n)),
        "WhoId": who,
        "WhatId": salesforce_ids("006", records.link("opportunity", task["opportunity"])),
        "Subject": words(SUBJECTS, subject),
        "OwnerId": salesforce_ids("005", task["owner"]),
        "IsDeleted": flags(task["deleted"]),
        "TaskSubtype": words(("Call", "Email"), is_mail),
        "CallType": words(("Outbound", "Inbound"), np.where(is_mail, -1, inbound)),
        "CompletedDateTime": instants(task["time"]),
    }
    return Sheet("salesforce/Task.csv", columns, task["goal"])


def _members(records: Records, before: int) -> Sheet:
    member = records.tables["member"]
    n, of_lead = len(member["time"]), member["lead"] >= 0
    columns = {
        "Id": salesforce_ids("00v", numbered(before, n)),
        "CampaignId": salesforce_ids("701", campaign_of(member["time"])),
        "LeadId": salesforce_ids("00Q", records.link("lead", member["lead"])),
        "ContactId": contact_ids(np.where(of_lead, -1, member["customer"])),
        "Status": words(("Sent", "Responded"), np.isfinite(member["responded"])),
        "CreatedDate": instants(member["time"]),
        "FirstRespondedDate": instants(member["responded"]),
    }
    return Sheet("salesforce/CampaignMember.csv", columns, member["goal"])
