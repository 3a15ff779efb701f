"""Files that are whole and private: written beside, synced, renamed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fleetledger.base.errors import LandingError, why

if TYPE_CHECKING:
    pass


def make_private(landing: Path, parts: Iterable[str]) -> None:
    """Make directories of the landing, for their owner alone; those that others may enter are closed to them."""
    try:
        landing.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in (landing, *(landing / part for part in parts)):
            directory.mkdir(mode=0o700, exist_ok=True)
            found = directory.stat()
            if found.st_mode & 0o077 and found.st_uid == os.geteuid():
                directory.chmod(0o700)
    except OSError as error:
        raise LandingError(f"{error.filename or landing}: cannot make the directory: {why(error)}") from error


def write_file(path: Path, text: str) -> None:
    """Put a file in place whole: written beside, synced, renamed. Raises LandingError."""
    part = path.with_suffix(".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        part.rename(path)
        sync(path.parent)
    except OSError as error:
        raise LandingError(f"{path}: cannot write: {why(error)}") from error


def sync(path: Path) -> None:
    """Make a file, or the renames in a directory, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
