from __future__ import annotations

import csv
import doctest
import io
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from published_fixture import write_published
from rich.console import Console

from fleetledger.base.paths import demo_dir, published_path
from fleetledger.cli.main import main
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.reports import export as report_formats
from fleetledger.reports.choices import GROUPS, PERIODS, REPORTS, SPANS
from fleetledger.reports.costs import groups, overview, sessions
from fleetledger.terminal import costs as report_render
from fleetledger.terminal import layout
from fleetledger.terminal import progress as console

UNPRICED = {"rate_id": None, "rate_is_exact": None}
HAIKU = {"model": "claude-haiku-4-5", "rate_id": "anthropic:claude-haiku-4-5"}

# 1,000 input and 200 output tokens of opus 5 cost 0.005 + 0.005 dollars, of haiku 4.5 0.001 + 0.001.
SUBSCRIBED: dict[str, Any] = {}
BILLED = {
    "cost_kind": "billed",
    "provider": "openrouter",
    "account": "openrouter",
    "session_id": "s2",
    "called_at": "2026-11-18 23:30:00",
    "cache_read_tokens": 1_234_567,
    "cache_write_5m_tokens": 3_000,
    "cache_write_1h_tokens": 20_000,
    "web_search_requests": 3,
}
FREE = {
    "cost_kind": "free",
    "fleet": "mu",
    "host": "server",
    "provider": "ollama",
    "model": "qwen3:32b",
    "session_id": "s3",
    "project": "/home/ann/Lab",
    "called_at": "2026-11-01 08:00:00",
    **UNPRICED,
}
UNKNOWN = {**FREE, "cost_kind": "unknown", "provider": "mystery", "model": "novel-1", "usage_is_final": False}
FLEET = (SUBSCRIBED, {**HAIKU, "session_id": "s4", "called_at": "2026-11-20 11:00:00"}, BILLED, FREE, UNKNOWN)


@pytest.fixture(scope="module")
def fleet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file of FLEET, in which the session s1 has a title."""
    return write_published(tmp_path_factory.mktemp("fleet") / "published.duckdb", FLEET, {"s1": "Fix the login"})


@pytest.fixture
def data(fleet_file: Path, tmp_path: Path) -> Path:
    """A data directory of a test's own with that file."""
    shutil.copy(fleet_file, published_path(tmp_path))
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", "--data-dir", str(data), *arguments])


def document(data: Path, *arguments: str) -> Row:
    result = run(data, "--json", *arguments)
    assert result.exit_code == 0, result.output
    shown: Row = json.loads(result.stdout, parse_float=Decimal)
    return shown


def costs(group: Row) -> list[Any]:
    return [group[f"{kind}_cost_usd"] for kind in ("billed", "subscription", "unknown")]


def test_kinds_stand_side_by_side_and_are_never_added(data: Path) -> None:
    totals = document(data)["totals"]
    assert costs(totals) == [Decimal("0.8760335"), Decimal("0.012"), None]
    assert [totals[f"{kind}_call_count"] for kind in ("billed", "subscription", "free", "unknown")] == [1, 2, 1, 1]
    assert totals["unknown_unpriced_call_count"] == 1
    assert {key for key in totals if "cost" in key} == {
        "billed_cost_usd",
        "subscription_cost_usd",
        "unknown_cost_usd",
    }
    shown = run(data).stdout
    assert "$0.88" in shown
    assert "≈$0.01" in shown
    assert "0.89" not in shown


