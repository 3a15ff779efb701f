"""A user's own rows: what can be written, what is told of what cannot, and that they land."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fleetledger.base.paths import landing_dir
from fleetledger.landing.settings import land_settings, landed_rows
from fleetledger.sources.config import ConfigError, load_config
from fleetledger.sources.settings import KINDS, REPORTING, Settings

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

EVERYTHING = """
timezone = "Europe/Berlin"

[csv]
plan = "plans.csv"

[[budget]]
scope = "all"
period = "month"
cost_kind = "billed"
limit_usd = 200.5

[[budget]]
scope = "project"
scope_value = "*/shop"
period = "week"
cost_kind = "subscription"
limit_usd = 300
warn_share = 0.9

[[plan]]
provider = "claude_code"
account = "default"
label = "Max"
starts_on = 2026-11-01
ends_on = 2026-11-30
cost_usd = 100

[[price]]
price_book = "anthropic"
model_id = "Claude-Next"
input_usd_per_mtok = 4
output_usd_per_mtok = 20.25

[[cost_kind]]
provider = "harbor"
cost_kind = "billed"

[[audit_rule]]
rule_id = "env-file-read"
severity = "off"

[[project_fold]]
pattern = '^(/srv/[^/]+)/.*$'
replacement = '\\1'
"""
PLANS = """\ufeffprovider,account,label,starts_on,ends_on,cost_usd
claude_code,work,Max 20x,2026-10-01,2026-10-31,"200"

