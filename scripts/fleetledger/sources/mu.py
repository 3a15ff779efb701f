"""The mu runtime's event logs: the envelope, typed as it should be logged; payloads are read in staging from `raw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import msgspec

Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Actor(msgspec.Struct, frozen=True, gc=False):
    """`actor`: who caused the event."""

    kind: str | None = None
    name: str | None = None


class Payload(msgspec.Struct, frozen=True, gc=False):
    """`payload`: what happened; an unknown kind is kept."""

    kind: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event of a session's, or of the supervisor's, log."""

    id: Int64 | None = None
    session_id: str | None = None
    timestamp_unix_ms: Int64 | None = None
    actor: Actor | None = None
    payload: Payload | None = None


LINE = Event

COLUMNS = {
    "event_id": "integer",
    "session_id": "text",
    "timestamp_unix_ms": "integer",
    "actor_kind": "text",
    "actor_name": "text",
    "kind": "text",
}

_NO_ACTOR = Actor()
_NO_PAYLOAD = Payload()


def columns(events: Sequence[Event]) -> list[Sequence[Any]]:
    """The values of `COLUMNS`, in its order, one sequence a column."""
    actors = [event.actor or _NO_ACTOR for event in events]
    return [
        [event.id for event in events],
        [event.session_id for event in events],
        [event.timestamp_unix_ms for event in events],
        [actor.kind for actor in actors],
        [actor.name for actor in actors],
        [(event.payload or _NO_PAYLOAD).kind for event in events],
    ]


def is_record(event: Event) -> bool:
    """Whether an object found in the middle of a damaged line is an event of its own, not a part of another."""
    return event.id is not None and event.session_id is not None and event.payload is not None
