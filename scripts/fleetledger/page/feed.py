"""What happens while it happens: lines of transcripts as they are written, and telemetry as it comes.

None of it is in the ledger yet, and none of it is added to its sums: it goes by, and a refresh brings it in.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Event as Stop
from typing import Any, NamedTuple

import msgspec

from fleetledger.page.answers import Json, visible
from fleetledger.sources.config import FleetConfig
from fleetledger.sources.files import SUFFIX, find_log_files, log_root
from fleetledger.sources.fleets import Source
from fleetledger.sources.otlp import COLUMNS, Request
from fleetledger.telemetry.intake import Intake
from fleetledger.telemetry.requests import PERSONAL, Kept
from fleetledger.telemetry.segments import Segments

KEPT = 20_000
"""How many events are kept for those who follow slowly, or come back."""

SHOWN = 160
"""So much of a text is shown."""

LONGEST_LINE = 16 * 2**20
WAKE_MS = 500


def key_of(session_id: str) -> str:
    """The session's address on the page."""
    return sha256(session_id.encode()).hexdigest()[:16]


class Hub:
    """Events for all who follow: each is kept once, however many they are, and each follower is at a number.

    `tell` may be called from any thread; the rest belongs to the event loop. Numbers begin after `last`.
    """

    def __init__(self, last: int = 0) -> None:
        self._events: deque[tuple[int, str, str]] = deque(maxlen=KEPT)
        self._last = last
        self._more = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_ended = False

    def begin(self) -> None:
        """Take events: from now on they reach the loop that this is called in."""
        self._loop = asyncio.get_running_loop()

    def end(self) -> None:
        """Let go of all who follow."""
        self._has_ended = True
        self._more.set()

    def tell(self, kind: str, event: Json) -> None:
        """Pass an event on to all who follow."""
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        if self._loop:
            with suppress(RuntimeError):  # The loop has ended: nobody follows any more.
                self._loop.call_soon_threadsafe(self._add, kind, text)

    def _add(self, kind: str, text: str) -> None:
        self._last += 1
        self._events.append((self._last, kind, text))
        self._more.set()
        self._more = asyncio.Event()

    @property
    def last(self) -> int:
        """The number of the newest event."""
        return self._last

    async def follow(self, after: int, *, beat: float = 15.0) -> AsyncIterator[str]:
        """Events after a number as server-sent events; a comment where nothing happens for a while."""
        at = after if after <= self._last else 0
        yield "retry: 2000\n\n"
        while not self._has_ended:
            more = self._more
            for number, kind, text in self._after(at):
                at = number
                yield f"id: {number}\nevent: {kind}\ndata: {text}\n\n"
            if at < self._last:
                continue
            try:
                await asyncio.wait_for(more.wait(), beat)
            except TimeoutError:
                yield ": still here\n\n"

    def _after(self, at: int) -> list[tuple[int, str, str]]:
        """At most some hundred events at once, so that no follower holds up the others."""
        if not self._events or at >= self._last:
            return []
        first = self._events[0][0]
        begin = max(0, at + 1 - first)
        return [self._events[i] for i in range(begin, min(begin + 256, len(self._events)))]


class Receiver(Intake):
    """The receiver of telemetry, which also tells what came."""

    def __init__(self, segments: Segments | None, hub: Hub) -> None:
        super().__init__(segments, PERSONAL)
        self._hub = hub
        self.log: deque[Json] = deque(maxlen=200)

    async def keep(self, signal: str, body: bytes, *, is_protobuf: bool) -> Kept:
        """Keep a body as the receiver does, and tell its events."""
        kept = await super().keep(signal, body, is_protobuf=is_protobuf)
        self.log.append({"signal": signal, "bytes": len(body), "records": kept.records, "rejected": kept.rejected})
        if kept.line and signal == "logs":
            for event in telemetry_events(kept.line):
                self._hub.tell("line", event)
        return kept


def telemetry_events(line: bytes) -> Iterable[Json]:
    """The events of a kept request, as the feed shows them."""
    request = msgspec.json.decode(line, type=Request)
    for (column, names), rows in zip(COLUMNS.items(), request.rows, strict=True):
        if column != "logs":
            continue
        for row in rows:
            record = dict(zip(names, row, strict=True))
            attributes = json.loads(record["attributes"])
            session_id = str(record["session_id"] or "")
            told = ("tool_name", "model", "decision", "success", "error", "output_tokens", "cost_usd", "duration_ms")
            what = " ".join(f"{name}={attributes[name]}" for name in told if attributes.get(name) is not None)
            yield _event(
                "telemetry", str(record["event_name"] or "event").removeprefix("claude_code."), session_id, what
            )


