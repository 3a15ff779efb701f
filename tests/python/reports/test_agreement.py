"""What is told of how far verdicts can be trusted: by people's labels, and by the trailers of commits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from published_fixture import insert, write_published
from text_fixture import write_warehouse

from fleetledger.base.paths import PROJECT_ROOT, landing_dir, published_path, this_host
from fleetledger.cli.main import main
from fleetledger.landing.collection import read_collection
from fleetledger.published.texts import write_texts
from fleetledger.reports.agreement import wilson

CLASSES = str(PROJECT_ROOT / "seeds/outcomes/outcome_classes.csv")


def run(data: Path, *arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(data)], input=said)


def document(data: Path, *arguments: str) -> dict[str, Any]:
    result = run(data, "report", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three sessions with a task each, and their texts."""
    write_published(published_path(tmp_path), [{"session_id": f"s{number}"} for number in (1, 2, 3)])
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        connection.execute("insert into dim_outcome_classes by name from read_csv($1)", [CLASSES])
        connection.execute(
            "update fct_tasks set fleet = 'claude_code', host = 'laptop', account = 'default', exit_reason = 'done',"
            " project = '/home/ann/shop', outcome_class = 'merged', outcome_confidence = 'definite',"
            " tool_call_count = 2, outcome_rationale = 'a commit that it made is on the default branch',"
            " root_task_id = task_id"
        )
        for task, sha in (("s1", "1a2b3c4d5e6f7"), ("s2", None)):
            commit = {
                "task_commit_id": task,
                "task_id": task,
                "commit_sha": sha,
                "join_kind": "sha",
                "git_branch": "main",
            }
            insert(connection, "fct_task_commits", commit)
        check = {"check_id": "c", "task_id": "s1", "check_kind": "test", "check_result": "pass", "recognizer": "pytest"}
        insert(connection, "fct_checks", check)
    texts = [
        {"session_id": "s1", "block_text": "Mend the \x1b[31mprice"},
        {"session_id": "s1", "block_text": "It is mended.", "text_kind": "answer"},
    ]
    write_texts(tmp_path, write_warehouse(tmp_path / "texts.duckdb", texts))
    return tmp_path


def label(data: Path, *labels: tuple[str, str, str, str]) -> None:
    """Labels of tasks: what a person says, what the rules say and how surely, and where it was said."""
    with duckdb.connect(str(published_path(data))) as connection:
        for number, (said, ours, confidence, source) in enumerate(labels):
            row = {
                "task_id": f"t{number}",
                "label": said,
                "rule_outcome_class": ours,
                "rule_outcome_confidence": confidence,
                "rule_outcome_rule": "rule",
                "is_decided": ours != "unobserved",
                "agrees": said == ours,
                "label_source": source,
            }
            insert(connection, "fct_outcome_labels", row)


def test_agreement_is_of_what_the_rules_decide(data: Path) -> None:
    label(
        data,
        ("merged", "merged", "definite", "review 1"),
        ("merged", "merged", "probable", "review 1"),
        ("answered", "merged", "probable", "review 1"),
        ("answered", "unobserved", "inferred", "known.toml"),
    )
    found = document(data, "outcomes", "--agreement")
    totals = found["totals"]
    assert [totals[key] for key in ("labelled", "drawn", "decided", "agreed", "agreed_decided")] == [4, 3, 3, 2, 2]
    assert (totals["share"], totals["decided_share"]) == (0.5, 2 / 3)
    assert [(row["outcome_class"], row["decided_share"]) for row in found["rows"]] == [
        ("merged", 2 / 3),
        ("unobserved", None),
    ]
    assert {row["outcome_confidence"]: row["agreed_decided"] for row in found["confidences"]} == {
        "definite": 1,
        "probable": 1,
        "inferred": 0,
    }
    assert [row["task_id"] for row in found["disagreements"]] == ["t2", "t3"]
    text = run(data, "report", "outcomes", "--agreement").stdout
    assert "Of the 4 labelled tasks 3 were drawn by `outcomes review`" in text


