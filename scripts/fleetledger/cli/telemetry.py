"""The commands about OpenTelemetry: telemetry serve, telemetry env."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from fleetledger.base import clock
from fleetledger.base.errors import CallError, why
from fleetledger.cli.options import Places, with_places
from fleetledger.telemetry.environment import PROTOCOLS, SHELLS, variables, written

_PLAIN = re.compile(r"[A-Za-z0-9:/.\[\]_~-]+")
"""An address in which no shell finds anything to do."""
TOKEN_LENGTH = 16
TOKEN_VARIABLE = "FLEETLEDGER_TELEMETRY_TOKEN"  # noqa: S105 (the name of a variable)


@click.group()
def telemetry() -> None:
    """Receive what Claude Code sends by OpenTelemetry, and reconcile it with the transcripts.

    \b
    Example, in two terminals:
      fleetledger telemetry serve
      eval "$(fleetledger telemetry env --shell bash)" && claude
    """


@telemetry.command()
@with_places
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=4318, show_default=True, help="The port for HTTP.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), help="Take gRPC, too, on this port (usually 4317).")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Each request must bring the token that stands in this file [default: ${TOKEN_VARIABLE}, else none].",
)
@click.option("--keep-personal", is_flag=True, help="Keep the e-mail address and the ids of account and organization.")
def serve(
    places: Places, host: str, port: int, grpc_port: int | None, token_file: Path | None, keep_personal: bool
) -> None:
    """Receive OTLP until interrupted; each answer goes out once what it answers is on disk.

    What came is part of the next refresh. Beyond this machine it listens only with a token.

    \b
    Example:
      fleetledger telemetry serve
      fleetledger telemetry serve --host 0.0.0.0 --token-file ~/telemetry-token
    """
    from fleetledger.telemetry.server import Settings
    from fleetledger.telemetry.server import serve as serve_into

    settings = Settings(host, port, grpc_port, _token(token_file), keep_personal)

    def begun(http_port: int, grpc: int | None) -> None:
        also = f" and gRPC on port {grpc}" if grpc is not None else ""
        click.echo(f"Receiving OTLP on http://{host}:{http_port}{also} into {places.data}; Ctrl-C ends it.")

    serve_into(places.prepared(), settings, clock.now, begun)


@telemetry.command()
@click.option(
    "--shell", type=click.Choice(SHELLS), default="bash", show_default=True, help="For whom; settings: a settings file."
)
@click.option("--endpoint", default="http://127.0.0.1:4318", show_default=True, help="Where the server listens.")
@click.option("--protocol", type=click.Choice(PROTOCOLS), default=PROTOCOLS[0], show_default=True, help="How to send.")
@click.option("--traces", is_flag=True, help="Send traces, too (beta).")
def env(shell: str, endpoint: str, protocol: str, traces: bool) -> None:
    """Print what to set where Claude Code runs, for it to send telemetry to the server.

    What a settings file of Claude Code sets wins over the shell's environment.

    \b
    Example:
      eval "$(fleetledger telemetry env)"
      fleetledger telemetry env --shell settings
    """
    if not endpoint.startswith(("http://", "https://")) or not _PLAIN.fullmatch(endpoint):
        raise click.BadParameter(f"{endpoint!r} is no address like http://127.0.0.1:4318.", param_hint="--endpoint")
    click.echo(written(variables(endpoint, protocol, traces=traces), shell))


def _token(path: Path | None) -> str | None:
    """The token in a file, else in the environment. Raises CallError."""
    place = f"${TOKEN_VARIABLE}" if path is None else str(path)
    try:
        token = os.environ.get(TOKEN_VARIABLE) if path is None else path.read_text("utf-8", "replace").strip()
    except OSError as error:
        raise CallError(f"{place}: cannot read the token: {why(error)}") from error
    if token is None:
        return None
    if not token.isascii() or not token.isprintable() or len(token) < TOKEN_LENGTH:
        raise CallError(f"{place}: expected a token of at least {TOKEN_LENGTH} printable ASCII characters on one line")
    return token
