"""What holds for every study, on random ones: parts add up, shares are shares, order changes nothing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.comparison.tiny import (
    GOAL,
    SOURCE,
    Happening,
    answered,
    by_company,
    by_customer,
    goal,
    process,
    tiny_study,
    write_events,
)

from crmmining.comparison.views import compare_views
from crmmining.estimates import Estimate
from crmmining.sources.loading import open_study

CHANNELS, DEPARTMENTS = ("web", "phone", "branch"), ("Sales", "Care", "Back office")
DECLARED = {
    "processes": {
        "Loan": process("Loan", closed_by=["Loan closed"], target={"within": "3d"}, department="Sales"),
        "Care": process("Care", closed_by=["Care closed"], target={"within": "2d"}, solves=True),
    },
    "goals": {
        GOAL: goal(
            ["Ask"],
            ["Done"],
            ended_by=["Left"],
            silence="15d",
            includes={"processes": ["Loan", "Care"], "activities": ["Called", "Told", "Survey answered"]},
        )
    },
    "journeys": {
        GOAL: [
            {"stage": "Begin", "steps": ["Ask", {"optional": "Told"}]},
            {"stage": "End", "steps": ["Loan opened", "Loan closed", "Done"]},
        ]
    },
    "promises": {"Told": {"since": "Ask", "until": "Told", "within": "2d", "pay": "5 EUR"}},
    "activities": {"Survey answered": {"contact": False}},
}


def random_events(seed: int) -> list[Happening]:
    """Forty customers, each with a life of its own; no two events at one moment."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(40):
        name, day = f"customer {number}", float(random.uniform(0, 40))
        found.append(by_customer(name, day, "Ask", channel=str(random.choice(CHANNELS))))
        for k in range(int(random.integers(0, 5))):
            kind = ("Loan", "Care")[int(random.random() < 0.4)]
            opened = day + float(random.exponential(2))
            record = f"{name}-{k}/{kind}"
            found.append(by_company(name, opened, f"{kind} opened", record, str(random.choice(DEPARTMENTS))))
            if random.random() < 0.8:
                closed = opened + float(random.exponential(2))
                found.append(by_company(name, closed, f"{kind} closed", record))
        for activity in random.choice(["Called", "Told"], int(random.integers(0, 6))):
            moment, channel = day + float(random.exponential(4)), str(random.choice(CHANNELS))
            make = by_customer if activity == "Called" else by_company
            found.append(make(name, moment, str(activity), channel=channel))
        end = day + float(random.exponential(8))
        if random.random() < 0.7:
            found.append(by_customer(name, end, str(random.choice(["Done", "Left"], p=[0.7, 0.3]))))
        if random.random() < 0.4:
            found.append(answered(name, end + 0.5, int(random.integers(1, 6))))
    return found


