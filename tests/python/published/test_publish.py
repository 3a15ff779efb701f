from __future__ import annotations

import doctest
import os
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from published_fixture import contracts, insert
from text_fixture import NO_TEXTS

from fleetledger.base import sql as quoting
from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main
from fleetledger.published.publish import PublishError, publish

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

STORAGE_OF_1_2 = 65
"""The number that DuckDB writes into files of storage version v1.2.0."""

WAREHOUSE = """
    create table build_state as select true as is_complete;
    create schema marts;
    create schema staging;
    create table staging.stg_lines as select 'secret' as raw;
    create table marts.fct_sessions (session_id varchar, title varchar, "odd ""n" bigint, cost_usd decimal(38, 16));
    insert into marts.fct_sessions values ('s1', 'Fix the login', 7, 1.0000000000000001), ('s2', null, null, null);
    comment on table marts.fct_sessions is 'One row per session; it''s the grain.';
    comment on column marts.fct_sessions.title is 'The session''s title.';
    create table marts.build_info as select true as has_text, timestamp '2026-11-20 18:00:00' as as_of;
    create table marts.dim_accounts (fleet varchar, host varchar, account varchar, cost_kind varchar);
    create table marts.fct_model_calls (called_at timestamp, cost_kind varchar, cost_usd decimal(38, 16));
    create table marts.fct_usage_blocks (
        host varchar, account varchar, started_at timestamp, ends_at timestamp, is_active boolean
    );
"""