def test_overview_groups_by_fleet_account_provider_model_and_project(data: Path) -> None:
    overview = document(data)
    assert [(row["fleet"], row["model_call_count"]) for row in overview["fleets"]] == [("claude_code", 3), ("mu", 2)]
    assert [(row["host"], row["account"], *costs(row)) for row in overview["accounts"]] == [
        ("laptop", "openrouter", Decimal("0.8760335"), 0, 0),
        ("laptop", "default", 0, Decimal("0.012"), 0),
        ("server", "default", 0, 0, None),
    ]
    assert [row["provider"] for row in overview["providers"]] == ["openrouter", "claude_code", "mystery", "ollama"]
    assert [(row["model"], row["model_call_count"]) for row in overview["models"]] == [
        ("claude-opus-5", 2),
        ("claude-haiku-4-5", 1),
        ("novel-1", 1),
        ("qwen3:32b", 1),
    ]
    assert [row["project"] for row in overview["projects"]] == ["/home/ann/shop", "/home/ann/Lab"]


def test_overview_names_what_its_numbers_lack(data: Path) -> None:
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute(
            "update fct_model_calls set rate_is_exact = false, rate_caveats = 'speed' where session_id = 's4'"
        )
        connection.execute("update fct_daily_costs set inexact_rate_call_count = 1 where model = 'claude-haiku-4-5'")
    overview = document(data)
    assert overview["unpriced_models"] == [{"provider": "mystery", "model": "novel-1", "unpriced_call_count": 1}]
    assert overview["unmapped_providers"] == [{"provider": "mystery", "model_call_count": 1}]
    assert overview["inexact_rates"] == [
        {"provider": "claude_code", "model": "claude-haiku-4-5", "rate_caveats": "speed", "model_call_count": 1}
    ]
    shown = run(data, "--all").stdout
    assert "usage is final for 4 of 5 model calls (80.0%)" in shown
    assert "novel-1 at mystery (1 call)" in shown
    assert "of unknown cost kind: mystery (1 call)" in shown
    assert "speed of claude-haiku-4-5 at claude_code (1 call)" in shown
    assert "as of 2026-11-20 18:00 UTC" in shown


def test_the_clients_own_totals_are_told_in_one_line(data: Path) -> None:
    """What requests cost that leave no line is told apart by kind of money, and is in no total."""
    assert "own total stands" not in run(data, "--all").stdout
    before = document(data)["totals"]
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("""
            insert into fct_session_totals by name
            from (values
                ('s1', 'claude_code', 'subscription', 0.004, null, 'price_differs'),
                ('s2', 'claude_code', 'billed', 0.75, 0.75, 'hidden_requests'),
                ('s3', 'claude_code', null, 0.02, 0.02, 'hidden_requests'),
                ('s4', 'claude_code', 'subscription', null, null, 'none')
            ) as totals (session_id, fleet, cost_kind, difference_usd, hidden_cost_usd, verdict)
        """)
    overview = document(data)
    assert overview["totals"] == before
    assert overview["client_totals"] == {
        "sessions": 3,
        "agreeing_sessions": 1,
        "hidden_sessions": 2,
        "billed_hidden_cost_usd": Decimal("0.75"),
        "subscription_hidden_cost_usd": None,
        "unknown_hidden_cost_usd": Decimal("0.02"),
    }
    shown = " ".join(run(data, "--all").stdout.split())
    assert "Claude Code's own total stands in 3 sessions: 1 agrees to the cent;" in shown
    assert "requests that leave no line cost $0.75 and ?$0.02 in 2." in shown
    assert document(data, "--model", "opus")["client_totals"]["sessions"] == 0


def test_costliest_session_can_be_checked_by_hand(data: Path) -> None:
    session = document(data)["costliest_session"]
    assert (session["session_id"], session["cost_kind"]) == ("s2", "billed")
    assert [(line["bucket"], line["count"], line["rate_usd"], line["cost_usd"]) for line in session["lines"]] == [
        ("input", 1_000, 5, Decimal("0.005")),
        ("output", 200, 25, Decimal("0.005")),
        ("cache read", 1_234_567, Decimal("0.5"), Decimal("0.6172835")),
        ("cache write 5m", 3_000, Decimal("6.25"), Decimal("0.01875")),
        ("cache write 1h", 20_000, 10, Decimal("0.2")),
        ("web search", 3, 10, Decimal("0.03")),
    ]
    assert session["recomputed_usd"] == session["cost_usd"] == Decimal("0.8760335")
    assert session["agrees"] is True
    assert "The sum is the session's cost in the ledger, to the last digit." in run(data, "--all").stdout


