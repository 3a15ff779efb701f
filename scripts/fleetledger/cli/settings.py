"""The command that moves a user's own rows from the seeds of a checkout of version 0.1 into the configuration."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from fleetledger.base import paths
from fleetledger.base.text import clean
from fleetledger.cli.options import Places, with_places


@click.command()
@with_places
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_settings(places: Places, checkout: Path) -> None:
    """Take your budgets, plans, prices, rules and time zone over from version 0.1.

    CHECKOUT is a directory of that version, which stays as it is. Those rows of its seeds that are yours go into CSV
    files beside your configuration, which comes to name them. Nothing is overwritten.

    \b
    Example:
      fleetledger import-settings ~/fleetledger
    """
    from fleetledger.sources.config import load_config
    from fleetledger.sources.version_0_1 import OLD_PLACES, own_timezone

    config = places.config or paths.platform_config_dir() / "fleet.toml"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = config.read_text(encoding="utf-8") if config.exists() else ""
    try:
        named = [line for kind in OLD_PLACES if (line := _moved(checkout, kind, config.parent))]
        timezone = own_timezone(checkout)
    except (OSError, csv.Error) as error:
        raise click.ClickException(f"{checkout} cannot be read as a checkout of version 0.1: {error}") from error
    head = _head(timezone, before, config)
    tail = _tail(named, before, config)
    if head or tail:
        config.write_text(head + before + tail, encoding="utf-8")
        settings = load_config(config).settings
        for problem in settings.problems if settings else ():
            click.echo(clean(f"Left out: {problem}"), err=True)


def _moved(checkout: Path, kind: str, directory: Path) -> str | None:
    """Write a user's own rows of a kind into a CSV file; the line by which a configuration names it."""
    from fleetledger.sources.settings import KINDS
    from fleetledger.sources.version_0_1 import own_rows

    called = kind.replace("_", " ")
    rows = own_rows(checkout, kind)
    target = directory / f"{kind}s.csv"
    if not rows:
        click.echo(f"No {called}s of your own.")
        return None
    if target.exists():
        click.echo(f"{target} is there already: {len(rows)} {called}s stay where they are.", err=True)
        return None
    columns = [name for name in KINDS[kind].columns if any(name in row for row in rows)]
    with target.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, columns)
        lines.writeheader()
        lines.writerows(rows)
    click.echo(f"{len(rows)} {called}{'s' if len(rows) > 1 else ''}: {target}")
    return f'{kind} = "{target.name}"'


def _head(timezone: str | None, before: str, config: Path) -> str:
    """What goes before what the configuration says: keys that belong to no table."""
    if not timezone:
        return ""
    if any(line.partition("=")[0].strip() == "timezone" for line in before.splitlines()):
        click.echo(f"{config} has a timezone already: {clean(timezone)} stays where it is.", err=True)
        return ""
    click.echo(f"The time zone: {clean(timezone)}")
    return f'timezone = "{timezone}"\n\n'


def _tail(named: list[str], before: str, config: Path) -> str:
    """What goes behind what the configuration says."""
    if not named:
        return ""
    if "[csv]" in before:
        click.echo(f"{config} has a [csv] already: write into it {', '.join(named)}", err=True)
        return ""
    click.echo(f"{config} names {'it' if len(named) == 1 else 'them'} below [csv].")
    return "\n[csv]\n" + "\n".join(named) + "\n"
