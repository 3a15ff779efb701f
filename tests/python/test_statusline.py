from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fleetledger import statusline
from fleetledger.base import clock
from fleetledger.base.paths import status_path, this_host

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
HOUR = 3600

SESSION: dict[str, Any] = {
    "session_id": "s1",
    "transcript_path": "/home/ann/.claude-work/projects/-home-ann-shop/s1.jsonl",
    "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
    "workspace": {"current_dir": "/home/ann/shop"},
    "cost": {"total_cost_usd": 1.236},
    "context_window": {"used_percentage": 26.4, "context_window_size": 200000},
}

STATUS: dict[str, Any] = {
    "as_of": SECONDS - 600,
    "quarters": [
        [SECONDS - 20 * HOUR, "billed", 100.0],
        [SECONDS - 3 * HOUR, "subscription", 4.25],
        [SECONDS - 3 * HOUR, "billed", 0.5],
        [SECONDS - 2 * HOUR, "subscription", 1.0],
    ],
    "windows": [
        [this_host(), "default", SECONDS - HOUR, SECONDS + HOUR],
        [this_host(), "work", SECONDS - 2 * HOUR, SECONDS + 3 * HOUR - 60],
    ],
    "accounts": [[this_host(), "default", "billed"], [this_host(), "work", "subscription"]],
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    status_path(tmp_path).write_text(json.dumps(STATUS))
    return tmp_path


def line(session: object, status: dict[str, Any] = STATUS) -> str:
    return statusline.SEPARATOR.join(statusline.parts(session, status, NOW))


def test_model_session_today_window_and_context() -> None:
    assert line(SESSION) == "Opus 5 · session ≈$1.24 · today $0.50 ≈$5.25 · window 2h59 left · context 26%"


def test_what_claude_code_says_of_the_window_wins() -> None:
    limits = {"five_hour": {"used_percentage": 42.0, "resets_at": SECONDS + 90 * 60}}
    assert "window 42%, 1h30 left" in line(SESSION | {"rate_limits": limits})


def test_the_weekly_limit_is_what_claude_code_says() -> None:
    week = {"used_percentage": 41.3, "resets_at": SECONDS + 3 * 24 * HOUR + 5 * HOUR + 59}
    assert " · week 41%, 3d05 left · context" in line(SESSION | {"rate_limits": {"seven_day": week}})
    over = {"used_percentage": 41.3, "resets_at": SECONDS - 1}
    for limit in (None, over, {"used_percentage": 41.3}, {"resets_at": SECONDS + HOUR}):
        assert "week" not in line(SESSION | {"rate_limits": {"seven_day": limit}})


def test_money_has_the_mark_of_its_account() -> None:
    usual = SESSION | {"transcript_path": "/home/ann/.claude/projects/p/s1.jsonl"}
    assert "session $1.24" in line(usual)
    assert "session ?$1.24" in line(usual, {})
    assert "session ≈$1.24" in line(usual | {"rate_limits": {"five_hour": None}}, {})


def test_bars_of_desktops_are_told_without_a_session(
    data: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert statusline.run(["--plain", "--data-dir", str(data)]) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out.decode() == "today $0.50 ≈$5.25 · window 1h00 left\n"


def test_what_is_not_known_is_left_out() -> None:
    assert line({"model": {"display_name": "Opus 5"}}, {}) == "Opus 5"
    assert line({}, {}) == ""
    yesterday = STATUS | {"as_of": SECONDS - 15 * HOUR, "windows": []}
    assert "today" not in line(SESSION, yesterday)
    assert "window" not in line(SESSION, yesterday)


@pytest.mark.parametrize(
    "session",
    [[], "x", {"model": "x"}, {"cost": {"total_cost_usd": True}}, {"context_window": {"used_percentage": -1}}],
)
def test_oddities_are_left_out(session: object) -> None:
    assert line(session, {}) == ""


def test_a_name_cannot_steer_the_terminal() -> None:
    assert line({"model": {"display_name": "Op\x1b[31mus\u202e\n" + "x" * 99}}, {}) == "Op[31mus" + "x" * 32


@pytest.mark.parametrize("given", [b"", b"{", b"\xff\xfe", b'{"cost": {"total_cost_usd": 1e999}}'])
def test_on_trouble_it_prints_nothing_and_ends_well(
    data: Path, given: bytes, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status_path(data).write_text("[")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert statusline.run(["--data-dir", str(data)]) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr() == (b"", b"")


def test_the_command_runs_without_what_the_others_import(data: Path) -> None:
    """Both ways to call it print the same; asked for it, the reason why something is missing."""
    shown = []
    for module in ("__main__", "cli.main"):
        code = f"import sys; sys.argv[0] = 'fleetledger'; from fleetledger.{module} import main; main()"
        ended = subprocess.run(
            [sys.executable, "-c", code, "statusline", "--debug", "--data-dir", data / "nowhere"],
            input=json.dumps(SESSION),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "status.json" in ended.stderr
        shown.append(ended.stdout)
    assert shown == ["Opus 5 · session ?$1.24 · context 26%\n"] * 2


def test_it_imports_next_to_nothing() -> None:
    code = "import sys, fleetledger.statusline; print({'click', '_duckdb', 'rich'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"
