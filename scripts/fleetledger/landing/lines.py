"""From the bytes of log lines to rows: what reads as a JSON object, what can be made to, and what cannot.

A block of sound lines is decoded at once; a block with anything odd in it is read line by line. Both ways give the same
rows. Nothing of a line's content goes into an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, get_args

import msgspec

OK = "ok"
REPAIRED = "repaired"
REJECTED = "rejected"

BLANK = "blank line"
COMMENT = "comment line"
TOO_DEEP = "nested too deeply"
NOT_AN_OBJECT = "not a JSON object"
CUT_OFF = "cut off before its end"
MALFORMED = "malformed JSON"
SHARED_LINE = "shares its line with another record"


Kind: TypeAlias = str | Mapping[str, str]


class Format(Protocol):
    """What the module of a source format offers; the module of a fleet has the fleet's name."""

    @property
    def LINE(self) -> type[msgspec.Struct]:
        """The typed record; all of its fields have defaults."""

    @property
    def COLUMNS(self) -> Mapping[str, Kind]:
        """The landed columns with their kind: text, integer, number, flag, or a list of records with such columns."""

    def columns(self, lines: Sequence[Any], /) -> list[Sequence[Any]]:
        """The values of `COLUMNS` in records, one sequence a column; of a list of records, each is a tuple."""

    def is_record(self, line: Any, /) -> bool:  # noqa: ANN401 (each format has a record type of its own)
        """Whether an object is a record, not a part of one."""


class Row(NamedTuple):
    """One row to land: the part of a line that ends before byte `end` of the line, and how it reads.

    `error` is null only where `status` is ok; `repaired` is the JSON to read where the part itself is not.
    """

    end: int
    record: msgspec.Struct
    status: str
    error: str | None
    repaired: str | None
    is_utf8: bool


class LineReader:
    """Reads the lines of one format."""

    def __init__(self, log_format: Format) -> None:
        self._line_type = log_format.LINE
        self._is_text = getattr(log_format, "IS_TEXT", False)
        self._decoder: msgspec.json.Decoder[msgspec.Struct] = msgspec.json.Decoder(log_format.LINE)
        self._is_record = log_format.is_record
        self._nothing = log_format.LINE()

    def read_block(self, block: memoryview, line_count: int) -> list[msgspec.Struct] | None:
        """The records of `line_count` whole lines, one each; None if the lines have to be read one by one.

        The caller sees to it that the block is valid UTF-8 (msgspec does not look at text that it skips), and that
        each line begins with `{` and ends with `}`. A line break between `}` and `{` cannot lie inside a JSON value,
        so that each line holds one object at least, and the count tells whether it is exactly one.
        """
        if self._is_text:
            return [self._nothing] * line_count
        try:
            records = self._decoder.decode_lines(block)
        except (msgspec.DecodeError, RecursionError):
            return None
        return records if len(records) == line_count else None

    def read_line(self, line: bytes) -> list[Row]:
        """The rows of one line, terminator included: one, or several where it holds several records."""
        if self._is_text:
            return [Row(len(line), self._nothing, OK, None, None, line.isascii() or _is_utf8(line))]
        whole = self._read_part(line, 0)
        if whole.status != REJECTED or whole.error in (BLANK, COMMENT, TOO_DEEP, NOT_AN_OBJECT):
            return [whole]
        rows: list[Row] = []
        for start, end in _object_parts(line):
            row = self._read_part(line[start:end], start)
            rows.extend([row] if row.status != REJECTED else self._resume(line[start:end], start, row))
        if len(rows) == 1 or all(row.status == REJECTED for row in rows):
            return [whole]
        return [row if row.status == REJECTED else _sharing_its_line(row) for row in rows]

    def _resume(self, part: bytes, start: int, row: Row) -> list[Row]:
        """A rejected part as two rows where a record follows the remains of one that a crash cut off."""
        view = memoryview(part)
        for match in _OBJECT_START.finditer(part, 1):
            try:
                record = self._decoder.decode(view[match.start() :])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if self._is_record(record):
                cut = start + match.start()
                return [row._replace(end=cut, error=CUT_OFF), self._read_part(part[match.start() :], cut)]
        return [row]

    def _read_part(self, part: bytes, start: int) -> Row:
        """One row for a part of a line, the whole of it or not, that begins at byte `start` of the line."""
        end = start + len(part)
        is_utf8 = part.isascii() or _is_utf8(part)
        try:
            if is_utf8 and (reading := self._read_object(part)):
                record, faults = reading
                return Row(end, record, REPAIRED if faults else OK, "; ".join(faults) or None, None, True)
            text = part.decode(errors="replace").strip(_WHITESPACE)
            repaired, repairs = repair(text)
            if not is_utf8:
                repairs.insert(0, "invalid UTF-8")
            if repairs and (reading := self._read_object(repaired.encode())):
                record, faults = reading
                return Row(end, record, REPAIRED, "; ".join(repairs + faults), repaired, is_utf8)
            reason = _why_rejected(text)
        except RecursionError:
            reason = TOO_DEEP
        return Row(end, self._nothing, REJECTED, reason, None, is_utf8)

    def _read_object(self, text: bytes) -> tuple[msgspec.Struct, list[str]] | None:
        """The record in a JSON object, with the faults of its typed fields; None where it is not a JSON object."""
        try:
            return self._decoder.decode(text), []
        except msgspec.ValidationError:
            return _read_leniently(self._line_type, text, "")
        except msgspec.DecodeError:
            return None


