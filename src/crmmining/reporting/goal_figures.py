"""The pictures of one goal: drawn once, for the page and for files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.figure import Figure

from crmmining.comparison.findings import Finding
from crmmining.comparison.views import Views
from crmmining.mining.bottlenecks import Bottlenecks, find_bottlenecks
from crmmining.mining.conformance import Conformance, check_conformance
from crmmining.mining.directly_follows import DirectlyFollowsGraph, directly_follows
from crmmining.reporting.departments import department_of_activities, style_of
from crmmining.reporting.drawn_from.bottlenecks import bottleneck_data
from crmmining.reporting.drawn_from.channel_flow import channel_flow
from crmmining.reporting.drawn_from.contacts import contact_data
from crmmining.reporting.drawn_from.dose import contact_dose
from crmmining.reporting.drawn_from.journey import journey_process
from crmmining.reporting.drawn_from.moments import moments_of_truth
from crmmining.reporting.drawn_from.outcomes import outcomes
from crmmining.reporting.drawn_from.process_map import process_map
from crmmining.reporting.drawn_from.promises import promise_data
from crmmining.reporting.drawn_from.silo_matrix import silo_data
from crmmining.reporting.drawn_from.stage_conformance import stage_conformance_data
from crmmining.reporting.drawn_from.stage_satisfaction import stage_satisfaction
from crmmining.reporting.drawn_from.variants import variant_data
from crmmining.reporting.drawn_from.watermelons import watermelon_data
from crmmining.reporting.figures.bottlenecks import draw_bottlenecks
from crmmining.reporting.figures.channel_flow import draw_channel_flow
from crmmining.reporting.figures.difference import draw_difference
from crmmining.reporting.figures.dose import draw_dose
from crmmining.reporting.figures.journey_model import draw_journey_model
from crmmining.reporting.figures.journey_process import draw_journey_process
from crmmining.reporting.figures.moments import draw_moments
from crmmining.reporting.figures.outcomes import draw_outcomes
from crmmining.reporting.figures.promises import draw_promises
from crmmining.reporting.figures.silo_matrix import draw_silo_matrix
from crmmining.reporting.figures.stage_conformance import draw_stage_conformance
from crmmining.reporting.figures.stage_satisfaction import draw_stage_satisfaction
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.figures.variants import draw_variants
from crmmining.reporting.figures.watermelons import draw_watermelons
from crmmining.reporting.maps.layout import layout
from crmmining.reporting.maps.scene import Scene
from crmmining.reporting.picture import Picture
from crmmining.reporting.small_groups import FEWEST, Least, without_cases
from crmmining.study.waivers import holding

MAP_ACTIVITIES, MAP_PATHS = 0.85, 0.35
MOST_ON_MAP = 30


@dataclass(frozen=True, eq=False)
class GoalResults:
    """What the report says of one goal beside the comparison of views."""

    views: Views
    check: Conformance | None
    bottlenecks: Bottlenecks | None
    shared: bool = False

    @property
    def fewest(self) -> int:
        """How many customers a group must have to be listed."""
        return FEWEST if self.shared else 1

    @cached_property
    def least(self) -> Least:
        """The counts that surely stand for that many customers."""
        return Least.of(self.views.view, self.fewest)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is found, without the names of cases where the report is handed on."""
        return without_cases(self.views.findings, shared=self.shared)


def goal_results(views: Views, *, shared: bool = False) -> GoalResults:
    """Mine the journey log of a goal; repeats in a row count once in variants and conformance."""
    view = views.view
    check = None
    if view.journey:
        waivers = holding(view.study.waivers(view.log.notion), dt.date.today())
        check = check_conformance(view.log, view.journey, clock=view.clock, waivers=waivers)
    channels = view.log.columns["channel"]
    by = "channel" if np.unique(channels[channels >= 0]).size > 1 else None
    slow = None
    if np.diff(view.log.offsets).max(initial=0) > 1:
        slow = find_bottlenecks(view.log, by=by, on_hold=view.on_hold, clock=view.working_hours)
    return GoalResults(views, check, slow, shared)


def goal_pictures(results: GoalResults, prefix: str) -> dict[str, Picture]:
    """All pictures this goal's data allows, in reading order; `prefix` makes their names unique."""
    style = style_of(results.views.view.study)
    drawn: dict[str, Figure | Scene] = {**_figures(results, style), "map": _map(results)}
    return {name: Picture(f"{prefix}-{name}", picture, style) for name, picture in drawn.items()}


def shown_map(results: GoalResults) -> DirectlyFollowsGraph:
    """The part of the directly-follows graph that can be read: its most frequent steps and paths."""
    graph = directly_follows(results.views.view.log)
    share = min(MAP_ACTIVITIES, MOST_ON_MAP / max(len(graph.activities), 1))
    return graph.filtered(activities=share, paths=MAP_PATHS)


def _figures(results: GoalResults, style: FigureStyle) -> dict[str, Figure]:
    views, view = results.views, results.views.view
    found = {"journey": draw_journey_process(journey_process(view, views.white_space), style=style)}
    if len(views.watermelons.processes):
        found["watermelons"] = draw_watermelons(watermelon_data(views.watermelons), style=style)
    variants = variant_data(view, fewest=results.fewest)
    if variants.rows:
        found["variants"] = draw_variants(variants, style=style)
    if view.journey is not None and view.journey.model is None:
        found["ideal"] = draw_journey_model(view.journey, view.goal)
    if results.check is not None:
        found["stages"] = draw_stage_conformance(stage_conformance_data(results.check, view), style=style)
    for name, felt in (
        ("stage_satisfaction", views.stage_satisfaction),
        ("stage_sentiment", views.stage_sentiment),
    ):
        if moods := stage_satisfaction(felt, view.declared, results.fewest):
            found[name] = draw_stage_satisfaction(moods, style=style)
    if results.bottlenecks is not None:
        found["bottlenecks"] = draw_bottlenecks(bottleneck_data(results.bottlenecks), style=style)
    if ends := outcomes(views.outcomes, view, results.fewest):
        found["outcomes"] = draw_outcomes(ends, style=style)
    if views.promises.results:
        found["promises"] = draw_promises(promise_data(views.promises), style=style)
    if views.silos is not None and len(views.silos.crossings) > 1:
        found["silos"] = draw_silo_matrix(silo_data(views.silos, view), style=style)
    if min(group.n for group in views.contacts.groups["reached"]) > 0:
        found["contacts"] = draw_difference(contact_data(views.contacts), style=style)
    if views.moments and (moments := moments_of_truth(views.moments, view, results.fewest)).is_compared:
        found["moments"] = draw_moments(moments, style=style)
    if (flow := channel_flow(view, results.fewest)).bands:
        found["channels"] = draw_channel_flow(flow, style=style)
    if (dose := contact_dose(views.fewer_is_better, results.fewest)).rows:
        found["dose"] = draw_dose(dose, style=style)
    return found


def _map(results: GoalResults) -> Scene:
    departments = department_of_activities(results.views.view.log)
    return layout(process_map(shown_map(results), departments))
