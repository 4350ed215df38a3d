"""What `check` does: find the model, show the result, hold it against a threshold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.cli.options import Format
from crmmining.cli.rendering import say, show_frame, show_json
from crmmining.errors import InvalidOptionError

if TYPE_CHECKING:
    from crmmining.eventlog.log import EventLog
    from crmmining.eventlog.study import Study
    from crmmining.mining.conformance import Conformance

MEASURES = ("fitness", "pooled_fitness")


def conformance_of(study: Study | None, log: EventLog, model: Path | None) -> Conformance:
    """Check against the file, or the study's ideal journey.

    Raises:
        InvalidOptionError: neither is there.
    """
    from crmmining.mining.conformance import check_conformance

    if model is not None:
        from crmmining.mining.pm4py_bridge import read_net

        return check_conformance(log, read_net(model))
    if study is None or log.notion.kind != "journey":
        raise InvalidOptionError(
            "there is no model to check against; say --model FILE (.pnml .bpmn .ptml), "
            "or --goal of a study with an ideal journey"
        )
    return check_conformance(log, study.ideal_journey(log.notion.name))


def show_conformance(result: Conformance, top: int, form: Format) -> None:
    """Fitness, verdicts and deviations; as JSON every variant with its moves."""
    if form is Format.json:
        _show_variants(result)
        return
    deviations = result.deviations.to_frame().head(top)
    if form is Format.csv:
        show_frame(deviations, form)
        return
    say(
        f"{result.notion}: log fitness {result.log_fitness:.3f} (mean over cases), "
        f"{result.pooled_log_fitness:.3f} (pooled)"
    )
    say(", ".join(f"{n:,} {name}" for name, n in result.verdicts.items() if n))
    columns = ["kind", "activity", "n_cases", "share"]
    if deviations.empty:
        say("No deviations.")
    elif deviations["reached_difference"].notna().any():
        title = "Deviations, those that go with most lost goals first"
        show_frame(deviations[[*columns, "reached_difference"]], form, title=title)
    else:
        show_frame(deviations[columns], form, title="Deviations, the most frequent first")
    say(result.definition)


def _show_variants(result: Conformance) -> None:
    variants = [
        {
            "activities": list(row["activities"]),
            "n_cases": int(row["n_cases"]),
            "is_open": bool(row["is_open"]),
            "cost": int(row["cost"]),
            "trace_fitness": float(row["trace_fitness"]),
            "moves": [list(move) for move in row["moves"]],
        }
        for row in result.to_frame().to_dict("records")
    ]
    show_json(
        {
            "variants": variants,
            "log_fitness": result.log_fitness,
            "pooled_log_fitness": result.pooled_log_fitness,
            "verdicts": result.verdicts,
        }
    )


def threshold_of(text: str) -> tuple[str, float]:
    """Measure and limit of a threshold like ``fitness=0.9``.

    Raises:
        InvalidOptionError: it cannot be read.
    """
    name, sign, value = text.partition("=")
    try:
        limit = float(value)
    except ValueError:
        limit = -1.0
    if not sign or name not in MEASURES or not 0 <= limit <= 1:
        raise InvalidOptionError(f"{text!r} is no threshold; write fitness=0.9 or pooled_fitness=0.9")
    return name, limit


def missed(result: Conformance, name: str, limit: float) -> bool:
    """Whether a measure is under its limit, and says so beside the result."""
    found = result.log_fitness if name == "fitness" else result.pooled_log_fitness
    if found < limit:
        sys.stderr.write(f"crmmining: {name} {found:.3f} is under {limit:g}\n")
    return found < limit
