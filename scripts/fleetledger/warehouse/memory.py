"""How much memory DuckDB takes, and where it puts what does not fit: parts of logs, which are nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from fleetledger.base.sql import text_of

LITTLE, MUCH = "800MB", "1GB"
"""For what is new, and for everything."""


def spill_to(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Let a connection put what does not fit into the directory `spill` of `data`, until it is closed."""
    connection.execute(f"set temp_directory = {text_of(data / 'spill')}")


def limit_memory(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Let a connection keep so much in memory. Copying whole tables needs more than it could spill: it has no limit."""
    connection.execute(f"set memory_limit = {text_of(memory)}")