def test_nobody_has_labelled_anything(data: Path) -> None:
    assert "`fleetledger outcomes review` asks you of some" in run(data, "report", "outcomes", "--agreement").stdout
    assert "No commit of a task is collected" in run(data, "report", "joins").stdout


@given(st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_holds_its_share(counts: tuple[int, int]) -> None:
    part, whole = counts
    low, high = wilson(part, whole) or (1.0, 0.0)
    assert 0 <= low <= part / whole <= high <= 1


def test_a_way_is_judged_by_trailers_alone(data: Path) -> None:
    joins = [
        ("s1", "a", "trailer", True, True),
        ("s1", "a", "content", True, True),
        ("s2", "a", "files", True, False),
        ("s2", "b", "files", False, False),
        ("s3", "c", "trailer", True, True),
    ]
    with duckdb.connect(str(published_path(data))) as connection:
        for task, sha, kind, named, agrees in joins:
            row = {
                "task_id": task,
                "host": "laptop",
                "repository": "/shop",
                "commit_sha": sha,
                "join_kind": kind,
                "is_used": kind != "files",
                "has_trailer": named,
                "trailer_agrees": agrees,
            }
            insert(connection, "fct_commit_joins", row)
    rows = {row.pop("join_kind"): row for row in document(data, "joins")["rows"]}
    assert rows["content"] == {
        "pairs": 1, "used": 1, "judged": 1, "agreed": 1, "named": 2, "precision": 1.0, "recall": 0.5
    }  # fmt: skip
    assert rows["files"] == {
        "pairs": 2, "used": 0, "judged": 1, "agreed": 0, "named": 2, "precision": 0.0, "recall": 0.0
    }  # fmt: skip
    assert (rows["all"]["pairs"], rows["all"]["judged"], rows["all"]["agreed"]) == (2, 1, 1)
    assert "Trailers name the session of 2 pairs" in run(data, "report", "joins").stdout


def labels(data: Path) -> list[tuple[Any, ...]]:
    collection = read_collection(landing_dir(data), this_host(), datetime(2026, 11, 21, tzinfo=UTC))
    return collection.rows("backfilled_tasks", ("task_id", "outcome_class", "rationale", "source_file"))


def test_a_review_lands_what_a_person_says(data: Path) -> None:
    first = run(data, "outcomes", "review", "-n", "1", "--seed", "1", "--project", "shop", said="q\n").stdout
    again = run(data, "outcomes", "review", "-n", "1", "--seed", "1", "--project", "shop", said="s\n").stdout
    assert first.splitlines()[1] == again.splitlines()[1]
    assert not (data / "landing").exists()
    said = "nonsense\nun\n?\nmer\nit is on main\ns\nq\n"
    result = run(data, "outcomes", "review", "--seed", "7", said=said)
    assert result.exit_code == 0, result.output
    assert "'nonsense' is no class; ? lists them." in result.stdout
    assert "'un' is one of " in result.stdout
    assert "  merged: A commit reached the default branch" in result.stdout
    assert result.stdout.index("The rules agree: merged (definite)") > result.stdout.index("it is on main")
    [(_, outcome, why, source)] = labels(data)
    assert (outcome, why, source) == ("merged", "it is on main", "review 7")


def test_a_review_shows_what_tells_and_no_verdict_before(data: Path) -> None:
    shown = run(data, "outcomes", "review", said="s\ns\ns\n").stdout
    assert "> Mend the [31mprice" in shown
    assert "\x1b[31m" not in shown
    assert "It is mended." in shown
    assert "check: test pass (pytest)" in shown
    assert "commit: 1a2b3c4d5e on main (sha)" in shown
    assert "commit: a commit on main (sha)" in shown
    assert "The rules" not in shown
    assert "Landed 0 of 3 labels." in shown


def test_nothing_is_left_to_review(data: Path) -> None:
    result = run(data, "outcomes", "review", "--project", "nowhere")
    assert result.stdout == "No task is left to label that passes the filters.\n"
