"""The generator of invented logs: same seed, same bytes; its truth is what a plain reading of its files comes to."""

import hashlib
import json
import stat
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fleetledger.simulate.fleet import DEFAULT_UNTIL, CallTotals, SimulatedFleet, simulate

Record = dict[str, Any]
CORPUS_SIZE = 5_000_000

CLAUDE_CODE_LINES = {
    "assistant",
    "attachment",
    "custom-title",
    "file-history-snapshot",
    "frame-link",
    "last-prompt",
    "mode",
    "pr-link",
    "progress/agent_progress",
    "progress/bash_progress",
    "progress/hook_progress",
    "progress/mcp_progress",
    "queue-operation",
    "summary",
    "system/api_error",
    "system/compact_boundary",
    "system/local_command",
    "system/stop_hook_summary",
    "system/turn_duration",
    "user",
}
MU_KINDS = {
    "assistant_message_event",
    "autonomous_terminated",
    "callout",
    "compaction_assembly",
    "context_assembly",
    "continuation_seeded",
    "done",
    "error",
    "error_invalid_message",
    "head_attached",
    "mailbox_message_consumed",
    "mailbox_message_posted",
    "operator_mark",
    "provider_status_update",
    "provider_switched",
    "recall_provenance",
    "session_closed",
    "session_created",
    "task_telemetry",
    "tombstone",
    "tool_call",
    "tool_result",
    "user_message",
    "worker_assignment_obligation",
    "worker_exited",
    "worker_failed",
    "worker_spawned",
    "worker_terminal_result",
    "worker_timeout",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFleet:
    return simulate(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFleet:
    return simulate(tmp_path_factory.mktemp("corpus"), seed=3, size=CORPUS_SIZE, processes=1)


def log_files(fleet: SimulatedFleet) -> list[Path]:
    return sorted(fleet.out.glob("demo-*/**/*.jsonl"))


def fingerprint(fleet: SimulatedFleet) -> dict[str, str]:
    files = [path for path in fleet.out.rglob("*") if path.is_file()]
    return {str(path.relative_to(fleet.out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def records(line: str) -> Iterator[Record]:
    """The JSON objects on a line; ValueError if what stands there is something else."""
    decoder, at, line = json.JSONDecoder(), 0, line.strip()
    if not line:
        raise ValueError("blank")
    while at < len(line):
        record, at = decoder.raw_decode(line, at)
        yield record


def read(path: Path) -> tuple[list[Record], int]:
    """A file's records, and how many lines hold none."""
    found: list[Record] = []
    rejected = 0
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            found += records(line)
        except ValueError:
            rejected += 1
    ends_with_newline = path.read_bytes().endswith(b"\n")
    return found, rejected - ends_with_newline


def sources(fleet: SimulatedFleet, name: str) -> list[Record]:
    return [source for source in tomllib.loads(fleet.config.read_text())["source"] if source["fleet"] == name]


def is_synthetic(record: Record) -> bool:
    return record.get("type") == "assistant" and record["message"]["model"] == "<synthetic>"


def day(milliseconds: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).date().isoformat()


def zero() -> Counter[str]:
    return Counter()


def claude_code_totals(fleet: SimulatedFleet) -> dict[tuple[str, ...], Counter[str]]:
    """Model calls by the rules of the numbers, the slow and plain way: one call per (message id, request id)."""
    original_of = {fork.session_id: fork.original_session_id for fork in fleet.truth.forks}
    sightings: dict[tuple[str, ...], list[tuple[Record, Record]]] = defaultdict(list)
    for source in sources(fleet, "claude_code"):
        for path in sorted((fleet.out / source["root"] / "projects").rglob("*.jsonl")):
            for record in read(path)[0]:
                if record["type"] == "assistant" and not is_synthetic(record):
                    request = record.get("requestId")
                    key = (record["message"]["id"], request if request else record["sessionId"])
                    sightings[key].append((record, source))
    totals: dict[tuple[str, ...], Counter[str]] = defaultdict(zero)
    for lines in sightings.values():
        sessions = {record["sessionId"] for record, _ in lines}
        owned = [(record, source) for record, source in lines if original_of.get(record["sessionId"]) not in sessions]
        record, source = max(owned, key=lambda line: line[0]["message"]["usage"]["output_tokens"])
        first = min(record["timestamp"] for record, _ in owned)
        final = any(record["message"]["stop_reason"] for record, _ in owned)
        account = (source["host"], source["account"], source.get("provider", "claude_code"))
        sums = totals["claude_code", *account, record["message"]["model"], first[:10]]
        add_call(sums, record["message"]["usage"], final)
        blocks = [block for record, _ in lines for block in record["message"]["content"]]
        sums["web_search_requests"] += len({block["id"] for block in blocks if block.get("name") == "WebSearch"})
    return totals


def add_call(sums: Counter[str], usage: Record, is_final: bool) -> None:
    written = usage["cache_creation_input_tokens"]
    hour = usage.get("cache_creation", {}).get("ephemeral_1h_input_tokens", 0)
    sums["calls"] += 1
    sums["final_usage_calls"] += is_final
    sums["input_tokens"] += usage["input_tokens"]
    sums["output_tokens"] += usage["output_tokens"]
    sums["cache_read_tokens"] += usage["cache_read_input_tokens"]
    sums["cache_write_5m_tokens"] += written - hour
    sums["cache_write_1h_tokens"] += hour
    sums["web_search_requests"] += usage.get("server_tool_use", {}).get("web_search_requests", 0)


def mu_totals(fleet: SimulatedFleet) -> dict[tuple[str, ...], Counter[str]]:
    totals: dict[tuple[str, ...], Counter[str]] = defaultdict(zero)
    for source in sources(fleet, "mu"):
        for path in sorted((fleet.out / source["root"]).rglob("session-*.jsonl")):
            add_mu_session(totals, (source["host"], source["account"]), read(path)[0])
    return totals


def add_mu_session(totals: dict[tuple[str, ...], Counter[str]], account: tuple[str, str], events: list[Record]) -> None:
    void = {event["payload"].get("target_event_id") for event in events}
    subset, provider, model, task_usages = False, "", "", list[Record]()
    for event in events:
        payload, kind = event["payload"], event["payload"]["kind"]
        if kind in ("session_created", "provider_switched"):
            provider = payload.get("new_provider_kind") or payload["provider_kind"]
            model = payload.get("new_model") or payload["model"]
            semantics = payload.get("usage_semantics")
            subset = semantics["cache_read_in_input"] if semantics else not provider.startswith("anthropic")
        elif kind == "assistant_message_event" and event["id"] not in void:
            sums = totals["mu", *account, provider, model, day(event["timestamp_unix_ms"])]
            usage = payload["message"].get("usage")
            sums["calls"] += 1
            if usage is not None:
                task_usages.append(usage)
                sums["final_usage_calls"] += 1
                add_mu_usage(sums, usage, subset)
        elif kind == "task_telemetry":
            if not task_usages and "prompt_tokens" in payload:
                sums = totals["mu", *account, provider, model, day(payload["ended_at_unix_ms"])]
                sums["telemetry_tasks"] += 1
                add_mu_usage(sums, as_usage(payload), subset)
            task_usages = []


def as_usage(telemetry: Record) -> Record:
    return {
        "input_tokens": telemetry.get("prompt_tokens", 0),
        "output_tokens": telemetry.get("completion_tokens", 0),
        "cache_read_input_tokens": telemetry.get("cache_read_tokens", 0),
        "cache_creation_input_tokens": telemetry.get("cache_write_tokens", 0),
        "cache_creation_1h_input_tokens": telemetry.get("cache_write_1h_tokens", 0),
    }


def add_mu_usage(sums: Counter[str], usage: Record, cached_is_part_of_input: bool) -> None:
    read_tokens, written = usage.get("cache_read_input_tokens", 0), usage.get("cache_creation_input_tokens", 0)
    hour = usage.get("cache_creation_1h_input_tokens", 0)
    sums["input_tokens"] += usage["input_tokens"] - (read_tokens + written if cached_is_part_of_input else 0)
    sums["output_tokens"] += usage["output_tokens"]
    sums["reasoning_tokens"] += usage.get("reasoning_tokens", 0)
    sums["cache_read_tokens"] += read_tokens
    sums["cache_write_5m_tokens"] += written - hour
    sums["cache_write_1h_tokens"] += hour


def as_totals(sums_by_key: dict[tuple[str, ...], Counter[str]]) -> list[CallTotals]:
    names = CallTotals.__struct_fields__
    rows = [
        {**dict(zip(names, key, strict=False)), **{name: sums[name] for name in names[6:]}}
        for key, sums in sums_by_key.items()
    ]
    return sorted(msgspec.convert(rows, list[CallTotals]), key=msgspec.structs.astuple)


@pytest.mark.parametrize("name", ["demo", "corpus"])
def test_the_truth_is_what_a_plain_reading_finds(name: str, request: pytest.FixtureRequest) -> None:
    fleet: SimulatedFleet = request.getfixturevalue(name)
    assert as_totals(claude_code_totals(fleet) | mu_totals(fleet)) == fleet.truth.totals


@pytest.mark.parametrize("name", ["demo", "corpus"])
def test_files_sessions_and_records_are_counted(name: str, request: pytest.FixtureRequest) -> None:
    fleet: SimulatedFleet = request.getfixturevalue(name)
    paths, truth = log_files(fleet), fleet.truth
    assert (fleet.files, truth.files) == (len(paths), len(paths))
    assert (fleet.bytes, truth.bytes) == (sum(path.stat().st_size for path in paths),) * 2
    counted: dict[str, Counter[str]] = {"claude_code": Counter(), "mu": Counter()}
    for path in paths:
        fleet_name = "mu" if "mu" in path.relative_to(fleet.out).parts else "claude_code"
        found, rejected = read(path)
        counted[fleet_name].update(records=len(found) + rejected, rejected=rejected)
        counted[fleet_name]["subagents"] += path.name.startswith("agent-")
        counted[fleet_name]["sessions"] += not path.name.startswith(("agent-", "supervisor"))
        counted[fleet_name]["synthetic"] += sum(is_synthetic(record) for record in found)
        counted[fleet_name]["tasks"] += sum(
            record.get("payload", {}).get("kind") == "task_telemetry" for record in found
        )
    assert {fleet_name: counts["records"] for fleet_name, counts in counted.items()} == truth.records
    assert {fleet_name: counts["rejected"] for fleet_name, counts in counted.items()} == truth.rejected_records
    assert {fleet_name: counts["sessions"] for fleet_name, counts in counted.items()} == truth.sessions
    assert counted["claude_code"]["subagents"] == truth.subagents
    assert counted["claude_code"]["synthetic"] == truth.synthetic_lines
    assert counted["mu"]["tasks"] == truth.mu_tasks


def test_truth_is_written_beside_the_logs(demo: SimulatedFleet) -> None:
    assert msgspec.json.decode((demo.out / "truth.json").read_bytes(), type=type(demo.truth)) == demo.truth


def test_same_seed_same_bytes(demo: SimulatedFleet, tmp_path: Path) -> None:
    assert fingerprint(simulate(tmp_path / "again")) == fingerprint(demo)
    assert fingerprint(simulate(tmp_path / "other", seed=8)).keys() != fingerprint(demo).keys()


def test_processes_do_not_change_the_bytes(corpus: SimulatedFleet, tmp_path: Path) -> None:
    assert fingerprint(simulate(tmp_path / "two", seed=3, size=CORPUS_SIZE, processes=2)) == fingerprint(corpus)


def test_size_is_what_was_asked_for(corpus: SimulatedFleet) -> None:
    assert abs(corpus.bytes - CORPUS_SIZE) < 0.1 * CORPUS_SIZE


def test_only_the_owner_may_read(demo: SimulatedFleet) -> None:
    for path in demo.out.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_configuration_names_every_source(demo: SimulatedFleet) -> None:
    config = tomllib.loads(demo.config.read_text())
    assert config["demo"] is True
    assert {source["host"] for source in config["source"]} == {"demo-laptop", "demo-server"}
    for source in config["source"]:
        assert any((demo.out / source["root"]).rglob("*.jsonl")), source


def test_the_demo_has_every_kind_of_line(demo: SimulatedFleet) -> None:
    claude_code, mu = set[str](), set[str]()
    for path in log_files(demo):
        for record in read(path)[0]:
            if "payload" in record:
                mu.add(record["payload"]["kind"])
                continue
            detail = record.get("subtype") or record.get("data", {}).get("type")
            claude_code.add(f"{record['type']}/{detail}" if detail else record["type"])
    assert claude_code >= CLAUDE_CODE_LINES
    assert mu >= MU_KINDS


def test_the_demo_has_what_reports_must_tell_apart(demo: SimulatedFleet) -> None:
    lines = b"".join(path.read_bytes() + b"\n" for path in log_files(demo))
    for text in (
        b"[Request interrupted by user",
        b"The user doesn't want to proceed",
        b'"toolDenialKind":"user-rejected"',
        b'"isApiErrorMessage":true',
        b'"isCompactSummary":true',
        b'"isMeta":true',
        b'"gitOperation":{"commit"',
        b'"speed":"fast"',
        b'"service_tier":"batch"',
        b'"inference_geo":"us"',
        b'"forkedFrom"',
        b'"cache_creation":{},',
        b"<task-notification>",
        b"<bash-input>",
        b"<command-name>",
        rb"\ud83d",
    ):
        assert text in lines, text
    models = {row.model for row in demo.truth.totals}
    assert {"claude-nimbus-preview", "faux", "harbor-coder-1", "gemma4:27b"} <= models
    assert {"openrouter", "bedrock", "anthropic_api", "harbor_gateway"} <= {row.provider for row in demo.truth.totals}
    for name in (
        "web_search_requests",
        "reasoning_tokens",
        "telemetry_tasks",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
    ):
        assert sum(getattr(row, name) for row in demo.truth.totals) > 0, name


def test_sub_agents_lie_beside_and_below_their_sessions(demo: SimulatedFleet) -> None:
    agents = [path for path in log_files(demo) if path.name.startswith("agent-")]
    assert any(path.parent.name == "subagents" for path in agents)
    assert any(path.parent.name == "wf_1" for path in agents)
    for path in agents:
        for record in read(path)[0]:
            assert (record["isSidechain"], f"agent-{record['agentId']}.jsonl") == (True, path.name)


def test_forks_copy_history_under_a_new_session_id(demo: SimulatedFleet) -> None:
    uuids: dict[str, dict[str, str]] = defaultdict(dict)
    for path in log_files(demo):
        for record in read(path)[0]:
            if "uuid" in record and not record.get("isSidechain"):
                uuids[record["sessionId"]][record["uuid"]] = record["timestamp"]
    assert len(demo.truth.forks) >= 3
    for fork in demo.truth.forks:
        ours, theirs = uuids[fork.session_id], uuids[fork.original_session_id]
        shared = ours.keys() & theirs.keys()
        assert shared
        assert all(ours[uuid] == theirs[uuid] for uuid in shared)
        assert min(ours[uuid] for uuid in ours.keys() - shared) > max(theirs.values())


def test_most_responses_are_several_lines_with_growing_output(corpus: SimulatedFleet) -> None:
    outputs: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    prompts: dict[tuple[str, str | None], set[tuple[int, int]]] = defaultdict(set)
    for path in log_files(corpus):
        for record in read(path)[0]:
            if record.get("type") == "assistant":
                usage, key = record["message"]["usage"], (record["message"]["id"], record.get("requestId"))
                outputs[key].append(usage["output_tokens"])
                prompts[key].add((usage["input_tokens"], usage["cache_read_input_tokens"]))
    assert all(counts == sorted(counts) for counts in outputs.values())
    assert all(len(prompt) == 1 for prompt in prompts.values())
    assert 0.65 < sum(len(counts) > 1 for counts in outputs.values()) / len(outputs) < 0.85


def test_a_task_s_telemetry_sums_up_its_calls(corpus: SimulatedFleet) -> None:
    for path in corpus.out.glob("*/mu/events/*/session-*.jsonl"):
        events = read(path)[0]
        void = {event["payload"].get("target_event_id") for event in events}
        sums: Counter[str] = Counter()
        has_usage = False
        for event in events:
            payload = event["payload"]
            if payload["kind"] == "assistant_message_event" and event["id"] not in void:
                has_usage |= "usage" in payload["message"]
                sums.update(payload["message"].get("usage", {}))
            if payload["kind"] == "task_telemetry" and has_usage:
                assert sums["input_tokens"] == payload["prompt_tokens"]
                assert sums["output_tokens"] == payload["completion_tokens"]
                assert sums["cache_read_input_tokens"] == payload.get("cache_read_tokens", 0)
                assert sums["cache_creation_input_tokens"] == payload.get("cache_write_tokens", 0)
                sums.clear()


@pytest.mark.parametrize("days", [1, 60])
def test_everything_happens_in_the_period(days: int, tmp_path: Path) -> None:
    fleet = simulate(tmp_path / "out", days=days)
    stamps = [
        record["timestamp"]
        for path in log_files(fleet)
        for record in read(path)[0]
        if record.get("type") == "assistant"
    ]
    assert (DEFAULT_UNTIL - timedelta(days=days)).isoformat()[:19] <= min(stamps)
    assert max(stamps) <= DEFAULT_UNTIL.isoformat()[:19]
    assert max(stamps)[:10] >= (DEFAULT_UNTIL - timedelta(days=days / 4)).date().isoformat()


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="size is 10 bytes"):
        simulate(tmp_path / "out", size=10)
    with pytest.raises(ValueError, match="days is 0"):
        simulate(tmp_path / "out", days=0)
    with pytest.raises(ValueError, match="without a time zone"):
        simulate(tmp_path / "out", until=DEFAULT_UNTIL.replace(tzinfo=None))
    (tmp_path / "something").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        simulate(tmp_path)
