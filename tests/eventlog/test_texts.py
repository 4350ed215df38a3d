"""Texts numbered and sorted as bytes: as Python would do it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.texts import Numbering

WORDS = st.one_of(
    st.text(max_size=12),
    st.text("ab", max_size=20),
    st.text("xy", max_size=3).map(lambda tail: "order-2026-0000000000-" + tail),
)


def as_bytes(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(word) for word in raw])]).astype(np.int64)
    return offsets, np.frombuffer(b"".join(raw), np.uint8)


@given(batches=st.lists(st.lists(WORDS, max_size=30), max_size=3))
@settings(deadline=None)
def test_texts_are_numbered_by_first_occurrence_over_all_batches(batches: list[list[str]]) -> None:
    numbering, known = Numbering(), {}
    for texts in batches:
        numbers = numbering.numbers(*as_bytes(texts))
        assert numbers.tolist() == [known.setdefault(text, len(known)) for text in texts]
    assert numbering.names() == list(known)


@given(texts=st.lists(WORDS, max_size=60, unique=True))
@settings(deadline=None)
def test_texts_are_sorted_as_python_sorts_them(texts: list[str]) -> None:
    numbering = Numbering()
    numbering.numbers(*as_bytes(texts))
    found = numbering.sorted()
    assert found.to_objects().tolist() == sorted(texts)
    assert found.take(np.arange(len(texts))[::-1]).to_objects().tolist() == sorted(texts, reverse=True)


def test_many_texts_outgrow_the_first_table() -> None:
    texts = [f"case {i % 30_000}" for i in range(60_000)]
    numbering = Numbering()
    assert numbering.numbers(*as_bytes(texts)).tolist() == [i % 30_000 for i in range(60_000)]
    assert numbering.sorted().to_objects().tolist() == sorted(set(texts))


def test_an_absent_text_has_no_number() -> None:
    numbering = Numbering()
    found = numbering.numbers(*as_bytes(["a", "", "a"]), np.array([1, 0, 1], np.uint8))
    assert (found.tolist(), numbering.names()) == ([0, -1, 0], ["a"])


def test_absent_ones_are_told_apart_in_every_stretch_whatever_the_offsets_are() -> None:
    texts = [f"case {i % 7}" for i in range(150_000)]
    offsets, data = as_bytes(texts)
    there = np.arange(len(texts)) % 5 != 0
    found = Numbering().numbers(offsets.astype(np.int32), data, there.astype(np.uint8))
    wanted, known = [], {}
    for text, present in zip(texts, there.tolist(), strict=True):
        wanted.append(known.setdefault(text, len(known)) if present else -1)
    assert found.tolist() == wanted
