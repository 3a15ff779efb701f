"""How single lines read: the rows, their status and reason, and that DuckDB reads what is called readable."""

from __future__ import annotations

import json

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleetledger.landing.lines import LineReader, Row
from fleetledger.sources import claude_code, mu

CLAUDE = LineReader(claude_code)
MU = LineReader(mu)


def only(line: bytes) -> Row:
    (row,) = CLAUDE.read_line(line)
    return row


def duckdb_reads(text: str) -> bool:
    query = "select json_valid($1) and json_type($1) = 'OBJECT' and from_json($1, '{\"a\": \"JSON\"}') is not null"
    (answer,) = duckdb.execute(query, [text]).fetchone() or (False,)
    return bool(answer)


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"user"}\n',
        b'{"type":"user"}\r\n',
        b' {"type" : "user"} ',
        b"{}\n",
        b'{"type":"never seen","new":{"a":[1,null,true]}}\n',
        b'{"a":1,"a":2}\n',
        b'{"n":123456789012345678901234567890,"m":1e999,"o":-0}\n',
        '{"text":"\\ud83d\\ude00 \\u0000 é 日本 \u2028"}\n'.encode(),
        b'{"d":' + b"[" * 500 + b"]" * 500 + b"}\n",
    ],
)
def test_a_json_object_is_ok(line: bytes) -> None:
    row = only(line)
    assert (row.end, row.status, row.error, row.repaired, row.is_utf8) == (len(line), "ok", None, None, True)
    assert duckdb_reads(line.decode())


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"\n", "blank line"),
        (b" \t\r\n", "blank line"),
        (b"// a comment\n", "comment line"),
        (b'// {"type":"user","sessionId":"s"}\n', "comment line"),
        (b"[1,2]\n", "not a JSON object"),
        (b"null\n", "not a JSON object"),
        (b'{"type":"user","mess', "cut off before its end"),
        (b'{"type":"user","message":{"role":"user"}\n', "cut off before its end"),
        (b'{"type":"user",}\n', "malformed JSON"),
        (b"plain text\n", "malformed JSON"),
        (b"\x00\x00\n", "malformed JSON"),
        (b"\xff\xfe\n", "malformed JSON"),
        (b'{"d":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "nested too deeply"),
        (b'{"d":' * 100_000 + b"\n", "nested too deeply"),
    ],
)
def test_what_is_no_json_object_is_rejected_with_a_reason(line: bytes, error: str) -> None:
    row = only(line)
    assert (row.end, row.status, row.error, row.repaired) == (len(line), "rejected", error, None)
    assert row.record == claude_code.Line()


@pytest.mark.parametrize(
    ("line", "error", "value"),
    [
        (b'{"a":"\\user@example.com \\q"}\n', "invalid escape", "\\user@example.com \\q"),
        (b'{"a":"\\ud83d"}\n', "lone surrogate", "\ufffd"),
        (b'{"a":"\\ude00\\ud83d x"}\n', "lone surrogate", "\ufffd\ufffd x"),
        (b'{"a":"\\ud83d\\ud83d\\ude00"}\n', "lone surrogate", "\ufffd\U0001f600"),
        (b'{"a":"\\\\ud83d \\q"}\n', "invalid escape", "\\ud83d \\q"),
        (b'{"a":"x\ty\x00z"}\n', "control character in a string", "x\ty\0z"),
        (b'\x00\x00{"a":1}\x00\n', "NUL bytes", 1),
        (b'\xef\xbb\xbf{"a":1}\n', "byte order mark", 1),
        (b'{"a":NaN,"b":-Infinity,"c":"NaN"}\n', "NaN or Infinity", None),
        (b'{"a":"caf\xe9"}\n', "invalid UTF-8", "caf\ufffd"),
        (b'{"a":"\xed\xa0\x80\\q"}\n', "invalid UTF-8; invalid escape", "\ufffd\ufffd\ufffd\\q"),
    ],
)
def test_known_damage_is_repaired(line: bytes, error: str, value: object) -> None:
    row = only(line)
    assert (row.end, row.status, row.error) == (len(line), "repaired", error)
    assert row.repaired is not None
    assert json.loads(row.repaired)["a"] == value
    assert duckdb_reads(row.repaired)
    assert row.is_utf8 == ("UTF-8" not in error)


