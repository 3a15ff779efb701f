"""A host with logs and a landing, for tests of what lands."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from landed_files import read_back

from fleetledger.base.paths import landing_dir
from fleetledger.landing.extract import ExtractSummary, extract
from fleetledger.landing.manifest import Manifest, read_manifest
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.fleets import FLEETS, Source

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class LoggedHost:
    """One host with logs under `path`, and a landing; `now` is the time that its extracts go by."""

    path: Path
    now: datetime = NOW
    sources: list[Source] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add("claude_code", "default")

    def add(self, fleet: str, account: str, provider: str | None = None) -> Source:
        source = Source(fleet, "host", account, provider, self.path / "logs" / fleet / account)
        (source.root / FLEETS[fleet].log_directory).mkdir(parents=True, exist_ok=True)
        self.sources.append(source)
        return source

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def landing(self) -> Path:
        return landing_dir(self.data)

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.landing, "host")

    def write(self, content: bytes, name: str = "projects/p/s.jsonl", source: int = 0, quiet: float = 0) -> Path:
        """Write a log file that last changed `quiet` seconds ago."""
        path = self.sources[source].root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        changed = self.now.timestamp() - quiet
        os.utime(path, (changed, changed))
        return path

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def extract(self, demo: bool = False) -> ExtractSummary:
        return extract(self.data, FleetConfig(tuple(self.sources), demo=demo), now=self.now)

    def rows(self, columns: str, table: str = "claude_code_lines") -> list[tuple[Any, ...]]:
        """Columns of all landed rows, as a reader finds them through the manifest, in the order of their files."""
        paths = [str(self.landing / batch.path) for batch in self.manifest.batches if batch.table == table]
        if not paths:
            return []
        query = f"""
            select {columns} from read_parquet($paths, hive_partitioning = false)
            order by fleet, account, source_path, generation, byte_offset
        """
        return duckdb.execute(query, {"paths": paths}).fetchall()

    def landed(self, name: str = "projects/p/s.jsonl", generation: int = 1, source: int = 0) -> bytes:
        """The bytes of a file, from the landing."""
        fleet, account = self.sources[source].fleet, self.sources[source].account
        return b"".join(read_back(self.landing, "host", FLEETS[fleet].table, account, name, generation))
