"""What `.ci/run` asserts of the sample fleet, refreshed into $FLEETLEDGER_DATA: no byte lost, no token unexplained.

The tokens are counted here from the logs alone; the recounts share no code with the extractor or the models.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from fleetledger.base.paths import PROJECT_ROOT, data_dir, published_path, warehouse_path
from fleetledger.landing.states import QUIET_SECONDS

CONFIG = PROJECT_ROOT.parent / "shared" / "data" / "fleet.toml"

Tokens = tuple[int, ...]
"""output, input, cache read, 5m cache write, 1h cache write"""

Sums = dict[tuple[str, date], list[int]]
"""By model and day: calls, then tokens."""


def sources(fleet: str) -> Iterator[tuple[dict[str, str], Path]]:
    for source in tomllib.loads(CONFIG.read_text())["source"]:
        if source["fleet"] == fleet:
            yield source, CONFIG.parent / source["root"]


def transcripts(root: Path) -> list[Path]:
    return sorted((root / "projects").rglob("*.jsonl"))


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """Every JSON object of a file; of a malformed line those before the damage."""
    decoder = json.JSONDecoder(strict=False)
    for line in path.read_bytes().split(b"\n"):
        text = line.decode(errors="replace").strip()
        while text:
            try:
                value, end = decoder.raw_decode(text)
            except ValueError:
                break
            if isinstance(value, dict):
                yield value
            text = text[end:].lstrip()


def add(sums: Sums, model: str, day: date, tokens: Tokens) -> None:
    for position, count in enumerate((1, *tokens)):
        sums[model, day][position] += count


def empty_sums() -> Sums:
    return defaultdict(lambda: [0] * 6)


def reported(line: dict[str, Any]) -> dict[str, Any]:
    """The sub-agent's line that a progress line reports; any other line as it is."""
    data = line.get("data")
    if line.get("type") != "progress" or not isinstance(data, dict) or data.get("type") != "agent_progress":
        return line
    return {"sessionId": line["sessionId"], **data["message"]}


def recounted_claude_code() -> Sums:
    calls: dict[tuple[str, str], tuple[str, Tokens, str]] = {}
    for _, root in sources("claude_code"):
        for line in (reported(line) for path in transcripts(root) for line in objects(path)):
            message: dict[str, Any] = line["message"] if line.get("type") == "assistant" else {}
            if not message.get("usage") or message["model"] == "<synthetic>":
                continue
            counts = defaultdict(int, {name: count or 0 for name, count in message["usage"].items()})
            split = defaultdict(int, message["usage"].get("cache_creation") or {})
            write_1h = split["ephemeral_1h_input_tokens"]
            write_5m = max(counts["cache_creation_input_tokens"] - write_1h, split["ephemeral_5m_input_tokens"])
            tokens = (
                *(counts[name] for name in ("output_tokens", "input_tokens", "cache_read_input_tokens")),
                *(write_5m, write_1h),
            )
            key = message["id"], line.get("requestId") or line["sessionId"]
            model, most, first = calls.get(key, (message["model"], tokens, line["timestamp"]))
            calls[key] = model, max(most, tokens), min(first, line["timestamp"])
    sums = empty_sums()
    for model, tokens, first in calls.values():
        add(sums, model, datetime.fromisoformat(first).astimezone(UTC).date(), tokens)
    return sums


def recounted_mu() -> Sums:
    sums = empty_sums()
    for _, root in sources("mu"):
        for path in root.rglob("session-*.jsonl"):
            recount_mu_session(list(objects(path)), sums)
    return sums


