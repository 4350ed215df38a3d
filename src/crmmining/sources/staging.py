"""What has been read but has no codes yet: temporary tables between the exports and the workspace."""

from __future__ import annotations

from crmmining.engine.workspace import Workspace

_STAGES = {
    "stage_events": """
        file INTEGER, row BIGINT, time BIGINT, start BIGINT, activity VARCHAR, key_kind VARCHAR, key VARCHAR,
        source INTEGER, record_type VARCHAR, record_id VARCHAR, channel VARCHAR, department VARCHAR,
        resource VARCHAR, actor VARCHAR, satisfaction DOUBLE, sequence BIGINT
    """,
    "stage_records": """
        source INTEGER, type VARCHAR, id VARCHAR, opened BIGINT, closed BIGINT, key_kind VARCHAR, key VARCHAR
    """,
    "stage_attributes": "source INTEGER, type VARCHAR, id VARCHAR, attribute VARCHAR, value VARCHAR",
    "stage_links": "source INTEGER, type VARCHAR, id VARCHAR, to_type VARCHAR, to_id VARCHAR",
    "stage_keys": "kind VARCHAR, key VARCHAR, same_kind VARCHAR, same_key VARCHAR",
    "stage_customer_attributes": "kind VARCHAR, key VARCHAR, attribute VARCHAR, value VARCHAR",
}


def open_stages(workspace: Workspace) -> None:
    """Empty staging tables, gone with the connection."""
    for name, columns in _STAGES.items():
        workspace.run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")


def close_stages(workspace: Workspace) -> None:
    """Give their space back."""
    for name in (*_STAGES, "raw", "parsed"):
        workspace.run(f"DROP TABLE IF EXISTS temp.{name}")
