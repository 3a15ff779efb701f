"""`report audit` and `report tools`, on a few rows whose answers can be seen, and on the demo fleet."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner, Result
from published_fixture import write_published

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main
from fleetledger.terminal import tools as tool_render

CALLS: tuple[dict[str, Any], ...] = (
    {"model_call_id": "m1", "cost_kind": "billed", "output_tokens": 0, "input_tokens": 3_000_000},
    {"model_call_id": "m2", "called_at": "2026-11-19 10:00:00", "output_tokens": 0, "input_tokens": 2_000_000},
    {"model_call_id": "m3", "cost_kind": "unknown", "rate_id": None, "host": "server", "project": None},
)

TOOL_CALLS = """
    insert into fct_tool_calls by name
    select
        tool_call_id, model_call_id, 's1' as session_id, 'claude_code' as fleet, host, 'default' as account, project,
        tool_name, tool_kind, mcp_server, cast(called_at as timestamp) as called_at, duration_ms, is_error, cost_kind,
        shared_cost_usd
    from (values
        ('t1', 'm1', 'laptop', '/home/ann/shop', 'Bash', 'bash', null, '2026-11-20 10:00:00', 1000, false, 'billed', 5),
        ('t2', 'm1', 'laptop', '/home/ann/shop', 'Bash', 'bash', null, '2026-11-20 10:00:01', 3000, true, 'billed', 5),
        ('t3', 'm1', 'laptop', '/home/ann/shop', 'Read', 'read', null, '2026-11-20 10:00:02', null, null, 'billed', 5),
        ('t4', 'm2', 'laptop', '/home/ann/shop', 'mcp__docs__find', 'mcp', 'docs', '2026-11-19 10:00:00', 500, false,
            'subscription', 10),
        ('t5', 'm3', 'server', null, 'Read', 'read', null, '2026-11-20 11:00:00', 100, false, 'unknown', null)
    ) as calls (
        tool_call_id, model_call_id, host, project, tool_name, tool_kind, mcp_server, called_at, duration_ms, is_error,
        cost_kind, shared_cost_usd
    )
"""

FINDINGS = """
    insert into fct_audit_findings by name
    select
        tool_call_id || rule_id as finding_id, rule_id, severity, 'a category' as category, 'Look at it.' as what_to_do,
        tool_call_id, session_id, fleet, host, account, project, tool_name, found_path,
        cast(null as varchar) as found_host, secret_hash, found_in, called_at, is_error
    from (values
        ('t1', 'wipe', 'critical', null, null, null),
        ('t2', 'wipe', 'critical', null, null, null),
        ('t3', 'env', 'high', '/home/ann/shop/\x1b[2J.env', null, null),
        ('t5', 'token', 'low', null, 'c0ffee', 'output')
    ) as findings (tool_call_id, rule_id, severity, found_path, secret_hash, found_in)
    inner join fct_tool_calls using (tool_call_id)
"""

ACCESSES = """
    insert into fct_file_accesses by name
    select 't5' as tool_call_id, 'write' as access_kind, 'unknown' as location
