from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.cli.main import main
from fleetledger.sources.config import load_config
from fleetledger.sources.settings import Settings

BUDGETS = "scope,scope_value,period,cost_kind,limit_usd,warn_share\nall,,month,billed,200,0.8\nall,,mnth,billed,200,\n"
PLANS = "provider,account,label,starts_on,ends_on,cost_usd\n"
SHIPPED = ("provider_cost_kinds", "model_cost_kinds", "audit_rules", "project_folds")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of version 0.1, whose seeds lie in one directory, as it was shipped."""
    old = tmp_path / "old"
    (old / "seeds").mkdir(parents=True)
    (old / "seeds/subscription_plans.csv").write_text(PLANS)
    for seed in SHIPPED:
        (path,) = (PROJECT_ROOT / "seeds").rglob(f"{seed}.csv")
        shutil.copy(path, old / "seeds")
    (old / "dbt_project.yml").write_text("vars:\n  # Any IANA name.\n  reporting_timezone: UTC\n")
    return old


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "new/fleet.toml"
    path.parent.mkdir()
    path.write_text('[[source]]\nfleet = "mu"\nroot = "logs"\n')
    return path


def moved(checkout: Path, config: Path) -> Result:
    data = config.parent / "data"
    return CliRunner().invoke(
        main, ["import-settings", str(checkout), "--config", str(config), "--data-dir", str(data)]
    )


def settings_of(config: Path) -> Settings:
    settings = load_config(config).settings
    assert settings is not None
    return settings


def test_rows_of_an_old_checkout_are_taken_over_once(checkout: Path, config: Path) -> None:
    (checkout / "seeds/budgets.csv").write_text(BUDGETS)
    done = moved(checkout, config)
    assert done.exit_code == 0, done.output
    assert f"2 budgets: {config.parent / 'budgets.csv'}\n" in done.stdout
    for kind in ("plans", "prices", "cost kinds", "audit rules", "project folds"):
        assert f"No {kind} of your own." in done.stdout
    assert "budgets.csv:3: period is 'mnth'" in done.stderr
    assert len(settings_of(config).tables["settings_budgets"]) == 1
    assert (checkout / "seeds/budgets.csv").read_text() == BUDGETS
    written = (config.parent / "budgets.csv").read_text(), config.read_text()
    again = moved(checkout, config)
    assert "is there already" in again.stderr
    assert ((config.parent / "budgets.csv").read_text(), config.read_text()) == written


def test_of_seeds_that_were_shipped_only_what_a_user_changed_is_taken_over(checkout: Path, config: Path) -> None:
    changes = {
        "provider_cost_kinds": ("anthropic_api,billed", "anthropic_api,subscription\nourproxy,free"),
        "audit_rules": ("env-file-read,high,path,read,,%/.env", "env-file-read,low,path,read,,%/.dotenv"),
        "project_folds": ("rule_order,", "rule_order,"),
    }
    for seed, (shipped, own) in changes.items():
        path = checkout / f"seeds/{seed}.csv"
        assert shipped in path.read_text()
        path.write_text(path.read_text().replace(shipped, own))
    with (checkout / "seeds/project_folds.csv").open("a") as folds:
        folds.write("9,^/srv/(shop).*$,\\1,ours\n")
    (checkout / "dbt_project.yml").write_text("vars:\n  reporting_timezone: 'Europe/Berlin'  # here\n")
    done = moved(checkout, config)
    assert done.exit_code == 0, done.output
    settings = settings_of(config)
    assert settings.problems == ()
    assert settings.tables["settings_reporting"] == [{"timezone": "Europe/Berlin"}]
    kinds = [(row["provider"], row["cost_kind"]) for row in settings.tables["settings_cost_kinds"]]
    assert kinds == [("anthropic_api", "subscription"), ("ourproxy", "free")]
    (rule,) = settings.tables["settings_audit_rules"]
    assert {name: value for name, value in rule.items() if value is not None} == {
        "rule_id": "env-file-read",
        "severity": "low",
    }
    assert [row["pattern"] for row in settings.tables["settings_project_folds"]] == ["^/srv/(shop).*$"]
    assert config.read_text().startswith('timezone = "Europe/Berlin"\n')


def test_prices_keep_their_digits(checkout: Path, config: Path) -> None:
    columns = "rate_id,price_book,model_id,price_variant,valid_from,tier_start,input_usd_per_mtok,output_usd_per_mtok"
    row = "ours,anthropic,our-model,standard,2026-01-01,0,1.00000001,2"
    (checkout / "seeds/rate_overrides.csv").write_text(f"{columns}\n{row}\n")
    assert moved(checkout, config).exit_code == 0
    (price,) = settings_of(config).tables["settings_prices"]
    assert price["input_usd_per_mtok"] == Decimal("1.00000001")


def test_what_is_no_checkout_is_said_so(tmp_path: Path, config: Path) -> None:
    (tmp_path / "old").mkdir()
    done = moved(tmp_path / "old", config)
    assert done.exit_code == 1
    assert "cannot be read as a checkout of version 0.1" in done.stderr
