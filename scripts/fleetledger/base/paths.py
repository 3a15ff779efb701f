"""Where things live: the project, and inside the data directory the landing, the warehouse and the published file."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
"""Where the project is if the package runs from a checkout of it; elsewhere a directory that is no business of ours."""

IS_CHECKOUT = (CHECKOUT / "dbt_project.yml").exists()

PROJECT_ROOT = CHECKOUT if IS_CHECKOUT else Path(__file__).resolve().parents[1] / "project"
"""The dbt project: models, seeds, macros, data tests and analyses. A wheel holds it inside the package."""


def data_dir(option: Path | None = None) -> Path:
    """The data directory, perhaps not there yet.

    `option`, else `FLEETLEDGER_DATA`, else the one in the checkout that is in use, else the platform's. This machine
    goes by its name there from then on.
    """
    chosen = option or os.environ.get("FLEETLEDGER_DATA") or data_in_checkout() or platform_data_dir()
    data = Path(chosen).expanduser().absolute()
    _KNOWN_AS.clear()
    if (data / "machines.json").exists():
        # Not for all who only ask where things are.
        from fleetledger.base.machine import name_in

        _KNOWN_AS["host"] = name_in(data, network_name(), manifest_path(landing_dir(data), network_name()))
    return data


def data_in_checkout() -> Path | None:
    """`data/` in the checkout, if logs were landed there: the place of version 0.1, which is an archive and stays."""
    data = CHECKOUT / "data"
    return data if IS_CHECKOUT and landing_dir(data).exists() else None


def platform_data_dir() -> Path:
    """Where this platform keeps what programs make: `~/.local/share/fleetledger` on Linux."""
    # The import takes longer than all else that the status line does.
    import platformdirs

    return platformdirs.user_data_path("fleetledger", appauthor=False)


def platform_config_dir() -> Path:
    """Where this platform keeps what its user configures: `~/.config/fleetledger` on Linux."""
    import platformdirs

    return platformdirs.user_config_path("fleetledger", appauthor=False)


def platform_cache_dir() -> Path:
    """Where this platform keeps what can be made again: `~/.cache/fleetledger` on Linux."""
    import platformdirs

    return platformdirs.user_cache_path("fleetledger", appauthor=False)


def usual_config() -> Path | None:
    """The configuration file that nobody needs to name: in the checkout, else in the platform's place; None if none."""
    places = [*([CHECKOUT] if IS_CHECKOUT else []), platform_config_dir()]
    return next((place / "fleet.toml" for place in places if (place / "fleet.toml").exists()), None)


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


def package_dir(data: Path) -> Path:
    """The user's own dbt package as it was at the last refresh; not there without one."""
    return data / "package"


def published_path(data: Path) -> Path:
    """The file that people, BI tools and `report` read; holds the marts only."""
    return data / "fleetledger.duckdb"


def segments_dir(data: Path) -> Path:
    """What `telemetry serve` keeps: files of the form that the collector's file exporter writes."""
    return data / "telemetry" / "segments"


def status_path(data: Path) -> Path:
    """What `statusline` and `budget --quiet` read: a little of the published file."""
    return data / "status.json"


def limits_path(data: Path) -> Path:
    """What `statusline` notes of a plan's limits, until it is landed."""
    return data / "limits.jsonl"


def demo_dir(data: Path) -> Path:
    """The data directory of the demo: apart from the real one, so that made-up lines never mix with real ones."""
    return data / "demo"


_KNOWN_AS: dict[str, str] = {}


def this_host() -> str:
    """The name of the machine that runs this, as it is known in the data directory that was last asked for."""
    return _KNOWN_AS.get("host") or network_name()


def network_name() -> str:
    """The name of this machine in its network, as it is now."""
    # Not for all who only ask where things are: the status line is one of them.
    from fleetledger.base.system import machine

    return machine() or "localhost"
