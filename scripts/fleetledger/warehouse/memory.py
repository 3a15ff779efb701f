"""How much memory DuckDB takes, and where it puts what does not fit: parts of logs, which are nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from fleetledger.base.sql import text_of

LITTLE, MUCH = "400MB", "600MB"
"""For what is new, or a copy; for everything."""


def limit_memory(connection: duckdb.DuckDBPyConnection, data: Path, memory: str = LITTLE) -> None:
    """Let a connection keep so much in memory, and the rest in the directory `spill` of `data` until it is closed."""
    connection.execute(f"set temp_directory = {text_of(data / 'spill')}")
    connection.execute(f"set memory_limit = {text_of(memory)}")
