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
    places = places.seen()
    if not paths.published_path(places.data).exists():
        click.echo("Nothing is published yet. Type `fleetledger refresh` to land this machine's logs and build,")
        click.echo(
            "or `fleetledger refresh --demo-if-empty` where there are none; `fleetledger help` lists the commands."
        )
        return
    from fleetledger.doctor.examine import examine
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.standing import standing

    now = clock.now()
    found = examine(places.data, places.config, now)
    print_document(standing(Ledger(published(places)), found, now), form, render="standing")
