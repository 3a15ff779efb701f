"""The command line. Exit codes: 0 fine, 1 the work failed, 2 the call was wrong (an argument or the configuration).

Heavy modules are imported inside the commands that use them, so that `report` starts in a tenth of a second.
"""

from __future__ import annotations

import errno
import re
import signal
import sys
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from fleetledger import __version__, paths
from fleetledger.console import clean, is_terminal, progress
from fleetledger.errors import CallError, FleetledgerError

if TYPE_CHECKING:
    from datetime import date, datetime

    from fleetledger.config import FleetConfig
    from fleetledger.extract import ExtractSummary
    from fleetledger.report_queries import Filters, Ledger, Row

INTERRUPTED = 130
"""128 and the number of SIGINT: what shells say of a command that was interrupted."""

USUAL_CONFIG = paths.PROJECT_ROOT / "fleet.toml"

REPORTS = ("overview", "daily", "weekly", "monthly", "sessions", "models", "projects")
LIMITED = ("sessions", "models", "projects")
SESSION_LIMIT = 20

SIZE_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


class Failure(click.ClickException):
    """The work failed in an expected way: shown as the message alone."""

    def __init__(self, message: str) -> None:
        super().__init__("\n".join(clean(line) for line in message.splitlines()))


class CallFailure(Failure):
    """The call was wrong."""

    exit_code = 2


class Main(click.Group):
    """The command group that turns expected failures into a message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        """Run the command that was called; asked to end, it ends what it has started, too."""
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        try:
            return super().invoke(ctx)
        except FleetledgerError as error:
            raise (CallFailure if isinstance(error, CallError) else Failure)(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise Failure(_explain(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted. What was finished is kept; the same command goes on from there.", err=True)
            ctx.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are met."""
        return list(self.commands)


def _explain(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    advice = {
        errno.ENOSPC: "; free some space and try again, nothing is lost",
        errno.EACCES: "; check whose it is",
        errno.EPERM: "; check whose it is",
        errno.EROFS: "; choose another place with --data-dir",
    }
    return f"{where}{error.strerror or error}{advice.get(error.errno or 0, '')}"


class Places(NamedTuple):
    """Where a command works: the configuration file, None if there is none, and the data directory."""

    config: Path | None
    data: Path

    def prepared(self) -> Path:
        """The data directory, made if it is not there: for its owner only, since transcripts hold secrets."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.data


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add `--config` and `--data-dir`."""
    function = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the data is kept [default: $FLEETLEDGER_DATA, else data/ in the project].",
    )(function)
    return click.option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Where the logs are and whose [default: fleet.toml in the project, else this machine's are found].",
    )(function)