@pytest.mark.parametrize(
    "value", ["1.5", "1.0", "-1", "9223372036854775808", "1" + "0" * 5000, "1e400", '"7"', "true", "[]"]
)
def test_a_token_count_of_a_wrong_type_is_null_and_named(value: str) -> None:
    line = f'{{"type":"assistant","message":{{"model":"m","usage":{{"input_tokens":{value},"output_tokens":3}}}}}}\n'
    row = only(line.encode())
    assert (row.status, row.repaired) == ("repaired", None)
    assert row.error is not None
    assert row.error.startswith("message.usage.input_tokens: ")
    assert isinstance(row.record, claude_code.Line)
    assert row.record.message == claude_code.Message(model="m", usage=claude_code.Usage(output_tokens=3))
    assert duckdb_reads(line)


def test_every_field_of_a_wrong_type_is_named_and_the_others_are_kept() -> None:
    row = only(b'{"type":7,"uuid":"u","isMeta":"yes","message":[],"forkedFrom":{"sessionId":{},"messageUuid":"m"}}\n')
    assert row.error == (
        "type: expected `str | null`, got `int`; isMeta: expected `bool | null`, got `str`; "
        "forkedFrom.sessionId: expected `str | null`, got `object`; message: expected `object | null`, got `array`"
    )
    assert row.record == claude_code.Line(uuid="u", forked_from=claude_code.ForkedFrom(message_uuid="m"))


def test_an_error_repeats_nothing_of_the_line() -> None:
    secrets = [b'{"type":{"hunter2":1}}', b'{"uuid":hunter2}', b'{"a":"\\hunter2"}', b"hunter2", b'{"hunter2":"']
    assert all("hunter2" not in str(row.error) for line in secrets for row in CLAUDE.read_line(line))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            b'{"uuid":"1"}{"uuid":"2"} {"uuid":"\\q"}\r\n',
            [(12, "repaired", ""), (24, "repaired", ""), (40, "repaired", "; invalid escape")],
        ),
        (b'{"uuid":"1"} // more\n', [(12, "repaired", ""), (21, "rejected", None)]),
        (b'{"a":[{"b":"}{"}]}{"c', [(18, "repaired", ""), (21, "rejected", None)]),
    ],
)
def test_each_object_of_a_line_is_a_row(line: bytes, parts: list[tuple[int, str, str | None]]) -> None:
    shared = "shares its line with another record"
    rows = [(row.end, row.status, row.error) for row in CLAUDE.read_line(line)]
    expected = [(end, status, f"{shared}{more}") for end, status, more in parts if more is not None]
    assert [row for row in rows if row[1] != "rejected"] == expected
    assert [row[0] for row in rows] == [part[0] for part in parts]


def test_a_record_after_the_remains_of_a_cut_one_is_a_row_of_its_own() -> None:
    cut, whole = (
        b'{"type":"user","sessionId":"s","message":{"text":"{\\"a',
        b'{"type":"user","sessionId":"s","uuid":"u"}\n',
    )
    first, second = CLAUDE.read_line(cut + whole)
    assert (first.end, first.status, first.error) == (len(cut), "rejected", "cut off before its end")
    assert (second.end, second.status) == (len(cut + whole), "repaired")
    assert second.record == claude_code.Line(type="user", session_id="s", uuid="u")
    event = b'{"id":2,"session_id":"session-1","payload":{"kind":"done"}}\n'
    assert [row.status for row in MU.read_line(b'{"id":1,"payload":{"kind":"user_mess' + event)] == [
        "rejected",
        "repaired",
    ]


def test_an_object_inside_a_cut_line_is_not_taken_for_a_record() -> None:
    row = only(b'{"type":"progress","data":{"message":{"type":"assistant","uuid":"u"}')
    assert (row.status, row.error) == ("rejected", "cut off before its end")


SNIPPETS = rb"""
{"type":"user","sessionId":"s"} {"id":1,"session_id":"s","payload":{"kind":"k"}} "message":{"usage":{"input_tokens":-1}}
{"a":" "} { } [ ] " \\ \\u \\ud800 \\udc00 \\u0000 , : NaN -Infinity 1e999 // 0 -
""".split()
SNIPPETS += [b" ", b"\t", b"\r", b"\x00", b"\x01", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xef\xbb\xbf"]
SOUP = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=3)), max_size=12).map(b"".join)


@given(SOUP.map(lambda soup: soup.replace(b"\n", b"") + b"\n"))
@example(b'{"a":"' + b"\xc2" + b'"}\n')
def test_rows_add_up_to_the_line_and_duckdb_reads_all_but_the_rejected(line: bytes) -> None:
    for reader in (CLAUDE, MU):
        start = 0
        for row in reader.read_line(line):
            assert row.end > start
            assert (row.error is None) == (row.status == "ok")
            assert row.repaired is None or row.status == "repaired"
            if row.status != "rejected":
                assert duckdb_reads(line[start : row.end].decode() if row.repaired is None else row.repaired)
            start = row.end
        assert start == len(line)
