"""One simulated event log of the mu runtime: its clock and events, and token counts in the terms of its providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import msgspec

Record = dict[str, Any]

_ENCODE = msgspec.json.Encoder().encode


class Route(NamedTuple):
    """A serving path and a model."""

    provider: str
    model: str

    @property
    def is_disjoint(self) -> bool:
        """Anthropic counts its token buckets apart; for the others, cached tokens are part of the input."""
        return self.provider.startswith("anthropic")


class Tokens(NamedTuple):
    """Tokens in disjoint buckets; output includes reasoning. `tells_tier`: the log tells 5m from 1h cache writes."""

    uncached: int = 0
    output: int = 0
    reasoning: int = 0
    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    tells_tier: bool = False


class MuCall(NamedTuple):
    """The truth about one model call, or (`is_telemetry`) about a task whose calls carry no usage. None: none seen."""

    route: Route
    called_ms: int
    tokens: Tokens | None
    is_telemetry: bool = False


@dataclass
class Log:
    """One session's log in the making. `context` and `cached` are tokens; `size` and `written` are bytes."""

    rng: Random
    number: int
    session_id: str
    now_ms: int
    until_ms: int
    size: int
    route: Route
    feature: str
    lines: list[bytes] = field(default_factory=list)
    written: int = 0
    next_id: int = 1
    model_calls: int = 0
    tasks: int = 0
    context: int = 24_000
    cached: int = 0
    rejected_lines: int = 0
    calls: list[MuCall] = field(default_factory=list)

    def event(self, actor: str, kind: str, *, who: str | None = None, **payload: object) -> int:
        """Append an event by an actor (named `who`) and return its id; a payload field that is None is left out."""
        event = {
            "id": self.next_id,
            "session_id": self.session_id,
            "timestamp_unix_ms": self.now_ms,
            "actor": {"kind": actor} if who is None else {"kind": actor, "name": who},
            "payload": {"kind": kind, **{key: value for key, value in payload.items() if value is not None}},
        }
        self.raw(_ENCODE(event) + b"\n")
        self.next_id += 1
        self.wait(0.05 + self.rng.random() / 4)
        return self.next_id - 1

    def raw(self, text: bytes) -> None:
        """Append a line, which may be malformed."""
        self.lines.append(text)
        self.written += len(text)

    def wait(self, seconds: float) -> None:
        """Let time pass; it nearly stands still once the end of the simulated period is reached."""
        passed = max(1, int(seconds * 1000))
        self.now_ms += passed if self.now_ms + passed < self.until_ms else 1


def usage_semantics(route: Route) -> dict[str, bool]:
    """How the log says that a provider's usage is to be read."""
    is_subset = not route.is_disjoint
    return {"cache_read_in_input": is_subset, "cache_creation_in_input": is_subset, "reasoning_in_output": True}


def total(spent: list[Tokens]) -> Tokens:
    """What several calls took together."""
    return Tokens(
        uncached=sum(tokens.uncached for tokens in spent),
        output=sum(tokens.output for tokens in spent),
        reasoning=sum(tokens.reasoning for tokens in spent),
        read=sum(tokens.read for tokens in spent),
        write_5m=sum(tokens.write_5m for tokens in spent),
        write_1h=sum(tokens.write_1h for tokens in spent),
        tells_tier=any(tokens.tells_tier for tokens in spent),
    )


def reported(route: Route, tokens: Tokens) -> Record:
    """Tokens in the terms of the route's provider, as `usage`."""
    written = tokens.write_5m + tokens.write_1h
    usage = {
        "input_tokens": tokens.uncached + (0 if route.is_disjoint else tokens.read + written),
        "output_tokens": tokens.output,
        "cache_read_input_tokens": tokens.read or None,
        "cache_creation_input_tokens": written or None,
        "cache_creation_5m_input_tokens": tokens.write_5m if tokens.tells_tier else None,
        "cache_creation_1h_input_tokens": tokens.write_1h if tokens.tells_tier else None,
        "reasoning_tokens": tokens.reasoning or None,
    }
    return {name: count for name, count in usage.items() if count is not None}


def telemetry(route: Route, tokens: Tokens) -> dict[str, Any]:
    """Tokens in the terms of the route's provider, as the fields of task_telemetry; none where nothing is known."""
    names = {
        "input_tokens": "prompt_tokens",
        "output_tokens": "completion_tokens",
        "cache_read_input_tokens": "cache_read_tokens",
        "cache_creation_input_tokens": "cache_write_tokens",
        "cache_creation_5m_input_tokens": "cache_write_5m_tokens",
        "cache_creation_1h_input_tokens": "cache_write_1h_tokens",
    }
    usage = reported(route, tokens) if tokens.output else {}
    return {names[name]: count for name, count in usage.items() if name in names}
