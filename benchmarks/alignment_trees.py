"""Journeys drawn by hand for the benchmark logs, and any journey as pm4py's process tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from crmmining.study.journey import (
    Choice,
    IdealJourney,
    Optional,
    Parallel,
    PartialOrder,
    Repeat,
    Sequence,
    Step,
    Term,
)

HOME_MOVE = Path(__file__).parents[1] / "sample_logs" / "home_move" / "study.yaml"

# What the people who run these processes would draw, in the words of a study file.
DRAWN: dict[str, list[dict[str, Any]]] = {
    "SEPSIS": [
        {"stage": "Arrival", "steps": ["ER Registration", "ER Triage", "ER Sepsis Triage"]},
        {"stage": "First hour", "steps": [
            {"parallel": ["Leucocytes", "CRP", "LacticAcid", "IV Liquid", "IV Antibiotics"]}]},
        {"stage": "Ward", "steps": [{"optional": [
            {"choice": ["Admission NC", ["Admission IC"]]},
            {"choice": ["Release A", "Release B", "Release C", "Release D", "Release E"]},
            {"optional": "Return ER"}]}]},
    ],
    "bpic2012": [
        {"stage": "Application", "steps": ["A_SUBMITTED", "A_PARTLYSUBMITTED",
                                           {"repeat": "W_Afhandelen leads"}]},
        {"stage": "Decision", "steps": [{"choice": ["A_DECLINED", "A_CANCELLED", [
            "A_PREACCEPTED",
            {"repeat": "W_Completeren aanvraag", "at_least": 1},
            "A_ACCEPTED",
            {"parallel": ["A_FINALIZED", ["O_SELECTED", "O_CREATED", "O_SENT"]]},
            {"repeat": "W_Nabellen offertes", "at_least": 1},
            "O_SENT_BACK",
            {"repeat": "W_Valideren aanvraag", "at_least": 1},
            {"repeat": "W_Nabellen incomplete dossiers"},
            {"parallel": ["A_APPROVED", "A_REGISTERED", "A_ACTIVATED", "O_ACCEPTED"]}]]}]},
    ],
    "RTFMP": [
        {"stage": "Fine", "steps": ["Create Fine", {"choice": ["Payment", [
            "Send Fine", "Insert Fine Notification",
            {"choice": [
                ["Add penalty", {"choice": ["Payment", "Send for Credit Collection"]}],
                "Payment",
                {"parallel": [
                    ["Insert Date Appeal to Prefecture", "Send Appeal to Prefecture",
                     "Receive Result Appeal from Prefecture", "Notify Result Appeal to Offender"],
                    "Add penalty"]},
                "Appeal to Judge"]}]]}]},
    ],
    "ServiceNow": [
        {"stage": "Opened", "steps": [{"repeat": "New", "at_least": 1}]},
        {"stage": "Work", "steps": [{"repeat": ["Active", {"optional": {"choice": [
            "Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"]}}]}]},
        {"stage": "Done", "steps": ["Resolved", "Closed"]},
    ],
}  # fmt: skip


def journey_for(log: str) -> Term | None:
    """The journey drawn for a log; home_move's is the one of its study."""
    if log == "home_move":
        study = yaml.safe_load(HOME_MOVE.read_text("utf-8"))
        return IdealJourney.parse(study["journeys"]["Move into a home"]).term
    return IdealJourney.parse(DRAWN[log]).term if log in DRAWN else None


def tree_of(term: Term) -> Any:
    """A term as pm4py's process tree; apart from the library's own way, which it so checks."""
    from pm4py.objects.process_tree.obj import Operator

    match term:
        case Step(activity):
            assert not (term.unobserved or term.aliases), "not to be said in a process tree"
            return _node(label=activity)
        case Sequence(parts):
            return _node(Operator.SEQUENCE, [tree_of(part) for part in parts])
        case Parallel(branches):
            return _node(Operator.PARALLEL, [tree_of(branch) for branch in branches])
        case Choice(branches):
            return _node(Operator.XOR, [tree_of(branch) for branch in branches])
        case Optional(body):
            return _node(Operator.XOR, [_node(), tree_of(body)])
        case Repeat():
            return _repeated(term)
        case PartialOrder():
            raise ValueError("a process tree has no partial orders")


def _repeated(term: Repeat) -> Any:
    from pm4py.objects.process_tree.obj import Operator

    body, least, most = term.body, term.at_least, term.at_most
    if most is None:
        needed = [tree_of(body) for _ in range(least - 1)]
        again = _node(Operator.LOOP, [tree_of(body), _node()])
        last = again if least else _node(Operator.XOR, [_node(), again])
        return _node(Operator.SEQUENCE, [*needed, last])
    spare = None
    for _ in range(most - least):  # from the inside out
        inside = [tree_of(body)] if spare is None else [tree_of(body), spare]
        spare = _node(Operator.XOR, [_node(), _node(Operator.SEQUENCE, inside)])
    needed = [tree_of(body) for _ in range(least)]
    return _node(Operator.SEQUENCE, needed if spare is None else [*needed, spare])


def _node(operator: Any = None, children: list[Any] | None = None, label: str | None = None) -> Any:
    """A node and its children; without more than one child, the child or nothing."""
    from pm4py.objects.process_tree.obj import ProcessTree

    if operator is not None and len(children or []) < 2:
        return children[0] if children else ProcessTree()
    node = ProcessTree(operator=operator, label=label, children=children)
    for child in children or []:
        child.parent = node
    return node
