"""The commands about OpenTelemetry: telemetry serve, tap, env, simulate, matrix, status, prune."""

from __future__ import annotations

import math
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from fleetledger.base import clock
from fleetledger.base.errors import CallError, FleetledgerError, why
from fleetledger.base.paths import landing_dir, segments_dir
from fleetledger.base.text import clean, counted
from fleetledger.cli.options import Places, with_places
from fleetledger.telemetry.environment import PROTOCOLS, SHELLS, variables, written

_PLAIN = re.compile(r"[A-Za-z0-9:/.\[\]_~-]+")
"""An address in which no shell finds anything to do."""
SCENARIOS = ("normal", "high-load", "degradation")
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
@click.option(
    "--keep-content", is_flag=True, help="Keep prompts, answers, and what tools did, where a client sends them."
)
def serve(
    places: Places,
    host: str,
    port: int,
    grpc_port: int | None,
    token_file: Path | None,
    keep_personal: bool,
    keep_content: bool,
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

    settings = Settings(host, port, grpc_port, read_token(token_file), keep_personal, keep_content)

    def begun(http_port: int, grpc: int | None) -> None:
        also = f" and gRPC on port {grpc}" if grpc is not None else ""
        click.echo(f"Receiving OTLP on http://{host}:{http_port}{also} into {places.data}; Ctrl-C ends it.")

    serve_into(places.prepared(), settings, clock.now, begun)


@telemetry.command()
@click.option("--port", type=click.IntRange(0, 65535), default=4318, show_default=True, help="The port for HTTP.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), help="Take gRPC, too, on this port (usually 4317).")
@click.option("--forward", metavar="URL", help="Pass each request on, and answer what that server answers.")
@click.option(
    "--keep",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the requests in DIRECTORY/telemetry/segments, from where --replay shows them again.",
)
@click.option(
    "--replay",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Show the requests in a file, such as the collector's file exporter writes, and end.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show all attributes, one a line.")
def tap(
    port: int, grpc_port: int | None, forward: str | None, directory: Path | None, file: Path | None, verbose: bool
) -> None:
    """Show what a client sends as it comes, a line a record: to see what there is, and what goes wrong.

    Nothing is landed. In place of the server, or between a client and it (--forward), on this machine alone.

    \b
    Example:
      fleetledger telemetry tap
      fleetledger telemetry tap --port 4319 --forward http://127.0.0.1:4318
    """
    from fleetledger.telemetry.tap import replay

    if forward is not None:
        _check_address(forward, "--forward")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not verbose else None

    def show(text: str) -> None:
        if width is not None and len(text) > width:
            text = f"{text[: width - 1]}…"
        print(text, flush=True)  # noqa: T201 (click's echo asks the terminal each time)

    if file is not None:
        replay(file, show, forward, verbose=verbose)
    else:
        _tap(show, port, grpc_port, forward, directory, verbose)


def _tap(
    show: Callable[[str], None],
    port: int,
    grpc_port: int | None,
    forward: str | None,
    directory: Path | None,
    verbose: bool,
) -> None:
    from fleetledger.telemetry.segments import Segments
    from fleetledger.telemetry.server import Settings, listen
    from fleetledger.telemetry.tap import Tap

    def begun(http_port: int, grpc: int | None) -> None:
        also = f" and gRPC on port {grpc}" if grpc is not None else ""
        click.echo(f"Tapping OTLP on http://127.0.0.1:{http_port}{also}; Ctrl-C ends it.", err=True)

    with ExitStack() as stack:
        segments = stack.enter_context(closing(Segments(directory, clock.now))) if directory else None
        listen(Tap(show, segments, forward, verbose=verbose), Settings(port=port, grpc_port=grpc_port), begun)


@telemetry.command()
@click.option(
    "--shell", type=click.Choice(SHELLS), default="bash", show_default=True, help="For whom; settings: a settings file."
)
@click.option(
    "--endpoint", help="Where the server listens [default: http://127.0.0.1:4318, with gRPC http://127.0.0.1:4317]."
)
@click.option("--protocol", type=click.Choice(PROTOCOLS), default=PROTOCOLS[0], show_default=True, help="How to send.")
@click.option("--traces", is_flag=True, help="Send traces, too (beta).")
def env(shell: str, endpoint: str | None, protocol: str, traces: bool) -> None:
    """Print what to set where Claude Code runs, for it to send telemetry to the server.

    What a settings file of Claude Code sets wins over the shell's environment.

    \b
    Example:
      eval "$(fleetledger telemetry env)"
      fleetledger telemetry env --shell settings
      fleetledger telemetry env --shell fish | source
    """
    endpoint = endpoint or f"http://127.0.0.1:{4317 if protocol == 'grpc' else 4318}"
    _check_address(endpoint, "--endpoint")
    click.echo(written(variables(endpoint, protocol, traces=traces), shell))


@telemetry.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--scenario", type=click.Choice(SCENARIOS), default="normal", show_default=True, help="What goes wrong.")
@click.option("--rate", type=click.FloatRange(0.01, 1000), default=1.0, show_default=True, help="Requests a second.")
@click.option("--seconds", type=click.IntRange(1), default=600, show_default=True, help="How long the client works.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same.")
@click.option("--endpoint", metavar="URL", help="Send the telemetry there, such as http://127.0.0.1:4318.")
def simulate(out: Path, scenario: str, rate: float, seconds: int, seed: int, endpoint: str | None) -> None:
    """Invent a client: transcripts in the new directory OUT, and the telemetry that goes with them.

    The telemetry goes to a server, or into OUT as a collector would write it. Batches come twice, late, or not at all;
    in `degradation` latency drifts, and requests fail and are cut off. OUT/truth.json says what reconciling must give.
    Minutes take a moment.

    \b
    Example:
      fleetledger telemetry simulate /tmp/client --scenario degradation
      fleetledger refresh --config /tmp/client/fleet.toml --data-dir /tmp/client/data
    """
    from fleetledger.telemetry.requests import RefusedError
    from fleetledger.telemetry.simulation import SCENARIOS as PLANS
    from fleetledger.telemetry.simulation import simulate as invent
    from fleetledger.telemetry.simulation import write
    from fleetledger.telemetry.tap import pass_on

    if endpoint is not None:
        _check_address(endpoint, "--endpoint")
    if out.exists():
        raise click.UsageError(f"{out} is there already; name a new directory.")
    sent = 0
    with ExitStack() as stack:
        file = None
        for signal, body in write(invent(PLANS[scenario], rate=rate, seconds=seconds, seed=seed), out):
            if endpoint is None:
                file = file or stack.enter_context((out / "otlp" / "requests.jsonl").open("wb"))
                file.write(body + b"\n")
            else:
                try:
                    pass_on(endpoint, signal, body, "application/json")
                except RefusedError as refused:
                    # What is half sent is nothing to reconcile, and its name can be used again.
                    shutil.rmtree(out)
                    raise FleetledgerError(
                        f"{refused.message} ({refused.status}); nothing is left of {out}"
                    ) from refused
            sent += 1
    click.echo(f"Sent {counted(sent, 'request')} of telemetry; the transcripts and what must come of them are in {out}")
    if endpoint is None:
        click.echo(f"Next: fleetledger refresh --config {out / 'fleet.toml'} --data-dir {out / 'data'}")


@telemetry.command()
@click.option("--all", "shows_all", is_flag=True, help="Show all setups, not only those that are not as expected.")
def matrix(shows_all: bool) -> None:
    """Try each way in which a client can be set up against a server of its own, and say what came of it.

    Protocols, kinds of records, temporalities, compressions, with and without the token: each is expected to be kept,
    or to be refused with a status. Ends with 1 where one is not as expected. gRPC needs `fleetledger[grpc]`.

    \b
    Example:
      fleetledger telemetry matrix --all
    """
    from fleetledger.telemetry.matrix import try_all

    with TemporaryDirectory(prefix="fleetledger-") as place:
        tried = list(try_all(Path(place)))
    wrong = [one for one in tried if not one.is_as_expected]
    for one in tried if shows_all else wrong:
        verdict = "" if one.is_as_expected else f"EXPECTED {one.expected}"
        transport, records, compression, knows_token = one.setup
        token = "token" if knows_token else "no token"
        line = f"{transport:13} {records:19} {compression:8} {token:8} {one.status} {one.outcome:17} {verdict}"
        click.echo(line.rstrip())
    click.echo(f"{len(tried) - len(wrong)} of {len(tried)} setups are as expected.")
    if wrong:
        sys.exit(1)


@telemetry.command()
@with_places
def status(places: Places) -> None:
    """Say what came and when, of which version, and why nothing more comes.

    What came is as of the last refresh; the settings are those of this shell and of Claude Code's settings files.

    \b
    Example:
      fleetledger telemetry status
    """
    for line in _settings_lines(places):
        click.echo(line)
    segments = [file.stat() for file in segments_dir(places.seen().data).glob("*.jsonl")]
    if segments:
        newest = datetime.fromtimestamp(max(file.st_mtime for file in segments), UTC)
        size = sum(file.st_size for file in segments)
        click.echo(
            f"Received here: {_size(size)} in {counted(len(segments), 'file')}, the last {newest:%Y-%m-%d %H:%M} UTC."
        )
    else:
        click.echo("Received here: nothing yet; `fleetledger telemetry serve` receives.")
    for line in _landed_lines(landing_dir(places.seen().data)):
        click.echo(line)


@telemetry.command()
@with_places
@click.option(
    "--days", type=click.IntRange(1), default=7, show_default=True, help="Keep what was written in so many last days."
)
def prune(places: Places, days: int) -> None:
    """Delete received files that are landed to their ends: the landing has every line of them as it was.

    \b
    Example:
      fleetledger telemetry prune
      fleetledger telemetry prune --days 30
    """
    from fleetledger.telemetry.prune import prune as prune_segments

    sizes = [size for _, size in prune_segments(places.data, clock.now(), days)]
    if sizes:
        click.echo(f"Deleted {counted(len(sizes), 'file')} of {_size(sum(sizes))}, all landed.")
    else:
        click.echo(f"Nothing to delete: no landed file was last written {counted(days, 'day')} ago or earlier.")


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{math.ceil(size / 1000)} kB"


def _settings_lines(places: Places) -> Iterator[str]:
    from fleetledger.sources.config import load_config
    from fleetledger.telemetry.environment import complaints, endpoints, settings_of

    sources = load_config(places.config).sources
    for root in dict.fromkeys(source.root for source in sources if source.fleet == "claude_code"):
        values = settings_of(root, os.environ)
        found = complaints(values)
        said = "; ".join(found) or f"telemetry is on, and goes to {' and '.join(endpoints(values))}"
        yield clean(f"Settings of {root}: {said}.")
        if found:
            yield "    `fleetledger telemetry env` prints what to set."


def _landed_lines(landing: Path) -> Iterator[str]:
    from fleetledger.landing.queries import read_manifests, telemetry_found
    from fleetledger.telemetry.hazards import faults_of

    found = telemetry_found(landing, read_manifests(landing))
    if not found:
        yield "Landed: nothing yet; `fleetledger refresh` lands what was received."
        return
    yield "Landed:"
    yield f"    {'version':12} {'what':8} {'records':>9} {'sessions':>8}  {'first (UTC)':16}  last"
    for one in found:
        first, last = (f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (one.first_at, one.last_at))
        version = clean(one.client_version or "unknown")[:12]
        yield f"    {version:12} {one.kind:8} {one.records:9,} {one.sessions:8,}  {first:16}  {last}"
    kinds = {(one.client_version, one.kind) for one in found}
    for sender in dict.fromkeys(one.client_version for one in found):
        for kind, variable in (("events", "OTEL_LOGS_EXPORTER"), ("points", "OTEL_METRICS_EXPORTER")):
            if (sender, kind) not in kinds:
                reason = f"{variable} was not otlp, or that version sends none"
                yield clean(f"    {sender or 'unknown'} sent no {kind}: {reason}.")
        for fault in faults_of(sender or ""):
            yield clean(f"    {sender} has a known fault: {fault}.")


def _check_address(address: str, option: str) -> None:
    if not address.startswith(("http://", "https://")) or not _PLAIN.fullmatch(address):
        raise click.BadParameter(f"{address!r} is no address like http://127.0.0.1:4318.", param_hint=option)


def read_token(path: Path | None) -> str | None:
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
