"""`report value --pr`: the sessions behind a pull request, found by its number, its branch and its commits."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from published_fixture import insert, write_published

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main

BRANCH = "fix/SHOP-1"
CALLS = (
    {"session_id": "s1", "git_branch": BRANCH},
    {"session_id": "s1", "git_branch": "main"},
    {"session_id": "s1", "git_branch": "main"},
    {"session_id": "s2", "git_branch": BRANCH, "cost_kind": "billed", "provider": "openrouter"},
    {"session_id": "s3", "git_branch": "main"},
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pull_request")
    write_published(published_path(place), CALLS, {"s1": "A secret title"})
    with duckdb.connect(str(published_path(place))) as connection:
        connection.execute("update fct_tasks set git_branch = 'main' where session_id = 's3'")
        connection.execute("update fct_sessions set outcome_class = 'clean_success' where session_id = 's2'")
        url = "https://github.com/example/shop/pull/7"
        pull_request = {"task_id": "s3", "session_id": "s3", "git_branch": "main", "pull_request_url": url}
        insert(connection, "fct_task_pull_requests", {**pull_request, "pull_request_number": 7})
        commit = {"task_commit_id": "c", "task_id": "s3", "session_id": "s3", "commit_sha": "abc1234"}
        insert(connection, "fct_task_commits", commit)
    return place


def value(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["report", "value", "--data-dir", str(data), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--branch", BRANCH], {"s1": "branch", "s2": "branch"}),
        (["--pr", "7"], {"s3": "pull request"}),
        (["--commit", "abc1234def"], {"s3": "commit"}),
        (["--commit", "abc"], {"s3": "commit"}),
        (["--pr", "7", "--commit", "abc1234"], {"s3": "commit, pull request"}),
        (["--pr", "8"], {}),
    ],
)
def test_sessions_are_found_by_number_branch_and_commit(
    data: Path, arguments: list[str], found: dict[str, str]
) -> None:
    document = json.loads(value(data, *arguments, "--json"), parse_float=Decimal)
    assert {row["session_id"]: row["found_by"] for row in document["rows"]} == found
    assert document["totals"]["model_call_count"] == len(found)


def test_only_calls_on_the_branch_count_and_kinds_stand_apart(data: Path) -> None:
    totals = json.loads(value(data, "--branch", BRANCH, "--json"), parse_float=Decimal)["totals"]
    assert totals["subscription_cost_usd"] == totals["billed_cost_usd"] == Decimal("0.01")


def test_a_comment_tells_no_titles(data: Path) -> None:
    comment = value(data, "--branch", BRANCH, "--markdown")
    assert "secret" not in comment
    assert "| s2 | clean success | branch | 1 |" in comment
    assert "| all |  |  | 2 | 2,400 | $0.01 | ≈$0.01 |" in comment
    assert "No session that is landed worked on it." in value(data, "--pr", "8")


def test_a_comment_on_a_demo_says_so(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), CALLS, is_demo=True)
    asked = ("--branch", BRANCH, "--commit", "abc1234", "--markdown")
    assert value(tmp_path, *asked).startswith("DEMO  ")
    assert f"branch {BRANCH}, 1 commit\n" in value(tmp_path, *asked)
