"""The command for Claude Code's status line."""

from __future__ import annotations

import click

from fleetledger.cli.options import Places, with_places


@click.command()
@with_places
@click.option("--debug", is_flag=True, help="Say on standard error why something is missing.")
@click.option("--plain", is_flag=True, help="For tmux, waybar and menu bars: today and the open window, without input.")
def statusline(places: Places, debug: bool, plain: bool) -> None:
    """Print the line below Claude Code's prompt.

    For `statusLine` in Claude Code's settings; reads what Claude Code gives it on standard input. It shows the model,
    what the session cost, today's cost as far as it is published, how long the 5-hour window stays open, and how full
    the context is. Where something is wrong it prints nothing, and ends well.

    \b
    In ~/.claude/settings.json, and to try it:
      {"statusLine": {"type": "command", "command": "fleetledger statusline"}}
      echo '{"model": {"display_name": "Opus"}}' | fleetledger statusline --debug

    \b
    Examples:
      fleetledger statusline --debug
      fleetledger statusline --plain
    """
    from fleetledger.statusline import show

    show(places.data, debug=debug, plain=plain)
