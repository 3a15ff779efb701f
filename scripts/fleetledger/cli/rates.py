"""The commands about prices: prices update and prices check."""

from __future__ import annotations

import click

from fleetledger.base import paths
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import clean
from fleetledger.cli.options import Places, with_places


@click.group()
def prices() -> None:
    """The prices that calls are priced by.

    \b
    Example:
      fleetledger prices check
      fleetledger prices update
    """


@prices.command()
@with_places
def update(places: Places) -> None:
    """Write seeds/prices/model_rates.csv and model_windows.csv anew, from the installed genai-prices.

    Nothing is downloaded, and it is for a checkout alone. The next `fleetledger refresh` prices all of history by it.

    \b
    Example:
      fleetledger prices update
    """
    from fleetledger.rates.generate import update_rates
    from fleetledger.rates.windows import update_windows

    if not paths.IS_CHECKOUT:
        raise FleetledgerError(
            "The rates came with this installation, and change with the next version of it;"
            " a price of your own is a [[price]] in fleet.toml."
        )
    changes = update_rates()
    click.echo(f"genai-prices {changes.version} of {changes.source_date}: {changes.rows:,} rates.")
    for what, rate_ids in (("New", changes.added), ("Gone", changes.removed), ("Changed", changes.changed)):
        if rate_ids:
            click.echo(f"{what}: {', '.join(rate_ids)}")
    if changes.is_same_file:
        click.echo("The file of rates is the same as before.")
    if update_windows():
        click.echo("Windows of models have changed.")


@prices.command()
@with_places
@click.pass_context
def check(ctx: click.Context, places: Places) -> None:
    """Say what `prices update` would change, and which models have no rate.

    Changes nothing; exits with 1 if there is either. The models are those of the published file.

    \b
    Example:
      fleetledger prices check
    """
    from fleetledger.rates.check import check_rates, told

    checked = check_rates(places.seen().data)
    for line in told(checked):
        click.echo(clean(line))
    ctx.exit(1 if checked.needs_a_person else 0)
