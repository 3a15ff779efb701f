"""The command line. Exit codes: 0 fine, 1 the work failed, 2 the call was wrong (an argument or the configuration).

Heavy modules are imported inside the commands that use them, so that `report` starts in a tenth of a second.
"""

from __future__ import annotations

import errno
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from fleetledger import __version__
from fleetledger.base.errors import CallError, FleetledgerError
from fleetledger.base.text import clean, near
from fleetledger.cli.options import place_options

INTERRUPTED = 130
"""128 and the number of SIGINT: what shells say of a command that was interrupted."""

COMMANDS = {
    "refresh": "refresh",
    "watch": "refresh",
    "extract": "refresh",
    "build": "refresh",
    "publish": "refresh",
    "status": "status",
    "report": "report",
    "page": "page",
    "budget": "budgets",
    "whatif": "budgets",
    "sessions": "sessions",
    "search": "sessions",
    "show": "sessions",
    "statusline": "statusline",
    "hook": "hook",
    "mcp": "mcp",
    "doctor": "archive",
    "export": "export",
    "restore": "archive",
    "set-aside": "archive",
    "collect": "collect",
    "backfill": "collect",
    "mark": "collect",
    "outcomes": "review",
    "judge": "judge",
    "telemetry": "telemetry",
    "secrets": "audit",
    "prices": "rates",
    "project": "project",
    "import-settings": "settings",
    "completion": "shell",
    "man": "shell",
    "simulate": "simulate",
}
"""The commands in the order in which they are met, and the module of each, in which it has the same name."""

WORDS = {
    "cost": ("report",),
    "costs": ("report",),
    "usage": ("report",),
    "stats": ("report",),
    "session": ("report", "sessions"),
    "live": ("report", "blocks", "--active"),
    "rates": ("prices",),
    "list": ("sessions",),
    "ls": ("sessions",),
    "find": ("search",),
}
"""Words that people type for a command, and what they mean; the name of a report alone means that report."""


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
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            if error.possibilities or not (begun := _begun(error)):
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(begun)}?", error.ctx) from error
        except FleetledgerError as error:
            raise (CallFailure if isinstance(error, CallError) else Failure)(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise Failure(_explain(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted. What was finished is kept; the same command goes on from there.", err=True)
            ctx.exit(INTERRUPTED)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names, as a command, a report or a word that people type for one."""
        return super().resolve_command(ctx, self._meant(ctx, args))

    def _meant(self, ctx: click.Context, args: list[str]) -> list[str]:
        word, rest = args[0], args[1:]
        if word == "help":
            if not rest:
                click.echo(ctx.get_help())
                ctx.exit()
            return [*self._meant(ctx, rest), "--help"]
        if word in COMMANDS:
            return args
        if word in WORDS:
            return [*WORDS[word], *rest]
        from fleetledger.cli.report import NAMES, OTHER_NAMES

        if word in NAMES or word in OTHER_NAMES:
            return ["report", *args]
        known = [*COMMANDS, *WORDS, *NAMES]
        raise click.UsageError(
            f"No such command {word!r}{near(word, known)}. `fleetledger help` lists the commands;"
            f" to find what was said in a session: fleetledger search {word}",
            ctx,
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are met."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None if there is none; its module is imported only now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"fleetledger.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


def _begun(error: click.NoSuchOption) -> list[str]:
    """The options that begin like the unknown one, which may be too short to look like them."""
    known = [name for param in error.ctx.command.params for name in param.opts] if error.ctx else []
    return [name for name in known if name.startswith(error.option_name)]


def _explain(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    advice = {
        errno.ENOSPC: "; free some space and try again, nothing is lost",
        errno.EACCES: "; check whose it is",
        errno.EPERM: "; check whose it is",
        errno.EROFS: "; choose another place with --data-dir",
    }
    return f"{where}{error.strerror or error}{advice.get(error.errno or 0, '')}"


@click.group(cls=Main, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="fleetledger %(version)s")
@place_options
@click.pass_context
def main(ctx: click.Context, config: Path | None, data_dir: Path | None) -> None:
    """What coding agents did and what they cost, from their session logs.

    Alone it says where things stand.

    \b
    Example, the first two commands to type:
      fleetledger refresh
      fleetledger report

    Reports by name: today, week, month, daily, weekly, monthly, models, projects, blocks, outcomes, quality, value,
    tools, audit, plans: `fleetledger daily` is `fleetledger report daily`.

    Exit codes: 0 fine, 1 the work failed, 2 the call was wrong (an argument, or the configuration file).
    """
    if ctx.invoked_subcommand is None:
        from fleetledger.cli.status import status

        ctx.invoke(status, form="text")
