"""The server as a client meets it: what it takes, what it refuses, and what is on disk afterwards."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import socket
import subprocess
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telemetry_server import CALL, Server, event, kept_lines, log_request, running

from fleetledger.base.paths import segments_dir
from fleetledger.telemetry.http import make_app
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.requests import JSON_BYTES, PROTOBUF_BYTES
from fleetledger.telemetry.segments import Segments

ANYWHERE = "0.0.0.0"  # noqa: S104 - refused, as the test says
TOKEN = "a token of some length"  # noqa: S105 - invented
MEMORY = 300 * 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that several tests talk to."""
    with running(tmp_path_factory.mktemp("telemetry") / "data") as server:
        yield server


def test_what_was_answered_200_is_on_disk_and_private(server: Server) -> None:
    request = log_request(event("user_prompt", "on disk", 1), service__name="claude-code")
    answer = server.post_json("logs", request)
    assert (answer.status, json.loads(answer.body)) == (200, {})
    assert request in kept_lines(server.data)
    found = [segments_dir(server.data), segments_dir(server.data).parent, *segments_dir(server.data).iterdir()]
    assert {oct(path.stat().st_mode & 0o077) for path in found} == {"0o0"}


def test_a_body_may_be_gzip_and_come_in_chunks(server: Server) -> None:
    request = log_request(event("user_prompt", "in chunks", 1))
    packed = gzip.compress(json.dumps(request).encode())
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"}
    connection.request("POST", "/v1/logs", iter([packed[:9], packed[9:]]), headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    assert request in kept_lines(server.data)


def test_records_that_are_left_out_are_told(server: Server) -> None:
    answer = server.post_json("logs", log_request(event("user_prompt", "left out", 1), 5))  # type: ignore[arg-type] # 5 is no record
    assert answer.status == 200
    assert json.loads(answer.body)["partialSuccess"]["rejectedLogRecords"] == "1"


@pytest.mark.parametrize(
    ("path", "content_type", "body", "status"),
    [
        ("/v1/logs", "application/json", b"{", 400),
        ("/v1/logs", "application/x-protobuf", b"\xff", 400),
        ("/v1/logs", "text/plain", b"{}", 415),
        ("/v1/logs", "application/json", bytes(JSON_BYTES + 1), 413),
        ("/v1/logs", "application/x-protobuf", bytes(PROTOBUF_BYTES + 1), 413),
        ("/v1/profiles", "application/json", b"{}", 404),
    ],
)
def test_what_it_cannot_take_is_refused(server: Server, path: str, content_type: str, body: bytes, status: int) -> None:
    before = len(kept_lines(server.data))
    answer = server.post(path, body, Content_Type=content_type)
    assert answer.status == status
    assert len(kept_lines(server.data)) == before
    if status != 404:
        assert answer.headers["content-type"] == ("application/json" if content_type == "text/plain" else content_type)


def test_a_page_in_a_browser_cannot_speak_to_it(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("OPTIONS", "/v1/logs", headers={"Origin": "http://evil.example"})
    response = connection.getresponse()
    assert response.status == 405
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    request = log_request(event("user_prompt", "rebound", 1))
    assert server.post_json("logs", request, Host="evil.example").status == 403


def test_bombs_do_not_cost_much_memory_and_others_are_served(server: Server) -> None:
    bodies = [
        ("application/json", gzip.compress(bytes(400 * 2**20), 1)[: JSON_BYTES - 1]),
        ("application/json", gzip.compress(b'{"resourceLogs":[' + b"[" * (JSON_BYTES - 20))),
        ("application/json", gzip.compress(b'{"resourceLogs":[' + b"{}," * (JSON_BYTES // 3 - 20) + b"{}]}")),
        ("application/x-protobuf", gzip.compress(_many_attributes(PROTOBUF_BYTES - 30))),
    ]
    answers = []

    def post(content_type: str, body: bytes) -> None:
        answers.append(server.post("/v1/logs", body, Content_Type=content_type, Content_Encoding="gzip").status)

    threads = [threading.Thread(target=post, args=body) for body in bodies * 3]
    for thread in threads:
        thread.start()
    request = log_request(event("user_prompt", "among bombs", 1))
    assert server.post_json("logs", request).status == 200
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 400, 413, 429}
    assert server.peak_memory() < MEMORY


def _many_attributes(size: int) -> bytes:
    """A request with one record of as many empty attributes as fit, in protobuf."""

    def field(number: int, content: bytes) -> bytes:
        length, digits = len(content), bytearray()
        while length > 0x7F:
            digits.append(length & 0x7F | 0x80)
            length >>= 7
        return bytes([number << 3 | 2]) + bytes([*digits, length]) + content

    return field(1, field(2, field(2, b"\x32\x00" * (size // 2))))


def test_a_million_attributes_on_one_record_are_left_out_or_refused(server: Server) -> None:
    """In JSON and in protobuf, of one record and of its resource: nothing of it is kept, and memory stays bounded."""
    attribute = {"key": "k"}
    for many, status in ((2_000, 200), (1_000_000, 413)):
        listed = [attribute] * many
        of_record = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": listed}]}]}]}
        of_resource = {"resourceLogs": [{"resource": {"attributes": listed}, "scopeLogs": []}]}
        for request in (of_record, of_resource):
            before = len(kept_lines(server.data))
            assert server.post_json("logs", request).status == status
            assert len(kept_lines(server.data)) == before
    body = _many_attributes(PROTOBUF_BYTES - 30)
    assert server.post("/v1/logs", body, Content_Type="application/x-protobuf").status in (200, 413)
    assert server.peak_memory() < MEMORY


def test_a_body_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    """A sender of a byte now and then is told 408 in the end, and others are answered meanwhile."""
    with closing(Segments(tmp_path, lambda: datetime(2026, 11, 27, tzinfo=UTC))) as segments:
        app = make_app(Intake(segments), body_seconds=0.2)
        quick = json.dumps(log_request(event("user_prompt", "quick", 1))).encode()

        async def ask(*chunks: bytes | None) -> int:
            """The status of the answer to a body in chunks; None is one that never comes."""
            left, sent = list(chunks), []

            async def receive() -> dict[str, object]:
                if left[0] is None:
                    await asyncio.Event().wait()
                return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

            async def send(message: MutableMapping[str, Any]) -> None:
                sent.append(message.get("status"))

            headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
            scope = {"type": "http", "method": "POST", "path": "/v1/logs", "headers": headers, "query_string": b""}
            await app(scope, receive, send)
            return int(sent[0] or 0)

        async def all_of_them() -> list[int]:
            return await asyncio.gather(*(ask(b"{", None) for _ in range(50)), ask(quick[:9], quick[9:]))

        assert asyncio.run(all_of_them()) == [408] * 50 + [200]


def test_200_connections_that_say_nothing_keep_nobody_out(server: Server) -> None:
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    for number, connection in enumerate(silent):
        connection.sendall(b"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n"[: number * 2])
    assert server.post_json("logs", log_request(event("user_prompt", "among the silent", 1))).status == 200
    assert server.peak_memory() < MEMORY
    for connection in silent:
        connection.close()


def test_half_a_body_is_not_kept(server: Server) -> None:
    before = len(kept_lines(server.data))
    body = json.dumps(log_request(event("user_prompt", "half", 1))).encode()
    head = f"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + body[:-5])
    assert server.post_json("logs", {}).status == 200
    assert len(kept_lines(server.data)) == before


def test_beyond_this_machine_it_wants_a_token(tmp_path: Path) -> None:
    call = [*CALL, "telemetry", "serve", "--host", ANYWHERE, "--port", "0", "--data-dir", str(tmp_path / "data")]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "a token is needed" in done.stderr


def test_the_token_is_asked_for_by_http_and_grpc(tmp_path: Path) -> None:
    grpc = pytest.importorskip("grpc")
    (tmp_path / "token").write_text(TOKEN + "\n")
    options = ("--host", ANYWHERE, "--grpc-port", "0", "--token-file", str(tmp_path / "token"))
    with running(tmp_path / "data", *options) as server:
        request = log_request(event("user_prompt", "let in", 1))
        assert server.post_json("logs", request).status == 401
        assert server.post_json("logs", request, Authorization=f"Bearer {TOKEN}!").status == 401
        assert server.post_json("logs", request, Authorization=f"Bearer {TOKEN}", Host="telemetry").status == 200
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            export = channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export")
            with pytest.raises(grpc.RpcError) as refused:
                export(b"")
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
            assert export(b"", metadata=[("authorization", f"Bearer {TOKEN}")]) == b""
            with pytest.raises(grpc.RpcError) as refused:
                export(b"\xff", metadata=[("authorization", f"Bearer {TOKEN}")])
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert kept_lines(tmp_path / "data") == [request]


def test_on_a_full_disk_it_says_so_and_keeps_what_it_answered_for(tmp_path: Path) -> None:
    requests = [log_request(event("user_prompt", "x" * 1000, number)) for number in range(40)]
    with running(tmp_path / "data", file_limit=20_000) as server:
        answers = [server.post_json("logs", request) for request in requests]
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.headers["retry-after"]) for answer in refused} == {(503, "2")}
    taken = [request for request, answer in zip(requests, answers, strict=True) if answer.status == 200]
    assert sorted(map(json.dumps, kept_lines(tmp_path / "data"))) == sorted(map(json.dumps, taken))


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    assert server.post_json("logs", log_request(event("user_prompt", "s", 1))).status == 200
    assert server.end() == 143


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    call = [*CALL, "telemetry", "serve", "--port", str(server.port), "--data-dir", str(server.data)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"cannot listen on 127.0.0.1 port {server.port}" in done.stderr
