"""The line below Claude Code's prompt, from what Claude Code says of the session and what was last published.

Claude Code runs the command at each turn, with JSON on its standard input. The command has a tenth of a second and must
never be in the way, so that this module imports next to nothing, reads one small file (status.json, which `publish`
writes), notes in another what it is told of the plan's limits, which no log holds, and, where something is wrong,
prints nothing and ends well; `--debug` says on standard error what was wrong.

Claude Code's cost of the session is at list prices, on a subscription too; there it is marked ≈ as everywhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fleetledger.base import clock, paths

Status = dict[str, Any]

MARKS = {"billed": "", "subscription": "≈", "unknown": "?"}
"""As reports mark amounts (terminal.money, whose import would take too long)."""

LONGEST_NAME = 40

SEPARATOR = " · "


def run(arguments: Sequence[str]) -> int | None:
    """Print the line for `arguments` and standard input; 0, or None if not understood.

    Arguments are `--debug`, `--plain` (for other places than Claude Code: there is no input) and `--data-dir DIR`.
    """
    rest, debug, plain, data = list(arguments), False, False, None
    while rest:
        option = rest.pop(0)
        if option == "--debug":
            debug = True
        elif option == "--plain":
            plain = True
        elif option == "--data-dir" and rest:
            data = Path(rest.pop(0))
        else:
            return None
    if not plain and is_typed("statusline", "--plain shows a line without it"):
        return 0
    return show(data, debug=debug, plain=plain)


def is_typed(command: str, instead: str) -> bool:
    """Whether a person typed what Claude Code should call, and would wait for nothing; then that is said."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    sys.stderr.write(f"fleetledger {command} reads what Claude Code hands over on standard input; {instead}.\n")
    return True


def show(data: Path | None, *, debug: bool, plain: bool = False) -> int:
    """Print the line; nothing where that fails, unless `debug`. Always 0."""
    try:
        session = {} if plain else json.loads(sys.stdin.buffer.read())
        status, fault = read_status(paths.data_dir(data))
        if fault and debug:
            sys.stderr.write(f"fleetledger statusline: {fault}\n")
        line = SEPARATOR.join(parts(session, status, clock.now()))
        sys.stdout.buffer.write(f"{line}\n".encode() if line else b"")
        note_limits(session, status, paths.data_dir(data), clock.now())
    except Exception as error:  # noqa: BLE001 - whatever it is, the prompt above must stay as it is
        if debug:
            sys.stderr.write(f"fleetledger statusline: {type(error).__name__}: {printable(str(error))}\n")
    return 0


def read_status(data: Path) -> tuple[Status, str | None]:
    """What was last published in `data`, empty if nothing can be read, and then why."""
    try:
        found = json.loads(paths.status_path(data).read_bytes())
    except (OSError, ValueError) as error:
        return {}, f"{paths.status_path(data)}: {error}; `fleetledger refresh` writes it"
    return found, None


def parts(session: Any, status: Status, now: datetime) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The pieces of the line that are known: model, session, today, window, week, context."""
    name = _at(session, "model", "display_name")
    if isinstance(name, str) and printable(name):
        yield printable(name)[:LONGEST_NAME]
    cost = _number(_at(session, "cost", "total_cost_usd"))
    if cost is not None:
        yield f"session {_usd(cost, _kind(session, status))}"
    if today := _today(status, now):
        yield f"today {today}"
    if window := _window(session, status, now):
        yield window
    if week := _week(session, now):
        yield week
    used = _number(_at(session, "context_window", "used_percentage"))
    if used is not None:
        yield f"context {used:.0f}%"


def _today(status: Status, now: datetime) -> str:
    """What was spent since midnight here, each kind for itself, as far as it is published."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    if not status.get("as_of") or status["as_of"] < midnight:
        return ""
    sums: dict[str, float] = {}
    for began, kind, amount in status["quarters"]:
        if began >= midnight and kind in MARKS:
            sums[kind] = sums.get(kind, 0) + amount
    return " ".join(_usd(sums[kind], kind) for kind in MARKS if kind in sums)


