"""Which picture belongs to which result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crmmining.comparison.channels import ChannelSwitches
from crmmining.comparison.contacts import Contacts
from crmmining.comparison.fewer_is_better import FewerIsBetter
from crmmining.comparison.moments import Moments
from crmmining.comparison.outcomes import Outcomes
from crmmining.comparison.silos import Silos
from crmmining.comparison.stage_satisfaction import StageSatisfaction
from crmmining.comparison.views import Views
from crmmining.comparison.watermelons import Watermelons
from crmmining.comparison.white_space import WhiteSpace
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import EventLog
from crmmining.mining.bottlenecks import Bottlenecks
from crmmining.mining.directly_follows import DirectlyFollowsGraph, directly_follows
from crmmining.mining.discovery import DiscoveredModel
from crmmining.mining.promises import Promises
from crmmining.reporting.departments import department_of_activities, style_of
from crmmining.reporting.drawn_from.bottlenecks import bottleneck_data
from crmmining.reporting.drawn_from.channel_flow import channel_flow
from crmmining.reporting.drawn_from.contacts import contact_data
from crmmining.reporting.drawn_from.dose import contact_dose
from crmmining.reporting.drawn_from.journey import journey_process
from crmmining.reporting.drawn_from.moments import moments_of_truth
from crmmining.reporting.drawn_from.outcomes import followed
from crmmining.reporting.drawn_from.process_map import net_map, process_map
from crmmining.reporting.drawn_from.promises import promise_data
from crmmining.reporting.drawn_from.silo_matrix import silo_data
from crmmining.reporting.drawn_from.stage_satisfaction import stage_moods
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
from crmmining.reporting.figures.stage_satisfaction import draw_stage_satisfaction
from crmmining.reporting.figures.style import FigureStyle
from crmmining.reporting.figures.watermelons import draw_watermelons
from crmmining.reporting.maps.layout import layout
from crmmining.reporting.maps.mpl import scene_figure
from crmmining.study.journey import IdealJourney

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def PICTURES() -> dict[type, Callable[[Any, Any], Figure]]:  # noqa: N802
    """A drawing function per kind of result."""
    return {
        Views: lambda views, of: _journey(views),
        WhiteSpace: lambda white, of: _journey(_views(of)),
        Silos: lambda silos, of: draw_silo_matrix(
            silo_data(silos, _views(of).view), style=_style(_views(of))
        ),
        Watermelons: lambda result, of: draw_watermelons(watermelon_data(result), style=_style(of)),
        IdealJourney: lambda journey, of: draw_journey_model(journey, "Ideal journey"),
        Promises: lambda result, of: draw_promises(promise_data(result), style=_style(of)),
        Outcomes: lambda result, of: draw_outcomes(followed(result, _views(of).view), style=_style(of)),
        StageSatisfaction: lambda result, of: draw_stage_satisfaction(
            stage_moods(result, _views(of).view.declared), style=_style(of)
        ),
        Contacts: lambda result, of: draw_difference(contact_data(result), style=_style(of)),
        ChannelSwitches: lambda result, of: draw_channel_flow(
            channel_flow(_views(of).view), style=_style(_views(of))
        ),
        FewerIsBetter: lambda result, of: draw_dose(contact_dose(result), style=_style(of)),
        Moments: lambda result, of: draw_moments(moments_of_truth(result), style=_style(of)),
        Bottlenecks: lambda result, of: draw_bottlenecks(bottleneck_data(result), style=_style(of)),
        EventLog: lambda log, of: _map(directly_follows(log), log),
        DirectlyFollowsGraph: lambda graph, of: _map(graph, of if isinstance(of, EventLog) else None),
        DiscoveredModel: lambda model, of: scene_figure(
            layout(net_map(model.net, str(model.notion))), style=FigureStyle()
        ),
    }


def _journey(views: Views) -> Figure:
    return draw_journey_process(journey_process(views.view, views.white_space), style=_style(views))


def _map(graph: DirectlyFollowsGraph, log: EventLog | None) -> Figure:
    departments = department_of_activities(log) if log is not None else {}
    return scene_figure(layout(process_map(graph, departments)), style=style_of(None, log))


def _style(of: Any) -> FigureStyle:
    return style_of(of.view.study) if isinstance(of, Views) else FigureStyle()


def _views(of: Any) -> Views:
    if not isinstance(of, Views):
        raise InvalidOptionError("this picture needs its goal: plot(result, of=views)")
    return of
