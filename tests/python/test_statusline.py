from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fleetledger import hooks, statusline
from fleetledger.base import clock
from fleetledger.base.paths import limits_path, status_path, this_host

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


def test_whoever_types_it_is_told_what_it_reads(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert statusline.run(["--data-dir", str(data)]) == 0
    assert hooks.run(["hook", "session-end", "--data-dir", str(data)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split(" reads ")[0] for line in told.err.splitlines()] == [
        *("fleetledger statusline", "fleetledger hook session-end"),
    ]


def test_an_account_is_known_by_where_its_logs_are(tmp_path: Path) -> None:
    root, linked = tmp_path / "projects/.claude-acme", tmp_path / "link"
    root.mkdir(parents=True)
    linked.symlink_to(root)
    status = STATUS | {"roots": [["/elsewhere/.claude", "default"], [str(root), "work"]]}
    for place in (root, linked):
        session = SESSION | {"transcript_path": f"{place}/projects/-home-ann-shop/s1.jsonl"}
        assert "session ≈$1.24" in line(session, status)
        assert "window 2h59 left" in line(session, status)


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


def run_statusline(data: Path, session: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(session).encode())))
    assert statusline.show(data, debug=True) == 0


def test_what_is_told_of_limits_is_noted_once_and_landed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from fleetledger.cli.main import main

    def told(used: float) -> dict[str, Any]:
        limits = {"used_percentage": used, "resets_at": SECONDS + 72 * HOUR}
        return SESSION | {"rate_limits": {"seven_day": limits, "odd": None, "new_limit": {"used_percentage": 5}}}

    for used in (40, 40, 41.5):
        run_statusline(data, told(used), monkeypatch)
    run_statusline(data, SESSION, monkeypatch)
    noted = limits_path(data)
    assert noted.stat().st_mode & 0o777 == 0o600
    assert [json.loads(one)["limits"]["seven_day"][0] for one in noted.read_bytes().splitlines()] == [40, 41.5]

    noted.write_bytes(noted.read_bytes() + b'{"at": 17')
    config = data / "fleet.toml"
    config.write_text('[[source]]\nfleet = "claude_code"\nroot = "logs"\naccount = "work"\n')
    response = {
        "type": "assistant",
        "uuid": "u",
        "sessionId": "s",
        "timestamp": "2026-11-20T10:00:00Z",
        "requestId": "r",
        "message": {"id": "m", "model": "claude-opus-5", "usage": {"input_tokens": 0, "output_tokens": 100_000}},
    }
    log = data / "logs/projects/p/s.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps(response) + "\n")
    places = ["--config", str(config), "--data-dir", str(data)]
    refreshed = CliRunner().invoke(main, ["refresh", *places])
    assert refreshed.exit_code == 0, refreshed.output
    assert not noted.exists()
    shown = CliRunner().invoke(main, ["report", "limits", "--json", "--data-dir", str(data)])
    (row,) = json.loads(shown.stdout)["rows"]
    assert (row["limit_name"], row["account"], row["used_share"], row["is_current"]) == (
        "seven_day",
        "work",
        0.415,
        True,
    )
    assert (row["model_call_count"], row["subscription_cost_usd"]) == (1, 2.5)
    assert row["whole_limit_usd"] == pytest.approx(2.5 / 0.415)
    table = CliRunner().invoke(main, ["report", "limits", "--active", "--data-dir", str(data)]).stdout
    assert "week" in table
    assert "42%" in table or "41%" in table
    assert "3d 0h" in table
