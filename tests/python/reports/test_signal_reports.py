"""`report attention`, `report signals`, `report waste`: held against the tables of the demo fleet, and on few rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner, Result
from published_fixture import insert, write_published

from fleetledger.base.paths import PROJECT_ROOT, published_path, warehouse_path
from fleetledger.cli.main import main
from fleetledger.reports.choices import SIGNALS

TABLES = (
    *("build_info", "dim_accounts", "fct_attention", "fct_asks", "fct_cache_economics", "fct_context_steps"),
    *("fct_model_calls", "fct_sessions", "fct_stop_reasons", "fct_tool_habits", "fct_compactions", "fct_recalls"),
    *("fct_delegations", "fct_friction", "fct_timings", "fct_claims", "fct_directives", "fct_anomalies"),
    *("fct_version_changes", "fct_subscription_value", "fct_tool_calls", "fct_waste"),
    *("fct_scores", "fct_judge_verdicts", "fct_tasks", "dim_outcome_classes", "dim_possible_rates"),
)


@pytest.fixture(scope="module")
def demo(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of the built fleet, as far as these reports read it."""
    data = tmp_path_factory.mktemp("demo")
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(f"attach '{warehouse_path(fleet.data)}' as built (read_only)")
        for table in TABLES:
            connection.execute(f"create table {table} as from built.marts.{table}")
    return data


def report(data: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["report", *arguments, "--data-dir", str(data)])
    assert result.exit_code == 0, result.output
    return result


def document(data: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report(data, *arguments, "--json").stdout)
    return found


def answer(data: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published_path(data)), read_only=True) as published:
        return published.execute(query).fetchall()


OF_THE_DEMO = tuple(name for name in SIGNALS if name not in ("subscriptions", "verdicts"))
"""The built fleet has no plan, and nobody has judged it: these stand on few rows."""


def test_the_demo_shows_every_signal(demo: Path) -> None:
    rows = [row for host in ("demo-laptop", "demo-server") for row in document(demo, "signals", "--host", host)["rows"]]
    assert {row["signal"] for row in rows if row["value"]} == set(OF_THE_DEMO) - {"versions", "anomalies"}
    (days,) = [
        row["value"]
        for row in document(demo, "signals", "--since", "2026-11-20")["rows"]
        if row["signal"] == "anomalies"
    ]
    assert days > 0


@pytest.mark.parametrize("signal", OF_THE_DEMO)
def test_groups_sum_to_their_totals(demo: Path, signal: str) -> None:
    for by in SIGNALS[signal]:
        shown = document(demo, "signals", signal, "--by", by)
        count = next(iter(shown["totals"]))
        assert sum(row[count] for row in shown["rows"]) == shown["totals"][count] > 0
        assert shown["row_count"] == len(shown["rows"])


def test_figures_are_those_of_the_tables(demo: Path) -> None:
    ((project, day),) = answer(
        demo, "select project, min(called_on) + 1 from fct_cache_economics group by 1 order by count(*) desc limit 1"
    )
    where = f"where project = '{project}' and called_on >= '{day}'"
    shown = document(demo, "signals", "cache", "--by", "model", "--project", project, "--since", str(day))
    rows = answer(
        demo,
        "select model, count(*), count(*) filter (where cache_outcome <> 'kept'),"
        f" sum(rewrite_cost_usd) filter (where cost_kind = 'billed') from fct_cache_economics {where} group by 1",
    )
    expected = {model: (gaps, lost, None if cost is None else float(cost)) for model, gaps, lost, cost in rows}
    found = {row["model"]: (row["gaps"], row["lost_gaps"], row["billed_rewrite_cost_usd"]) for row in shown["rows"]}
    assert found == expected != {}


