"""A command with further commands under its name: what is no command's name is the argument of the first."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

DEFAULT = "run"


class DefaultCommand(TyperGroup):
    """A group whose command `DEFAULT` runs unless another of its commands is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Name the command that is meant."""
        named = args[0] if args else None
        if named not in self.commands or named == DEFAULT:
            args = [DEFAULT, *args]
        return list(super().parse_args(ctx, args))
