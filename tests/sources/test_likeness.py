"""Customers who may be one person: found by likeness, merged only by a table that a person reads."""

import random
from pathlib import Path

import pandas as pd
import pytest
from tests.sources.small import write_study

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.study import Study
from crmmining.sources.likeness import likely_customers
from crmmining.sources.loading import open_study

pytest.importorskip("splink", reason="Splink is not installed")
DECLARED = """
study: Two systems
sources:
  - table: crm.csv
    event: {time: at, activity: step, customer: {crm: id}}
    customer: {crm: id}
    customer_attributes: {first: first, last: last, postcode: postcode}
  - table: shop.csv
    event: {time: at, activity: step, customer: {email: mail}}
    customer: {email: mail}
    customer_attributes: {first: first, last: last, postcode: postcode}
customers: {attributes: [first, last, postcode]}
"""
FIRST = ["Ann", "Bob", "Cyd", "Dora", "Eve", "Finn", "Gita", "Hal", "Ida", "Jon", "Kim", "Leo"]
LAST = ["Smith", "Jones", "Brown", "Taylor", "Wilson", "Davies", "Evans", "Thomas", "Roberts", "Walker"]


def two_systems(folder: Path) -> Path:
    """800 people in one system; a quarter of them in another too, some with a slip of the pen."""
    chance = random.Random(3)
    crm, shop = ["id,at,step,first,last,postcode"], ["mail,at,step,first,last,postcode"]
    for n in range(800):
        first, last = chance.choice(FIRST), chance.choice(LAST) + chance.choice(["", "son", "s", "er"])
        postcode = f"AB{chance.randrange(200)} {chance.randrange(9)}CD"
        crm.append(f"C{n},2025-01-01,open,{first},{last},{postcode}")
        if n % 4 == 0:
            if chance.random() < 0.3:
                last += "e"
            shop.append(f"m{n}@x.org,2025-02-01,buy,{first.upper()},{last},{postcode}")
    return write_study(folder, DECLARED, crm="\n".join(crm) + "\n", shop="\n".join(shop) + "\n")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(two_systems(tmp_path_factory.mktemp("systems")))


def rightly(pairs: pd.DataFrame) -> pd.Series:
    number = pairs[["key", "other_key"]].apply(lambda column: column.str.extract(r"(\d+)")[0])
    return number["key"] == number["other_key"]


def test_people_in_two_systems_are_found_by_what_is_known_of_them(study: Study) -> None:
    found = likely_customers(study, ["first", "last"], ["postcode"])
    assert found.n_customers == 1_000 and found.n_unknown == 0
    assert rightly(found.pairs).mean() > 0.95 and rightly(found.pairs).sum() > 0.85 * 200
    assert found.pairs["probability"].between(0.95, 1).all()
    assert found.kinds == ["crm", "email"]
    again = likely_customers(study, ["first", "last"], ["postcode"])
    assert again.pairs.equals(found.pairs)


def test_the_table_merges_them_and_without_it_they_part(tmp_path: Path) -> None:
    path = two_systems(tmp_path)
    plain = open_study(path)
    found = likely_customers(plain, ["first", "last"], ["postcode"], above=0.99)
    plain.workspace.close()
    found.write(tmp_path / "likely.csv")
    text = path.read_text()
    path.write_text(text.replace("customers:", found.source("likely.csv") + "\ncustomers:"))
    merged = open_study(path)
    assert merged.identities.n_customers == 1_000 - len(found.pairs)
    first = found.pairs.iloc[0]
    said = merged.explain_merge(first["key"])
    assert "likely.csv" in set(said["paths"].str.split("; ").explode())
    merged.workspace.close()
    path.write_text(text)
    assert open_study(path).identities.n_customers == 1_000


def test_what_cannot_be_compared_is_said(study: Study, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no attribute of customers 'name'"):
        likely_customers(study, ["name"], ["postcode"])
    with pytest.raises(InvalidOptionError, match="at least one attribute that is equal"):
        likely_customers(study, ["first", "last"], [])
    hidden = open_study(two_systems(tmp_path), pseudonymise=tmp_path / "key.txt")
    with pytest.raises(InvalidOptionError, match="pseudonyms"):
        likely_customers(hidden, ["first", "last"], ["postcode"])
