"""Is everything there that Spark needs? Each thing that is missing is said in one line, with the way out."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from crmmining.errors import WorkspaceError

LEAST_JAVA = 17
_PATIENCE_TO_CONNECT = 10.0


def check_pyspark() -> None:
    """Raises WorkspaceError where pyspark is not installed."""
    if importlib.util.find_spec("pyspark") is None:
        raise WorkspaceError(
            "'engine: spark' needs the package pyspark; install it with: pip install 'crmmining[spark]'"
        )


def check_java() -> None:
    """Raises WorkspaceError where there is no Java, or one that is too old for Spark."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    way_out = f"install Java {LEAST_JAVA} or newer, or set JAVA_HOME to where it is"
    if java is None:
        where = f"under JAVA_HOME={home}" if home else "on this machine"
        raise WorkspaceError(f"Apache Spark runs on Java, and there is none {where}; {way_out}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    if found is None or int(found[1]) < LEAST_JAVA:
        version = f"Java {found[1]}" if found else "no working Java"
        raise WorkspaceError(f"Apache Spark needs Java {LEAST_JAVA}, {java} is {version}; {way_out}")


def check_master(master: str) -> None:
    """Raises WorkspaceError where none of a cluster's masters answers."""
    if not master.startswith("spark://"):
        return
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), _PATIENCE_TO_CONNECT).close()
        except OSError:
            continue
        return
    raise WorkspaceError(
        f"nobody answers at {master}; is the master started, and is the address the one it shows?"
    )
