"""Rows on their way to the landing: gathered over one buffer that holds the bytes of all of them, then made a table."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate, chain
from typing import Any, NamedTuple

import pyarrow as pa

from fleetledger.landing.lines import OK, REJECTED, REPAIRED, Format, Kind, LineReader, Row
from fleetledger.landing.states import FileKey

ROW_GROUP_BYTES = 32 * 2**20
ROW_GROUP_ROWS = 50_000
"""A row group ends at the first of the two: small enough to hold in memory, large enough for a fast scan."""
PIECE_BYTES = 8 * 2**20
"""How much is read at once; a longer line takes more."""
BUFFER_BYTES = ROW_GROUP_BYTES + PIECE_BYTES
"""What a row group's buffer takes, unless a line is longer."""

_COMMON = {
    "host": pa.string(),
    "account": pa.string(),
    "provider": pa.string(),
    "fleet": pa.string(),
    "source_path": pa.string(),
    "generation": pa.int32(),
    "line_number": pa.int64(),
    "byte_offset": pa.int64(),
    "line_status": pa.string(),
    "error": pa.string(),
    "batch_id": pa.string(),
    "landed_at": pa.timestamp("us"),
    "raw": pa.string(),
    "raw_bytes": pa.binary(),
    "repaired": pa.string(),
}
_KINDS = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}


def schema(log_format: Format) -> pa.Schema:
    """The columns of a format's landing table."""
    return pa.schema([*_COMMON.items(), *((name, _type(kind)) for name, kind in log_format.COLUMNS.items())])


def _type(kind: Kind) -> pa.DataType:
    if isinstance(kind, str):
        return _KINDS[kind]
    return pa.list_(pa.struct([(name, _KINDS[inner]) for name, inner in kind.items()]))


class Counts(NamedTuple):
    """Rows by how they read, and the bytes that they take in the source files."""

    ok: int = 0
    repaired: int = 0
    rejected: int = 0
    bytes: int = 0

    @property
    def rows(self) -> int:
        """All rows."""
        return self.ok + self.repaired + self.rejected

    def plus(self, other: Counts) -> Counts:
        """The sum of both."""
        ok, repaired, rejected, size = other
        return Counts(self.ok + ok, self.repaired + repaired, self.rejected + rejected, self.bytes + size)


class Place(NamedTuple):
    """Where lines come from: the file, its generation, and the offset and number of the first of them."""

    key: FileKey
    provider: str | None
    generation: int
    byte_offset: int
    line_number: int