def with_places(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--config` and `--data-dir`, which may stand before its name as well, as a `Places`."""

    @click.pass_context
    def command(ctx: click.Context, /, config: Path | None, data_dir: Path | None, **arguments: object) -> None:
        before = ctx.find_root().params
        function(_places(config or before["config"], data_dir or before["data_dir"]), **arguments)

    return place_options(update_wrapper(command, function))


def _places(config: Path | None, data_dir: Path | None) -> Places:
    return Places(config or (USUAL_CONFIG if USUAL_CONFIG.exists() else None), paths.data_dir(data_dir))


@click.group(cls=Main, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fleetledger %(version)s")
@place_options
@click.pass_context
def main(ctx: click.Context, config: Path | None, data_dir: Path | None) -> None:
    """What coding agents did and what they cost, from their session logs.

    \b
    Example, the first two commands to type:
      fleetledger refresh
      fleetledger report

    Exit codes: 0 fine, 1 the work failed, 2 the call was wrong (an argument, or the configuration file).
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@main.command()
@with_places
@click.option("--demo-if-empty", is_flag=True, help="With no logs on this machine, do it with a generated fleet.")
def refresh(places: Places, demo_if_empty: bool) -> None:
    """Extract, build and publish: all that `report` needs.

    Builds only if something is new: lines, rates, models or rules.

    \b
    Examples:
      fleetledger refresh
      fleetledger refresh --config fleet.toml --data-dir ~/fleet
    """
    from fleetledger import refresh as refreshing

    try:
        config = refreshing.sources_of(places.data, places.config)
    except refreshing.NoLogsError:
        if not demo_if_empty:
            raise
        click.echo(
            f"No logs of agents are on this machine: looked in {refreshing.LOOKED_IN}.\n"
            "Here is a DEMO instead, of a generated fleet; its figures are invented."
        )
        places.prepared()
        places = Places(refreshing.demo_config(places.data), paths.demo_dir(places.data))
        config = refreshing.sources_of(places.data, places.config)
    data = places.prepared()
    _extract(data, config)
    inputs = refreshing.inputs(data, text=config.text)
    if refreshing.is_current(data, inputs):
        click.echo("Nothing to build: what is published is of the same lines, rates and models.")
        return
    refreshing.forget(data)
    _build(data)
    _publish(data, config.text)
    refreshing.remember(data, inputs)


@main.command()
@with_places
def extract(places: Places) -> None:
    """Land what is new in the logs: refresh's first step.

    \b
    Example:
      fleetledger extract --config fleet.toml
    """
    from fleetledger.refresh import sources_of

    config = sources_of(places.data, places.config)
    _extract(places.prepared(), config)


@main.command()
@with_places
def build(places: Places) -> None:
    """Build and test the warehouse with dbt: refresh's second step.

    \b
    Example:
      fleetledger build --data-dir ~/fleet
    """
    _build(places.prepared())


@main.command()
@with_places
def publish(places: Places) -> None:
    """Swap in the file that is read: refresh's last step.

    The file holds the marts only; `text = false` in the configuration leaves titles out.

    \b
    Example:
      fleetledger publish
    """
    from fleetledger.config import load_config

    text = load_config(places.config).text if places.config else True
    _publish(places.prepared(), text)


def _extract(data: Path, config: FleetConfig) -> None:
    from fleetledger.extract import extract as extract_into

    with progress("extract") as step:
        summary = extract_into(data, config, progress=step)
    for source in summary.sources:
        if source.missing:
            where = clean(str(source.source.root))
            click.echo(f"No logs at {where} (fleet {source.source.fleet}); what was landed from there stays.", err=True)
        for problem in source.problems:
            click.echo(clean(f"Not read: {source.source.root}: {problem.path}: {problem.reason}"), err=True)
    click.echo(_landed(summary))


def _landed(summary: ExtractSummary) -> str:
    sources = summary.sources
    files, changed = sum(source.files_seen for source in sources), sum(source.files_changed for source in sources)
    ok, repaired, rejected = (
        sum(getattr(source, f"{status}_lines") for source in sources) for status in ("ok", "repaired", "rejected")
    )
    if not ok + repaired + rejected:
        return f"Nothing new in {files:,} files."
    size = sum(source.bytes for source in sources) / 1e6
    lines = f"Landed {ok + repaired + rejected:,} new lines ({size:,.1f} MB) of {changed:,} of {files:,} files"
    return f"{lines}: {repaired:,} repaired, {rejected:,} rejected." if repaired + rejected else f"{lines}."


def _build(data: Path) -> None:
    from fleetledger.build import build as build_in

    with progress("build") as step:
        built = build_in(data, _now(), step)
    for name in built.warnings:
        click.echo(f"Warning of a test: {clean(name)}", err=True)
    counts = built.counts
    click.echo(f"Built {counts['seeds']} seeds and {counts['models']} models; {counts['tests']} tests passed.")


def _publish(data: Path, text: bool) -> None:
    from fleetledger.publish import publish as publish_from

    published = publish_from(data, _now(), text=text)
    click.echo(f"Published {published.tables} tables ({published.size / 1e6:,.1f} MB) to {published.path}")


@main.command()
@with_places
@click.argument("name", metavar="[NAME]", type=click.Choice(REPORTS), default="overview")
@click.option("--since", metavar="DAY", help="First day: 2026-11-01, today, yesterday, or 7d for seven days ago.")
@click.option("--until", metavar="DAY", help="Last day, included.")
@click.option("--timezone", metavar="ZONE", help="IANA time zone of days, weeks, months [default: that of the build].")
@click.option("--fleet", metavar="NAME", help="Only this fleet: claude_code or mu.")
@click.option("--host", metavar="NAME", help="Only this host.")
@click.option("--account", metavar="NAME", help="Only this account.")
@click.option("--project", metavar="TEXT", help="Only projects with this in their names.")
@click.option("--model", metavar="TEXT", help="Only models with this in their names.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"Rows of sessions (default {SESSION_LIMIT}), models, projects."
)
@click.option("--costliest", is_flag=True, help="Sessions: the costliest first, not the newest.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with all decimals.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with all decimals.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="As a picture, into this file.")
def report(
    places: Places,
    name: str,
    limit: int | None,
    costliest: bool,
    as_json: bool,
    as_csv: bool,
    svg: Path | None,
    **filters: str | None,
) -> None:
    """Show what the agents cost, from the published file.

    NAME is overview (the default), daily, weekly, monthly, sessions, models or projects.
    Real spend (billed) and notional cost (subscriptions, marked ≈) stand side by side and are never added.

    \b
    Examples:
      fleetledger report
      fleetledger report weekly --since 30d --timezone Europe/Berlin
      fleetledger report sessions --costliest -n 5 --project shop
      fleetledger report models --json
    """
    if sum((as_json, as_csv, svg is not None)) > 1:
        raise click.UsageError("--json, --csv and --svg exclude one another.")
    if limit and name not in LIMITED:
        raise click.UsageError(f"--limit is for {', '.join(LIMITED)}.")
    if costliest and name != "sessions":
        raise click.UsageError("--costliest is for sessions.")

    from fleetledger.report import report as report_of
    from fleetledger.report_queries import Ledger

    ledger = Ledger(_published(places.data))
    timezone = _timezone(ledger, filters.pop("timezone"))
    ledger.narrow(_filters(ledger, timezone, filters), timezone)
    default_limit = SESSION_LIMIT if name == "sessions" else None
    _show(report_of(ledger, name, costliest=costliest, limit=limit or default_limit), as_json, as_csv, svg)


def _published(data: Path) -> Path:
    """The published file of `data`; the demo's where there is no other."""
    for place in (data, paths.demo_dir(data)):
        if paths.published_path(place).exists():
            return paths.published_path(place)
    raise FleetledgerError(f"Nothing is published in {data} yet; type `fleetledger refresh` first.")


def _timezone(ledger: Ledger, name: str | None) -> str:
    if name is None:
        return ledger.timezone
    found = ledger.timezone_named(name)
    if found is None:
        raise click.BadParameter(
            f"{name!r} is no IANA time zone, such as Europe/Berlin or UTC.", param_hint="--timezone"
        )
    return found


def _filters(ledger: Ledger, timezone: str, given: dict[str, str | None]) -> Filters:
    from fleetledger.report_queries import Filters

    for column in ("fleet", "host", "account"):
        value = given[column]
        if value is not None and value not in (known := ledger.known(column)):
            there = ", ".join(map(clean, known)) or "none yet"
            raise click.BadParameter(f"{value!r} is not there; there is {there}.", param_hint=f"--{column}")
    since, until = (_day(ledger, timezone, option, given.pop(option)) for option in ("since", "until"))
    if since and until and since > until:
        raise click.UsageError(f"--since {since} is after --until {until}.")
    return Filters(since, until, **given)


def _day(ledger: Ledger, timezone: str, option: str, text: str | None) -> date | None:
    from datetime import date, timedelta

    if text is None:
        return None
    days_ago = {"today": 0, "yesterday": 1}.get(text)
    if counted := re.fullmatch(r"(\d{1,5})d", text):
        days_ago = int(counted[1])
    if days_ago is not None:
        return ledger.today(_now().replace(tzinfo=None), timezone) - timedelta(days=days_ago)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        expected = "a day like 2026-11-01, today, yesterday or 7d"
        raise click.BadParameter(f"{text!r} is not {expected}.", param_hint=f"--{option}") from error


def _show(document: Row, as_json: bool, as_csv: bool, svg: Path | None) -> None:
    if as_json or as_csv:
        from fleetledger.report_formats import to_csv, to_json

        click.echo(to_json(document) if as_json else to_csv(document), nl=as_json)
        return
    from fleetledger.blocks import plain, print_to, write_svg
    from fleetledger.report_render import blocks

    if svg:
        write_svg(svg, blocks(document), f"fleetledger report {document['report']}")
        click.echo(f"Wrote {svg}")
    elif is_terminal(sys.stdout):
        from rich.console import Console

        print_to(Console(highlight=False), blocks(document))
    else:
        click.echo(plain(blocks(document)), nl=False)


@main.command()
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
    from fleetledger.doctor import examine

    document = examine(places.data, places.config, _now())
    if as_json:
        from fleetledger.report_formats import to_json

        click.echo(to_json(document))
    else:
        from fleetledger.blocks import plain, print_to
        from fleetledger.doctor_render import blocks

        if is_terminal(sys.stdout):
            from rich.console import Console

            print_to(Console(highlight=False), blocks(document))
        else:
            click.echo(plain(blocks(document)), nl=False)
    ctx.exit(1 if document["needs"] else 0)


@main.command()
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
    from fleetledger.restore import restore as restore_to
    from fleetledger.restore import told

    for line in told(restore_to(places.data, session, to, **options), to):
        click.echo(clean(line))


@main.group()
def rates() -> None:
    """The prices that calls are priced by.

    \b
    Example:
      fleetledger rates check
      fleetledger rates update
    """


@rates.command()
@with_places
def update(places: Places) -> None:
    """Write seeds/model_rates.csv anew, from the installed genai-prices.

    Nothing is downloaded. The next `fleetledger refresh` prices all of history by it.

    \b
    Example:
      fleetledger rates update
    """
    from fleetledger.rates import update_rates

    changes = update_rates()
    click.echo(f"genai-prices {changes.version} of {changes.source_date}: {changes.rows:,} rates.")
    for what, rate_ids in (("New", changes.added), ("Gone", changes.removed), ("Changed", changes.changed)):
        if rate_ids:
            click.echo(f"{what}: {', '.join(rate_ids)}")
    if changes.is_same_file:
        click.echo("The file is the same as before.")


@rates.command()
@with_places
@click.pass_context
def check(ctx: click.Context, places: Places) -> None:
    """Say what `rates update` would change, and which models have no rate.

    Changes nothing; exits with 1 if there is either. The models are those of the published file.

    \b
    Example:
      fleetledger rates check
    """
    from fleetledger.rates_check import check_rates, told

    checked = check_rates(places.data)
    for line in told(checked):
        click.echo(clean(line))
    ctx.exit(1 if checked.needs_a_person else 0)


@main.command()
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
    from fleetledger.simulate import simulate as simulate_to

    try:
        fleet = simulate_to(out, seed=seed, size=_size(size), days=days)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"Wrote {fleet.files:,} files ({fleet.bytes / 1e6:,.1f} MB); their configuration is {fleet.config}")


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    parts = re.fullmatch(r"(\d{1,15})([kmg]?)b?", text.strip().lower())
    if parts is None:
        raise click.BadParameter(f"{text!r} is not a number of bytes like 50M or 1G.", param_hint="--size")
    return int(parts[1]) * SIZE_UNITS[parts[2]]


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)
