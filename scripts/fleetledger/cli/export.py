"""The command export: what is in the ledger, for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, published, with_places


@click.group()
def export() -> None:
    """Write what is in the ledger for other programs.

    \b
    Examples:
      fleetledger export parquet ~/ledger-parquet
      fleetledger export mu 5f3a91c2 --to ~/.local/share/mu/events
    """


@export.command()
@with_places
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def parquet(places: Places, directory: Path) -> None:
    """Write the published tables as Parquet, parted by month.

    DIRECTORY is made, with a directory for each table; a table without days is one file. It holds what the published
    file holds, titles included, and can be read by its owner alone.

    \b
    Example:
      fleetledger export parquet ~/ledger-parquet
    """
    from fleetledger.published.tables import export_parquet

    done = export_parquet(published(places), directory)
    click.echo(
        clean(
            f"Wrote {counted(done.tables, 'table')} in {counted(done.files, 'file')} ({done.size / 1e6:,.1f} MB)"
            f" to {directory}"
        )
    )


@export.command()
@with_places
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION…")
@click.option(
    "--to", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where to put them."
)
def mu(places: Places, sessions: tuple[str, ...], to: Path) -> None:
    """Write sessions of Claude Code as event logs of mu, for `mu console`.

    SESSION is the beginning of an id. Each comes to lie in a directory of its own in DIR, sub-agents beside it, with
    the same calls, tokens and tool calls, which a `[[source]]` of fleet "mu" reads back. Nothing is overwritten.

    \b
    Examples:
      fleetledger export mu 5f3a91c2 --to ~/mu-events
      fleetledger export mu last --to ~/mu-events
    """
    from fleetledger.published.ledger import Ledger
    from fleetledger.published.mu_log import export_mu
    from fleetledger.reports.sessions import session_named

    file = published(places)
    ledger = Ledger(file)
    ((has_text,),) = (tuple(row.values()) for row in ledger.rows("select has_text from build_info"))
    for name in sessions:
        session_id = session_named(ledger, name)
        (session,) = ledger.rows("select session_id, fleet from fct_sessions where session_id = $1", [session_id])
        done = export_mu(file.parent, session, to, text=bool(has_text))
        click.echo(clean(f"Wrote {counted(done.events, 'event')} in {counted(done.files, 'file')} to {done.place}"))
