"""Landing in this process, or in two more where there is enough to read."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import cast

from fleetledger.base.errors import FleetledgerError
from fleetledger.landing.manifest import Batch
from fleetledger.landing.reading import Lander, Outcome
from fleetledger.landing.states import Job

Report = Callable[[int], None]
"""Told how many more bytes are read."""

PARALLEL_BYTES = 32 * 2**20
PARALLEL_FILES = 3000
"""From how many bytes, or files, on further processes are worth their start."""
PROCESSES = 2
_CHUNK_BYTES = 16 * 2**20
_CHUNK_JOBS = 200


def land(
    landing: Path, host: str, now: datetime, jobs: Sequence[Job], report: Report
) -> tuple[list[Outcome], list[Batch]]:
    """Land the files of `jobs`, in any order; what came of each, and the batches that their rows are in."""
    processes = min(PROCESSES, os.cpu_count() or 1)
    is_much = len(jobs) >= PARALLEL_FILES or sum(job.new_bytes for job in jobs) >= PARALLEL_BYTES
    if processes > 1 and is_much:
        return _land_in_processes(processes, landing, host, now, jobs, report)
    return _land_here(landing, host, now, jobs, report)


def _land_here(
    landing: Path, host: str, now: datetime, jobs: Iterable[Job], report: Report
) -> tuple[list[Outcome], list[Batch]]:
    lander = Lander(landing, host, now)
    outcomes = []
    with _no_garbage_collection():
        for job in jobs:
            outcomes.append(lander.land(job))
            report(job.new_bytes)
        return outcomes, lander.close()


def _land_in_processes(
    processes: int, landing: Path, host: str, now: datetime, jobs: Sequence[Job], report: Report
) -> tuple[list[Outcome], list[Batch]]:
    """Hand out chunks of jobs to processes, each of which writes batches of its own.

    The processes are spawned, not forked: a fork would inherit the lock, and the threads' locks of a library. They end
    when this process does, since they wait for its next chunk.
    """
    context = multiprocessing.get_context("spawn")
    workers: dict[Connection, SpawnProcess] = {}
    try:
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, landing, host, now), daemon=True)
            process.start()
            theirs.close()
            workers[ours] = process
        return _hand_out(list(workers), _chunks(jobs), report)
    finally:
        for connection, process in workers.items():
            connection.close()
            process.join()


def _hand_out(
    connections: Iterable[Connection], chunks: Iterator[list[Job]], report: Report
) -> tuple[list[Outcome], list[Batch]]:
    """Give each worker one chunk at a time; after the last one each says what batches it wrote."""
    outcomes: list[Outcome] = []
    batches: list[Batch] = []
    at_hand: dict[Connection, list[Job] | None] = {}
    try:
        for connection in connections:
            at_hand[connection] = next(chunks, None)
            connection.send(at_hand[connection])
        while at_hand:
            for connection in cast(list[Connection], wait(list(at_hand))):
                answer = connection.recv()
                if isinstance(answer, FleetledgerError):
                    raise answer
                chunk = at_hand.pop(connection)
                if chunk is None:
                    batches += answer
                    continue
                outcomes += answer
                report(sum(job.new_bytes for job in chunk))
                at_hand[connection] = next(chunks, None)
                connection.send(at_hand[connection])
    except (EOFError, ConnectionError) as error:
        raise FleetledgerError("a process that reads logs ended too early; nothing of this run counts") from error
    return outcomes, batches


def _chunks(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """Jobs in lists that are small enough to keep all workers busy to the end."""
    chunk: list[Job] = []
    size = 0
    for job in jobs:
        chunk.append(job)
        size += job.new_bytes
        if size >= _CHUNK_BYTES or len(chunk) >= _CHUNK_JOBS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _work(connection: Connection, landing: Path, host: str, now: datetime) -> None:
    """A worker process: land chunks of jobs until None comes, or nobody is there to send one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lander = Lander(landing, host, now)
    with connection, suppress(EOFError, ConnectionError), _no_garbage_collection():
        try:
            while (chunk := connection.recv()) is not None:
                connection.send([lander.land(job) for job in chunk])
            connection.send(lander.close())
        except FleetledgerError as error:
            connection.send(error)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Spare the collector millions of records that hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
