"""The models that read command lines as dbt compiled them, run over lines that a test makes up and what came back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from compiled_models import read_models

from fleetledger.base.paths import PROJECT_ROOT

MODELS = (
    *("int_shell_commands", "int_check_commands", "int_check_runs", "int_checks"),
    *("int_file_edits", "int_git_commands", "int_git_operations"),
)
SEEDS = (
    *("audit_terms", "check_recognizers", "pull_request_makers", "read_only_commands", "reading_tools"),
    *("shell_wrappers", "uncommittable_files"),
)

EMPTY_TABLES = """
    create table intermediate.int_tool_calls (
        tool_call_id varchar, task_id varchar, session_id varchar, host varchar, tool_kind varchar, file_path varchar,
        command varchar, working_directory varchar, called_at timestamp, is_error boolean,
        call_line_id varchar, result_line_id varchar, result_block_number integer, tool_name varchar,
        subagent_type varchar, spawned_agent_id varchar, model_call_id varchar
    );
    create table staging.stg_claude_code__content_blocks (
        line_id varchar, block_number integer, result_text varchar, result_denial_kind varchar,
        result_commit_sha varchar, result_commit_kind varchar, result_pushed_branch varchar,
        result_pr_action varchar, result_pr_url varchar, result_edited_file_count bigint, block_type varchar,
        block_text varchar, tool_name varchar
    );
    create table intermediate.int_disruptions (line_id varchar, block_number integer, disruption varchar);
    create table intermediate.int_claude_code_threads (session_id varchar, agent_id varchar);
    create table intermediate.int_claude_code_lines (
        line_id varchar, thread_id varchar, session_id varchar, copy_number integer, model_call_id varchar,
        git_branch varchar,
        stop_reason varchar, logged_at timestamp
    );
    create table intermediate.int_mu_events (line_id varchar, result_text varchar);
"""


@dataclass(frozen=True)
class Run:
    """A command line that an agent ran, and what it was given back."""

    tool_call_id: str
    command: str
    result_text: str = ""
    is_error: bool = False
    working_directory: str = "/home/ann/shop"
    tool_name: str = "Bash"


def commands_run(manifest: Path, runs: Iterable[Run]) -> duckdb.DuckDBPyConnection:
    """What the models make of `runs`, in memory, by the models of dbt's manifest and the seeds of the project."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("use warehouse")
    for schema in ("seeds", "staging", "intermediate"):
        connection.execute(f"create schema {schema}")
    for seed in SEEDS:
        [path] = (PROJECT_ROOT / "seeds").rglob(f"{seed}.csv")
        connection.execute(f"create table seeds.{seed} as from read_csv($1, delim = ',', quote = '\"')", [str(path)])
    connection.execute(EMPTY_TABLES)
    for run in runs:
        connection.execute(
            """
            insert into intermediate.int_tool_calls by name
            select
                $tool_call_id as tool_call_id, $command as command, $is_error as is_error, 'task' as task_id,
                'session' as session_id, 'laptop' as host, $tool_name as tool_name,
                case when $tool_name like 'mcp%' then 'mcp' else 'bash' end as tool_kind,
                $working_directory as working_directory, timestamp '2026-11-20 10:00:00' as called_at,
                $tool_call_id as call_line_id, $tool_call_id as result_line_id, 1 as result_block_number
            """,
            {name: value for name, value in asdict(run).items() if name != "result_text"},
        )
        connection.execute(
            """
            insert into staging.stg_claude_code__content_blocks by name
            select $1 as line_id, 1 as block_number, $2 as result_text
            """,
            [run.tool_call_id, run.result_text],
        )
    for model in read_models(manifest):
        if model.relation.rpartition(".")[2].strip('"') in MODELS:
            connection.execute(f"create table {model.relation} as {model.sql}")
    return connection
