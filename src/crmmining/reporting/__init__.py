"""How results go out: figures, process maps, the report, tables, exports."""
