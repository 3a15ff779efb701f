"""Where data and configuration are looked for when nobody names them."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleetledger.base import paths
from fleetledger.cli.main import main


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, for a user who has neither data nor configuration."""
    checkout = tmp_path / "check out"
    checkout.mkdir()
    monkeypatch.setattr(paths, "CHECKOUT", checkout)
    for name in ("FLEETLEDGER_DATA", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return checkout


def test_data_are_in_the_platforms_place_unless_something_else_is_said(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = paths.platform_data_dir()
    (checkout / "data").mkdir()
    assert paths.data_dir() == usual
    assert tmp_path / "home" in usual.parents

    (checkout / "data/landing").mkdir()
    assert paths.data_dir() == checkout / "data"

    monkeypatch.setenv("FLEETLEDGER_DATA", "~/elsewhere")
    assert paths.data_dir() == tmp_path / "home/elsewhere"
    assert paths.data_dir(Path("/named")) == Path("/named")


def test_the_usual_configuration_is_the_checkouts_else_the_users(checkout: Path) -> None:
    assert paths.usual_config() is None
    users = paths.platform_config_dir() / "fleet.toml"
    users.parent.mkdir(parents=True)
    users.touch()
    assert paths.usual_config() == users
    (checkout / "fleet.toml").touch()
    assert paths.usual_config() == checkout / "fleet.toml"


def test_a_refresh_of_data_in_a_checkout_says_how_to_move_them(checkout: Path, tmp_path: Path) -> None:
    logs = tmp_path / "home/.claude/projects/api"
    logs.mkdir(parents=True)
    (logs / "5f3a91c2.jsonl").write_text('{"type": "summary", "summary": "Read on"}\n')
    assert CliRunner().invoke(main, ["extract", "--data-dir", str(checkout / "data")]).exit_code == 0
    said = CliRunner().invoke(main, ["refresh"])
    assert said.exit_code == 0, said.output
    command = said.stderr.splitlines()[0].partition("to move them: ")[2]
    assert shlex.split(command)[:2] == ["mkdir", "-p"]
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - what it said is what is tested

    # All of it is there, and is not made again.
    assert paths.data_dir() == paths.platform_data_dir()
    moved = CliRunner().invoke(main, ["refresh"])
    assert "Nothing to build" in moved.stdout
    assert "git clean" not in moved.output
