"""A landing that is damaged, full or read-only: the error names the file, the rest stays, and there is a way out."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from compiled_models import OF_COPIES, Marts
from landed_files import assert_all_is_landed, read_back, read_back_all
from logged_host import LoggedHost
from namespace import on_full_disk, read_only

from fleetledger.base.errors import LandingError
from fleetledger.base.paths import PROJECT_ROOT, landing_dir
from fleetledger.cli.main import main
from fleetledger.landing.extract import extract
from fleetledger.landing.manifest import Batch
from fleetledger.landing.queries import read_manifests
from fleetledger.simulate.fleet import simulate
from fleetledger.sources.config import load_config

LINE = b'{"type":"user","sessionId":"s"}\n'


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


# --- Damaged ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `logs`, and `data` in which they are landed: most files in two batches, as they grew."""
    place = tmp_path_factory.mktemp("damage")
    simulate(place / "logs")
    config = load_config(place / "logs/fleet.toml")
    whole = {path: path.read_bytes() for path in sorted((place / "logs").rglob("*.jsonl"))}
    for number, (path, content) in enumerate(whole.items()):
        path.write_bytes(content[: len(content) * (number % 3) // 2])
    extract(place / "data", config)
    for path, content in whole.items():
        path.write_bytes(content)
    extract(place / "data", config)
    return place


@pytest.fixture(scope="module")
def whole(demo: Path, warehouse_of: Callable[..., Marts]) -> Marts:
    """The marts of it."""
    return warehouse_of(demo / "data", OF_COPIES)


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Path:
    return shutil.copytree(demo / "data", tmp_path / "data")


def batches(data: Path) -> list[Batch]:
    return [batch for manifest in read_manifests(landing_dir(data)) for batch in manifest.batches]


def refresh_landing(demo: Path, data: Path) -> None:
    extract(data, load_config(demo / "logs/fleet.toml"))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flip_a_bit(path: Path) -> None:
    """In the middle of the values: what comes out may well be text again, and only a checksum tells."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


DAMAGES: list[Callable[[Path], None]] = [truncate, empty, flip_a_bit, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_batch_is_named_set_aside_and_landed_anew(
    demo: Path, data: Path, whole: Marts, damage: Callable[[Path], None], warehouse_of: Callable[..., Marts]
) -> None:
    landing = landing_dir(data)
    largest = max(batches(data), key=lambda batch: batch.bytes)
    before = {path: path.read_bytes() for path in landing.rglob("*.parquet")}
    damaged = landing / largest.path
    damage(damaged)
    host = damaged.parent.name.removeprefix("host=")
    with pytest.raises(LandingError, match=rf"{damaged}: cannot read the batch: "):
        list(read_back_all(landing, host))
    refresh_landing(demo, data)
    assert {path: path.read_bytes() for path in before if path != damaged} == {
        path: content for path, content in before.items() if path != damaged
    }
    result = run("set-aside", damaged, "--data-dir", data)
    assert result.exit_code == 0
    assert f"Set aside a batch of {largest.rows:,} lines" in result.stdout
    assert "no longer there" not in result.stdout
    assert (f"{damaged}.damaged" in result.stdout) == (damage is not Path.unlink)
    for _ in range(2):
        refresh_landing(demo, data)
        assert damaged.with_name(f"{damaged.name}.damaged").exists() == (damage is not Path.unlink)
    assert_all_is_landed(data, load_config(demo / "logs/fleet.toml"))
    assert warehouse_of(data, OF_COPIES) == whole


def test_a_build_names_the_damaged_batch(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One model instead of all: the views of the landing, which come first, already meet the damage.
    project = tmp_path / "project"
    (project / "models/marts").mkdir(parents=True)
    (project / "models/marts/lines.sql").write_text("select count(*) as line_count from landing.claude_code_lines")
    for name in ("dbt_project.yml", "profiles.yml", "macros"):
        (project / name).symlink_to(PROJECT_ROOT / name)
    monkeypatch.setattr("fleetledger.warehouse.build.PROJECT_ROOT", project)
    first, second, *_ = batches(data)
    truncate(landing_dir(data) / second.path)
    result = run("build", "--data-dir", data)
    assert result.exit_code == 1
    assert f"{second.path}: cannot read the batch: it is not what was written" in result.stderr
    assert "docs/doctor.md" in result.stderr
    assert first.path not in result.stderr


def test_logs_that_are_gone_are_named_and_what_other_batches_have_of_them_stays(host: LoggedHost) -> None:
    host.write(LINE, "projects/p/gone.jsonl")
    host.write(LINE * 2, "projects/p/there.jsonl")
    host.extract()
    host.write(LINE * 2, "projects/p/gone.jsonl")
    host.write(LINE, "projects/p/other.jsonl")
    host.extract()
    (host.sources[0].root / "projects/p/gone.jsonl").unlink()
    damaged = host.landing / host.manifest.batches[1].path
    damaged.write_bytes(b"")
    result = run("set-aside", damaged, "--data-dir", host.data)
    assert result.exit_code == 0
    assert "lands 1 log file anew" in result.stdout
    assert result.stdout.endswith("not in the archive now:\n  projects/p/gone.jsonl\n")
    host.extract()
    assert host.rows("source_path, generation, raw") == [
        ("projects/p/gone.jsonl", 1, LINE.decode()),
        ("projects/p/other.jsonl", 2, LINE.decode()),
        ("projects/p/there.jsonl", 1, LINE.decode()),
        ("projects/p/there.jsonl", 1, LINE.decode()),
    ]


def test_only_a_damaged_batch_is_set_aside(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    sound = host.landing / host.manifest.batches[0].path
    result = run("set-aside", sound, "--data-dir", host.data)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: {sound}: nothing is wrong with this batch; it stays where it is\n",
    )
    unknown = sound.with_name("unknown.parquet")
    result = run("set-aside", unknown, "--data-dir", host.data)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: {unknown}: no manifest in {host.landing / 'manifests'} names this batch\n",
    )
    assert host.landed() == LINE


def test_a_tail_that_was_in_a_damaged_batch_is_landed_anew(host: LoggedHost) -> None:
    host.write(LINE + LINE[:-1])
    host.extract()
    tails = host.landing / host.manifest.batches[1].path
    tails.write_bytes(b"")
    assert run("set-aside", tails, "--data-dir", host.data).exit_code == 0
    host.write(LINE * 3)
    host.extract()
    assert (host.landed(generation=1), host.landed(generation=2)) == (LINE, LINE * 3)


def test_a_missing_manifest_is_an_error_and_the_batches_stay(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    manifest = host.landing / "manifests/host.json"
    kept = manifest.rename(host.path / "kept")
    with pytest.raises(LandingError, match=rf"{manifest}: the manifest is missing.*docs/doctor\.md"):
        host.extract()
    kept.rename(manifest)
    assert host.landed() == LINE
    shutil.move(host.landing / "claude_code_lines/host=host", host.path / "aside")
    manifest.unlink()
    host.extract()
    assert host.landed() == LINE


# --- Full and read-only -----------------------------------------------------------------------------------------------


def noise(size: int) -> bytes:
    """A line that takes as much on disk as in the log."""
    return b'{"type":"user","text":"%s"}\n' % random.Random(size).randbytes(size // 2).hex().encode()


def configured(host: LoggedHost) -> Path:
    """The host's configuration file."""
    config = host.path / "fleet.toml"
    root = host.sources[0].root
    config.write_text(f'[[source]]\nfleet = "claude_code"\nhost = "host"\nroot = "{root}"\n', encoding="utf-8")
    return config


def test_a_full_disk_is_named_and_what_was_landed_stays(host: LoggedHost) -> None:
    config = configured(host)
    host.write(LINE)
    host.extract()
    before = host.manifest
    host.write(LINE + noise(400_000))
    result = on_full_disk(host.data, 100, "extract", "--config", config, "--data-dir", host.data)
    assert result.returncode == 1
    landing = host.landing / "claude_code_lines/host=host"
    assert result.stderr.splitlines()[-1].startswith(f"Error: {landing}/")
    assert result.stderr.endswith(".parquet: cannot write the batch: No space left on device\n")
    assert host.manifest == before
    assert host.landed() == LINE
    host.extract()
    assert host.landed() == LINE + noise(400_000)
    assert len(list(landing.iterdir())) == 2


@pytest.mark.stress
def test_a_full_disk_ends_a_build_and_the_next_one_builds(data: Path) -> None:
    result = on_full_disk(data, 6_000, "build", "--data-dir", data)
    assert result.returncode == 1
    assert re.search(rf'"{data}/\S+": No space left on device', result.stderr), result.stderr
    done = run("build", "--data-dir", data)
    assert done.exit_code == 0, done.output


def test_a_read_only_landing_is_named(host: LoggedHost) -> None:
    config = configured(host)
    host.write(LINE)
    host.extract()
    host.write(LINE * 2)
    result = read_only(host.landing, "extract", "--config", config, "--data-dir", host.data)
    lock = host.landing / "locks/host.lock"
    assert (result.returncode, result.stderr) == (1, f"Error: {lock}: cannot open the lock: Read-only file system\n")
    assert host.landed() == LINE


def test_what_is_read_only_can_be_read(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    assert read_back(host.landing, "host", "claude_code_lines", "default", "projects/p/s.jsonl", 1)
    result = read_only(host.data, "doctor", "--json", "--config", configured(host), "--data-dir", host.data)
    assert '"landing_unreadable"' not in result.stdout
    assert result.stderr == ""
