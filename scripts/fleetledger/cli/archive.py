"""The commands that look after the archive: doctor, restore and set-aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fleetledger.base import clock
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, with_places
from fleetledger.cli.output import print_document


@click.command()
@with_places
@click.option("--json", "as_json", is_flag=True, help="As JSON, with stable keys.")
@click.pass_context
def doctor(ctx: click.Context, places: Places, as_json: bool) -> None:
    """Check sources, landing and published file, and say what to do.

    Exits with 1 if something needs a person: a source that is missing or cannot be read, no logs at all, logs that will
    be deleted within days and are not landed, a landing or a published file that cannot be read, names in the logs that
    the models do not know, models without a rate, or providers without a cost kind. Lines that were repaired or
    rejected are told, and are no such thing.

    \b
    Examples:
      fleetledger doctor
      fleetledger doctor --json --config fleet.toml
    """
    from fleetledger.doctor.examine import examine

    places = places.seen()
    document = examine(places.data, places.config, clock.now())
    print_document(document, "json" if as_json else "text", render="doctor")
    ctx.exit(1 if document["needs"] else 0)


@click.command()
@with_places
@click.argument("session")
@click.option(
    "--to", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where to put it."
)
@click.option("--host", metavar="NAME", help="The session of this host, where several have it.")
@click.option("--account", metavar="NAME", help="The session of this account, where several have it.")
@click.option(
    "--generation",
    type=click.IntRange(1),
    metavar="N",
    help="Files as they were before they were replaced or cut for the Nth time [default: as last landed].",
)
def restore(places: Places, session: str, to: Path, **options: Any) -> None:  # noqa: ANN401 - as restore declares them
    """Write a landed session back, byte for byte.

    SESSION is the beginning of its id. Its files, sub-agents included, come to lie in DIR as its agent keeps them, so
    that `claude --resume` finds it there. Nothing is overwritten.

    \b
    Examples:
      fleetledger restore 5f3a91c2 --to ~/.claude
      fleetledger restore laptop/d41f/session-3 --to /tmp/back
    """
    from fleetledger.landing.restore import restore as restore_to
    from fleetledger.landing.restore import told

    for line in told(restore_to(places.seen().data, session, to, **options), to):
        click.echo(clean(line))


@click.command("set-aside")
@with_places
@click.argument("batch", type=click.Path(dir_okay=False, path_type=Path))
def set_aside(places: Places, batch: Path) -> None:
    """Take a damaged batch out of the landing.

    BATCH is the file that a message named. It is kept under another name; what the logs still hold of its lines is
    landed anew by the next refresh.

    \b
    Example:
      fleetledger set-aside ~/fleet/landing/claude_code_lines/host=laptop/20261121T000000-2626ddc05304.parquet
    """
    from fleetledger.landing.set_aside import set_aside as set_batch_aside

    done = set_batch_aside(places.data, batch, clock.now())
    kept = f"is kept as {done.path}" if done.path else "is not there"
    click.echo(clean(f"Set aside a batch of {counted(done.lines, 'line')}; its file {kept}"))
    click.echo(f"The next `fleetledger refresh` lands {counted(len(done.anew), 'log file')} anew.")
    if done.gone:
        click.echo(f"{len(done.gone):,} are no longer there; what the batch held of them is not in the archive now:")
        for path in done.gone:
            click.echo(clean(f"  {path}"))
