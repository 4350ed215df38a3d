"""The comparisons that can be asked for one at a time: each a property of `Views`, with a table."""

from __future__ import annotations

TOPICS = (
    "clocks",
    "time_split",
    "white_space",
    "links",
    "watermelons",
    "false_closures",
    "first_contacts",
    "silos",
    "channel_switches",
    "contacts",
    "effort",
    "fewer_is_better",
    "leavers",
    "survey",
    "outcomes",
    "waiting_causes",
    "promises",
    "breaches",
    "sensitivity",
    "segments",
    "personas",
    "behaviour",
    "moments",
    "stage_satisfaction",
    "stage_sentiment",
)

WIDE = {
    "breaches": ("case", "process", "since", "limit", "elapsed", "currency"),
    "clocks": ("n_open", "low", "high", "median_business_days"),
    "false_closures": ("low", "high", "beyond_low", "beyond_high", "by_chance"),
    "outcomes": ("at_risk", "reached_low", "reached_high", "abandoned_low", "abandoned_high"),
    "behaviour": ("sampled", "by_chance", "p"),
    "personas": ("n_goals", "others"),
    "effort": ("low", "high", "scale", "absent"),
    "fewer_is_better": ("unit", "absent"),
    "moments": (
        "stage",
        "declared",
        "n_goals",
        "share_after",
        "share_lost_next",
        "n_otherwise",
        "q",
        "detectable",
    ),
    "promises": ("n_undecided", "median", "p90", "currency"),
    "segments": ("unit", "low", "high", "n_rest"),
    "sensitivity": ("low", "high", "origin"),
    "silos": ("n_visible", "total_gap"),
    "stage_satisfaction": ("n_trouble", "trouble_low", "trouble_high"),
    "stage_sentiment": ("n_trouble", "trouble_low", "trouble_high"),
    "watermelons": ("department", "target"),
    "white_space": ("n_gaps", "length", "low", "high"),
}
"""Columns a terminal has no room for; CSV and JSON have them all."""
ABSENT = {
    "sensitivity": "goals are built again in memory, which Spark's tables are too large for",
    "stage_satisfaction": "the goal has no ideal journey, or nobody answered a survey",
    "stage_sentiment": "the goal has no ideal journey, or no event has a sentiment",
    "survey": "nobody answered a survey",
}
