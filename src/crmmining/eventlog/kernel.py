"""The one door to Numba: every compiled kernel is decorated here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")

UInt8s = NDArray[np.uint8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
UInt64s = NDArray[np.uint64]

DTYPES: dict[str, np.dtype[Any]] = {
    "UInt8s": np.dtype(np.uint8),
    "Int32s": np.dtype(np.int32),
    "Int64s": np.dtype(np.int64),
    "UInt64s": np.dtype(np.uint64),
}
"""The array types a native kernel may name in its annotations."""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over integer arrays on first use; the machine code is kept on disk."""
    import numba

    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True)(function)
    return compiled


def native(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function once per installation; later processes run it without importing Numba.

    Numba's import and first call cost 0.7 s and 100 MB, more than a view of a million events. The
    annotations are the signature: `Int32s`, `Int64s`, `UInt64s`, `UInt8s` for contiguous arrays of
    exactly this type, ``int`` for 64-bit numbers; it returns an int or nothing. Inside, arrays are bare
    pointers: indexed from 0, no slices, no ``size``, no allocation, no NumPy function, no exception.
    Other threads run meanwhile. Functions marked `inlined` may be called from it.
    """
    from crmmining.eventlog.machine_code import NativeFunction

    wrapped: Any = update_wrapper(NativeFunction(function), function)
    return wrapped


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a helper that native kernels of its module may call."""
    function.__dict__["inlined"] = True
    return function


def machine_ir(
    function: Callable[..., Any], pointers: list[np.dtype[Any] | None], returns: bool
) -> tuple[str, str]:
    """LLVM code of a native kernel, and the name of its entry in Numba's own calling convention.

    `pointers` gives for each argument the type of its array, None for a number; `returns` whether a
    number comes back. The entry takes two pointers more in front, for the result and for an
    exception, and gives back a status.
    """
    import numba
    from numba.core import types as numba_types

    types: Any = numba_types

    arguments = [types.CPointer(numba.from_dtype(p)) if p is not None else types.int64 for p in pointers]
    result = types.int64 if returns else types.void
    compiled = numba.cfunc(result(*arguments), nopython=True)(function)
    ir, wrapper = compiled.inspect_llvm(), compiled.native_name
    # The wrapper would report exceptions through Python, and so tie the code to a running Numba.
    alone = re.sub(rf"^define [^\n]*@{re.escape(wrapper)}\(.*?^}}\n", "", ir, flags=re.MULTILINE | re.DOTALL)
    return alone, wrapper.removeprefix("cfunc.")


def with_compiled_helpers(scope: dict[str, Any]) -> dict[str, Any]:
    """A function's globals in which the helpers marked `inlined` are compiled."""
    import numba

    compiled = dict(scope)
    for name, value in scope.items():
        if getattr(value, "inlined", False) is True:  # it sees the other helpers compiled, too
            helper = FunctionType(value.__code__, compiled, value.__name__)
            compiled[name] = numba.njit(helper, inline="always")
    return compiled