"""


def settings_of(place: Path, text: str, **files: str) -> Settings:
    for name, content in files.items():
        (place / f"{name}.csv").write_text(content, encoding="utf-8")
    (place / "fleet.toml").write_text(text, encoding="utf-8")
    settings = load_config(place / "fleet.toml").settings
    assert settings is not None
    return settings


def test_all_kinds_of_rows_are_read_with_what_they_leave_out(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, EVERYTHING, plans=PLANS)
    assert settings.problems == ()
    tables = settings.tables
    assert tables[REPORTING] == [{"timezone": "Europe/Berlin"}]
    assert [(row["scope_value"], row["limit_usd"], row["warn_share"]) for row in tables["settings_budgets"]] == [
        (None, Decimal("200.5"), Decimal("0.8")),
        ("*/shop", Decimal(300), Decimal("0.9")),
    ]
    assert [(row["account"], row["starts_on"], row["cost_usd"]) for row in tables["settings_plans"]] == [
        ("default", date(2026, 11, 1), Decimal(100)),
        ("work", date(2026, 10, 1), Decimal(200)),
    ]
    (price,) = tables["settings_prices"]
    assert price["rate_id"] == "own:anthropic:Claude-Next:standard:1970-01-01:0"
    assert price["match_names"] == "claude-next"
    assert (price["input_usd_per_mtok"], price["cache_read_usd_per_mtok"]) == (4, None)
    assert tables["settings_cost_kinds"] == [{"provider": "harbor", "model_regex": None, "cost_kind": "billed"}]
    assert tables["settings_audit_rules"][0]["severity"] == "off"
    assert tables["settings_project_folds"] == [{"pattern": "^(/srv/[^/]+)/.*$", "replacement": "\\1", "note": None}]


BUDGET = {"scope": "all", "period": "month", "cost_kind": "billed", "limit_usd": 3}
PLAN = {
    "provider": "p",
    "account": "a",
    "label": "l",
    "starts_on": "2026-11-02",
    "ends_on": "2026-11-30",
    "cost_usd": 1,
}
PRICE = {"price_book": "anthropic", "model_id": "m", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
RULE = {"rule_id": "mine", "severity": "low", "applies_to": "command", "category": "c", "pattern": "x"}
DIRECTIVE = {"directive": "no_prune", "program": "docker", "broken_pattern": "prune"}
FOLD = {"pattern": "x", "replacement": "y"}


def toml(kind: str, row: dict[str, Any]) -> str:
    return f"[[{kind}]]\n" + "".join(f"{name} = {value!r}\n" for name, value in row.items() if value is not None)


@pytest.mark.parametrize(
    ("kind", "row", "told"),
    [
        (
            "budget",
            {**BUDGET, "period": "mnth"},
            "budget[1].period is 'mnth'; expected day, week, month or session",
        ),
        ("budget", {**BUDGET, "limit_usd": None}, "budget[1].limit_usd is missing; expected a number such as 12.5"),
        ("budget", {**BUDGET, "limit_usd": -1}, "budget[1].limit_usd is -1; expected a number such as 12.5, 0 or more"),
        ("budget", {**BUDGET, "limit_usd": 0.00001}, "with up to 4 decimals"),
        ("budget", {**BUDGET, "limit": 3}, "budget[1].limit: there is no such column; expected one of scope, "),
        ("budget", {**BUDGET, "warn_shar": 3}, "(did you mean warn_share?)"),
        ("budget", {**BUDGET, "scope_value": "x"}, "budget[1]: expected no scope_value where scope is all"),
        ("plan", {**PLAN, "starts_on": "2. Nov"}, "plan[1].starts_on is '2. Nov'; expected a day like 2026-11-01"),
        (
            "plan",
            {**PLAN, "ends_on": "2026-11-01"},
            "plan[1]: expected ends_on on or after starts_on, which is 2026",
        ),
        ("price", {**PRICE, "price_book": "anthropc"}, "price[1].price_book is 'anthropc'; expected anthropic, "),
        (
            "price",
            {**PRICE, "match_regex": "a(?!b)"},
            "price[1].match_regex is 'a(?!b)'; expected a regular exp",
        ),
        ("price", {**PRICE, "tier_start": "many"}, "price[1].tier_start is 'many'; expected a whole number, 0 or more"),
        ("cost_kind", {"cost_kind": "billed"}, "cost_kind[1]: expected a provider, a model_regex, or both"),
        ("audit_rule", {**RULE, "severity": "off"}, "audit_rule[1]: expected the rule_id of a rule that there is, not"),
        (
            "audit_rule",
            {**RULE, "applies_to": None},
            "audit_rule[1]: expected applies_to, since no rule of that",
        ),
        ("audit_rule", {**RULE, "pattern": "("}, "audit_rule[1]: expected a regular expression as RE2 reads them"),
        ("directive", {**DIRECTIVE, "broken_pattern": "("}, "directive[1].broken_pattern is '('; expected a regular"),
        ("directive", {**DIRECTIVE, "program": None}, "directive[1].program is missing; expected text"),
        ("project_fold", {**FOLD, "pattern": "("}, "project_fold[1].pattern is '('; expected a regular expression"),
    ],
)
def test_a_wrong_row_is_told_with_its_place_and_left_out(
    tmp_path: Path, kind: str, row: dict[str, Any], told: str
) -> None:
    right: dict[str, dict[str, Any]] = {"budget": BUDGET, "plan": PLAN, "price": PRICE, "audit_rule": RULE}
    right |= {"project_fold": FOLD, "directive": DIRECTIVE, "cost_kind": {"provider": "p", "cost_kind": "billed"}}
    settings = settings_of(tmp_path, toml(kind, row) + toml(kind, right[kind]))
    (problem,) = settings.problems
    assert problem.startswith(f"{tmp_path / 'fleet.toml'}: {kind}[1]")
    assert told in problem
    assert problem.endswith("; this row is left out")
    assert len(settings.tables[KINDS[kind].table]) == 1


def test_of_two_rows_for_the_same_the_first_holds(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, toml("budget", BUDGET) + toml("budget", {**BUDGET, "limit_usd": 4}))
    (problem,) = settings.problems
    assert "budget[2]: has the same scope, scope_value, period, cost_kind as " in problem
    assert [row["limit_usd"] for row in settings.tables["settings_budgets"]] == [3]


@pytest.mark.parametrize(
    ("content", "told", "rows"),
    [
        (
            "provider,account,label,starts_on,ends_on,cost_us\n",
            "csv:1: column 'cost_us' (did you mean cost_usd?)",
            0,
        ),
        ("", "plans.csv:1: ''; expected columns of provider, ", 0),
        (PLANS + "a,b,c,2026-11-01,2026-11-02,1,2\n", "plans.csv:4: 7 values; expected 6; this row is left out", 1),
        (PLANS + "a,b,c,soon,2026-11-02,1\n", "plans.csv:4: starts_on is 'soon'; expected a day like 2026-11-01", 1),
        (PLANS + "a,b\n", "plans.csv:4: label is missing; expected text that is not empty", 1),
        (PLANS + 'a,b,"c', "plans.csv: no CSV in UTF-8 (unexpected end of data); what follows is left out", 1),
    ],
)
def test_a_wrong_csv_is_told_with_its_line(tmp_path: Path, content: str, told: str, rows: int) -> None:
    settings = settings_of(tmp_path, '[csv]\nplan = "plans.csv"\n', plans=content)
    (problem,) = settings.problems
    assert problem.startswith(str(tmp_path))
    assert told in problem
    assert len(settings.tables["settings_plans"]) == rows


def test_a_csv_that_is_not_there_is_told(tmp_path: Path) -> None:
    (problem,) = settings_of(tmp_path, '[csv]\nbudget = "none.csv"\n').problems
    assert problem == f"{tmp_path / 'none.csv'}: cannot read it: No such file or directory; this file is left out"


def test_a_time_zone_that_is_none_is_told_with_what_is_near(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 'timezone = "europe/berln"\n')
    (problem,) = settings.problems
    assert (
        "timezone is 'europe/berln'; expected an IANA time zone, such as Europe/Berlin or UTC (did you mean" in problem
    )
    assert settings.tables[REPORTING] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[budgets]]\n", "budgets: no such key; expected one of source, .*did you mean budget"),
        ('[csv]\nbudgets = "x"\n', "csv.budgets: no such key; expected one of budget, "),
        ("csv = 3\n", "csv is 3; expected names of files"),
    ],
)
def test_what_is_no_setting_at_all_is_a_wrong_call(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        settings_of(tmp_path, text)


def test_settings_land_once_and_are_replaced(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = settings_of(tmp_path, EVERYTHING, plans=PLANS)
    assert land_settings(data, settings, NOW)
    assert not land_settings(data, settings, NOW)
    assert [row["label"] for row in landed_rows(data, "settings_plans", NOW)] == ["Max", "Max 20x"]
    assert [row["rule_order"] for row in landed_rows(data, "settings_project_folds", NOW)] == [1]
    files = {path.parts[-3]: path for path in data.rglob("*.parquet")}
    fewer = settings_of(tmp_path, toml("plan", PLAN) + "[[cost_kind]]\nprovider = 'harbor'\ncost_kind = 'billed'\n")
    assert land_settings(data, fewer, NOW)
    assert [row["label"] for row in landed_rows(data, "settings_plans", NOW)] == ["l"]
    assert landed_rows(data, REPORTING, NOW) == []
    # What was replaced stays for readers that have begun, then goes; what is the same stays as it is.
    assert {path for path in files.values() if path.exists()} == set(files.values())
    assert land_settings(data, settings, NOW + timedelta(hours=2))
    assert [table for table, path in files.items() if path.exists()] == ["settings_cost_kinds"]
    inside = list(landing_dir(data).rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_file()} == {0o600}


def test_without_any_setting_nothing_is_written(tmp_path: Path) -> None:
    assert not land_settings(tmp_path / "data", settings_of(tmp_path, "text = true\n"), NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["fleet.toml"]
