"""Claude Code transcripts: the fields that the models need, typed as they should be logged.

The format is undocumented and moves with every release: every field is optional, every other field and every unknown
record type passes unread (staging reads them from `raw`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec.structs import astuple

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class CacheCreation(msgspec.Struct, frozen=True, gc=False):
    """`message.usage.cache_creation`: cache writes by how long they live."""

    ephemeral_5m_input_tokens: Count | None = None
    ephemeral_1h_input_tokens: Count | None = None


class OutputDetails(msgspec.Struct, frozen=True, gc=False):
    """`message.usage.output_tokens_details`: what the output consists of."""

    thinking_tokens: Count | None = None


class ServerToolUse(msgspec.Struct, frozen=True, gc=False):
    """`message.usage.server_tool_use`: what the provider ran and bills by the request."""

    web_search_requests: Count | None = None


class Usage(msgspec.Struct, frozen=True, gc=False):
    """`message.usage`: the provider's own token counts."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    speed: str | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerToolUse | None = None
    output_tokens_details: OutputDetails | None = None
    iterations: list[Any] | None = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """`message`: the API's message; its content is left to staging."""

    id: str | None = None
    role: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    stop_details: Any = msgspec.UNSET
    usage: Usage | None = None


class ForkedFrom(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """`forkedFrom`: the line of another session that this line is a copy of."""

    session_id: str | None = None
    message_uuid: str | None = None


class Line(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One record of a transcript."""

    type: str | None = None
    subtype: str | None = None
    uuid: str | None = None
    parent_uuid: str | None = None
    session_id: str | None = None
    agent_id: str | None = None
    is_sidechain: bool | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    is_aborted_mid_stream: bool | None = None
    prompt_cache_requested: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    git_branch: str | None = None
    version: str | None = None
    entrypoint: str | None = None
    request_id: str | None = None
    prompt_id: str | None = None
    slug: str | None = None
    attribution_skill: str | None = None
    attribution_mcp_server: str | None = None
    custom_title: str | None = None
    ai_title: str | None = None
    summary: str | None = None
    leaf_uuid: str | None = None
    source_tool_assistant_uuid: str | None = msgspec.field(default=None, name="sourceToolAssistantUUID")
    forked_from: ForkedFrom | None = None
    message: Message | None = None


LINE = Line

COLUMNS = {
    "record_type": "text",
    "subtype": "text",
    "uuid": "text",
    "parent_uuid": "text",
    "session_id": "text",
    "agent_id": "text",
    "is_sidechain": "flag",
    "is_meta": "flag",
    "is_compact_summary": "flag",
    "is_api_error_message": "flag",
    "is_aborted_mid_stream": "flag",
    "prompt_cache_requested": "text",
    "logged_timestamp": "text",
    "cwd": "text",
    "git_branch": "text",
    "version": "text",
    "entrypoint": "text",
    "request_id": "text",
    "prompt_id": "text",
    "slug": "text",
    "attribution_skill": "text",
    "attribution_mcp_server": "text",
    "custom_title": "text",
    "ai_title": "text",
    "summary": "text",
    "leaf_uuid": "text",
    "forked_from_session_id": "text",
    "forked_from_message_uuid": "text",
    "source_tool_assistant_uuid": "text",
    "message_id": "text",
    "message_role": "text",
    "model": "text",
    "stop_reason": "text",
    "has_stop_details": "flag",
    "input_tokens": "integer",
    "output_tokens": "integer",
    "cache_read_input_tokens": "integer",
    "cache_creation_input_tokens": "integer",
    "ephemeral_5m_input_tokens": "integer",
    "ephemeral_1h_input_tokens": "integer",
    "web_search_requests": "integer",
    "thinking_tokens": "integer",
    "speed": "text",
    "service_tier": "text",
    "inference_geo": "text",
    "usage_iterations": "integer",
}

_NO_FORK = ForkedFrom()
_NO_MESSAGE = Message()
_NO_USAGE = Usage()
_NO_CACHE_CREATION = CacheCreation()
_NO_SERVER_TOOL_USE = ServerToolUse()
_NO_OUTPUT_DETAILS = OutputDetails()


def columns(lines: Sequence[Line]) -> list[Sequence[Any]]:
    """The values of `COLUMNS`, in its order, one sequence a column; `lines` must not be empty."""
    *envelope, forks, messages = zip(*map(astuple, lines), strict=True)
    source_tool_assistant_uuid = envelope.pop()
    forked_from = zip(*map(astuple, [fork or _NO_FORK for fork in forks]), strict=True)
    *message, stop_details, usages = zip(*map(astuple, [one or _NO_MESSAGE for one in messages]), strict=True)
    usage = zip(*map(astuple, [one or _NO_USAGE for one in usages]), strict=True)
    *tokens, speed, service_tier, inference_geo, cache_creations, tool_uses, output_details, iterations = usage
    cache_writes = zip(*map(astuple, [one or _NO_CACHE_CREATION for one in cache_creations]), strict=True)
    searches = [(one or _NO_SERVER_TOOL_USE).web_search_requests for one in tool_uses]
    thinking = [(one or _NO_OUTPUT_DETAILS).thinking_tokens for one in output_details]
    has_stop_details = [
        None if message is None else details is not msgspec.UNSET
        for message, details in zip(messages, stop_details, strict=True)
    ]
    iteration_counts = [None if one is None else len(one) for one in iterations]
    return [
        *envelope,
        *forked_from,
        source_tool_assistant_uuid,
        *message,
        has_stop_details,
        *tokens,
        *cache_writes,
        searches,
        thinking,
        speed,
        service_tier,
        inference_geo,
        iteration_counts,
    ]


def is_record(line: Line) -> bool:
    """Whether an object found in the middle of a damaged line is a record of its own, not a part of another."""
    return line.type is not None and line.session_id is not None
