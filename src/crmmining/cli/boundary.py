"""The error boundary: exit 0 fine, 1 threshold missed, 2 bad input in one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_STOPPED = 130
_WORDS = "stopped; a load that was not done changed nothing"


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    import typer
    from typer.exceptions import TyperException

    from crmmining.cli.app import app
    from crmmining.errors import CrmminingError

    words = [word for word in arguments if word != "--debug"]
    debug = len(words) != len(arguments)
    try:
        code = typer.main.get_command(app).main(args=words, prog_name="crmmining", standalone_mode=False)
        if code == _STOPPED:  # Ctrl-C, which the library turns into its code
            return _said(_WORDS, _STOPPED)
        return code if isinstance(code, int) else 0
    except CrmminingError as error:
        if debug:
            raise
        return _said(str(error), 2)
    except TyperException as error:
        return _said(f"{error.format_message()} Ask 'crmmining --help'.", 2)
    except (KeyboardInterrupt, typer.Abort):
        return _said(_WORDS, _STOPPED)
    except SystemExit:  # rich's way of saying that nobody reads on (… | head): no threshold was missed
        return 0
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if debug:
            raise
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _said(f"{reason}; name another file or folder", 2)


def _said(message: str, code: int) -> int:
    sys.stderr.write(f"crmmining: {message}\n")
    return code