def test_tools_are_those_of_sessions_that_a_model_had_a_part_in(demo: Path) -> None:
    ((model, calls),) = answer(
        demo,
        """
        select model, sum(tool_call_count) from fct_tool_habits
        join (select distinct session_id, model from fct_model_calls) using (session_id)
        group by model order by model limit 1
        """,
    )
    shown = document(demo, "signals", "tools", "--by", "model", "--model", model)
    assert 0 < shown["totals"]["tool_calls"] == calls


def test_asks_cost_what_their_prompts_did(demo: Path) -> None:
    totals = document(demo, "signals", "asks")["totals"]
    ((asks, billed),) = answer(demo, "select count(*), sum(billed_cost_usd) from fct_asks")
    assert (totals["asks"], totals["billed_cost_usd"]) == (asks, pytest.approx(float(billed), abs=1e-9))
    ((calls,),) = answer(demo, "select sum(billed_cost_usd) from fct_sessions")
    assert 0 < billed <= calls


def test_what_to_look_at_is_scored_by_its_reasons(demo: Path) -> None:
    shown = document(demo, "attention", "-n", "1000")
    expected = answer(demo, "select session_id, sum(points) from fct_attention group by 1")
    assert {row["session_id"]: row["score"] for row in shown["rows"]} == dict(expected)
    scores = [row["score"] for row in shown["rows"]]
    assert scores == sorted(scores, reverse=True)
    assert document(demo, "attention", "-n", "1")["row_count"] == len(scores) > 1


def test_waste_adds_up_to_no_more_than_was_paid(demo: Path) -> None:
    rows = document(demo, "waste")["rows"]
    assert len({(row["rule"], row["cost_kind"]) for row in rows}) == len(rows) > 0
    for kind in ("billed", "subscription"):
        ((paid,),) = answer(demo, f"select sum(cost_usd) from fct_model_calls where cost_kind = '{kind}'")
        assert 0 <= sum(row["cost_usd"] or 0 for row in rows if row["cost_kind"] == kind) < paid
    ((rewritten,),) = answer(
        demo,
        "select sum(rewritten_tokens) from fct_cache_economics where cache_outcome <> 'kept' and cost_kind <> 'free'",
    )
    assert sum(row["tokens"] for row in rows if row["rule"].startswith("cache_")) == rewritten


def test_all_reports_are_tables_and_csv_too(demo: Path) -> None:
    for arguments in (["attention"], ["signals"], *(["signals", name] for name in OF_THE_DEMO), ["waste"]):
        told = document(demo, *arguments)["rows"]
        read = list(csv.DictReader(io.StringIO(report(demo, *arguments, "--csv").stdout)))
        assert len(read) == len(told) > 0
        assert len(report(demo, *arguments).stdout.splitlines()) > 4


def test_hostile_texts_are_shown_harmless(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [{"session_id": "s"}], titles={"s": "\x1b[2Jtitle"})
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        insert(connection, "fct_attention", {"session_id": "s", "signal": "dear", "points": 2, "evidence_count": 1})
        insert(
            connection, "fct_attention", {"session_id": "s", "signal": "edit_loop", "points": 1, "evidence_count": 3}
        )
    shown = report(tmp_path, "attention").stdout
    assert "\x1b" not in shown
    assert "dear +2, edit_loop +1 (3)" in shown


def test_a_plan_is_shown_beside_the_next_one_down(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [])
    value = {
        "month_started_on": "2026-03-01",
        "provider": "claude_code",
        "account": "own",
        "plan_labels": "Max",
        "amortised_usd": 100,
        "covered_use_usd": 250,
        "active_day_count": 9,
        "day_count": 31,
        "limit_count": 4,
        "peak_limit_share": 0.1,
        "tier": "Max 5x",
        "lower_tier": "Pro",
        "lower_tier_peak_share": 0.5,
    }
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        insert(connection, "fct_subscription_value", value)
    (row,) = document(tmp_path, "signals", "subscriptions", "--by", "account")["rows"]
    assert (row["account"], row["active_days"], row["break_even_multiple"]) == ("own", 9, 2.5)
    shown = report(tmp_path, "signals", "subscriptions", "--by", "account").stdout
    assert "≈$250" in shown
    assert "2.5x" in shown
    assert "50.0%" in shown


