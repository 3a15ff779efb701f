"""Segments: the files that accepted requests are kept in, a line each, on disk before anybody is told so.

    <data>/telemetry/segments/<begun>-<random>.jsonl    written by one server, ended by size or age, never changed after

Lines are written in groups: those that came while the last group was being synced are the next one, so that a slow disk
makes larger groups, not a longer queue. What stands after the last line end of a segment was never answered for.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from fleetledger.base.files import make_private, sync
from fleetledger.base.paths import segments_dir

SEGMENT_BYTES = 64 * 2**20
SEGMENT_AGE = timedelta(hours=1)
"""A segment ends at the first of the two."""
_GROUP_BYTES = 8 * 2**20

_Waiting = tuple[bytes, "Future[None]"]


class Segments:
    """Writes lines to segments in a thread of its own."""

    def __init__(self, data: Path, now: Callable[[], datetime]) -> None:
        self._directory = segments_dir(data)
        make_private(data, ["telemetry", "telemetry/segments"])
        self._now = now
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._file: int | None = None
        self._size = 0
        self._ends = now()
        self._thread = threading.Thread(target=self._run, name="segments", daemon=True)
        self._thread.start()

    def append(self, line: bytes) -> Future[None]:
        """Have a line written; the future is done once it is on disk, and raises OSError where it is not."""
        written: Future[None] = Future()
        self._queue.put((line, written))
        return written

    def close(self) -> None:
        """Write what was appended, and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ending = False
        while not ending:
            group, ending = self._next_group()
            try:
                self._write(b"".join(line for line, _ in group))
            except OSError as error:
                for _, written in group:
                    written.set_exception(error)
            else:
                for _, written in group:
                    written.set_result(None)
        self._end_segment()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Wait for lines; those that are there, and whether they are the last."""
        group: list[_Waiting] = []
        size = 0
        waiting = self._queue.get()
        while waiting is not None:
            group.append(waiting)
            size += len(waiting[0])
            if size >= _GROUP_BYTES:
                return group, False
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _write(self, block: bytes) -> None:
        """Put a block of lines on disk, all of it or nothing. Raises OSError."""
        if not block:
            return
        if self._size >= SEGMENT_BYTES or self._now() >= self._ends:
            self._end_segment()
        file = self._file if self._file is not None else self._begin_segment()
        try:
            view = memoryview(block)
            while view:
                view = view[os.write(file, view) :]
            os.fdatasync(file)
        except OSError:
            # What a failed sync left on disk nobody can say, so that nothing is added to such a segment.
            with suppress(OSError):
                os.ftruncate(file, self._size)
            self._end_segment()
            raise
        self._size += len(block)

    def _begin_segment(self) -> int:
        now = self._now()
        path = self._directory / f"{now:%Y%m%dT%H%M%S}-{os.urandom(6).hex()}.jsonl"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0
        self._ends = now + SEGMENT_AGE
        sync(self._directory)
        return self._file

    def _end_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None
