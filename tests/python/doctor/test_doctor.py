"""`doctor`: what is there, what is landed, what is lost soon, what has no rate or no meaning, and its exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet
from click.testing import CliRunner, Result
from compiled_models import read_models, run_models
from logged_host import NOW, LoggedHost
from published_fixture import insert, write_published

from fleetledger.base.paths import published_path, warehouse_path
from fleetledger.cli.main import main
from fleetledger.doctor.examine import CHECKS, examine
from fleetledger.published.publish import publish

LINE = b'{"type":"user"}\n'
DAY = 86_400.0

DRIFT = (
    "mu",
    "event_kind",
    "from_the_future",
    True,
    None,
    None,
    3,
    None,
    None,
    "host",
    "default",
    "d/session-1.jsonl",
    31,
)


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.base.clock.now", lambda: NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without anything in it."""
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("fleetledger.base.paths.usual_config", lambda: None)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def configured(host: LoggedHost) -> Path:
    config = host.path / "fleet.toml"
    config.write_text(
        "".join(
            f'[[source]]\nfleet = "{source.fleet}"\nhost = "{source.host}"\naccount = "{source.account}"\n'
            f'root = "{source.root}"\n'
            for source in host.sources
        )
    )
    return config


def found(host: LoggedHost, now: datetime = NOW) -> dict[str, Any]:
    return examine(host.data, configured(host), now)


def checks(document: dict[str, Any]) -> list[str]:
    return [need["check"] for need in document["needs"]]


def doctor(host: LoggedHost, *arguments: str) -> Result:
    places = ["--config", str(configured(host)), "--data-dir", str(host.data)]
    return CliRunner().invoke(main, ["doctor", *places, *arguments])


def publish_calls(host: LoggedHost, *calls: dict[str, Any], drift: Sequence[Sequence[object]] = ()) -> None:
    lines = sum(batch.rows for batch in host.manifest.batches)
    write_published(published_path(host.data), calls, drift=drift, landed_line_count=lines)


# --- Sources ---------------------------------------------------------------------------------------------------------


def test_all_landed_and_published_needs_nobody(host: LoggedHost) -> None:
    host.write(LINE * 2)
    host.extract()
    publish_calls(host, {})
    result = doctor(host)
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing needs you.\n")
    assert "Next:" not in result.stdout
    document = found(host)
    (source,) = document["sources"]
    assert (source["status"], source["files"], source["bytes"]) == ("found", 1, 2 * len(LINE))
    assert (source["unlanded_files"], source["unlanded_bytes"]) == (0, 0)
    assert document["landing"]["lines"] == document["published"]["lines"] == 2


def test_before_anything_is_landed_it_says_what_to_type(host: LoggedHost) -> None:
    host.write(LINE)
    result = doctor(host)
    assert result.exit_code == 0
    assert "Next: fleetledger refresh (nothing is landed yet; 1 log would be read)" in result.stdout
    document = found(host)
    assert document["published"] is None
    assert document["landing"] == {"lines": 0, "repaired_lines": 0, "rejected_lines": 0, "hosts": []}
    assert document["sources"][0]["unlanded_bytes"] == len(LINE)
    assert not host.data.exists()


