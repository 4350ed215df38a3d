"""Accounts and contacts in the shape of Salesforce's weekly export."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import END
from crmmining.samples.ledger import NOBODY
from crmmining.samples.people import ChunkPeople
from crmmining.samples.sheets import Sheet
from crmmining.samples.text import joined, salesforce_ids

_NO_ACCOUNT_ONE_IN = 50  # contacts that nobody put into a household


def people_sheets(chunk: Chunk, people: ChunkPeople) -> Iterator[Sheet]:
    """A contact for each customer whom the bank knows within the window, and most households."""
    customer = chunk.customer[chunk.known_from < END]
    housed = customer % _NO_ACCOUNT_ONE_IN != _NO_ACCOUNT_ONE_IN // 2
    household, local = customer[housed], people.local(customer)
    accounts = {
        "Id": salesforce_ids("001", household),
        "Name": joined("", people.last.take(people.local(household)), " household"),
    }
    yield Sheet("salesforce/Account.csv", accounts, np.full(len(household), NOBODY))
    contacts = {
        "Id": salesforce_ids("003", customer),
        "AccountId": salesforce_ids("001", np.where(housed, customer, NOBODY)),
        "LastName": people.last.take(local),
        "FirstName": people.first.take(local),
        "Phone": people.phone(customer),
        "Email": people.email(customer),
        "Region__c": people.region.take(local),
        "Persona__c": people.persona.take(local),
    }
    yield Sheet("salesforce/Contact.csv", contacts, np.full(len(customer), NOBODY))
