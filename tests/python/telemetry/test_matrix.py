from __future__ import annotations

import pytest
from click.testing import CliRunner

from fleetledger.cli.main import main
from fleetledger.telemetry import matrix

pytest.importorskip("grpc")


def test_each_setup_is_kept_or_refused_as_expected() -> None:
    done = CliRunner().invoke(main, ["telemetry", "matrix", "--all"])
    lines = done.output.splitlines()
    assert (done.exit_code, lines[-1]) == (0, "72 of 72 setups are as expected.")
    assert "http/json     logs                gzip     token    200 kept" in lines
    assert "http/json     logs                deflate  token    415 refused: encoding" in lines
    assert "grpc          traces              none     no token 401 refused: token" in lines


def test_a_wrong_expectation_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    right = matrix.expected
    odd = matrix.Setup("http/protobuf", "metrics, delta", "gzip", True)
    monkeypatch.setattr(matrix, "expected", lambda setup: 415 if setup == odd else right(setup))
    done = CliRunner().invoke(main, ["telemetry", "matrix"])
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "http/protobuf metrics, delta      gzip     token    200 kept              EXPECTED 415",
        "71 of 72 setups are as expected.",
    ]
