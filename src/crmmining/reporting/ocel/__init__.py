"""A whole study as an object-centric event log: OCEL 2.0 as JSON, XML or SQLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.errors import InvalidOptionError, listed
from crmmining.reporting.ocel.study_objects import study_objects
from crmmining.reporting.whole_file import in_place_of

if TYPE_CHECKING:
    from crmmining.eventlog.object_log import ObjectLog
    from crmmining.eventlog.study import Study

OCEL = (".jsonocel", ".xmlocel", ".sqlite")


def export_ocel(study: Study, path: Path | str) -> None:
    """Write every event once, with the customer, the record and the goal it belongs to as objects.

    Object types are ``customer``, the types of records, and ``goal: NAME`` for each goal. Customers and
    records stand beside the goals they are in, records beside those they link to. No two objects share an
    id, which is ``TYPE:NAME`` (`object_names`).

    Raises:
        InvalidOptionError: another suffix than .jsonocel, .xmlocel or .sqlite.
    """
    target = Path(path)
    write = _writer(target)
    with in_place_of(target) as beside, study_objects(study) as log:
        write(log, beside)


def _writer(path: Path) -> Callable[[ObjectLog, Path], None]:
    if path.suffix == ".jsonocel":
        from crmmining.reporting.ocel.as_json import write_json

        return write_json
    if path.suffix == ".xmlocel":
        from crmmining.reporting.ocel.as_xml import write_xml

        return write_xml
    if path.suffix == ".sqlite":
        from crmmining.reporting.ocel.as_sqlite import write_sqlite

        return write_sqlite
    raise InvalidOptionError(f"{path}: an object-centric log is written as {listed(OCEL)}")
