"""The command line's entry: one boundary that turns our errors into one line and exit code 2."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # else NumPy's threads spin, though nobody asks
    try:
        gc.disable()  # what is imported stays
        from crmmining.cli.boundary import run

        gc.enable()
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # before there was anything to say


if __name__ == "__main__":
    main()
