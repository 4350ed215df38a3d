"""The one door to Numba: every compiled kernel is decorated here."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over integer arrays on first use; the machine code is kept on disk."""
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True)(function)
    return compiled
