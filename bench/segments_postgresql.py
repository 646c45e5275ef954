"""A private PostgreSQL cluster in /var/tmp with the bench's events, indexed by (event, ts)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import psycopg

from bench.segments_data import Data

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PORT = 54399
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "fsync": "off",
    "listen_addresses": "''",
}


def available() -> bool:
    """Whether Debian's PostgreSQL 15 is installed."""
    return (PROGRAMS / "initdb").exists()


class Postgresql:
    """The cluster: made and filled once under `home`, started here, stopped at the end."""

    def __init__(self, home: Path, data: Data) -> None:
        # Not below ./bench-data: the user postgres may be unable to enter the repository.
        self._cluster = Path("/var/tmp") / f"maracuja-bench-{home.name}-{os.getuid()}"
        made = (self._cluster / "filled").exists()
        if not made:
            shutil.rmtree(self._cluster, ignore_errors=True)
            self._cluster.mkdir(mode=0o700)
            if os.getuid() == 0:
                shutil.chown(self._cluster, "postgres", "postgres")
            self._run("initdb", "-D", str(self._cluster / "data"), "-A", "trust", "-U", "bench")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c port={PORT} -c unix_socket_directories={self._cluster}"
        log = str(self._cluster / "log")
        self._run(
            "pg_ctl", "-D", str(self._cluster / "data"), "-w", "-l", log, "-o", options, "start"
        )
        self._con = psycopg.connect(
            f"host={self._cluster} port={PORT} user=bench dbname=postgres", autocommit=True
        )
        self._con.execute("SET TIME ZONE 'UTC'")
        if not made:
            self._fill(data)
            (self._cluster / "filled").touch()

    def count(self, sql: str) -> int:
        """The single number of a query."""
        row = self._con.execute(sql).fetchone()
        assert row is not None
        return int(row[0])

    def stop(self) -> None:
        """Stop the server; its files stay for the next run."""
        self._con.close()
        self._run("pg_ctl", "-D", str(self._cluster / "data"), "-m", "fast", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(PROGRAMS / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _fill(self, data: Data) -> None:
        self._con.execute(
            "CREATE TABLE events"
            ' (pid BIGINT, event TEXT, ts TIMESTAMP, "properties.category" TEXT)'
        )
        self._con.execute("CREATE TABLE merged (pid BIGINT PRIMARY KEY, canonical BIGINT)")
        self._con.execute(
            'CREATE TABLE profiles (pid BIGINT PRIMARY KEY, "traits.gender" TEXT,'
            ' "traits.city" TEXT)'
        )
        for path in data.events:
            self._copy("events", path, 'pid, event, ts, "properties.category"')
        self._copy("merged", data.merged, "pid, canonical")
        self._copy("profiles", data.profiles, 'pid, "traits.gender", "traits.city"')
        self._con.execute("CREATE INDEX events_event_ts ON events (event, ts)")
        self._con.execute("VACUUM ANALYZE")

    def _copy(self, table: str, path: Path, columns: str) -> None:
        """One Parquet file through CSV, events in the order in which they arrived."""
        csv = path.with_suffix(".csv")
        order = " ORDER BY ts" if table == "events" else ""
        duckdb.sql(
            f"COPY (SELECT {columns} FROM read_parquet('{path}'){order}) TO '{csv}' (HEADER false)"
        )
        with (
            csv.open("rb") as rows,
            self._con.cursor().copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy,
        ):
            while part := rows.read(1 << 20):
                copy.write(part)
        csv.unlink()
