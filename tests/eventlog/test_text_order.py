"""Texts in the order of their code points, found on their bytes."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eventlog.test_texts import WORDS, as_bytes

from crmmining.eventlog.text_order import sorted_order


@given(texts=st.lists(WORDS, max_size=60))
@settings(deadline=None)
def test_texts_are_put_in_order_and_equal_ones_stay_as_they_came(texts: list[str]) -> None:
    found = sorted_order(*as_bytes(texts)).tolist()
    assert found == sorted(range(len(texts)), key=texts.__getitem__)
