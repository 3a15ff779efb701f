from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published

from fleetledger.base.paths import published_path, this_host
from fleetledger.cli.main import main

ENTRY = """
[[tasks]]
task_id = "laptop/d1/t1"
session_id = "session-1"
provider = "anthropic_api"
model = "claude-opus-5"
exit_reason = "done"
outcome_class = "hollow_commit"
ended_at_unix_ms = 1767312000500
prompt_tokens = 1200
"""


def run(data: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in (*arguments, "--data-dir", data)])


def landed(data: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    manifest = json.loads((data / f"landing/collected/{this_host()}.json").read_text())
    paths = [str(data / "landing" / batch["path"]) for batch in manifest["batches"] if batch["table"] == table]
    query = f"select {columns} from read_parquet($paths, hive_partitioning = false) order by observed_at"
    return duckdb.execute(query, {"paths": paths}).fetchall()


# --- backfill ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "outcomes.toml"
    path.write_text(f'description = "From review"\n{ENTRY}')
    return path


def test_an_entry_lands_once_and_again_when_it_changes(tmp_path: Path, file: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "backfill", file).stdout == "Landed 1 of 1 entry; the others are there already.\n"
    assert run(data, "backfill", file).stdout == "Landed 0 of 1 entry; the others are there already.\n"
    file.write_text(file.read_text().replace("hollow_commit", "Clean_Success"))
    assert run(data, "backfill", file).stdout == "Landed 1 of 1 entry; the others are there already.\n"
    columns = (
        "task_id, outcome_class, outcome_confidence, cast(ended_at as text), prompt_tokens, started_at, source_file"
    )
    rest = ("definite", "2026-01-02 00:00:00.5", 1200, None, "outcomes.toml")
    assert landed(data, "backfilled_tasks", columns) == [
        ("laptop/d1/t1", "hollow_commit", *rest),
        ("laptop/d1/t1", "clean_success", *rest),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("hollow_commit", "great", "tasks[1].outcome_class is 'great'; expected one of merged, clean_success,"),
        ('"done"', '"tired"', "tasks[1].exit_reason is 'tired'; expected one of done, error, cancelled, budget_cap,"),
        (
            "session_id =",
            "outcome_confidence =",
            "tasks[1].outcome_confidence is 'session-1'; expected one of definite,",
        ),
        ('task_id = "laptop/d1/t1"', "", "tasks[1].task_id is missing"),
        ('"laptop/d1/t1"', "7", "tasks[1].task_id is 7; expected text"),
        ("= 1200", "= -1", "tasks[1].prompt_tokens is -1; expected a whole number from 0 on"),
        ("1767312000500", "1767312000500000", "tasks[1].ended_at_unix_ms is 1767312000500000; expected milliseconds"),
        ("session_id", "sesion_id", "tasks[1].sesion_id: no such key; expected one of task_id, session_id,"),
        (ENTRY, ENTRY + ENTRY, "tasks[2].task_id: 'laptop/d1/t1' is that of tasks[1] already"),
        (ENTRY, "", "tasks: expected tables that each begin with [[tasks]]"),
        (ENTRY, "tasks = [", "not TOML"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_lands(
    tmp_path: Path, file: Path, before: str, after: str, told: str
) -> None:
    file.write_text(file.read_text().replace(before, after, 1))
    result = run(tmp_path / "data", "backfill", file)
    assert result.exit_code == 2
    assert f"{file}: {told}" in result.stderr
    assert not (tmp_path / "data/landing").exists()


# --- mark -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    sessions = {
        "claude_code": ["5f3a91c2-1", "5f3a91c2-10", "77"],
        "mu": ["laptop/d1/session-1", "laptop/d1/session-10", "laptop/d2/session-2"],
    }
    calls = [{"session_id": name, "fleet": fleet} for fleet, names in sessions.items() for name in names]
    write_published(published_path(tmp_path / "data"), calls)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("7", "77"),
        ("5f3a91c2-1", "5f3a91c2-1"),
        ("session-1", "laptop/d1/session-1"),
        ("d2/", "laptop/d2/session-2"),
        ("laptop/d1/session-10", "laptop/d1/session-10"),
    ],
)
def test_the_beginning_of_an_id_is_enough(data: Path, name: str, session: str) -> None:
    assert run(data, "mark", name, "4").stdout == f"Session {session} is now marked 4 of 5.\n"
    assert landed(data, "session_marks", "session_id, rating, note") == [(session, 4, None)]


def test_the_same_mark_again_changes_nothing(data: Path) -> None:
    for rating, note in (("4", "fine"), ("4", "fine"), ("2", "no")):
        result = run(data, "mark", "77", rating, "--note", note)
    assert result.exit_code == 0
    assert landed(data, "session_marks", "rating, note") == [(4, "fine"), (2, "no")]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["5f3", "3"],
            2,
            "2 sessions begin with '5f3'; name one of them:\n  5f3a91c2-1 (claude_code, host laptop, account",
        ),
        (["laptop", "3"], 2, "3 sessions begin with 'laptop'"),
        (["nope", "3"], 1, "No session begins with 'nope'"),
        (["", "3"], 1, "No session begins with ''"),
        (["77", "6"], 2, "6 is not in the range 1<=x<=5"),
    ],
)
def test_one_session_must_be_meant(data: Path, arguments: list[str], code: int, told: str) -> None:
    result = run(data, "mark", *arguments)
    assert result.exit_code == code
    assert told in result.stderr
    assert not (data / "landing").exists()
