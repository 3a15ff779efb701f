"""How far each log file is landed: what the extractor remembers from one run to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import LandingError
from fleetledger.base.state import StateKind
from fleetledger.landing.manifest import Manifest, timestamp

STATES = StateKind("a list of how far log files are landed")
_GRACE = timedelta(hours=1)
"""How long a batch that was replaced stays on disk, for builds that began before."""


QUIET_SECONDS = 3600
"""A last line that does not read is landed as it is once its file has not changed for so long."""


class FileState(NamedTuple):
    """One log file as it was last looked at.

    `size`, `mtime_ns`, `inode`: it is unchanged while they are. `landed`, `lines`: how many bytes are landed as lines
    with their terminator, and how many lines that is. `tail_bytes`: how many bytes after them are landed as an
    unterminated last line, in the batch `tail_batch`. The hashes are of the first and the last bytes that are landed,
    the tail included. `waiting_since` is since when (Unix time) bytes at the end are known and not landed.
    """

    generation: int
    size: int
    mtime_ns: int
    inode: int
    landed: int
    lines: int
    head_bytes: int
    head_hash: str
    end_bytes: int
    end_hash: str
    tail_bytes: int = 0
    tail_batch: str | None = None
    waiting_since: float | None = None

    def is_unchanged(self, size: int, mtime_ns: int, inode: int) -> bool:
        """Whether the file looks as it did."""
        return self.size == size and self.mtime_ns == mtime_ns and self.inode == inode

    def is_settled(self, size: int, mtime_ns: int, inode: int, now: float) -> bool:
        """Whether the file looks as it did, and nothing of it has waited long enough to be landed now."""
        due = self.waiting_since is not None and now - self.waiting_since >= QUIET_SECONDS
        return not due and self.is_unchanged(size, mtime_ns, inode)

    def forgotten(self) -> FileState:
        """What makes the file look rewritten, so that the next run lands it from its start, as another generation."""
        return FileState(
            generation=self.generation,
            size=-1,
            mtime_ns=0,
            inode=0,
            landed=0,
            lines=0,
            head_bytes=0,
            head_hash="",
            end_bytes=0,
            end_hash="",
        )


def window_hash(window: bytes) -> str:
    """The hash of the first or the last bytes that are landed of a file."""
    return blake2b(window, digest_size=16).hexdigest()


class FileKey(NamedTuple):
    """What tells the files of a host apart."""

    fleet: str
    account: str
    source_path: str


@dataclass(frozen=True, slots=True)
class Job:
    """A log file to look at: `new_bytes` is how much there is to read, so far as known, `state` what is remembered."""

    key: FileKey
    provider: str | None
    path: str
    new_bytes: int
    state: FileState | None


class Tail(NamedTuple):
    """Landed rows of an unterminated last line that are landed anew, longer: they must go from their batch."""

    key: FileKey
    generation: int
    byte_offset: int
    batch_id: str


@dataclass(slots=True)
class States:
    """All files of a host, and the batch files that were replaced, with when."""

    files: dict[FileKey, FileState] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)

    def in_grace(self, now: datetime) -> dict[str, str]:
        """The replaced batch files that a build may still be reading."""
        return {path: since for path, since in self.retired.items() if since > timestamp(now - _GRACE)}


def dump(states: States) -> str:
    """The states as text."""
    files: dict[str, dict[str, dict[str, FileState]]] = {}
    for key, state in states.files.items():
        files.setdefault(key.fleet, {}).setdefault(key.account, {})[key.source_path] = state
    return STATES.dump({"retired": states.retired, "files": files})


def read(landing: Path, manifest: Manifest) -> States:
    """The states that were committed with a manifest; none if nothing ever was. Raises LandingError."""
    if manifest.files_path is None:
        return States()
    path = landing / manifest.files_path
    values = STATES.read(path)
    if values is None:
        raise LandingError(f"{path}: the list of how far log files are landed is missing")
    try:
        files = {
            FileKey(fleet, account, source_path): FileState(*state)
            for fleet, accounts in values["files"].items()
            for account, paths in accounts.items()
            for source_path, state in paths.items()
        }
        return States(files, dict(values["retired"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise STATES.damaged(path, error) from error
