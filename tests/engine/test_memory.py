import pytest

from crmmining.engine.memory import Memory
from crmmining.errors import InvalidOptionError


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("4GB", 4 << 30),
        ("4 gb", 4 << 30),
        (" 4GiB ", 4 << 30),
        ("1.5 GiB", 3 << 29),
        ("1500M", 1500 << 20),
        ("2.5g", 5 << 29),
        ("2T", 2 << 40),
        ("6000000K", 6_000_000 << 10),
        ("2000000000", 2_000_000_000),
        ("2000000000B", 2_000_000_000),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, limit: int) -> None:
    assert Memory.parse(text).limit == limit


@pytest.mark.parametrize("text", ["", "much", "GB", "-4GB", "4 PB", "4,5GB", "1e9", "4GB4", "nan", ".5GB"])
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidOptionError, match="is no amount of memory; write it like 4GB or 1500MB"):
        Memory.parse(text)


@pytest.mark.parametrize("text", ["0", "1023MB", "0.9GB", "4"])
def test_less_than_the_program_needs_is_refused(text: str) -> None:
    with pytest.raises(InvalidOptionError, match="is too little memory; the program itself needs 1GB"):
        Memory.parse(text)


@pytest.mark.parametrize("text", ["1GB", "4GB", "64GB"])
def test_the_shares_fit_into_the_limit_with_the_program_and_what_is_computed_from_a_part(text: str) -> None:
    memory = Memory.parse(text)
    program = 300 << 20
    assert min(memory.part, memory.loading, memory.reading, memory.logs) > 0
    assert program + memory.loading + 4 * memory.part <= memory.limit
    assert program + memory.reading + memory.logs <= memory.limit
