from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import contracts, insert, write_published

from fleetledger.base.paths import PROJECT_ROOT, published_path
from fleetledger.cli.main import main
from fleetledger.reports.outcome_metrics import METRICS

DEFAULTS = {
    "fleet": "claude_code",
    "host": "laptop",
    "account": "default",
    "project": "/home/ann/shop",
    "exit_reason": "done",
    "mu_exit_reason": "done",
    "mu_outcome_class": "narrative_no_action",
    "mu_outcome_confidence": "definite",
    "outcome_class": "merged",
    "outcome_confidence": "probable",
    "evidence_coverage": "git",
    "ended_at": "2026-11-20 23:30:00",
    "provider": "claude_code",
    "model": "claude-opus-5",
}

COUNTED = ("eligible_count", "observed_count", "counted_count", "mu_observed_count", "mu_counted_count")


def published(data: Path, tasks: list[Mapping[str, Any]]) -> Path:
    """A published file of `tasks`, as they differ from DEFAULTS; the classes are the seed's.

    `rates` of a task are the counts of each metric, in the order of COUNTED; of each it is eligible, observed and not
    counted where it says nothing.
    """
    write_published(published_path(data), [{"session_id": "s"}])
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("delete from fct_tasks")
        classes = str(PROJECT_ROOT / "seeds/outcomes/outcome_classes.csv")
        connection.execute("insert into dim_outcome_classes by name from read_csv($path)", {"path": classes})
        for number, task in enumerate(tasks):
            row = {"task_id": f"t{number}", **DEFAULTS, **task}
            rows = [("fct_tasks", row), ("fct_task_signals", row)]
            counts = dict.fromkeys(METRICS, (1, 1, 0, 1, 0)) | row.get("rates", {})
            rows += [
                ("fct_task_rates", row | {"metric": metric} | dict(zip(COUNTED, counted, strict=True)))
                for metric, counted in counts.items()
            ]
            for table, values in rows:
                insert(connection, table, {name: values[name] for name in contracts()[table] if name in values})
    return data


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments, "--data-dir", str(data)])