def test_hand_check_shows_a_cost_that_its_tokens_do_not_explain(data: Path) -> None:
    with duckdb.connect(str(published_path(data))) as connection:
        connection.execute("update fct_model_calls set cost_usd = cost_usd + 0.0000001 where session_id = 's2'")
    assert document(data)["costliest_session"]["agrees"] is False
    assert "The ledger says $0.8760336: a defect" in run(data, "--all").stdout


def test_hand_check_takes_one_kind_of_a_session_that_has_two(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [SUBSCRIBED, {**BILLED, "session_id": "s1"}])
    session = document(tmp_path)["costliest_session"]
    assert (session["session_id"], session["cost_kind"], session["cost_usd"]) == ("s1", "billed", Decimal("0.8760335"))


@pytest.mark.parametrize(
    ("arguments", "days"),
    [
        ([], {"2026-11-01": 2, "2026-11-18": 1, "2026-11-20": 2}),
        (["--timezone", "europe/berlin"], {"2026-11-01": 2, "2026-11-19": 1, "2026-11-20": 2}),
        (["--timezone", "Asia/Kolkata"], {"2026-11-01": 2, "2026-11-19": 1, "2026-11-20": 2}),
        (["--timezone", "Pacific/Honolulu"], {"2026-10-31": 2, "2026-11-18": 1, "2026-11-20": 2}),
        (["--since", "2026-11-18"], {"2026-11-18": 1, "2026-11-20": 2}),
        (["--until", "2026-11-18"], {"2026-11-01": 2, "2026-11-18": 1}),
        (["--since", "2026-11-19", "--until", "2026-11-19", "--timezone", "Europe/Berlin"], {"2026-11-19": 1}),
        (["--since", "2026-11-19", "--until", "2026-11-19"], {}),
    ],
)
def test_days_are_those_of_the_time_zone(data: Path, arguments: list[str], days: dict[str, int]) -> None:
    assert {row["day"]: row["model_call_count"] for row in document(data, "daily", *arguments)["rows"]} == days


def test_a_time_zone_moves_days_and_no_cost(data: Path) -> None:
    here, there = document(data, "daily"), document(data, "daily", "--timezone", "Asia/Kathmandu")
    assert here["totals"] == there["totals"]
    assert there["timezone"] == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("name", "key", "labels"),
    [
        ("weekly", "week", ["2025-12-29", "2026-01-05", "2026-03-23"]),
        ("monthly", "month", ["2025-12", "2026-01", "2026-03"]),
    ],
)
def test_weeks_begin_on_monday_and_months_have_names(tmp_path: Path, name: str, key: str, labels: list[str]) -> None:
    instants = ("2025-12-31 12:00:00", "2026-01-01 12:00:00", "2026-01-05 00:00:00", "2026-03-29 22:00:00")
    write_published(published_path(tmp_path), [{"called_at": instant} for instant in instants])
    rows = document(tmp_path, name)["rows"]
    assert [row[key] for row in rows] == labels
    assert sum(row["model_call_count"] for row in rows) == 4
    # 22:00 UTC on the Sunday that summer time began is Monday in Berlin: a week on.
    if key == "week":
        assert document(tmp_path, name, "--timezone", "Europe/Berlin")["rows"][-1]["week"] == "2026-03-30"


