"""The wheel in an environment of its own: everything is in it, and it makes what the checkout makes."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from built_fleet import DBT
from click.testing import CliRunner

from fleetledger import __version__
from fleetledger.base.paths import PROJECT_ROOT, published_path, warehouse_path
from fleetledger.cli.main import main

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


@dataclass(frozen=True)
class Installed:
    """The wheel, an environment with it, and where its commands are run: an empty directory of a user without logs."""

    wheel: Path
    environment: Path
    home: Path

    def run(self, *command: str | Path) -> str:
        """Run a program of the environment, and say what it printed."""
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1"}
        program = self.environment / "bin" / command[0]
        ended = subprocess.run(
            [program, *command[1:]], cwd=self.home, env=kept, check=False, capture_output=True, text=True
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def dbt(self, place: Path, *words: str) -> str:
        """Run dbt, whose command is in the environment that the dependencies are of."""
        call = f"import os, sys; os.chdir(sys.argv.pop(1)); {DBT}"
        return self.run("python", "-c", call, place, *words)

    def files(self) -> dict[Path, int]:
        """The files of the environment, and when each was changed."""
        return {path: path.stat().st_mtime_ns for path in self.environment.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this checkout, made without a network and installed where the checkout cannot be imported."""
    place = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-index")
    subprocess.run([*PIP, "wheel", *options, "--no-build-isolation", "-w", place, PROJECT_ROOT], check=True)
    [wheel] = place.glob("*.whl")
    environment, home = place / "environment", place / "home"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [packages] = environment.glob("lib/python3*/site-packages")
    # The dependencies are those of this environment. What a line of a .pth file names is not looked through for others,
    # so that the editable installation of the checkout is not among them.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([*PIP, "--python", environment / "bin/python", "install", *options, wheel], check=True)
    home.mkdir()
    return Installed(wheel, environment, home)


def test_its_name_tells_the_version(installed: Installed) -> None:
    assert installed.wheel.name == f"fleetledger-{__version__}-py3-none-any.whl"


def test_what_is_installed_is_not_the_checkout(installed: Installed) -> None:
    where = installed.run("python", "-c", "import fleetledger; print(fleetledger.__file__)")
    assert installed.environment in Path(where).parents


def test_it_publishes_what_the_checkout_publishes_without_dbt(installed: Installed, tmp_path: Path) -> None:
    before = installed.files()
    said = installed.run("fleetledger", "refresh", "--demo-if-empty")
    data = installed.home / ".local/share/fleetledger/demo"
    assert str(published_path(data)) in said
    # It writes to the data directory alone: the environment may be read-only, and no dbt was there to write a log.
    assert installed.files() == before
    assert [path.name for path in installed.home.iterdir()] == [".local"]
    assert not (data / "logs/dbt.log").exists()
    of_checkout = ["refresh", "--config", str(data / "logs/fleet.toml"), "--data-dir", str(tmp_path / "data")]
    assert CliRunner().invoke(main, of_checkout).exit_code == 0
    files = (str(published_path(place)) for place in (data, tmp_path / "data"))
    compare = [sys.executable, str(PROJECT_ROOT / "scripts/compare"), *files, "--but", "build_info"]
    done = subprocess.run(compare, check=False, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 tables differ", done.stdout
    assert "DEMO" in installed.run("fleetledger", "report")


def test_plain_dbt_builds_the_project_that_it_writes_out(installed: Installed) -> None:
    data = installed.home / ".local/share/fleetledger"
    assert str(data) in installed.run("fleetledger", "project", "ledger")
    assert " ERROR=0 " in installed.dbt(installed.home / "ledger", "seed", "--select", "model_rates")
    with duckdb.connect(str(warehouse_path(data)), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) > 0 from seeds.model_rates").fetchone() == (True,)
