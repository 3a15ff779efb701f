"""What holds of the landing whatever is landed: who may read it, what a killed run leaves, who may write."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from logged_host import NOW, LoggedHost

from fleetledger.base.errors import LandingError
from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import quoted
from fleetledger.base.state import DamagedState, NewerState

LINE = b'{"type":"user","sessionId":"s"}\n'


def tree(root: Path) -> Iterator[Path]:
    yield root
    yield from root.rglob("*")


def parquet_files(host: LoggedHost) -> list[str]:
    return sorted(path.relative_to(host.landing).as_posix() for path in host.landing.rglob("*.parquet"))


def named(host: LoggedHost) -> list[str]:
    return sorted(batch.path for batch in host.manifest.batches)


def test_only_the_owner_may_read(host: LoggedHost) -> None:
    umask = os.umask(0)
    try:
        host.write(LINE)
        host.extract()
        (host.landing / "manifests").chmod(0o755)
        host.write(LINE * 2)
        host.extract()
    finally:
        os.umask(umask)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in tree(host.landing)}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_a_host_of_any_name_has_a_directory_of_its_own(tmp_path: Path) -> None:
    names = ["../up", "a/b", ".", "host=x", "é b", "a%2Fb"]
    assert len({quoted(name) for name in names}) == len(names)
    assert not any("/" in quoted(name) for name in names)


@pytest.mark.parametrize("renamed_before", [True, False])
@pytest.mark.parametrize("step", ["batch", "tail batch", "merged batch", "state", "manifest"])
def test_a_run_that_dies_at_any_step_loses_nothing_and_doubles_nothing(
    host: LoggedHost, monkeypatch: pytest.MonkeyPatch, step: str, renamed_before: bool
) -> None:
    """Each step ends in a rename; the run dies just before or just after it."""
    host.write(LINE[:-1])
    host.write(LINE[:-1], "projects/p/other.jsonl")
    host.extract()
    before = host.manifest
    grown = LINE + LINE[:-1]
    host.write(grown)
    steps = iter(["batch", "tail batch", "merged batch", "state", "manifest"])
    rename = Path.replace

    def die(path: Path, target: Path) -> Path:
        if next(steps) != step:
            return rename(path, target)
        if renamed_before:
            rename(path, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            host.extract()
    committed = (step, renamed_before) == ("manifest", True)
    assert (host.manifest == before) != committed
    assert host.landed() == (grown if committed else LINE[:-1])
    for _ in range(2):
        host.pass_time(3601)
        host.extract()
        assert host.landed() == grown
        assert host.landed("projects/p/other.jsonl") == LINE[:-1]
        assert len(host.rows("line_number")) == 3
    assert parquet_files(host) == named(host)
    assert [path.name for path in tree(host.landing) if path.suffix == ".part"] == []
    assert len(list((host.landing / "state/host").iterdir())) == 1


def test_what_is_not_the_landings_own_stays(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    note = host.landing / "claude_code_lines/host=host/README"
    note.write_text("mine", encoding="utf-8")
    other = host.landing / "claude_code_lines/host=other"
    other.mkdir()
    (other / "x.parquet").write_bytes(b"")
    host.extract()
    assert note.exists()
    assert (other / "x.parquet").exists()


def test_replaced_batches_stay_for_an_hour(host: LoggedHost) -> None:
    host.write(LINE[:-1])
    host.extract()
    replaced = parquet_files(host)
    host.write(LINE)
    host.extract()
    assert set(replaced) < set(parquet_files(host))
    assert not set(replaced) & set(named(host))
    host.pass_time(3599)
    host.extract()
    assert set(replaced) < set(parquet_files(host))
    host.pass_time(2)
    host.extract()
    assert parquet_files(host) == named(host)


def test_a_landing_that_cannot_be_written_is_named(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.extract()
    host.write(LINE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(
            LandingError, match=r"claude_code_lines/host=host/.*: cannot write .*: No space left on dev"
        ):
            host.extract()
    host.landing.rename(host.path / "elsewhere")
    host.landing.write_text("in the way", encoding="utf-8")
    with pytest.raises(LandingError, match="landing: cannot make the directory: File exists"):
        host.extract()


def test_a_manifest_that_is_damaged_is_named(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    path = host.landing / "manifests/host.json"
    text = path.read_text(encoding="utf-8")
    for damaged in (text[:-2], text.replace('"format": 1', '"format": "one"'), "[]", "{}"):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(DamagedState, match=r"manifests/host\.json: not a manifest \("):
            host.extract()


def test_what_a_newer_version_wrote_is_refused_and_left_as_it_is(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    before = parquet_files(host)
    host.write(LINE)
    for path in (host.landing / "manifests/host.json", host.landing / str(host.manifest.files_path)):
        text = path.read_text(encoding="utf-8")
        newer = text.replace('"format": 1', '"format": 99').replace('"format":1', '"format":99')
        path.write_text(newer, encoding="utf-8")
        with pytest.raises(NewerState, match=rf"{path.name}: .* of format 99, which a newer fleetledger wrote; this"):
            host.extract()
        assert path.read_text(encoding="utf-8") == newer
        path.write_text(text, encoding="utf-8")
    assert parquet_files(host) == before


def test_the_manifest_lists_sources_and_counts(host: LoggedHost) -> None:
    host.add("mu", "default", provider="openrouter")
    host.write(LINE + b"\n" + b'{"type":1}\n')
    host.write(b'{"id":1}\n', "daemon/session-1.jsonl", source=1)
    host.extract()
    manifest = host.manifest
    assert manifest.sources == [
        {
            "fleet": source.fleet,
            "account": "default",
            "provider": source.provider,
            "root": str(source.root),
            "position": position,
            "account_uuid": None,
        }
        for position, source in enumerate(host.sources, start=1)
    ]
    assert (manifest.host, manifest.demo) == ("host", False)
    counts = [
        (batch.table, batch.rows, batch.ok_lines, batch.repaired_lines, batch.rejected_lines, batch.bytes)
        for batch in manifest.batches
    ]
    assert counts == [("claude_code_lines", 3, 1, 1, 1, len(LINE) + 12), ("mu_events", 1, 1, 0, 0, 9)]
    assert {batch.landed_at for batch in manifest.batches} == {"2026-01-02T03:04:05.000000+00:00"}
    assert host.rows("batch_id") == [(manifest.batches[0].batch_id,)] * 3


def test_one_process_at_a_time(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    path = host.landing / "locks/host.lock"
    holder = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from fleetledger.base.locks import lock
with lock(Path({str(path)!r}), datetime(2026, 1, 1, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        expected = rf"host\.lock is held by pid {process.pid} on .* since 2026-01-01T00:00:00\+00:00 \(-c\)"
        with pytest.raises(LockHeld, match=expected):
            host.extract()
        process.kill()
    host.extract()
    assert path.read_text(encoding="utf-8") == ""


def test_a_lock_is_let_go_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with pytest.raises(ZeroDivisionError), lock(path, NOW):
        raise ZeroDivisionError
    with (
        lock(path, NOW + timedelta(hours=1)),
        pytest.raises(LockHeld, match=r"since 2026-01-02T04:04:05"),
        lock(path, NOW),
    ):
        pass