"""

DEMO_TABLES = (
    "build_info",
    "dim_accounts",
    "fct_model_calls",
    "fct_tool_calls",
    "fct_audit_findings",
    "fct_file_accesses",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    path = write_published(
        published_path(data), CALLS, secret_scanned_line_count=30, secrets_scanned_at="2026-11-20 18:10:00"
    )
    with duckdb.connect(str(path)) as connection:
        for statement in (TOOL_CALLS, FINDINGS, ACCESSES):
            connection.execute(statement)
    return data


def report(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", arguments[0], "--data-dir", str(data), *arguments[1:]])


def document(data: Path, *arguments: str) -> dict[str, Any]:
    result = report(data, *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_audit_shows_the_worst_first_and_what_was_not_looked_at(data: Path) -> None:
    assert report(data, "audit").stdout.splitlines() == [
        "What the audit found · as of 2026-11-20 18:00 UTC · days in UTC",
        "Findings: 2 critical, 1 high, 0 medium, 1 low.",
        "",
        "severity  rule   findings  sessions  failed  last        what to do",
        "critical  wipe          2         1       1  2026-11-20  Look at it.",
        "high      env           1         1       0  2026-11-20  Look at it.",
        "low       token         1         1       0  2026-11-20  Look at it.",
        "",
        "`--rule NAME` shows each finding of a rule; [[audit_rule]] in fleet.toml changes them.",
        "Writes that are not judged by their place, since the log does not tell it: 1.",
        "Secrets: looked for in 30 of 40 lines, last at 2026-11-20 18:10 UTC."
        " Type `fleetledger secrets` for the others.",
    ]


def test_audit_shows_each_finding_of_a_rule(data: Path) -> None:
    shown = report(data, "audit", "--rule", "env").stdout
    assert "/home/ann/shop/[2J.env" in shown
    assert "\x1b" not in shown
    assert "What to do: Look at it." in shown
    assert "secret c0ffee in output" in report(data, "audit", "--rule", "token").stdout
    assert report(data, "audit", "--rule", "rm-recursive-force").stdout.splitlines()[1] == "No finding of this rule."
    misspelt = report(data, "audit", "--rule", "rm-recursve").stdout.splitlines()[1]
    assert misspelt.startswith("No finding of a rule 'rm-recursve'; rules like it: ")
    assert "rm-recursive-force" in misspelt


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-on", "critical"], 1),
        (["--fail-on", "low", "--rule", "token"], 1),
        (["--fail-on", "high", "--rule", "token"], 0),
        (["--fail-on", "high", "--host", "server"], 0),
        (["--fail-on", "low", "--host", "server"], 1),
        (["--severity", "critical", "--fail-on", "low", "--host", "server"], 1),
        (["--fail-on", "low", "--until", "2026-11-18"], 0),
        ([], 0),
    ],
)
def test_fail_on(data: Path, arguments: list[str], code: int) -> None:
    assert report(data, "audit", *arguments).exit_code == code


def test_audit_narrows(data: Path) -> None:
    assert [row["rule_id"] for row in document(data, "audit", "--severity", "high")["rows"]] == ["wipe", "env"]
    assert [row["rule_id"] for row in document(data, "audit", "--project", "SHOP", "-n", "1")["rows"]] == ["wipe"]
    assert document(data, "audit", "--model", "no-such")["rows"] == []
    assert report(data, "audit", "--csv").stdout.splitlines()[1].startswith("critical,wipe,a category,2,2,1,1,")


def test_a_model_calls_cost_is_shared_among_its_tools(data: Path) -> None:
    found = document(data, "tools")
    by_tool = {row["tool_name"]: row for row in found["rows"]}
    assert {name: row["billed_cost_usd"] for name, row in by_tool.items()} == {
        "Bash": 10,
        "Read": 5,
        "mcp__docs__find": None,
    }
    assert by_tool["mcp__docs__find"]["subscription_cost_usd"] == 10
    assert (found["totals"]["billed_cost_usd"], found["totals"]["subscription_cost_usd"]) == (15, 10)
    assert (found["totals"]["unknown_tool_calls"], found["totals"]["unknown_cost_usd"]) == (1, None)


def test_tools_for_people(data: Path) -> None:
    assert report(data, "tools").stdout.splitlines()[2:8] == [
        "tool             calls  failed  share  mean  longest  real spend  notional   unknown",
        "Bash                 2       1  50.0%  2.0s     3.0s      $10.00",
        "Read                 2       0   0.0%  0.1s     0.1s       $5.00            unpriced",
        "mcp__docs__find      1       0   0.0%  0.5s     0.5s               ≈$10.00",
        "all                  5       1  25.0%  1.1s     3.0s      $15.00   ≈$10.00  unpriced",
        "",
    ]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("kind", ["bash", "read", "mcp"]),
        ("server", ["docs"]),
        ("fleet", ["claude_code"]),
        ("project", ["/home/ann/shop", None]),
    ],
)
def test_tools_by(data: Path, by: str, groups: list[str | None]) -> None:
    rows = document(data, "tools", "--by", by)["rows"]
    assert [next(iter(row.values())) for row in rows] == groups


def test_no_tool_calls(data: Path) -> None:
    assert "No tool call matches." in report(data, "tools", "--until", "2026-01-01").stdout
    assert "No finding." in report(data, "audit", "--until", "2026-01-01").stdout


def test_json_and_csv_exclude_one_another(data: Path) -> None:
    assert {report(data, name, "--json", "--csv").exit_code for name in ("audit", "tools")} == {2}


def test_before_any_secret_was_looked_for(tmp_path: Path, data: Path) -> None:
    path = published_path(tmp_path)
    path.write_bytes(published_path(data).read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("update build_info set secret_scanned_line_count = 0, secrets_scanned_at = null")
    assert report(tmp_path, "audit").stdout.splitlines()[-1] == (
        "Secrets: not looked for yet, so none is shown. Type `fleetledger secrets`."
    )


@pytest.fixture(scope="module")
def demo(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of the built fleet, as far as these reports read it."""
    data = tmp_path_factory.mktemp("demo")
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(f"attach '{warehouse_path(fleet.data)}' as built (read_only)")
        for table in DEMO_TABLES:
            connection.execute(f"create table {table} as from built.marts.{table}")
    return data


DEMO_HOSTS = ("demo-laptop", "demo-server")


def test_the_demo_holds_what_an_audit_finds(demo: Path) -> None:
    found: dict[str, int] = {}
    for host in DEMO_HOSTS:
        for row in document(demo, "audit", "--host", host)["rows"]:
            found[row["rule_id"]] = found.get(row["rule_id"], 0) + row["findings"]
    assert found == {"env-file-read": 2, "git-push-force": 1, "rm-recursive-force": 1}


def test_tools_sum_to_the_calls_that_asked_for_them(demo: Path) -> None:
    totals = document(demo, "tools")["totals"]
    with duckdb.connect(str(published_path(demo)), read_only=True) as published:
        expected = published.sql("""
            select sum(cost_usd) filter (where cost_kind = 'billed'),
                sum(cost_usd) filter (where cost_kind = 'subscription')
            from fct_model_calls
            where model_call_id in (select model_call_id from fct_tool_calls)
        """).fetchone()
    assert expected is not None
    assert totals["billed_cost_usd"] == pytest.approx(float(expected[0]), abs=1e-9)
    assert totals["subscription_cost_usd"] == pytest.approx(float(expected[1]), abs=1e-9)


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(tool_render).failed == 0
