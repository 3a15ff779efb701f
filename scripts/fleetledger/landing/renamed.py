"""A machine that lands under another name than before: sessions that are numbered by the host would be paid twice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fleetledger.base.errors import LandingError
from fleetledger.landing.manifest import landed_hosts, read_manifest
from fleetledger.landing.states import FileState, Job, read, window_hash
from fleetledger.sources.fleets import FLEETS


def check_no_other_name(landing: Path, host: str, configured: set[str], jobs: Iterable[Job]) -> None:
    """Raise LandingError where logs that a new host is to land were landed here by a name that is not configured.

    A log is the same where its place in the fleet's directory and its first bytes are. What a name has landed is only
    known where its state is: not in a copy of the landing, which has none.
    """
    numbered = [job for job in jobs if FLEETS[job.key.fleet].numbered_by_host]
    for other in landed_hosts(landing) if numbered else []:
        if other in configured or not _has_state(landing, other):
            continue
        landed = {key.source_path: state for key, state in read(landing, read_manifest(landing, other)).files.items()}
        for job in numbered:
            if _is_landed(job, landed.get(job.key.source_path)):
                raise LandingError(
                    f"{job.path} was landed as host {other!r}, and would be landed, and paid, again as {host!r}:"
                    f' keep host = "{other}" in fleet.toml for this machine'
                )


def _has_state(landing: Path, host: str) -> bool:
    files = read_manifest(landing, host).files_path
    return files is not None and (landing / files).exists()


def _is_landed(job: Job, state: FileState | None) -> bool:
    if not state or not state.head_bytes:
        return False
    try:
        with Path(job.path).open("rb") as file:
            return window_hash(file.read(state.head_bytes)) == state.head_hash
    except OSError:
        return False