@pytest.fixture(scope="module", params=[1, 2, 3])
def views(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    return compare_views(tiny_study(folder, random_events(request.param), **DECLARED))


def results(views):
    return [
        views.clocks, views.white_space, views.links, views.watermelons, views.false_closures, views.silos,
        views.channel_switches, views.contacts, views.effort, views.leavers, views.stage_satisfaction,
        *views.promises.results,
    ]  # fmt: skip


def estimates(value):
    """Every estimate inside a result."""
    if isinstance(value, Estimate):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from estimates(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from estimates(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from estimates(getattr(value, field.name))


def test_the_parts_of_a_journey_add_up_to_it_case_by_case(views):
    cases = views.white_space.cases
    parts = cases[["inside", "unowned", "own", "held"]]
    assert (parts >= 0).all().all()
    assert (parts.sum(axis=1) == views.view.log.throughput).all()
    assert (cases["journey"] == views.view.log.throughput).all()


def test_gaps_add_up_to_the_white_space_of_their_case(views):
    per_case = views.white_space.gaps.groupby("case")[["length", "unowned", "own"]].sum()
    cases = views.white_space.cases.loc[per_case.index]
    assert (per_case["length"] == cases[["unowned", "own", "held"]].sum(axis=1)).all()
    assert (per_case["unowned"] == cases["unowned"]).all()
    assert views.white_space.pairs["unowned"].sum() == views.white_space.cases["unowned"].sum()


def test_time_owned_by_processes_is_the_time_inside(views):
    assert views.white_space.processes["owned"].sum() == views.white_space.cases["inside"].sum()


def test_the_link_matrix_adds_up_to_events_and_time(views):
    links, log = views.links, views.view.log
    assert links.events.to_numpy().sum() == log.n_events
    assert links.minutes.to_numpy().sum() * 60e6 == pytest.approx(log.throughput.sum())
    assert (links.waiting <= links.minutes + 1e-9).all().all()
    assert (links.touchpoints <= links.events).all().all()
    process_events = np.bincount(log.columns["process"] + 1, minlength=3)
    assert links.events.sum(axis=0).tolist() == [*process_events[1:].tolist(), int(process_events[0])]


def test_every_number_lies_inside_its_interval_and_every_share_between_zero_and_one(views):
    found = [e for result in results(views) for e in estimates(result) if e.is_known]
    assert len(found) > 30
    for estimate in found:
        assert estimate.low <= estimate.value <= estimate.high, estimate
        if estimate.unit == "share":
            assert estimate.low >= 0 and estimate.high <= 1, estimate


def test_outcomes_ways_and_closures_add_up(views):
    assert views.leavers.by_outcome["n"].sum() == views.view.log.n_cases
    closures = views.false_closures
    assert sum(way.value for way in closures.ways.values()) == pytest.approx(1)
    assert closures.processes["n_false"].sum() == round(closures.rate.value * closures.rate.n)
    assert closures.rate.n + closures.rate.excluded == (views.view.records.process == 1).sum()


def test_worst_case_bounds_hold_the_mean_answered(views):
    low, high = views.leavers.bounds
    assert 1 <= low <= views.leavers.answered.value <= high <= 5


def numbers(views):
    """Everything a view says, told apart by customer and moment instead of by number."""
    cases = views.view.log.cases
    key = pd.MultiIndex.from_arrays([cases["customer_key"], views.view.log.begun])
    return {
        "cases": views.white_space.cases.set_axis(key).sort_index(),
        "contacts": views.contacts.cases.set_axis(key).sort_index(),
        "outcome": cases.set_axis(key)["outcome"].sort_index(),
        "pairs": views.white_space.pairs[["from_process", "to_process", "n_gaps", "unowned", "length"]],
        "links": views.links.to_frame(),
        "closures": views.false_closures.processes,
        "silos": views.silos.crossings,
        "switches": views.channel_switches.pairs,
        "effort": views.effort.to_frame(),
        "contact dose": views.fewer_is_better.dose,
        "outcomes": views.leavers.by_outcome,
        "promises": views.promises.to_frame(),
        "watermelons": views.watermelons.processes,
        "stage satisfaction": views.stage_satisfaction.to_frame(),
    }


def assert_same(one, other):
    for name, table in numbers(one).items():
        compare = pd.testing.assert_frame_equal if table.ndim == 2 else pd.testing.assert_series_equal
        compare(table, numbers(other)[name], obj=name)


def test_the_order_of_rows_changes_nothing(tmp_path):
    events = random_events(4)
    shuffled = [events[i] for i in np.random.default_rng(0).permutation(len(events))]
    opened = []
    for name, rows in (("as written", events), ("shuffled", shuffled)):
        (tmp_path / name).mkdir()
        opened.append(compare_views(tiny_study(tmp_path / name, rows, **DECLARED)))
    assert_same(*opened)


def test_the_order_of_sources_changes_nothing(tmp_path):
    events, opened = random_events(5), []
    even = [event for event in events if int(event.customer.split()[1]) % 2 == 0]
    odd = [event for event in events if event not in even]
    for name, tables in (("one", ("even.csv", "odd.csv")), ("other", ("odd.csv", "even.csv"))):
        folder = tmp_path / name
        folder.mkdir()
        write_events(folder / "even.csv", even)
        write_events(folder / "odd.csv", odd)
        study = {"study": "Two sources", "customers": {"match": ["customer"]}, **DECLARED}
        study["sources"] = [{**SOURCE, "table": table} for table in tables]
        (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
        opened.append(compare_views(open_study(folder / "study.yaml")))
    assert_same(*opened)
