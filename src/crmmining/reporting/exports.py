"""Logs, maps and models to files, by the suffix of the name."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError, listed
from crmmining.eventlog.log import EventLog
from crmmining.mining.models import PetriNet

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from crmmining.eventlog.study import Study
    from crmmining.mining.directly_follows import DirectlyFollowsGraph
    from crmmining.reporting.figures.style import FigureStyle
    from crmmining.study.journey import IdealJourney

EVENTS, PICTURES, NETS = (".csv", ".parquet", ".xes", ".xes.gz"), (".svg", ".png", ".pdf"), (".pnml", ".bpmn")


def export_log(log: EventLog, path: Path | str, study: Study | None = None) -> None:
    """Write a log's events (CSV, Parquet, XES), its map (SVG, PNG, PDF) or its discovered net (PNML, BPMN).

    Raises:
        InvalidOptionError: another suffix.
    """
    target = Path(path)
    if target.name.endswith(EVENTS):
        _write_events(log, target)
    elif target.suffix in PICTURES:
        from crmmining.mining.directly_follows import directly_follows
        from crmmining.reporting.departments import department_of_activities, style_of

        write_map(directly_follows(log), department_of_activities(log), target, style_of(study, log))
    elif target.suffix in NETS:
        from crmmining.mining.discovery import discover_model

        discover_model(log).write(target)
    else:
        from crmmining.reporting.ocel import OCEL

        raise InvalidOptionError(
            f"{target}: write to one of {', '.join((*EVENTS, *PICTURES, *NETS))}; "
            f"a whole study, with all its logs, to one of {', '.join(OCEL)}"
        )


def write_map(
    graph: DirectlyFollowsGraph, departments: Mapping[str, str], path: Path, style: FigureStyle
) -> None:
    """Draw a directly-follows map, each activity in the colour of the department that does it."""
    from crmmining.reporting.drawn_from.process_map import process_map

    _write_picture(process_map(graph, departments), path, style)


def write_journey(journey: IdealJourney, name: str, path: Path) -> None:
    """Write an ideal journey: a picture (.svg .png .pdf), or a model (.bpmn .pnml).

    A journey from a model file is drawn as its net: how its steps follow each other stands only there.

    Raises:
        InvalidOptionError: another suffix.
    """
    if path.suffix in PICTURES and journey.model is None:
        from crmmining.reporting.figures.journey_model import draw_journey_model
        from crmmining.reporting.figures.saving import save

        save(draw_journey_model(journey, name), path)
        return
    from crmmining.mining.compiling import net_of_journey
    from crmmining.mining.pm4py_bridge import write_term

    if path.suffix not in (*PICTURES, *NETS):
        raise InvalidOptionError(f"{path}: a journey is written as {listed((*PICTURES, *NETS))}")
    if journey.model is not None or not write_term(journey.term, path):
        write_model(net_of_journey(journey), path)


def write_model(net: PetriNet, path: Path) -> None:
    """Write a net as PNML or BPMN, or draw it."""
    if path.suffix in NETS:
        from crmmining.mining.pm4py_bridge import write_net

        write_net(net, path)
        return
    from crmmining.reporting.drawn_from.process_map import net_map
    from crmmining.reporting.figures.style import FigureStyle

    _write_picture(net_map(net), path, FigureStyle())


def _write_picture(graph: object, path: Path, style: object) -> None:
    from crmmining.reporting.figures.saving import save
    from crmmining.reporting.figures.style import FigureStyle
    from crmmining.reporting.maps.graph import MapGraph
    from crmmining.reporting.maps.layout import layout
    from crmmining.reporting.maps.mpl import scene_figure
    from crmmining.reporting.maps.svg import scene_svg

    assert isinstance(graph, MapGraph) and isinstance(style, FigureStyle)
    if path.suffix not in PICTURES:
        raise InvalidOptionError(f"{path}: pictures are written as {', '.join(PICTURES)}")
    scene = layout(graph)
    if path.suffix == ".svg":
        path.write_text(scene_svg(scene, style=style), "utf-8")
    else:
        save(scene_figure(scene, style=style), path)


def _write_events(log: EventLog, path: Path) -> None:
    if path.suffix == ".csv":
        log.to_frame().to_csv(path, index=False)
    elif path.suffix == ".parquet":
        log.to_frame().to_parquet(path, index=False)
    else:
        text = "".join(_xes(log))
        path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())


def _xes(log: EventLog) -> list[str]:
    """XES 2.0 (IEEE 1849-2016), one trace per case in case order."""
    frame = log.to_frame()
    keys = {
        "activity": "concept:name",
        "resource": "org:resource",
        "department": "org:group",
        "channel": "channel",
        "actor": "actor",
    }
    present = {column: key for column, key in keys.items() if column in frame}
    moments = {"time": "time:timestamp", "start": "start_timestamp"}
    dates = {key: _xes_times(frame[column]) for column, key in moments.items() if column in frame}
    numbers = {name: frame[name].to_numpy(float) for name in ("satisfaction", "sentiment") if name in frame}
    columns = {
        key: frame[column].astype(object).where(frame[column].notna(), None).to_numpy()
        for column, key in present.items()
    }
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="2.0" xmlns="http://www.xes-standard.org/">\n'
    ]
    for case in range(log.n_cases):
        parts.append(
            f'<trace><string key="concept:name" value={quoteattr(str(log.cases["case"].iloc[case]))}/>\n'
        )
        for row in range(log.offsets[case], log.offsets[case + 1]):
            parts.append("<event>")
            parts += [
                f'<date key="{key}" value="{values[row]}"/>'
                for key, values in dates.items()
                if values[row] is not None
            ]
            parts += [
                f'<string key="{key}" value={quoteattr(str(values[row]))}/>'
                for key, values in columns.items()
                if values[row] is not None
            ]
            parts += [
                f'<float key="{key}" value="{values[row]}"/>'
                for key, values in numbers.items()
                if values[row] == values[row]
            ]
            parts.append("</event>\n")
        parts.append("</trace>\n")
    return [*parts, "</log>\n"]


def _xes_times(column: pd.Series[Any]) -> NDArray[Any]:
    """Moments as XES writes them, None where there is none."""
    text = column.dt.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    return text.astype(object).where(column.notna(), None).to_numpy()
