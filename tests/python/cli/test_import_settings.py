from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from fleetledger.cli.main import main
from fleetledger.sources.config import load_config

BUDGETS = "scope,scope_value,period,cost_kind,limit_usd,warn_share\nall,,month,billed,200,0.8\nall,,mnth,billed,200,\n"
PLANS = "provider,account,label,starts_on,ends_on,cost_usd\n"


def test_rows_of_an_old_checkout_are_taken_over_once(tmp_path: Path) -> None:
    seeds, config = tmp_path / "old/seeds", tmp_path / "new/fleet.toml"
    seeds.mkdir(parents=True)
    config.parent.mkdir()
    (seeds / "budgets.csv").write_text(BUDGETS)
    (seeds / "subscription_plans.csv").write_text(PLANS)
    config.write_text('[[source]]\nfleet = "mu"\nroot = "logs"\n')
    call = ["import-settings", str(tmp_path / "old"), "--config", str(config), "--data-dir", str(tmp_path / "data")]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    assert f"2 budgets: {seeds / 'budgets.csv'} -> {config.parent / 'budgets.csv'}\n" in done.stdout
    assert f"No plans in {seeds}." in done.stdout
    assert "budgets.csv:3: period is 'mnth'" in done.stderr
    settings = load_config(config).settings
    assert settings is not None
    assert len(settings.tables["settings_budgets"]) == 1
    assert (seeds / "budgets.csv").read_text() == BUDGETS
    again = CliRunner().invoke(main, call)
    assert "is there already" in again.stderr
    assert (config.parent / "budgets.csv").read_text() == BUDGETS
    assert config.read_text().count("[csv]") == 1
