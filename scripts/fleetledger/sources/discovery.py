"""The sources that are on this machine without being configured."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from fleetledger.base.paths import segments_dir, this_host
from fleetledger.sources.fleets import (
    ACCOUNT_PREFIX,
    DEFAULT_ACCOUNT,
    FLEETS,
    TELEMETRY,
    Source,
    account_of,
    names_account,
)

XCODE = "Library/Developer/Xcode/CodingAssistant/ClaudeAgentConfig"
COWORK = tuple(
    f"{place}/Claude/local-agent-mode-sessions"
    for place in ("Library/Application Support", ".config", "AppData/Roaming")
)
COWORK_DEPTHS = ("*/*/local_*/.claude", "*/*/agent/local_*/.claude")

SETTINGS = ("settings.json", "settings.local.json")
"""The settings of a Claude Code directory, or of a project's; the later wins."""

RECEIVER = "receiver"
"""The account that telemetry goes by that was received here: it may be of any."""


def discover(environ: Mapping[str, str] = os.environ) -> tuple[Source, ...]:
    """The sources that are on this machine: Claude Code's directories, and mu's events."""
    home = Path(environ.get("HOME") or Path.home())
    host = this_host()
    claude = _accounts(_claude_directories(home, environ), home, environ)
    sources = [Source("claude_code", host, account, None, root) for root, account in claude]
    if is_directory(_mu_events(home)):
        sources.append(Source("mu", host, DEFAULT_ACCOUNT, None, _mu_events(home)))
    return tuple(sources)


def own_telemetry(data: Path) -> tuple[Source, ...]:
    """What `telemetry serve` keeps in a data directory, as a source; nothing where it never ran there."""
    segments = segments_dir(data)
    return (Source(TELEMETRY, this_host(), RECEIVER, None, segments),) if is_directory(segments) else ()


def looked_in(environ: Mapping[str, str] = os.environ) -> list[tuple[str, Path]]:
    """Every place that `discover` looks for logs in, with the fleet that it would be of."""
    home = Path(environ.get("HOME") or Path.home())
    claude = [("claude_code", directory) for directory in _claude_candidates(home, environ)]
    return [*dict.fromkeys(claude), ("mu", _mu_events(home))]


def _claude_candidates(home: Path, environ: Mapping[str, str]) -> list[Path]:
    configured = _configured_directories(environ)
    xdg_config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    usual = configured or [home / ".claude", xdg_config / "claude"]
    return [*usual, *sorted(home.glob(f"{ACCOUNT_PREFIX}*")), *_apps(home)]


def _apps(home: Path) -> dict[Path, str]:
    """The directories of apps that run Claude Code in one of their own, each with the account that it goes by.

    Xcode has one for all; Cowork, of Claude's desktop app, one for each of its sessions.
    """
    apps = {home / XCODE: "xcode"}
    for place in COWORK:
        for directory in sorted(path for depth in COWORK_DEPTHS for path in (home / place).glob(depth)):
            apps[directory] = f"cowork-{directory.parent.name.removeprefix('local_')[:8]}"
    return apps


def _mu_events(home: Path) -> Path:
    return home / ".local/share/mu/events"


def _claude_directories(home: Path, environ: Mapping[str, str]) -> list[Path]:
    """Claude Code's configuration directories that hold transcripts, each once, however many names it has."""
    distinct: dict[str, Path] = {}
    for directory in _claude_candidates(home, environ):
        if is_directory(directory / FLEETS["claude_code"].log_directory):
            distinct.setdefault(os.path.realpath(directory), directory)
    return list(distinct.values())


def _configured_directories(environ: Mapping[str, str]) -> list[Path]:
    names = environ.get("CLAUDE_CONFIG_DIR", "").split(",")
    return [expanded(name.strip()).absolute() for name in names if name.strip()]


def _accounts(directories: list[Path], home: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Each directory with an account that no other one has.

    A directory that does not name an account is the default one; several in `CLAUDE_CONFIG_DIR` go by their own names,
    and where that does not tell two of them apart, by their paths.
    """
    configured = _configured_directories(environ)
    taken: set[str] = set()
    apps = _apps(home)
    for directory in directories:
        account = apps.get(directory) or account_of(directory)
        if len(configured) > 1 and directory in configured and directory != home / ".claude":
            account = account if names_account(directory) else directory.name
        if account in taken:
            account = str(directory.relative_to(home) if directory.is_relative_to(home) else directory)
        taken.add(account)
        yield directory, account


def distinct_roots(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources without those that reach the root of an earlier one of their fleet by another name."""
    seen: dict[tuple[str, str], Source] = {}
    for source in sources:
        seen.setdefault((source.fleet, os.path.realpath(source.root)), source)
    return tuple(seen.values())


def is_directory(path: Path) -> bool:
    """Whether a directory is there to be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def expanded(path: str) -> Path:
    """A path with `~` for a home directory; as it stands where there is no such home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
