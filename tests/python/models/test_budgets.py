"""Usage windows, budgets and plans: the models against a plain reference, and what the commands say of the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner, Result
from compiled_models import read_models
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetledger.base import clock
from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main

GOLDEN = Path(__file__).parent / "golden"
MODELS = ("fct_usage_blocks", "fct_budget_status", "fct_plan_months", "fct_plan_limits")
BELOW = (
    "stg_limits__plan_limits",
    "stg_settings__budgets",
    "stg_settings__plans",
    "int_plans",
    "int_hourly_usage",
    "int_budget_spend",
    "int_budget_periods",
)
"""What these are made of, as views over the inputs."""
INPUTS = ("marts.fct_model_calls", "marts.fct_daily_costs", "intermediate.int_landing_summary")
SETTINGS = ("landing.settings_budgets", "landing.settings_plans", "landing.plan_limits")
RULES = ("seeds.model_vendors",)
PUBLISHED = (*MODELS, "fct_model_calls", "dim_models", "dim_accounts", "dim_possible_rates", "build_info")

START = datetime(2026, 11, 2)  # a Monday
FIVE_HOURS = timedelta(hours=5)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Marts:
    """The models under test over tables that hold nothing until `fill` puts rows into them."""

    def __init__(self, fleet: BuiltFleet) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("attach ':memory:' as warehouse")
        self.connection.execute(f"attach '{warehouse_path(fleet.data)}' as built (read_only)")
        self.connection.execute("use warehouse")
        for schema in ("marts", "intermediate", "staging", "landing", "seeds"):
            self.connection.execute(f"create schema {schema}")
        for table in (*INPUTS, *SETTINGS):
            self.connection.execute(f"create table {table} as from built.{table} limit 0")
        for table in RULES:
            self.connection.execute(f"create table {table} as from built.{table}")
        self.connection.execute("create table intermediate.int_reporting as select 'UTC' as timezone")
        models = {model.relation.rpartition(".")[2].strip('"'): model for model in read_models(fleet.manifest)}
        for name in BELOW:
            self.connection.execute(f"create view {models[name].relation} as {models[name].sql}")
        self._sql = {name: models[name].sql for name in MODELS}

    def fill(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Let a table hold these rows, the columns that they leave out being null."""
        self.connection.execute(f"delete from {table}")
        if rows:
            columns = ", ".join(f"unnest($values[{n}]) as {name}" for n, name in enumerate(rows[0], start=1))
            text = [[None if value is None else str(value) for value in column] for column in columns_of(rows)]
            self.connection.execute(f"insert into {table} by name select {columns}", {"values": text})

    def rows(self, model: str, columns: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"select {columns} from ({self._sql[model]}) order by all").fetchall()

    def make(self) -> None:
        for name, sql in self._sql.items():
            self.connection.execute(f"create or replace table marts.{name} as {sql}")


def columns_of(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in rows[0]]


@pytest.fixture(scope="module")
def marts(fleet: BuiltFleet) -> Marts:
    return Marts(fleet)


# --- Windows ---------------------------------------------------------------------------------------------------------

instants = st.builds(
    lambda hours, off: START + timedelta(hours=hours) + off,
    st.integers(0, 60),
    st.one_of(
        st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1), timedelta(minutes=59)]),
        st.integers(0, 3_599_999).map(lambda ms: timedelta(milliseconds=ms)),
    ),
)


def reference_windows(times: Sequence[datetime]) -> list[list[datetime]]:
    """The calls of each window, by the rule as it is told: after the beginning, or after the last call."""
    windows: list[list[datetime]] = []
    for time in sorted(times):
        if windows:
            last = windows[-1]
            begins = last[0].replace(minute=0, second=0, microsecond=0)
            if time - begins <= FIVE_HOURS and time - last[-1] <= FIVE_HOURS:
                last.append(time)
                continue
        windows.append([time])
    return windows


@settings(max_examples=60)
@given(calls=st.lists(st.tuples(st.sampled_from("xy"), instants), min_size=1, max_size=40))
def test_windows_are_those_of_a_plain_loop(marts: Marts, calls: list[tuple[str, datetime]]) -> None:
    rows = [
        {"model_call_id": n, "fleet": "claude_code", "host": "h", "account": account, "called_at": at}
        for n, (account, at) in enumerate(calls)
    ]
    of_a_plan = {"usage_source": "none", "cost_kind": "subscription", "model": "claude-opus-5"}
    marts.fill("marts.fct_model_calls", [row | of_a_plan for row in rows])
    as_of = max(at for _, at in calls)
    marts.fill("intermediate.int_landing_summary", [{"as_of": as_of}])
    expected: list[tuple[Any, ...]] = []
    for account in sorted({account for account, _ in calls}):
        before: datetime | None = None
        for window in reference_windows([at for name, at in calls if name == account]):
            begins = window[0].replace(minute=0, second=0, microsecond=0)
            gap = before + FIVE_HOURS if before and window[0] - before > FIVE_HOURS else None
            is_active = window[0] <= as_of < begins + FIVE_HOURS
            expected.append((account, begins, window[0], window[-1], len(window), gap, is_active))
            before = window[-1]
    columns = "account, started_at, first_called_at, last_called_at, model_call_count, gap_started_at, is_active"
    assert marts.rows("fct_usage_blocks", columns) == expected


