"""The surface: names sorted and complete, and an import that costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import crmmining

HEAVY = ("pm4py", "matplotlib", "numba", "pandas", "duckdb", "numpy", "scipy", "pyarrow")


def test_all_is_sorted_and_complete() -> None:
    assert crmmining.__all__ == sorted(set(crmmining.__all__))
    tree = ast.parse(Path(crmmining.__file__).read_text(encoding="utf-8"))
    announced = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crmmining.")
        for name in node.names
    }
    assert set(crmmining.__all__) == announced == set(crmmining._HOMES)
    assert dir(crmmining) == sorted([*crmmining.__all__, "__version__"])


@pytest.mark.parametrize("name", crmmining.__all__)
def test_every_name_resolves_and_is_described(name: str) -> None:
    assert getattr(crmmining, name).__doc__


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'read_tabel'"):
        _ = crmmining.read_tabel


@pytest.mark.parametrize(
    "code",
    [
        "import crmmining",
        "from crmmining.cli.boundary import run; run(['--help'])",
        "from crmmining.cli.boundary import run; run(['load', '--help'])",
    ],
    ids=["import", "help", "help of a command"],
)
def test_import_and_help_load_nothing_heavy(code: str) -> None:
    script = f"import sys\n{code}\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
