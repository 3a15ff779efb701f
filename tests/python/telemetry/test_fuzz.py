"""What atheris finds no way through: `pip install atheris`, and `make stress`."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from telemetry_server import event, log_request

from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.telemetry.protobuf import REQUESTS

RUNS = 300_000
FUZZER = PROJECT_ROOT / "tests/python/support/fuzz_requests.py"


@pytest.mark.stress
def test_no_body_gets_through_that_is_no_request(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed: pip install atheris")
    points = [{"timeUnixNano": "5", "asDouble": 0.5, "attributes": [{"key": "type", "value": {"stringValue": "a"}}]}]
    requests = {
        "logs": log_request(event("api_request", "s", 1, cost_usd=0.5, user__email="x"), service__name="a"),
        "metrics": {
            "resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "sum": {"dataPoints": points}}]}]}]
        },
        "traces": {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "n", "traceId": "ab" * 16, "events": []}]}]}]},
    }
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, (signal, request) in enumerate(requests.items()):
        plain = json.dumps(request).encode()
        for kind, body in ((0, plain), (64, gzip.compress(plain)), (128, _protobuf(signal, request))):
            (corpus / f"{signal} {kind}").write_bytes(bytes([_first(kind, number)]) + body)
    fuzz = [sys.executable, str(FUZZER), str(corpus), f"-runs={RUNS}", "-max_len=4096", "-timeout=20", "-seed=7"]
    done = subprocess.run(fuzz, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def _protobuf(signal: str, request: dict[str, object]) -> bytes:
    body: bytes = ParseDict(request, REQUESTS[signal](), ignore_unknown_fields=True).SerializeToString()
    return body


def _first(kind: int, number: int) -> int:
    """The byte that stands for a kind of body and the signal of a number."""
    return next(byte for byte in range(kind, kind + 64) if byte % 3 == number)
