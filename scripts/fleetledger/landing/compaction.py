"""Rewriting batches: rows that were superseded leave theirs, and small ones are merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from fleetledger.landing.manifest import BATCH_BYTES, TABLES, Batch, Manifest, timestamp
from fleetledger.landing.states import States, Tail

SMALL_BYTES = 96 * 2**20
"""Below this a batch is worth merging."""
SMALL_BATCHES = 64
"""How many small batches of one table and host there may be."""


def replace_tails(landing: Path, manifest: Manifest, states: States, outdated: Iterable[Tail], now: datetime) -> None:
    """Take the rows of unterminated last lines that were landed anew out of their batches."""
    by_batch: dict[str, list[Tail]] = {}
    for tail in outdated:
        by_batch.setdefault(tail.batch_id, []).append(tail)
    batches = {batch.batch_id: batch for batch in manifest.batches}
    for batch_id, tails in by_batch.items():
        from fleetledger.landing.batches import without

        batch = batches[batch_id]
        _replace(manifest, states, [batch], without(landing, manifest.host, batch, tails, now), now)


def compact(landing: Path, manifest: Manifest, states: States, now: datetime) -> None:
    """Merge the small batches of a table once there are many.

    Batches with unterminated last lines, which are written anew whenever one of them grows, are kept apart.
    """
    for table in TABLES:
        with_tails = {state.tail_batch for state in states.files.values() if state.tail_batch}
        small = [batch for batch in manifest.batches if batch.table == table and batch.bytes < SMALL_BYTES]
        for of_tails in (False, True):
            alike = [batch for batch in small if (batch.batch_id in with_tails) == of_tails]
            if len(alike) > SMALL_BATCHES:
                from fleetledger.landing.batches import merge

                chosen = _smallest(alike)
                _replace(manifest, states, chosen, merge(landing, manifest.host, chosen, now), now)


def _smallest(batches: Iterable[Batch]) -> list[Batch]:
    """As many of the smallest batches as go into one."""
    chosen: list[Batch] = []
    for batch in sorted(batches, key=lambda batch: batch.bytes):
        if sum(one.bytes for one in chosen) + batch.bytes >= BATCH_BYTES:
            break
        chosen.append(batch)
    return chosen


def _replace(manifest: Manifest, states: States, old: Sequence[Batch], new: Batch | None, now: datetime) -> None:
    """Put a new batch in the place of old ones, whose files stay for the builds that read them."""
    gone = {batch.batch_id for batch in old}
    manifest.batches = [batch for batch in manifest.batches if batch.batch_id not in gone]
    states.retired = {**states.in_grace(now), **{batch.path: timestamp(now) for batch in old}}
    if new:
        manifest.batches.append(new)
        for key, state in states.files.items():
            if state.tail_batch in gone:
                states.files[key] = state._replace(tail_batch=new.batch_id)
