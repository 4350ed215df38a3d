"""What `discover` shows and writes: a map, or a net."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from crmmining.cli.options import Format
from crmmining.cli.rendering import say, show_frame, show_json

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog
    from crmmining.eventlog.study import Study
    from crmmining.mining.discovery import Miner
    from crmmining.mining.view import View


def discover_map(
    study: Study | None,
    view: View,
    where: tuple[str, ...],
    activities: float,
    paths: float,
    output: Path | None,
    top: int,
    form: Format,
) -> None:
    """The directly-follows map, with what its filters hide."""
    graph = view.graph.filtered(activities=activities, paths=paths)
    if output is not None:
        from crmmining.reporting.departments import departments_of_view, style_of
        from crmmining.reporting.exports import write_map

        write_map(graph, departments_of_view(view, study, where), output, style_of(study, view.log))
    frame = graph.to_frame()[["source", "target", "n", "median", "p90"]]
    note = (
        f"{len(graph.activities)} activities, {len(graph.edges)} paths: "
        f"{graph.share_shown:.1%} of {graph.n_moves:,} moves between steps are shown."
    )
    notes = [note] if output is None else [note, f"Wrote {output}"]
    show_frame(frame.head(top), form, title=f"What comes after what in {view.notion}", notes=notes)


def discover_net(
    log: EventLog, miner: str, noise: float, dependency: float, output: Path | None, form: Format
) -> None:
    """A net, and how well it fits the log it comes from."""
    from crmmining.errors import ModelError
    from crmmining.mining.conformance import check_conformance
    from crmmining.mining.discovery import discover_model

    model = discover_model(log, miner=cast("Miner", miner), noise=noise, dependency=dependency)
    try:
        fitness: float | None = check_conformance(log, model).log_fitness
        note = f"log fitness {fitness:.3f}"
    except ModelError as error:
        fitness, note = None, f"fitness not known: {error}"
    if output is not None:
        from crmmining.reporting.exports import write_model

        write_model(model.net, output)
    if form is Format.json:
        show_json(
            {
                "miner": miner,
                "places": len(model.net.places),
                "transitions": len(model.net.transitions),
                "activities": list(model.activities),
                "log_fitness": fitness,
            }
        )
        return
    say(f"{model!r}; {note}")
    if output is not None:
        say(f"Wrote {output}")