def test_claims_are_counted_by_their_verdicts(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [])
    verdicts = ("verified", "verified", "contradicted", "unsupported")
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        for number, verdict in enumerate(verdicts):
            claim = {"line_id": str(number), "block_number": 1, "claim_kind": "pushed", "claim_verdict": verdict}
            insert(connection, "fct_claims", claim | {"session_id": "s", "claimed_at": "2026-03-01 10:00:00"})
    (row,) = document(tmp_path, "signals", "claims", "--by", "claim_kind")["rows"]
    assert (row["claim_kind"], row["claims"], row["verified_claims"], row["contradicted_claims"]) == ("pushed", 4, 2, 1)
    assert "claims that the last check contradicts" in report(tmp_path, "signals").stdout
    assert "pushed" in report(tmp_path, "signals", "claims", "--by", "claim_kind", "--csv").stdout


def test_the_day_farthest_off_stands_for_its_group(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [])
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        for day, z, value in (("2026-03-01", 4.0, 12.0), ("2026-03-02", -6.5, 1.5)):
            measured = {"measure": "cost_usd", "measured_value": value, "median_value": 8.0, "robust_z": z}
            shop = {"dimension": "project", "dimension_value": "shop", "cost_kind": "billed", "largest_part": "opus"}
            direction = {"called_on": day, "direction": "high" if z > 0 else "low"}
            insert(connection, "fct_anomalies", measured | shop | direction)
    (row,) = document(tmp_path, "signals", "anomalies", "--by", "dimension_value")["rows"]
    assert (row["anomalies"], row["high_anomalies"], row["largest_z"]) == (2, 1, 6.5)
    assert (row["measured_value_of_largest"], row["largest_part"]) == (1.5, "opus")
    shown = report(tmp_path, "signals", "anomalies", "--by", "called_on").stdout
    assert "2026-03-02" in shown
    assert "8.00" in shown


def test_nothing_is_told_as_nothing(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [])
    assert "No session that these signals see." in report(tmp_path, "attention").stdout
    assert "Nothing that these rules see." in report(tmp_path, "waste").stdout
    assert document(tmp_path, "signals", "context")["rows"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["signals", "asks", "--by", "host"], "asks can be shown by month, week, project, model."),
        (["signals", "--by", "model"], "name it"),
        (["signals", "contxt"], "context"),
    ],
)
def test_what_cannot_be_shown_is_said(demo: Path, arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["report", *arguments, "--data-dir", str(demo)])
    assert result.exit_code == 2
    assert message in result.output


