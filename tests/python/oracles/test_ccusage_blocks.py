"""Claude Code's usage windows against `ccusage blocks`, on the same logs.

The windows differ where the responses do, by the divergences that docs/ccusage.md names: with all of them in force, a
reading of the logs line by line comes to ccusage's windows, with none to the warehouse's.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from built_fleet import BuiltFleet
from ccusage_command import installed, rates
from ccusage_reading import EVERY, NONE, OWN_TEXT_MODEL, Line, Rates, Window, read_lines, windows
from logged_host import LoggedHost

from bench import ccusage as peer


@pytest.fixture(scope="module")
def ccusage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("npm"))


@dataclass(frozen=True)
class Account:
    """An account on a host: its logs as ccusage tells their windows, line by line, and as the warehouse has them."""

    said: list[dict[str, Any]]
    lines: list[Line]
    warehouse: list[Window]


def said_of(ccusage: Path, root: Path, home: Path) -> list[dict[str, Any]]:
    said = subprocess.run(
        [ccusage, *peer.arguments("blocks")],
        env=os.environ | peer.environment([root], home),
        capture_output=True,
        check=True,
        text=True,
    )
    blocks: list[dict[str, Any]] = json.loads(said.stdout)["blocks"]
    return blocks


@pytest.fixture(scope="module")
def accounts(ccusage: Path, fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> list[Account]:
    home = tmp_path_factory.mktemp("home")
    found = []
    with fleet.warehouse() as warehouse:
        for source in fleet.sources:
            if source.fleet != "claude_code":
                continue
            rows = warehouse.execute(
                "select started_at, first_called_at, last_called_at, model_call_count, coalesce(total_tokens, 0)"
                " from marts.fct_usage_blocks where host = ? and account = ? and fleet = 'claude_code' order by 1",
                [source.host, source.account],
            ).fetchall()
            mine = [Window(*(at.replace(tzinfo=UTC) for at in row[:3]), *row[3:]) for row in rows]
            found.append(Account(said_of(ccusage, source.root, home), read_lines([source]), mine))
    return found


@pytest.fixture(scope="module")
def prices(ccusage: Path, accounts: list[Account], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rates]:
    """ccusage's own: of two lines of a response it keeps the one that costs more."""
    models = {line.model for account in accounts for line in account.lines if line.model}
    return rates(ccusage, sorted(models - {OWN_TEXT_MODEL}), tmp_path_factory.mktemp("prices"))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_with_every_divergence_the_windows_are_those_of_ccusage(
    accounts: list[Account], prices: dict[str, Rates]
) -> None:
    for account in accounts:
        said = [
            (instant(block["startTime"]), instant(block["actualEndTime"]), block["entries"], block["totalTokens"])
            for block in account.said
            if not block["isGap"]
        ]
        read = windows(account.lines, EVERY, prices)
        assert [(window.begins, window.last, window.responses, window.tokens) for window in read] == said


def test_with_every_divergence_gaps_are_those_of_ccusage(accounts: list[Account], prices: dict[str, Rates]) -> None:
    for account in accounts:
        said = [(instant(block["startTime"]), instant(block["endTime"])) for block in account.said if block["isGap"]]
        read = windows(account.lines, EVERY, prices)
        five_hours = timedelta(hours=5)
        gaps = [(one.last + five_hours, two.first) for one, two in pairwise(read)]
        assert [gap for gap in gaps if gap[0] < gap[1]] == said


def test_with_no_divergence_the_windows_of_plans_are_those_of_the_warehouse(accounts: list[Account]) -> None:
    """But for accounts with copies of another's responses, which are of whoever had them first."""
    had = Counter(key for account in accounts for key in responses_of(account))
    apart = [account for account in accounts if all(had[key] == 1 for key in responses_of(account))]
    assert len(apart) >= 3
    assert any(account.said and not account.warehouse for account in apart)
    for account in apart:
        assert windows(account.lines, NONE, {}, of_a_plan=True) == account.warehouse


def responses_of(account: Account) -> set[tuple[str, str | None]]:
    return {(line.message_id, line.request_id) for line in account.lines if line.message_id}


def test_accounts_together_are_one_for_ccusage_and_not_here(ccusage: Path, tmp_path: Path) -> None:
    """Of several directories ccusage makes one chain of windows: the second's call at 14:59 falls into the first's."""
    roots = []
    for name, at in (("a", "2026-03-01T10:30:00.000Z"), ("b", "2026-03-01T14:59:00.000Z")):
        (tmp_path / name).mkdir()
        host = LoggedHost(tmp_path / name)
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": name, "model": "claude-opus-4-6", "role": "assistant", "usage": usage}
        record = {"type": "assistant", "timestamp": at, "requestId": name, "message": message}
        host.write(json.dumps(record, separators=(",", ":")).encode() + b"\n", f"projects/p/{name}.jsonl")
        roots.append(host.sources[0].root)
    said = subprocess.run(
        [ccusage, *peer.arguments("blocks")],
        env=os.environ | peer.environment(roots, tmp_path),
        capture_output=True,
        check=True,
        text=True,
    )
    assert [block["startTime"] for block in json.loads(said.stdout)["blocks"]] == ["2026-03-01T10:00:00.000Z"]
