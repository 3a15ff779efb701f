"""Setting a damaged batch aside, and having what its log files still hold landed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import LandingError
from fleetledger.base.locks import lock
from fleetledger.base.paths import landing_dir, quoted
from fleetledger.landing import states as file_states
from fleetledger.landing.batches import check
from fleetledger.landing.manifest import Batch, Manifest, commit, read_manifest
from fleetledger.landing.queries import line_counts, read_manifests
from fleetledger.landing.states import FileKey, FileState, States
from fleetledger.sources.files import find_log_files, from_text
from fleetledger.sources.fleets import FLEETS, Source

SUFFIX = ".damaged"


class SetAside(NamedTuple):
    """What came of it: where the damaged file is now (None if there was none), how many lines it held, and of which.

    `anew` are the log files that the next extraction lands anew, `gone` those that are no longer there to be; both
    below their roots.
    """

    path: Path | None
    lines: int
    anew: tuple[str, ...]
    gone: tuple[str, ...]


def set_aside(data: Path, file: Path, now: datetime) -> SetAside:
    """Take the damaged batch in `file` out of the landing of `data`, and keep what there is of it under another name.

    The log files whose lines are not all in other batches are forgotten, so that the next extraction lands them again,
    each as a new generation; the models count nothing twice. Raises LandingError where no manifest names the file, or
    nothing is wrong with it, and LockHeld where its host is extracted.
    """
    landing = landing_dir(data)
    host = _host_of(landing, file)
    with lock(landing / "locks" / f"{quoted(host)}.lock", now):
        manifest = read_manifest(landing, host)
        states = file_states.read(landing, manifest)
        batch = _named(landing, manifest, file)
        _must_be_damaged(landing, batch)
        manifest.batches.remove(batch)
        incomplete = _incomplete(landing, manifest, states, batch.table)
        there = _there(manifest)
        for key in incomplete:
            states.files[key] = states.files[key].forgotten()
        kept = _keep(landing / batch.path)
        commit(landing, manifest, file_states.dump(states), now)
    return SetAside(
        path=kept,
        lines=batch.rows,
        anew=tuple(key.source_path for key in incomplete if key in there),
        gone=tuple(key.source_path for key in incomplete if key not in there),
    )


def _host_of(landing: Path, file: Path) -> str:
    for manifest in read_manifests(landing):
        if any(_is_in(landing, batch, file) for batch in manifest.batches):
            return manifest.host
    raise LandingError(f"{file}: no manifest in {landing / 'manifests'} names this batch")


def _named(landing: Path, manifest: Manifest, file: Path) -> Batch:
    """The batch in a file; the manifest may have changed since its host was found."""
    for batch in manifest.batches:
        if _is_in(landing, batch, file):
            return batch
    raise LandingError(f"{file}: the manifest of {manifest.host} no longer names this batch")


def _is_in(landing: Path, batch: Batch, file: Path) -> bool:
    return (landing / batch.path).resolve() == file.resolve()


def _must_be_damaged(landing: Path, batch: Batch) -> None:
    try:
        check(landing, [batch])
    except LandingError:
        return
    raise LandingError(f"{landing / batch.path}: nothing is wrong with this batch; it stays where it is")


def _keep(damaged: Path) -> Path | None:
    """Rename before the commit: what no manifest names is deleted, unless it has another suffix than batches have."""
    kept = damaged.with_name(damaged.name + SUFFIX)
    try:
        return damaged.rename(kept)
    except FileNotFoundError:
        return kept if kept.exists() else None
    except OSError as error:
        raise LandingError(f"{damaged}: cannot rename the batch: {error.strerror}") from error


def _incomplete(landing: Path, manifest: Manifest, states: States, table: str) -> list[FileKey]:
    """The log files of a table whose lines are not all in the batches that the manifest still names."""
    held = _held(landing, manifest, [batch for batch in manifest.batches if batch.table == table])
    return sorted(
        key
        for key, state in states.files.items()
        if FLEETS[key.fleet].table == table and held[key, state.generation] != _landed_lines(state)
    )


def _landed_lines(state: FileState) -> int:
    return state.lines + (state.tail_bytes > 0)


def _held(landing: Path, manifest: Manifest, batches: Iterable[Batch]) -> Counter[tuple[FileKey, int]]:
    """How many lines of each generation of each log file are in batches; one that is damaged, too, holds none."""
    held: Counter[tuple[FileKey, int]] = Counter()
    for batch in batches:
        try:
            held.update(line_counts(landing, manifest, batch))
        except LandingError:
            continue
    return held


def _there(manifest: Manifest) -> set[FileKey]:
    """The log files that lie at the sources' roots now."""
    found = set()
    for described in manifest.sources:
        fleet, account = described["fleet"], described["account"]
        source = Source(fleet, manifest.host, account, described["provider"], Path(from_text(described["root"])))
        found |= {FileKey(fleet, account, file.source_path) for file in find_log_files(source)[0]}
    return found
