"""Which rule takes a task: each class, and each boundary between a rule and the next that would have it."""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb
import pytest
from built_fleet import BuiltFleet
from compiled_models import read_models

from fleetledger.base.paths import warehouse_path

NOTHING: dict[str, Any] = {
    "fleet": "claude_code",
    "is_subagent": False,
    "exit_reason": "done",
    "mu_exit_reason": "done",
    "diff_is_empty": False,
    "format_fails": False,
    "a_pass_is_current": False,
    "has_answer": False,
    "claims_a_change": False,
    "is_outside_repository": False,
    "evidence_coverage": "logs",
    **dict.fromkeys(
        [
            *("edit_count", "edited_file_count", "ignored_edit_count", "scratch_edit_count", "writing_command_count"),
            *("told_default_commit_count", "told_pushed_commit_count"),
            *("commit_count", "default_commit_count", "reverted_commit_count", "standing_commit_count"),
            *("pull_request_count", "told_pull_request_count"),
            *("merged_pull_request_count", "told_merged_pull_request_count"),
            *("failed_check_count", "passed_check_count"),
        ],
        0,
    ),
}
"""A task that ended well and of which nothing is seen."""

COMMITTED = {"commit_count": 1, "standing_commit_count": 1, "edit_count": 1, "commit_join_rank": 1}
MERGED = {**COMMITTED, "default_commit_count": 1, "default_join_rank": 1}
REVERTED = {**MERGED, "reverted_commit_count": 1, "standing_commit_count": 0}
PASSED = {"passed_check_count": 1, "passed_check_kind": "test", "a_pass_is_current": True}
FAILED = {"failed_check_count": 1, "failed_check_kind": "test"}
MU = {"fleet": "mu"}


class Case(NamedTuple):
    """A task's evidence, and the verdicts on it: ours as rule, class and confidence, and mu's class."""

    name: str
    evidence: dict[str, Any]
    rule: str
    outcome_class: str
    confidence: str
    mu_class: str


def exits(reason: str) -> dict[str, Any]:
    return {"exit_reason": reason, "mu_exit_reason": reason}


