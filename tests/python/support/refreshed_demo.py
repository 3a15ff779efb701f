"""The demo as `fleetledger refresh --demo-if-empty` makes it, by dbt, on a machine without logs."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleetledger.base.paths import demo_dir
from fleetledger.cli.main import main

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""When the demo is made; it ends the day before."""


@dataclass(frozen=True)
class RefreshedDemo:
    """What the command `said`, the data directory that it was given, and what it made in there, to be copied."""

    said: str
    data: Path
    copy: Path


def refreshed_demo(place: Path) -> RefreshedDemo:
    """The demo in `place`, by the first of the test processes that asks for it."""
    place.mkdir(exist_ok=True)
    said, data, copy, home = (place / name for name in ("said", "data", "copy", "home"))
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            home.mkdir()
            with pytest.MonkeyPatch.context() as patch:
                without_logs(patch, home)
                patch.setattr("fleetledger.base.clock.now", lambda: NOW)
                done = CliRunner().invoke(main, ["refresh", "--demo-if-empty", "--data-dir", str(data)])
            assert done.exit_code == 0, done.output
            shutil.copytree(demo_dir(data), copy)
            said.write_text(done.stdout)
    return RefreshedDemo(said.read_text(), data, copy)


def without_logs(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Let the machine be one without logs, where nobody has written a fleet.toml; `home` is empty."""
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME", "FLEETLEDGER_DATA"):
        patch.delenv(name, raising=False)
    patch.setenv("HOME", str(home))
    patch.setattr("fleetledger.base.paths.usual_config", lambda: None)
