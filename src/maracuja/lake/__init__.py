"""Events, decisions, bodies, audiences and profiles as Parquet, queried with DuckDB.

It must never touch the state database: it is given the manifest and returns rows for it.
"""
