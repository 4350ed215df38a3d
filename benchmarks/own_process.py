"""A phase of a benchmark as a process of its own: its result, wall time and peak memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Found = dict[str, Any]
SOURCE = Path(__file__).parents[1] / "src"


def environment() -> dict[str, str]:
    """Of a measured process: the sources beside are found, and byte code is kept, as of what is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = (str(SOURCE), os.environ.get("PYTHONPATH", ""))
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def run_phase(script: str, name: str, *arguments: str) -> Found:
    """Call a script with `--phase`; what it told by `tell`, with `wall` in seconds.

    Raises:
        SystemExit: it failed.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, script, "--phase", name, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr.strip().splitlines()[-1]}")
    found: Found = json.loads(done.stdout.strip().splitlines()[-1])
    found["wall"] = time.perf_counter() - began
    print(f"  {name}: {found}", flush=True)
    return found


def tell(found: Found) -> None:
    """Give a result back to the process that asked, with the peak memory in MB unless it is there."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"peak": peak, **found}))
