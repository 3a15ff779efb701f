"""The fleets, and what a source of logs is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Fleet(NamedTuple):
    """A source format: the landing table it goes to, and the directory below a source's root that holds its files.

    The module of the same name as the fleet reads its lines. Where its sessions have no ids of their own, but are
    `numbered_by_host`, they would be others under another name of the host.
    """

    table: str
    log_directory: str
    numbered_by_host: bool = False


FLEETS = {
    "claude_code": Fleet("claude_code_lines", "projects"),
    "mu": Fleet("mu_events", "", numbered_by_host=True),
    "otlp": Fleet("otel_requests", ""),
    "claude_code_files": Fleet("claude_code_files", "projects"),
}
TELEMETRY = "otlp"
"""What Claude Code sends about itself, in files: no fleet of its own, but landed like one."""
BESIDE = {"claude_code": "claude_code_files"}
"""What lies beside the logs of a fleet, landed like a fleet's logs, for it."""

KEPT = ("plans", "file-history")
"""What else Claude Code keeps of sessions, in directories of its own: plans, and files as they were before an edit."""

LOGGED_FLEETS = tuple(name for name in FLEETS if name not in (TELEMETRY, *BESIDE.values()))

DEFAULT_ACCOUNT = "default"
ACCOUNT_PREFIX = ".claude-"


@dataclass(frozen=True, slots=True)
class Source:
    """One place of logs, and whose they are; `provider` is None where the configuration does not say.

    `keeps` are directories of KEPT whose files are landed as well.
    """

    fleet: str
    host: str
    account: str
    provider: str | None
    root: Path
    keeps: tuple[str, ...] = ()


def account_of(directory: Path) -> str:
    """The account of a Claude Code directory, by its name.

    >>> account_of(Path("/home/ann/.claude-work"))
    'work'
    >>> account_of(Path("/home/ann/.claude"))
    'default'
    """
    return directory.name.removeprefix(ACCOUNT_PREFIX) if names_account(directory) else DEFAULT_ACCOUNT


def names_account(directory: Path) -> bool:
    """Whether the name of a directory says whose it is."""
    return directory.name.startswith(ACCOUNT_PREFIX) and directory.name != ACCOUNT_PREFIX
