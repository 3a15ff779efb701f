"""The reports on what telemetry tells, on a few rows whose answers can be seen."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import insert, write_published

from fleetledger.base.paths import published_path
from fleetledger.cli.main import main
from fleetledger.terminal import telemetry as telemetry_render

NAMES = ("telemetry", "latency", "errors", "decisions", "active-time")
CALLS: tuple[dict[str, Any], ...] = ({"session_id": "s1"}, {"session_id": "s2", "project": "/home/ann/blog"})
COMMON = {"session_id": "s1", "host": "laptop", "requested_at": "2026-11-20 10:00:00", "cost_kind": "subscription"}
BOTH = {"call_key": "c", "telemetry_request_id": "t"}
REQUESTS: tuple[dict[str, Any], ...] = (
    {**BOTH, "verdict": "match", "transcript_cost_usd": 1, "telemetry_cost_usd": 1, "cost_difference_usd": 0},
    {**BOTH, "verdict": "match", "session_id": "s2", "cost_kind": "billed", "transcript_cost_usd": 2},
    {
        **BOTH,
        "verdict": "transcript_output_placeholder",
        "reason": "cut_off",
        "model": "claude-opus-5",
        "transcript_output_tokens": 3,
        "telemetry_output_tokens": 3,
        "corrected_output_tokens": 500,
        "cost_difference_usd": 0.25,
    },
    {
        "telemetry_request_id": "t",
        "verdict": "telemetry_only",
        "reason": "title",
        "query_source": "a\x1b[2Jb",
        "telemetry_output_tokens": 9,
        "telemetry_cost_usd": 0.125,
    },
    {
        "telemetry_request_id": "t",
        "verdict": "telemetry_only",
        "reason": "no_transcript",
        "session_id": "s9",
        "query_source": "sdk",
        "cost_kind": "billed",
        "telemetry_cost_usd": 0.5,
    },
    {"call_key": "c", "verdict": "transcript_only", "reason": "interrupted", "requested_at": "2026-11-18 10:00:00"},
)
EVENTS = """
    insert into fct_reconciliation_sessions by name
    select session_id, gap, 'laptop' as host, cast('2026-11-20 10:00:00' as timestamp) as first_request_at
    from (values ('s1', null), ('s2', 'no_metrics')) as sessions (session_id, gap);

    insert into fct_telemetry_requests by name
    select
        telemetry_request_id, 's1' as session_id, 'laptop' as host, 'claude-opus-5' as model,
        cast(requested_at as timestamp) as requested_at, query_kind, ttft_ms, duration_ms, output_tokens,
        query_kind in ('subagent', 'compaction') as is_hidden, 'subscription' as cost_kind,
        case when query_kind = 'compaction' then 0.25 end as cost_usd
    from (values
        ('1', '2026-11-20 20:30:00', 'main', 100, 1100, 50),
        ('2', '2026-11-20 21:30:00', 'main', 200, 2200, 100),
        ('3', '2026-11-20 22:30:00', 'subagent', null, null, 5),
        ('4', '2026-11-20 23:30:00', 'compaction', 400, 400, 7),
        ('5', '2026-11-20 20:30:00', 'main', 15000, 25000, 1)
    ) as requests (telemetry_request_id, requested_at, query_kind, ttft_ms, duration_ms, output_tokens);

    insert into fct_api_errors by name
    select
        error_id, 's1' as session_id, 'laptop' as host, 'claude-opus-5' as model, error_kind, status_code, attempt,
        500 as duration_ms, cast('2026-11-20 10:00:00' as timestamp) as failed_at
    from (values ('1', 'api_error', 529, 1), ('2', 'api_error', 529, 2), ('3', 'api_refusal', null, 1))
        as errors (error_id, error_kind, status_code, attempt);

    insert into fct_tool_decisions by name
    select
        decision_id, 's1' as session_id, 'laptop' as host, cast('2026-11-20 10:00:00' as timestamp) as decided_at,
        tool_name, decision, decision_source, is_success, duration_ms
    from (values
        ('1', 'Bash', 'accept', 'config', true, 1000),
        ('2', 'Bash', 'reject', 'user_reject', null, null),
        ('3', 'Read', 'accept', 'hook', false, null)
    ) as decisions (decision_id, tool_name, decision, decision_source, is_success, duration_ms);

    insert into fct_active_time by name
    select cast(active_on as date) as active_on, 'laptop' as host, session_id, user_active_ms, cli_active_ms
    from (values ('2026-11-20', 's1', 60000, 1000), ('2026-11-20', 's9', 0, 500), ('2026-11-19', 's2', 1000, 0))
        as times (active_on, session_id, user_active_ms, cli_active_ms)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    with duckdb.connect(str(write_published(published_path(data), CALLS))) as published:
        for number, request in enumerate(REQUESTS):
            insert(published, "fct_reconciliation", {"pair_key": str(number), **COMMON, **request})
        published.execute(EVENTS)
    return data


