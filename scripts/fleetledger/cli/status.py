"""The command that says where things stand: status, which is also what `fleetledger` alone does."""

from __future__ import annotations

import click

from fleetledger.base import clock, paths
from fleetledger.cli.options import Places, published, with_places
from fleetledger.cli.output import print_document, table_options


@click.command()
@with_places
@table_options
def status(places: Places, form: str) -> None:
    """Say where things stand: today, the last days, and what needs you.

    \b
    Examples:
      fleetledger status
      fleetledger status --json
    """
    if not any(paths.published_path(place).exists() for place in (places.data, paths.demo_dir(places.data))):
        click.echo("Nothing is published yet. Type `fleetledger refresh` to land this machine's logs and build,")
        click.echo(
            "or `fleetledger refresh --demo-if-empty` where there are none; `fleetledger help` lists the commands."
        )
        return
    from fleetledger.doctor.examine import examine
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.standing import standing

    file = published(places.data)
    is_demo = file.parent != places.data
    config = paths.demo_dir(places.data) / "logs" / "fleet.toml" if is_demo else places.config
    now = clock.now()
    print_document(standing(Ledger(file), examine(file.parent, config, now), now), form, render="standing")
