"""Machine code of native kernels: made once by Numba, kept on disk, loaded by LLVM alone."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from crmmining.eventlog.kernel import DTYPES, machine_ir, with_compiled_helpers

_DONE = (0, -2)
"""Statuses of Numba's calling convention: a value, or None, was returned."""
_LOCK = threading.RLock()
_EXTERNAL = re.compile(r"^declare [^@]*@(?!llvm\.|mem(?:set|cpy|move)\()([\w.$]+)", re.MULTILINE)


class NativeFunction:
    """A kernel over bare arrays; its machine code is loaded, or compiled, on the first call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not isinstance(function, FunctionType):
            raise TypeError(f"{function!r} is no plain function")
        self.function = function
        annotations = dict(function.__annotations__)
        self.returns = annotations.pop("return", None) == "int"
        unknown = {a for a in annotations.values() if a != "int" and a not in DTYPES}
        if unknown or len(annotations) != function.__code__.co_argcount:
            raise TypeError(f"{function.__qualname__}: every argument is int or one of {', '.join(DTYPES)}")
        self.pointers = [DTYPES.get(a) for a in annotations.values()]
        self._entry: Callable[..., int] | None = None

    def __call__(self, *arguments: Any) -> int:
        """Run it; other threads run meanwhile.

        Raises:
            TypeError: an array of another type, or one that is not contiguous.
        """
        entry = self._entry or self.load()
        result, exception = ctypes.c_int64(), ctypes.c_void_p()
        values = [_passed(a, kind) for a, kind in zip(arguments, self.pointers, strict=True)]
        status = entry(ctypes.byref(result), ctypes.byref(exception), *values)
        if status not in _DONE:
            raise RuntimeError(f"{self.function.__qualname__} ended with status {status}")
        return result.value

    def load(self) -> Callable[..., int]:
        """The entry as a C function; compiles and stores it where no stored code fits this machine."""
        with _LOCK:
            if self._entry is None:
                store = _store(self.function)
                try:
                    address = _linked(store.read_bytes())
                except (OSError, RuntimeError, ValueError):
                    address = _linked(self._compiled(store))
                kinds = [ctypes.c_int64 if p is None else ctypes.c_void_p for p in self.pointers]
                pointer = ctypes.c_void_p
                self._entry = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, *kinds)(address)
            return self._entry

    def _compiled(self, store: Path) -> bytes:
        f = self.function
        scope = with_compiled_helpers(f.__globals__)
        ir, name = machine_ir(FunctionType(f.__code__, scope, f.__name__), self.pointers, self.returns)
        external = [called for called in _EXTERNAL.findall(ir) if ir.count(f"@{called}(") > 1]
        if external:
            raise TypeError(f"{f.__qualname__} does not stand alone: it calls {', '.join(external)}")
        code = _sealed(name.encode() + b"\n" + _object_code(ir))
        with contextlib.suppress(OSError):
            _write_whole(store, code)
        return code


def _passed(argument: Any, dtype: np.dtype[Any] | None) -> int:
    if dtype is None:
        return int(argument)
    if argument.dtype != dtype or not argument.flags.c_contiguous:
        raise TypeError(f"a contiguous array of {dtype} is needed, not of {argument.dtype}")
    return int(argument.ctypes.data)


def import_linker() -> None:
    """Do ahead what the first kernel of a process waits for."""
    _processor()


def _sealed(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest() + content


def _linked(code: bytes) -> int:
    """Address of the entry in stored code: a seal, the name of the entry in a line, the object file."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped,unused-ignore]

    if code != _sealed(code[16:]):
        raise ValueError("damaged code")  # LLVM would crash on it
    name, _, machine_code = code[16:].partition(b"\n")
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    address = int(engine.get_function_address(name.decode()))
    if not address:
        raise ValueError("no entry in the stored code")
    return address


def _object_code(ir: str) -> bytes:
    import llvmlite.binding as llvm  # type: ignore[import-untyped,unused-ignore]

    return bytes(_target_machine().emit_object(llvm.parse_assembly(ir)))


@cache
def _engine() -> Any:
    import llvmlite.binding as llvm  # type: ignore[import-untyped,unused-ignore]

    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())


@cache
def _target_machine() -> Any:
    import llvmlite.binding as llvm  # type: ignore[import-untyped,unused-ignore]

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = _processor()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features, opt=3, codemodel="jitdefault", jit=True
    )


@cache
def _processor() -> tuple[str, str]:
    import llvmlite.binding as llvm  # type: ignore[import-untyped,unused-ignore]

    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def _store(function: FunctionType) -> Path:
    """Where the code of a function is kept; the name changes with all that the code depends on."""
    import llvmlite  # type: ignore[import-untyped,unused-ignore]

    helpers = {
        name: value.__code__ if getattr(value, "inlined", False) is True else value
        for name, value in function.__globals__.items()
        if isinstance(value, int) or getattr(value, "inlined", False) is True
    }
    parts = (
        sys.implementation.cache_tag,
        llvmlite.__version__,
        *_processor(),
        sorted(function.__annotations__.items()),
        _instructions(function.__code__, helpers),
    )
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()
    module = function.__module__.rpartition(".")[2]
    return _folder(Path(function.__code__.co_filename)) / f"{module}.{function.__name__}-{digest}.native"


def _instructions(code: CodeType, scope: dict[str, Any]) -> tuple[Any, ...]:
    """What a function does, without where it stands; with the constants and helpers it names."""
    named = [scope[name] for name in code.co_names if name in scope]
    inner = [_instructions(n, scope) if isinstance(n, CodeType) else n for n in named]
    return code.co_code, code.co_consts, code.co_names, code.co_varnames, inner


@cache
def _folder(source: Path) -> Path:
    """Beside the module's byte code, as Numba does; else among the user's caches."""
    told = os.environ.get("NUMBA_CACHE_DIR")
    beside = source.parent / "__pycache__"
    with contextlib.suppress(OSError):
        beside.mkdir(exist_ok=True)
    if told:
        return Path(told)
    if os.access(beside, os.W_OK):
        return beside
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "crmmining"


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that other processes see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    beside.write_bytes(content)
    beside.replace(path)
