"""The landing, read back as the log files that were landed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fleetledger.base.paths import landing_dir
from fleetledger.landing.batches import Piece
from fleetledger.landing.manifest import landed_hosts, read_manifest
from fleetledger.landing.states import FileKey
from fleetledger.sources.config import FleetConfig

Generations = dict[int, bytes]
"""The bytes of a log file, as it was each time that it was written anew."""


def landed_files(data: Path) -> dict[tuple[str, FileKey], Generations]:
    """All log files in a landing, by host and name; no byte is landed twice. What is not landed in between is NUL."""
    files: dict[tuple[str, FileKey], Generations] = {}
    landing = landing_dir(data)
    for host in landed_hosts(landing):
        pieces = sorted(read_back_all(landing, host), key=lambda piece: (piece.generation, piece.byte_offset))
        for piece in pieces:
            generations = files.setdefault((host, piece.key), {})
            before = generations.get(piece.generation, b"")
            assert piece.byte_offset >= len(before), piece.key
            generations[piece.generation] = before.ljust(piece.byte_offset, b"\0") + piece.content
    return files


def assert_all_is_landed(data: Path, config: FleetConfig) -> None:
    """Every log file's last generation is what lies there, but for a last line that waits for its end."""
    files = landed_files(data)
    for source in config.sources:
        for path in source.root.rglob("*.jsonl"):
            content = path.read_bytes()
            generations = files[source.host, FileKey(source.fleet, source.account, str(path.relative_to(source.root)))]
            last = generations[max(generations)]
            assert content.startswith(last), path
            assert b"\n" not in content[len(last) :], path


def read_back(landing: Path, host: str, table: str, account: str, source_path: str, generation: int) -> Iterator[bytes]:
    """The bytes of a landed file in order, in pieces of any size: joined, they are the file. Raises LandingError."""
    from fleetledger.landing.batches import read_pieces_of_file

    batches = [batch for batch in read_manifest(landing, host).batches if batch.table == table]
    for piece in read_pieces_of_file(landing, batches, account, source_path, generation):
        yield piece.content


def read_back_all(landing: Path, host: str) -> Iterator[Piece]:
    """The bytes of all landed files of a host, in pieces that say where they belong. Raises LandingError."""
    from fleetledger.landing.batches import read_pieces

    return read_pieces(landing, read_manifest(landing, host).batches)