def _window(session: Any, status: Status, now: datetime) -> str:  # noqa: ANN401 - JSON
    """How long the account's 5-hour window stays open: as Claude Code says, else as of what is published."""
    limit = _at(session, "rate_limits", "five_hour")
    resets_at, used = _number(_at(limit, "resets_at")), _number(_at(limit, "used_percentage"))
    account = _account(session, status)
    if resets_at is None:
        for host, named, began, ends in status.get("windows", ()):
            if (host, named) == (paths.this_host(), account) and began <= now.timestamp():
                resets_at = ends
    left = timedelta(seconds=resets_at - now.timestamp()) if resets_at is not None else timedelta()
    if left <= timedelta() or left > timedelta(hours=5):
        return ""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    share = f" {used:.0f}%," if used is not None else ""
    return f"window{share} {hours}h{minutes:02} left"


def _week(session: Any, now: datetime) -> str:  # noqa: ANN401 - JSON
    """How much of the plan's weekly limit is used, and when it begins anew: as Claude Code says; no log tells it."""
    limit = _at(session, "rate_limits", "seven_day")
    resets_at, used = _number(_at(limit, "resets_at")), _number(_at(limit, "used_percentage"))
    left = timedelta(seconds=resets_at - now.timestamp()) if resets_at is not None else timedelta()
    if used is None or left <= timedelta() or left > timedelta(days=7):
        return ""
    return f"week {used:.0f}%, {left.days}d{left.seconds // 3600:02} left"


def note_limits(session: Any, status: Status, data: Path, now: datetime) -> None:  # noqa: ANN401 - JSON
    """Note what Claude Code says of the plan's limits, for the next refresh to land; what was noted last, not again."""
    told = {
        name: [_number(_at(limit, "used_percentage")), _number(_at(limit, "resets_at"))]
        for name, limit in (_at(session, "rate_limits") or {}).items()
    }
    limits = {name: numbers for name, numbers in told.items() if None not in numbers}
    path, account = paths.limits_path(data), _account(session, status)
    if not limits or not data.is_dir() or _last_noted(path) == [account, limits]:
        return
    line = json.dumps({"at": now.timestamp(), "account": account, "limits": limits})
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)


def _last_noted(path: Path) -> list[Any] | None:
    try:
        noted = json.loads(path.read_bytes().splitlines()[-1])
        return [noted["account"], noted["limits"]]
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return None


def _kind(session: Any, status: Status) -> str:  # noqa: ANN401 - JSON
    """What the session's money is. Claude Code tells limits only of a subscription; else by what was published."""
    if _at(session, "rate_limits"):
        return "subscription"
    here = [entry for entry in status.get("accounts", ()) if entry[0] == paths.this_host()]
    kinds = {kind for _, account, kind in here if account == _account(session, status)} or {kind for *_, kind in here}
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _account(session: Any, status: Status) -> str:  # noqa: ANN401 - JSON
    """The account whose directory the transcript lies in, as landed; else by the directory's name (account_of)."""
    transcript = str(_at(session, "transcript_path") or "")
    root = transcript.replace("\\", "/").rpartition("/projects/")[0]
    for named in (root, os.path.realpath(root)) if root else ():
        for landed, account in status.get("roots", ()):
            if named in (landed.replace("\\", "/"), os.path.realpath(landed)):
                return str(account)
    directory = root.rpartition("/")[2]
    return directory.removeprefix(".claude-") or "default" if directory.startswith(".claude-") else "default"


def _at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - JSON
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _number(value: Any) -> float | None:  # noqa: ANN401 - JSON
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e15 else None


def _usd(amount: float, kind: str) -> str:
    return f"{MARKS.get(kind, '')}${amount:,.2f}"


def printable(text: str) -> str:
    """A text without anything that could steer a terminal (console.clean, whose import would take too long)."""
    return "".join(char for char in text if char.isprintable())