def test_what_was_added_since_is_not_landed(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    host.pass_time(60)
    host.write(LINE + b'{"type":"as', quiet=1)
    host.write(b"", "projects/p/empty.jsonl")
    (source,) = found(host)["sources"]
    assert (source["files"], source["unlanded_files"], source["unlanded_bytes"]) == (2, 1, 11)
    # A file that may have been replaced is not known to be landed at all.
    host.write(b'{"type":"USER"}\n')
    assert found(host)["sources"][0]["unlanded_bytes"] == len(LINE)


def test_lines_landed_since_the_build_are_told(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    publish_calls(host)
    host.write(LINE * 3)
    host.extract()
    assert found(host)["next"] == [
        {"command": "fleetledger refresh", "reason": "2 lines were landed since the published file was built"}
    ]


def test_a_source_that_is_not_there_needs_a_person(host: LoggedHost) -> None:
    host.write(LINE)
    host.add("claude_code", "gone").root.rename(host.path / "moved")
    (host.add("claude_code", "bare").root / "projects").rmdir()
    (host.add("claude_code", "blank").root / "projects").rmdir()
    (host.sources[-1].root / "projects").write_text("")
    host.add("mu", "quiet")
    document = found(host)
    told = [(source["account"], source["status"], source["reason"]) for source in document["sources"]]
    assert told == [
        ("default", "found", None),
        ("gone", "missing", "no such directory"),
        ("bare", "missing", "no projects/ in it"),
        ("blank", "missing", "projects is not a directory"),
        ("quiet", "empty", "no *.jsonl file in it"),
    ]
    assert checks(document) == ["source_missing"] * 3
    assert document["needs"][0]["message"] == f"{host.sources[1].root} (claude_code): no such directory."
    assert doctor(host).exit_code == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_source_that_cannot_be_read_needs_a_person(host: LoggedHost) -> None:
    closed = host.write(LINE, "projects/closed/s.jsonl").parent
    host.write(LINE)
    closed.chmod(0)
    try:
        document = found(host)
    finally:
        closed.chmod(0o700)
    assert document["sources"][0]["problems"] == [{"path": "projects/closed", "reason": "Permission denied"}]
    assert checks(document) == ["source_unreadable"]


def test_a_source_in_a_loop_of_links_needs_a_person(host: LoggedHost) -> None:
    host.write(LINE)
    root = host.add("claude_code", "loop").root
    (root / "projects").rmdir()
    (root / "projects").symlink_to("projects")
    document = found(host)
    assert document["sources"][1]["status"] == "unreadable"
    assert checks(document) == ["source_unreadable"]


def test_without_configuration_every_place_that_was_looked_in_is_told(home: Path, tmp_path: Path) -> None:
    work = home / ".claude-work" / "projects" / "p"
    work.mkdir(parents=True)
    (work / "s.jsonl").write_bytes(LINE)
    (home / ".claude-again").symlink_to(home / ".claude-work")
    (home / ".claude").mkdir()
    document = examine(tmp_path / "data", None, NOW)
    assert [(source["account"], source["status"]) for source in document["sources"]] == [("again", "found")]
    assert [(place["fleet"], place["directory"], place["reason"]) for place in document["looked_in"]] == [
        ("claude_code", str(home / ".claude"), "no projects/ in it"),
        ("claude_code", str(home / ".config" / "claude"), "no such directory"),
        ("claude_code", str(home / ".claude-work"), "the same directory by another name"),
        ("claude_code", str(home / "Library/Developer/Xcode/CodingAssistant/ClaudeAgentConfig"), "no such directory"),
        ("mu", str(home / ".local/share/mu/events"), "no such directory"),
    ]
    assert checks(document) == []


def test_no_logs_at_all_need_a_person(home: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--data-dir", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert f"- no_logs: There are no logs of agents in {home / '.claude'}, " in result.stdout
    assert "Next: fleetledger refresh --demo-if-empty" in result.stdout
    assert not (tmp_path / "data").exists()


def test_a_wrong_configuration_ends_with_2(tmp_path: Path) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text("sources = 1")
    assert CliRunner().invoke(main, ["doctor", "--config", str(config)]).exit_code == 2


# --- Logs that are deleted soon --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "local", "days", "problem"),
    [
        (None, None, 30, None),
        ('{"cleanupPeriodDays": 90}', None, 90, None),
        ('{"cleanupPeriodDays": 90}', '{"cleanupPeriodDays": 7.5}', 7.5, None),
        ('{"cleanupPeriodDays": 0, "model": "opus"}', '{"model": "opus"}', 0, None),
        ('{"cleanupPeriodDays": "90"}', None, 30, "settings.json: cleanupPeriodDays is not a number of days"),
        ('{"cleanupPeriodDays": -1}', None, 30, "settings.json: cleanupPeriodDays is not a number of days"),
        ('{"cleanupPeriodDays": true}', None, 30, "settings.json: cleanupPeriodDays is not a number of days"),
        ('{"cleanupPeriodDays": 60}', "[]", 60, "settings.local.json: not a JSON object"),
        ("{cleanupPeriodDays: 60}", None, 30, "settings.json: not a JSON object"),
    ],
)
def test_when_logs_are_deleted_stands_in_the_settings_of_their_directory(
    host: LoggedHost, settings: str | None, local: str | None, days: float, problem: str | None
) -> None:
    host.write(LINE)
    for name, text in (("settings.json", settings), ("settings.local.json", local)):
        if text is not None:
            (host.sources[0].root / name).write_text(text)
    (source,) = found(host)["sources"]
    assert (source["cleanup_period_days"], source["settings_problem"]) == (days, problem)


def test_logs_that_are_deleted_within_a_week_and_are_not_landed_need_a_person(host: LoggedHost) -> None:
    for age in (22.9, 23.1, 29, 31):
        host.write(LINE, f"projects/p/{age}.jsonl", quiet=age * DAY)
    host.add("mu", "default")
    host.write(LINE, "d/session-1.jsonl", source=1, quiet=100 * DAY)
    document = found(host)
    claude, mu = document["sources"]
    assert [(log["source_path"], log["deleted_at"]) for log in claude["expiring"]] == [
        ("projects/p/31.jsonl", datetime(2026, 1, 1, 3, 4, 5)),
        ("projects/p/29.jsonl", datetime(2026, 1, 3, 3, 4, 5)),
        ("projects/p/23.1.jsonl", datetime(2026, 1, 9, 0, 40, 5)),
    ]
    assert {log["unlanded_bytes"] for log in claude["expiring"]} == {len(LINE)}
    assert mu["expiring"] == []
    assert mu["cleanup_period_days"] is None
    assert document["needs"] == [
        {
            "check": "logs_expire",
            "message": f"3 logs in {host.sources[0].root} will be deleted within 7 days, and 48 bytes of them are not "
            "landed; type `fleetledger refresh`.",
        }
    ]
    assert doctor(host).exit_code == 1
    host.extract()
    assert found(host)["needs"] == []


def test_a_cut_last_line_counts_as_not_landed_until_it_is(host: LoggedHost) -> None:
    log = host.write(LINE + b'{"cut', quiet=60)
    host.extract()
    late = NOW + timedelta(days=25)
    (expiring,) = found(host, late)["sources"][0]["expiring"]
    assert expiring["unlanded_bytes"] == 5
    host.now = late
    host.extract()
    assert log.exists()
    assert found(host, late)["needs"] == []


def test_settings_move_the_day(host: LoggedHost) -> None:
    host.write(LINE, quiet=23.5 * DAY)
    assert checks(found(host)) == ["logs_expire"]
    settings = host.sources[0].root / "settings.json"
    settings.write_text('{"cleanupPeriodDays": 36500}')
    assert checks(found(host)) == []
    settings.write_text('{"cleanupPeriodDays": 29}')
    assert f"within 7 days, since {settings} says so, and" in found(host)["needs"][0]["message"]


@pytest.mark.parametrize(
    ("host_name", "own", "shared", "local", "days", "holds"),
    [
        ("host", 90, 7, None, 7, "shop/.claude/settings.json"),
        ("host", 90, 7, 14, 14, "shop/.claude/settings.local.json"),
        ("host", 90, 400, None, 90, "logs/claude_code/default/settings.json"),
        ("host", None, 400, None, 30, None),
        ("host", None, "never", None, 30, None),
        ("elsewhere", 90, 7, None, 90, "logs/claude_code/default/settings.json"),
    ],
)
def test_the_settings_of_a_project_hold_for_the_logs_of_all_where_they_say_less(
    host: LoggedHost,
    monkeypatch: pytest.MonkeyPatch,
    host_name: str,
    own: int | None,
    shared: object,
    local: int | None,
    days: int,
    holds: str | None,
) -> None:
    monkeypatch.setattr("fleetledger.doctor.examine.this_host", lambda: host_name)
    project = host.path / "shop"
    (project / ".claude").mkdir(parents=True)
    places = (
        (host.sources[0].root / "settings.json", own),
        (project / ".claude/settings.json", shared),
        (project / ".claude/settings.local.json", local),
    )
    for path, value in places:
        if value is not None:
            path.write_text(json.dumps({"cleanupPeriodDays": value}))
    lines = [{"type": "user", "cwd": cwd} for cwd in (str(project), str(host.path / "gone"), "relative", "/a\0b")]
    host.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    host.extract()
    (source,) = found(host)["sources"]
    assert source["cleanup_period_days"] == days
    assert source["cleanup_settings"] == (str(host.path / holds) if holds else None)
    assert source["settings_problem"] is None


# --- The landing -----------------------------------------------------------------------------------------------------


def test_repaired_and_rejected_lines_are_told_and_need_nobody(host: LoggedHost) -> None:
    host.write(LINE + b"// note\n" + b"\n" * 2 + LINE)
    host.write(b'{"type":"user","cwd":7}\n// note\n', "projects/q/s.jsonl")
    host.extract()
    document = found(host)
    assert checks(document) == []
    assert document["landing"] == {
        "lines": 7,
        "repaired_lines": 1,
        "rejected_lines": 4,
        "hosts": [
            {
                "fleet": "claude_code",
                "host": "host",
                "lines": 7,
                "repaired_lines": 1,
                "rejected_lines": 4,
                "landed_at": NOW.replace(tzinfo=None),
            }
        ],
    }
    told = [
        (fault["line_status"], fault["reason"], fault["lines"], fault["source_path"], fault["line_number"])
        for fault in document["line_faults"]
    ]
    assert told == [
        ("rejected", "blank line", 2, "projects/p/s.jsonl", 3),
        ("rejected", "comment line", 2, "projects/p/s.jsonl", 2),
        ("repaired", "cwd: expected `str | null`, got `int`", 1, "projects/q/s.jsonl", 1),
    ]


def test_a_landing_that_cannot_be_read_needs_a_person_and_the_rest_is_told(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    batch = host.landing / host.manifest.batches[0].path
    batch.write_bytes(b"damaged")
    document = found(host)
    assert checks(document) == ["landing_unreadable"]
    assert document["needs"][0]["message"].startswith(f"{batch}: cannot read the landed lines")
    assert document["landing"]["lines"] == 1
    assert document["sources"][0]["unlanded_bytes"] == 0


@pytest.mark.parametrize("part", ["manifests/host.json", "state/host/*.json"])
def test_damage_to_what_the_extractor_remembers_is_named(host: LoggedHost, part: str) -> None:
    host.write(LINE)
    host.extract()
    (path,) = host.landing.glob(part)
    path.write_text("{}")
    document = found(host)
    assert checks(document) == ["landing_unreadable"]
    assert document["needs"][0]["message"].startswith(f"{path}: not a ")


# --- The published file ----------------------------------------------------------------------------------------------


def test_what_has_no_rate_no_kind_and_no_meaning_needs_a_person(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    publish_calls(
        host,
        {"client_version": "2.1.9", "usage_is_final": False},
        {"client_version": "2.1.63"},
        {"client_version": "2.1.63", "model": "claude-next", "rate_id": None},
        {"fleet": "mu", "provider": "harbor", "cost_kind": "unknown", "client_version": None},
        drift=[DRIFT],
    )
    document = found(host)
    assert checks(document) == ["drift", "unpriced_models", "unmapped_providers"]
    assert document["unpriced_models"] == [
        {"provider": "claude_code", "model": "claude-next", "unpriced_call_count": 1}
    ]
    assert document["unmapped_providers"] == [{"provider": "harbor", "model_call_count": 1}]
    assert document["usage_by_version"] == [
        {"fleet": "claude_code", "client_version": "2.1.63", "model_call_count": 2, "final_usage_call_count": 2},
        {"fleet": "claude_code", "client_version": "2.1.9", "model_call_count": 1, "final_usage_call_count": 0},
        {"fleet": "mu", "client_version": None, "model_call_count": 1, "final_usage_call_count": 1},
    ]
    result = doctor(host)
    assert result.exit_code == 1
    assert result.stdout.startswith("3 things need you:\n")
    rows = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "mu event_kind from_the_future could change figures - 3 host/default: d/session-1.jsonl:31" in rows
    assert "claude_code claude-next 1" in rows
    assert "harbor 1" in rows
    assert rows.index("claude_code 2.1.63 2 100.0%") < rows.index("claude_code 2.1.9 1 0.0%")


def heard(host: LoggedHost, *sessions: tuple[str, str | None, str | None]) -> dict[str, Any]:
    """The document where sessions began at some times with some gap, explained by some hazard or none."""
    host.write(LINE)
    host.extract()
    publish_calls(host, {})
    with duckdb.connect(str(published_path(host.data))) as published:
        for number, (time, gap, hazard) in enumerate(sessions):
            row = {"session_id": str(number), "host": "host", "first_request_at": f"2026-11-{time}", "gap": gap}
            insert(published, "fct_reconciliation_sessions", {**row, "hazard": hazard, "transcript_call_count": 1})
    return found(host)


def test_telemetry_that_came_and_comes_no_more_needs_a_person(host: LoggedHost) -> None:
    silent = heard(
        host, ("17 10:00", None, None), ("18 10:00", "no_telemetry", None), ("19 10:00", "no_telemetry", None)
    )
    assert checks(silent) == ["telemetry_silent"]
    told = silent["needs"][0]["message"]
    assert told.startswith("host: no telemetry came of 2 sessions since 2026-11-17 10:00 UTC. ")
    assert "fleetledger telemetry serve" in told
    assert [row["silent_since_sessions"] for row in silent["telemetry"]] == [2]
    assert "Sessions of 7 days" in doctor(host).stdout


def test_the_settings_of_this_machine_say_why_it_is_silent(host: LoggedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleetledger.doctor.examine.this_host", lambda: "host")
    monkeypatch.delenv("CLAUDE_CODE_ENABLE_TELEMETRY", raising=False)
    (need,) = heard(host, ("17 10:00", None, None), ("18 10:00", "no_telemetry", None))["needs"]
    assert f"{host.sources[0].root}: telemetry is off: CLAUDE_CODE_ENABLE_TELEMETRY is not 1." in need["message"]


@pytest.mark.parametrize(
    "sessions",
    [
        [("18 10:00", None), ("17 10:00", "no_telemetry")],
        [("18 10:00", "no_telemetry"), ("19 10:00", "no_telemetry")],
        [("17 10:00", None), ("20 17:55", "no_telemetry")],
        [("18 10:00", None)] * 10 + [("19 10:00", "no_events")],
    ],
    ids=["it came again", "it never came", "it may be on its way", "one of many"],
)
def test_silence_that_says_little_needs_nobody(host: LoggedHost, sessions: list[tuple[str, str | None]]) -> None:
    assert checks(heard(host, *((time, gap, None) for time, gap in sessions))) == []


def test_a_fault_of_the_version_is_named(host: LoggedHost) -> None:
    (need,) = heard(host, ("18 10:00", None, None), ("19 10:00", "no_metrics", "metrics_absent"))["needs"]
    assert need["message"] == (
        "host: 1 session sent no metrics. Known faults of the versions explain some of it (seed telemetry_hazards):"
        " metrics_absent."
    )


def test_a_published_file_of_another_version_needs_a_person(host: LoggedHost) -> None:
    host.write(LINE)
    host.extract()
    published_path(host.data).write_bytes(b"no database")
    document = found(host)
    assert checks(document) == ["published_unreadable"]
    assert "`fleetledger refresh` builds it anew" in document["needs"][0]["message"]


def test_json_has_stable_keys_and_the_exit_code_too(host: LoggedHost) -> None:
    host.write(LINE)
    empty = doctor(host, "--json")
    host.extract()
    publish_calls(host, {"rate_id": None})
    full = doctor(host, "--json")
    assert (empty.exit_code, full.exit_code) == (0, 1)
    before, after = json.loads(empty.stdout), json.loads(full.stdout)
    assert list(before) == list(after)
    assert list(after) == [
        *("checked_at", "data_dir", "config", "needs", "next", "sources", "looked_in", "landing", "line_faults"),
        *("withheld", "published", "drift", "shared_sessions", "unpriced_models", "unmapped_providers"),
        *("usage_by_version", "telemetry"),
    ]
    assert after["checked_at"] == "2026-01-02T03:04:05Z"
    assert [need["check"] for need in after["needs"]] == ["unpriced_models"]
    assert set(checks(after)) <= set(CHECKS)
    assert after["published"]["built_at"] == "2026-11-20T18:30:00Z"


def test_text_of_logs_cannot_steer_the_terminal(host: LoggedHost) -> None:
    host.write(LINE + b"\n", "projects/\x1b[2Jp/s.jsonl")
    host.extract()
    publish_calls(host, {"model": "\x1b]0;x\x07", "rate_id": None}, drift=[(*DRIFT[:2], "\x1b[31m\u202e", *DRIFT[3:])])
    for arguments in ([], ["--json"]):
        told = doctor(host, *arguments).stdout
        assert "blank line" in told
        assert not {char for char in told if not char.isprintable()} - {"\n"}


# --- From log to doctor ----------------------------------------------------------------------------------------------


def response(number: int, *, version: str, blocks: str = '{"type":"text","text":"hi"}', usage: str = "") -> bytes:
    usage = f'{{"input_tokens":1,"output_tokens":{number}{usage}}}'
    message = f'{{"id":"m{number}","role":"assistant","model":"claude-opus-4-6","stop_reason":"end_turn",'
    message += f'"content":[{blocks}],"usage":{usage}}}'
    envelope = f'"type":"assistant","uuid":"u{number}","sessionId":"s","requestId":"r{number}","version":"{version}"'
    return f'{{{envelope},"timestamp":"2026-01-01T00:00:{number:02}Z","message":{message}}}\n'.encode()


LOG = (
    response(1, version="2.1.9")
    + response(2, version="2.1.63", blocks='{"type":"hologram"},{"type":"hologram"}')
    + response(3, version="2.1.9", blocks='{"type":"hologram"}', usage=',"cache_creation":{"ephemeral_24h":1}')
    + response(4, version="2.1.100", blocks="", usage=',"tokens_of_thought":5,"service_tier":"standard"')
    + b'{"type":"hologram","sessionId":"s","timestamp":"2026-01-01T00:01:00Z"}\n'
    + b'{"sessionId":"s"}\n'
)
EVENTS = (
    b'{"id":1,"session_id":"session-1","timestamp_unix_ms":1767225600000,"actor":{"kind":"system"},'
    b'"payload":{"kind":"session_created","provider_kind":"harbor","model":"harbor-1"}}\n'
    b'{"id":2,"session_id":"session-1","timestamp_unix_ms":1767225601000,"actor":{"kind":"system"},'
    b'"payload":{"kind":"worker_exited"}}\n'
    b'{"id":3,"session_id":"session-1","timestamp_unix_ms":1767225602000,"actor":{"kind":"agent"},"payload":'
    b'{"kind":"assistant_message_event","message":{"content":[],"stop_reason":"end_turn",'
    b'"usage":{"input_tokens":5,"output_tokens":6,"tokens_of_thought":1}}}}\n'
    b'{"id":4,"session_id":"session-1","timestamp_unix_ms":1767225603000,"actor":{"kind":"system"},'
    b'"payload":{"kind":"hologram"}}\n'
    b'{"id":5,"session_id":"session-1","timestamp_unix_ms":1767225604000,"actor":{"kind":"agent"},"payload":'
    b'{"kind":"assistant_message_event","message":{"content":[],"stop_reason":"error"}}}\n'
)


@pytest.fixture(scope="module")
def built(fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> LoggedHost:
    """Logs with names that nobody knows, landed, built and published."""
    host = LoggedHost(tmp_path_factory.mktemp("doctor"))
    host.add("mu", "default")
    host.write(LOG)
    host.write(EVENTS, "d41f/session-1.jsonl", source=1)
    host.extract()
    with run_models(read_models(fleet.manifest), fleet.data, host.data, warehouse_path(host.data)) as warehouse:
        warehouse.execute("create table main.build_state as select true as is_complete")
    publish(host.data, NOW)
    return host


def test_drift_is_told_with_its_first_version_and_an_example(built: LoggedHost) -> None:
    document = found(built)
    told = [
        (term["could_change_figures"], term["term_kind"], term["term"], term["first_version"], term["last_version"])
        for term in document["drift"]
    ]
    assert told == [
        (True, "block_type", "hologram", "2.1.9", "2.1.63"),
        (True, "usage_field", "ephemeral_24h", "2.1.9", "2.1.9"),
        (True, "usage_field", "tokens_of_thought", "2.1.100", "2.1.100"),
        (True, "usage_field", "tokens_of_thought", None, None),
        (False, "record_type", "(none)", None, None),
        (False, "record_type", "hologram", None, None),
        (False, "event_kind", "hologram", None, None),
    ]
    assert [term["line_count"] for term in document["drift"]] == [2, 1, 1, 1, 1, 1, 1]
    examples = [(term["example_source_path"], term["example_line_number"]) for term in document["drift"]]
    log, events = "projects/p/s.jsonl", "d41f/session-1.jsonl"
    assert examples == [(log, 2), (log, 3), (log, 4), (events, 3), (log, 6), (log, 5), (events, 4)]
    assert {term["example_host"] for term in document["drift"]} == {"host"}


TODAYS_RECORDS = [
    '"type":"attachment","attachment":{"type":"total_tokens_reminder"}',
    '"type":"queue-operation","operation":"enqueue"',
    '"type":"tools-used","tools":["Bash"]',
    '"type":"atis-latch","atis":""',
    '"type":"cost-state","totalCostUSD":0.1,"modelUsage":{"claude-opus-4-6":{"inputTokens":1,"costUSD":0.1}}',
    '"type":"api-request","params":{"model":"claude-opus-4-6"}',
    '"type":"api-request-blob","blob":"{\\"usage\\":1}"',
    '"type":"bridge-session","ownerAccountUuid":"u"',
]
TODAY = (
    response(
        1,
        version="2.1.332",
        blocks='{"type":"thinking"},{"type":"server_tool_use"},{"type":"web_search_tool_result"},{"type":"fallback"}',
        usage=',"output_tokens_details":{"thinking_tokens":1},"fallback_credit":null,"speed":"standard",'
        '"iterations":[{"type":"message","model":"claude-opus-4-6","input_tokens":1,"output_tokens":1}]',
    )
    + "".join(f'{{{record},"sessionId":"s","version":"2.1.332"}}\n' for record in TODAYS_RECORDS).encode()
)


def drift_of(host: LoggedHost, fleet: BuiltFleet, log: bytes) -> dict[str, Any]:
    """What doctor says of a log, built and published."""
    host.write(log)
    host.extract()
    with run_models(read_models(fleet.manifest), fleet.data, host.data, warehouse_path(host.data)) as warehouse:
        warehouse.execute("create table main.build_state as select true as is_complete")
    publish(host.data, NOW)
    return found(host)


def test_an_ordinary_log_of_today_needs_nobody(host: LoggedHost, fleet: BuiltFleet) -> None:
    document = drift_of(host, fleet, TODAY)
    assert (document["drift"], document["needs"]) == ([], [])


def test_what_changes_no_figure_is_a_note(host: LoggedHost, fleet: BuiltFleet) -> None:
    """A record of a new kind without a message, and a version newer than any that was looked at."""
    log = response(1, version="2.1.1000") + b'{"type":"hologram","sessionId":"s"}\n'
    document = drift_of(host, fleet, log)
    assert [(term["term_kind"], term["term"]) for term in document["drift"]] == [
        ("client_version", "2.1.1000"),
        ("record_type", "hologram"),
    ]
    assert document["needs"] == []
    told = doctor(host)
    assert told.exit_code == 0
    assert "2.1.1000" in told.stdout


def test_a_new_kind_of_record_with_usage_in_it_needs_a_person(host: LoggedHost, fleet: BuiltFleet) -> None:
    nested = b'{"type":"hologram","sessionId":"s","data":{"message":{"usage":{"input_tokens":5}}}}\n'
    document = drift_of(host, fleet, response(1, version="2.1.9") + nested)
    assert checks(document) == ["drift"]
    assert "hologram (record_type in claude_code)" in document["needs"][0]["message"]


def test_unpriced_unmapped_and_versions_come_from_the_build(built: LoggedHost) -> None:
    document = found(built)
    assert checks(document) == ["drift", "unpriced_models", "unmapped_providers"]
    assert document["unpriced_models"] == [{"provider": "harbor", "model": "harbor-1", "unpriced_call_count": 2}]
    assert document["unmapped_providers"] == [{"provider": "harbor", "model_call_count": 2}]
    assert document["usage_by_version"] == [
        {"fleet": "claude_code", "client_version": "2.1.100", "model_call_count": 1, "final_usage_call_count": 1},
        {"fleet": "claude_code", "client_version": "2.1.63", "model_call_count": 1, "final_usage_call_count": 1},
        {"fleet": "claude_code", "client_version": "2.1.9", "model_call_count": 2, "final_usage_call_count": 2},
        {"fleet": "mu", "client_version": None, "model_call_count": 2, "final_usage_call_count": 1},
    ]
    assert document["published"]["lines"] == document["landing"]["lines"] == 11
    assert document["next"] == []
