"""What Claude Code's hooks call: it returns at once, ends well, and leaves a card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from click.testing import CliRunner
from refreshed_demo import RefreshedDemo

from fleetledger import hooks
from fleetledger.base import clock
from fleetledger.base.paths import status_path
from fleetledger.cli.main import main
from fleetledger.published.notices import take_notices

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OVER: dict[str, Any] = {
    "budget_id": "project */shop day billed",
    "scope": "project",
    "scope_name": "*/shop",
    "period": "day",
    "period_name": "2026-11-20",
    "cost_kind": "billed",
    "state": "over",
    "spent_usd": 12.5,
    "limit_usd": 10,
}


def told(
    capsys: pytest.CaptureFixture[str], data: Path, budgets: list[dict[str, Any]], *, stop: bool
) -> dict[str, Any]:
    """What the prompt's hook answers where these budgets were published an hour ago; empty where nothing."""
    status_path(data).write_text(json.dumps({"as_of": NOW.timestamp() - 3600, "budgets": [[json.dumps(budgets)]]}))
    assert hooks.prompt(data, stop=stop) == 0
    out = capsys.readouterr().out
    answer: dict[str, Any] = json.loads(out) if out else {}
    return answer


def test_a_prompt_is_warned_and_stopped_only_where_a_person_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    warned = told(capsys, tmp_path, [OVER], stop=False)
    assert warned == {"systemMessage": "fleetledger: budget over: project */shop 2026-11-20 $12.50 of $10.00"}
    assert told(capsys, tmp_path, [OVER], stop=True)["decision"] == "block"
    assert told(capsys, tmp_path, [OVER | {"state": "warn"}], stop=True).keys() == {"systemMessage"}
    assert told(capsys, tmp_path, [OVER | {"state": "ok"}], stop=True) == {}
    assert told(capsys, tmp_path, [], stop=True) == {}
    # What was published two days ago says nothing of today.
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert told(capsys, tmp_path, [OVER], stop=True).keys() == {"systemMessage"}


@pytest.mark.parametrize("given", ["", "{", '{"budgets": 3}', '{"budgets": [["["]]}'])
def test_an_error_of_ours_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str) -> None:
    status_path(tmp_path).write_text(given)
    assert hooks.prompt(tmp_path, stop=True) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("given", ["", "[]", '{"session_id": 3}', '{"session_id": ""}'])
def test_a_sessions_end_never_fails(tmp_path: Path, given: str) -> None:
    command = [sys.executable, "-m", "fleetledger", "hook", "session-end", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.startswith("fleetledger hook: ")
    assert list(tmp_path.iterdir()) == []


def test_the_quick_commands_import_nothing_heavy() -> None:
    code = (
        "import sys, io; sys.stdin = io.TextIOWrapper(io.BytesIO(b'{}'));"
        "from fleetledger.hooks import run; run(['budget', '--hook']);"
        "print(sorted({'click', '_duckdb', 'rich', 'subprocess', 'platformdirs'} & set(sys.modules)), file=sys.stderr)"
    )
    environment = os.environ | {"FLEETLEDGER_DATA": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_session_that_ends_leaves_a_card(refreshed: RefreshedDemo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    subprocess.run(["cp", "-r", refreshed.copy, data], check=True)
    (line,) = (hooks._behind("5f3a91c2", data, data / "logs" / "fleet.toml"),)
    hooks.start_behind(line)
    card = data / "cards" / "5f3a91c2-7d1e-4b60-a3c8-1f0e9d7b2a64.json"
    for _ in range(600):
        if card.exists():
            break
        sleep(0.1)
    (row,) = json.loads(card.read_text())["rows"]
    assert (row["prompt_count"], row["tool_error_count"], row["pull_request_count"]) == (2, 2, 1)
    assert row["outcome_class"] == "clean_success"
    assert card.stat().st_mode & 0o077 == 0
    shown = CliRunner().invoke(main, ["show", "5f3a", "--card", "--data-dir", str(data)]).stdout
    assert "https://github.com/example/shop/pull/142" in shown
    assert "clean success" in shown


def test_a_scheduler_tells_each_budget_but_once(tmp_path: Path) -> None:
    warn = OVER | {"state": "warn"}
    assert take_notices(tmp_path, [warn]) == [warn]
    assert take_notices(tmp_path, [warn]) == []
    assert take_notices(tmp_path, [OVER]) == [OVER]
    assert take_notices(tmp_path, [OVER]) == []
    tomorrow = OVER | {"period_name": "2026-11-21"}
    assert take_notices(tmp_path, [tomorrow]) == [tomorrow]
