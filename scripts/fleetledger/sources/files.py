"""The log files of a source, and how their names are written as text."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import why
from fleetledger.sources.fleets import BESIDE, FLEETS, KEPT, Source

SUFFIX = ".jsonl"


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


def log_root(source: Source) -> Path:
    """The directory that a source's log files lie below."""
    return source.root / FLEETS[source.fleet].log_directory


KEPT_BESIDE = re.compile(
    r"projects/[^/]+/[^/]+/(?:tool-results/.+|subagents/.+\.meta\.json|custom-title\.json|workflows/.+)"
    r"|plans/.+\.md|file-history/[^/]+/.+",
    re.DOTALL,
)
"""What Claude Code keeps beside a transcript, in a directory of the session's name, and what else it keeps of it."""


OUTSIDE_PROJECTS = tuple(f"{name}/" for name in KEPT)
"""Where no file is a log, whatever its name."""


def find_log_files(source: Source, beside: list[LogFile] | None = None) -> tuple[list[LogFile], list[Problem]]:
    """Every regular `*.jsonl` file of a source at any depth, and what could not be looked at.

    What a Claude Code source keeps beside its transcripts is added to `beside`.

    Symbolic links are followed after all that is reached without them, and what they lead to is taken only if it is
    new: a link that comes or goes changes no other file's name, and a loop ends. What vanishes meanwhile is no problem.
    """
    kept = [source.root / name for name in source.keeps]
    directories = [os.fspath(path) for path in (*kept, log_root(source))]
    walk = _Walk(os.fspath(source.root), directories, beside if source.fleet in BESIDE else None)
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
    beside: list[LogFile] | None = None
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
                elif entry.name.endswith(SUFFIX) or self.beside is not None:
                    self.take_entry(entry)

    def take_entry(self, entry: os.DirEntry[str]) -> None:
        """Take a file that lies in a directory, if it still does."""
        with suppress(FileNotFoundError):
            found = entry.stat()
            self.seen.add((found.st_dev, found.st_ino))
            self.take(entry.path, found)

    def take(self, path: str, found: os.stat_result) -> None:
        """Take a log file; devices, pipes and sockets are none, whatever their names."""
        if not stat.S_ISREG(found.st_mode):
            return
        below_root = to_text(path[len(self.root) + 1 :])
        file = LogFile(path, below_root, found.st_size, found.st_mtime_ns, found.st_ino)
        is_beside = self.beside is not None and KEPT_BESIDE.fullmatch(below_root) is not None
        if path.endswith(SUFFIX) and not (is_beside and below_root.startswith(OUTSIDE_PROJECTS)):
            self.files.append(file)
        elif is_beside and self.beside is not None:
            self.beside.append(file)


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
