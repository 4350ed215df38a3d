"""The report: one self-contained page for process owners, its figures and its tables as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.comparison.views import compare_views, headline
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.study import Study
from crmmining.reporting.goal_figures import goal_pictures, goal_results
from crmmining.reporting.whole_file import in_place_of

if TYPE_CHECKING:
    from crmmining.reporting.picture import Picture

Progress = Callable[[str, float], None]
PAGE = "report.html"


def write_report(
    study: Study, folder: Path | str, *, shared: bool = False, progress: Progress | None = None
) -> Path:
    """Write the report of a study and return the path of its page.

    `folder` then holds ``report.html`` (everything in one file, nothing loaded from anywhere),
    ``figures/`` (SVG and PNG) and ``tables/`` (CSV). The same data gives the same bytes. A `shared` report
    names no case and lists no group of fewer than five customers.

    Raises:
        InvalidOptionError: the study has no goal, or `folder` is a file.
    """
    target, follow = Path(folder), progress or (lambda step, share: None)
    if target.exists() and not target.is_dir():
        raise InvalidOptionError(f"{target} is a file; name a folder to write the report to")
    goals = [goal for goal in study.goals if study.journey_log(goal).n_cases]
    if not goals:
        if not study.goals:
            raise InvalidOptionError(
                f"{study.declared.path} declares no goal; say under 'goals:' what the customer wants"
            )
        raise InvalidOptionError(
            f"no goal of {study.name!r} occurs in the data; see 'crmmining inspect {study.declared.path}'"
        )
    from crmmining.comparison.portfolio import build_portfolio
    from crmmining.reporting.page import render_page
    from crmmining.reporting.tables import study_tables

    results, pictures = [], {}
    for number, goal in enumerate(goals):
        follow(f"comparing the views of “{goal}”", number / len(goals) * 0.9)
        results.append(goal_results(compare_views(study, goal), shared=shared))
        follow(f"drawing “{goal}”", (number + 0.5) / len(goals) * 0.9)
        pictures[goal] = goal_pictures(results[-1], file_stem(goal))
    top = headline([finding for result in results for finding in result.findings])
    follow("weighing processes", 0.9)
    views = [result.views for result in results]
    portfolio = build_portfolio(study, views) if study.processes else None
    follow("writing the page", 0.94)
    page = render_page(study, results, portfolio, pictures, top)
    target.mkdir(parents=True, exist_ok=True)
    _write_whole(target / PAGE, page.encode("utf-8"))
    _write_figures(target / "figures", pictures)
    _write_tables(target / "tables", study_tables(study, results, portfolio))
    follow("done", 1.0)
    return target / PAGE


def _write_figures(folder: Path, pictures: dict[str, dict[str, Picture]]) -> None:
    folder.mkdir(exist_ok=True)
    for picture in (picture for of_goal in pictures.values() for picture in of_goal.values()):
        _write_whole(folder / f"{picture.name}.svg", picture.svg_file())
        _write_whole(folder / f"{picture.name}.png", picture.png_file())


def _write_tables(folder: Path, tables: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        _write_whole(folder / f"{name}.csv", text.encode("utf-8"))


def file_stem(name: str) -> str:
    """A name as part of a file name.

    >>> file_stem("Move into a home!")
    'move_into_a_home'
    """
    return "_".join("".join(sign.lower() if sign.isalnum() else " " for sign in name).split()) or "unnamed"


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file completely or leave the old one."""
    with in_place_of(path) as beside:
        beside.write_bytes(content)
