"""Events, decisions, bodies and profiles as Parquet, queried with DuckDB."""
