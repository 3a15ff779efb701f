"""Which logs a refresh is of, and the demo where there are none."""

from __future__ import annotations

import shutil
from pathlib import Path

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import demo_dir, landing_dir, published_path
from fleetledger.landing.manifest import landed_hosts
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.files import find_log_files

LOOKED_IN = "$CLAUDE_CONFIG_DIR, ~/.claude, ~/.claude-*, $XDG_CONFIG_HOME/claude and ~/.local/share/mu/events"


class NoLogsError(FleetledgerError):
    """There is nothing to land, and nothing was ever landed."""


def sources_of(data: Path, config_path: Path | None) -> FleetConfig:
    """The configuration in a file, or what is on this machine. Raises ConfigError; NoLogsError if nothing is there."""
    config = load_config(config_path)
    if config_path is None and not _has_logs(config) and not landed_hosts(landing_dir(data)):
        raise NoLogsError(
            f"No logs of agents are on this machine: looked in {LOOKED_IN}.\n"
            "Describe where they are in a file like fleet.example.toml and name it with --config,"
            " or type `fleetledger refresh --demo-if-empty` to try it on made-up logs."
        )
    return config


def demo_config(data: Path) -> Path:
    """The configuration of the demo in `data`, whose logs are generated if they are not there yet."""
    from fleetledger.simulate.fleet import simulate

    logs = demo_dir(data) / "logs"
    if not logs.exists():
        part = logs.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        simulate(part)
        part.rename(logs)
    return logs / "fleet.toml"


def has_text(data: Path) -> bool:
    """Whether the published file of `data` holds titles, or may hold them once it is there."""
    # The native module that `duckdb` wraps: importing the wrapper takes longer than all of a refresh with nothing new.
    import _duckdb

    try:
        with _duckdb.connect(str(published_path(data)), read_only=True) as connection:
            return bool(connection.execute("select has_text from build_info").fetchone() != (False,))
    except _duckdb.Error:
        return True


def _has_logs(config: FleetConfig) -> bool:
    return any(find_log_files(source)[0] for source in config.sources)
