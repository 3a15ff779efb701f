"""How ccusage reads Claude Code's logs, and how fleetledger does: the same reading but for a set of named divergences.

This is a second implementation of both, of the standard library alone: it shares no code with the extractor or the
models. With every divergence in force it must come to ccusage's numbers, with none to the warehouse's, and what is
between is attributed by taking them away one by one.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from calculator import Call

from fleetledger.sources.fleets import Source

Json = dict[str, Any]


class Divergence(Enum):
    """What ccusage does otherwise, in the order in which it is taken away; docs/ccusage.md has a row for each."""

    NULL_KEY = "null key"
    WRITTEN_FORM = "written form"
    BROKEN_TEXT = "broken text"
    OTHER_RECORDS = "other records"
    AGENT_PROGRESS = "agent progress"
    OWN_TEXTS = "own texts"
    SIDECHAIN_REPLAY = "sidechain replay"
    NO_REQUEST_ID = "no request id"
    NO_MESSAGE_ID = "no message id"
    REPEATED_IDS = "repeated ids"
    COMPACTIONS = "compactions"
    FALLBACK_MODEL = "fallback model"
    LINE_THAT_IS_KEPT = "line that is kept"
    CACHE_SPLIT = "cache split"
    MARGINAL_TIERS = "marginal tiers"
    ONE_PRICE_LIST = "one price list"
    WEB_SEARCHES = "web searches"
    BATCH = "batch"
    GEOGRAPHY = "geography"


EVERY = frozenset(Divergence)
NONE: frozenset[Divergence] = frozenset()

BUCKETS = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens")

OWN_TEXT_MODEL = "<synthetic>"
NULL_KEYS = ["id", "cwd", "model", "speed", "costUSD", "version", "sessionId", "requestId", "isApiErrorMessage"]
NULL_KEYS += ["cache_read_input_tokens", "cache_creation_input_tokens"]
_NULL_KEY = re.compile(f'"(?:{"|".join(NULL_KEYS)})"\\s*:\\s*null'.encode())
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)")
_VERSION = re.compile(r"\d+\.\d+\.\d")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 127


@dataclass(frozen=True, slots=True)
class Usage:
    """The counts of one line; None where the log has none or none that can be."""

    input_tokens: int | None
    output_tokens: int | None
    cache_read: int | None
    cache_write: int | None
    split: tuple[int | None, int | None] | None
    web_searches: int | None
    speed: str | None
    tier: str | None
    geography: str | None

    def cache_writes(self, active: frozenset[Divergence]) -> tuple[int, int]:
        """Cache writes for 5 minutes and for an hour."""
        five_minutes, hour = (count or 0 for count in self.split or (None, None))
        total = self.cache_write or 0
        if Divergence.CACHE_SPLIT in active:
            return (five_minutes, hour) if self.split else (total, 0)
        return max(total - hour, five_minutes), hour

    def total(self, active: frozenset[Divergence]) -> int:
        """All tokens together."""
        counts = (self.input_tokens, self.output_tokens, self.cache_read, *self.cache_writes(active))
        return sum(count or 0 for count in counts)


class Iteration(NamedTuple):
    """One request of several that a response's usage lists; `model` is None where that is the response's."""

    kind: str | None
    model: str | None
    usage: Usage


@dataclass(frozen=True, slots=True)
class Line:
    """One record with usage. `drops` is why ccusage does not count it, `daily_drops` why its daily report does not."""

    path: str
    place: tuple[int, int]
    kind: Divergence | None
    session: str
    agent: str | None
    uuid: str | None
    message_id: str | None
    request_id: str | None
    at: datetime | None
    model: str | None
    stop_reason: str | None
    usage: Usage
    iterations: tuple[Iteration, ...]
    tool_searches: frozenset[tuple[str, int]]
    is_sidechain: bool
    provider: str
    drops: frozenset[Divergence]
    daily_drops: frozenset[Divergence]

    def counts(self, report: str, active: frozenset[Divergence]) -> bool:
        """Whether the line is counted; `kind` is the divergence without which it is not, None for a response's.

        What only reports a sub-agent's response counts in ccusage's daily report, and here.
        """
        drops = self.drops | self.daily_drops if report == "daily" else self.drops
        if self.kind is Divergence.AGENT_PROGRESS:
            return (report == "daily" or self.kind not in active) and not drops & active
        return (self.kind is None or self.kind in active) and not drops & active

    @property
    def inputs(self) -> tuple[int | None, int, int]:
        """What went in: the same on every line of a response."""
        return self.usage.input_tokens, self.usage.cache_read or 0, self.usage.cache_write or 0


def read_lines(sources: Iterable[Source]) -> list[Line]:
    """Every record with usage in the logs, in ccusage's order: by path, as text."""
    files = [(str(path), source) for source in sources for path in (source.root / "projects").rglob("*.jsonl")]
    rows = [
        (path, number, raw, source)
        for path, source in sorted(files, key=lambda file: file[0])
        for number, raw in enumerate(Path(path).read_bytes().split(b"\n"), start=1)
    ]
    searches = dict(search for _, _, raw, _ in rows if b'"toolUseResult"' in raw for search in _searches(raw))
    return [line for row in rows if b'"usage"' in row[2] for line in _records(*row, searches)]


