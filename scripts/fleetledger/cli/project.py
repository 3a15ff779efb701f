"""The command that writes the dbt project out: project."""

from __future__ import annotations

from pathlib import Path

import click

from fleetledger.cli.options import Places, with_places


@click.command()
@with_places
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def project(places: Places, directory: Path) -> None:
    """Write the dbt project to a new directory, to read it or to run dbt by hand.

    It is what this version builds: models, seeds, macros, tests, analyses. A package that fleet.toml names is linked
    into it. What is changed there does not change what `refresh` builds.

    \b
    Example:
      fleetledger project ledger-project
    """
    from fleetledger.sources.config import load_config
    from fleetledger.warehouse.project import write_project

    if directory.exists() and any(directory.iterdir()):
        raise click.UsageError(f"{directory} is not empty; name a directory that is not there yet.")
    package = load_config(places.config).package
    write_project(directory)
    if package:
        (directory / "dbt_packages").mkdir()
        (directory / "dbt_packages" / package.name).symlink_to(package)
    click.echo(f"Wrote the dbt project to {directory}. `dbt build` in there builds the warehouse in {places.data}.")