def test_calls_without_a_time_are_shown_as_undated(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [SUBSCRIBED, {"called_at": None}])
    assert [row["day"] for row in document(tmp_path, "daily")["rows"]] == ["2026-11-20", None]
    assert "undated" in run(tmp_path, "daily").stdout
    assert document(tmp_path, "daily", "--since", "2026-01-01")["totals"]["model_call_count"] == 1


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        (["--fleet", "mu"], 2),
        (["--host", "server"], 2),
        (["--account", "openrouter"], 1),
        (["--project", "lab"], 2),
        (["--model", "OPUS"], 2),
        (["--model", "opus", "--account", "default"], 1),
        (["--project", "%"], 0),
        (["--project", "' or 'a' = 'a"], 0),
        (["--fleet", "mu", "--account", "openrouter"], 0),
    ],
)
def test_filters(data: Path, arguments: list[str], calls: int) -> None:
    assert document(data, *arguments)["totals"]["model_call_count"] == calls
    assert document(data, *arguments, "--timezone", "Asia/Tokyo")["totals"]["model_call_count"] == calls
    sessions = document(data, "sessions", *arguments)["rows"]
    assert sum(row["model_call_count"] for row in sessions) == calls
    if not calls:
        result = run(data, *arguments)
        assert result.exit_code == 0
        assert "No model call matches." in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fleet", "claude"], "there is claude_code, mu"),
        (["--host", "moon"], "there is laptop, server"),
        (["--account", "nobody"], "there is default, openrouter"),
        (["--timezone", "Berlin"], "no IANA time zone"),
        (["--since", "soon"], "a day like 2026-11-01"),
        (["--since", "2026-11-31"], "a day like 2026-11-01"),
        (["--since", "2026-11-20", "--until", "2026-11-19"], "is after --until"),
        (["--limit", "3"], "-n, --sort and --order are for rows"),
        (["--costliest"], "--costliest is for sessions"),
        (["--by", "day,week"], "one of day, week and month"),
        (["--by", "day,model,project"], "one or two are possible"),
        (["--by", "modell"], "did you mean model?"),
        (["sessions", "--breakdown"], "--breakdown needs one key"),
        (["today", "--since", "7d"], "`report today` says itself since when"),
        (["--since", "7d", "--last", "7"], "--since and --last exclude one another"),
        (["--last", "12h"], "no number of days"),
        (["--until", "12h"], "hours are for --since"),
        (["--json", "--csv"], "exclude one another"),
        (["yearly"], "there is overview, today, week"),
    ],
)
def test_a_wrong_call_is_told_what_is_right(data: Path, arguments: list[str], told: str) -> None:
    result = run(data, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_days_ago_are_counted_in_the_time_zone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    assert document(data, "daily", "--since", "today")["since"] == "2026-11-20"
    assert document(data, "daily", "--since", "yesterday")["since"] == "2026-11-19"
    assert document(data, "daily", "--since", "7d", "--timezone", "Europe/Berlin")["since"] == "2026-11-14"


NOVEMBER_20 = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        (["--last", "7"], "2026-11-14", None),
        (["--last", "2w"], "2026-11-07", None),
        (["--since", "1w"], "2026-11-13", None),
        (["--since", "month"], "2026-11-01", None),
        (["--since", "last week", "--until", "last week"], "2026-11-09", "2026-11-15"),
        (["--since", "2026-10", "--until", "2026-10"], "2026-10-01", "2026-10-31"),
        (["--since", "12h"], "2026-11-20T11:30:00Z", None),
        (["--since", "monday"], "2026-11-16", None),
    ],
)
def test_days_go_by_the_names_that_people_type(
    data: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], since: str, until: str | None
) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: NOVEMBER_20)
    told = document(data, "daily", *words)
    assert (told["since"], told["until"]) == (since, until)