def _searches(raw: bytes) -> Iterator[tuple[str, int]]:
    """How many web searches a result is of, by the id of the tool's use."""
    for record in _leniently(raw):
        envelope = _progress(record) or record
        result, message = envelope.get("toolUseResult"), envelope.get("message")
        if not isinstance(result, dict) or not isinstance(message, dict):
            continue
        count = _count(result.get("searchCount"))
        if count is None and "searchCount" not in result and "query" in result and "durationSeconds" in result:
            count = 1
        for block in message["content"] if count is not None and isinstance(message.get("content"), list) else []:
            if isinstance(block, dict) and block.get("type") == "tool_result":
                yield str(block.get("tool_use_id")), count or 0


def _records(path: str, number: int, raw: bytes, source: Source, searches: dict[str, int]) -> Iterator[Line]:
    strict = _strictly(raw)
    null_key = {Divergence.NULL_KEY} if _NULL_KEY.search(raw) else set()
    for part, record in enumerate(_leniently(raw) if strict is None else [strict]):
        envelope = _progress(record) or record
        message = envelope.get("message")
        if not isinstance(message, dict) or not isinstance(message.get("usage"), dict):
            continue
        kind = None if record.get("type") == "assistant" else Divergence.OTHER_RECORDS
        kind = Divergence.AGENT_PROGRESS if envelope is not record else kind
        kind = Divergence.OWN_TEXTS if kind is None and message.get("model") == OWN_TEXT_MODEL else kind
        drops = set(null_key)
        if kind is Divergence.AGENT_PROGRESS:
            message = message | {"stop_reason": None}
            envelope = envelope | {"version": None, "sessionId": record.get("sessionId")}
        if strict is None or b'"usage":{' not in raw or not _is_expected(envelope, message):
            drops.add(Divergence.WRITTEN_FORM)
        broken = {Divergence.BROKEN_TEXT} if _is_broken(raw, strict) else set()
        # The monthly report reads a line with a null in it the way that the daily one reads all.
        if b"null" in raw:
            drops |= broken
        yield Line(
            path=path,
            place=(number, part),
            kind=kind,
            session=_text(record.get("sessionId")) or _session_of(path),
            agent=_agent(record, envelope, path),
            uuid=_text(envelope.get("uuid")),
            message_id=_text(message.get("id")),
            request_id=_text(envelope.get("requestId")),
            at=_instant(envelope.get("timestamp")),
            model=_text(message.get("model")),
            stop_reason=_text(message.get("stop_reason")),
            usage=_usage(message["usage"]),
            iterations=tuple(_iterations(message["usage"].get("iterations"))),
            tool_searches=frozenset(
                (str(block["id"]), searches[str(block["id"])])
                for block in (message["content"] if isinstance(message.get("content"), list) else [])
                if isinstance(block, dict) and block.get("name") == "WebSearch" and str(block.get("id")) in searches
            ),
            is_sidechain=envelope.get("isSidechain") is True,
            provider=source.provider or "claude_code",
            drops=frozenset(drops),
            daily_drops=frozenset(broken),
        )


def _progress(record: Json) -> Json | None:
    """The message of a sub-agent that a progress line repeats."""
    data = record.get("data")
    inner = data.get("message") if isinstance(data, dict) and not isinstance(record.get("message"), dict) else None
    return inner if isinstance(inner, dict) else None


def _agent(record: Json, envelope: Json, path: str) -> str | None:
    """The sub-agent that a line is of; None for the main thread's."""
    if envelope is not record:
        return (_text(record["data"].get("agentId")) or "").strip() or "sidechain"
    name = Path(path).stem
    if name.startswith("agent-"):
        return _text(record.get("agentId")) or name.removeprefix("agent-")
    return (_text(record.get("agentId")) or "sidechain") if record.get("isSidechain") is True else None