TABLES = [
    *("build_info", "dim_accounts", "fct_budget_status", "fct_model_calls", "fct_sessions", "fct_usage_blocks"),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with duckdb.connect(str(warehouse_path(tmp_path))) as connection:
        connection.execute(WAREHOUSE)
        budgets = ", ".join(f"{name} {data_type}" for name, data_type in contracts()["fct_budget_status"].items())
        connection.execute(f"create table marts.fct_budget_status ({budgets})")
        connection.execute(NO_TEXTS)
    return tmp_path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        found: list[tuple[object, ...]] = connection.execute(query).fetchall()
        return found


def sessions(data: Path) -> list[tuple[object, ...]]:
    return rows(published_path(data), "select session_id, title from fct_sessions order by session_id")


def test_the_published_file_holds_the_marts_and_nothing_else(data: Path) -> None:
    published = publish(data, NOW)
    assert published.tables == len(TABLES)
    assert published.size == published_path(data).stat().st_size
    tables = rows(published.path, "select schema_name, table_name, comment from duckdb_tables() order by table_name")
    comments = {"fct_sessions": "One row per session; it's the grain."}
    assert tables == [("main", name, comments.get(name)) for name in TABLES]
    columns = rows(
        published.path,
        "select column_name, data_type, comment from duckdb_columns()"
        " where table_name = 'fct_sessions' order by column_index",
    )
    assert columns == [
        ("session_id", "VARCHAR", None),
        ("title", "VARCHAR", "The session's title."),
        ('odd "n', "BIGINT", None),
        ("cost_usd", "DECIMAL(38,16)", None),
    ]
    assert sessions(data) == [("s1", "Fix the login"), ("s2", None)]
    assert rows(published.path, "select sum(cost_usd)::varchar from fct_sessions") == [("1.0000000000000001",)]
    assert b"secret" not in published.path.read_bytes()


def test_any_duckdb_since_1_2_reads_it(data: Path) -> None:
    head = publish(data, NOW).path.read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert struct.unpack("<Q", head[12:20]) == (STORAGE_OF_1_2,)


def test_titles_are_left_out_on_request(data: Path) -> None:
    publish(data, NOW, text=False)
    assert sessions(data) == [("s1", None), ("s2", None)]
    assert rows(published_path(data), "select has_text from build_info") == [(False,)]
    assert b"Fix the login" not in published_path(data).read_bytes()


def test_titles_that_were_left_out_stay_out_until_a_configuration_says_otherwise(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleetledger.base.paths.usual_config", lambda: None)
    config = data / "fleet.toml"

    def publish_by_command(*arguments: str) -> list[tuple[object, ...]]:
        result = CliRunner().invoke(main, ["publish", "--data-dir", str(data), *arguments])
        assert result.exit_code == 0, result.output
        return sessions(data)

    with_titles, without = [("s1", "Fix the login"), ("s2", None)], [("s1", None), ("s2", None)]
    assert publish_by_command() == with_titles
    config.write_text(f'text = false\n[[source]]\nfleet = "mu"\nroot = "{data}"\n', encoding="utf-8")
    assert publish_by_command("--config", str(config)) == without
    assert publish_by_command() == without
    config.write_text(config.read_text(encoding="utf-8").replace("false", "true"), encoding="utf-8")
    assert publish_by_command("--config", str(config)) == with_titles


def test_what_was_said_is_kept_beside_it_for_its_owner_or_not_at_all(data: Path) -> None:
    with duckdb.connect(str(warehouse_path(data))) as connection:
        said = "'l1' as line_id, 1 as block_number, 's1' as session_id, 's1' as task_id, 'prompt' as text_kind"
        said += ", 'hello, a secret' as block_text"
        connection.execute(f"insert into intermediate.int_texts by name select {said}")
    before = os.umask(0o022)
    try:
        published = publish(data, NOW)
    finally:
        os.umask(before)
    texts = list((data / "text").iterdir())
    assert {path.stat().st_mode & 0o777 for path in texts} == {0o600}
    assert any(b"a secret" in path.read_bytes() for path in texts)
    assert b"a secret" not in published.path.read_bytes()
    publish(data, NOW, text=False)
    assert not (data / "text").exists()


def test_only_its_owner_reads_it(data: Path) -> None:
    before = os.umask(0o022)
    try:
        publish(data, NOW)
    finally:
        os.umask(before)
    assert published_path(data).stat().st_mode & 0o777 == 0o600


READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
count = "select count(*) from fct_sessions"
print(connection.execute(count).fetchone()[0], flush=True)
sys.stdin.readline()
print(connection.execute(count + " where length(session_id) > 0").fetchone()[0], flush=True)
print(connection.execute("select title from fct_sessions where session_id = 's1'").fetchone()[0], flush=True)
"""


def test_an_open_reader_keeps_the_file_it_opened(data: Path) -> None:
    publish(data, NOW)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(published_path(data))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "2\n"
        with duckdb.connect(str(warehouse_path(data))) as connection:
            connection.execute("insert into marts.fct_sessions (session_id) select 's' || range from range(3, 5000)")
            connection.execute("update marts.fct_sessions set title = 'Fix the logout' where session_id = 's1'")
        publish(data, NOW)
        assert rows(published_path(data), "select count(*) from fct_sessions") == [(4999,)]
        answers, _ = reader.communicate("go on\n")
    assert answers == "2\nFix the login\n"


def test_leftovers_of_a_killed_publish_are_cleared_away(data: Path) -> None:
    publish(data, NOW)
    leftover = data / ".fleetledger.duckdb.new"
    leftover.write_bytes(b"half a file")
    leftover.with_name(leftover.name + ".wal").write_bytes(b"half a log")
    assert len(sessions(data)) == 2
    publish(data, NOW)
    there = sorted(path.name for path in data.iterdir())
    assert there == ["build.lock", "fleetledger.duckdb", "status.json", "text", "warehouse.duckdb"]


def test_a_log_that_a_writer_left_is_not_played_into_the_new_file(data: Path) -> None:
    publish(data, NOW)
    published_path(data).with_name("fleetledger.duckdb.wal").write_bytes(b"of another file")
    publish(data, NOW)
    assert len(sessions(data)) == 2


@pytest.mark.parametrize("change", ["update build_state set is_complete = false", "drop table build_state"])
def test_what_is_not_of_one_whole_build_is_not_published(data: Path, change: str) -> None:
    publish(data, NOW)
    with duckdb.connect(str(warehouse_path(data))) as connection:
        connection.execute("delete from marts.fct_sessions")
        connection.execute(change)
    with pytest.raises(PublishError, match=r"not of one whole build.*fleetledger build"):
        publish(data, NOW)
    assert len(sessions(data)) == 2
    assert not (data / ".fleetledger.duckdb.new").exists()


def test_a_kill_while_copying_leaves_the_old_file(data: Path) -> None:
    publish(data, NOW)
    with duckdb.connect(str(warehouse_path(data))) as connection:
        connection.execute("delete from marts.fct_sessions")
    script = (
        "import os, sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from fleetledger.published import publish;"
        "publish.sync = lambda path: os._exit(9);"
        "publish.publish(Path(sys.argv[1]), datetime(2026, 11, 20, tzinfo=UTC))"
    )
    assert subprocess.run([sys.executable, "-c", script, str(data)], check=False).returncode == 9
    assert (data / ".fleetledger.duckdb.new").exists()
    assert len(sessions(data)) == 2
    publish(data, NOW)
    assert sessions(data) == []
    assert not (data / ".fleetledger.duckdb.new").exists()


def test_a_warehouse_of_another_version_is_named(data: Path) -> None:
    publish(data, NOW)
    with duckdb.connect(str(warehouse_path(data))) as connection:
        connection.execute("drop table marts.fct_usage_blocks")
        connection.execute("delete from marts.fct_sessions")
    with pytest.raises(
        PublishError, match=r"by another version \(.*fct_usage_blocks.*\); type `fleetledger build` first"
    ):
        publish(data, NOW)
    assert len(sessions(data)) == 2


def test_examples() -> None:
    assert doctest.testmod(quoting).failed == 0


def test_nothing_built(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="nothing has been built; type `fleetledger build` first"):
        publish(tmp_path, NOW)


def test_a_build_that_runs_keeps_publish_out(data: Path) -> None:
    with lock(data / "build.lock", NOW), pytest.raises(LockHeld, match=f"pid {os.getpid()}"):
        publish(data, NOW)
    assert not published_path(data).exists()


def test_a_program_that_holds_the_warehouse_is_named(data: Path) -> None:
    holder = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(warehouse_path(data))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(PublishError, match=rf"is in use: .*PID {process.pid}.*close the program"):
            publish(data, NOW)
        process.communicate("\n")
    assert publish(data, NOW).tables == len(TABLES)


def test_what_prompts_show_of_budgets_is_noted(data: Path) -> None:
    """`budget --quiet` says it with its exit code, and opens no database."""
    with duckdb.connect(str(warehouse_path(data))) as connection:
        for budget, spent in (("fine", 1), ("spent", 12), ("before", 90)):
            row = {
                "budget_id": budget,
                "scope": "all",
                "period": "month",
                "period_name": "2026-11",
                "cost_kind": "billed",
                "state": "over" if spent > 10 else "ok",
                "limit_usd": 10,
                "spent_usd": spent,
                "spent_share": spent / 10,
                "unpriced_call_count": 0,
                "is_current": budget != "before",
            }
            insert(connection, "marts.fct_budget_status", row)
    publish(data, NOW)
    published_path(data).write_bytes(b"no database")
    result = CliRunner().invoke(main, ["budget", "--quiet", "--data-dir", str(data)])
    assert (result.exit_code, result.output) == (1, "over: month 2026-11 all billed $12.00 of $10.00 (120%)\n")
