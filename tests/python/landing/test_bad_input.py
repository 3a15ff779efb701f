"""Bad input: each row of docs/bad-input.md is one case here, and all of them are landed and built together."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from compiled_models import failed_tests, read_data_tests, read_models, run_models
from landed_files import read_back_all
from logged_host import LoggedHost

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.landing.batches import Piece
from fleetledger.sources.files import to_text

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = "2026-01-01T10:00:00.000Z"
CALLED_AT = "2026-01-01 10:00:00"
MODEL = "claude-sonnet-4-5-20250929"
HOUR = 3600

OK = ("ok", None)

Files = dict[str, bytes]
Call = tuple[int | None, int | None, str | None]
"""input tokens, output tokens, called_at"""

GOOD: Call = (100, 10, CALLED_AT)


def dumped(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def record(session: str, number: int = 1, at: str | None = AT, **usage: object) -> dict[str, Any]:
    """An assistant line of its own response."""
    name = f"{session}-{number}"
    return {
        "type": "assistant",
        "uuid": name,
        "sessionId": session,
        "requestId": name,
        "version": "2.1.0",
        **({} if at is None else {"timestamp": at}),
        "message": {
            "id": name,
            "role": "assistant",
            "model": MODEL,
            "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "done"}],
            "usage": {"input_tokens": 100, "output_tokens": 10} | usage,
        },
    }


def line(session: str, number: int = 1, at: str | None = AT, **usage: object) -> bytes:
    return dumped(record(session, number, at, **usage))


def event(number: int, kind: str, **payload: object) -> bytes:
    at = 1_767_261_600_000 + number
    return dumped({"id": number, "session_id": "s", "timestamp_unix_ms": at, "payload": {"kind": kind, **payload}})


@dataclass(frozen=True)
class Case:
    """A row of the document.

    `files` are written below the case's own directory (of `projects`, or of mu's events), and become the session of
    that name; `arrange` does to the directory what no file content can, `meddle` to the file with this name while it
    is read. `landed` are status and error of each row, in order; `calls` what fct_model_calls has of the session.
    """

    row: str
    files: Callable[[str], Files]
    landed: list[tuple[str, str | None]]
    calls: list[Call] = field(default_factory=lambda: [GOOD])
    problem: str | None = None
    arrange: Callable[[Path], None] | None = None
    meddle: Callable[[Path], None] | None = None
    quiet: float = 0
    fleet: str = "claude_code"

    @property
    def session(self) -> str:
        return re.sub("[^a-z0-9]+", "-", self.row.lower()).strip("-")


def one(content: Callable[[str], bytes]) -> Callable[[str], Files]:
    """One file, s.jsonl, with this content."""
    return lambda session: {"s.jsonl": content(session)}


def changed(**fields: object) -> Callable[[str], Files]:
    """One line with other top-level fields, and a sound one."""
    return one(lambda session: dumped(record(session) | fields) + line(session, 2))


def tokens(**usage: object) -> Callable[[str], Files]:
    """One line with other usage, and a sound one."""
    return one(lambda session: line(session, 1, AT, **usage) + line(session, 2))


def stamped(*texts: str | None) -> Callable[[str], Files]:
    """Lines with these timestamps."""
    return one(lambda session: b"".join(line(session, number, text) for number, text in enumerate(texts)))


def replaced(old: bytes, new: bytes) -> Callable[[str], Files]:
    """One line with other bytes in the place of some."""

    def content(session: str) -> bytes:
        assert old in line(session)
        return line(session).replace(old, new)

    return one(content)


def deep(session: str) -> bytes:
    brackets = b"[" * 10_000 + b"]" * 10_000
    return line(session).replace(b'"done"', brackets) + line(session, 2)


def unknown_events(_: str) -> Files:
    return {
        "session-1.jsonl": event(1, "session_created", provider_kind="anthropic_api", model=MODEL)
        + event(2, "dreamed", of="sheep")
        + event(3, "assistant_message_event", message={"usage": {"input_tokens": 100, "output_tokens": 10}})
        + event(4, "assistant_message_event", message={"usage": {"input_tokens": -1, "output_tokens": 1.5}})
    }


def into_directory(name: str) -> Callable[[Path], None]:
    """Make a directory of this name, and the file s.jsonl lie in it."""

    def arrange(place: Path) -> None:
        (place / name).mkdir()
        (place / "s.jsonl").rename(place / name / "s.jsonl")

    return arrange


def into_closed_directory(place: Path) -> None:
    into_directory("closed")(place)


def link_to_a_file(place: Path) -> None:
    target = place.parents[2] / "elsewhere.log.jsonl"
    (place / "s.jsonl").rename(target)
    (place / "s.jsonl").symlink_to(target)


def link_in_a_loop(place: Path) -> None:
    (place / "loop").symlink_to(place)
    (place / "a.jsonl").symlink_to("b.jsonl")
    (place / "b.jsonl").symlink_to("a.jsonl")


def shrink(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(line("file-that-grows-while-read", 2))


WRONG_TYPES = {
    "message": "message: expected `object | null`, got `str`",
    "timestamp": "timestamp: expected `str | null`, got `int`",
    "usage": "message.usage: expected `object | null`, got `array`",
}

CASES = [
    Case(
        "two objects on a line",
        one(lambda s: line(s)[:-1] + line(s, 2)),
        [("repaired", "shares its line with another record")] * 2,
        [GOOD, GOOD],
    ),
    Case("`//` line", one(lambda s: b"// a comment\n" + line(s)), [("rejected", "comment line"), OK]),
    Case("blank line", one(lambda s: b" \n" + line(s)), [("rejected", "blank line"), OK]),
    Case("no JSON", one(lambda s: b"Killed\n" + line(s)), [("rejected", "malformed JSON"), OK]),
    Case("no object", one(lambda s: b"[1]\n" + line(s)), [("rejected", "not a JSON object"), OK]),
    Case("lone surrogate", replaced(b"done", b"\\ud83d done"), [("repaired", "lone surrogate")]),
    Case("NUL", replaced(b"\n", b"\0\0\n"), [("repaired", "NUL bytes")]),
    Case("control character", replaced(b"done", b"\t\x1b[31m"), [("repaired", "control character in a string")]),
    Case("invalid escape", replaced(b"done", rb"C:\\w \user"), [("repaired", "invalid escape")]),
    Case("NaN, Infinity", replaced(b'"done"', b"[NaN,-Infinity]"), [("repaired", "NaN or Infinity")]),
    Case("invalid UTF-8", replaced(b"done", b"\xff\xfe"), [("repaired", "invalid UTF-8")]),
    Case("BOM", one(lambda s: b"\xef\xbb\xbf" + line(s)), [("repaired", "byte order mark")]),
    Case("CRLF", replaced(b"\n", b"\r\n"), [OK]),
    Case(
        "cut last line",
        one(lambda s: line(s) + line(s, 2)[:-40]),
        [OK, ("rejected", "cut off before its end")],
        quiet=HOUR,
    ),
    Case(
        "cut line with a record after it",
        one(lambda s: line(s)[:-40] + line(s, 2)),
        [("rejected", "cut off before its end"), ("repaired", "shares its line with another record")],
    ),
    Case("last line without its newline", one(lambda s: line(s)[:-1]), [OK]),
    Case("line of 100 MB", one(lambda s: line(s).replace(b"done", b"x" * 100_000_000)), [OK]),
    Case("10,000 nested brackets", one(deep), [("rejected", "nested too deeply"), OK]),
    Case("duplicate keys", replaced(b'"output_tokens":10', b'"output_tokens":7,"output_tokens":10'), [OK]),
    Case(
        "number beyond 64 bits",
        tokens(output_tokens=2**63),
        [("repaired", "message.usage.output_tokens: expected `int` <= 9223372036854775807"), OK],
        [(100, None, CALLED_AT), GOOD],
    ),
    Case(
        "count of more than twelve digits",
        tokens(input_tokens=2**63 - 1, output_tokens=10**12),
        [OK, OK],
        [(None, None, CALLED_AT), GOOD],
    ),
    Case(
        "negative tokens",
        tokens(output_tokens=-1),
        [("repaired", "message.usage.output_tokens: expected `int` >= 0"), OK],
        [(100, None, CALLED_AT), GOOD],
    ),
    Case(
        "fractional tokens",
        tokens(output_tokens=1.5),
        [("repaired", "message.usage.output_tokens: expected `int | null`, got `float`"), OK],
        [(100, None, CALLED_AT), GOOD],
    ),
    Case("timestamp in the future", stamped("2999-12-31T23:59:59.000Z"), [OK], [(100, 10, "2999-12-31 23:59:59")]),
    Case("timestamp before 2020", stamped("1999-12-31T23:59:59.000Z"), [OK], [(100, 10, "1999-12-31 23:59:59")]),
    Case("timestamp missing", stamped(None), [OK], [(100, 10, None)]),
    Case("timestamp with an offset", stamped("2026-01-01T15:30:00.000+05:30"), [OK]),
    Case("timestamp without an offset", stamped("2026-01-01T10:00:00.000"), [OK]),
    Case("timestamp without fraction", stamped("2026-01-01T10:00:00Z"), [OK]),
    Case(
        "timestamp that is none",
        stamped("infinity", "now", "12026-01-01T10:00:00Z", "2026-13-01T10:00:00Z", "2026-01-01T10:00:00 Asia/Tokyo"),
        [OK] * 5,
        [(100, 10, None)] * 5,
    ),
    Case("empty file", lambda s: {"empty.jsonl": b"", "s.jsonl": line(s)}, [OK]),
    Case("directory named x.jsonl", one(line), [OK], arrange=into_directory("x.jsonl")),
    Case("unreadable file", one(line), [], [], problem="Permission denied"),
    Case("unreadable directory", one(line), [], [], problem="Permission denied", arrange=into_closed_directory),
    Case("symlink to a file", one(line), [OK], arrange=link_to_a_file),
    Case(
        "symlink loop",
        one(line),
        [OK],
        problem="Too many levels of symbolic links",
        arrange=link_in_a_loop,
    ),
    Case("file that vanishes while read", one(line), [OK], meddle=Path.unlink),
    Case(
        "file that shrinks while read",
        one(lambda s: line(s) + line(s, 2)),
        [OK],
        meddle=shrink,
    ),
    Case("file that grows while read", one(line), [OK, OK], [GOOD, GOOD], meddle=grow),
    Case("100,000 files", lambda s: {f"{n}.jsonl": line(s, n) for n in range(2000)}, [OK] * 2000, [GOOD] * 2000),
    Case("path with quotes", lambda s: {'it\'s "here"; --.jsonl': line(s)}, [OK]),
    Case("path with a newline", lambda s: {"a\nb.jsonl": line(s)}, [OK]),
    Case("path with invalid UTF-8", lambda s: {os.fsdecode(b"a\xff\\b.jsonl"): line(s)}, [OK]),
    Case("unknown record type", changed(type="telepathy"), [OK, OK]),
    Case(
        "unknown block type",
        replaced(b'{"type":"text","text":"done"}', b'{"type":"smell"},5,null,[],{"type":{"a":1}}'),
        [OK],
    ),
    Case(
        "unknown mu kind",
        unknown_events,
        [OK] * 4,
        [(100, 10, "2026-01-01 10:00:00.003"), (None, None, "2026-01-01 10:00:00.004")],
        fleet="mu",
    ),
    Case(
        "wrong type in a known field",
        one(
            lambda s: (
                dumped(record(s) | {"message": "text"})
                + dumped(record(s, 2) | {"timestamp": 1_767_261_600})
                + dumped(record(s, 3) | {"message": record(s, 3)["message"] | {"usage": [1, 2]}})
                + line(s, 4)
            )
        ),
        [*(("repaired", error) for error in WRONG_TYPES.values()), OK],
        [(None, None, CALLED_AT), (100, 10, None), (None, None, CALLED_AT), GOOD],
    ),
]


@pytest.fixture(scope="module")
def host(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadHost]:
    """Every case landed, and the warehouse of them all."""
    path = tmp_path_factory.mktemp("bad_input")
    host = BadHost(LoggedHost(path, NOW))
    host.logged.add("mu", "default")
    long_line = next(case for case in CASES if case.row == "line of 100 MB")
    host.write(long_line)
    host.logged.extract()
    for case in CASES:
        if case is not long_line:
            host.write(case)
    with pytest.MonkeyPatch.context() as patch:
        host.meddle(patch)
        for _ in range(2):
            found = [problem for source in host.logged.extract().sources for problem in source.problems]
            host.problems = {problem.path: problem.reason for problem in found}
    with run_models(read_models(fleet.manifest), fleet.data, host.logged.data) as host.warehouse:
        yield host
    shutil.rmtree(path)


class BadHost:
    """A host with the logs of all cases, one directory each."""

    warehouse: duckdb.DuckDBPyConnection

    def __init__(self, logged: LoggedHost) -> None:
        self.logged = logged
        self.problems: dict[str, str] = {}

    def directory(self, case: Case) -> str:
        return case.session if case.fleet == "mu" else f"projects/{case.session}"

    def write(self, case: Case) -> None:
        """Write a case's files, and do to its directory what it asks for."""
        for name, content in case.files(case.session).items():
            self.logged.write(content, f"{self.directory(case)}/{name}", self.source(case), quiet=case.quiet)
        if case.arrange:
            case.arrange(self.root(case) / self.directory(case))

    def source(self, case: Case) -> int:
        return 1 if case.fleet == "mu" else 0

    def root(self, case: Case) -> Path:
        return self.logged.sources[self.source(case)].root

    def meddle(self, patch: pytest.MonkeyPatch) -> None:
        """Deny what is to be unreadable (root reads everything), and change files once they are open."""
        denied = self.root(CASES[0]) / "projects/unreadable-file/s.jsonl"
        meddled = {
            (self.root(case) / self.directory(case) / "s.jsonl").stat().st_ino: case for case in CASES if case.meddle
        }
        open_file, list_directory, look_at = os.open, os.scandir, os.fstat

        def deny_open(path: str, flags: int, mode: int = 0o777) -> int:
            if str(path) == str(denied):
                raise PermissionError(13, "Permission denied", path)
            return open_file(path, flags, mode)

        def deny_list(path: str) -> object:
            if path.endswith("/closed"):
                raise PermissionError(13, "Permission denied", path)
            return list_directory(path)

        def change_once_open(descriptor: int) -> os.stat_result:
            found = look_at(descriptor)
            if case := meddled.pop(found.st_ino, None):
                assert case.meddle
                case.meddle(self.root(case) / self.directory(case) / "s.jsonl")
            return found

        patch.setattr(os, "open", deny_open)
        patch.setattr(os, "scandir", deny_list)
        patch.setattr(os, "fstat", change_once_open)

    def landed(self, case: Case) -> list[tuple[str, str | None]]:
        table = "mu_events" if case.fleet == "mu" else "claude_code_lines"
        return self.warehouse.execute(
            f"""
            select line_status, error from landing.{table}
            where starts_with(source_path, $1) order by source_path, generation, byte_offset
            """,
            [self.directory(case) + "/"],
        ).fetchall()

    @cached_property
    def pieces(self) -> list[Piece]:
        return sorted(read_back_all(self.logged.landing, "host"), key=lambda piece: piece.byte_offset)

    def landed_files(self, case: Case) -> dict[str, bytes]:
        """The case's log files as the landing has them, by source path."""
        found: dict[str, bytes] = defaultdict(bytes)
        for piece in self.pieces:
            if piece.key.source_path.startswith(f"{self.directory(case)}/"):
                found[piece.key.source_path] += piece.content
        return dict(found)

    def files(self, case: Case) -> dict[str, bytes]:
        """The case's log files as they lie there now, by source path; an empty one has nothing to land."""
        root = self.root(case)
        there = [path for path in (root / self.directory(case)).rglob("*.jsonl") if path.is_file()]
        return {to_text(str(path.relative_to(root))): path.read_bytes() for path in there if path.stat().st_size}

    def calls(self, case: Case) -> list[Call]:
        session = f"host/{case.session}/s" if case.fleet == "mu" else case.session
        return self.warehouse.execute(
            """
            select input_tokens, output_tokens, cast(called_at as varchar) from marts.fct_model_calls
            where session_id = $1
            """,
            [session],
        ).fetchall()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row)