class RowGroup:
    """The rows of one table that are not written yet.

    `buffer[:used]` holds their bytes, one row after the other. What follows is the caller's to read into: `add_lines`
    then makes rows of what stands there.
    """

    def __init__(self, log_format: Format) -> None:
        self._format = log_format
        self._reader = LineReader(log_format)
        self._schema = schema(log_format)
        self.buffer = bytearray()
        self.used = 0
        self.clear()

    def clear(self, following: int = 0) -> None:
        """Forget the rows; the `following` bytes after theirs move to the beginning of the buffer."""
        self.buffer[:following] = self.buffer[self.used : self.used + following]
        del self.buffer[max(following, BUFFER_BYTES) :]
        self.used = 0
        self.counts = Counts()
        self._ends = array("i", [0])
        self._records: list[Any] = []
        self._runs: list[tuple[Place, int]] = []
        self._line_numbers = array("q")
        self._byte_offsets = array("q")
        self._odd: dict[int, Row] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return self.used >= ROW_GROUP_BYTES or len(self._records) >= ROW_GROUP_ROWS

    def make_room(self, size: int) -> None:
        """See to it that the buffer is at least so long."""
        if len(self.buffer) < size:
            self.buffer.extend(bytes(size - len(self.buffer)))

    def add_lines(self, end: int, place: Place) -> tuple[int, Counts]:
        """Make rows of the lines in `buffer[used:end]`; how many lines, and the rows of them."""
        start = self.used
        ends = self._line_ends(end)
        records = self._read_sound_block(ends)
        if records is None:
            counts = self._add_one_by_one(ends, place)
        else:
            self._records += records
            self._ends.extend(ends)
            self._line_numbers.extend(range(place.line_number, place.line_number + len(ends)))
            counts = Counts(ok=len(ends), bytes=end - start)
        shift = place.byte_offset - start
        self._byte_offsets.extend([begin + shift for begin in self._ends[-1 - counts.rows : -1]])
        self._runs.append((place, counts.rows))
        self.used = end
        self.counts = self.counts.plus(counts)
        return len(ends), counts

    def _line_ends(self, end: int) -> list[int]:
        """The end of each line from `used` on; the last one may lack its terminator."""
        find, position = self.buffer.find, self.used
        ends = []
        while (found := find(b"\n", position, end)) >= 0:
            position = found + 1
            ends.append(position)
        return ends if position == end else [*ends, end]

    def _read_sound_block(self, ends: list[int]) -> list[Any] | None:
        """The records of lines with nothing odd in them; else None."""
        buffer, start = self.buffer, self.used
        braced = all(buffer[end - 2] == _CLOSE for end in ends) and all(buffer[end] == _OPEN for end in ends[:-1])
        if not braced or buffer[start] != _OPEN or buffer[ends[-1] - 1] != _LINE_FEED:
            return None
        if not _is_utf8(buffer, start, ends):
            return None
        with memoryview(buffer) as view, view[start : ends[-1]] as block:
            return self._reader.read_block(block, len(ends))

    def _add_one_by_one(self, ends: list[int], place: Place) -> Counts:
        statuses = dict.fromkeys((OK, REPAIRED, REJECTED), 0)
        start = self.used
        with memoryview(self.buffer) as view:
            for number, end in enumerate(ends, start=place.line_number):
                for row in self._reader.read_line(view[start:end].tobytes()):
                    if row.status != OK:
                        self._odd[len(self._records)] = row
                    statuses[row.status] += 1
                    self._records.append(row.record)
                    self._ends.append(start + row.end)
                    self._line_numbers.append(number)
                start = end
        return Counts(statuses[OK], statuses[REPAIRED], statuses[REJECTED], start - self.used)

    def to_table(self, host: str, batch_id: str, landed_at: datetime) -> pa.Table:
        """The rows as a table. It uses the buffer: drop it before the buffer changes."""
        count = len(self._records)
        places = [place for place, _ in self._runs]
        rows = [rows for _, rows in self._runs]
        raw, raw_bytes = self._raw_columns()
        columns = [
            pa.repeat(host, count),
            _by_run(pa.string(), [place.key.account for place in places], rows),
            _by_run(pa.string(), [place.provider for place in places], rows),
            _by_run(pa.string(), [place.key.fleet for place in places], rows),
            _by_run(pa.string(), [place.key.source_path for place in places], rows),
            _by_run(pa.int32(), [place.generation for place in places], rows),
            _integers(self._line_numbers),
            _integers(self._byte_offsets),
            self._odd_column(OK, [row.status for row in self._odd.values()]),
            self._odd_column(None, [row.error for row in self._odd.values()]),
            pa.repeat(batch_id, count),
            pa.repeat(pa.scalar(landed_at.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us")), count),
            raw,
            raw_bytes,
            self._odd_column(None, [row.repaired for row in self._odd.values()]),
            *self._format.columns(self._records),
        ]
        arrays = [_array(values, kind) for values, kind in zip(columns, self._schema.types, strict=True)]
        return pa.Table.from_arrays(arrays, schema=self._schema)

    def _odd_column(self, usual: str | None, odd_values: Iterable[str | None]) -> pa.Array | list[str | None]:
        """A column that holds `usual` in all rows but the odd ones."""
        if not self._odd:
            return pa.repeat(pa.scalar(usual, pa.string()), len(self._records))
        values = [usual] * len(self._records)
        for index, value in zip(self._odd, odd_values, strict=True):
            values[index] = value
        return values

    def _raw_columns(self) -> tuple[pa.Array, pa.Array]:
        """The rows' bytes, as text where they are UTF-8 and as bytes where not, without copying them."""
        count = len(self._records)
        ends, data = pa.py_buffer(self._ends), pa.py_buffer(self.buffer)
        broken = [index for index, row in self._odd.items() if not row.is_utf8]
        if not broken:
            return pa.StringArray.from_buffers(count, ends, data), pa.nulls(count, pa.binary())
        is_utf8 = [True] * count
        for index in broken:
            is_utf8[index] = False
        text = pa.array(is_utf8).buffers()[1]
        other = pa.array([not one for one in is_utf8]).buffers()[1]
        return (
            pa.StringArray.from_buffers(count, ends, data, text),
            pa.Array.from_buffers(pa.binary(), count, [other, ends, data]),
        )


_OPEN, _CLOSE, _LINE_FEED = b"{}\n"


def _array(values: pa.Array | Sequence[Any], kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if not pa.types.is_list(kind):
        return pa.array(values, kind)
    offsets = array("i", [0, *accumulate(map(len, values))])
    fields = list(kind.value_type)
    records = list(zip(*chain.from_iterable(values), strict=True)) or [()] * len(fields)
    inner = [pa.array(column, field.type) for column, field in zip(records, fields, strict=True)]
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(inner, fields=fields), type=kind
    )


def _is_utf8(buffer: bytearray, start: int, ends: list[int]) -> bool:
    offsets = pa.py_buffer(array("i", [start, *ends]))
    lines = pa.StringArray.from_buffers(len(ends), offsets, pa.py_buffer(buffer))
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _by_run(kind: pa.DataType, values: Iterable[Any], rows: Iterable[int]) -> pa.Array:
    """One value a row, from one value and a number of rows a run."""
    return pa.concat_arrays(
        [pa.repeat(pa.scalar(value, kind), count) for value, count in zip(values, rows, strict=True)]
    )


def _integers(values: array[int]) -> pa.Array:
    """A column of 64-bit integers, without copying them: drop it before they change."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