def recount_mu_session(events: list[dict[str, Any]], sums: Sums) -> None:
    voided = {event["payload"].get("target_event_id") for event in events}
    for event in events:
        payload = event["payload"]
        if payload["kind"] in ("session_created", "provider_switched"):
            provider = payload.get("new_provider_kind") or payload["provider_kind"]
            model = payload.get("new_model") or payload["model"]
            semantics = payload.get("usage_semantics", {})
        usage = payload.get("message", {}).get("usage") if payload["kind"] == "assistant_message_event" else None
        if usage is None or event["id"] in voided:
            continue
        counts = defaultdict(int, usage)
        read, write = counts["cache_read_input_tokens"], counts["cache_creation_input_tokens"]
        is_subset = not provider.startswith("anthropic")
        held = read if semantics.get("cache_read_in_input", is_subset) else 0
        held += write if semantics.get("cache_creation_in_input", is_subset) else 0
        uncached = counts["input_tokens"]
        uncached -= held if held <= uncached else 0
        output = counts["output_tokens"]
        output += 0 if semantics.get("reasoning_in_output", True) else counts["reasoning_tokens"]
        write_1h = counts["cache_creation_1h_input_tokens"]
        write_5m = max(write - write_1h, counts["cache_creation_5m_input_tokens"])
        day = datetime.fromtimestamp(event["timestamp_unix_ms"] / 1000, UTC).date()
        add(sums, model, day, (output, uncached, read, write_5m, write_1h))


def published(fleet: str) -> Sums:
    with duckdb.connect(published_path(data_dir()), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                model,
                called_on,
                count(*),
                sum(output_tokens)::bigint,
                sum(input_tokens)::bigint,
                sum(cache_read_tokens)::bigint,
                sum(cache_write_5m_tokens)::bigint,
                sum(cache_write_1h_tokens)::bigint
            from fct_model_calls
            where fleet = ? and usage_source = 'model_call'
            group by all
            """,
            [fleet],
        ).fetchall()
    return {(model, day): sums for model, day, *sums in rows}


def test_every_file_is_landed_byte_for_byte() -> None:
    there = {
        ("claude_code", source["host"], source["account"], path.relative_to(root).as_posix()): path
        for source, root in sources("claude_code")
        for path in transcripts(root)
    } | {
        ("mu", source["host"], "default", path.relative_to(root).as_posix()): path
        for source, root in sources("mu")
        for path in root.rglob("*.jsonl")
    }
    landed: dict[tuple[str, ...], bytes] = defaultdict(bytes)
    landed_at: dict[tuple[str, ...], datetime] = {}
    with duckdb.connect(warehouse_path(data_dir()), read_only=True) as connection:
        for table in ("claude_code_lines", "mu_events"):
            rows = connection.sql(
                f"""
                select fleet, host, account, source_path, coalesce(raw_bytes, encode(raw)), landed_at
                from landing.{table}
                order by fleet, host, account, source_path, byte_offset
                """
            )
            while row := rows.fetchone():
                landed[row[:4]] += row[4]
                landed_at[row[:4]] = row[5]
    assert len(there) == 263
    assert set(landed) == set(there)
    different = [key for key, path in there.items() if landed[key] not in due(path.read_bytes(), path, landed_at[key])]
    assert different == []


def due(content: bytes, path: Path, landed_at: datetime) -> tuple[bytes, ...]:
    """What may be landed of a file: all of it, or, within an hour of its last change, all but a last line cut short."""
    is_quiet = landed_at.timestamp() - path.stat().st_mtime >= QUIET_SECONDS
    return (content,) if is_quiet else (content, content[: content.rfind(b"\n") + 1])


def test_claude_code_tokens_are_those_of_the_lines() -> None:
    assert published("claude_code") == recounted_claude_code()


def test_mu_tokens_are_those_of_the_events() -> None:
    assert published("mu") == recounted_mu()


def command(*arguments: str) -> str:
    fleetledger = Path(sys.executable).with_name("fleetledger")
    return subprocess.run([fleetledger, *arguments], check=True, capture_output=True, text=True, env=os.environ).stdout


def test_a_second_refresh_changes_nothing() -> None:
    before = command("report", "--json")
    files = {path: path.stat().st_mtime_ns for path in data_dir().glob("landing/*_*/**/*.parquet")}
    command("refresh", "--config", str(CONFIG))
    assert command("report", "--json") == before
    assert files == {path: path.stat().st_mtime_ns for path in data_dir().glob("landing/*_*/**/*.parquet")}
