"""The customers as people: names, e-mails and phones that no two of them share."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import Ints
from crmmining.samples.names import DOMAINS, FIRST, LAST, PERSONAS, REGIONS
from crmmining.samples.text import Text, joined, words

MOST_CUSTOMERS = 10_000_000
_LOCAL_NUMBERS = 1_000_000
"""As many numbers has the area code 01632, which no real phone has; beyond, they are a digit longer."""


class People:
    """Identities for customers by their number in the whole world, the same for one seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._combinations = rng.permutation(len(FIRST) * len(LAST) * len(DOMAINS))
        self._first_phone = int(rng.integers(_LOCAL_NUMBERS))

    def of(self, chunk: Chunk) -> ChunkPeople:
        """The people of a chunk."""
        customer = chunk.customer
        round_, place = np.divmod(customer, len(self._combinations))
        combination = self._combinations[place]
        name, domain = np.divmod(combination, len(DOMAINS))
        first, last = np.divmod(name, len(LAST))
        number = np.where(round_ > 0, round_ + 1, -1)
        million, place = np.divmod(customer, _LOCAL_NUMBERS)
        local = million * _LOCAL_NUMBERS + (place * 611_953 + self._first_phone) % _LOCAL_NUMBERS
        return ChunkPeople(
            start=int(customer[0]),
            first=words(FIRST, first),
            last=words(LAST, last),
            emails=_spellings(first, last, number, domain),
            phones=_phones(words([f"{n:03}" for n in range(10_000)], local // 1000), local),
            region=words(REGIONS, chunk.region),
            persona=words(PERSONAS, chunk.persona),
        )  # fmt: skip


@dataclass(frozen=True)
class ChunkPeople:
    """Texts for the customers of a chunk; e-mails and phones in several spellings, end to end."""

    start: int
    first: Text
    last: Text
    emails: Text
    phones: Text
    region: Text
    persona: Text

    def local(self, customer: Ints) -> Text:
        """Where these customers stand in the chunk."""
        return pa.array(customer - self.start)

    def email(self, customer: Ints, spelling: Ints | int = 0) -> Text:
        """E-mail addresses: plain (0), with capitals (1), all in capitals (2)."""
        return self.emails.take(pa.array(customer - self.start + len(self.first) * spelling))

    def phone(self, customer: Ints, spelling: Ints | int = 0) -> Text:
        """Phones: ``+44 1632 …`` (0), ``01632 …`` (1), or without spaces (2: 0…, 3: +44…)."""
        return self.phones.take(pa.array(customer - self.start + len(self.first) * spelling))


def _spellings(first: Ints, last: Ints, number: Ints, domain: Ints) -> Text:
    numbers = words([str(n) for n in range(200)], number)
    spelt = []
    for spell in (str.lower, str.title, str.upper):
        names = joined(
            ".",
            words([spell(_ascii(name)) for name in FIRST], first),
            words([spell(_ascii(name)) for name in LAST], last),
        )
        domains = DOMAINS if spell is not str.upper else [name.upper() for name in DOMAINS]
        spelt.append(joined("", names, numbers, "@", words(domains, domain)))
    return pa.concat_arrays(spelt)


def _phones(thousands: Text, local: Ints) -> Text:
    rest = joined("", thousands, words([f"{n:03}" for n in range(1000)], local % 1000))
    return pa.concat_arrays([joined("", code, rest) for code in ("+44 1632 ", "01632 ", "01632", "+441632")])


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.replace("'", "").replace(" ", "")