# --- Budgets ---------------------------------------------------------------------------------------------------------


def bounds(day: date, period: str) -> tuple[date, date]:
    """A period's first day, and the first after it."""
    if period == "day":
        return day, day + timedelta(days=1)
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


@settings(max_examples=40)
@given(
    calls=st.lists(st.tuples(instants, st.integers(0, 400), st.sampled_from(["billed", "unknown"])), max_size=20),
    as_of=instants,
    limit=st.integers(0, 900),
)
def test_budgets_are_those_of_plain_sums(
    marts: Marts, calls: list[tuple[datetime, int, str]], as_of: datetime, limit: int
) -> None:
    rows = [
        {
            "model_call_id": n,
            "cost_kind": kind,
            "usage_source": "model_call",
            "called_at": at,
            "called_on": at.date(),
            "cost_usd": Decimal(cents) / 100,
        }
        for n, (at, cents, kind) in enumerate(calls)
    ]
    marts.fill("marts.fct_model_calls", rows)
    marts.fill("intermediate.int_landing_summary", [{"as_of": as_of}])
    periods = ("day", "month", "week")
    budget = {"scope": "all", "cost_kind": "billed", "limit_usd": Decimal(limit) / 100, "warn_share": "0.5"}
    marts.fill("landing.settings_budgets", [{**budget, "period": period} for period in periods])
    columns = "period, spent_usd, state, elapsed_share, projected_by_elapsed_usd, projected_by_last_7_days_usd"
    found = [row[1:] for row in marts.rows("fct_budget_status", f"is_current, {columns}") if row[0]]
    assert [row[0] for row in found] == list(periods)
    for period, spent, state, elapsed, by_elapsed, by_last_days in found:
        first, after = bounds(as_of.date(), period)
        billed = [(at, cents) for at, cents, kind in calls if kind == "billed"]
        cents = sum(cents for at, cents in billed if first <= at.date() < after)
        recent = sum(cents for at, cents in billed if as_of - timedelta(days=7) < at <= as_of)
        assert spent == Decimal(cents) / 100
        assert state == ("over" if cents > limit else "warn" if cents * 2 >= limit else "ok")
        begins, ends = (datetime(day.year, day.month, day.day) for day in (first, after))
        passed = (as_of - begins) / (ends - begins)
        # The engine counts whole milliseconds.
        assert elapsed == pytest.approx(passed, abs=1e-7)
        if passed > 0.001:
            assert by_elapsed == pytest.approx(cents / 100 / passed, rel=1e-3)
        assert by_last_days == pytest.approx(cents / 100 + recent / 700 * (1 - passed) * (ends - begins).days, rel=1e-6)


def test_being_over_budget_fails_dbt_and_no_refresh(fleet: BuiltFleet) -> None:
    nodes = json.loads(fleet.manifest.read_bytes())["nodes"]
    test = next(node for node in nodes.values() if node["name"] == "budgets_hold")
    assert test["tags"] == ["alarm"]
    for states, result in (([], 0), (["warn"], 1), (["warn", "over"], 2)):
        rows = " union all ".join(f"select '{state}' as state" for state in states) or "select '' as state where false"
        assert duckdb.sql(f"select {test['config']['fail_calc']} from ({rows})").fetchall() == [(result,)]
    assert (test["config"]["warn_if"], test["config"]["error_if"]) == (">= 1", ">= 2")


# --- Commands --------------------------------------------------------------------------------------------------------

BUDGETS = [
    ("all", None, "month", "subscription", 90, "0.8"),
    ("account", None, "week", "subscription", 100, "0.8"),
    ("project", "*/webshop", "month", "billed", 5, "0.8"),
    ("session", None, "session", "subscription", 1, "0.8"),
    ("account", "typo", "day", "billed", 3, "0.8"),
]
PLANS = [
    ("claude_code", "default", "Max 5x", "2026-10-04", "2026-11-03", 100),
    ("claude_code", "default", "Max 20x", "2026-11-04", "2026-12-03", 200),
]


