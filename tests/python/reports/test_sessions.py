from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published

from fleetledger.base.paths import published_path, this_host
from fleetledger.cli.main import main
from fleetledger.sources import resume
from fleetledger.sources.resume import resume_line

CALLS: tuple[dict[str, Any], ...] = (
    {"session_id": "s1", "host": this_host()},
    {"session_id": "s1", "host": this_host(), "cost_kind": "billed", "called_at": "2026-11-20 10:30:00"},
    {"session_id": "s2", "account": "work", "project": "/home/ann/my shop", "called_at": "2026-11-19 23:30:00"},
    {"session_id": "s3", "cost_kind": "unknown", "rate_id": None, "called_at": "2026-11-18 08:00:00"},
    {
        "session_id": "laptop/d41f/session-3",
        "fleet": "mu",
        "project": None,
        "cost_kind": "free",
        "called_at": "2026-11-17 08:00:00",
    },
)
TITLES = {"s1": "Fix the login", "s2": "Grow\x1b[2J the\u202e shop"}


@pytest.fixture(autouse=True)
def timezone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_published(published_path(tmp_path), CALLS, TITLES)
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["sessions", "--data-dir", str(data), *arguments])


def found(data: Path, *arguments: str) -> list[str]:
    result = run(data, "--json", *arguments)
    assert result.exit_code == 0, result.output
    return [row["session_id"] for row in json.loads(result.stdout)["rows"]]


def test_newest_first_each_with_its_cost_and_how_to_resume_it(data: Path) -> None:
    assert run(data).stdout.splitlines() == [
        "2026-11-20 10:30  shop  $0.01 ≈$0.01  Fix the login",
        "  cd /home/ann/shop && claude --resume s1",
        "2026-11-19 23:30  my shop  ≈$0.01  Grow[2J the shop",
        "  cd '/home/ann/my shop' && claude --resume s2  # on laptop, account work",
        "2026-11-18 08:00  shop  unpriced  s3",
        "  cd /home/ann/shop && claude --resume s3  # on laptop",
        "2026-11-17 08:00  (mu)  free  laptop/d41f/session-3",
        "  mu session laptop/d41f/session-3  # on laptop",
        "Times in UTC.",
    ]


def test_an_account_of_this_machine_is_resumed_in_the_directory_of_its_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, data = tmp_path / "my home", tmp_path / "data"
    monkeypatch.setenv("HOME", str(home))
    for account in ("", "-work"):
        log = home / f".claude{account}/projects/p/s.jsonl"
        log.parent.mkdir(parents=True)
        log.write_text('{"type":"user"}\n', encoding="utf-8")
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fleetledger.base.paths.usual_config", lambda: None)
    extracted = CliRunner().invoke(main, ["extract", "--data-dir", str(data)])
    assert extracted.exit_code == 0, extracted.output
    here = {"host": this_host()}
    calls = [{"session_id": "s1"} | here, {"session_id": "s2", "account": "work"} | here, CALLS[2] | {"host": "laptop"}]
    write_published(published_path(data), [*calls[:2], calls[2] | {"session_id": "s3"}])
    lines = {line.split("--resume ")[1][:2]: line.strip() for line in run(data).stdout.splitlines()[1::2]}
    assert lines == {
        "s1": "cd /home/ann/shop && claude --resume s1",
        "s2": f"cd /home/ann/shop && CLAUDE_CONFIG_DIR='{home}/.claude-work' claude --resume s2  # account work",
        "s3": "cd '/home/ann/my shop' && claude --resume s3  # on laptop, account work",
    }
    manifest = data / f"landing/manifests/{this_host()}.json"
    manifest.write_text("{", encoding="utf-8")
    assert "CLAUDE_CONFIG_DIR" not in run(data).stdout


def test_times_and_days_are_those_of_this_machine(data: Path) -> None:
    berlin = subprocess.run(
        ["fleetledger", "sessions", "--data-dir", data, "--since", "2026-11-20"],
        env={"TZ": "Europe/Berlin", "PATH": str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [line[:16] for line in berlin.splitlines()[:-1:2]] == ["2026-11-20 11:30", "2026-11-20 00:30"]
    assert berlin.endswith("Times in Europe/Berlin.\n")


def test_narrowed_by_project_fleet_account_and_day(data: Path) -> None:
    assert found(data, "--project", "MY SHOP") == ["s2"]
    assert found(data, "--fleet", "mu") == ["laptop/d41f/session-3"]
    assert found(data, "--account", "work") == ["s2"]
    assert found(data, "--since", "2026-11-19") == ["s1", "s2"]
    assert found(data, "--since", "2026-11-18", "--until", "2026-11-19") == ["s2", "s3"]
    assert run(data, "--project", "shpo").stdout == (
        "No session matches.\nNo project has 'shpo' in its name; most like it: /home/ann/shop, /home/ann/my shop.\n"
    )
    assert run(data, "--account", "nobody").exit_code == 2
    assert run(data, "--since", "soon").exit_code == 2


def test_the_outcome_is_told_where_there_is_one(data: Path) -> None:
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(
            "update fct_sessions set outcome_class = if(session_id = 's1', 'clean_success', 'unobserved')"
        )
    first, _, second, *_ = run(data).stdout.splitlines()
    assert first == "2026-11-20 10:30  shop  $0.01 ≈$0.01  clean success  Fix the login"
    assert "unobserved" not in second


def test_what_is_left_out_is_told(data: Path) -> None:
    assert run(data, "-n", "1").stdout.splitlines()[-1] == "The 1 newest of 4 sessions; -n shows more. Times in UTC."


def test_an_empty_fleet_has_none(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), ())
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.stdout.startswith("No sessions yet.")


@pytest.mark.parametrize("directory", ["/tmp/a b", "/tmp/$(touch x)", "/tmp/`x`", "/tmp/'; rm -rf ~ #", "/tmp/a\\b"])
def test_a_shell_takes_the_directory_for_what_it_is_called(directory: str) -> None:
    line = resume_line({"fleet": "claude_code", "resume_id": "s1", "resume_in": directory})
    assert line is not None
    shown = line.replace("cd ", "printf %s ", 1).replace("claude --resume s1", "true")
    assert subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout == directory


@pytest.mark.parametrize(
    ("session_id", "directory"),
    [("s1", "/tmp/a\nb"), ("s1", "-p"), ("--dangerously", "/tmp"), ("$(x)", "/tmp"), ("a b", "/tmp")],
)
def test_what_cannot_be_typed_safely_gets_no_line(session_id: str, directory: str) -> None:
    assert resume_line({"fleet": "claude_code", "resume_id": session_id, "resume_in": directory}) is None


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(resume).failed == 0
