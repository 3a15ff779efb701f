"""The command that shows the ledger in a browser: page."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from fleetledger.base import clock, paths
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.text import clean
from fleetledger.cli.options import Places, published, with_places
from fleetledger.cli.page_files import write_page


@click.command()
@with_places
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write to this folder, for a web server to show [default: page/ in the data directory].",
)
@click.option(
    "--single",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one file that holds all of it, to mail: the newest 50 sessions in full.",
)
@click.option(
    "--serve", "serves", is_flag=True, help="Show it live until Ctrl-C: refreshed as logs grow, with what happens."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address that --serve listens on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="The port of --serve.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --serve: who asks must bring the token that stands in this file, as /?token=….",
)
@click.option("--open", "opens", is_flag=True, help="Show it in the browser.")
@click.option("--demo", is_flag=True, help="Of an invented fleet, marked as such; it is made if it is not there.")
def page(
    places: Places,
    out: Path | None,
    single: Path | None,
    serves: bool,
    host: str,
    port: int,
    token_file: Path | None,
    opens: bool,
    demo: bool,
) -> None:
    """Show the ledger in a browser: what it cost, whether it was worth it, what needs you.

    Writes files that ask nothing of any network, and prints where; what did not change is not written. With --serve it
    answers live instead, refreshes whenever logs have grown, and receives telemetry (`fleetledger telemetry env
    --endpoint http://127.0.0.1:8765`). Beyond this machine it listens only with a token.

    \b
    Examples:
      fleetledger page --open
      fleetledger page --serve --open
      fleetledger page --single fleet.html
      fleetledger page --out /srv/www/fleet
      fleetledger page --demo --open
    """
    if sum(map(bool, (single, out, serves))) > 1:
        raise click.UsageError("--single writes one file, --out a folder, and --serve none: give one of them.")
    if serves:
        from fleetledger import pipeline
        from fleetledger.cli.telemetry import read_token

        address = (host, port, read_token(token_file))
        there = Places(pipeline.demo_config(places.prepared()), paths.demo_dir(places.data)) if demo else places
        _serve(there, address, opens=opens)
        return
    ledger = _demo(places) if demo else published(places)
    written = _single(ledger, single) if single else write_page(ledger, out)
    if opens:
        webbrowser.open(written.absolute().as_uri())


def _single(ledger: Path, file: Path) -> Path:
    from fleetledger.page.export import export_single

    exported = export_single(ledger, file)
    click.echo(clean(f"Page: {exported.path} ({file.stat().st_size / 1e6:,.1f} MB)"))
    return exported.path


def _serve(places: Places, address: tuple[str, int, str | None], *, opens: bool) -> None:
    from fleetledger import pipeline
    from fleetledger.cli.refresh import say_watched, telling
    from fleetledger.page.live import Address, serve_live

    data = places.prepared()
    if not paths.published_path(data).exists():
        # There is nothing to show yet: the first refresh takes longest, and says how far it is.
        with telling() as tell:
            pipeline.refresh(data, pipeline.sources_of(data, places.config), tell)
    host, port, token = address

    def begun(port: int) -> None:
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        click.echo(f"Page: {url}{'?token=…' if token else ''} (Ctrl-C ends it)")
        if opens:
            webbrowser.open(url + (f"?token={token}" if token else ""))

    serve_live(
        data,
        places.config,
        Address(host, port, token),
        clock.now,
        begun,
        say_watched,
    )
    click.echo("Stopped.")


def _demo(places: Places) -> Path:
    """The published file of the demo, made if it is not there."""
    from fleetledger import pipeline
    from fleetledger.cli.refresh import telling

    config = pipeline.demo_config(places.prepared())
    there = Places(config, paths.demo_dir(places.data))
    with telling() as tell:
        pipeline.refresh(there.prepared(), pipeline.sources_of(there.data, config), tell)
    found = paths.published_path(there.data)
    if not found.exists():
        raise FleetledgerError(f"The demo could not be made in {there.data}.")
    return found
