"""Write the reference of the study file's keys into docs/study_file.md, from the types that check it.

    python docs/make_study_reference.py          # writes the part between the two markers
    python docs/make_study_reference.py --check  # exit code 1 where the page is not up to date

What a key means and an example stand in study_keys.yaml; which keys there are, their types and their
defaults come from the types. A key without a meaning, or a meaning without a key, stops the script.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel

from crmmining.study import engine_spec, journey_terms, source_spec, study_file
from crmmining.study.base import Names
from crmmining.study.calendars import WorkingCalendar, ZoneName
from crmmining.study.durations import Duration
from crmmining.study.journey import IdealJourney
from crmmining.study.journey_parsing import KINDS, MOST_REPEATS
from crmmining.study.step_reader import MOST_WEIGHT

PAGE = Path(__file__).parent / "study_file.md"
KEYS = Path(__file__).parent / "study_keys.yaml"
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"

NAMED_TYPES: list[tuple[Any, str]] = [
    (source_spec.LabelRole, "[role](#roles-of-columns), or a word"),
    (source_spec.ColumnRole, "[role](#roles-of-columns)"),
    (source_spec.Identity, "kind of key: column(s)"),
    (source_spec.Condition, "column: value(s)"),
    (source_spec.Attributes, "list of columns, or name: [attribute](#attribute)"),
    (Names, "name or list of names"),
    (
        study_file.Source,
        "[table](#a-table), [salesforce](#a-salesforce-export), [hubspot](#a-hubspot-export), "
        "[zendesk](#a-zendesk-export) or [servicenow](#a-servicenow-export)",
    ),
    (ZoneName, "time zone"),
    (Duration, "duration"),
    (IdealJourney, "[stages](#stages-and-steps)"),
    (study_file.ActivitySpec, "[activity](#activity)"),
    (study_file.Process, "[process](#process)"),
    (study_file.Goal, "[goal](#goal)"),
    (study_file.Target, "[target](#target)"),
    (study_file.PairSilence, "[by pairs](#silence-by-pairs)"),
    (study_file.Includes, "[includes](#includes)"),
    (study_file.Customers, "[customers](#customers)"),
    (study_file.Satisfaction, "[satisfaction](#satisfaction)"),
    (study_file.Strategy, "[strategy](#strategy)"),
    (WorkingCalendar, "[calendar](#calendar)"),
    (source_spec.PromiseSpec, "[promise](#promise)"),
    (engine_spec.SparkSpec, "[spark](#spark)"),
    (source_spec.TimeFormat, "[time](#time)"),
    (source_spec.WrittenTime, "[time](#time), without zone"),
    (source_spec.EventSpec, "[event](#event)"),
    (source_spec.RecordSpec, "[record](#record)"),
    (source_spec.LinkSpec, "[link](#link)"),
    (source_spec.Lookup, "[lookup](#lookup)"),
    (source_spec.Each, "[each](#each)"),
    (str, "text"),
    (bool, "`true` or `false`"),
    (float, "number"),
]

ROLES: list[tuple[type[BaseModel], str, str]] = [
    (
        source_spec.Column,
        "{column: queue, map: {B1: Billing}, otherwise: Other}",
        "The value of a column, translated by `map`; `otherwise` stands for values the map lacks, "
        "an empty one for no value.",
    ),
    (source_spec.Constant, "{value: phone}", "The same value for every row."),
    (source_spec.Template, '{template: "{Type}: {Status}"}', "Composed of columns."),
]

STEPS = {
    "step": ("A name alone, or with what the journey asks of it.", "{step: Offer sent, channel: email}"),
    "optional": ("Once or not at all.", "{optional: Branch visit}"),
    "parallel": (
        "All branches, in any order between each other.",
        "{parallel: [Income checked, Property valued]}",
    ),
    "order": (
        "All parts; `before` says which stands before which, each part named by any of its steps. What no "
        "pair orders may come in any order.",
        "{order: [Ask, Survey, Value, Offer], before: {Ask: [Survey, Value], Value: Offer}}",
    ),
    "choice": ("Exactly one branch.", "{choice: [Offer accepted, [Offer revised, Offer accepted]]}"),
    "repeat": (
        f"`at_least` (default 0) to `at_most` (default: no limit) times, {MOST_REPEATS} at most; "
        "`at_most: 0` is never.",
        "{repeat: Nurture mail sent, at_most: 3}",
    ),
    "forbidden": (
        "Must not happen; short for `repeat` with `at_most: 0`.",
        "{forbidden: Customer chases for status}",
    ),
}


def reference() -> str:
    """The generated part of the page."""
    sections = yaml.safe_load(KEYS.read_text("utf-8"))
    parts = [_section(title, section) for title, section in sections.items()]
    return "\n\n".join([*parts, _roles(), _steps()])


def model_of(section: dict[str, Any]) -> type[BaseModel]:
    """The type a section describes."""
    module, _, name = section["type"].partition(".")
    found: type[BaseModel] = getattr(import_module(f"crmmining.study.{module}"), name)
    return found


def _section(title: str, section: dict[str, Any]) -> str:
    model, keys = model_of(section), section["keys"]
    fields = {name: field for name, field in model.model_fields.items() if not field.exclude}
    if set(fields) != set(keys):
        raise SystemExit(f"{KEYS.name}: {title}: wrong or missing keys {sorted(set(fields) ^ set(keys))}")
    hints = get_type_hints(model, include_extras=True)
    rows = ["| key | type | default | meaning | example |", "|---|---|---|---|---|"]
    for name in keys:
        field = fields[name]
        means, example = _cell(keys[name]["means"]), _cell(keys[name]["example"])
        default = (
            "**required**"
            if field.is_required()
            else _shown(field.get_default(call_default_factory=True, validated_data={}))
        )
        rows.append(f"| `{name}` | {_type(hints[name])} | {default} | {means} | `{example}` |")
    intro = [section["intro"], ""] if "intro" in section else []
    return "\n".join([f"### {title}", "", *intro, *rows])


def _type(hint: Any) -> str:
    for known, text in NAMED_TYPES:
        if hint == known:
            return text
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in arguments if not _is_none(part)))
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"name: {_type(arguments[1])}"
    if origin is tuple:
        return f"[{', '.join(_type(part) for part in arguments)}]"
    return str(getattr(hint, "__name__", hint))


def _is_none(hint: Any) -> bool:
    return hint is type(None) or (get_origin(hint) is Annotated and get_args(hint)[0] in (None, type(None)))


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}, ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, BaseModel):
        return "as below"
    if isinstance(value, list | tuple):
        return f"`[{', '.join(_plain(item) for item in value)}]`"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return '""' if value == "" else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _roles() -> str:
    lines = [
        "### Roles of columns",
        "",
        "Where a role is meant, a bare word is a column. Where a word may stand too (channel, department,",
        "resource, actor), it is a column if the table has one of that name, else the same value for every",
        "row; a word close to a column's name is refused as a likely misspelling.",
        "",
        "| written | keys | meaning |",
        "|---|---|---|",
    ]
    for model, example, meaning in ROLES:
        keys = ", ".join(f"`{name}`" for name in model.model_fields)
        lines.append(f"| `{_cell(example)}` | {keys} | {meaning} |")
    return "\n".join(lines)


def _steps() -> str:
    if set(STEPS) != set(KINDS):
        raise SystemExit(f"steps: meanings are wrong for {sorted(set(STEPS) ^ set(KINDS))}")
    actors = " or ".join(f"`{actor}`" for actor in journey_terms.ACTORS)
    lines = [
        "### Stages and steps",
        "",
        "A journey is a list of `{stage: NAME, steps: [...], owner: NAME}`; stages and steps come in the",
        "order they are written. A step is a name, a list (one after the other) or one of:",
        "",
        "| key | beside it | meaning | example |",
        "|---|---|---|---|",
    ]
    for kind, beside in KINDS.items():
        meaning, example = STEPS[kind]
        keys = ", ".join(f"`{key}`" for key in beside) or "none"
        lines.append(f"| `{kind}` | {keys} | {_cell(meaning)} | `{_cell(example)}` |")
    lines += [
        "",
        f"`actor` is {actors}; `channel` a name or a list; `moment_of_truth` `true` or `false`;",
        "`promise` has `since`, `within` and `pay`; `weight`, a whole number from 1 to "
        f"{MOST_WEIGHT}, is what",
        "missing the step costs, and doing it where it does not belong. `aliases` are other activities that",
        "count as the step. A step that is `unobserved: true` cannot be seen in the data: nobody is charged",
        "for it. A name may come twice only in different branches of one choice.",
        "",
        "Instead of the list, `{model: FILE}` takes the order of the steps from a BPMN 2.0 (`.bpmn`), PNML",
        "(`.pnml`) or process tree (`.ptml`) file beside the study file; `stages:` next to it groups",
        "its steps, plainly, and says what is asked of them. An unsound model is refused with the reason.",
    ]
    return "\n".join(lines)


def page_with(generated: str) -> str:
    """The page with its generated part replaced."""
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{generated}\n\n{END}{tail}"


def main() -> int:
    """Write the page, or say that it must be written."""
    wanted = page_with(reference())
    if "--check" in sys.argv[1:]:
        return int(wanted != PAGE.read_text("utf-8"))
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
