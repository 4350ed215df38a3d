"""Personas: planted kinds of behaviour come back named, a world of one kind has none."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.sources.small import opened

from crmmining.comparison.views import compare_views
from crmmining.estimates import known_apart
from crmmining.samples import effects
from crmmining.samples.effects import HomeMoveEffects
from crmmining.samples.home_move import make_home_move
from crmmining.sources.loading import open_study

SAMPLES = Path(effects.__file__).parent

DECLARED = """
study: Kinds
sources:
  - table: events.csv
    time: {format: iso}
    customer: {customer: who}
    customer_attributes: {age: age}
    event: {time: at, activity: what, customer: {customer: who}, actor: actor, channel: channel}
customers: {match: [customer], attributes: [age]}
segments: [age]
activities: {Page: {contact: false}}
goals:
  Loan:
    opened_by: Ask
    reached_by: Done
    ended_by: Left
    includes: {activities: [Call, Chat, Page, Told]}
    silence: 900d
journeys: {Loan: [{stage: Only, steps: [{repeat: Ask, at_least: 1}, Done]}]}
"""
KINDS = {"caller": (5, 0.3, 0.5), "chatter": (0.3, 5, 0.5), "reader": (0.3, 0.3, 6)}
CHANNEL = {"Call": "phone", "Chat": "chat", "Page": "web", "Ask": "web", "Done": "web", "Left": "web"}


def kind_of(number):
    return ("caller", "chatter", "reader")[number % 3]


def world(kinds, n=240):
    """Callers are mostly old and mostly leave, if kinds are planted; else all live one kind of life."""
    random, rows = np.random.default_rng(8), ["at,what,who,actor,channel,age"]
    for number in range(n):
        kind = kind_of(number)
        calls, chats, pages = KINDS[kind] if kinds else (1.0, 1.0, 2.0)
        steps = [
            *["Call"] * random.poisson(calls), *["Chat"] * random.poisson(chats),
            *["Page"] * random.poisson(pages),
        ]  # fmt: skip
        is_caller = kinds and kind == "caller"
        last = "Done" if random.random() < (0.35 if is_caller else 0.85) else "Left"
        age = "old" if random.random() < (0.8 if is_caller else 0.3) else "young"
        for place, what in enumerate(["Ask", *random.permutation(steps), last]):
            moment = f"2026-01-{1 + number % 20:02}T{place % 24:02}:{number % 60:02}:00Z"
            rows.append(f"{moment},{what},c{number:03},customer,{CHANNEL[what]},{age}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return compare_views(opened(tmp_path_factory.mktemp("kinds"), DECLARED, events=world(kinds=True)))


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    return compare_views(opened(tmp_path_factory.mktemp("one"), DECLARED, events=world(kinds=False)))


def letter_of(personas, word):
    table = personas.table
    (letter,) = table.loc[table["sets_apart"].str.contains(f"“{word}” more often"), "persona"]
    return letter


def test_planted_kinds_come_back_with_their_customers(planted):
    personas = planted.personas
    assert personas.clusters.k == 3 and personas.clusters.stability >= 0.8
    keys = planted.view.log.cases["customer_key"].astype(str).str[-3:].astype(int)
    for kind, word in (("caller", "Call"), ("chatter", "Chat"), ("reader", "Page")):
        letter = letter_of(personas, word)
        mine = keys[personas.case_persona == letter]
        assert np.mean([kind_of(number) == kind for number in mine]) > 0.9, kind


def test_a_group_says_what_sets_it_apart_in_plain_words(planted):
    table = planted.personas.table.set_index("persona")
    said = table.loc[letter_of(planted.personas, "Call"), "sets_apart"]
    assert "“Call” more often (" in said and " against " in said
    assert all(1 <= len(text.split("; ")) <= 3 for text in table["sets_apart"])


def test_numbers_and_segments_of_a_group(planted):
    personas, view = planted.personas, planted.view
    letter = letter_of(personas, "Call")
    row = personas.table.set_index("persona").loc[letter]
    mine = personas.case_persona == letter
    assert row["n"] == np.unique(known_apart(view.customers)[mine]).size
    assert row["reached"] == (view.outcome[mine] == 0).mean()
    assert row["others"] == (view.outcome[~mine] == 0).mean()
    assert row["segments"].startswith("age old ×")
    assert personas.table["n"].sum() == 240 and personas.table["share"].sum() == pytest.approx(1)


def test_the_group_that_fares_worse_is_a_finding(planted):
    (finding,) = [f for f in planted.findings if f.topic == "personas"]
    assert "fares worse, goals reached " in finding.sentence and "“Call” more often" in finding.sentence
    assert finding.estimate.high < -0.05 and "association" in finding.why


def test_a_world_of_one_kind_has_no_groups_and_says_so(single):
    personas = single.personas
    assert personas.table.empty and personas.verdict.startswith("No stable groups: ")
    assert personas.verdict in personas.definition and set(personas.case_persona) == {None}
    (row,) = personas.to_frame().itertuples(index=False)
    assert row.sets_apart.startswith("no stable groups") and row.n == 240
    assert row.reached == single.leavers.reached.value
    assert not [f for f in single.findings if f.topic == "personas"]


def test_what_a_goal_is_reached_by_plays_no_part(planted):
    assert not planted.personas.table["sets_apart"].str.contains("Done|Left").any()


def test_home_move_has_no_groups_planted_and_none_is_found(home_move_study):
    for goal in home_move_study.goals:
        views = compare_views(home_move_study, goal)
        assert views.personas.table.empty
        assert not [f for f in views.findings if f.topic in ("personas", "segments")]


def test_a_world_without_effects_has_no_finding_of_groups(tmp_path):
    make_home_move(tmp_path, customers=1000, seed=5, effects=HomeMoveEffects.none())
    shutil.copy(SAMPLES / "home_move_study.yaml", tmp_path / "study.yaml")
    study = open_study(tmp_path / "study.yaml")
    for goal in study.goals:
        views = compare_views(study, goal)
        assert views.segments.differing.empty and views.personas.table.empty
        assert views.segments.table["q"].min() > 0.05