def test_hours_are_counted_to_the_minute(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    assert [row["model"] for row in document(data, "models", "--since", "12h")["rows"]] == ["claude-haiku-4-5"]


def test_a_report_names_its_period(data: Path) -> None:
    assert "What the agents cost, models · all days · as of" in run(data, "models").stdout
    assert "all days" not in run(data, "models", "--since", "2026-11-18").stdout


def test_a_part_of_time_is_a_report(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: NOVEMBER_20)
    assert [document(data, name)["totals"]["model_call_count"] for name in ("today", "week", "month")] == [2, 3, 5]


@pytest.mark.parametrize(
    "by",
    [
        "day",
        "model",
        "project",
        "branch",
        "account",
        "agent",
        "ticket",
        "skill",
        "mcp-server",
        "host,model",
        "week,project",
    ],
)
def test_every_cut_sums_to_the_same_total(data: Path, by: str) -> None:
    cut = document(data, "--by", by)
    assert cut["totals"] == document(data)["totals"]
    assert sum(row["model_call_count"] for row in cut["rows"]) == cut["totals"]["model_call_count"]
    assert list(cut["rows"][0])[: len(cut["by"])] == cut["by"]
    assert cut["row_count"] == len(cut["rows"])


def test_days_by_model_are_days_and_models(data: Path) -> None:
    assert document(data, "daily", "--by", "model")["rows"] == document(data, "daily", "--breakdown")["rows"]
    assert document(data, "daily", "--by", "week")["by"] == ["week"]


def test_a_breakdown_keeps_the_models_of_a_day_together(data: Path) -> None:
    rows = document(data, "daily", "--breakdown")["rows"]
    assert [(row["day"], row["model"]) for row in rows[-2:]] == [
        ("2026-11-20", "claude-opus-5"),
        ("2026-11-20", "claude-haiku-4-5"),
    ]
    assert document(data, "--by", "day,model")["rows"] == rows


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ([], "2026-11-01"),
        (["--order", "desc"], "2026-11-20"),
        (["--sort", "cost"], "2026-11-18"),
        (["--sort", "calls", "--order", "asc"], "2026-11-18"),
    ],
)
def test_rows_come_in_the_order_that_is_asked_for(data: Path, words: list[str], first: str) -> None:
    assert document(data, "daily", *words, "-n", "1")["rows"][0]["day"] == first


def test_the_short_page_fits_a_terminal_and_ends_with_the_total(tmp_path: Path) -> None:
    days = [{"called_at": f"2026-11-{day:02} 10:00:00", "model": f"claude-{day}"} for day in range(1, 21)]
    write_published(published_path(tmp_path), [*days, BILLED, FREE, UNKNOWN])
    lines = run(tmp_path).stdout.splitlines()
    assert len(lines) <= 24
    assert "2026-11-01 to 2026-11-20" in lines[0]
    assert [line[:10] for line in lines[3:17]] == [f"2026-11-{day:02}" for day in range(7, 21)]
    assert lines[-2].startswith("all ")
    assert "--all" in lines[-1]
    assert "23 calls" in lines[-1]


def test_formats_hold_the_same_rows(data: Path, tmp_path: Path) -> None:
    rows = document(data, "sessions")["rows"]
    parquet = tmp_path / "sessions.parquet"
    parquet.write_bytes(run(data, "sessions", "--format", "parquet").stdout_bytes)
    read = duckdb.sql(f"select session_id, billed_cost_usd from '{parquet}'")
    assert read.fetchall() == [(row["session_id"], Decimal(row["billed_cost_usd"])) for row in rows]
    assert str(read.types[1]) == "DECIMAL(38,16)"
    assert run(data, "sessions", "--format", "csv").stdout == run(data, "sessions", "--csv").stdout
    marked = run(data, "--by", "model", "--format", "markdown").stdout
    assert "| model | calls | tokens |" in marked
    assert "| --- | ---: | ---: |" in marked


def test_nothing_that_matches_says_what_there_is(data: Path) -> None:
    near = run(data, "--project", "shpo").stdout
    assert "No project has 'shpo' in its name; most like it: /home/ann/shop" in near
    assert "most like it: claude-opus-5" in run(data, "models", "--model", "claude-opsu").stdout
    later = run(data, "--since", "2026-11-25").stdout
    assert "There are calls from 2026-11-01 to 2026-11-20." in later