def report(data: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(main, ["report", *arguments, "--data-dir", str(data)])
    assert done.exit_code == 0, done.output
    return done


def document(data: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report(data, *arguments, "--json").stdout)
    return found


def words(data: Path, *arguments: str) -> list[str]:
    return [" ".join(line.split()) for line in report(data, *arguments).stdout.splitlines()]


def test_coverage_is_of_the_calls_that_transcripts_have(data: Path) -> None:
    totals = document(data, "telemetry")["totals"]
    assert {name: totals[name] for name in ("transcript_calls", "telemetry_requests", "paired_requests")} == {
        "transcript_calls": 4,
        "telemetry_requests": 5,
        "paired_requests": 3,
    }
    assert (totals["coverage"], totals["matching_requests"]) == (0.75, 2)
    assert not [name for name in totals if "cost" in name], "costs of two kinds would be added up"


def test_kinds_of_money_stand_in_rows_of_their_own(data: Path) -> None:
    found = document(data, "telemetry")
    costs = {(row["verdict"], row["cost_kind"]): row["transcript_cost_usd"] for row in found["rows"]}
    assert (costs["match", "subscription"], costs["match", "billed"]) == (1, 2)
    hidden = [(row["reason"], row["cost_kind"], row["telemetry_cost_usd"]) for row in found["hidden"]]
    assert sorted(hidden) == [("no_transcript", "billed", 0.5), ("title", "subscription", 0.125)]
    (corrected,) = found["corrections"]
    assert (corrected["transcript_output_tokens"], corrected["corrected_output_tokens"]) == (3, 500)
    assert [(row["gap"], row["sessions"]) for row in found["gaps"]] == [(None, 1), ("no_metrics", 1)]


def test_it_says_so_in_words_and_hostile_text_stays_text(data: Path) -> None:
    told = words(data, "telemetry")
    assert told[1].startswith("Telemetry has 3 of the 4 calls that transcripts have since 2026-11-18 (75.0%); 2 agree")
    assert "title a[2Jb 1 9 ≈$0.12" in told
    assert "claude-opus-5 1 3 500 ≈$0.25" in told
    assert "no_metrics its metrics were not sent 1 2026-11-20" in told


def test_the_overview_has_a_line_of_it_only_where_some_came(data: Path, tmp_path: Path) -> None:
    (line,) = [line for line in report(data).stdout.splitlines() if line.startswith("Telemetry")]
    assert "3 of the 4 calls" in line
    assert "2 requests that no transcript has cost $0.50 and ≈$0.12." in line
    write_published(published_path(tmp_path), CALLS)
    assert "Telemetry" not in report(tmp_path).stdout
    assert document(tmp_path)["telemetry"]["coverage"] is None


def test_hidden_requests_are_among_the_calls_where_that_is_asked(data: Path) -> None:
    without, found = document(data, "--by", "model"), document(data, "--by", "model", "--with-hidden")
    assert (without["hidden_requests"], found["hidden_requests"]) == (None, 2)
    (before,), (row,) = without["rows"], found["rows"]
    calls, cost, unpriced = "model_call_count", "subscription_cost_usd", "subscription_unpriced_call_count"
    assert (before[calls], before[cost], before[unpriced]) == (2, 0.02, 0)
    assert (row[calls], row[cost], row[unpriced]) == (4, 0.27, 1)
    of_project = document(data, "daily", "--with-hidden", "--project", "shop", "--until", "2026-11-20")
    assert [(row["day"], row[calls]) for row in of_project["rows"]][-1] == ("2026-11-20", 3)
    assert "In no transcript, told by telemetry: 2 calls." in words(data, "models", "--with-hidden")
    refused = CliRunner().invoke(main, ["report", "--with-hidden", "--data-dir", str(data)])
    assert (refused.exit_code, "say of what with --by" in refused.output) == (2, True)


def test_filters_narrow_requests_by_what_their_sessions_are(data: Path) -> None:
    assert document(data, "telemetry", "--project", "blog")["totals"]["requests"] == 1
    assert document(data, "telemetry", "--account", "default")["totals"]["requests"] == 5
    assert document(data, "telemetry", "--until", "2026-11-18")["totals"]["requests"] == 1
    assert document(data, "telemetry", "--model", "opus")["totals"]["requests"] == 1
    assert document(data, "latency", "--project", "blog")["totals"]["requests"] == 0
    assert document(data, "active-time", "--project", "shop")["totals"]["user_active_ms"] == 60_000


def test_latency_tells_its_denominators_and_the_pace_between_first_token_and_end(data: Path) -> None:
    found = document(data, "latency", "--by", "kind")
    main_, *_ = found["rows"]
    assert (main_["query_kind"], main_["requests"], main_["ttft_p50_ms"], main_["ttft_p95_ms"]) == (
        "main",
        3,
        200,
        15000,
    )
    assert main_["tokens_per_second"] == pytest.approx((50 + 100 + 1) / (1 + 2 + 10))
    totals = found["totals"]
    assert (totals["requests"], totals["ttft_requests"], totals["duration_requests"]) == (5, 4, 4)
    hours = document(data, "latency", "--by", "hour", "--timezone", "Asia/Kolkata", "-n", "2")
    assert [row["hour"] for row in hours["rows"]] == ["2026-11-21 04:00", "2026-11-21 05:00"]
    assert any(line.startswith("main 3 200 ms 15.0s") for line in words(data, "latency", "--by", "kind"))


def test_a_share_of_failed_tries_is_of_all_tries(data: Path) -> None:
    found = document(data, "errors")
    assert [(row["status_code"], row["failed_tries"], row["tries"]) for row in found["rows"]] == [
        (529, 2, 8),
        (None, 1, 8),
    ]
    assert (found["totals"]["failed_share"], found["rows"][0]["answered_requests"]) == (3 / 8, None)
    (model,) = document(data, "errors", "--by", "model")["rows"]
    assert (model["model"], model["answered_requests"], model["tries"]) == ("claude-opus-5", 5, 8)
    assert "api_error 529 2 8 25.0% 1 2 1.0s 2026-11-20 10:00" in words(data, "errors")


def test_decisions_tell_who_decided_and_what_came_of_it(data: Path) -> None:
    bash, read = document(data, "decisions")["rows"]
    assert (bash["decisions"], bash["accepted"], bash["rejected"], bash["decided_by_person"]) == (2, 1, 1, 1)
    assert (bash["ended_calls"], bash["failed_calls"]) == (1, 0)
    assert (read["decided_by_hook"], read["failed_calls"]) == (1, 1)
    assert "Bash 2 1 1 1 1 0 0 1 1.0s" in words(data, "decisions")


def test_active_time_is_of_people_and_of_the_client(data: Path) -> None:
    rows = document(data, "active-time")["rows"]
    assert [(row["day"], row["sessions"], row["user_active_ms"], row["cli_active_ms"]) for row in rows] == [
        ("2026-11-19", 1, 1000, 0),
        ("2026-11-20", 2, 60_000, 1500),
    ]
    told = words(data, "active-time", "--by", "project")
    assert "/home/ann/shop 1 1m 00s 1.0s 1m 01s" in told
    assert any(line.startswith("(none): sessions of which there is no transcript") for line in told)


@pytest.mark.parametrize("name", NAMES)
def test_csv_has_the_rows_of_json(data: Path, name: str) -> None:
    rows = document(data, name)["rows"]
    header, *lines = report(data, name, "--csv").stdout.splitlines()
    assert header.split(",") == list(rows[0])
    assert len(lines) == len(rows)


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_came_it_says_how_to_have_it(tmp_path: Path, name: str) -> None:
    write_published(published_path(tmp_path), CALLS)
    assert "`fleetledger telemetry env` prints what to set" in report(tmp_path, name).stdout
    assert "Nothing matches." in report(tmp_path, name, "--since", "2026-11-20").stdout
    assert report(tmp_path, name, "--csv").stdout == ""


def test_doctests() -> None:
    assert doctest.testmod(telemetry_render).failed == 0
