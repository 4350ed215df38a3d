"""Contacts in the shape of Salesforce's weekly export."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import END
from crmmining.samples.ledger import NOBODY
from crmmining.samples.people import ChunkPeople
from crmmining.samples.sheets import Sheet
from crmmining.samples.text import instants, salesforce_ids


def people_sheets(chunk: Chunk, people: ChunkPeople) -> Iterator[Sheet]:
    """A contact for each customer whom the bank knows within the window."""
    known = chunk.known_from < END
    customer, since = chunk.customer[known], chunk.known_from[known]
    local = people.local(customer)
    contacts = {
        "Id": salesforce_ids("003", customer),
        "LastName": people.last.take(local),
        "FirstName": people.first.take(local),
        "Phone": people.phone(customer),
        "Email": people.email(customer),
        "CreatedDate": instants(since),
        "Region__c": people.region.take(local),
        "Persona__c": people.persona.take(local),
    }
    yield Sheet("salesforce/Contact.csv", contacts, np.full(len(customer), NOBODY))
