from __future__ import annotations

from pathlib import Path

import pytest

from fleetledger.base import machine, paths
from fleetledger.base.paths import data_dir, landing_dir, manifest_path, this_host


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    identity = tmp_path / "machine-id"
    identity.write_text("0123456789abcdef\n")
    monkeypatch.setattr(machine, "ID_FILES", (tmp_path / "none", identity))
    monkeypatch.setattr(paths, "_KNOWN_AS", {})
    return monkeypatch


def call(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(paths, "network_name", lambda: name)


def test_a_machine_keeps_its_name_when_its_network_gives_it_another(tmp_path: Path, named: pytest.MonkeyPatch) -> None:
    machine.remember(tmp_path, "laptop")
    for name in ("laptop", "laptop.home", "guest-17"):
        call(named, name)
        machine.remember(tmp_path, name)
        assert data_dir(tmp_path) == tmp_path
        assert this_host() == "laptop"
    data_dir(tmp_path / "other")
    assert this_host() == "guest-17"


def test_a_copied_machine_goes_by_the_name_that_it_has_landed_under(tmp_path: Path, named: pytest.MonkeyPatch) -> None:
    machine.remember(tmp_path, "one")
    call(named, "two")
    manifest_path(landing_dir(tmp_path), "two").parent.mkdir(parents=True)
    manifest_path(landing_dir(tmp_path), "two").write_text("{}")
    data_dir(tmp_path)
    assert this_host() == "two"


def test_a_damaged_file_says_nothing(tmp_path: Path, named: pytest.MonkeyPatch) -> None:
    call(named, "one")
    (tmp_path / "machines.json").write_text("[1")
    data_dir(tmp_path)
    assert this_host() == "one"