_WHITESPACE = " \t\r\n"
_OBJECT_START = re.compile(rb'\{"')
_BYTE_ORDER_MARK = "\ufeff"


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sharing_its_line(row: Row) -> Row:
    return row._replace(status=REPAIRED, error="; ".join(filter(None, [SHARED_LINE, row.error])))


def _read_leniently(struct: type[msgspec.Struct], text: bytes, path: str) -> tuple[msgspec.Struct, list[str]] | None:
    """Like a typed decode, but a field of a wrong type is null and named as a fault; None where not an object."""
    try:
        fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return None
    values: dict[str, Any] = {}
    faults: list[str] = []
    for field in msgspec.structs.fields(struct):
        raw = fields.get(field.encode_name)
        if raw is None:
            continue
        try:
            values[field.name] = msgspec.json.decode(raw, type=field.type)
        except msgspec.ValidationError as error:
            inner = _struct_of(field.type)
            place = f"{path}{field.encode_name}"
            reading = _read_leniently(inner, bytes(raw), f"{place}.") if inner else None
            if reading:
                values[field.name], inner_faults = reading
                faults.extend(inner_faults)
            else:
                said = str(error).partition(" - at ")[0]
                faults.append(f"{place}: {said[:1].lower()}{said[1:]}")
    return struct(**values), faults


def _struct_of(field_type: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 (any annotation may stand there)
    """The struct in `Struct | None`."""
    for choice in get_args(field_type):
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return choice
    return None


_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|\x00+|-?\bInfinity\b|\bNaN\b', re.DOTALL)
_ESCAPE_OR_CONTROL = re.compile(r"[\\\x00-\x1f]")
_HEX = "[0-9a-fA-F]"
# Its outer repetition is not possessive: over alternatives, `re` before 3.11.5 gets that wrong (Debian 12 has 3.11.2).
_STRING_PART = re.compile(
    r"(?P<sound>(?:[^\\\x00-\x1f]++"
    r'|\\["\\/bfnrt]'
    rf"|\\u(?![dD][89a-fA-F]){_HEX}{{4}}"
    rf"|\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}})+)"
    rf"|(?P<surrogate>\\u[dD][89a-fA-F]{_HEX}{{2}})"
    r"|(?P<backslash>\\)"
    r"|(?P<control>[\x00-\x1f])"
)


def repair(text: str) -> tuple[str, list[str]]:
    """Mend what programs are known to break in a line of JSON, and say what that was (nothing: the text as it is).

    Inside strings: escapes that JSON has not (left behind by redaction) become text, lone surrogates U+FFFD, control
    characters escapes. Outside: a byte order mark and NUL bytes go, NaN and Infinity become null.

    >>> repair('{"a": "C:\\\\user", "b": NaN}')
    ('{"a": "C:\\\\\\\\user", "b": null}', ['NaN or Infinity', 'invalid escape'])
    """
    repairs: set[str] = set()
    if text.startswith(_BYTE_ORDER_MARK):
        text = text[1:]
        repairs.add("byte order mark")

    def mend_in_string(match: re.Match[str]) -> str:
        part = match[0]
        if match.lastgroup == "sound":
            return part
        if match.lastgroup == "surrogate":
            repairs.add("lone surrogate")
            return "\\ufffd"
        if match.lastgroup == "backslash":
            repairs.add("invalid escape")
            return "\\\\"
        repairs.add("control character in a string")
        return f"\\u{ord(part):04x}"

    def mend(match: re.Match[str]) -> str:
        token = match[0]
        if token.startswith('"'):
            return _STRING_PART.sub(mend_in_string, token) if _ESCAPE_OR_CONTROL.search(token) else token
        if token.startswith("\x00"):
            repairs.add("NUL bytes")
            return ""
        repairs.add("NaN or Infinity")
        return "null"

    return _TOKEN.sub(mend, text), sorted(repairs)


_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)


def _object_parts(line: bytes) -> Iterator[tuple[int, int]]:
    """Where the line's outermost objects lie, one part each; what stands between two belongs to the later one."""
    start = depth = 0
    last = len(line.rstrip())
    for match in _BRACKET.finditer(line):
        if match[0] in (b"{", b"["):
            depth += 1
        elif match[0] in (b"}", b"]"):
            depth -= 1
            if depth < 0 or match.end() == last:
                break
            if depth == 0:
                yield start, match.end()
                start = match.end()
    yield start, len(line)


def _why_rejected(text: str) -> str:
    """A reason for a text, without white space around it, that no repair turns into a JSON object."""
    if not text:
        return BLANK
    if text.startswith("//"):
        return COMMENT
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError:
        return CUT_OFF if text.startswith("{") and _ends_open(text) else MALFORMED
    return NOT_AN_OBJECT


def _ends_open(text: str) -> bool:
    """Whether the text ends inside an object that it began."""
    brackets = [match[0] for match in _BRACKET.finditer(text.encode())]
    opened = sum(bracket in (b"{", b"[") for bracket in brackets)
    return opened > sum(bracket in (b"}", b"]") for bracket in brackets)