def test_bad_input(host: BadHost, case: Case) -> None:
    assert host.landed(case) == case.landed
    assert sorted(host.calls(case), key=str) == sorted(case.calls, key=str)
    problems = [reason for path, reason in host.problems.items() if path.startswith(f"{host.directory(case)}/")]
    assert set(problems) == ({case.problem} if case.problem else set())
    if case.landed:
        assert host.files(case).items() <= host.landed_files(case).items()


def test_every_line_is_counted_and_none_moves_the_stamp_ahead(host: BadHost) -> None:
    statuses = [status for case in CASES for status, _ in case.landed]
    columns = "landed_line_count, repaired_line_count, rejected_line_count, cast(as_of as varchar)"
    counted = host.warehouse.sql(f"select {columns} from marts.build_info").fetchall()
    newest = "2026-01-01 10:00:00.004"
    assert counted == [(len(statuses), statuses.count("repaired"), statuses.count("rejected"), newest)]


def test_the_tests_of_the_project_find_nothing_wrong(host: BadHost, fleet: BuiltFleet) -> None:
    assert failed_tests(host.warehouse, read_data_tests(fleet.manifest)) == []


@pytest.mark.stress
def test_a_hundred_thousand_files_land_whole(tmp_path: Path) -> None:
    host = LoggedHost(tmp_path)
    for number in range(100_000):
        host.write(line(str(number)), f"projects/p{number % 100}/{number}.jsonl")
    host.extract()
    landed = host.rows("source_path, line_status")
    assert len(landed) == len({path for path, _ in landed}) == 100_000
    assert {status for _, status in landed} == {"ok"}
    assert host.extract().sources[0].files_changed == 0


def documented() -> dict[str, tuple[str, str]]:
    """The document's table: what a row's lines are landed as, and why, by the row's name."""
    text = (PROJECT_ROOT / "docs/bad-input.md").read_text(encoding="utf-8")
    rows = [re.split(r"(?<!\\)\|", row) for row in text.splitlines() if row.startswith("|")]
    return {cells[1].strip(): (cells[2].strip(), cells[3].replace("\\|", "|")) for cells in rows[2:]}


def test_the_document_has_a_row_for_each_case_and_no_other() -> None:
    assert list(documented()) == [case.row for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row)
def test_the_document_says_what_becomes_of_it(case: Case) -> None:
    landed_as, reason = documented()[case.row]
    statuses = [status for status, _ in case.landed]
    odd = sorted({status for status in statuses if status != "ok"})
    assert landed_as == (" and ".join(odd) or ("landed" if statuses else "not read"))
    reasons = sorted({error for _, error in case.landed if error} | ({case.problem} if case.problem else set()))
    assert all(f"`{told.replace('`', '')}`" in reason for told in reasons)
    assert len(re.findall("`[^`]+`", reason)) == len(reasons)
