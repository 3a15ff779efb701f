"""One simulated Claude Code transcript: its envelope, clock, chain of uuids, context size and streamed responses.

The shapes follow what the versions named in `ERAS` write. A transcript also keeps the truth about its model calls as it
makes them, so that expected totals come from the generator and not from reading its files again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import msgspec

from fleetledger.simulate.text import amount, chance, noise, timestamp, token, uuid

Record = dict[str, Any]

SYNTHETIC_MODEL = "<synthetic>"
"""The name under which Claude Code writes texts of its own, such as API errors; no model was called."""

_ENCODE = msgspec.json.Encoder().encode
_FIVE_MINUTES_MS = 300_000
_HOUR_MS = 3_600_000
_SYSTEM_PROMPT_TOKENS = 14_600


@dataclass(frozen=True)
class Era:
    """What the transcripts of a Claude Code version look like."""

    version: str
    splits_cache_writes: bool = True
    final_usage: bool = False
    has_progress: bool = False
    has_attachments: bool = False
    has_summaries: bool = False
    nests_agents: bool = True
    links_results: bool = True
    has_geography: bool = False
    has_speed: bool = False


ERAS = {
    "unsplit": Era("1.0.98", splits_cache_writes=False, has_summaries=True, nests_agents=False, links_results=False),
    "beside": Era("2.0.76", has_summaries=True, nests_agents=False, links_results=False),
    "progress": Era("2.1.39", has_progress=True, has_geography=True),
    "speed": Era("2.1.62", has_progress=True, has_geography=True, has_speed=True),
    "attachments": Era("2.1.217", final_usage=True, has_attachments=True, has_geography=True, has_speed=True),
}


class Line(NamedTuple):
    """A line as written, newline included, the uuid of its record if it has one, how many records it is."""

    text: bytes
    uuid: str | None = None
    records: int = 1
    rejected_records: int = 0


class Call(NamedTuple):
    """The truth about one model call of a transcript."""

    request_id: str | None
    model: str
    called_ms: int
    is_final: bool
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    web_search_requests: int = 0
    first_line: int = 0


@dataclass(frozen=True)
class Identity:
    """What every line of a transcript repeats."""

    session_id: str
    cwd: str
    git_branch: str
    era: Era
    slug: str
    agent_id: str | None = None


@dataclass
class Billing:
    """How the calls of a session are served; the fields may change while it runs."""

    model: str
    cache_1h: bool
    speed: str = "standard"
    inference_geo: str = "not_available"
    service_tier: str = "standard"
    sends_request_id: bool = True
    empty_cache_split: bool = False


@dataclass
class Transcript:
    """A file in the making. `context` and `pending` are tokens: sent before, and new since the last call."""

    rng: Random
    identity: Identity
    billing: Billing
    now_ms: int
    until_ms: int
    lines: list[Line] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    size: int = 0
    parent: str | None = None
    context: int = 0
    pending: int = 0
    called_ms: int | None = None
    prompt_id: str | None = None
    recent: list[Record] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Let time pass; it nearly stands still once the end of the simulated period is reached."""
        passed = max(1, int(seconds * 1000))
        self.now_ms += passed if self.now_ms + passed < self.until_ms else 1

    def write(self, record: Record, record_uuid: str | None = None) -> None:
        """Append a record as it is."""
        self.write_line(Line(_ENCODE(record) + b"\n", record_uuid))

    def write_line(self, line: Line) -> None:
        """Append a line, which may be malformed."""
        self.lines.append(line)
        self.size += len(line.text)

    def join_last_lines(self) -> None:
        """Put the last two lines' records on one line."""
        first, second = self.lines[-2:]
        self.lines[-2:] = [Line(first.text.rstrip(b"\n") + second.text, second.uuid, records=2)]
        self.size -= 1

    def replace_in_last_line(self, old: bytes, new: bytes) -> None:
        """Damage the line just written."""
        last = self.lines[-1]
        self.lines[-1] = last._replace(text=last.text.replace(old, new))
        self.size += len(self.lines[-1].text) - len(last.text)

    def envelope(
        self, body: Record, *, at_ms: int | None = None, record_uuid: str | None = None, chained: bool = True
    ) -> Record:
        """The body with the fields that every line of a conversation has, in the order of the era."""
        identity = self.identity
        record: Record = {"parentUuid": self.parent, "isSidechain": identity.agent_id is not None}
        place: Record = {"userType": "external"}
        if identity.era.has_attachments:
            place["entrypoint"] = "cli"
        place |= {
            "cwd": identity.cwd,
            "sessionId": identity.session_id,
            "version": identity.era.version,
            "gitBranch": identity.git_branch,
        }
        if identity.agent_id is not None:
            place["agentId"] = identity.agent_id
        if identity.era.has_progress:
            place["slug"] = identity.slug
        own_uuid = record_uuid or uuid(self.rng)
        stamp = {"uuid": own_uuid, "timestamp": timestamp(self.now_ms if at_ms is None else at_ms)}
        record |= {**body, **stamp, **place} if identity.era.has_attachments else {**place, **body, **stamp}
        if chained:
            self.parent = own_uuid
        return record

    def add(
        self, body: Record, *, at_ms: int | None = None, record_uuid: str | None = None, chained: bool = True
    ) -> str:
        """Append a line of the conversation and return its uuid."""
        record = self.envelope(body, at_ms=at_ms, record_uuid=record_uuid, chained=chained)
        self.write(record, record["uuid"])
        self.recent = [*self.recent[-1:], record]
        return str(record["uuid"])

    def user(self, content: str | list[Record], **extra: object) -> str:
        """Append a `user` line."""
        body: Record = {"type": "user", "message": {"role": "user", "content": content}}
        if self.identity.era.has_attachments and self.prompt_id is not None:
            body = {"promptId": self.prompt_id, **body}
        return self.add({**body, **extra})

    def respond(self, blocks: list[Record], *, stop_reason: str, web_searches: int = 0) -> list[str]:
        """Stream one response, each block as a line of its own, and return the lines' uuids."""
        rng, era, billing = self.rng, self.identity.era, self.billing
        usage = self._prompt_usage()
        output = self._output_tokens(blocks)
        message_id, request_id = token(rng, "msg_01"), token(rng, "req_011C") if billing.sends_request_id else None
        reported, is_final = self._reported_output(output, len(blocks))
        uuids: list[str] = []
        called_ms, first_line = self.now_ms, len(self.lines)
        for index, block in enumerate(blocks):
            shows_total = era.final_usage or index == len(blocks) - 1
            message = {
                "model": billing.model,
                "id": message_id,
                "type": "message",
                "role": "assistant",
                "content": [block],
                "stop_reason": stop_reason if is_final and shows_total else None,
                "stop_sequence": None,
                "usage": self._usage(usage, reported[index], shows_total, web_searches),
            }
            body: Record = {"message": message}
            if request_id is not None:
                body["requestId"] = request_id
            body["type"] = "assistant"
            if era.has_attachments:
                body["effort"] = "high"
            uuids.append(self.add(body))
            self.wait(0.05 + rng.random() * 2)
        self.calls.append(
            Call(
                request_id=request_id,
                model=billing.model,
                called_ms=called_ms,
                is_final=is_final,
                input_tokens=usage.input,
                output_tokens=max(reported),
                cache_read_tokens=usage.cache_read,
                cache_write_5m_tokens=usage.write_5m,
                cache_write_1h_tokens=usage.write_1h,
                # A search of the tool is told by its result alone, and charged to the response that asked for it.
                web_search_requests=web_searches + sum(block.get("name") == "WebSearch" for block in blocks),
                first_line=first_line,
            )
        )
        self.context = usage.input + usage.cache_read + usage.write_5m + usage.write_1h
        self.pending = output
        return uuids

    def synthetic(self, text: str) -> None:
        """Append what Claude Code writes itself when a request fails; it has no request id and costs nothing."""
        usage = {
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
            "service_tier": None,
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
        }
        message = {
            "id": uuid(self.rng),
            "container": None,
            "model": SYNTHETIC_MODEL,
            "role": "assistant",
            "stop_reason": "stop_sequence",
            "stop_sequence": "",
            "type": "message",
            "usage": usage,
            "content": [{"type": "text", "text": text}],
        }
        self.calls.append(Call(None, SYNTHETIC_MODEL, self.now_ms, True, first_line=len(self.lines)))
        self.add({"type": "assistant", "message": message, "isApiErrorMessage": True})
        self.wait(1)

    def thinking(self, text: str) -> Record:
        """A thinking block with its signature."""
        return {"type": "thinking", "thinking": text, "signature": noise(self.rng, 100 + int(len(text) * 1.3))}

    def _prompt_usage(self) -> _PromptUsage:
        """Which tokens of the prompt are new, written to the cache or read from it."""
        rng, billing = self.rng, self.billing
        total = self.context + self.pending
        lifetime = _HOUR_MS if billing.cache_1h else _FIVE_MINUTES_MS
        is_warm = self.called_ms is not None and self.now_ms - self.called_ms < lifetime
        uncached = 1 + int(rng.random() ** 4 * 40)
        read = self.context if is_warm else min(_SYSTEM_PROMPT_TOKENS, total)
        written = max(total - read - uncached, 0)
        self.called_ms = self.now_ms
        is_1h = billing.cache_1h and self.identity.era.splits_cache_writes and not billing.empty_cache_split
        return _PromptUsage(uncached, read, 0 if is_1h else written, written if is_1h else 0)

    def _reported_output(self, output: int, count: int) -> tuple[list[int], bool]:
        """The output tokens that each line shows, and whether the last one is the response's final count."""
        if self.identity.era.final_usage:
            return [output] * count, True
        start = 1 + int(self.rng.random() ** 2 * 11)
        if chance(self.rng, 0.55):
            return [start] * count, False
        growing = [min(start + index, output) for index in range(count - 1)]
        return [*growing, output], chance(self.rng, 0.3)

    def _output_tokens(self, blocks: list[Record]) -> int:
        """Tokens of a response: what it says, and thinking that the log does not show."""
        said = sum(len(str(block.get("text") or block.get("thinking") or block.get("input"))) for block in blocks)
        return said // 3 + amount(self.rng, 260, 1.2, 5, 16_000)

    def _usage(self, usage: _PromptUsage, output: int, is_complete: bool, web_searches: int) -> Record:
        era, billing = self.identity.era, self.billing
        split = {"ephemeral_5m_input_tokens": usage.write_5m, "ephemeral_1h_input_tokens": usage.write_1h}
        record: Record = {
            "input_tokens": usage.input,
            "cache_creation_input_tokens": usage.write_5m + usage.write_1h,
            "cache_read_input_tokens": usage.cache_read,
        }
        if era.splits_cache_writes:
            record["cache_creation"] = {} if billing.empty_cache_split else split
        record["output_tokens"] = output
        if web_searches or (is_complete and (era.has_progress or era.has_attachments)):
            record["server_tool_use"] = {"web_search_requests": web_searches, "web_fetch_requests": 0}
        record["service_tier"] = billing.service_tier
        if era.has_geography:
            record["inference_geo"] = billing.inference_geo
        if era.has_speed and is_complete:
            record["iterations"] = [_iteration(record, split)] if era.has_attachments else []
            record["speed"] = billing.speed
        return record


class _PromptUsage(NamedTuple):
    input: int
    cache_read: int
    write_5m: int
    write_1h: int


def _iteration(usage: Record, split: dict[str, int]) -> Record:
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return {**{name: usage[name] for name in names}, "cache_creation": split, "type": "message"}


def tool_use(rng: Random, era: Era, name: str, arguments: Record) -> Record:
    """A tool_use block."""
    block: Record = {"type": "tool_use", "id": token(rng, "toolu_01"), "name": name, "input": arguments}
    if era.has_speed:
        block["caller"] = {"type": "direct"}
    return block
