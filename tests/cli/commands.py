"""Every command of the tree, and running one as the shell would."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from crmmining.cli.app import app
from crmmining.cli.boundary import run
from crmmining.cli.default_command import DEFAULT


def commands(group: object = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """(words, command) of every command that does something, groups opened."""
    tree = group if group is not None else typer.main.get_command(app)
    for name, command in tree.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (path if name == DEFAULT else (*path, name)), command


def example_of(command: object) -> str:
    """The words after ``Example:`` in a command's docstring, to the end of the paragraph."""
    paragraph = (command.callback.__doc__ or "").partition("Example:")[2].partition("\n\n")[0]
    return " ".join(paragraph.split())


def run_line(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of a line like ``crmmining load study.yaml``, ``/tmp/`` being `folder`."""
    words = shlex.split(line.replace("/tmp/", f"{folder}/"))
    assert words[0] == "crmmining"
    capsys.readouterr()
    code = run(words[1:])
    said = capsys.readouterr()
    return code, said.out, said.err
