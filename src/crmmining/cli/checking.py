"""What `check` does: find the model, show the result, hold it against a threshold."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.cli.opening import LogOptions, open_named, progress
from crmmining.cli.options import Format
from crmmining.cli.rendering import say, show_frame, show_json
from crmmining.errors import InvalidOptionError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crmmining.eventlog.log import EventLog
    from crmmining.mining.checked import Checked
    from crmmining.mining.conformance import CheckedModel
    from crmmining.study.waivers import Waiver

MEASURES = ("fitness", "pooled_fitness", "precision")


def check_source(
    path: Path, options: LogOptions, model: Path | None, noise: float | None
) -> tuple[Checked, list[Waiver]]:
    """Check against the file, the log's own model, or what the study declares; and waivers that expired.

    Raises:
        InvalidOptionError: none of them is there.
    """
    from crmmining.eventlog.log import EventLog
    from crmmining.mining.check_parts import check_study
    from crmmining.mining.conformance import check_conformance
    from crmmining.study.waivers import holding

    opened = open_named(path, options)
    if isinstance(opened, EventLog):
        return check_conformance(opened, _model(model, noise, lambda: opened, None)), []
    study, notion = opened
    waivers = study.waivers(notion)
    held = holding(waivers, dt.date.today())
    declared = study.ideal_of(notion)
    found = _model(model, noise, lambda: study.log(notion, options.conditions), declared)
    with progress(f"{notion}") as report:
        result = check_study(study, notion, found, where=options.conditions, waivers=held, say=report)
    return result, [waiver for waiver in waivers if waiver not in held]


def _model(
    path: Path | None, noise: float | None, log: Callable[[], EventLog], declared: CheckedModel | None
) -> CheckedModel:
    if path is not None and noise is not None:
        raise InvalidOptionError("say either --model or --discover, not both")
    if path is not None:
        from crmmining.mining.compiling import read_model

        return read_model(path)
    if noise is not None:
        from crmmining.mining.discovery import discover_model

        return discover_model(log(), noise=noise)
    if declared is None:
        raise InvalidOptionError(
            "there is no model to check against; say --model FILE (.pnml .bpmn .ptml), --discover 0.2 for "
            "the log's own model, or declare an ideal in the study file"
        )
    return declared


def show_conformance(result: Checked, expired: list[Waiver], top: int, form: Format) -> None:
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
        f"{result.pooled_log_fitness:.3f} (pooled); precision {result.precision}"
        + (f"; simplicity {result.simplicity:.3f}" if result.simplicity is not None else "")
    )
    if result.n_inexact:
        say(
            f"The model is too large to be held: {result.n_inexact:,} cases are not proved optimal; "
            f"log fitness is between {result.log_fitness:.3f} and {result.most_log_fitness:.3f}."
        )
    say(", ".join(f"{n:,} {name}" for name, n in result.verdicts.items() if n))
    columns = ["kind", "activity", "n_cases", "share"]
    if deviations.empty:
        say("No deviations.")
    elif deviations["reached_difference"].notna().any():
        shown = deviations[[*columns, "reached_difference", "reached_q"]]
        show_frame(shown, form, title="Deviations, those that go with most lost goals first")
    else:
        show_frame(deviations[columns], form, title="Deviations, the most frequent first")
    stages = result.stages_frame()
    if len(stages) > 1:
        show_frame(stages[["stage", "n_cases", "share", "most_frequent"]], form, title="By stage")
    _show_accepted(result, expired)
    if unchecked := result.deviations.unchecked:
        say(f"Not checked, as no working hours are known: promises at {', '.join(unchecked)}.")
    for definition in _definitions(result):
        say(definition)


def _definitions(result: Checked) -> list[str]:
    """What each number shown means."""
    from crmmining.mining.simplicity import DEFINITION
    from crmmining.mining.verdicts import VERDICT_DEFINITION

    return [
        result.definition,
        *([VERDICT_DEFINITION] if result.journey else []),
        *([result.deviations.definition] if len(result.deviations) else []),
        result.precision.definition,
        *([DEFINITION] if result.simplicity is not None else []),
    ]


def _show_accepted(result: Checked, expired: list[Waiver]) -> None:
    if result.deviations.accepted:
        frame = result.deviations.to_frame(accepted=True)[["kind", "activity", "n_cases", "share"]]
        waivers = [d.waiver for d in result.deviations.accepted if d.waiver]
        frame["who"] = [w.who for w in waivers]
        frame["until"] = [w.until.isoformat() for w in waivers]
        show_frame(frame, Format.table, title="Accepted deviations")
    for waiver in expired:
        say(f"Accepted until {waiver.until}, which has passed: {waiver.deviation} ({waiver.who}).")


def show_cases(result: Checked, step: str, top: int, form: Format) -> None:
    """The cases that deviate at a step.

    Raises:
        UnknownNameError: nothing deviates at it, and the model has no such step.
    """
    if not result.deviations.at(step):
        known = sorted({d.activity for d in (*result.deviations.all, *result.deviations.accepted)})
        if step not in result.model.labels:
            raise UnknownNameError("deviating step", step, known)
        say(f"No case deviates at {step!r}.")
        return
    title = f"{result.cases_at(step).size:,} cases deviate at {step!r}"
    show_frame(result.cases_frame(step, top), form, title=title)


def _show_variants(result: Checked) -> None:
    from crmmining.mining.conformance import Conformance

    if not isinstance(result, Conformance):
        raise InvalidOptionError(
            "as JSON every variant is told with its moves, for which the log must fit into memory; take "
            "--format csv, give more with --memory, or choose cases with --where"
        )
    variants = [
        {
            "activities": list(row["activities"]),
            "n_cases": int(row["n_cases"]),
            "is_open": bool(row["is_open"]),
            "cost": int(row["cost"]),
            "trace_fitness": float(row["trace_fitness"]),
            "exact": bool(row["exact"]),
            "moves": [list(move) for move in row["moves"]],
        }
        for row in result.to_frame().to_dict("records")
    ]
    show_json(
        {
            "variants": variants,
            "log_fitness": result.log_fitness,
            "pooled_log_fitness": result.pooled_log_fitness,
            "precision": result.precision.value,
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
        raise InvalidOptionError(
            f"{text!r} is no threshold; write fitness=0.9, pooled_fitness=0.9 or precision=0.5"
        )
    return name, limit


def missed(result: Checked, name: str, limit: float) -> bool:
    """Whether a measure is under its limit, and says so beside the result."""
    found = {
        "fitness": lambda: result.log_fitness,
        "pooled_fitness": lambda: result.pooled_log_fitness,
        "precision": lambda: result.precision.value,
    }[name]()
    if found < limit:
        sys.stderr.write(f"crmmining: {name} {found:.3f} is under {limit:g}\n")
    return found < limit