def _strictly(raw: bytes) -> Json | None:
    """The line as ccusage's parser reads it; None where it is not exactly one JSON object."""

    def refuse(name: str) -> float:
        raise ValueError(name)

    try:
        record = json.loads(raw.decode(errors="replace"), parse_constant=refuse, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _without_repetition(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs) and {"usage", "sessionId", "input_tokens", "output_tokens"} & set(found):
        raise ValueError("repeated key")
    return found


def _leniently(raw: bytes) -> Iterator[Json]:
    """Every JSON object of a line; of a damaged one those before the damage."""
    decoder = json.JSONDecoder(strict=False)
    text = raw.decode(errors="replace").strip("\ufeff\0 \t\r\n")
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            return
        if isinstance(value, dict):
            yield value
        text = text[end:].lstrip()


def _is_expected(envelope: Json, message: Json) -> bool:
    """Whether the fields that ccusage reads have the types that it expects, and are not empty."""
    usage = message["usage"]
    texts = [envelope.get("version"), envelope.get("sessionId"), envelope.get("requestId")]
    texts += [message.get("id"), message.get("model")]
    flags = [envelope.get("isSidechain"), envelope.get("isApiErrorMessage")]
    split = usage.get("cache_creation")
    counts = [usage.get("input_tokens"), usage.get("output_tokens")]
    counts += [usage.get(name, 0) for name in ("cache_creation_input_tokens", "cache_read_input_tokens")]
    if isinstance(split, dict):
        counts += [split.get(name, 0) for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")]
    return (
        all(text is None or (isinstance(text, str) and text) for text in texts)
        and all(flag is None or isinstance(flag, bool) for flag in flags)
        and all(_count(count) is not None for count in counts)
        and (split is None or isinstance(split, dict))
        and usage.get("speed") in (None, "standard", "fast")
        and (texts[0] is None or _VERSION.match(texts[0]) is not None)
        and isinstance(envelope.get("timestamp"), str)
        and _TIMESTAMP.fullmatch(envelope["timestamp"]) is not None
        and _instant(envelope["timestamp"]) is not None
    )


def _is_broken(raw: bytes, strict: Json | None) -> bool:
    """Whether text that ccusage's monthly report does not look at is none that its daily one can read."""
    if strict is None:
        return False
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return True
    if "\\ud" not in text.lower():
        return _depth(text) > _DEEPEST
    return _SURROGATE.search(json.dumps(strict, ensure_ascii=False)) is not None


def _depth(text: str) -> int:
    """How deep brackets nest."""
    depth = deepest = 0
    if text.count("[") + text.count("{") > _DEEPEST:
        for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
            depth += (bracket in "[{") - (bracket in "]}")
            deepest = max(deepest, depth)
    return deepest


def _usage(usage: Json) -> Usage:
    split, searches = usage.get("cache_creation"), usage.get("server_tool_use")
    names = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    five_minutes, hour = (_count(split.get(name)) for name in names) if isinstance(split, dict) else (None, None)
    return Usage(
        input_tokens=_count(usage.get("input_tokens")),
        output_tokens=_count(usage.get("output_tokens")),
        cache_read=_count(usage.get("cache_read_input_tokens")),
        cache_write=_count(usage.get("cache_creation_input_tokens")),
        split=(five_minutes, hour) if isinstance(split, dict) else None,
        web_searches=_count(searches.get("web_search_requests")) if isinstance(searches, dict) else None,
        speed=_text(usage.get("speed")),
        tier=_text(usage.get("service_tier")),
        geography=_text(usage.get("inference_geo")),
    )


def _iterations(listed: object) -> Iterator[Iteration]:
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            yield Iteration(_text(one.get("type")), _text(one.get("model")), _usage(one))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def _session_of(path: str) -> str:
    parts = Path(path).parts
    return parts[parts.index("subagents") - 1] if "subagents" in parts else Path(path).stem


class Rates(NamedTuple):
    """ccusage's prices of a model in dollars per token, by bucket: up to 200,000 tokens of it, and above them."""

    buckets: dict[str, tuple[Decimal, Decimal]]
    fast: Decimal


PRICED_BUCKETS = ("input", "output", "write_5m", "write_1h", "read")


@dataclass(slots=True, eq=False)
class _Response:
    """The lines that are taken for one response, and the one that is kept of them."""

    kept: Line
    lines: list[Line]


class _Responses:
    """Puts lines together to responses, one after the other."""

    def __init__(
        self, report: str, active: frozenset[Divergence], lines: Iterable[Line], rates: dict[str, Rates]
    ) -> None:
        self._report = report
        self._active = active
        self._rates = rates
        self._own_keys = _own_keys(lines)
        self._repeated = _repeated(self._own_keys)
        self._by_key: dict[tuple[object, ...], _Response] = {}
        self._of_session: dict[tuple[object, ...], list[_Response]] = defaultdict(list)
        self.found: list[_Response] = []

    def add(self, line: Line) -> None:
        """Take a line for one of a response that is there, or for a new one."""
        key = self._key(line)
        response = self._by_key.get(key)
        if response is None or (self._key(response.kept) != key and Divergence.SIDECHAIN_REPLAY in self._active):
            response = self._original(line)
        if response is None:
            response = _Response(line, [])
            self.found.append(response)
            self._by_key[key] = response
        response.lines.append(line)
        of_session = self._of_session[line.message_id, line.session]
        if response not in of_session:
            of_session.append(response)
        if self._is_better(line, response.kept):
            response.kept = line
            self._by_key[key] = response

    def _key(self, line: Line) -> tuple[object, ...]:
        own = self._own_keys[line]
        if line.message_id is None:
            is_copied = Divergence.NO_MESSAGE_ID not in self._active
            return own if is_copied else ("line", line.path, line.place)
        if line.request_id is None and Divergence.NO_REQUEST_ID in self._active:
            return line.message_id, None, line.session, line.at if self._report == "daily" else None
        if line.request_id is not None and Divergence.SIDECHAIN_REPLAY in self._active:
            return line.message_id, line.request_id
        is_repeated = own in self._repeated and Divergence.REPEATED_IDS not in self._active
        return (*own, line.inputs) if is_repeated else own

    def _original(self, line: Line) -> _Response | None:
        """What a sidechain's line repeats under another request id, or is repeated by."""
        if Divergence.SIDECHAIN_REPLAY not in self._active or line.message_id is None:
            return None
        for response in self._of_session[line.message_id, line.session]:
            is_timely = self._report == "daily" or response.kept.at == line.at
            if is_timely and (line.is_sidechain or response.kept.is_sidechain):
                return response
        return None

    def _is_better(self, line: Line, kept: Line) -> bool:
        if Divergence.SIDECHAIN_REPLAY in self._active and line.is_sidechain != kept.is_sidechain:
            return kept.is_sidechain
        if Divergence.LINE_THAT_IS_KEPT not in self._active:
            return _rank(line) > _rank(kept)
        totals = line.usage.total(self._active), kept.usage.total(self._active)
        if totals[0] != totals[1]:
            return totals[0] > totals[1]
        if self._report == "daily":
            costs = [_peer_cost(one, self._active, self._rates) for one in (line, kept)]
            if costs[0] != costs[1]:
                return costs[0] > costs[1]
        return line.usage.speed is not None and kept.usage.speed is None


def _own_keys(lines: Iterable[Line]) -> dict[Line, tuple[object, ...]]:
    """How fleetledger names the response of each line.

    By message id and request id, where what a line lacks is taken from its copies, from the main thread's line that a
    sub-agent's file repeats, and from the response's other lines in the session; without a request id within the
    session; without any id by the line's uuid.
    """
    of_uuid: dict[tuple[str | None, str | None], list[Line]] = defaultdict(list)
    of_message: dict[tuple[str, str | None], list[Line]] = defaultdict(list)
    for line in lines:
        of_uuid[line.uuid, line.message_id].append(line)
        of_message[line.session, line.message_id].append(line)

    def request_of(line: Line) -> str | None:
        copies = of_uuid[line.uuid, line.message_id] if line.uuid else [line]
        first = min(copies, key=lambda copy: (copy.request_id is None, copy.agent is not None, copy.session))
        return first.request_id

    found: dict[Line, tuple[object, ...]] = {}
    for line in lines:
        siblings = of_message[line.session, line.message_id]
        request = request_of(line)
        originals = [one for one in siblings if _is_original(one, line)]
        if line.message_id and originals:
            request = min(filter(None, map(request_of, originals)), default=None)
        if line.message_id and request is None:
            request = max(filter(None, map(request_of, siblings)), default=None)
        if line.message_id is None:
            found[line] = ("line", line.uuid) if line.uuid else ("line", line.path, line.place)
        elif request is None:
            copies = of_uuid[line.uuid, line.message_id] if line.uuid else [line]
            found[line] = min(copy.session for copy in copies), line.message_id, None
        else:
            found[line] = line.message_id, request
    return found


def _repeated(keys: dict[Line, tuple[object, ...]]) -> set[tuple[object, ...]]:
    """The names that stand for several responses: what went into one is the same on all of its lines."""
    inputs = defaultdict(set)
    for line, key in keys.items():
        if line.kind is not Divergence.AGENT_PROGRESS:
            inputs[key].add(line.inputs)
    return {key for key, several in inputs.items() if len(several) > 1}


def _is_original(one: Line, line: Line) -> bool:
    """Whether a line of the same session and message is what another one repeats."""
    if line.kind is Divergence.AGENT_PROGRESS:
        return one.kind is not Divergence.AGENT_PROGRESS
    if line.agent is None or one.agent is not None:
        return False
    return (one.at is not None and one.at == line.at) or (None not in one.inputs and one.inputs == line.inputs)


def _rank(line: Line) -> tuple[int, bool, str]:
    """How much a line tells of its response; of two that tell as much, the later one does."""
    output = -1 if line.usage.output_tokens is None else line.usage.output_tokens
    return output, line.stop_reason is not None, f"{line.at}"


TIER_START = 200_000
ListPrice = Callable[[Call], Decimal | None]
"""What the price lists that fleetledger goes by say of a call."""


@dataclass(slots=True)
class Sum:
    """Tokens by bucket, cost, and of how many responses."""

    tokens: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    cost: Decimal = Decimal(0)
    count: int = 0


Totals = dict[tuple[str, str | None], Sum]
"""By period and model; None stands for what names no model, and for Claude Code's own texts."""


def totals(
    lines: Iterable[Line],
    report: str,
    active: frozenset[Divergence],
    rates: dict[str, Rates],
    list_price: ListPrice,
) -> Totals:
    """What a report (`daily`, `monthly`) comes to with these divergences in force."""
    counted = [line for line in lines if line.counts(report, active)]
    responses = _Responses(report, active, counted, rates)
    for line in counted:
        responses.add(line)
    found: Totals = defaultdict(Sum)
    for response in responses.found:
        at = response.kept.at if Divergence.LINE_THAT_IS_KEPT in active else _earliest(response.lines)
        searches = max(line.usage.web_searches or 0 for line in response.lines)
        searches = searches or sum(count for _, count in frozenset().union(*(x.tool_searches for x in response.lines)))
        for billed in _billed(response.kept, searches, active):
            sums = found[_period(at, report), _name(billed)]
            writes = billed.usage.cache_writes(active)
            counts = (billed.usage.input_tokens, billed.usage.output_tokens, sum(writes), billed.usage.cache_read)
            for position, count in enumerate(counts):
                sums.tokens[position] += count or 0
            sums.cost += _cost(billed, at, active, rates, list_price)
            sums.count += 1
    return found


def _billed(kept: Line, searches: int, active: frozenset[Divergence]) -> Iterator[Line]:
    """The response by the model that served it, and each request that is billed besides."""
    fallbacks = [one.model for one in kept.iterations if one.kind == "fallback_message" and one.model]
    model = fallbacks[-1] if fallbacks and Divergence.FALLBACK_MODEL not in active else kept.model
    yield replace(kept, model=model, usage=replace(kept.usage, web_searches=searches))
    kinds = {"advisor_message"} | (set() if Divergence.COMPACTIONS in active else {"compaction"})
    for one in kept.iterations:
        if one.kind in kinds:
            speed = kept.usage.speed if one.model in (None, kept.model) else None
            usage = replace(one.usage, speed=speed, tier=kept.usage.tier, geography=kept.usage.geography)
            yield replace(kept, model=one.model or kept.model, usage=usage)


class Window(NamedTuple):
    """A usage window: its beginning, its first and last response, and how many responses and tokens it has."""

    begins: datetime
    first: datetime
    last: datetime
    responses: int
    tokens: int


FIVE_HOURS = timedelta(hours=5)


def windows(
    lines: Iterable[Line], active: frozenset[Divergence], rates: dict[str, Rates], *, of_a_plan: bool = False
) -> list[Window]:
    """The 5-hour windows of lines of one account, with these divergences in force; lines without a time have none.

    ccusage reads the logs for its windows as it does for its monthly report. `of_a_plan` leaves out what no plan of
    Claude's sees, which ccusage counts.
    """
    counted = [line for line in lines if line.counts("monthly", active) and (_is_of_a_plan(line) or not of_a_plan)]
    responses = _Responses("monthly", active, counted, rates)
    for line in counted:
        responses.add(line)
    found: list[Window] = []
    for at, tokens in sorted(_timed(responses.found, active)):
        window = found[-1] if found else None
        if window is None or at - window.begins > FIVE_HOURS or at - window.last > FIVE_HOURS:
            found.append(Window(at.replace(minute=0, second=0, microsecond=0), at, at, 1, tokens))
        else:
            found[-1] = window._replace(last=at, responses=window.responses + 1, tokens=window.tokens + tokens)
    return found


def _is_of_a_plan(line: Line) -> bool:
    """Whether Claude's plan sees the call: on a subscription, of a Claude model, at the usual speed."""
    return line.provider == "claude_code" and "claude" in (line.model or "").lower() and line.usage.speed != "fast"


def _timed(responses: Iterable[_Response], active: frozenset[Divergence]) -> Iterator[tuple[datetime, int]]:
    for response in responses:
        at = response.kept.at if Divergence.LINE_THAT_IS_KEPT in active else _earliest(response.lines)
        if at is not None:
            yield at, response.kept.usage.total(active)


def _earliest(lines: Iterable[Line]) -> datetime | None:
    return min((line.at for line in lines if line.at), default=None)


def _period(at: datetime | None, report: str) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d}" if report == "daily" else f"{at:%Y-%m}"


def _name(line: Line) -> str | None:
    """The model as ccusage names it."""
    if line.model in (None, OWN_TEXT_MODEL):
        return None
    return f"{line.model}-fast" if line.usage.speed == "fast" else line.model


def _cost(
    kept: Line,
    at: datetime | None,
    active: frozenset[Divergence],
    rates: dict[str, Rates],
    list_price: ListPrice,
) -> Decimal:
    usage = kept.usage
    if Divergence.ONE_PRICE_LIST in active:
        return _peer_cost(kept, active, rates)
    if at is None or kept.model in (None, OWN_TEXT_MODEL) or None in (usage.input_tokens, usage.output_tokens):
        return Decimal(0)
    five_minutes, hour = usage.cache_writes(active)
    call = Call(
        model_call_id="",
        provider=kept.provider,
        model=kept.model or "",
        called_at=at.replace(tzinfo=None),
        speed=usage.speed,
        service_tier=None if Divergence.BATCH in active else usage.tier,
        inference_geo=None if Divergence.GEOGRAPHY in active else usage.geography,
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_read_tokens=usage.cache_read or 0,
        cache_write_5m_tokens=five_minutes,
        cache_write_1h_tokens=hour,
        web_search_requests=0 if Divergence.WEB_SEARCHES in active else usage.web_searches or 0,
    )
    return list_price(call) or Decimal(0)


def _peer_cost(line: Line, active: frozenset[Divergence], rates: dict[str, Rates]) -> Decimal:
    """What ccusage's prices make of a line; 0 where it lacks what ccusage reads no line without."""
    usage = line.usage
    if line.model in (None, OWN_TEXT_MODEL) or usage.input_tokens is None or usage.output_tokens is None:
        return Decimal(0)
    model = rates[line.model or ""]
    tokens = (usage.input_tokens, usage.output_tokens, *usage.cache_writes(active), usage.cache_read or 0)
    factor = model.fast if usage.speed == "fast" else 1
    return factor * _tiered(tokens, model, marginal=Divergence.MARGINAL_TIERS in active)


def _tiered(tokens: tuple[int, ...], model: Rates, *, marginal: bool) -> Decimal:
    """The price of tokens in the order of `PRICED_BUCKETS`."""
    prices = [model.buckets[bucket] for bucket in PRICED_BUCKETS]
    if marginal:
        parts = [(min(count, TIER_START), max(count - TIER_START, 0)) for count in tokens]
        costs = [low * base + high * above for (low, high), (base, above) in zip(parts, prices, strict=True)]
    else:
        is_long = sum(tokens) - tokens[1] > TIER_START
        costs = [count * price[is_long] for count, price in zip(tokens, prices, strict=True)]
    return sum(costs, Decimal(0))
