"""A warehouse of all logs there are to test on: the demo's, and the sample's where they lie beside the project.

`python tests/python/built_fleet.py DIRECTORY` makes it in a directory with every test of the project; the tests take it
from there if $FLEETLEDGER_TEST_FLEET names the directory, and else make it for themselves.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fleetledger.base.paths import PROJECT_ROOT, warehouse_path
from fleetledger.landing.extract import extract
from fleetledger.simulate.fleet import simulate
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.fleets import Source

SAMPLE = PROJECT_ROOT.parent / "shared/data/fleet.toml"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DBT = "import gc; gc.disable(); from dbt.cli.main import cli; cli()"
"""dbt collects garbage for a tenth of its time, and finds next to none."""


@dataclass(frozen=True)
class BuiltFleet:
    """A data directory in which `sources` are landed and built; dbt's artifacts are in `target`."""

    data: Path
    sources: tuple[Source, ...]

    @property
    def manifest(self) -> Path:
        """dbt's manifest, with every model's compiled SQL."""
        return self.data / "target/manifest.json"

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(warehouse_path(self.data)), read_only=True) as connection:
            yield connection


def built_fleet(place: Path, *build_options: str) -> BuiltFleet:
    """The fleet built in `place`, by the first of the test processes that asks for it."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        logs, data, done = place / "logs", place / "data", place / "done"
        if not done.exists():
            simulate(logs)
        configs = [logs / "fleet.toml", *([SAMPLE] if SAMPLE.exists() else [])]
        sources = tuple(source for config in configs for source in load_config(config).sources)
        if not done.exists():
            extract(data, FleetConfig(sources), now=NOW)
            run_dbt("build", *build_options, data=data)
            done.touch()
    return BuiltFleet(data, sources)


def run_dbt(command: str, *arguments: str, data: Path) -> None:
    """Run dbt on a data directory, with its artifacts in it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    subprocess.run(
        [
            *(sys.executable, "-c", DBT, "--quiet", command, *arguments),
            *("--target-path", data / "target", "--log-path", data / "logs", "--profiles-dir", PROJECT_ROOT),
        ],
        cwd=PROJECT_ROOT,
        env=environment | {"FLEETLEDGER_DATA": str(data)},
        check=True,
    )


if __name__ == "__main__":
    built_fleet(Path(sys.argv[1]))
