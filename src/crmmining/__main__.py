"""The command line's entry: one boundary that turns our errors into one line and exit code 2."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    from crmmining.cli.boundary import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
