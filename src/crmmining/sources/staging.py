"""What has been read but has no codes yet: working tables between the exports and the workspace."""

from __future__ import annotations

from crmmining.engine.workspace import Workspace

STAGES = {
    "stage_events": """
        file INTEGER, row BIGINT, event BIGINT, id BIGINT, declared BOOLEAN, time BIGINT, start BIGINT,
        activity VARCHAR, key_kind VARCHAR, key VARCHAR, source INTEGER, record_type VARCHAR,
        record_id VARCHAR, channel VARCHAR, department VARCHAR, resource VARCHAR, actor VARCHAR,
        satisfaction DOUBLE, sentiment DOUBLE
    """,
    "stage_records": """
        file INTEGER, source INTEGER, type VARCHAR, id VARCHAR, opened BIGINT, closed BIGINT,
        closable BOOLEAN, key_kind VARCHAR, key VARCHAR
    """,
    "stage_attributes": """
        file INTEGER, source INTEGER, type VARCHAR, id VARCHAR, attribute VARCHAR, take VARCHAR, value VARCHAR
    """,
    "stage_links": """
        file INTEGER, source INTEGER, type VARCHAR, id VARCHAR, to_type VARCHAR, to_id VARCHAR
    """,
    "stage_keys": "file INTEGER, kind VARCHAR, key VARCHAR, same_kind VARCHAR, same_key VARCHAR",
    "stage_customer_attributes": """
        file INTEGER, kind VARCHAR, key VARCHAR, attribute VARCHAR, value VARCHAR
    """,
}


def open_stages(workspace: Workspace) -> None:
    """Empty staging tables, gone with the connection."""
    for name, columns in STAGES.items():
        workspace.run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")


def close_stages(workspace: Workspace) -> None:
    """Give their space back."""
    workspace.drop(*STAGES, "raw", "parsed")
