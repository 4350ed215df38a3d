"""The histories of opportunities and cases in the shape of Salesforce's weekly export."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from crmmining.samples.records import Records
from crmmining.samples.salesforce_records import numbered
from crmmining.samples.sheets import Sheet
from crmmining.samples.text import instants, integers, salesforce_ids, words
from crmmining.samples.words import CASE_FIELD, CASE_FIELDS, STAGES, STATUSES


def history_sheets(records: Records, rows_before: dict[str, int]) -> Iterator[Sheet]:
    """The two history files of a chunk."""
    yield _opportunity_history(records, rows_before["stage"])
    yield _case_history(records, rows_before["case_change"])


def _opportunity_history(records: Records, before: int) -> Sheet:
    """A row for each change of stage, and for changes of amount or due date with the same stage."""
    change = records.tables["stage"]
    columns = {
        "Id": salesforce_ids("008", numbered(before, len(change["time"]))),
        "OpportunityId": salesforce_ids("006", records.link("opportunity", change["opportunity"])),
        "CreatedById": salesforce_ids("005", change["user"]),
        "CreatedDate": instants(change["time"]),
        "StageName": words(STAGES, change["stage"]),
        "Amount": integers(change["amount"]),
    }
    return Sheet("salesforce/OpportunityHistory.csv", columns, change["goal"])


def _case_history(records: Records, before: int) -> Sheet:
    """Field history: creation, changes of status, and changes of owner and priority between."""
    change = records.tables["case_change"]
    field = change["field"]
    is_status, is_owner = field == CASE_FIELD["Status"], field == CASE_FIELD["Owner"]
    is_priority = field == CASE_FIELD["Priority"]
    values = {}
    for name, side, priority in (("OldValue", "old", "Medium"), ("NewValue", "new", "High")):
        other = words((priority,), np.where(is_priority, 0, -1))
        status = words(STATUSES, np.where(is_status, change[side], -1))
        owner = salesforce_ids("005", np.where(is_owner, change[side], 0))
        values[name] = pc.if_else(is_owner, owner, pc.if_else(is_status, status, other))
    columns = {
        "Id": salesforce_ids("017", numbered(before, len(field))),
        "CaseId": salesforce_ids("500", records.link("case", change["case"])),
        "CreatedById": salesforce_ids("005", change["user"]),
        "CreatedDate": instants(change["time"]),
        "Field": words(CASE_FIELDS, field),
        **values,
    }
    return Sheet("salesforce/CaseHistory.csv", columns, change["goal"])
