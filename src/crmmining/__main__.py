"""The command line's entry: one boundary that turns our errors into one line and exit code 2."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line."""
    gc.disable()  # what is imported stays
    from crmmining.cli.boundary import run

    gc.enable()
    code = run(sys.argv[1:])
    gc.freeze()  # nor is there garbage to look for at the end
    sys.exit(code)


if __name__ == "__main__":
    main()
