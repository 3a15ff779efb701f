"""What operating systems do differently, in one place: locks on files, and the machine's name.

POSIX locks with flock. Windows has none; there a byte of the file is locked with msvcrt, far behind what the file says,
so that whoever waits can read who holds it.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from time import sleep

CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""How files are opened, where the system knows it: for no program that is started; through no symbolic link."""

WAIT_SECONDS = 0.1

LOCKED_BYTE = 1 << 30
"""Which byte Windows locks: reading those before it stays free."""

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> None:
        """Lock an open file for this process until it closes it. Raises BlockingIOError where another has it."""
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def try_lock(descriptor: int) -> None:
        """Lock an open file for this process until it closes it. Raises BlockingIOError where another has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def wait_lock(descriptor: int) -> None:
    """Lock an open file as `try_lock` does, however long that takes."""
    while True:
        try:
            try_lock(descriptor)
            return
        except BlockingIOError:
            sleep(WAIT_SECONDS)


def is_ours(status: os.stat_result) -> bool:
    """Whether a file is this user's, as far as the system tells."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def sync_directory(path: Path) -> None:
    """Make the renames in a directory survive a power cut; Windows has no call for it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_start(descriptor: int, size: int) -> bytes:
    """The first bytes of an open file."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, size)


def write_whole(descriptor: int, content: bytes) -> None:
    """Let an open file hold this and nothing else."""
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, content)


def machine() -> str:
    """The name of the machine that runs this."""
    return platform.node() if sys.platform == "win32" else os.uname().nodename
