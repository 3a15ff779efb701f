from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from published_fixture import write_published

from fleetledger.base.paths import published_path
from fleetledger.base.streams import DEGRADED, degrade


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "utf-8"])
def test_what_a_terminal_cannot_show_is_shown_otherwise(encoding: str) -> None:
    stream = io.TextIOWrapper(buffer := io.BytesIO(), encoding=encoding)
    degrade([stream, None])
    stream.write("≈ 日\udc80 ok")
    stream.flush()
    shown = buffer.getvalue().decode(encoding)
    assert shown == ("≈ 日? ok" if encoding == "utf-8" else "~ ?? ok")


def test_what_stands_for_a_character_can_be_shown_anywhere() -> None:
    assert all(shown.isascii() for shown in DEGRADED.values())


@pytest.mark.parametrize("command", ["sessions", "report"])
def test_commands_degrade_on_a_terminal_of_latin_1(tmp_path: Path, command: str) -> None:
    call = {"cost_kind": "subscription", "cost_usd": "0.5", "session_id": "s1", "called_at": "2026-11-20 10:00:00"}
    write_published(published_path(tmp_path), [call], {"s1": "日本"})
    ran = subprocess.run(
        [sys.executable, "-m", "fleetledger", command, "--data-dir", str(tmp_path)],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    shown = ran.stdout.decode("latin-1")
    assert "~$" in shown
    assert ran.stderr == b""
