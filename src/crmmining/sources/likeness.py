"""Customers who may be one person although no key says so: by how alike what is known of them is.

Fellegi and Sunter's model of record linkage ("A Theory for Record Linkage", JASA 1969), as Splink estimates
it without examples (Linacre et al., "Splink", IJPDS 2022). Nothing is merged here: the pairs are a table,
which a person looks through and a study file reads or does not.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmmining.errors import InvalidOptionError, SourceError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.eventlog.study import Study

SEED, MOST_PAIRS = 1, 1e6
DEFINITION = (
    "Probability that two customers are one person, given how alike their attributes are: names by "
    "Jaro-Winkler similarity, others as equal or not. How alike pairs are that are one person, and pairs "
    "that are not, is estimated from the data itself; only pairs that agree in one of the equal attributes, "
    "or in all compared ones, are looked at."
)


@dataclass(frozen=True, eq=False)
class LikelyPairs:
    """Pairs of customers, the likeliest first.

    `pairs`: kind, key, other_kind, other_key, probability, and of each attribute both values. `n_customers`
    were compared, `n_unknown` have none of the attributes.
    """

    pairs: pd.DataFrame
    n_customers: int
    n_unknown: int
    above: float
    definition: str = DEFINITION

    @property
    def kinds(self) -> list[str]:
        """The kinds of keys that stand in the pairs."""
        return sorted({*self.pairs["kind"], *self.pairs["other_kind"]})

    def source(self, table: str) -> str:
        """What to add to the sources of a study file, for the pairs to be one customer each."""
        keys = ", ".join(f"{kind}: [{kind}, {kind}_2]" for kind in self.kinds)
        return f"  - table: {table}\n    customer: {{{keys}}}"

    def write(self, path: Path) -> None:
        """Write a table of which each row is a pair: two keys in one row are one person."""
        rows = self.pairs.rename(columns={"probability": "likely"})
        for kind in self.kinds:
            rows[kind] = rows["key"].where(rows["kind"] == kind)
            rows[f"{kind}_2"] = rows["other_key"].where(rows["other_kind"] == kind)
        rows.drop(columns=["kind", "key", "other_kind", "other_key"]).to_csv(path, index=False)

    def to_frame(self) -> pd.DataFrame:
        """The pairs as one table."""
        return self.pairs.copy()

    def __repr__(self) -> str:
        return (
            f"LikelyPairs({len(self.pairs):,} pairs of {self.n_customers:,} customers with a probability of "
            f"{self.above:g} or more; {self.n_unknown:,} customers are not known well enough)"
        )

    def _repr_html_(self) -> str:
        return self.pairs.to_html(index=False)


def likely_customers(
    study: Study, compare: Sequence[str], equal: Sequence[str], *, above: float = 0.95
) -> LikelyPairs:
    """Find customers who may be one person by their attributes: `compare` are names, `equal` are codes.

    Raises:
        UnknownNameError: an attribute the study does not load.
        InvalidOptionError: fewer than two attributes, none that must be equal, or keys that are pseudonyms.
        SourceError: Splink is not installed.
    """
    known = sorted(study.declared.customers.attributes)
    for name in (*compare, *equal):
        if name not in known:
            raise UnknownNameError("attribute of customers", name, known)
    if not equal or len({*compare, *equal}) < 2:
        raise InvalidOptionError("say what to compare, and at least one attribute that is equal: a postcode")
    if study.declared.privacy.pseudonymise:
        raise InvalidOptionError("names and ids are pseudonyms here; look for pairs in a study with names")
    people, n_all = _people(study, [*compare, *equal])
    found = _linked(people, compare, equal, above) if len(people) > 1 else people.iloc[:0]
    return LikelyPairs(_shown(found, people, [*compare, *equal]), len(people), n_all - len(people), above)


def _people(study: Study, attributes: list[str]) -> tuple[pd.DataFrame, int]:
    """Customers of whom two attributes or more are known, in small letters; and how many there are in all."""
    import pandas as pd

    rows = pd.DataFrame(study.workspace.columns(_ATTRIBUTES))
    rows = rows[rows["attribute"].isin(attributes)]
    wide = rows.pivot(index="customer", columns="attribute", values="value").reindex(columns=attributes)
    wide = wide[wide.notna().sum(axis=1) >= 2].map(_plain)
    keys = pd.DataFrame(study.workspace.columns(_KEYS)).set_index("customer")
    return wide.join(keys, how="inner").reset_index(names="unique_id"), len(keys)


def _plain(value: Any) -> Any:
    return " ".join(value.casefold().split()) if isinstance(value, str) else None


def _linked(people: pd.DataFrame, compare: Sequence[str], equal: Sequence[str], above: float) -> pd.DataFrame:
    """Splink's pairs: unique_id_l, unique_id_r, match_probability."""
    try:
        import splink.comparison_library as likeness
        from splink import Linker, SettingsCreator, block_on
        from splink.backends.duckdb import DuckDBAPI
    except ImportError:
        raise SourceError("likely pairs need Splink; pip install 'crmmining[linkage]'") from None
    blocks = [*(block_on(name) for name in equal), *([block_on(*compare)] if compare else [])]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            *(likeness.JaroWinklerAtThresholds(name) for name in compare),
            *(likeness.ExactMatch(name) for name in equal),
        ],
        blocking_rules_to_generate_predictions=blocks,
    )
    known = people[["unique_id", *compare, *equal]]
    with warnings.catch_warnings(action="ignore"):
        logging.getLogger("splink").setLevel(logging.CRITICAL)
        linker = Linker(DuckDBAPI().register(known), settings, log_level=logging.CRITICAL)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on(*compare, *equal)], recall=0.7)
        training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=SEED)
        for block in blocks:
            training.estimate_parameters_using_expectation_maximisation(block)
        found = linker.inference.predict(threshold_match_probability=above).as_pandas_dataframe()
    return found[["unique_id_l", "unique_id_r", "match_probability"]]


def _shown(found: pd.DataFrame, people: pd.DataFrame, attributes: list[str]) -> pd.DataFrame:
    import pandas as pd

    names = [name for a in attributes for name in (a, f"other_{a}")]
    if not len(found):
        return pd.DataFrame(columns=["kind", "key", "other_kind", "other_key", "probability", *names])
    by_id = people.set_index("unique_id")
    one, other = by_id.loc[found["unique_id_l"]], by_id.loc[found["unique_id_r"]]
    pairs = pd.DataFrame(
        {
            "kind": one["kind"].to_numpy(), "key": one["key"].to_numpy(),
            "other_kind": other["kind"].to_numpy(), "other_key": other["key"].to_numpy(),
            "probability": found["match_probability"].round(4).to_numpy(),
        }
    )  # fmt: skip
    for name in attributes:
        pairs[name], pairs[f"other_{name}"] = one[name].to_numpy(), other[name].to_numpy()
    order = ["probability", "key", "other_key"]
    return pairs.sort_values(order, ascending=[False, True, True], ignore_index=True)


_ATTRIBUTES = "SELECT customer, attribute, value FROM customer_attributes"
_KEYS = """
    SELECT c.customer, min(k.kind) AS kind, min_by(k.value, k.kind || chr(31) || k.value) AS key
    FROM key_customers c JOIN keys k ON k.key = c.key
    GROUP BY c.customer
"""
