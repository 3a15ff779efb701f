"""What lands, and what lands only once: growth, cut last lines, rewrites, odd files, and the bytes of all of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed_files import read_back_all
from logged_host import NOW, LoggedHost
from pyarrow import parquet

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import PROJECT_ROOT, landing_dir
from fleetledger.landing import compaction, workers
from fleetledger.landing import rows as row_groups
from fleetledger.landing.extract import extract
from fleetledger.landing.manifest import read_manifest
from fleetledger.landing.states import FileKey
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.files import find_log_files

SAMPLE = PROJECT_ROOT.parent / "shared/data/fleet.toml"

ASSISTANT = json.dumps(
    {
        "type": "assistant",
        "subtype": "s",
        "uuid": "u",
        "parentUuid": "p",
        "sessionId": "i",
        "agentId": "a",
        "isSidechain": True,
        "isMeta": False,
        "isCompactSummary": True,
        "isApiErrorMessage": False,
        "isAbortedMidStream": True,
        "promptCacheRequested": "1h",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "cwd": "/w",
        "gitBranch": "main",
        "version": "2.1.219",
        "entrypoint": "cli",
        "requestId": "req",
        "promptId": "pr",
        "slug": "sl",
        "customTitle": "ct",
        "aiTitle": "at",
        "summary": "su",
        "leafUuid": "lu",
        "forkedFrom": {"sessionId": "fs", "messageUuid": "fm"},
        "sourceToolAssistantUUID": "st",
        "message": {
            "id": "msg",
            "role": "assistant",
            "model": "m",
            "stop_reason": "end_turn",
            "stop_details": None,
            "content": [{"type": "text", "text": "é"}],
            "usage": {
                "input_tokens": 1,
                "output_tokens": 2,
                "cache_read_input_tokens": 3,
                "cache_creation_input_tokens": 4,
                "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 6},
                "server_tool_use": {"web_search_requests": 7},
                "output_tokens_details": {"thinking_tokens": 8},
                "speed": "fast",
                "service_tier": "batch",
                "inference_geo": "us",
                "iterations": [{}, {}],
            },
        },
    }
)
TYPED = """
    record_type, subtype, uuid, parent_uuid, session_id, agent_id, is_sidechain, is_meta, is_compact_summary,
    is_api_error_message, is_aborted_mid_stream, prompt_cache_requested, logged_timestamp,
    cwd, git_branch, version, entrypoint, request_id, prompt_id, slug,
    custom_title, ai_title, summary, leaf_uuid, forked_from_session_id, forked_from_message_uuid,
    source_tool_assistant_uuid, message_id, message_role, model, stop_reason, has_stop_details,
    input_tokens, output_tokens,
    cache_read_input_tokens, cache_creation_input_tokens, ephemeral_5m_input_tokens, ephemeral_1h_input_tokens,
    web_search_requests, thinking_tokens, speed, service_tier, inference_geo, usage_iterations
