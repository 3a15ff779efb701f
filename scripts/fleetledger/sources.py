"""Where agents leave their logs: the fleets, the sources that are there without being configured, and their files."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fleetledger.paths import this_host as this_host


class Fleet(NamedTuple):
    """A source format: the landing table it goes to, and the directory below a source's root that holds its files.

    The module of the same name as the fleet reads its lines.
    """

    table: str
    log_directory: str


FLEETS = {
    "claude_code": Fleet("claude_code_lines", "projects"),
    "mu": Fleet("mu_events", ""),
}

SUFFIX = ".jsonl"

DEFAULT_ACCOUNT = "default"
_ACCOUNT_PREFIX = ".claude-"


@dataclass(frozen=True, slots=True)
class Source:
    """One place of logs, and whose they are; `provider` is None where the configuration does not say."""

    fleet: str
    host: str
    account: str
    provider: str | None
    root: Path


class LogFile(NamedTuple):
    """A regular file as a walk found it; `source_path` is its place below the root, as `to_text` writes it."""

    path: str
    source_path: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or directory that could not be read; `reason` holds nothing of its content."""

    path: str
    reason: str


def account_of(directory: Path) -> str:
    """The account of a Claude Code directory, by its name.

    >>> account_of(Path("/home/ann/.claude-work"))
    'work'
    >>> account_of(Path("/home/ann/.claude"))
    'default'
    """
    return directory.name.removeprefix(_ACCOUNT_PREFIX) if _names_account(directory) else DEFAULT_ACCOUNT


def _names_account(directory: Path) -> bool:
    return directory.name.startswith(_ACCOUNT_PREFIX) and directory.name != _ACCOUNT_PREFIX


def discover(environ: Mapping[str, str] = os.environ) -> tuple[Source, ...]:
    """The sources that are on this machine: Claude Code's directories, and mu's events."""
    home = Path(environ.get("HOME") or Path.home())
    host = this_host()
    claude = _accounts(_claude_directories(home, environ), home, environ)
    sources = [Source("claude_code", host, account, None, root) for root, account in claude]
    if is_directory(_mu_events(home)):
        sources.append(Source("mu", host, DEFAULT_ACCOUNT, None, _mu_events(home)))
    return tuple(sources)


def looked_in(environ: Mapping[str, str] = os.environ) -> list[tuple[str, Path]]:
    """Every place that `discover` looks for logs in, with the fleet that it would be of."""
    home = Path(environ.get("HOME") or Path.home())
    claude = [("claude_code", directory) for directory in _claude_candidates(home, environ)]
    return [*dict.fromkeys(claude), ("mu", _mu_events(home))]


def _claude_candidates(home: Path, environ: Mapping[str, str]) -> list[Path]:
    configured = _configured_directories(environ)
    xdg_config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    usual = configured or [home / ".claude", xdg_config / "claude"]
    return [*usual, *sorted(home.glob(f"{_ACCOUNT_PREFIX}*"))]


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
    for directory in directories:
        account = account_of(directory)
        if len(configured) > 1 and directory in configured and directory != home / ".claude":
            account = account if _names_account(directory) else directory.name
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


def log_root(source: Source) -> Path:
    """The directory that a source's log files lie below."""
    return source.root / FLEETS[source.fleet].log_directory


def find_log_files(source: Source) -> tuple[list[LogFile], list[Problem]]:
    """Every regular `*.jsonl` file of a source at any depth, and what could not be looked at.

    Symbolic links are followed after all that is reached without them, and what they lead to is taken only if it is
    new: a link that comes or goes changes no other file's name, and a loop ends. What vanishes meanwhile is no problem.
    """
    walk = _Walk(os.fspath(source.root), [os.fspath(log_root(source))])
    while walk.directories or walk.links:
        path = walk.directories.pop() if walk.directories else walk.links.pop()
        try:
            walk.visit(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            walk.problems.append(Problem(to_text(os.path.relpath(path, walk.root)), why(error)))
    return walk.files, walk.problems


@dataclass(slots=True)
class _Walk:
    """What is still to be visited, and what was found."""

    root: str
    directories: list[str]
    links: list[str] = field(default_factory=list)
    files: list[LogFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def visit(self, path: str) -> None:
        """Look into a directory, or take the file that a link leads to."""
        found = Path(path).stat()
        identity = found.st_dev, found.st_ino
        if identity in self.seen:
            return
        self.seen.add(identity)
        if not stat.S_ISDIR(found.st_mode):
            self.take(path, found)
            return
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_symlink():
                    self.links.append(entry.path)
                elif entry.is_dir():
                    self.directories.append(entry.path)
                elif entry.name.endswith(SUFFIX):
                    self.take_entry(entry)

    def take_entry(self, entry: os.DirEntry[str]) -> None:
        """Take a file that lies in a directory, if it still does."""
        with suppress(FileNotFoundError):
            found = entry.stat()
            self.seen.add((found.st_dev, found.st_ino))
            self.take(entry.path, found)

    def take(self, path: str, found: os.stat_result) -> None:
        """Take a log file; devices, pipes and sockets are none, whatever their names."""
        if stat.S_ISREG(found.st_mode) and path.endswith(SUFFIX):
            below_root = to_text(path[len(self.root) + 1 :])
            self.files.append(LogFile(path, below_root, found.st_size, found.st_mtime_ns, found.st_ino))


def to_text(name: str) -> str:
    r"""A file name as text that has a UTF-8 form; reversible, though names may hold any bytes.

    A byte that is not UTF-8 becomes `\xNN`, and a backslash two.

    >>> to_text(os.fsdecode(b"a\xff\\b"))
    'a\\xff\\\\b'
    """
    if name.isascii() and "\\" not in name:
        return name
    return name.replace("\\", "\\\\").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def from_text(text: str) -> str:
    r"""The file name that `to_text` wrote as `text`. Raises ValueError where it can have written no such text.

    >>> os.fsencode(from_text(r"a\xff\\b"))
    b'a\xff\\b'
    """
    return _ESCAPE.sub(_unescaped, text)


_ESCAPE = re.compile(r"\\(\\|x[89a-f][0-9a-f]|)")
_SURROGATES = 0xDC00
"""Where Python's file names keep the bytes that are not UTF-8."""


def _unescaped(match: re.Match[str]) -> str:
    if not match[1]:
        raise ValueError("a backslash that escapes nothing")
    return "\\" if match[1] == "\\" else chr(_SURROGATES + int(match[1][1:], 16))


def why(error: OSError) -> str:
    """The operating system's reason, without the path that its messages repeat."""
    return error.strerror or type(error).__name__
