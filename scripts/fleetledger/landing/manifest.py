"""The landing on disk: a directory of Parquet files a table and host, and a manifest that says which of them count.

    <landing>/<table>/host=<host>/<batch id>.parquet    rows of one table and host
    <landing>/manifests/<host>.json                     the batches that exist; replaced whole, as the last step
    <landing>/state/<host>/<id>.json                    how far each log file is landed; private to the extractor
    <landing>/locks/<host>.lock                         who extracts for that host

What is collected beside the logs (module `collected`) lies in tables of its own, and has manifests of its own.
Host names are URL-quoted in paths. A file that no manifest names does not exist for readers: it is what a killed run
left, or what a running reader of an earlier manifest may still have open.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NotRequired, TypedDict
from urllib.parse import unquote

from fleetledger.base.errors import LandingError
from fleetledger.base.files import make_private, remove_unnamed, write_file
from fleetledger.base.paths import manifest_path, quoted
from fleetledger.base.state import StateKind, Values
from fleetledger.sources.fleets import FLEETS

MANIFEST = StateKind("a manifest")
COLLECTED = StateKind("a list of what is collected")
TABLES = tuple(fleet.table for fleet in FLEETS.values())
BATCH_BYTES = 192 * 2**20
"""A batch ends once its rows take so much of the source files."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One Parquet file; `path` is below the landing, `bytes` what its rows take in the source files."""

    batch_id: str
    table: str
    path: str
    rows: int
    ok_lines: int
    repaired_lines: int
    rejected_lines: int
    bytes: int
    landed_at: str


class SourceEntry(TypedDict):
    """A source as a manifest lists it; `position` is its place among all configured ones, from 1.

    `account_uuid` is the account that Claude Code's directory is signed in to, where it says so.
    """

    fleet: str
    account: str
    provider: str | None
    root: str
    position: NotRequired[int | None]
    account_uuid: NotRequired[str | None]


@dataclass(slots=True)
class Manifest:
    """All that counts of one host's landing; `sources` are the host's sources."""

    host: str
    demo: bool = False
    committed_at: str = ""
    sources: list[SourceEntry] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    files_path: str | None = None


def batch_directory(table: str, host: str) -> str:
    """Where a host's batches of a table lie, below the landing."""
    return f"{table}/host={quoted(host)}"


def new_id(now: datetime) -> str:
    """A name that sorts by time and that no other file has or had."""
    return f"{now:%Y%m%dT%H%M%S}-{os.urandom(6).hex()}"


def timestamp(now: datetime) -> str:
    """A moment as the manifest writes it: ISO 8601, UTC, to the microsecond."""
    return now.isoformat(timespec="microseconds")


def landed_hosts(landing: Path) -> list[str]:
    """The hosts that anything was ever landed for, in order."""
    return sorted(unquote(path.stem) for path in (landing / "manifests").glob("*.json"))


def collected_path(landing: Path, host: str) -> Path:
    """What says which batches of what is collected of a host count (module collection)."""
    return landing / "collected" / f"{quoted(host)}.json"


def collected_manifests(landing: Path) -> list[Path]:
    """The manifests of what is collected beside the logs, in order."""
    return sorted((landing / "collected").glob("*.json"))


def read_manifest(landing: Path, host: str) -> Manifest:
    """A host's manifest; an empty one if nothing was ever landed for it. Raises LandingError."""
    path = manifest_path(landing, host)
    values = MANIFEST.read(path)
    if values is None:
        return Manifest(host)
    try:
        return _manifest_from(values, host)
    except (KeyError, TypeError) as error:
        raise MANIFEST.damaged(path, error) from error


def _manifest_from(values: Values, host: str) -> Manifest:
    return Manifest(
        host=host,
        demo=values["demo"],
        committed_at=values["committed_at"],
        sources=values["sources"],
        batches=[Batch(**batch) for batch in values["batches"]],
        files_path=values["files_path"],
    )


def commit(landing: Path, manifest: Manifest, state: str, now: datetime) -> None:
    """Make `manifest` what counts; `state` is the extractor's own, as text (module `states`).

    Batches must be on disk. Whatever happens before the last rename, the earlier manifest counts.
    """
    manifest.committed_at = timestamp(now)
    manifest.files_path = f"state/{quoted(manifest.host)}/{new_id(now)}.json"
    write_file(landing / manifest.files_path, state)
    _write_manifest(landing, manifest)


def begin(landing: Path, manifest: Manifest, now: datetime) -> None:
    """Commit the first manifest of a host, which names no batch, before anything is landed.

    From then on a missing manifest is told from a first run that was killed: the batches without one are the archive,
    and are not cleared up. Raises LandingError where there are any.
    """
    for table in TABLES:
        if any((landing / batch_directory(table, manifest.host)).glob("*.parquet")):
            raise LandingError(
                f"{manifest_path(landing, manifest.host)}: the manifest is missing, but there are batches of its host;"
                " docs/doctor.md says what to do about a damaged landing"
            )
    manifest.committed_at = timestamp(now)
    _write_manifest(landing, manifest)


def make_directories(landing: Path, hosts: Iterable[str]) -> None:
    """Make what extracting for the hosts needs. Raises LandingError."""
    parts = ["manifests", "locks", "state", *TABLES]
    for host in hosts:
        parts += [f"state/{quoted(host)}", *(batch_directory(table, host) for table in TABLES)]
    make_private(landing, parts)


def remove_leftovers(landing: Path, manifest: Manifest, kept: Iterable[str]) -> None:
    """Delete files of a host that neither the manifest names nor `kept`; for the holder of the host's lock only.

    Raises LandingError.
    """
    named = {batch.path for batch in manifest.batches} | {manifest.files_path, *kept}
    directories = [batch_directory(table, manifest.host) for table in TABLES]
    remove_unnamed(landing, [*directories, f"state/{quoted(manifest.host)}"], named)


def _write_manifest(landing: Path, manifest: Manifest) -> None:
    MANIFEST.write(manifest_path(landing, manifest.host), asdict(manifest), indent=1)
