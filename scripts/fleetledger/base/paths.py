"""Where things live: the project, and inside the data directory the landing, the warehouse and the published file."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]


def data_dir(option: Path | None = None) -> Path:
    """The data directory: `option`, else `FLEETLEDGER_DATA`, else `data/` in the project; perhaps not there yet."""
    chosen = option or Path(os.environ.get("FLEETLEDGER_DATA") or PROJECT_ROOT / "data")
    return chosen.expanduser().absolute()


def landing_dir(data: Path) -> Path:
    """The archive of source lines, one Parquet table per source format."""
    return data / "landing"


def quoted(host: str) -> str:
    """A host's name as one path component."""
    # Not for all who only ask where things are: the status line is one of them.
    from urllib.parse import quote

    return quote(host, safe="")


def manifest_path(landing: Path, host: str) -> Path:
    """What says which batches of a host count, and which sources it was landed from."""
    return landing / "manifests" / f"{quoted(host)}.json"


def warehouse_path(data: Path) -> Path:
    """dbt's own database; nobody but dbt and `publish` opens it."""
    return data / "warehouse.duckdb"


def published_path(data: Path) -> Path:
    """The file that people, BI tools and `report` read; holds the marts only."""
    return data / "fleetledger.duckdb"


def status_path(data: Path) -> Path:
    """What `statusline` reads: a few sums of the published file."""
    return data / "status.json"


def demo_dir(data: Path) -> Path:
    """The data directory of the demo: apart from the real one, so that made-up lines never mix with real ones."""
    return data / "demo"


def this_host() -> str:
    """The name of the machine that runs this."""
    return os.uname().nodename or "localhost"
