"""Run every `crmmining` command of the README and the guides, as a reader would, in a copy of the samples.

A command may say the exit code it is meant to have in a comment: ``# exit 1``. Lines that begin with
another word (make, pip) are left out. Commands of one page run in order, in one folder of their own;
two pages run at a time. Exit code 1 where any command did not end as it says.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
STARTS = ("crmmining ", ".venv/bin/crmmining ")
EXPECTED = re.compile(r"#\s*exit (\d+)\s*$")
LONGEST = 110  # seconds for one command


@dataclass(frozen=True)
class Command:
    """One command of a page, and the exit code it is meant to have."""

    page: Path
    text: str
    expected: int


def commands_of(page: Path) -> Iterator[Command]:
    for block in BLOCK.findall(page.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            text = line.strip()
            if text.startswith(STARTS):
                found = EXPECTED.search(text)
                yield Command(page, text.removeprefix(".venv/bin/"), int(found[1]) if found else 0)


def pages() -> list[Path]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in found if page.is_file() and any(commands_of(page))]


def run_page(page: Path) -> int:
    """Run a page's commands in order; returns how many did not end as they say."""
    failures = 0
    with tempfile.TemporaryDirectory(prefix="readme_") as name:
        folder = Path(name)
        shutil.copytree(
            ROOT / "sample_logs", folder / "sample_logs", ignore=shutil.ignore_patterns("*.duckdb*")
        )
        (folder / "bin").mkdir()
        shim = folder / "bin" / "crmmining"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crmmining "$@"\n', "utf-8")
        shim.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])),
        }
        for command in commands_of(page):
            failures += not _ran_as_said(command, folder, environment)
    return failures


def _ran_as_said(command: Command, folder: Path, environment: dict[str, str]) -> bool:
    began = time.perf_counter()
    try:
        done = subprocess.run(
            ["sh", "-c", command.text],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        code, said = done.returncode, (done.stderr or done.stdout).strip()
    except subprocess.TimeoutExpired:
        code, said = -1, f"took longer than {LONGEST} s"
    well = code == command.expected and "Traceback" not in said
    place = command.page.relative_to(ROOT)
    line = f"{'ok  ' if well else 'FAIL'} {time.perf_counter() - began:5.1f} s  {place}: {command.text}"
    if not well:
        line += f"\n     exit {code} instead of {command.expected}: {said[-600:]}"
    print(line, flush=True)
    return well


def main() -> int:
    began = time.perf_counter()
    found = pages()
    with ThreadPoolExecutor(max_workers=2) as pool:
        failures = sum(pool.map(run_page, found))
    n = sum(1 for page in found for _ in commands_of(page))
    print(f"{n} commands of {len(found)} pages, {failures} failed, {time.perf_counter() - began:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
