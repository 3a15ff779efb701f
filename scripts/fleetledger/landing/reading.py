"""Reading log files: what is new in each, by bytes, and what to remember of it for the next time."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from io import FileIO
from pathlib import Path
from typing import NamedTuple, cast

from fleetledger.base.errors import why
from fleetledger.landing.batches import BatchWriter
from fleetledger.landing.lines import REJECTED, Format, LineReader
from fleetledger.landing.manifest import Batch
from fleetledger.landing.rows import BUFFER_BYTES, PIECE_BYTES, Counts, Place, RowGroup
from fleetledger.landing.states import QUIET_SECONDS, FileKey, FileState, Job, Tail, window_hash
from fleetledger.sources.fleets import FLEETS

LINE_BYTES_LIMIT = 2**30
"""A longer line is not landed: a column of Arrow text ends at 2 GiB."""
WINDOW_BYTES = 4096
"""How much of a file's head, and of what was landed last, is compared to tell growth from a rewrite."""


class Outcome(NamedTuple):
    """What came of a job. `state` is None where the file could not be read: what was remembered of it holds."""

    key: FileKey
    state: FileState | None = None
    counts: Counts = Counts()
    problem: str | None = None
    outdated: Tail | None = None


class Lander:
    """Lands log files of one host, in batches of their tables."""

    def __init__(self, landing: Path, host: str, now: datetime) -> None:
        self._landing = landing
        self._host = host
        self._now = now
        self._tables: dict[str, _TableLander] = {}

    def land(self, job: Job) -> Outcome:
        """Land what is new in a file. Raises LandingError where the landing cannot be written."""
        fleet = job.key.fleet
        if fleet not in self._tables:
            self._tables[fleet] = _TableLander(fleet, self._landing, self._host, self._now)
        return self._tables[fleet].land(job)

    def close(self) -> list[Batch]:
        """Write what is left, and say what was written. Raises LandingError."""
        return [batch for table in self._tables.values() for batch in table.close()]


class _Rows:
    """A row group in the making and the batches that it goes to."""

    def __init__(self, fleet: str, log_format: Format, landing: Path, host: str, now: datetime) -> None:
        self.group = RowGroup(log_format)
        self.writer = BatchWriter(landing, FLEETS[fleet].table, host, now)
        self._host = host
        self._now = now

    def write(self, following: int = 0) -> None:
        """Write the group; `following` bytes after it in its buffer are kept."""
        if self.group.counts.rows:
            self.writer.write(self.group.to_table(self._host, self.writer.batch_id, self._now), self.group.counts)
        self.group.clear(following)

    def close(self) -> list[Batch]:
        self.write()
        return self.writer.close()


@dataclass(slots=True)
class _Progress:
    """How far a file is landed; `head` and `end` are the first and the last bytes of that."""

    generation: int
    landed: int = 0
    lines: int = 0
    head: bytes = b""
    end: bytes = b""

    def advance(self, block: memoryview, lines: int) -> None:
        """Take in that `block`, the next bytes of the file, is landed."""
        self.head += block[: WINDOW_BYTES - len(self.head)]
        self.end = (self.end + bytes(block[-WINDOW_BYTES:]))[-WINDOW_BYTES:]
        self.landed += len(block)
        self.lines += lines

    def state(self, found: os.stat_result, tail: bytes, tail_batch: str | None, since: float | None) -> FileState:
        """What to remember, with a landed unterminated last line."""
        head = (self.head + tail[:WINDOW_BYTES])[:WINDOW_BYTES]
        end = (self.end + tail[-WINDOW_BYTES:])[-WINDOW_BYTES:]
        return FileState(
            generation=self.generation,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            inode=found.st_ino,
            landed=self.landed,
            lines=self.lines,
            head_bytes=len(head),
            head_hash=window_hash(head),
            end_bytes=len(end),
            end_hash=window_hash(end),
            tail_bytes=len(tail),
            tail_batch=tail_batch,
            waiting_since=since,
        )