def document(data: Path, *arguments: str) -> dict[str, Any]:
    result = run(data, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def rate(data: Path, metric: str, *arguments: str, by: str = "fleet") -> dict[str, Any]:
    """The one row of a rate."""
    (row,) = document(data, "rates", "--metric", metric, "--by", by, *arguments)["rows"]
    found: dict[str, Any] = row
    return found


# --- rates ------------------------------------------------------------------------------------------------------------


def test_a_rate_is_of_what_was_observed_and_beside_it_stands_mus(tmp_path: Path) -> None:
    counted, observed, eligible, none = (1, 1, 1, 1, 1), (1, 1, 0, 1, 1), (1, 0, 0, 1, 1), (0, 0, 0, 0, 0)
    counts = [*[counted] * 2, *[observed] * 3, *[eligible] * 3, *[none] * 3]
    data = published(tmp_path, [{"rates": {"hallucination": one}} for one in counts])
    row = rate(data, "hallucination")
    assert (row["tasks"], row["eligible"], row["observed_tasks"]) == (11, 8, 5)
    assert (row["numerator"], row["denominator"], row["rate"], row["coverage"]) == (2, 5, 0.4, 0.625)
    assert (row["mu_numerator"], row["mu_denominator"], row["mu_rate"]) == (8, 8, 1.0)


def test_rates_of_asks_and_calls_are_told_of_asks_and_calls(tmp_path: Path) -> None:
    rates = [{"degradation": (2, 2, 1, 0, 0), "denial": (4, 4, 1, None, None)}] * 5
    rates.append({"degradation": (8, 8, 1, 8, 1), "denial": (4, 0, 0, None, None)})
    data = published(tmp_path, [{"rates": one} for one in rates])
    found = {name: document(data, "rates", "--metric", name)["totals"] for name in ("denial", "degradation")}
    counts = {
        name: tuple(row[key] for key in ("numerator", "denominator", "eligible", "mu_numerator", "mu_denominator"))
        for name, row in found.items()
    }
    assert counts == {"denial": (5, 20, 24, None, None), "degradation": (6, 18, 18, 1, 8)}


def test_the_metrics_are_those_of_the_seed() -> None:
    with (PROJECT_ROOT / "seeds/outcomes/quality_metrics.csv").open(encoding="utf-8", newline="") as file:
        seed = {row["metric"]: (row["unit"], row["says"]) for row in csv.DictReader(file)}
    assert seed == {name: tuple(metric) for name, metric in METRICS.items()}


def test_fewer_than_five_observed_tasks_are_too_few(tmp_path: Path) -> None:
    few = [{"model": "few", "rates": {"hallucination": (1, 1, 0, 1, 1)}}] * 4
    unseen = [{"model": "few", "rates": {"hallucination": (1, 0, 0, 1, 1)}}] * 4
    data = published(tmp_path, [*few, *unseen, *[{"model": "enough"}] * 5])
    rows = document(data, "rates", "--metric", "hallucination", "--by", "model")["rows"]
    assert [(row["model"], row["rate"], row["is_too_few"]) for row in rows] == [
        ("enough", 0.0, False),
        ("few", None, True),
    ]
    asked = ("rates", "--metric", "hallucination", "--by", "model")
    assert "mu's rate" not in run(data, *asked).stdout
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("insert into dim_accounts by name select 'mu' as fleet, 'laptop' as host, 'ci' as account")
    text = run(data, *asked).stdout
    assert re.search(r"^few +8 +too few +0/4 +50\.0% +100\.0% +8/8$", text, re.MULTILINE)
    assert "Observed: 9 of 13 tasks (69.2%)." in text
    assert "fewer than 5 observed tasks" in text


def test_days_are_those_of_the_time_zone(tmp_path: Path) -> None:
    data = published(tmp_path, [{}])
    assert rate(data, "interrupt", by="day")["day"] == "2026-11-20"
    assert rate(data, "interrupt", "--timezone", "Europe/Berlin", by="day")["day"] == "2026-11-21"
    row = rate(data, "interrupt", "--timezone", "Europe/Berlin", "--since", "2026-11-21", by="week,month,project")
    assert (row["week"], row["month"], row["project"]) == ("2026-11-16", "2026-11-01", "/home/ann/shop")


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_answers_without_a_task(tmp_path: Path, metric: str) -> None:
    data = published(tmp_path, [])
    assert document(data, "rates", "--metric", metric)["totals"]["rate"] is None
    assert "No task matches." in run(data, "rates", "--metric", metric).stdout


def test_without_a_metric_all_rates_are_told(tmp_path: Path) -> None:
    data = published(tmp_path, [{"rates": {"denial": (4, 4, 1, None, None)}}] * 5)
    found = {row["metric"]: row for row in document(data, "quality")["rows"]}
    assert list(found) == list(METRICS)
    assert (found["denial"]["rate"], found["denial"]["unit"]) == (0.25, "tool calls")
    by_month = document(data, "quality", "--by", "fleet")["rows"]
    assert [(row["metric"], row["fleet"]) for row in by_month] == [(name, "claude_code") for name in METRICS]
    text = run(data, "quality").stdout
    assert re.search(r"denial +25\.0% +5/20 +tool calls", text)
    assert "mu's rate" not in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--metric", "joy"], "'joy' is not one of 'hallucination', 'degradation', 'clean_success'"),
        (["--metric", "denial", "--by", "fleet,modle"], "'modle' is no field; there is fleet, host, account, project"),
        (["--metric", "denial", "--json", "--csv"], "--json and --csv exclude one another"),
    ],
)
def test_what_is_not_known_is_named_with_what_is(tmp_path: Path, arguments: list[str], told: str) -> None:
    result = run(published(tmp_path, []), "rates", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_filters_narrow_the_tasks(tmp_path: Path) -> None:
    data = published(tmp_path, [{"project": "/a"}, {"project": "/b", "model": "claude-haiku-4-5"}])
    assert document(data, "rates", "--metric", "denial", "--project", "/B")["totals"]["tasks"] == 1
    assert document(data, "outcomes", "--model", "HAIKU")["totals"]["tasks"] == 1


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_outcomes_are_counted_with_their_cost_by_kind(tmp_path: Path) -> None:
    data = published(
        tmp_path,
        [
            {"outcome_class": "merged", "outcome_confidence": "definite", "billed_cost_usd": 1.5},
            {"outcome_class": "merged", "subscription_cost_usd": 2},
            {"outcome_class": "unobserved", "evidence_coverage": "none", "billed_cost_usd": 0.25},
        ],
    )
    found = document(data, "outcomes")
    amounts = {"billed_cost_usd": 1.5, "subscription_cost_usd": 2, "unknown_cost_usd": None}
    assert found["rows"][0] == {
        "outcome_class": "merged",
        "outcome_result": "success",
        "tasks": 2,
        "share": 2 / 3,
        "definite": 1,
        "probable": 1,
        "inferred": 0,
        **amounts,
    }
    assert found["totals"] == {
        "tasks": 3,
        "observed_tasks": 2,
        "observed_share": 2 / 3,
        **amounts,
        "billed_cost_usd": 1.75,
    }
    assert found["coverage"] == [{"evidence_coverage": "git", "tasks": 2}, {"evidence_coverage": "none", "tasks": 1}]
    assert found["mu_outcomes"] == [
        {"mu_outcome_class": "narrative_no_action", "mu_outcome_confidence": "definite", "tasks": 3}
    ]
    text = run(data, "outcomes").stdout
    assert re.search(r"^merged +success +2 +66\.7% +1 +\$1\.50 +≈\$2\.00$", text, re.MULTILINE)
    assert "Observed: 2 of 3 tasks (66.7%)" in text


def test_csv_has_a_row_for_each_class(tmp_path: Path) -> None:
    data = published(tmp_path, [{}, {"outcome_class": "answered"}])
    rows = list(csv.DictReader(io.StringIO(run(data, "outcomes", "--csv").stdout)))
    assert [row["outcome_class"] for row in rows] == ["answered", "merged"]


def test_a_class_of_a_log_cannot_steer_the_terminal(tmp_path: Path) -> None:
    data = published(tmp_path, [{"model": "evil\x1b[31m", "mu_outcome_class": "x\u202ey"}])
    for arguments in (["outcomes"], ["rates", "--metric", "denial"]):
        assert not re.search("[\x1b\u202e]", run(data, *arguments).stdout)


# --- value ------------------------------------------------------------------------------------------------------------

COSTS = """
    create or replace table fct_outcome_costs (
        fleet varchar, host varchar, account varchar, project varchar, model varchar, month_start date,
        cost_kind varchar, task_count bigint, observed_task_count bigint, success_count bigint,
        default_branch_commit_count bigint, merged_pull_request_count bigint, cost_usd decimal(38, 16),
        success_cost_usd decimal(38, 16), failed_cost_usd decimal(38, 16), reverted_cost_usd decimal(38, 16),
        neither_cost_usd decimal(38, 16), unobserved_cost_usd decimal(38, 16)
    )
"""
WORK = {
    "model": "m",
    "month_start": "2026-11-01",
    "cost_kind": "billed",
    "task_count": 9,
    "observed_task_count": 5,
    "success_count": 3,
    "default_branch_commit_count": 4,
    "merged_pull_request_count": 2,
    "cost_usd": 10,
    "success_cost_usd": 3,
    "failed_cost_usd": 1,
    "reverted_cost_usd": 2,
    "neither_cost_usd": 0,
    "unobserved_cost_usd": 4,
}


def costs(data: Path, *rows: Mapping[str, Any]) -> Path:
    published(data, [])
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(COSTS)
        names = [column[0] for column in connection.execute("describe fct_outcome_costs").fetchall()]
        for row in rows:
            marks = ", ".join("?" * len(names))
            values = [{**DEFAULTS, **WORK, **row}.get(name) for name in names]
            connection.execute(f"insert into fct_outcome_costs values ({marks})", values)
    return data


def test_value_is_the_whole_cost_by_what_came_of_it(tmp_path: Path) -> None:
    data = costs(tmp_path, {}, {"cost_kind": "subscription", "cost_usd": 8}, {"cost_kind": "free", "cost_usd": 0})
    found = document(data, "value")
    assert found["rows"][0] == {
        "project": "/home/ann/shop",
        **{name: value for name, value in WORK.items() if name not in ("model", "month_start")},
        "observed_share": 5 / 9,
        "usd_per_success": 3.3333333333,
        "usd_per_default_branch_commit": 2.5,
        "usd_per_merged_pull_request": 5,
    }
    assert [row["cost_kind"] for row in found["totals"]] == ["billed", "free", "subscription"]
    text = run(data, "value").stdout
    row = r"^/home/ann/shop +9 +55\.6% +\$10\.00 +\$3\.33 +\$2\.50 +\$5\.00 +\$1\.00 +\$2\.00 +\$4\.00$"
    assert re.search(row, text, re.MULTILINE)
    assert "≈$2.67" in text
    assert "4 commits on the default branch, 2 merged pull requests; observed 5 of 9 tasks (55.6%)." in text


def test_half_unobserved_is_no_value(tmp_path: Path) -> None:
    data = costs(tmp_path, {"observed_task_count": 4}, {"task_count": 1, "observed_task_count": 1})
    (totals,) = document(data, "value", "--by", "model,month")["totals"]
    assert (totals["cost_usd"], totals["observed_share"], totals["usd_per_success"]) == (20, 0.5, None)


def test_value_is_told_by_what_it_is_asked_for(tmp_path: Path) -> None:
    data = costs(tmp_path, {}, {"month_start": "2026-10-01", "model": "other"})
    rows = document(data, "value", "--by", "month,model")["rows"]
    assert [(row["month"], row["model"]) for row in rows] == [("2026-10-01", "other"), ("2026-11-01", "m")]
    assert document(data, "value", "--since", "2026-11-20")["totals"][0]["task_count"] == 9
    assert "No task matches." in run(data, "value", "--model", "none").stdout
    result = run(data, "value", "--by", "provider")
    assert result.exit_code == 2
    assert "'provider' is no field; there is fleet, host, account, project, model, month." in result.stderr
