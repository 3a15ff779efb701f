"""A telemetry server in a process of its own, and what a client says to it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from fleetledger.base.paths import segments_dir

Json = dict[str, Any]

CALL = [sys.executable, "-m", "fleetledger"]
LIMITED = """
import resource, sys
from fleetledger.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
main(sys.argv[2:])
"""
"""A server whose files may not grow beyond a size: to it the disk is full."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server:
    """A server at work on `data`."""

    def __init__(self, data: Path, *options: str, file_limit: int | None = None) -> None:
        self.data = data
        serve = ["telemetry", "serve", "--port", "0", "--data-dir", str(data), *options]
        call = [*CALL, *serve] if file_limit is None else [sys.executable, "-c", LIMITED, str(file_limit), *serve]
        self.process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        ports = re.findall(r":(\d+)|gRPC on port (\d+)", said)
        assert ports, said + self.process.communicate()[1]
        self.port = int(ports[0][0])
        self.grpc_port = int(ports[1][1]) if len(ports) > 1 else 0

    def post(self, path: str, body: bytes, **headers: str) -> Answer:
        """What it answers to a body; a header's name is written with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()

    def post_json(self, signal_name: str, request: Json, **headers: str) -> Answer:
        """What it answers to a request in JSON."""
        return self.post(f"/v1/{signal_name}", json.dumps(request).encode(), Content_Type="application/json", **headers)

    def peak_memory(self) -> int:
        """The most memory that it has taken so far, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        return self.process.returncode


@contextmanager
def running(data: Path, *options: str, file_limit: int | None = None) -> Iterator[Server]:
    """A server while the block runs."""
    server = Server(data, *options, file_limit=file_limit)
    try:
        yield server
    finally:
        server.kill()


def kept_lines(data: Path) -> list[Json]:
    """The requests in the segments of a data directory, in the order of the files; a line that was cut off is none."""
    lines = []
    for segment in sorted(segments_dir(data).glob("*.jsonl")):
        whole, _, _ = segment.read_bytes().rpartition(b"\n")
        lines += [json.loads(line) for line in whole.splitlines()]
    return lines


def log_request(*records: Json, **resource: str) -> Json:
    """An Export request of log records."""
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in resource.items()]
    return {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": list(records)}]}]}


def event(name: str, session_id: str, sequence: int, **attributes: object) -> Json:
    """A log record as Claude Code sends it; a dot in a name is written as __."""
    named = {"event.name": name, "session.id": session_id, "event.sequence": sequence}
    named |= {key.replace("__", "."): value for key, value in attributes.items()}
    return {
        "timeUnixNano": str(1795730478683000000 + sequence * 1_000_000),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": [{"key": key, "value": _value(value)} for key, value in named.items()],
    }


def _value(value: object) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": value}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}