def _event(source: str, kind: str, session_id: str, what: str, **more: object) -> Json:
    text = visible(what if len(what) <= SHOWN else what[: SHOWN - 1] + "…")
    session = {"session": visible(session_id)[:64], "key": key_of(session_id)} if session_id else {}
    return {"source": source, "kind": visible(kind)[:40], "what": text} | session | more


class _Place(NamedTuple):
    """How far a file is read, and the beginning of a line that is not whole yet."""

    offset: int
    rest: bytes


class Follower:
    """Reads what is appended to transcripts: from where they were when it began."""

    def __init__(self, config: FleetConfig, tell: Callable[[Json], None]) -> None:
        self._sources = tuple(source for source in config.sources if source.fleet in ("claude_code", "mu"))
        self._text = config.text
        self._tell = tell
        self._places: dict[str, _Place] = {}
        for source in self._sources:
            for file in find_log_files(source)[0]:
                self._places[os.fspath(file.path)] = _Place(file.size, b"")

    def run(self, stop: Stop) -> None:
        """Read what comes, until `stop` is set."""
        import watchfiles

        roots = {root: source for source in self._sources if (root := log_root(source)).is_dir()}
        if not roots:
            stop.wait()
            return
        for changes in watchfiles.watch(
            *roots,
            watch_filter=lambda _, path: path.endswith(SUFFIX),
            debounce=200,
            step=50,
            stop_event=stop,
            rust_timeout=WAKE_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            for path in sorted({path for _, path in changes}):
                source = next((source for root, source in roots.items() if Path(path).is_relative_to(root)), None)
                if source:
                    self.read(Path(path), source)

    def read(self, path: Path, source: Source) -> None:
        """Tell the lines that were appended to a file since it was read last."""
        place = self._places.get(os.fspath(path), _Place(0, b""))
        try:
            size = path.stat().st_size
            if size < place.offset:
                place = _Place(0, b"")  # It is another file by now, or was cut.
            with path.open("rb") as file:
                file.seek(place.offset)
                found = file.read(min(size - place.offset, LONGEST_LINE))
        except OSError:
            return  # It is gone, or may not be read: a refresh says so.
        *lines, rest = (place.rest + found).split(b"\n")
        rest = rest if len(rest) <= LONGEST_LINE else b""
        self._places[os.fspath(path)] = _Place(place.offset + len(found), rest)
        for line in lines:
            event = transcript_event(line, source.fleet, with_text=self._text)
            if event:
                self._tell(event | {"host": source.host, "account": source.account})


def transcript_event(line: bytes, fleet: str, *, with_text: bool) -> Json | None:
    """A line of a transcript as the feed shows it; None for what is no event of a session."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    if fleet == "mu":
        kind = str(record.get("kind") or record.get("type") or "event")
        return _event("transcript", kind, str(record.get("session_id") or ""), "")
    return _claude_code_event(record, with_text=with_text)


def _claude_code_event(record: Json, *, with_text: bool) -> Json | None:
    session_id, kind = record.get("sessionId"), record.get("type")
    message = record.get("message")
    if not isinstance(session_id, str) or kind not in ("user", "assistant") or not isinstance(message, dict):
        return None
    content = message.get("content")
    blocks: list[Any] = content if isinstance(content, list) else [{"type": "text", "text": content}]
    blocks = [block for block in blocks if isinstance(block, dict)]
    tools = [str(block.get("name")) for block in blocks if block.get("type") == "tool_use"]
    texts = [block["text"] for block in blocks if block.get("type") == "text" and isinstance(block.get("text"), str)]
    usage = message.get("usage")
    tokens = usage.get("output_tokens") if isinstance(usage, dict) else None
    if tools:
        return _event("transcript", "tool use", session_id, ", ".join(tools), model=_model(message), tokens=tokens)
    if any(block.get("type") == "tool_result" for block in blocks):
        failed = any(block.get("is_error") for block in blocks)
        return _event("transcript", "tool failed" if failed else "tool result", session_id, "")
    if not texts:
        return None
    what = " ".join(" ".join(texts).split()) if with_text else ""
    if kind == "user":
        return None if record.get("isMeta") else _event("transcript", "prompt", session_id, what)
    return _event("transcript", "answer", session_id, what, model=_model(message), tokens=tokens)


def _model(message: Json) -> str | None:
    model = message.get("model")
    return visible(model)[:80] if isinstance(model, str) else None
