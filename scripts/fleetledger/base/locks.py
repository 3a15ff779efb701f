"""One process at a time: a lock file that says who holds it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import this_host
from fleetledger.base.system import CLOSE_ON_EXEC, read_start, try_lock, write_whole


class LockHeld(FleetledgerError):
    """Another process is at the same work; the message says which."""


@contextmanager
def lock(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock file at `path`, whose directory must be there, while the block runs.

    The operating system lets go of it when the process ends, however it ends; the file stays, since to remove it would
    let two processes hold locks on two files of one name. `now` is what the file says about since when.

    Raises LockHeld where another process holds it, FleetledgerError where the file cannot be locked at all.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | CLOSE_ON_EXEC, 0o600)
    except OSError as error:
        raise FleetledgerError(f"{path}: cannot open the lock: {error.strerror}") from error
    try:
        _take(descriptor, path)
        _write(descriptor, _self_description(now))
        yield
        _write(descriptor, "")
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    try:
        try_lock(descriptor)
    except BlockingIOError as error:
        raise LockHeld(f"{path} is held by {_holder(descriptor)}; wait for it to end") from error
    except OSError as error:
        raise FleetledgerError(f"{path}: cannot lock: {error.strerror}") from error


def _self_description(now: datetime) -> str:
    command = Path(sys.argv[0]).name
    since = now.isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": this_host(), "since": since, "command": command})


def _holder(descriptor: int) -> str:
    """Who holds the lock, as far as its file says: the holder writes it just after it got the lock."""
    try:
        holder = json.loads(read_start(descriptor, 4096))
        return f"pid {holder['pid']} on {holder['host']} since {holder['since']} ({holder['command']})"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _write(descriptor: int, text: str) -> None:
    write_whole(descriptor, text.encode())