CASES = [
    Case("nothing", {}, "nothing_seen", "unobserved", "inferred", "narrative_no_action"),
    Case("commands", {"writing_command_count": 1}, "nothing_seen", "unobserved", "inferred", "narrative_no_action"),
    Case("answer", {"has_answer": True}, "answered", "answered", "probable", "narrative_no_action"),
    Case(
        "answer after a command that may write",
        {"has_answer": True, "writing_command_count": 1},
        *("nothing_seen", "unobserved", "inferred", "narrative_no_action"),
    ),
    Case(
        "answer after an edit",
        {"has_answer": True, "edit_count": 1},
        *("uncommitted", "uncommitted_edits", "inferred", "narrative_no_action"),
    ),
    Case(
        "edits in a repository that was collected",
        {"edit_count": 1, "evidence_coverage": "git"},
        *("uncommitted", "uncommitted_edits", "probable", "narrative_no_action"),
    ),
    Case(
        "edits, checks fail",
        {"edit_count": 1, **FAILED},
        "check_fails",
        "bug_in_output",
        "probable",
        "narrative_no_action",
    ),
    Case(
        "edits, checks pass",
        {"edit_count": 1, **PASSED},
        *("likely_success", "likely_success", "inferred", "narrative_no_action"),
    ),
    Case(
        "edits, checks pass, and the repository that was collected has no commit",
        {"edit_count": 1, "evidence_coverage": "git", **PASSED},
        *("uncommitted", "uncommitted_edits", "probable", "narrative_no_action"),
    ),
    Case(
        "edits where no repository is",
        {"edit_count": 1, "is_outside_repository": True, **PASSED},
        *("outside", "outside_repository", "probable", "narrative_no_action"),
    ),
    Case(
        "a draft in a directory that is emptied",
        {"scratch_edit_count": 1, "has_answer": True},
        *("outside", "outside_repository", "probable", "narrative_no_action"),
    ),
    Case(
        "edits of ignored files alone",
        {"ignored_edit_count": 1, "has_answer": True},
        *("ignored_edits", "unobserved", "inferred", "narrative_no_action"),
    ),
    Case(
        "a plan that was handed over",
        exits("operator_stopped") | {"successor_task_id": "t"},
        *("handed_over", "handed_over", "definite", "operator_intervention"),
    ),
    Case(
        "edits before a plan that was handed over",
        exits("operator_stopped") | {"successor_task_id": "t", "edit_count": 1},
        *("uncommitted", "uncommitted_edits", "inferred", "operator_intervention"),
    ),
    Case("turns used up", {"exit_reason": "turn_cap"}, "turn_cap", "turns_halted", "definite", "narrative_no_action"),
    Case(
        "pushed to the default branch, says the log",
        COMMITTED | FAILED | {"told_default_commit_count": 1, "told_pushed_commit_count": 1},
        *("told_default_commit", "merged", "probable", "unclassified"),
    ),
    Case(
        "a pull request, and nothing else",
        {"pull_request_count": 1, "told_pull_request_count": 1},
        *("committed", "unclassified", "inferred", "narrative_no_action"),
    ),
    Case(
        "answered about a pull request that is only linked",
        {"pull_request_count": 1, "has_answer": True},
        *("answered", "answered", "probable", "narrative_no_action"),
    ),
    Case(
        "checks fail, and no change was made", FAILED, "nothing_seen", "unobserved", "inferred", "narrative_no_action"
    ),
    Case("committed", COMMITTED, "committed", "committed", "inferred", "unclassified"),
    Case("committed, checks pass", COMMITTED | PASSED, "checks_pass", "clean_success", "probable", "unclassified"),
    Case(
        "committed, checks passed before the last edit",
        COMMITTED | PASSED | {"a_pass_is_current": False},
        *("checks_pass", "clean_success", "inferred", "unclassified"),
    ),
    Case(
        "committed, a check passes and another fails",
        COMMITTED | PASSED | FAILED,
        *("check_fails", "bug_in_output", "probable", "unclassified"),
    ),
    Case(
        "committed, formatting fails",
        COMMITTED | PASSED | {"format_fails": True},
        *("format_fails", "cosmetic_failure", "probable", "unclassified"),
    ),
    Case(
        "checks pass on the forge",
        COMMITTED | FAILED | {"ci_result": "pass"},
        *("ci_passes", "clean_success", "definite", "clean_success"),
    ),
    Case(
        "only formatting fails on the forge",
        COMMITTED | PASSED | {"ci_result": "format"},
        *("ci_format_fails", "cosmetic_failure", "definite", "cosmetic_failure"),
    ),
    Case(
        "checks fail on the forge",
        COMMITTED | PASSED | {"ci_result": "fail"},
        *("ci_fails", "bug_in_output", "definite", "bug_in_output"),
    ),
    Case(
        "a change is told of and none was made",
        {"claims_a_change": True, "has_answer": True},
        *("claimed_change", "narrative_no_action", "probable", "narrative_no_action"),
    ),
    Case(
        "a sub-agent tells of a change",
        {"claims_a_change": True, "has_answer": True, "is_subagent": True},
        *("answered", "answered", "probable", "narrative_no_action"),
    ),
    Case(
        "the message names a file that is not in the diff",
        COMMITTED | {"missing_file": "a.py", "mu_missing_file": "a.py", "ci_result": "pass"},
        *("claimed_files", "hollow_commit", "probable", "hollow_commit"),
    ),
    Case(
        "the message names some that are not in the diff",
        COMMITTED | {"mu_missing_file": "a.py"},
        *("committed", "committed", "inferred", "hollow_commit"),
    ),
    Case(
        "an empty commit",
        COMMITTED | {"diff_is_empty": True, "missing_file": "a.py", "mu_missing_file": "a.py"},
        *("empty_diff", "narrative_no_action", "probable", "narrative_no_action"),
    ),
    Case(
        "a pull request that is not there",
        COMMITTED | {"diff_is_empty": False, "missing_pull_request_url": "u", "missing_file": "a.py"},
        *("claimed_pull_request", "lying_state", "definite", "lying_state"),
    ),
    Case("unfinished", exits("unfinished") | {"edit_count": 1}, "unfinished", "unfinished", "probable", "unclassified"),
    Case(
        "unfinished after a commit that passed",
        exits("unfinished") | COMMITTED | PASSED,
        *("checks_pass", "clean_success", "probable", "unclassified"),
    ),
    Case(
        "unfinished after a lie",
        exits("unfinished") | {"missing_pull_request_url": "u"},
        *("claimed_pull_request", "lying_state", "definite", "unclassified"),
    ),
    Case("interrupted", exits("operator_stopped"), "interrupt", "interrupted", "definite", "operator_intervention"),
    Case(
        "stopped in mu",
        MU | exits("operator_stopped"),
        *("operator", "operator_intervention", "definite", "operator_intervention"),
    ),
    Case(
        "cancelled in mu",
        MU | exits("cancelled"),
        "operator",
        "operator_intervention",
        "definite",
        "operator_intervention",
    ),
    Case("error", exits("error"), "error", "error_exit", "probable", "error_exit"),
    Case("error in mu", MU | exits("error"), "error", "error_exit", "definite", "error_exit"),
    Case("timeout", MU | exits("timeout"), "timeout", "timeout", "definite", "timeout"),
    Case("budget", MU | exits("budget_cap"), "budget_cap", "budget_halted", "definite", "budget_halted"),
    Case(
        "error after its pull request was merged",
        exits("error") | {"merged_pull_request_count": 1},
        *("merged_pull_request", "merged", "definite", "error_exit"),
    ),
    Case(
        "it merged a pull request, says the log",
        COMMITTED | {"told_merged_pull_request_count": 1},
        *("merged_pull_request", "merged", "probable", "unclassified"),
    ),
    Case("merged", MERGED, "merged_commit", "merged", "definite", "unclassified"),
    Case(
        "merged, known by a trailer alone",
        MERGED | {"default_join_rank": 2},
        *("merged_commit", "merged", "probable", "unclassified"),
    ),
    Case(
        "merged, known by its files alone",
        MERGED | {"default_join_rank": 6},
        *("merged_commit", "merged", "inferred", "unclassified"),
    ),
    Case("reverted", REVERTED, "reverted", "reverted", "definite", "unclassified"),
    Case(
        "one commit reverted, one that stands",
        REVERTED | {"standing_commit_count": 1},
        *("merged_commit", "merged", "definite", "unclassified"),
    ),
    Case("known to the operator", REVERTED, "backfilled", "false_success", "definite", "false_success"),
    Case("mu, done, with nothing at hand", MU, "answered", "answered", "inferred", "narrative_no_action"),
    Case(
        "mu, done, and not even its lines",
        MU | {"evidence_coverage": "none"},
        *("nothing_seen", "unobserved", "inferred", "narrative_no_action"),
    ),
]


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The columns of a table or view of the built warehouse, as `create table` takes them."""
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'built' and table_name = ?", [table]
    ).fetchall()
    return ", ".join(f"{name} {kind}" for name, kind in found)


@pytest.fixture(scope="module")
def verdicts(fleet: BuiltFleet) -> dict[str, tuple[str, ...]]:
    """The verdicts of the cases, by their names: the model as dbt compiled it, rules and all, over their evidence."""
    (model,) = (model for model in read_models(fleet.manifest) if model.relation.endswith('"int_task_outcomes"'))
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute(f"attach '{warehouse_path(fleet.data)}' as built (read_only)")
        connection.execute("use warehouse")
        for schema, table in (("intermediate", "int_task_evidence"), ("staging", "stg_backfill__outcomes")):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.{table} ({columns_of(connection, table)})")
        connection.execute("create schema seeds")
        connection.execute("create table seeds.outcome_rules as from built.seeds.outcome_rules")
        for case in CASES:
            row = {"task_id": case.name, "root_task_id": case.name, **NOTHING, **case.evidence}
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"insert into intermediate.int_task_evidence ({', '.join(row)}) values ({marks})", list(row.values())
            )
        connection.execute(
            "insert into staging.stg_backfill__outcomes (task_id, outcome_class, outcome_confidence, outcome_rationale)"
            " values ('known to the operator', 'false_success', 'definite', 'seen by a person')"
        )
        found = connection.sql(
            f"select task_id, outcome_rule, outcome_class, outcome_confidence, mu_outcome_class from ({model.sql})"
        ).fetchall()
    assert len(found) == len(CASES)
    return {name: tuple(verdict) for name, *verdict in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_task_has_the_verdict_of_the_first_rule_that_takes_it(
    case: Case, verdicts: dict[str, tuple[str, ...]]
) -> None:
    assert verdicts[case.name] == (case.rule, case.outcome_class, case.confidence, case.mu_class)


def test_every_rule_has_a_case(fleet: BuiltFleet) -> None:
    with fleet.warehouse() as warehouse:
        rules = warehouse.sql("select outcome_rule from seeds.outcome_rules where verdict = 'fleetledger'").fetchall()
    assert {rule for (rule,) in rules} == {case.rule for case in CASES}
