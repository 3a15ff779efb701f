"""What Claude Code's hooks call: at a session's end, and at each prompt.

Like the status line these have a tenth of a second and must never be in the way: they import next to nothing, read what
the hook hands over and one small file, and end well whatever is wrong. `hook session-end` leaves the refresh to a
process behind it. `budget --hook` warns; it stops a prompt only where it was told to, by what was published of today,
and never because something of ours is wrong.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from fleetledger.base import clock, paths
from fleetledger.statusline import MARKS, is_typed, printable, read_status

FRESH = timedelta(hours=24)
"""How old may be what was published of a budget, for a prompt to be stopped by it."""


def run(arguments: Sequence[str]) -> int | None:
    """Do what `hook session-end` or `budget --hook` asks for; 0, or None where the words are not understood."""
    words, data, config, stop = [], None, None, False
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--data-dir" and rest:
            data = Path(rest.pop(0))
        elif word == "--config" and rest:
            config = Path(rest.pop(0))
        elif word == "--stop":
            stop = True
        else:
            words.append(word)
    if words == ["hook", "session-end"] and not stop:
        if is_typed("hook session-end", "its --help has an example"):
            return 0
        return session_end(data, config)
    return prompt(data, stop=stop) if words == ["budget", "--hook"] else None


def session_end(data: Path | None, config: Path | None) -> int:
    """Start the refresh that leaves the card of the session that ended, and do not wait for it. Always 0."""
    try:
        session = json.loads(sys.stdin.buffer.read())["session_id"]
        if not isinstance(session, str) or not session:
            raise ValueError("session_id")
        start_behind(_behind(session, paths.data_dir(data), config))
    except Exception as error:  # noqa: BLE001 - whatever it is, the session's end must not wait or fail
        sys.stderr.write(f"fleetledger hook: {type(error).__name__}: {printable(str(error))}\n")
    return 0


def _behind(session: str, data: Path, config: Path | None) -> list[str]:
    named = ["--config", str(config.absolute())] if config else []
    return [sys.executable, "-m", "fleetledger", "hook", "after", "--data-dir", str(data), *named, "--", session]


def start_behind(command: list[str]) -> None:
    """Start a program that outlives this one, and says nothing."""
    if not hasattr(os, "posix_spawn"):
        import subprocess

        subprocess.Popen(command, stdin=-3, stdout=-3, stderr=-3)  # noqa: S603 - a list of words; -3 is DEVNULL
        return
    # The module for this takes as long to import as all the rest; a session of its own lets no signal reach it.
    nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    os.posix_spawn(command[0], command, os.environ, file_actions=nothing, setsid=True)


def prompt(data: Path | None, *, stop: bool) -> int:
    """Answer the hook of a prompt: nothing while all budgets are well, else a warning, or a stop where told to. 0."""
    try:
        status, _ = read_status(paths.data_dir(data))
        worst = json.loads(status["budgets"][0][0] or "[]")[:1] if status.get("budgets") else []
        if worst and worst[0]["state"] in ("over", "warn"):
            print_answer(worst[0], status, stop=stop)
    except Exception as error:  # noqa: BLE001 - an error of ours must stop nobody's prompt
        sys.stderr.write(f"fleetledger budget: {type(error).__name__}: {printable(str(error))}\n")
    return 0


def print_answer(budget: dict[str, Any], status: dict[str, Any], *, stop: bool) -> None:
    """What Claude Code reads: a message for the person, and whether the prompt is blocked."""
    mark = MARKS.get(budget["cost_kind"], "")
    which = " ".join(filter(None, (budget["scope"], budget["scope_name"], budget["period_name"])))
    spent = f"{mark}${budget['spent_usd']:,.2f} of {mark}${budget['limit_usd']:,.2f}"
    told = printable(f"fleetledger: budget {budget['state']}: {which} {spent}")
    is_fresh = bool(status.get("as_of")) and clock.now().timestamp() - status["as_of"] < FRESH.total_seconds()
    if stop and is_fresh and budget["state"] == "over":
        answer = {"decision": "block", "reason": f"{told}. Prompts are stopped by `budget --hook --stop`."}
    else:
        answer = {"systemMessage": told}
    sys.stdout.write(json.dumps(answer) + "\n")
