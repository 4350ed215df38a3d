"""Where tables live and are moved: the workspace, one DuckDB file per study."""
