"""Taking away segments that are landed: the landing has every line of them as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.landing import states
from fleetledger.landing.queries import read_manifests
from fleetledger.landing.states import FileKey, FileState
from fleetledger.sources.discovery import own_telemetry
from fleetledger.sources.files import find_log_files


def prune(data: Path, now: datetime, days: int) -> Iterator[tuple[Path, int]]:
    """Delete segments of `data` that are landed whole and were last written to `days` ago; each, and its size.

    To one that is younger than a day a server may still be writing. Raises LandingError where nothing tells how far
    they are landed.
    """
    before = (now - timedelta(days=days)).timestamp() * 1e9
    landing = landing_dir(data)
    landed: dict[FileKey, FileState] = {}
    for source in own_telemetry(data):
        for manifest in read_manifests(landing):
            if manifest.host == source.host:
                landed |= states.read(landing, manifest).files
        files, _ = find_log_files(source)
        for file in files:
            state = landed.get(FileKey(source.fleet, source.account, file.source_path))
            if state is None or file.mtime_ns > before or not state.is_unchanged(file.size, file.mtime_ns, file.inode):
                continue
            if state.landed + state.tail_bytes == file.size:
                path = Path(file.path)
                path.unlink()
                yield path, file.size
