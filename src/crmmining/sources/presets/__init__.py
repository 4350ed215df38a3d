"""Exports that are known by name: a module each, listed here under the key that declares them."""

from __future__ import annotations

from crmmining.sources.presets.preset import Preset
from crmmining.sources.presets.salesforce import SALESFORCE

PRESETS: dict[str, Preset] = {"salesforce": SALESFORCE}
