"""The command that lets agents ask: mcp."""

from __future__ import annotations

import click

from fleetledger.base.errors import FleetledgerError
from fleetledger.cli.options import Places, with_places


@click.command()
@with_places
def mcp(places: Places) -> None:
    """Let agents ask: a server of the Model Context Protocol on standard input and output.

    Tools: cost, sessions, search, show, outcomes, attention, sql. Nothing is written; an answer is at most 8,000
    characters. Texts are answered with where the configuration keeps them. It needs the extra: fleetledger[mcp].

    \b
    Example, for Claude Code:
      claude mcp add fleetledger -- fleetledger mcp

    \b
    Example:
      fleetledger mcp
    """
    try:
        from fleetledger.mcp_server import server
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "pydantic"):
            raise
        raise FleetledgerError(
            "The Python SDK of the Model Context Protocol is not installed; it comes with the extra `mcp`, such as"
            " pipx install 'fleetledger[mcp]', or pip install mcp."
        ) from error
    places = places.seen()
    server(places.data, places.config).run("stdio")
