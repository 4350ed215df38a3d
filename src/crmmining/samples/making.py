"""Sample worlds by name: exports, the study file that reads them, and the truth about them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from crmmining.errors import InvalidOptionError, UnknownNameError

WORLDS = ("home_move",)
Progress = Callable[[str, float], None]


def make_sample(
    name: str, out: Path | str, *, customers: int = 2_000, seed: int = 7, progress: Progress | None = None
) -> Path:
    """Write a sample world and return its study file.

    Raises:
        UnknownNameError: no such world.
        InvalidOptionError: `out` is a file.
    """
    out = Path(out)
    if name not in WORLDS:
        raise UnknownNameError("sample", name, WORLDS)
    if out.exists() and not out.is_dir():
        raise InvalidOptionError(f"{out} is a file; name a folder to write the sample to")
    from crmmining.samples.home_move import make_home_move

    make_home_move(out, customers=customers, seed=seed, progress=progress)
    study = out / "study.yaml"
    study.write_text(files("crmmining.samples").joinpath("home_move_study.yaml").read_text("utf-8"), "utf-8")
    return study