def test_a_model_is_dearer_than_needed_where_a_cheaper_one_does_as_well(tmp_path: Path) -> None:
    """Of tasks of one kind, once both have done five that are known; what waste of another rule took is taken off."""
    names = [(model, number) for model in ("opus-5", "haiku-4-5") for number in range(5)]
    calls = [
        {"session_id": f"{model}-{number}", "model": f"claude-{model}", "rate_id": f"anthropic:claude-{model}"}
        for model, number in names
    ]
    write_published(published_path(tmp_path), calls)
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        classes = PROJECT_ROOT / "seeds/outcomes/outcome_classes.csv"
        connection.execute("insert into dim_outcome_classes by name from read_csv($1)", [str(classes)])
        connection.execute(
            "update fct_tasks set fleet = 'claude_code', outcome_class = 'merged', is_subagent = false,"
            " tool_call_count = 3, project = '/shop', ended_at = timestamp '2026-11-20 10:00:00'"
        )
        connection.execute("update fct_model_calls set task_id = session_id")
        for model, number in names:
            insert(connection, "fct_tool_calls", {"task_id": f"{model}-{number}", "tool_kind": "edit"})
        connection.execute(
            "insert into dim_possible_rates by name select 'claude_code' as provider, model_id as model,"
            " 0::bigint as tier_start, 1000000000::bigint as tier_end, date '2026-01-01' as valid_from,"
            " date '2030-01-01' as valid_to, rate_id, columns('_usd_per_') from dim_rates"
        )
        found = {"rule": "reread", "finding_id": "f", "task_id": "opus-5-0", "session_id": "opus-5-0"}
        insert(connection, "fct_waste", found | {"cost_kind": "subscription", "cost_usd": "0.0040"})
    # A call of Opus costs $0.01, at Haiku's rates $0.002; of one task $0.004 was waste of another rule.
    said = document(tmp_path, "waste")
    (model,) = said["models"]
    assert (model["model"], model["other_model"]) == ("claude-opus-5", "claude-haiku-4-5")
    assert (model["known_tasks"], model["other_good_tasks"], model["findings"]) == (5, 5, 5)
    assert model["cost_usd"] == pytest.approx(4 * 0.008 + 0.008 * 0.6)
    (row,) = [row for row in said["rows"] if row["rule"] == "dear_model"]
    assert row["cost_usd"] == pytest.approx(model["cost_usd"])
    assert (
        "/shop, session, edit files, up to 10 tool calls: claude-opus-5 (5 of 5 went well)"
        in report(tmp_path, "waste").stdout
    )
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        connection.execute("update fct_tasks set outcome_class = 'bug_in_output' where task_id = 'haiku-4-5-0'")
    assert document(tmp_path, "waste")["models"] == []

    # What a person stopped tells nothing of a model, nor does what was done elsewhere.
    for changed in ("outcome_class = 'interrupted'", "outcome_class = 'merged', project = '/other'"):
        with duckdb.connect(str(published_path(tmp_path))) as connection:
            connection.execute(f"update fct_tasks set {changed} where task_id = 'haiku-4-5-0'")
        assert document(tmp_path, "waste")["models"] == []

    # What the dearer model failed at is no finding.
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        connection.execute("update fct_tasks set project = '/shop'")
        connection.execute("update fct_tasks set outcome_class = 'bug_in_output' where task_id = 'opus-5-1'")
    (model,) = document(tmp_path, "waste")["models"]
    assert (model["good_tasks"], model["known_tasks"], model["findings"]) == (4, 5, 4)


def test_verdicts_are_counted_by_what_they_say(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [])
    with duckdb.connect(str(published_path(tmp_path))) as connection:
        for number, (is_wrong, severity, agrees, rejected) in enumerate(
            ((True, "high", True, None), (False, None, False, None), (None, None, None, "no_quote"))
        ):
            verdict = {"session_id": f"s{number}", "judge": "haiku", "criterion": "completeness", "severity": severity}
            insert(
                connection,
                "fct_judge_verdicts",
                verdict | {"is_wrong": is_wrong, "agrees": agrees, "rejected_for": rejected},
            )
    (row,) = document(tmp_path, "signals", "verdicts", "--by", "judge,criterion")["rows"]
    assert (row["judge"], row["criterion"]) == ("haiku", "completeness")
    assert (row["sessions"], row["verdicts"], row["faults"], row["severe_faults"]) == (3, 2, 1, 1)
    assert (row["rejected_verdicts"], row["labelled_verdicts"], row["agreeing_verdicts"]) == (1, 2, 1)
    assert "50.0%" in report(tmp_path, "signals", "verdicts", "--by", "criterion").stdout


def test_a_signal_by_model_and_week_is_a_picture_too(demo: Path, tmp_path: Path) -> None:
    rows = document(demo, "signals", "stops", "--by", "model,week")["rows"]
    assert len(rows) > len({row["model"] for row in rows}) > 1
    picture = tmp_path / "stops.svg"
    report(demo, "signals", "stops", "--by", "model,week", "--svg", str(picture))
    assert "week" in picture.read_text()