def test_sessions_newest_or_costliest_first(data: Path) -> None:
    newest = document(data, "sessions")
    assert [row["session_id"] for row in newest["rows"]] == ["s4", "s1", "s2", "s3"]
    costliest = document(data, "sessions", "--costliest", "-n", "2")
    assert [row["session_id"] for row in costliest["rows"]] == ["s2", "s1"]
    assert costliest["row_count"] == 4
    shown = run(data, "sessions", "--timezone", "Europe/Berlin").stdout
    assert "2026-11-19 00:30" in shown
    assert "Fix the login" in shown
    assert "free unpriced" in shown


def test_models_and_projects_are_counted_whole_when_they_are_cut(data: Path) -> None:
    models = document(data, "models", "-n", "1")
    assert [(row["provider"], row["model"]) for row in models["rows"]] == [("openrouter", "claude-opus-5")]
    assert models["row_count"] == 5
    assert models["totals"]["model_call_count"] == 5
    assert "The first 1 of 2 projects" in run(data, "projects", "-n", "1").stdout


def test_an_amount_that_lacks_calls_says_so(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [SUBSCRIBED, {**UNPRICED, "model": "claude-next"}])
    assert costs(document(tmp_path)["totals"]) == [0, Decimal("0.01"), 0]
    assert "≈$0.01+" in run(tmp_path).stdout


def test_tokens_that_nobody_counted_are_null(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [{**FREE, "input_tokens": None, "output_tokens": None}])
    totals = document(tmp_path)["totals"]
    assert totals["input_tokens"] is None
    assert totals["cache_read_tokens"] == 0
    (row,) = csv.DictReader(io.StringIO(run(tmp_path, "daily", "--csv").stdout))
    assert row["input_tokens"] == ""


@pytest.mark.parametrize("name", [name for name in REPORTS if name not in ("overview", *SPANS)])
def test_csv_has_its_header_also_without_rows(data: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    write_published(published_path(place), [])
    empty = run(place, name, "--csv").stdout
    assert empty == run(data, name, "--csv").stdout.splitlines(keepends=True)[0]


def test_csv_has_the_keys_of_the_json(data: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(data, "projects", "--csv").stdout)))
    expected = document(data, "projects")["rows"]
    assert [list(row) for row in rows] == [list(row) for row in expected]
    assert [row["billed_cost_usd"] for row in rows] == ["0.8760335", "0"]
    overview = list(csv.DictReader(io.StringIO(run(data, "--csv").stdout)))
    assert [row["model_call_count"] for row in overview if row["section"] == "totals"] == ["5"]
    sections = {"totals", "days", "fleets", "accounts", "providers", "models", "projects"}
    assert {row["section"] for row in overview} == sections


HOSTILE = "=cmd|' /C calc'!A0 \x1b[31m\x9b2J\u202e\u2066[bold]x[/bold]\r\nsecond line"


def test_text_of_logs_cannot_steer_a_terminal_or_a_spreadsheet(tmp_path: Path) -> None:
    write_published(published_path(tmp_path), [{"project": HOSTILE}], {"s1": HOSTILE})
    plain, cells, text = (run(tmp_path, "sessions", *option).stdout for option in ([], ["--csv"], ["--json"]))
    for output in (plain, cells, text):
        assert not [char for char in output if char != "\n" and not char.isprintable()]
    assert json.loads(text)["rows"][0]["title"] == HOSTILE
    (row,) = csv.DictReader(io.StringIO(cells))
    assert row["title"] == "'=cmd|' /C calc'!A0 [31m2J[bold]x[/bold]  second line"
    with_markup = terminal(tmp_path, "sessions", 200)
    assert "[bold]x[/bold]" in with_markup
    assert "\x1b" not in with_markup


