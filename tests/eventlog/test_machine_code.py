"""Native kernels: the same numbers as the Python they were written in, kept and loaded again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crmmining.eventlog import machine_code
from crmmining.eventlog.kernel import Int32s, Int64s, inlined, native
from crmmining.eventlog.machine_code import NativeFunction

OFFSET = 3


@inlined
def shifted(value: int) -> int:
    return value + OFFSET


@native
def sum_of_squares(values: Int32s, n: int, squares: Int64s) -> int:
    total = 0
    for i in range(n):
        squares[i] = shifted(np.int64(values[i]) * values[i])
        total += squares[i]
    return total


def test_a_native_kernel_counts_as_python_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "_folder", lambda source: tmp_path)
    values, squares = np.array([1, -2, 70_000], np.int32), np.zeros(3, np.int64)
    assert sum_of_squares(values, 3, squares) == 4_900_000_014
    assert squares.tolist() == [4, 7, 4_900_000_003]


def test_another_type_of_array_is_refused() -> None:
    with pytest.raises(TypeError, match="contiguous array of int32"):
        sum_of_squares(np.zeros(3, np.int64), 3, np.zeros(3, np.int64))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="contiguous array of int64"):
        sum_of_squares(np.zeros(3, np.int32), 3, np.zeros(6, np.int64)[::2])


def test_a_signature_that_cannot_be_compiled_is_refused() -> None:
    def untyped(values: Any) -> int:
        return 0

    with pytest.raises(TypeError, match="every argument is int or one of UInt8s"):
        native(untyped)


def test_damaged_code_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "_folder", lambda source: tmp_path)
    function: Any = sum_of_squares
    store = machine_code._store(function.function)
    store.write_bytes(b"name\nnothing")
    assert NativeFunction(function.function)(np.array([2], np.int32), 1, np.zeros(1, np.int64)) == 7
    assert len(store.read_bytes()) > 100


def test_constants_and_helpers_are_part_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    function: Any = sum_of_squares
    before = machine_code._store(function.function)
    monkeypatch.setitem(function.function.__globals__, "OFFSET", 4)
    assert machine_code._store(function.function) != before


def test_stored_kernels_run_without_numba() -> None:
    script = (
        "import sys, numpy as np\n"
        "from crmmining.eventlog.case_order import order_cases\n"
        "order_cases(np.zeros(3, np.int32), np.arange(3), None, 1)\n"
        "print([m for m in ('numba', 'pandas', 'scipy') if m in sys.modules])"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
