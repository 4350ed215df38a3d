"""One way to draw a result: `plot(result)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmmining.errors import InvalidOptionError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(result: Any, *, of: Any = None) -> Figure:
    """Draw a result as a matplotlib figure.

    Takes Views (the signature picture), Watermelons, Promises, Contacts, FewerIsBetter, Moments,
    Outcomes, StageSatisfaction, Bottlenecks, Conformance, Silos, ChannelSwitches, EventLog and Variants' log
    (a map of the log), DirectlyFollowsGraph and DiscoveredModel. Results that need their goal beside them
    (WhiteSpace, Silos, ChannelSwitches, Outcomes, StageSatisfaction) take the Views in `of`.

    Raises:
        InvalidOptionError: there is no picture of this.
    """
    from crmmining.reporting.pictures import PICTURES

    for kind, draw in PICTURES().items():
        if isinstance(result, kind):
            return draw(result, of)
    raise InvalidOptionError(
        f"there is no picture of a {type(result).__name__}; draw Views, Watermelons, Promises, Contacts, "
        "FewerIsBetter, Moments, Outcomes, StageSatisfaction, Bottlenecks, Silos, ChannelSwitches, "
        "an EventLog, a DirectlyFollowsGraph or a DiscoveredModel"
    )