class _TableLander:
    """Lands files of one fleet. Unterminated last lines go to batches of their own, which are cheap to write anew."""

    def __init__(self, fleet: str, landing: Path, host: str, now: datetime) -> None:
        log_format = cast(Format, import_module(f"fleetledger.sources.{fleet}"))
        self._reader = LineReader(log_format)
        self._lines = _Rows(fleet, log_format, landing, host, now)
        self._tails = _Rows(fleet, log_format, landing, host, now)
        self._now = now.timestamp()

    def close(self) -> list[Batch]:
        return [*self._lines.close(), *self._tails.close()]

    def land(self, job: Job) -> Outcome:
        try:
            file = FileIO(job.path, opener=_open)
        except FileNotFoundError:
            return Outcome(job.key)
        except OSError as error:
            return Outcome(job.key, problem=why(error))
        with file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return Outcome(job.key, problem="not a regular file")
            try:
                progress = _recall(file.fileno(), job.state, found.st_size) if job.state else None
            except OSError as error:
                return Outcome(job.key, problem=why(error))
            if progress is None:
                generation = job.state.generation + 1 if job.state else 1
                return self._land_from(job, file, found, None, _Progress(generation))
            return self._land_from(job, file, found, job.state, progress)

    def _land_from(
        self, job: Job, file: FileIO, found: os.stat_result, known: FileState | None, progress: _Progress
    ) -> Outcome:
        """Land an open file from where `progress` is; `known` is what was landed before in the same generation."""
        if known and found.st_size == known.landed + known.tail_bytes:
            return Outcome(job.key, _seen(known, found, None))
        counts, rest, problem = self._land_lines(job, file, found.st_size, progress)
        since = _waiting_since(job.state, found, self._now)
        tail = rest if rest and (self._now - since >= QUIET_SECONDS or self._reads(rest)) else b""
        waiting_since = since if rest and not tail else None
        if known and known.tail_bytes and not tail and progress.landed == known.landed:
            state = _seen(known, found, waiting_since)
            outdated = None
        else:
            tail_counts, tail_batch = self._add_tail(job, tail, progress)
            counts = counts.plus(tail_counts)
            state = progress.state(found, tail, tail_batch, waiting_since)
            outdated = _outdated(job.key, known)
        if progress.landed + len(rest) < found.st_size:
            state = state._replace(mtime_ns=_LOOK_AGAIN)
        return Outcome(job.key, state, counts, problem, outdated)

    def _land_lines(self, job: Job, file: FileIO, size: int, progress: _Progress) -> tuple[Counts, bytes, str | None]:
        """Land the whole lines up to `size`; their rows, the bytes after the last of them, and a problem if any."""
        group, pending, counts = self._lines.group, 0, Counts()
        file.seek(progress.landed)
        while progress.landed + pending < size:
            wanted = min(PIECE_BYTES, size - progress.landed - pending)
            if group.used and group.used + pending + wanted > BUFFER_BYTES:
                self._lines.write(pending)
            begin = group.used + pending
            group.make_room(begin + wanted)
            try:
                with memoryview(group.buffer) as view:
                    got = file.readinto(view[begin : begin + wanted])
            except OSError as error:
                return counts, b"", why(error)
            if not got:
                break
            newline = group.buffer.rfind(b"\n", begin, begin + got)
            pending += got
            if newline >= 0:
                pending = begin + got - newline - 1
                counts = counts.plus(self._add(job, group, newline + 1, progress))
                if group.is_full:
                    self._lines.write(pending)
            elif pending > LINE_BYTES_LIMIT:
                return counts, b"", "a line is longer than 1 GiB"
        return counts, bytes(group.buffer[group.used : group.used + pending]), None

    def _add(self, job: Job, group: RowGroup, end: int, progress: _Progress) -> Counts:
        """Make rows of the lines in the group's buffer up to `end`."""
        start = group.used
        place = Place(job.key, job.provider, progress.generation, progress.landed, progress.lines + 1)
        lines, counts = group.add_lines(end, place)
        with memoryview(group.buffer) as view, view[start:end] as block:
            progress.advance(block, lines)
        return counts

    def _reads(self, rest: bytes) -> bool:
        """Whether an unterminated last line is whole."""
        return all(row.status != REJECTED for row in self._reader.read_line(rest))

    def _add_tail(self, job: Job, tail: bytes, progress: _Progress) -> tuple[Counts, str | None]:
        """Make rows of an unterminated last line; the rows, and the batch that they will be in."""
        if not tail:
            return Counts(), None
        group = self._tails.group
        if group.is_full or group.used + len(tail) > BUFFER_BYTES:
            self._tails.write()
        group.make_room(group.used + len(tail))
        group.buffer[group.used : group.used + len(tail)] = tail
        place = Place(job.key, job.provider, progress.generation, progress.landed, progress.lines + 1)
        _, counts = group.add_lines(group.used + len(tail), place)
        return counts, self._tails.writer.batch_id


def _open(path: str, flags: int) -> int:
    """Open a file to read it, without waiting for a writer where it has become a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


_LOOK_AGAIN = -1
"""A time of change that no file has, so that it is read again in the next run."""


def _recall(descriptor: int, state: FileState, size: int) -> _Progress | None:
    """How far a known file is landed; None if what was landed no longer stands in it."""
    landed = state.landed + state.tail_bytes
    if size < landed:
        return None
    head = os.pread(descriptor, state.head_bytes, 0)
    end = os.pread(descriptor, state.end_bytes, landed - state.end_bytes)
    if window_hash(head) != state.head_hash or window_hash(end) != state.end_hash:
        return None
    before_tail = end[: max(0, state.end_bytes - state.tail_bytes)]
    return _Progress(state.generation, state.landed, state.lines, head[: state.landed], before_tail)


def _seen(known: FileState, found: os.stat_result, waiting_since: float | None) -> FileState:
    """What is remembered of a file of which nothing new is landed."""
    return known._replace(
        size=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino, waiting_since=waiting_since
    )


def _waiting_since(known: FileState | None, found: os.stat_result, now: float) -> float:
    """Since when the bytes at a file's end have been what they are; a file dated in the future, since it was seen."""
    if known and known.waiting_since is not None and known.is_unchanged(found.st_size, found.st_mtime_ns, found.st_ino):
        return known.waiting_since
    return min(found.st_mtime, now)


def _outdated(key: FileKey, known: FileState | None) -> Tail | None:
    if known is None or known.tail_batch is None:
        return None
    return Tail(key, known.generation, known.landed, known.tail_batch)
