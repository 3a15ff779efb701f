"""The command that writes logs of an invented fleet: simulate."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fleetledger.base.text import counted
from fleetledger.cli.options import Places, with_places

SIZE_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


@click.command()
@with_places
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--size", metavar="BYTES", help="All logs together, such as 50M or 1G [default: a small demo].")
@click.option("--days", type=click.IntRange(1), default=60, show_default=True, help="How many days the logs cover.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same logs.")
def simulate(places: Places, out: Path, size: str | None, days: int, seed: int) -> None:
    """Write logs of an invented fleet to a new directory.

    OUT/fleet.toml is its configuration, OUT/truth.json the totals that must come of it.

    \b
    Example:
      fleetledger simulate /tmp/fleet --size 50M
      fleetledger refresh --config /tmp/fleet/fleet.toml --data-dir /tmp/fleet-data
    """
    from fleetledger.simulate.fleet import simulate as simulate_to

    try:
        fleet = simulate_to(out, seed=seed, size=_size(size), days=days)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(
        f"Wrote {counted(fleet.files, 'file')} ({fleet.bytes / 1e6:,.1f} MB); their configuration is {fleet.config}"
    )


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{1,15})([kmg]?)b?", text.strip().lower())
    if parts is None:
        raise click.BadParameter(f"{text!r} is not a number of bytes like 50M or 1G.", param_hint="--size")
    return int(parts[1]) * SIZE_UNITS[parts[2]]
