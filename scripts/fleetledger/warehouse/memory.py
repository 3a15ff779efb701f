"""How much memory DuckDB takes, and where it puts what does not fit: parts of logs, which are nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from fleetledger.base.sql import NO_BAR, text_of

LITTLE, MUCH = "800MB", "1GB"
"""For what is new, and for everything, as long as that is enough: sorting what years have left takes more."""


def prepare(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Let a connection that may work for long put what does not fit into `spill` of `data`, and print nothing."""
    connection.execute(NO_BAR)
    connection.execute(f"set temp_directory = {text_of(data / 'spill')}")


def limit_memory(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    """Let a connection keep so much in memory. Copying whole tables needs more than it could spill: it has no limit."""
    connection.execute(f"set memory_limit = {text_of(memory)}")


def lift_limit(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection keep as much as DuckDB does by itself. (To reset the setting shows that, and does nothing.)"""
    with duckdb.connect() as other:
        ((usual,),) = other.execute("select current_setting('memory_limit')").fetchall()
    limit_memory(connection, str(usual))


def lacks_memory(error: duckdb.Error) -> bool:
    """Whether DuckDB gave up for want of memory, be it at a statement or when it wrote what a transaction has made.

    >>> lacks_memory(duckdb.TransactionException("Failed to commit: … Increasing the memory limit (SET memory_limit"))
    True
    >>> lacks_memory(duckdb.TransactionException("Failed to commit: there is no such table"))
    False
    """
    return isinstance(error, duckdb.OutOfMemoryException) or "memory_limit" in str(error)
