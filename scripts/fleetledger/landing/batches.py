"""Batches: Parquet files of landed rows, which are written once, read back, merged, and never changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from fleetledger.base.errors import LandingError
from fleetledger.base.files import begin_part, put_in_place
from fleetledger.landing.lines import OK, REJECTED, REPAIRED
from fleetledger.landing.manifest import BATCH_BYTES, Batch, batch_directory, new_id, timestamp
from fleetledger.landing.rows import ROW_GROUP_BYTES, ROW_GROUP_ROWS, Counts
from fleetledger.landing.states import FileKey, Tail

# A dictionary of these would only be work: hardly a value stands in them twice.
_HARDLY_REPEATED = {"raw", "raw_bytes", "repaired", "line_number", "byte_offset", "uuid", "parent_uuid"}
_HARDLY_REPEATED |= {"logged_timestamp", "source_tool_assistant_uuid", "event_id", "timestamp_unix_ms"}
_PAGE_BYTES = 16 * 2**20
"""Neighbouring lines repeat each other: large pages are smaller and quicker to write."""
# What the rows weigh is in these; the others are as small at the lowest level.
_LEVELS = {"raw": 3, "raw_bytes": 3, "repaired": 3}
_SEARCHED = ["account", "source_path", "generation"]
_PIECE_COLUMNS = ["fleet", "account", "source_path", "generation", "byte_offset", "raw", "raw_bytes"]


class Piece(NamedTuple):
    """Bytes of a landed file, from `byte_offset` on."""

    key: FileKey
    generation: int
    byte_offset: int
    content: bytes


class BatchWriter:
    """Writes rows of one table and host into as many batches as they need.

    What it writes is on disk for good once `close` has said so, and counts once a manifest names it.
    """

    def __init__(self, landing: Path, table: str, host: str, now: datetime) -> None:
        self._landing = landing
        self._table = table
        self._host = host
        self._now = now
        self._batches: list[Batch] = []
        self._begin()

    def _begin(self) -> None:
        self.batch_id = new_id(self._now)
        self._path = f"{batch_directory(self._table, self._host)}/{self.batch_id}.parquet"
        self._counts = Counts()
        self._writer: Any = None

    def write(self, rows: pa.Table, counts: Counts) -> None:
        """Add a row group; its rows must say that they are in the batch `batch_id`. Raises LandingError."""
        try:
            if self._writer is None:
                self._writer = self._open(rows.schema)
            self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))
            self._counts = self._counts.plus(counts)
            if self._counts.bytes >= BATCH_BYTES:
                self._finish()
        except (OSError, pa.ArrowException) as error:
            raise _failed(self._landing / self._path, "write", error) from error

    def close(self) -> list[Batch]:
        """Put the last batch in place, and say what was written. Raises LandingError."""
        try:
            if self._writer is not None:
                self._finish()
        except (OSError, pa.ArrowException) as error:
            raise _failed(self._landing / self._path, "write", error) from error
        return self._batches

    def _open(self, columns: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(
            begin_part(self._landing / self._path),
            columns,
            compression="zstd",
            compression_level={name: _LEVELS.get(name, 1) for name in columns.names},
            data_page_size=_PAGE_BYTES,
            data_page_version="2.0",
            use_dictionary=[name for name in columns.names if name not in _HARDLY_REPEATED],
            write_statistics=_SEARCHED,
            write_page_checksum=True,
        )

    def _finish(self) -> None:
        self._writer.close()
        put_in_place(self._landing / self._path)
        counts = self._counts
        self._batches.append(
            Batch(
                batch_id=self.batch_id,
                table=self._table,
                path=self._path,
                rows=counts.rows,
                ok_lines=counts.ok,
                repaired_lines=counts.repaired,
                rejected_lines=counts.rejected,
                bytes=counts.bytes,
                landed_at=timestamp(self._now),
            )
        )
        self._begin()


def merge(landing: Path, host: str, batches: Sequence[Batch], now: datetime) -> Batch | None:
    """The rows of several batches of one table, which go into one, in a new batch."""
    return _rewrite(landing, host, batches, now, lambda rows: rows)


def without(landing: Path, host: str, batch: Batch, outdated: Collection[Tail], now: datetime) -> Batch | None:
    """The rows of a batch but for outdated tails, in a new batch; None if no row is left."""
    gone = {(*tail.key, tail.generation): tail.byte_offset for tail in outdated}

    def keep(rows: pa.Table) -> pa.Table:
        names = ("fleet", "account", "source_path", "generation", "byte_offset")
        files = zip(*(rows[name].to_pylist() for name in names), strict=True)
        return rows.filter(pa.array([offset < gone.get(tuple(file), offset + 1) for *file, offset in files]))

    return _rewrite(landing, host, [batch], now, keep)


def _rewrite(
    landing: Path, host: str, batches: Sequence[Batch], now: datetime, keep: Callable[[pa.Table], pa.Table]
) -> Batch | None:
    """A new batch of the rows that `keep` keeps; they name it as their batch, and keep the time of their landing."""
    writer = BatchWriter(landing, batches[0].table, host, now)
    columns = _columns_of_all(landing, batches)
    for rows in _row_groups(_with_columns(columns, keep(rows)) for rows in _read(landing, batches)):
        ids = pa.repeat(writer.batch_id, rows.num_rows)
        writer.write(rows.set_column(rows.schema.get_field_index("batch_id"), "batch_id", ids), _count(rows))
    written = writer.close()
    return replace(written[0], landed_at=max(batch.landed_at for batch in batches)) if written else None


def _read(landing: Path, batches: Iterable[Batch], columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The row groups of batches, with all columns or some. Raises LandingError."""
    for batch in batches:
        path = landing / batch.path
        try:
            with pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as file:
                for index in range(file.num_row_groups):
                    yield file.read_row_group(index, columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise _failed(path, "read", error) from error


def _columns_of_all(landing: Path, batches: Iterable[Batch]) -> pa.Schema:
    """The columns of all batches: an earlier version may have landed fewer. Raises LandingError."""
    schemas = []
    for batch in batches:
        try:
            schemas.append(pq.read_schema(landing / batch.path))
        except (OSError, pa.ArrowException) as error:
            raise _failed(landing / batch.path, "read", error) from error
    return pa.unify_schemas(schemas)


def _with_columns(columns: pa.Schema, rows: pa.Table) -> pa.Table:
    """Rows with exactly these columns, null where they have none."""
    arrays = [
        rows[name] if name in rows.column_names else pa.nulls(rows.num_rows, kind)
        for name, kind in zip(columns.names, columns.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=columns)


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Small tables put together until a row group is full."""
    gathered: list[pa.Table] = []
    for table in tables:
        gathered.append(table)
        rows = sum(one.num_rows for one in gathered)
        if rows >= ROW_GROUP_ROWS or sum(one.nbytes for one in gathered) >= ROW_GROUP_BYTES:
            yield pa.concat_tables(gathered)
            gathered = []
    if any(table.num_rows for table in gathered):
        yield pa.concat_tables(gathered)


def _count(rows: pa.Table) -> Counts:
    import pyarrow.compute as pc  # takes as long as all else: only where it is needed

    statuses = rows["line_status"].to_pylist()
    size = sum(pc.sum(pc.binary_length(rows[name])).as_py() or 0 for name in ("raw", "raw_bytes"))
    return Counts(statuses.count(OK), statuses.count(REPAIRED), statuses.count(REJECTED), size)


def check(landing: Path, batches: Iterable[Batch]) -> None:
    """Read batches from end to end. Raises LandingError, which names the first that is damaged or missing."""
    for batch in batches:
        rows = sum(rows.num_rows for rows in _read(landing, [batch]))
        if rows != batch.rows:
            raise LandingError(f"{landing / batch.path}: the batch has {rows:,} lines; {batch.rows:,} were written")


def read_pieces(landing: Path, batches: Iterable[Batch]) -> Iterator[Piece]:
    """The bytes of all landed files, a piece for each run of rows of one file. Raises LandingError."""
    for rows in _read(landing, batches, _PIECE_COLUMNS):
        yield from _pieces(rows)


def read_pieces_of_file(
    landing: Path, batches: Iterable[Batch], account: str, source_path: str, generation: int
) -> list[Piece]:
    """The pieces of one file, in the file's order. Raises LandingError."""
    import pyarrow.compute as pc

    file = (pc.field("account") == account) & (pc.field("source_path") == source_path)
    file &= pc.field("generation") == generation
    pieces: list[Piece] = []
    for batch in batches:
        try:
            path = landing / batch.path
            pieces += _pieces(
                pq.read_table(path, columns=_PIECE_COLUMNS, filters=file, page_checksum_verification=True)
            )
        except (OSError, pa.ArrowException) as error:
            raise _failed(landing / batch.path, "read", error) from error
    return sorted(pieces, key=lambda piece: piece.byte_offset)


def _pieces(rows: pa.Table) -> Iterator[Piece]:
    *places, texts, others = (
        (rows[name].cast(pa.binary()) if name == "raw" else rows[name]).to_pylist() for name in _PIECE_COLUMNS
    )
    file: tuple[FileKey, int] | None = None
    start = end = 0
    parts: list[bytes] = []
    for fleet, account, source_path, generation, offset, text, other in zip(*places, texts, others, strict=True):
        this_file = FileKey(fleet, account, source_path), generation
        if file and (this_file, offset) != (file, end):
            yield Piece(*file, start, b"".join(parts))
        if (this_file, offset) != (file, end):
            file, start, end, parts = this_file, offset, offset, []
        parts.append(other if text is None else text)
        end += len(parts[-1])
    if file:
        yield Piece(*file, start, b"".join(parts))


def _failed(path: Path, what: str, error: Exception) -> LandingError:
    damage = f"it is not what was written ({type(error).__name__})"
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else damage
    return LandingError(f"{path}: cannot {what} the batch: {reason}")
