"""The command that moves a user's own rows from the seeds of a checkout of version 0.1 into the configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from fleetledger.base import paths
from fleetledger.base.text import clean
from fleetledger.cli.options import Places, with_places

OLD_PLACES = {"budget": "budgets", "plan": "subscription_plans", "price": "rate_overrides"}
"""The seeds of version 0.1 that were a user's alone, by what such rows are called now; the columns are the same."""


@click.command()
@with_places
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_settings(places: Places, checkout: Path) -> None:
    """Take your budgets, plans and prices over from version 0.1.

    CHECKOUT is a directory of that version, which stays as it is. The rows of its seeds go into CSV files beside your
    configuration, which comes to name them. Nothing is overwritten.

    \b
    Example:
      fleetledger import-settings ~/fleetledger
    """
    from fleetledger.sources.config import load_config

    config = places.config or paths.platform_config_dir() / "fleet.toml"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = config.read_text(encoding="utf-8") if config.exists() else ""
    named = []
    for kind, seed in OLD_PLACES.items():
        found = next((checkout / "seeds").rglob(f"{seed}.csv"), None)
        rows = (
            len([line for line in found.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]) if found else 0
        )
        target = config.parent / f"{kind}s.csv"
        if found is None or not rows:
            click.echo(f"No {kind}s in {clean(str(checkout / 'seeds'))}.")
        elif target.exists():
            click.echo(f"{target} is there already: {found} stays where it is.", err=True)
        else:
            shutil.copyfile(found, target)
            named.append(f'{kind} = "{target.name}"')
            click.echo(f"{rows} {kind}s: {found} -> {target}")
    if named and "[csv]" in before:
        click.echo(f"{config} has a [csv] already: write into it {', '.join(named)}", err=True)
    elif named:
        config.write_text(before + "\n[csv]\n" + "\n".join(named) + "\n", encoding="utf-8")
        click.echo(f"{config} names {'it' if len(named) == 1 else 'them'} below [csv].")
        settings = load_config(config).settings
        for problem in settings.problems if settings else ():
            click.echo(clean(f"Left out: {problem}"), err=True)
    click.echo("Cost kinds, audit rules, project folds and the time zone are yours to write: docs/configuration.md.")
