"""The intake: what HTTP and gRPC share. It checks a body, keeps it, and says what came of it."""

from __future__ import annotations

import asyncio
import errno
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType

from fleetledger.telemetry.metrics import Metrics
from fleetledger.telemetry.requests import LEFT_OUT, Kept, RefusedError, keep
from fleetledger.telemetry.segments import Segments

EVENTS = 200
"""As many names of events are counted; what comes with another name after that is `other`."""
HELD_BYTES = 48 * 2**20
"""What all requests that are at hand may take together; further ones are told to come again."""


@dataclass(slots=True)
class Counts:
    """What a server has done since it began: records by signal, requests by signal and status, events by name."""

    records: Counter[str] = field(default_factory=Counter)
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)


class Intake:
    """Takes bodies, for one event loop; without segments nothing is kept of them."""

    def __init__(self, segments: Segments | None, left_out: frozenset[str] = LEFT_OUT) -> None:
        self._segments = segments
        self._left_out = left_out
        self._held = 0
        self.counts = Counts()
        self.metrics = Metrics()

    def hold(self) -> Hold:
        """What a request takes in memory, from the first byte to the answer."""
        return Hold(self)

    def take(self, size: int) -> None:
        """Note that `size` more bytes are held, fewer if it is negative. Raises RefusedError where that is too much."""
        if size > 0 and self._held + size > HELD_BYTES:
            raise RefusedError(429, "too much is at hand at once")
        self._held += size

    async def keep(self, signal: str, body: bytes, *, is_protobuf: bool) -> Kept:
        """Keep a body: it is on disk when this returns. Raises RefusedError."""
        kept = keep(signal, body, is_protobuf=is_protobuf, left_out=self._left_out)
        if kept.line and self._segments:
            try:
                await asyncio.wrap_future(self._segments.append(kept.line))
            except OSError as error:
                raise RefusedError(503, _why_not_kept(error)) from error
        self._note(signal, kept)
        return kept

    def refuse(self, signal: str, refused: RefusedError) -> None:
        """Note that a request was not taken."""
        self.counts.requests[signal, refused.status] += 1

    def _note(self, signal: str, kept: Kept) -> None:
        self.counts.requests[signal, 200] += 1
        self.counts.records[signal] += kept.records
        for name, count in kept.events.items():
            known = name in self.counts.events or len(self.counts.events) < EVENTS
            self.counts.events[name if known else "other"] += count
        if signal == "metrics" and kept.line:
            self.metrics.take(kept.line)


def _why_not_kept(error: OSError) -> str:
    return "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "the disk cannot be written"


class Hold:
    """The bytes that one request holds; leaving the block lets go of them."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._size = 0

    def add(self, size: int) -> None:
        """Hold `size` more. Raises RefusedError where all requests together hold too much."""
        self._intake.take(size)
        self._size += size

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._intake.take(-self._size)
