"""Files that are whole and private: written beside, synced, renamed; and files of which an index says that they count.

What lands is Parquet files and an index that is replaced last: a file that no index names does not exist for readers.
`begin_part` and `put_in_place` write such a file, `write_file` the index, `remove_unnamed` clears up what a killed run
left.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from fleetledger.base.errors import LandingError, why
from fleetledger.base.system import CLOSE_ON_EXEC, NO_LINK, is_ours, sync_directory

_OUR_SUFFIXES = (".parquet", ".json", ".part")


def make_private(landing: Path, parts: Iterable[str]) -> None:
    """Make directories of the landing, for their owner alone; those that others may enter are closed to them."""
    try:
        landing.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in (landing, *(landing / part for part in parts)):
            directory.mkdir(mode=0o700, exist_ok=True)
            found = directory.stat()
            if found.st_mode & 0o077 and is_ours(found):
                directory.chmod(0o700)
    except OSError as error:
        raise LandingError(f"{error.filename or landing}: cannot make the directory: {why(error)}") from error


def write_file(path: Path, text: str) -> None:
    """Put a file in place whole: written beside, synced, renamed. Raises LandingError."""
    try:
        begin_part(path).write_text(text, encoding="utf-8", newline="")
        put_in_place(path)
    except OSError as error:
        raise LandingError(f"{path}: cannot write: {why(error)}") from error


def begin_part(path: Path) -> Path:
    """An empty file beside `path`, its owner's alone, to be written and then put in its place. Raises OSError."""
    part = _part(path)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | CLOSE_ON_EXEC | NO_LINK, 0o600))
    return part


def put_in_place(path: Path) -> None:
    """Have what was written beside `path` stand there, also after a power cut. Raises OSError."""
    part = _part(path)
    sync(part)
    part.replace(path)
    sync(path.parent)


def remove_unnamed(root: Path, directories: Iterable[str], named: Collection[str | None]) -> None:
    """Delete the files of ours in some directories below `root` whose paths below it are not `named`.

    For the holder of their lock only. Raises LandingError.
    """
    try:
        for directory in directories:
            for file in (root / directory).iterdir():
                if file.suffix in _OUR_SUFFIXES and f"{directory}/{file.name}" not in named:
                    file.unlink()
    except OSError as error:
        raise LandingError(f"{error.filename or root}: cannot clear up: {why(error)}") from error


def _part(path: Path) -> Path:
    return path.with_suffix(".part")


def sync(path: Path) -> None:
    """Make a file, or the renames in a directory, survive a power cut."""
    if path.is_dir():
        sync_directory(path)
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
