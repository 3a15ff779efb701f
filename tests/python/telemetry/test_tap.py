from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from click.testing import CliRunner
from telemetry_server import CALL, event, kept_lines, log_request, running

from fleetledger.cli.main import main
from fleetledger.telemetry.tap import shown

REQUEST = log_request(
    event("api_request", "a session of mine", 1, model="m", cost_usd=0.25, user__id="u", text="\x1b[31mred\n"),
    event("user_prompt", "a session of mine", 2),
)
SHOWN = [
    "22:01:18 event a sessio api_request model=m cost_usd=0.25 text=[31mred ",
    "22:01:18 event a sessio user_prompt",
]


def replayed(*options: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["telemetry", "tap", *options])
    return done.exit_code, done.output.splitlines()


def test_a_record_is_a_line_and_cannot_steer_a_terminal() -> None:
    assert [*shown(json.dumps(REQUEST).encode())] == SHOWN
    told = [*shown(json.dumps(REQUEST).encode(), verbose=True)]
    assert told[:3] == ["22:01:18 event a sessio api_request", "    model = m", "    cost_usd = 0.25"]
    assert "    user.id = u" in told


def test_points_and_spans_show_what_they_measure() -> None:
    point = {"timeUnixNano": "1795730478683000000", "asDouble": 0.5, "attributes": []}
    metrics = [{"name": "claude_code.cost.usage", "sum": {"dataPoints": [point]}}]
    span = {
        "name": "claude_code.tool",
        "startTimeUnixNano": "1795730478683000000",
        "endTimeUnixNano": "1795730478700000000",
    }
    request = {
        "resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}],
        "resourceSpans": [{"scopeSpans": [{"spans": [span, {}]}]}],
    }
    assert [*shown(json.dumps(request).encode())] == [
        "22:01:18 point -        cost.usage value=0.5",
        "22:01:18 span  -        tool ms=17",
        "--:--:-- span  -        ?",
    ]


def test_a_tap_shows_keeps_and_passes_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        tapping = [*CALL, "telemetry", "tap", "--port", "0", "--keep", str(tmp_path / "kept")]
        tapping += ["--forward", f"http://127.0.0.1:{server.port}"]
        tap = subprocess.Popen(tapping, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert tap.stderr is not None
        found = re.search(r":(\d+);", tap.stderr.readline())
        assert found
        own_port, server.port = server.port, int(found[1])
        assert server.post_json("logs", REQUEST).status == 200
        server.port = own_port
        server.kill()
        server.port = int(found[1])
        assert server.post_json("logs", REQUEST).status == 503
        assert server.post("/v1/logs", b"x", Content_Type="text/plain").status == 415
        tap.terminate()
        *came, unreached, wrong_type = tap.communicate()[0].splitlines()
        assert came == SHOWN * 2
        assert f"REFUSED a request of logs with 503: http://127.0.0.1:{own_port} cannot be reached" in unreached
        assert "REFUSED a request of logs with 415: the content type must be application/json" in wrong_type
    assert kept_lines(tmp_path / "data") == kept_lines(tmp_path / "kept") == [REQUEST]


def test_a_file_is_shown_again_and_sent_on(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text(json.dumps(REQUEST) + "\n\n" + json.dumps(REQUEST))
    assert replayed("--replay", str(tmp_path / "requests")) == (0, SHOWN * 2)
    with running(tmp_path / "data") as server:
        replayed("--replay", str(tmp_path / "requests"), "--forward", f"http://127.0.0.1:{server.port}")
    assert kept_lines(tmp_path / "data") == [REQUEST] * 2


def test_who_reads_a_tap_may_stop_reading(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text((json.dumps(REQUEST) + "\n") * 2000)
    replaying = [*CALL, "telemetry", "tap", "--replay", str(tmp_path / "requests")]
    with subprocess.Popen(replaying, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tap:
        assert tap.stdout is not None
        assert tap.stderr is not None
        assert tap.stdout.readline().strip() == SHOWN[0].strip()
        tap.stdout.close()
        assert tap.stderr.read() == ""


def test_what_cannot_be_shown_is_named(tmp_path: Path) -> None:
    (tmp_path / "requests").write_text(json.dumps(REQUEST) + "\n{\n")
    code, lines = replayed("--replay", str(tmp_path / "requests"))
    assert code == 1
    assert f"{tmp_path / 'requests'}:2: the line is no Export request" in lines[-1]
    assert replayed("--forward", "nowhere")[0] == 2