@pytest.fixture(scope="module")
def data(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A published file of the demo's hosts, with budgets and plans."""
    marts = Marts(fleet)
    run = marts.connection.execute
    for table in INPUTS[:2]:
        run(f"insert into {table} from built.{table} where host like 'demo-%'")
    run(
        "insert into intermediate.int_landing_summary by name select max(called_at) as as_of from marts.fct_model_calls"
    )
    names = ("scope", "scope_value", "period", "cost_kind", "limit_usd", "warn_share")
    marts.fill("landing.settings_budgets", [dict(zip(names, row, strict=True)) for row in BUDGETS])
    names = ("provider", "account", "label", "starts_on", "ends_on", "cost_usd")
    marts.fill("landing.settings_plans", [dict(zip(names, row, strict=True)) for row in PLANS])
    marts.make()
    place = tmp_path_factory.mktemp("published")
    run(f"attach '{published_path(place)}' as published")
    for table in PUBLISHED:
        source = "marts" if table in (*MODELS, "fct_model_calls") else "built.marts"
        run(f"create table published.{table} as from {source}.{table}")
    run("update published.build_info set is_demo = true, as_of = (select as_of from intermediate.int_landing_summary)")
    run("detach published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        yield place


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(data)])


COMMANDS = {
    "budget": (1, ["budget"]),
    "budget-quiet": (1, ["budget", "--quiet"]),
    "blocks": (0, ["report", "blocks", "-n", "8"]),
    "blocks-active": (0, ["report", "blocks", "--active"]),
    "plans": (0, ["report", "plans"]),
    "whatif": (0, ["whatif", "--model", "claude-opus-4-6=claude-sonnet-4-6", "--cache-ttl", "5m"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_says_of_the_demo(data: Path, name: str) -> None:
    code, arguments = COMMANDS[name]
    result = run(data, *arguments)
    assert result.exit_code == code, result.output
    assert result.stdout == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_json_and_csv_have_what_the_tables_have(data: Path) -> None:
    windows = json.loads(run(data, "report", "blocks", "--json").stdout)
    assert len(windows["rows"]) == windows["row_count"]
    assert run(data, "report", "blocks", "--csv").stdout.count("\n") == windows["row_count"] + 1
    assert json.loads(run(data, "budget", "--json").stdout)["state"] == "over"


def test_without_budgets_and_plans_it_says_so(data: Path, tmp_path: Path) -> None:
    empty = published_path(tmp_path)
    empty.write_bytes(published_path(data).read_bytes())
    with duckdb.connect(str(empty)) as connection:
        for table in MODELS:
            connection.execute(f"delete from {table}")
    for arguments, word in (
        (["budget"], "No budgets: "),
        (["budget", "--quiet"], "no budgets"),
        (["report", "plans"], "No plans: "),
        (["report", "blocks"], "No window yet."),
        (["report", "limits"], "Nothing is known of limits"),
    ):
        result = run(tmp_path, *arguments)
        assert result.exit_code == 0
        assert word in result.stdout


def test_history_at_its_own_models_costs_what_it_cost(fleet: BuiltFleet, data: Path, tmp_path: Path) -> None:
    """All logs there are: every priced call comes to its recorded cost, to the last digit."""
    published = published_path(tmp_path)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse_path(fleet.data)}' as built (read_only)")
        connection.execute(f"attach '{published}' as published")
        for table in PUBLISHED[len(MODELS) :]:
            connection.execute(f"create table published.{table} as from built.marts.{table}")
        calls = "from published.fct_model_calls where cost_kind <> 'free' and model is not null"
        names = connection.execute(f"select distinct model {calls}").fetchall()
        (unpriced,) = connection.execute(f"select count(*) {calls} and cost_usd is null").fetchall()[0]
    pairs = [f"--model={name}={name}" for name in sorted(name for (name,) in names)]
    result = run(tmp_path, "whatif", *pairs, "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout, parse_float=Decimal)["rows"]
    assert {row["difference_usd"] for row in rows} <= {0, None}
    assert sum(row["left_out_call_count"] for row in rows) == unpriced
    assert all(row["recorded_usd"] == row["whatif_usd"] for row in rows)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("claude-opus-4-6=claude-sonet-4-6", "'claude-sonet-4-6'; near it are claude-sonnet-4-6"),
        (
            "claude-opus-4.6=claude-sonnet-4-6",
            "No call was of the model 'claude-opus-4.6'; near it are claude-opus-4-6",
        ),
    ],
)
def test_an_unknown_model_is_told_with_those_near_it(data: Path, model: str, told: str) -> None:
    result = run(data, "whatif", "--model", model)
    assert result.exit_code == 2
    assert told in result.stderr
