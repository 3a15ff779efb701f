"""The matrix: each way in which a client can be set up, tried against a server, with what is expected of it."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, NamedTuple

from google.protobuf.json_format import ParseDict

from fleetledger.base.clock import now
from fleetledger.base.errors import FleetledgerError
from fleetledger.base.paths import segments_dir
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.protobuf import REQUESTS
from fleetledger.telemetry.segments import Segments
from fleetledger.telemetry.server import Settings, listen

TRANSPORTS = ("http/json", "http/protobuf", "grpc")
RECORDS = ("logs", "metrics, delta", "metrics, cumulative", "traces")
COMPRESSIONS = ("none", "gzip", "deflate")
_TOKEN = token_urlsafe()
_PATIENCE = 30
_REFUSED = {"UNAUTHENTICATED": 401, "UNIMPLEMENTED": 415}
_REASONS = {401: "refused: token", 415: "refused: encoding"}
_SERVICES = {"logs": "logs.v1.LogsService", "metrics": "metrics.v1.MetricsService", "traces": "trace.v1.TraceService"}


class Setup(NamedTuple):
    """How a client is set up: by which protocol it sends what, how compressed, and whether it knows the token."""

    transport: str
    records: str
    compression: str
    knows_token: bool


class Tried(NamedTuple):
    """What came of a setup: the status, of HTTP or as if it were, and whether what was sent is on disk, once."""

    setup: Setup
    expected: int
    status: int
    is_kept: bool

    @property
    def outcome(self) -> str:
        """What came of it, in words."""
        if self.is_kept:
            return "kept"
        return "LOST" if self.status == 200 else _REASONS.get(self.status, "refused")

    @property
    def is_as_expected(self) -> bool:
        """Whether the status is the expected one, and just what was accepted is kept."""
        return self.status == self.expected and self.is_kept == (self.expected == 200)


def setups() -> list[Setup]:
    """All setups."""
    return [Setup(*one) for one in product(TRANSPORTS, RECORDS, COMPRESSIONS, (True, False))]


def expected(setup: Setup) -> int:
    """The status that a setup must get: OTLP over HTTP knows gzip alone, gRPC itself unpacks deflate, too."""
    if not setup.knows_token:
        return 401
    return 415 if setup.compression == "deflate" and setup.transport != "grpc" else 200


def try_all(data: Path) -> Iterator[Tried]:
    """Try all setups against a server that keeps what it takes in `data`. Raises FleetledgerError without one."""
    ports: list[int | None] = []
    begun = threading.Event()

    def told(port: int, grpc_port: int | None) -> None:
        ports.extend((port, grpc_port))
        begun.set()

    with closing(Segments(data, now)) as segments:
        settings = Settings(port=0, grpc_port=0, token=_TOKEN)
        # It ends with the process: nothing but the matrix knows its token.
        serving = threading.Thread(target=listen, args=(Intake(segments), settings, told), daemon=True)
        serving.start()
        if not begun.wait(_PATIENCE):
            raise FleetledgerError("the server of the matrix did not begin; `telemetry serve --grpc-port 0` says why")
        for number, setup in enumerate(setups()):
            mark = f"setup {number}"
            status = _send(setup, _request(setup, mark), ports)
            yield Tried(setup, expected(setup), status, _times_kept(data, mark) == 1)


def _send(setup: Setup, request: dict[str, Any], ports: list[int | None]) -> int:
    signal = setup.records.partition(",")[0]
    if setup.transport == "http/json":
        body, content_type = json.dumps(request).encode(), "application/json"
    else:
        body, content_type = ParseDict(request, REQUESTS[signal]()).SerializeToString(), "application/x-protobuf"
    if setup.transport == "grpc":
        return _send_by_grpc(setup, signal, body, ports[1])
    headers = {"Content-Type": content_type}
    if setup.compression != "none":
        body = gzip.compress(body) if setup.compression == "gzip" else zlib.compress(body)
        headers["Content-Encoding"] = setup.compression
    if setup.knows_token:
        headers["Authorization"] = f"Bearer {_TOKEN}"
    connection = http.client.HTTPConnection("127.0.0.1", ports[0] or 0, timeout=_PATIENCE)
    with closing(connection):
        connection.request("POST", f"/v1/{signal}", body, headers)
        return connection.getresponse().status


def _send_by_grpc(setup: Setup, signal: str, body: bytes, port: int | None) -> int:
    import grpc

    kinds = {"none": "NoCompression", "gzip": "Gzip", "deflate": "Deflate"}
    compression = getattr(grpc.Compression, kinds[setup.compression])
    metadata = [("authorization", f"Bearer {_TOKEN}")] if setup.knows_token else []
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(f"/opentelemetry.proto.collector.{_SERVICES[signal]}/Export")
        try:
            export(body, metadata=metadata, compression=compression, timeout=_PATIENCE)
        except grpc.RpcError as error:
            return _REFUSED.get(error.code().name, 500)
    return 200


def _request(setup: Setup, mark: str) -> dict[str, Any]:
    """A request with one record, which holds the mark."""
    attributes = [{"key": "mark", "value": {"stringValue": mark}}]
    if setup.records == "logs":
        return {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1", "attributes": attributes}]}]}]}
    if setup.records == "traces":
        return {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "tried", "attributes": attributes}]}]}]}
    data = {
        "aggregationTemporality": 1 if "delta" in setup.records else 2,
        "isMonotonic": True,
        "dataPoints": [{"timeUnixNano": "1", "asDouble": 1.5, "attributes": attributes}],
    }
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "tried", "sum": data}]}]}]}


def _times_kept(data: Path, mark: str) -> int:
    return sum(path.read_bytes().count(f'"{mark}"'.encode()) for path in segments_dir(data).glob("*.jsonl"))