def terminal(data: Path, name: str, width: int) -> str:
    """What a report prints to a terminal without colours."""
    out = io.StringIO()
    ledger = Ledger(published_path(data))
    if name == "overview":
        shown = overview(ledger, datetime(2026, 11, 20, 23, 30))
    elif name == "sessions":
        shown = sessions(ledger)
    else:
        shown = groups(ledger, name, GROUPS.get(name) or (PERIODS[name],))
    layout.print_to(Console(file=out, width=width, highlight=False), report_render.pieces(shown))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_reports_fit_the_terminal(tmp_path: Path, width: int) -> None:
    long = {"project": "/home/ann/a/very/long/path/to/a/project/日本語", "model": "claude-opus-5-" + "x" * 60}
    calls = [{**call, **long, "input_tokens": 123_456_789, "output_tokens": 12_345_678} for call in FLEET]
    write_published(published_path(tmp_path), calls, {"s1": "A title that is longer than the terminal " * 5})
    for name in ("overview", "daily", "weekly", "monthly", "sessions", "models", "projects"):
        lines = terminal(tmp_path, name, width).splitlines()
        assert max(map(layout.cells, lines)) <= width
        if name == "projects":
            assert "ct/日本語" in "".join(lines)


def test_the_demo_is_marked_wherever_it_shows(data: Path) -> None:
    write_published(published_path(demo_dir(data)), [SUBSCRIBED], is_demo=True)
    assert document(data)["is_demo"] is False
    assert "DEMO" not in run(data).stdout
    published_path(data).unlink()
    assert document(data)["is_demo"] is True
    for name in ("overview", "daily", "sessions", "models"):
        assert run(data, name).stdout.startswith("DEMO")
    picture = data / "report.svg"
    assert run(data, "--svg", str(picture)).exit_code == 0
    assert "DEMO" in picture.read_text()


def test_a_picture_loads_nothing(data: Path) -> None:
    picture = data / "report.svg"
    assert run(data, "weekly", "--svg", str(picture)).exit_code == 0
    drawn = picture.read_text()
    assert "$0.88" in drawn
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", drawn))
    assert "@import" not in drawn
    assert "href" not in drawn


def test_nothing_published_and_nothing_landed(tmp_path: Path) -> None:
    missing = run(tmp_path)
    assert missing.exit_code == 1
    assert "type `fleetledger refresh` first" in missing.stderr
    write_published(published_path(tmp_path), [], as_of=None)
    for name in ("overview", "daily", "sessions", "projects"):
        empty = run(tmp_path, name)
        assert empty.exit_code == 0
        assert "No model calls yet." in empty.stdout
    assert document(tmp_path)["totals"]["model_call_count"] == 0


def test_a_file_that_is_not_published(tmp_path: Path) -> None:
    published_path(tmp_path).write_text("not a database")
    assert run(tmp_path).exit_code == 1
    published_path(tmp_path).unlink()
    duckdb.connect(str(published_path(tmp_path))).close()
    older = run(tmp_path)
    assert older.exit_code == 1
    assert "`fleetledger refresh` writes it anew" in older.stderr
    assert older.stderr.count("\n") == 1


def test_a_report_starts_light(data: Path) -> None:
    script = (
        "import sys; from fleetledger.cli.main import main;"
        f"main(['report', '--data-dir', {str(data)!r}], standalone_mode=False);"
        "heavy = {'duckdb', 'dbt', 'pyarrow', 'msgspec', 'rich', 'genai_prices', 'fleetledger.landing.extract'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert "real spend" in done.stdout


@pytest.mark.parametrize("module", [layout, console, report_formats, report_render])
def test_examples_in_docstrings(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("before", [(), ("--json",), ("--since", "7d", "--csv")])
def test_options_may_stand_before_a_report_with_options_of_its_own(data: Path, before: tuple[str, ...]) -> None:
    assert "report tools [OPTIONS]" in run(data, *before, "tools", "--help").stdout


def test_a_value_that_is_a_reports_name_names_no_report(data: Path) -> None:
    assert document(data, "daily", "--project", "tools")["report"] == "daily"
    assert json.loads(run(data, "--project", "tools", "--json").stdout)["report"] == "overview"
