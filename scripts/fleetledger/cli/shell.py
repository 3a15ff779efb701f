"""The commands for a shell and its manual: completion and man."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from fleetledger import __version__
from fleetledger.cli.options import Places, with_places
from fleetledger.cli.report import Report

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete

SHELLS = ("bash", "zsh", "fish")


@click.command()
@with_places
@click.argument("shell", type=click.Choice(SHELLS))
def completion(places: Places, shell: str) -> None:
    """Print what lets a shell complete commands, reports and options.

    zsh finds it if ~/.zshrc says `fpath=(~/.zfunc $fpath)` before `compinit`; bash with the package bash-completion.

    \b
    Examples:
      fleetledger completion bash > ~/.local/share/bash-completion/completions/fleetledger
      fleetledger completion zsh > ~/.zfunc/_fleetledger
      fleetledger completion fish > ~/.config/fish/completions/fleetledger.fish
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root().command
    made: type[ShellComplete] | None = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"This click completes nothing in {shell}.")
    click.echo(made(root, {}, "fleetledger", "_FLEETLEDGER_COMPLETE").source())


@click.command()
@with_places
def man(places: Places) -> None:
    """Print the manual as a man page.

    \b
    Examples:
      fleetledger man > ~/.local/share/man/man1/fleetledger.1
      fleetledger man | man -l -
    """
    context = click.get_current_context().find_root()
    click.echo("\n".join(_page(context)))


def _page(context: click.Context) -> Iterator[str]:
    yield f'.TH FLEETLEDGER 1 "" "fleetledger {__version__}" "User Commands"'
    yield from (".SH NAME", r"fleetledger \- what coding agents did and what they cost")
    yield from (".SH SYNOPSIS", r".B fleetledger", r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]")
    yield ".SH DESCRIPTION"
    yield from _help(context.command)
    yield ".SH COMMANDS"
    yield from _commands(context.command, context, "fleetledger")


def _commands(group: click.Command, context: click.Context, before: str) -> Iterator[str]:
    """The commands of a group, and the reports of `report`, each with its help, its options and what is in it."""
    for name, command in _inside(group, context):
        own = click.Context(command, info_name=f"{before} {name}", parent=None)
        yield f".SS {_roff(f'{before} {name}')} {_roff(' '.join(command.collect_usage_pieces(own)))}"
        yield from _help(command)
        for parameter in command.params:
            record = parameter.get_help_record(own)
            if record:
                yield from (".TP", rf"\fB{_roff(record[0])}\fR", _roff(record[1]))
        yield from _commands(command, own, f"{before} {name}")


def _inside(group: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    if isinstance(group, Report):
        yield from group.others()
    elif isinstance(group, click.Group):
        commands = ((name, group.get_command(context, name)) for name in group.list_commands(context))
        yield from ((name, command) for name, command in commands if command and not command.hidden)


def _help(command: click.Command) -> Iterator[str]:
    """A command's help: paragraphs are filled, those marked with \\b are kept as they are."""
    for paragraph in (command.help or "").split("\n\n"):
        lines = paragraph.splitlines()
        if lines and lines[0].strip() == "\b":
            yield from (".PP", ".nf", *map(_roff, lines[1:]), ".fi")
        else:
            yield from (".PP", _roff(" ".join(line.strip() for line in lines)))


def _roff(text: str) -> str:
    r"""A text that troff shows as it is.

    >>> print(_roff(".a -b\\c"))
    \&.a \-b\\c
    """
    escaped = text.replace("\\", "\\\\").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped
