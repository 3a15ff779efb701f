"""Refreshing: which logs to use, and whether there is anything to build."""

from __future__ import annotations

import json
import shutil
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from fleetledger.config import FleetConfig, load_config
from fleetledger.errors import FleetledgerError
from fleetledger.landing import collected_manifests, read_manifest, write_file
from fleetledger.paths import PROJECT_ROOT, demo_dir, landing_dir, published_path, warehouse_path
from fleetledger.sources import find_log_files

LOOKED_IN = "$CLAUDE_CONFIG_DIR, ~/.claude, ~/.claude-*, $XDG_CONFIG_HOME/claude and ~/.local/share/mu/events"

PROJECT_INPUTS = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "models", "seeds", "macros", "tests")
"""What decides, beside the landing, what a build makes."""


class NoLogsError(FleetledgerError):
    """There is nothing to land, and nothing was ever landed."""


def sources_of(data: Path, config_path: Path | None) -> FleetConfig:
    """The configuration in a file, or what is on this machine. Raises ConfigError; NoLogsError if nothing is there."""
    config = load_config(config_path)
    if config_path is None and not _has_logs(config) and not _manifests(data):
        raise NoLogsError(
            f"No logs of agents are on this machine: looked in {LOOKED_IN}.\n"
            "Describe where they are in a file like fleet.example.toml and name it with --config,"
            " or type `fleetledger refresh --demo-if-empty` to try it on made-up logs."
        )
    return config


def demo_config(data: Path) -> Path:
    """The configuration of the demo in `data`, whose logs are generated if they are not there yet."""
    from fleetledger.simulate import simulate

    logs = demo_dir(data) / "logs"
    if not logs.exists():
        part = logs.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        simulate(part)
        part.rename(logs)
    return logs / "fleet.toml"


class Inputs(NamedTuple):
    """Names for all that decides what is published: the project's models, seeds and rules; the lines, and options."""

    project: str
    landed: str


def inputs(data: Path, *, text: bool) -> Inputs:
    """What there is to build from; `text` is whether titles are published."""
    landed = blake2b(f"text = {text}".encode(), digest_size=16)
    for path in _manifests(data):
        manifest = read_manifest(landing_dir(data), unquote(path.stem))
        landed.update(repr((manifest.host, manifest.demo, manifest.sources, manifest.batches)).encode())
    for path in collected_manifests(landing_dir(data)):
        landed.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    for path in sorted((data / "secrets").glob("*.json")):
        landed.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    project = blake2b(digest_size=16)
    for path in _project_files():
        project.update(b"\0" + str(path.relative_to(PROJECT_ROOT)).encode() + b"\0" + path.read_bytes())
    return Inputs(project.hexdigest(), landed.hexdigest())


def has_text(data: Path) -> bool:
    """Whether the published file of `data` holds titles, or may hold them once it is there."""
    # The native module that `duckdb` wraps: importing the wrapper takes longer than all of a refresh with nothing new.
    import _duckdb

    try:
        with _duckdb.connect(str(published_path(data)), read_only=True) as connection:
            return bool(connection.execute("select has_text from build_info").fetchone() != (False,))
    except _duckdb.Error:
        return True


def is_current(data: Path, inputs_now: Inputs) -> bool:
    """Whether what is published in `data` was made by a refresh from these inputs, and nobody built since."""
    return published_path(data).exists() and _last_made(data) == _made(data, inputs_now)


def only_landing_is_new(data: Path, inputs_now: Inputs) -> bool:
    """Whether the warehouse was made by a refresh from the project as it is, and nobody built since."""
    made = _last_made(data)
    return made is not None and made == _made(data, inputs_now._replace(landed=str(made.get("landed"))))


def forget(data: Path) -> None:
    """Forget what the published file was made from, before it is made anew."""
    _record(data).unlink(missing_ok=True)


def remember(data: Path, inputs_before: Inputs) -> None:
    """Remember that what is published was made from these inputs, which were there before the build began."""
    write_file(_record(data), json.dumps(_made(data, inputs_before)))


def _last_made(data: Path) -> dict[str, object] | None:
    try:
        made = json.loads(_record(data).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return made if isinstance(made, dict) else None


def _record(data: Path) -> Path:
    return data / "refresh.json"


def _made(data: Path, of: Inputs) -> dict[str, object]:
    warehouse = warehouse_path(data).stat() if warehouse_path(data).exists() else None
    state = [warehouse.st_size, warehouse.st_mtime_ns] if warehouse else None
    return {"project": of.project, "landed": of.landed, "warehouse": state}


def _project_files() -> list[Path]:
    found = []
    for name in PROJECT_INPUTS:
        path = PROJECT_ROOT / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found += [file for file in inside if file.suffix in (".sql", ".yml", ".csv", ".toml") and file.is_file()]
    return sorted(found)


def _manifests(data: Path) -> list[Path]:
    return sorted((landing_dir(data) / "manifests").glob("*.json"))


def _has_logs(config: FleetConfig) -> bool:
    return any(find_log_files(source)[0] for source in config.sources)
