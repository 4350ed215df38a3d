"""Process mining for CRM: the same events as process and as customer journey.

Everything here is loaded when it is first used, so that importing the package stays quick.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmmining.comparison.behaviour_distance import behaviour_distance
    from crmmining.comparison.portfolio import Portfolio, build_portfolio
    from crmmining.comparison.views import Views, compare_views
    from crmmining.errors import CrmminingError
    from crmmining.eventlog.filters import where
    from crmmining.eventlog.log import EventLog
    from crmmining.eventlog.study import Study
    from crmmining.mining.bottlenecks import find_bottlenecks
    from crmmining.mining.check_parts import check_study
    from crmmining.mining.compiling import read_model
    from crmmining.mining.conformance import check_conformance
    from crmmining.mining.directly_follows import directly_follows
    from crmmining.mining.discovery import discover_model
    from crmmining.mining.waiting_causes import find_waiting_causes
    from crmmining.mining.weekdays import find_weekday_delays
    from crmmining.reporting.exports import export_log
    from crmmining.reporting.ocel import export_ocel
    from crmmining.reporting.plotting import plot
    from crmmining.reporting.report import write_report
    from crmmining.samples.making import make_sample
    from crmmining.sources.loading import open_study
    from crmmining.sources.plain_logs import read_table

__version__ = "0.1.0"

_HOMES = {
    "CrmminingError": "errors",
    "EventLog": "eventlog.log",
    "Portfolio": "comparison.portfolio",
    "Study": "eventlog.study",
    "Views": "comparison.views",
    "behaviour_distance": "comparison.behaviour_distance",
    "build_portfolio": "comparison.portfolio",
    "check_conformance": "mining.conformance",
    "check_study": "mining.check_parts",
    "compare_views": "comparison.views",
    "directly_follows": "mining.directly_follows",
    "discover_model": "mining.discovery",
    "export_log": "reporting.exports",
    "export_ocel": "reporting.ocel",
    "find_bottlenecks": "mining.bottlenecks",
    "find_waiting_causes": "mining.waiting_causes",
    "find_weekday_delays": "mining.weekdays",
    "make_sample": "samples.making",
    "open_study": "sources.loading",
    "plot": "reporting.plotting",
    "read_model": "mining.compiling",
    "read_table": "sources.plain_logs",
    "where": "eventlog.filters",
    "write_report": "reporting.report",
}

__all__ = [
    "CrmminingError",
    "EventLog",
    "Portfolio",
    "Study",
    "Views",
    "behaviour_distance",
    "build_portfolio",
    "check_conformance",
    "check_study",
    "compare_views",
    "directly_follows",
    "discover_model",
    "export_log",
    "export_ocel",
    "find_bottlenecks",
    "find_waiting_causes",
    "find_weekday_delays",
    "make_sample",
    "open_study",
    "plot",
    "read_model",
    "read_table",
    "where",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'crmmining' has no attribute {name!r}")
    collecting = gc.isenabled()
    gc.disable()  # what is imported stays: to look for garbage among it is lost time
    try:
        return getattr(import_module(f"crmmining.{_HOMES[name]}"), name)
    finally:
        if collecting:
            gc.enable()


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
