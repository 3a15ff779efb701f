"""The audit's models as dbt compiled them, run over tool calls that a test makes up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from compiled_models import read_models

from fleetledger.base.paths import PROJECT_ROOT

MODELS = (
    *("int_audit_rules", "int_project_folds", "int_shell_commands", "int_file_accesses", "int_urls"),
    *("fct_file_accesses", "fct_commands", "fct_urls", "fct_audit_findings"),
)
SEEDS = ("audit_rules", "audit_terms", "project_folds", "shell_wrappers")

TOOL_CALLS = """
    create table intermediate.int_tool_calls (
        tool_call_id varchar, task_id varchar, session_id varchar, tool_name varchar, tool_kind varchar,
        file_path varchar, paths varchar, command varchar, url varchar, working_directory varchar
    )
"""


@dataclass(frozen=True)
class ToolCall:
    """What the audit reads of a tool call; its project is where its session began: /home/ann/shop, or on Windows."""

    tool_call_id: str
    tool_kind: str = "bash"
    file_path: str | None = None
    paths: str | None = None
    command: str | None = None
    url: str | None = None
    working_directory: str | None = "/home/ann/shop"
    task_id: str = "task"
    session_id: str = "session"
    tool_name: str = "Tool"


def audited(manifest: Path, calls: Iterable[ToolCall]) -> duckdb.DuckDBPyConnection:
    """The audit's marts over `calls`, in memory, by the models of dbt's manifest and the seeds of the project."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("use warehouse")
    for schema in ("seeds", "staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    for seed in SEEDS:
        [path] = (PROJECT_ROOT / "seeds").rglob(f"{seed}.csv")
        connection.execute(f"create table seeds.{seed} as from read_csv($1, all_varchar = true)", [str(path)])
    for table in ("stg_settings__audit_rules", "stg_settings__project_folds"):
        seed = table.removeprefix("stg_settings__")
        connection.execute(f"create table staging.{table} as from seeds.{seed} limit 0")
    connection.execute(TOOL_CALLS)
    for call in calls:
        row = asdict(call)
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        connection.execute(f"insert into intermediate.int_tool_calls ({names}) values ({marks})", list(row.values()))
    connection.execute("""
        create table intermediate.int_session_projects as
        select 'session' as session_id, '/home/ann/shop' as cwd, '/home/ann/shop' as project
        union all
        select 'windows', 'D:\\dev\\shop', 'D:\\dev\\shop'
    """)
    connection.execute("""
        create table intermediate.int_secrets as
        select '' as tool_call_id, '' as found_in, '' as secret_type, '' as secret_hash where false
    """)
    connection.execute("create table intermediate.int_reporting as select 'UTC' as timezone")
    # Nothing was shown without a call.
    connection.execute("""
        create table staging.stg_claude_code__side_records as
        select
            '' as line_id, '' as batch_id, '' as record_type, '' as attachment_kind, '' as attachment_file_name,
            '' as attachment_path
        where false
    """)
    connection.execute("""
        create table intermediate.int_claude_code_lines as
        select
            '' as line_id, '' as thread_id, '' as session_id, '' as cwd, 1 as copy_number,
            cast(null as timestamp) as logged_at
        where false
    """)
    connection.execute("""
        create table marts.fct_tasks as
        select
            '' as task_id, '' as session_id, '' as fleet, '' as host, '' as account, '' as project
        where false
    """)
    connection.execute("""
        create table marts.fct_tool_calls as
        select
            *, 'claude_code' as fleet, 'laptop' as host, 'default' as account, '/home/ann/shop' as project,
            cast('2026-11-20 10:00:00' as timestamp) as called_at, cast('2026-11-20' as date) as called_on,
            false as is_error
        from intermediate.int_tool_calls
    """)
    for model in read_models(manifest):
        if model.relation.rpartition(".")[2].strip('"') in MODELS:
            connection.execute(f"create table {model.relation} as {model.sql}")
    return connection
