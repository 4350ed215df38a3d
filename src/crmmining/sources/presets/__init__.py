"""Exports that are known by name: a module each, listed here under the key that declares them."""

from __future__ import annotations

from crmmining.sources.presets.hubspot import HUBSPOT
from crmmining.sources.presets.preset import Preset
from crmmining.sources.presets.salesforce import SALESFORCE
from crmmining.sources.presets.servicenow import SERVICENOW
from crmmining.sources.presets.zendesk import ZENDESK

PRESETS: dict[str, Preset] = {
    "salesforce": SALESFORCE,
    "hubspot": HUBSPOT,
    "zendesk": ZENDESK,
    "servicenow": SERVICENOW,
}