"""


def line(number: int) -> bytes:
    return b'{"type":"user","uuid":"%d"}\n' % number


def lines(*numbers: int) -> bytes:
    return b"".join(map(line, numbers))


def test_every_column_of_a_claude_code_line(host: LoggedHost) -> None:
    host.sources.clear()
    host.add("claude_code", "work", provider="openrouter")
    host.write(ASSISTANT.encode() + b"\n{}\n")
    host.extract()
    flags = [True, False, True, False, True]
    values = [
        "assistant",
        "s",
        "u",
        "p",
        "i",
        "a",
        *flags,
        "1h",
        "2026-01-01T00:00:00.000Z",
        "/w",
        "main",
        "2.1.219",
        "cli",
    ]
    values += [
        "req",
        "pr",
        "sl",
        "ct",
        "at",
        "su",
        "lu",
        "fs",
        "fm",
        "st",
        "msg",
        "assistant",
        "m",
        "end_turn",
        True,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        "fast",
        "batch",
    ]
    values += ["us", 2]
    assert host.rows(TYPED) == [tuple(values), (None,) * len(values)]
    place = "host, account, provider, fleet, source_path, generation, line_number, byte_offset, line_status, error"
    same = ("host", "work", "openrouter", "claude_code", "projects/p/s.jsonl", 1)
    length = len(ASSISTANT) + 1
    assert host.rows(place) == [(*same, 1, 0, "ok", None), (*same, 2, length, "ok", None)]
    assert host.rows("landed_at, raw, raw_bytes, repaired") == [
        (NOW.replace(tzinfo=None), f"{ASSISTANT}\n", None, None),
        (NOW.replace(tzinfo=None), "{}\n", None, None),
    ]


def test_every_column_of_a_mu_event(host: LoggedHost) -> None:
    host.add("mu", "default")
    event = b'{"id":3,"session_id":"session-1","timestamp_unix_ms":1760000000000,"actor":{"kind":"agent","name":"n"},'
    event += b'"payload":{"kind":"never seen","more":[1]}}\n'
    host.write(event + b"{}\n", "daemon/session-1.jsonl", source=1)
    host.extract()
    columns = "event_id, session_id, timestamp_unix_ms, actor_kind, actor_name, kind, raw, account, provider"
    assert host.rows(columns, "mu_events") == [
        (3, "session-1", 1760000000000, "agent", "n", "never seen", event.decode(), "default", None),
        (None, None, None, None, None, None, "{}\n", "default", None),
    ]


NASTY = [
    b"\xef\xbb\xbf" + line(1),
    b"\n\r\n \n" + line(1) + b"\n",
    line(1).replace(b"\n", b"\r\n") * 2,
    b"// comment\n" + line(1),
    b'{"uuid":"1"}{"uuid":"2"}\n\n',
    b'{"uuid":"1"}{"uuid":"2"}\n{"a":\n{"b":3}}\n',
    b'{"a":1,\n"b":2}\n' + line(3),
    b"\x00\x00" + line(1) + b"\x00" * 9 + b"\n",
    b'{"a":"caf\xe9"}\n' + line(1) + b"\xff\n\xfe\xfd\n",
    b'{"a":"\\user \\ud83d \x01"}\n' + line(1),
    b'{"type":"user","mess' + line(1),
    b'{"a":' + b"[" * 100_000 + b"\n" + line(1),
    b'{"message":{"usage":{"output_tokens":1.5}}}\n' + line(1),
    b'{"type":"user","text":"' + b"long" * 100_000 + b'"}\n' + line(1),
    b"no log at all",
    b"\n",
]


@pytest.mark.parametrize("content", NASTY)
def test_a_landed_file_comes_back_byte_for_byte(host: LoggedHost, content: bytes) -> None:
    host.write(content, quiet=3600)
    host.extract()
    assert host.landed() == content
    read = "case when line_status <> 'rejected' then json_type(coalesce(repaired, raw)) else 'rejected' end"
    assert {row[0] for row in host.rows(read)} <= {"OBJECT", "rejected"}
    offset = 0
    for number, byte_offset, raw, raw_bytes in host.rows("line_number, byte_offset, raw, raw_bytes"):
        assert byte_offset == offset
        assert number == content[: offset + 1].count(b"\n") + (content[offset : offset + 1] != b"\n")
        assert (raw is None) != (raw_bytes is None)
        offset += len(raw.encode() if raw_bytes is None else raw_bytes)


def test_a_file_of_any_name_lands_and_comes_back(host: LoggedHost) -> None:
    name = os.fsdecode(b"projects/p/caf\xe9.jsonl")
    host.write(line(1), name)
    host.extract()
    assert host.rows("source_path") == [("projects/p/caf\\xe9.jsonl",)]
    assert host.landed("projects/p/caf\\xe9.jsonl") == line(1)
    assert host.extract().sources[0].files_changed == 0


SOUP = st.lists(st.one_of(st.sampled_from([*NASTY[:12], line(1), line(2)[:-1]]), st.binary(max_size=8)), max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=SOUP, cuts=st.lists(st.integers(0, 10_000), max_size=3))
def test_any_bytes_that_grow_in_any_steps_come_back(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], cuts: list[int]
) -> None:
    host, content = LoggedHost(tmp_path_factory.mktemp("soup")), b"".join(pieces)
    for cut in sorted(min(cut, len(content)) for cut in cuts):
        host.write(content[:cut])
        host.extract()
        assert content.startswith(host.landed())
        host.pass_time(1)
    host.write(content)
    host.extract()
    host.pass_time(3600)
    host.extract()
    assert host.landed() == content
    host.write(content, "projects/p/whole.jsonl", quiet=3600)
    host.extract()
    columns = "byte_offset, line_number, line_status, error, raw, repaired, uuid, record_type"
    rows = host.rows(f"source_path, {columns}")
    in_steps, at_once = ([row[1:] for row in rows if row[0] == f"projects/p/{name}.jsonl"] for name in ("s", "whole"))
    assert in_steps == at_once


def test_only_what_grew_is_read(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    path = host.write(lines(1, 2))
    host.write(lines(9), "projects/p/other.jsonl")
    first = host.extract().sources[0]
    assert (first.files_seen, first.files_changed, first.ok_lines, first.bytes) == (2, 2, 3, len(lines(1, 2, 9)))
    landed_before = host.manifest.batches
    host.write(lines(1, 2, 3))
    opened: list[str] = []
    open_file = os.open

    def note(name: str | Path, flags: int, mode: int = 0o777) -> int:
        opened.append(str(name))
        return open_file(name, flags, mode)

    monkeypatch.setattr(os, "open", note)
    second = host.extract().sources[0]
    assert (second.files_seen, second.files_changed, second.ok_lines, second.bytes) == (2, 1, 1, len(line(3)))
    assert [name for name in opened if name.endswith(".jsonl")] == [str(path)]
    assert host.manifest.batches[: len(landed_before)] == landed_before
    assert host.rows("uuid, generation, line_number")[1:] == [("1", 1, 1), ("2", 1, 2), ("3", 1, 3)]


def test_nothing_new_writes_nothing(host: LoggedHost) -> None:
    host.write(lines(1) + b'{"a')
    host.extract()
    stand = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in host.landing.rglob("*.[jp]*")}
    host.pass_time(60)
    summary = host.extract().sources[0]
    assert (summary.files_seen, summary.files_changed, summary.bytes) == (1, 0, 0)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in host.landing.rglob("*.[jp]*")} == stand


def test_a_last_line_without_its_end_lands_if_it_reads_and_is_replaced_when_it_grows(host: LoggedHost) -> None:
    host.write(lines(1, 2)[:-1])
    host.extract()
    assert host.rows("uuid, raw, line_status") == [
        ("1", line(1).decode(), "ok"),
        ("2", line(2).decode()[:-1], "ok"),
    ]
    host.write(lines(1, 2))
    host.extract()
    assert host.rows("uuid, raw, generation, line_number") == [
        ("1", line(1).decode(), 1, 1),
        ("2", line(2).decode(), 1, 2),
    ]


def test_a_last_line_that_does_not_read_waits_for_an_hour_of_quiet(host: LoggedHost) -> None:
    cut = b'{"type":"user","uui'
    host.write(lines(1) + cut)
    host.extract()
    host.pass_time(3599)
    host.extract()
    assert host.landed() == line(1)
    host.pass_time(1)
    host.extract()
    assert host.rows("line_status, error")[1:] == [("rejected", "cut off before its end")]
    assert host.landed() == line(1) + cut
    host.write(lines(1) + cut + b'd":"2"}')
    host.extract()
    assert host.rows("uuid, line_status")[1:] == [("2", "ok")]
    host.write(lines(1) + cut + b'd":"2"}\n' + lines(3))
    host.extract()
    assert host.rows("uuid, line_number, byte_offset") == [("1", 1, 0), ("2", 2, 27), ("3", 3, 54)]


def test_a_landed_last_line_stays_while_more_of_it_waits(host: LoggedHost) -> None:
    host.write(lines(1)[:-1])
    host.extract()
    host.write(lines(1)[:-1] + b' {"uu')
    host.extract()
    assert host.landed() == line(1)[:-1]
    host.pass_time(3600)
    host.extract()
    assert host.landed() == line(1)[:-1] + b' {"uu'
    assert host.rows("uuid, line_status, line_number") == [("1", "repaired", 1), (None, "rejected", 1)]


def test_a_file_that_is_dated_in_the_future_waits_no_longer_than_others(host: LoggedHost) -> None:
    host.write(b'{"a', quiet=-1_000_000)
    host.extract()
    host.pass_time(3599)
    host.extract()
    assert host.rows("line_status") == []
    host.pass_time(1)
    host.extract()
    assert host.rows("line_status") == [("rejected",)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lines(7, 8, 9), id="as long"),
        pytest.param(lines(1), id="shorter"),
        pytest.param(b"", id="emptied"),
        pytest.param(lines(9, 2, 3, 4), id="another head"),
        pytest.param(lines(1, 2, 9, 4), id="another end"),
    ],
)
def test_a_file_that_was_written_anew_is_a_new_generation(host: LoggedHost, content: bytes) -> None:
    host.write(lines(1, 2, 3))
    host.extract()
    host.pass_time(1)
    host.write(content)
    host.extract()
    assert host.landed(generation=1) == lines(1, 2, 3)
    assert host.landed(generation=2) == content
    host.write(content + lines(5))
    host.extract()
    assert host.landed(generation=2) == content + lines(5)
    numbers = [row[0] for row in host.rows("line_number") if row]
    assert numbers == [1, 2, 3, *range(1, content.count(b"\n") + 2)]


def test_a_rewritten_file_keeps_the_last_line_that_the_old_one_had(host: LoggedHost) -> None:
    host.write(lines(1, 2)[:-1])
    host.extract()
    host.write(lines(3))
    host.extract()
    assert (host.landed(generation=1), host.landed(generation=2)) == (lines(1, 2)[:-1], lines(3))


def test_a_file_that_was_only_touched_or_replaced_by_its_copy_is_not_read_again(host: LoggedHost) -> None:
    path = host.write(lines(1, 2))
    host.extract()
    host.pass_time(60)
    path.unlink()
    host.write(lines(1, 2))
    assert host.extract().sources[0].files_changed == 0
    host.write(lines(1, 2, 3))
    host.extract()
    assert host.landed() == lines(1, 2, 3)
    assert sorted(piece.content for piece in read_back_all(host.landing, "host")) == [lines(1, 2), lines(3)]


def test_a_deleted_file_changes_nothing(host: LoggedHost) -> None:
    path = host.write(lines(1))
    host.extract()
    path.unlink()
    assert host.extract().sources[0].files_seen == 0
    assert host.landed() == line(1)
    host.write(lines(1, 2))
    host.extract()
    assert host.rows("uuid, generation") == [("1", 1), ("2", 1)]


def test_a_missing_source_is_said_to_be_missing(host: LoggedHost) -> None:
    host.add("mu", "default").root.rmdir()
    host.write(lines(1))
    first, second = host.extract().sources
    assert (first.missing, second.missing, second.files_seen) == (False, True, 0)
    assert [source["fleet"] for source in host.manifest.sources] == ["claude_code", "mu"]


def test_a_file_that_cannot_be_read_is_a_problem_and_is_tried_again(
    host: LoggedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = host.write(lines(1), "projects/p/denied.jsonl")
    host.write(lines(2))
    open_file = os.open

    def deny(name: str | Path, flags: int, mode: int = 0o777) -> int:
        if name == str(denied):
            raise PermissionError(13, "Permission denied")
        return open_file(name, flags, mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", deny)
        for _ in range(2):
            problems = host.extract().sources[0].problems
            assert [(problem.path, problem.reason) for problem in problems] == [
                ("projects/p/denied.jsonl", "Permission denied")
            ]
    assert host.rows("uuid") == [("2",)]
    assert host.extract().sources[0].problems == []
    assert host.rows("uuid") == [("1",), ("2",)]


def test_a_file_that_shrinks_while_it_is_read_lands_as_far_as_it_went(
    host: LoggedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = host.write(lines(1, 2, 3))
    fstat = os.fstat

    def shrink(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        if found.st_ino == path.stat().st_ino:
            os.truncate(path, len(lines(1, 2)))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", shrink)
        host.extract()
    assert host.landed() == lines(1, 2)
    host.write(lines(1, 2, 4))
    host.extract()
    assert host.landed() == lines(1, 2, 4)


def test_a_provider_that_changes_is_known_at_once_and_keeps_what_was_landed(host: LoggedHost) -> None:
    host.write(lines(1))
    host.extract()
    host.sources.clear()
    host.add("claude_code", "default", provider="bedrock")
    host.extract()
    assert [source["provider"] for source in host.manifest.sources] == ["bedrock"]
    host.write(lines(1, 2))
    host.extract()
    assert host.rows("provider") == [(None,), ("bedrock",)]


def test_a_source_that_is_no_longer_configured_stays_listed_with_its_lines(host: LoggedHost) -> None:
    host.write(lines(1))
    host.extract()
    host.sources.clear()
    host.add("mu", "default")
    host.extract()
    assert [source["fleet"] for source in host.manifest.sources] == ["mu", "claude_code"]


def test_what_is_made_up_stays_marked_so(host: LoggedHost) -> None:
    host.write(lines(1))
    host.extract(demo=True)
    assert host.manifest.demo
    host.extract()
    assert host.manifest.demo


def shuffled_files(host: LoggedHost) -> None:
    host.add("claude_code", "work")
    host.add("mu", "default")
    for number in range(30):
        content = b"".join(NASTY[number % 7 :: 3]) + lines(*range(number))
        host.write(content, f"projects/p/{number}.jsonl", source=number % 2, quiet=3600)
        host.write(content[:-1], f"daemon/{number}.jsonl", source=2)


def everything(host: LoggedHost) -> list[tuple[Any, ...]]:
    columns = "host, account, fleet, source_path, generation, line_number, byte_offset, line_status, error, raw, "
    return [
        *host.rows(columns + "raw_bytes, repaired, uuid, output_tokens"),
        *host.rows(columns + "raw_bytes, repaired, event_id, kind", "mu_events"),
    ]


def test_two_processes_land_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = LoggedHost(tmp_path / "alone"), LoggedHost(tmp_path / "together")
    steps: list[tuple[int, int]] = []
    for host in (alone, together):
        shuffled_files(host)
    alone.extract()
    monkeypatch.setattr(workers, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(workers, "_CHUNK_JOBS", 7)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    config = FleetConfig(tuple(together.sources))
    extract(together.data, config, now=NOW, progress=lambda done, total: steps.append((done, total)))
    assert everything(together) == everything(alone)
    assert len(together.manifest.batches) > len(alone.manifest.batches)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1]


def test_a_worker_process_that_dies_is_a_failure_of_the_run(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.write(lines(1))
    monkeypatch.setattr(workers, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(workers, "_work", os.getcwd)
    with pytest.raises(FleetledgerError, match="a process that reads logs ended too early"):
        host.extract()
    assert host.manifest.batches == []


def test_small_pieces_and_row_groups_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large, small = LoggedHost(tmp_path / "large"), LoggedHost(tmp_path / "small")
    for host in (large, small):
        shuffled_files(host)
    large.extract()
    monkeypatch.setattr(row_groups, "ROW_GROUP_ROWS", 50)
    for name, size in {"PIECE_BYTES": 1000, "BUFFER_BYTES": 3000}.items():
        monkeypatch.setattr(f"fleetledger.landing.reading.{name}", size)
    monkeypatch.setattr("fleetledger.landing.batches.BATCH_BYTES", 20_000)
    small.extract()
    assert everything(small) == everything(large)
    assert len(small.manifest.batches) > len(large.manifest.batches)


def test_many_small_batches_become_one(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "SMALL_BATCHES", 3)
    for number in range(4):
        host.write(lines(number) * 2 + lines(number)[:-1], f"projects/p/{number}.jsonl")
        assert len(host.manifest.batches) == 2 * number
        host.extract()
        host.pass_time(1)
    batches = host.manifest.batches
    assert [(batch.rows, batch.ok_lines, batch.bytes) for batch in batches] == [(8, 8, 8 * 27), (4, 4, 4 * 26)]
    assert {row[0] for row in host.rows("batch_id")} == {batch.batch_id for batch in batches}
    assert [row[0] for row in host.rows("uuid")] == [str(number) for number in range(4) for _ in range(3)]
    assert len({row[0] for row in host.rows("landed_at")}) == 4
    for number in range(4):
        host.write(lines(number) * 3, f"projects/p/{number}.jsonl")
    host.extract()
    assert [row[0] for row in host.rows("raw")] == [line(number).decode() for number in range(4) for _ in range(3)]


def test_batches_of_an_earlier_version_become_one_with_later_ones(
    host: LoggedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.write(lines(1))
    host.extract()
    path = host.landing / host.manifest.batches[0].path
    parquet.write_table(parquet.read_table(path).drop_columns(["uuid", "request_id"]), path)
    host.write(lines(1, 2))
    monkeypatch.setattr(compaction, "SMALL_BATCHES", 1)
    host.extract()
    assert len(host.manifest.batches) == 1
    assert host.rows("raw, uuid, record_type") == [
        (line(1).decode(), None, "user"),
        (line(2).decode(), "2", "user"),
    ]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample logs are not beside the project")
def test_the_sample_logs_come_back_byte_for_byte(tmp_path: Path) -> None:
    config = load_config(SAMPLE)
    summary = extract(tmp_path, config)
    landing = landing_dir(tmp_path)
    landed: dict[tuple[str, FileKey], bytearray] = {}
    for host in ("host-a", "host-b"):
        for piece in read_back_all(landing, host):
            file = landed.setdefault((host, piece.key), bytearray())
            file[piece.byte_offset : piece.byte_offset + len(piece.content)] = piece.content
    waiting = 0
    for source in config.sources:
        for found in find_log_files(source)[0]:
            content = Path(found.path).read_bytes()
            copy = landed.pop((source.host, FileKey(source.fleet, source.account, found.source_path)), bytearray())
            assert content.startswith(copy)
            assert b"\n" not in content[len(copy) :]
            waiting += len(content) > len(copy)
    assert landed == {}
    assert waiting <= 3
    assert [problem for source in summary.sources for problem in source.problems] == []
    rows = sum(source.ok_lines + source.repaired_lines + source.rejected_lines for source in summary.sources)
    assert rows == sum(batch.rows for host in ("host-a", "host-b") for batch in read_manifest(landing, host).batches)
