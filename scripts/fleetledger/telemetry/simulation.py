"""An invented client: transcripts, the telemetry that goes with them, and what reconciling the two must give.

Time is invented, too: minutes take a moment. Latency is a Brownian motion of its logarithm, with the scenario's drift
and volatility. Telemetry meets what it meets on the way: batches come twice, late, or not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp, sqrt
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
VERSION = "2.1.332"
LOG_SECONDS = 5
METRIC_SECONDS = 60
"""How often a client sends events and metrics."""
PRICES = {
    "claude-opus-4-5": (Decimal(5), Decimal(25)),
    "claude-haiku-4-5": (Decimal(1), Decimal(5)),
}
"""US dollars for a million tokens of input and of output; the cache costs a tenth of input to read, 5/4 to write."""
MAIN, TITLE = "repl_main_thread", "rename_generate_name"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Shares of requests that fail first, are cut off, or are hidden (titles); shares of batches that are sent twice,
    late, or lost; drift and volatility of the logarithm of latency, by the minute; sessions at work at once.
    """

    sessions: int
    failing: float
    cut: float
    hidden: float
    twice: float
    late: float
    lost: float
    drift: float
    volatility: float


SCENARIOS = {
    "normal": Scenario(3, 0.01, 0.0, 0.1, 0.02, 0.02, 0.0, 0.0, 0.05),
    "high-load": Scenario(40, 0.03, 0.0, 0.1, 0.1, 0.1, 0.0, 0.01, 0.15),
    "degradation": Scenario(5, 0.2, 0.05, 0.1, 0.1, 0.2, 0.05, 0.2, 0.2),
}


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was invented: requests to send in order, each with its signal, and the files of transcripts by their place.

    `truth` is how many requests have which verdict of fct_reconciliation; `hidden_output_tokens` are those that cut
    transcripts lack and telemetry tells.
    """

    requests: list[tuple[str, Json]]
    transcripts: dict[str, str]
    truth: Counter[str]
    hidden_cost_usd: Decimal
    hidden_output_tokens: int


@dataclass(slots=True)
class _Session:
    session_id: str
    begun: datetime
    lines: list[str] = field(default_factory=list)
    last_uuid: str | None = None
    sequence: int = 0
    events: list[Json] = field(default_factory=list)
    waiting: list[tuple[str, Decimal, int]] = field(default_factory=list)
    costs: dict[str, Decimal] = field(default_factory=dict)
    metrics_from: datetime = BEGIN


def simulate(scenario: Scenario, *, rate: float, seconds: int, seed: int) -> Simulated:
    """Invent `seconds` of a client that makes `rate` requests a second in all. The same seed gives the same."""
    return _Client(scenario, Random(seed)).run(rate, seconds)  # noqa: S311 (it invents, it hides nothing)


class _Client:
    def __init__(self, scenario: Scenario, chance: Random) -> None:
        self._scenario = scenario
        self._chance = chance
        self._sent: list[tuple[str, Json]] = []
        self._late: list[tuple[str, Json]] = []
        self._truth: Counter[str] = Counter()
        self._hidden_cost = Decimal(0)
        self._hidden_tokens = 0
        self._log_latency = 0.0
        self._requests = 0

    def run(self, rate: float, seconds: int) -> Simulated:
        sessions = [_Session(self._uuid(), BEGIN) for _ in range(self._scenario.sessions)]
        now, sent_logs, sent_metrics = BEGIN, BEGIN, BEGIN
        end = BEGIN + timedelta(seconds=seconds)
        while now < end:
            step = self._chance.expovariate(rate)
            self._drift(step)
            now += timedelta(seconds=step)
            if now - sent_logs >= timedelta(seconds=LOG_SECONDS):
                self._send_events(sessions)
                sent_logs = now
            if now - sent_metrics >= timedelta(seconds=METRIC_SECONDS):
                self._send_metrics(sessions, now)
                sent_metrics = now
            self._prompt(self._chance.choice(sessions), now)
        self._send_events(sessions)
        self._send_metrics(sessions, now)
        transcripts = {f"{one.session_id}.jsonl": "".join(one.lines) for one in sessions if one.lines}
        return Simulated(self._sent + self._late, transcripts, self._truth, self._hidden_cost, self._hidden_tokens)

    def _drift(self, seconds: float) -> None:
        minutes = seconds / 60
        step = self._scenario.drift * minutes + self._scenario.volatility * sqrt(minutes) * self._chance.gauss(0, 1)
        self._log_latency = min(max(self._log_latency + step, -3), 3)

    def _prompt(self, session: _Session, now: datetime) -> None:
        """A request, with the prompt before it and what goes wrong on the way."""
        prompt = self._uuid()
        self._event(session, now, "user_prompt", {"prompt.id": prompt, "prompt_length": "20"})
        self._line(session, now, "user", {"role": "user", "content": "go on"}, promptId=prompt)
        latency = 1500 * exp(self._log_latency)
        while self._chance.random() < self._scenario.failing:
            failed = {"model": "claude-opus-4-5", "status_code": 529, "attempt": 1, "query_source": MAIN}
            self._event(session, now, "api_error", {"prompt.id": prompt, **failed})
        if self._chance.random() < self._scenario.hidden:
            self._request(session, now, "claude-haiku-4-5", TITLE, latency / 3, prompt)
        self._request(session, now, "claude-opus-4-5", MAIN, latency, prompt)

    def _request(self, session: _Session, now: datetime, model: str, source: str, latency: float, prompt: str) -> None:
        self._requests += 1
        request_id = f"req_simulated{self._requests:08}"
        is_hidden = source == TITLE
        is_cut = not is_hidden and self._chance.random() < self._scenario.cut
        tokens = {
            "input_tokens": self._chance.randrange(1, 500),
            "cache_read_tokens": self._chance.randrange(0, 100_000),
            "cache_creation_tokens": self._chance.randrange(0, 5000),
            "output_tokens": 3 if is_cut else self._chance.randrange(5, 2000),
        }
        estimate = self._chance.randrange(50, 500) if is_cut else 0
        cost = _cost(model, {**tokens, "output_tokens": tokens["output_tokens"] + estimate})
        at = now + timedelta(milliseconds=latency)
        about = {
            "prompt.id": prompt,
            "model": model,
            "request_id": request_id,
            "query_source": source,
            "cost_usd": float(cost),
            "duration_ms": int(latency),
            "ttft_ms": int(latency / 4),
            "cache_creation_5m_tokens": tokens["cache_creation_tokens"],
            "cache_creation_1h_tokens": 0,
        }
        self._event(session, at, "api_request", about | tokens)
        session.costs[model] = session.costs.get(model, Decimal(0)) + cost
        if not is_hidden:
            self._answer(session, at, request_id, model, tokens, is_cut)
        session.waiting.append((_verdict(is_hidden, is_cut), cost, estimate))

    def _answer(
        self, session: _Session, at: datetime, request_id: str, model: str, tokens: dict[str, int], is_cut: bool
    ) -> None:
        usage = {
            "input_tokens": tokens["input_tokens"],
            "output_tokens": tokens["output_tokens"],
            "cache_read_input_tokens": tokens["cache_read_tokens"],
            "cache_creation_input_tokens": tokens["cache_creation_tokens"],
            "cache_creation": {
                "ephemeral_5m_input_tokens": tokens["cache_creation_tokens"],
                "ephemeral_1h_input_tokens": 0,
            },
        }
        message = {
            "id": request_id.replace("req_", "msg_"),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [{"type": "text", "text": "done"}],
            "stop_reason": None if is_cut else "end_turn",
            "usage": usage,
        }
        self._line(session, at, "assistant", message, requestId=request_id)

    def _line(self, session: _Session, at: datetime, kind: str, message: Json, **more: str) -> None:
        uuid = self._uuid()
        line = {
            "type": kind,
            "uuid": uuid,
            "parentUuid": session.last_uuid,
            "sessionId": session.session_id,
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
            "version": VERSION,
            "cwd": "/home/ann/simulated",
            "isSidechain": False,
            "message": message,
            **more,
        }
        session.last_uuid = uuid
        session.lines.append(json.dumps(line) + "\n")

    def _event(self, session: _Session, at: datetime, name: str, attributes: Json) -> None:
        about = {"session.id": session.session_id, "event.name": name, "event.sequence": session.sequence, **attributes}
        session.sequence += 1
        session.events.append(
            {"timeUnixNano": _nano(at), "body": {"stringValue": f"claude_code.{name}"}, "attributes": _listed(about)}
        )

    def _send_events(self, sessions: list[_Session]) -> None:
        for session in sessions:
            if session.events:
                request = _request("resourceLogs", "scopeLogs", {"logRecords": session.events}, "events")
                is_lost = self._send("logs", request)
                for verdict, cost, estimate in session.waiting:
                    self._note(verdict, cost, estimate, is_lost)
                session.events, session.waiting = [], []

    def _note(self, verdict: str, cost: Decimal, estimate: int, is_lost: bool) -> None:
        if verdict == "telemetry_only" and not is_lost:
            self._hidden_cost += cost
        if not is_lost:
            self._hidden_tokens += estimate
        if verdict != "telemetry_only" or not is_lost:
            self._truth["transcript_only" if is_lost else verdict] += 1

    def _send_metrics(self, sessions: list[_Session], now: datetime) -> None:
        for session in sessions:
            points = [
                {
                    "attributes": _listed({"session.id": session.session_id, "model": model}),
                    "startTimeUnixNano": _nano(session.metrics_from),
                    "timeUnixNano": _nano(now),
                    "asDouble": float(cost),
                }
                for model, cost in session.costs.items()
            ]
            if points:
                data = {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": points}
                metrics = [{"name": "claude_code.cost.usage", "unit": "USD", "sum": data}]
                self._send(
                    "metrics", _request("resourceMetrics", "scopeMetrics", {"metrics": metrics}, ""), lossy=False
                )
            session.costs, session.metrics_from = {}, now

    def _send(self, signal: str, request: Json, *, lossy: bool = True) -> bool:
        """Send a batch, once or twice, now or at the end; whether it is lost."""
        if lossy and self._chance.random() < self._scenario.lost:
            return True
        to = self._late if self._chance.random() < self._scenario.late else self._sent
        to += [(signal, request)] * (2 if self._chance.random() < self._scenario.twice else 1)
        return False

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def _verdict(is_hidden: bool, is_cut: bool) -> str:
    if is_hidden:
        return "telemetry_only"
    return "transcript_output_placeholder" if is_cut else "match"


def _cost(model: str, tokens: dict[str, int]) -> Decimal:
    """US dollars for a request."""
    of_input, of_output = PRICES[model]
    priced = (
        (tokens["input_tokens"], of_input),
        (tokens["cache_read_tokens"], of_input / 10),
        (tokens["cache_creation_tokens"], of_input * 5 / 4),
        (tokens["output_tokens"], of_output),
    )
    return sum((count * price for count, price in priced), Decimal(0)) / 1_000_000


def _request(resources: str, scopes: str, records: Json, scope: str) -> Json:
    about = {"service.name": "claude-code", "service.version": VERSION}
    name = "com.anthropic.claude_code" + (f".{scope}" if scope else "")
    return {resources: [{"resource": {"attributes": _listed(about)}, scopes: [{"scope": {"name": name}, **records}]}]}


def _listed(attributes: Json) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: object) -> Json:
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}


def _nano(at: datetime) -> str:
    return str(int(at.timestamp() * 1000) * 1_000_000)


FLEET = """\
[[source]]
fleet = "claude_code"
host = "simulated"
root = ".claude"
provider = "anthropic_api"

[[source]]
fleet = "claude_code"
kind = "otlp"
host = "simulated"
root = "otlp"
"""


def write(simulated: Simulated, out: Path) -> Iterator[tuple[str, bytes]]:
    """Write the transcripts, truth.json and fleet.toml to a new directory; the requests that are to be sent."""
    projects = out / ".claude/projects/-home-ann-simulated"
    for directory in (projects, out / "otlp"):
        directory.mkdir(parents=True)
    for name, text in simulated.transcripts.items():
        (projects / name).write_text(text)
    (out / "fleet.toml").write_text(FLEET)
    truth = {
        "verdicts": dict(sorted(simulated.truth.items())),
        "hidden_cost_usd": str(simulated.hidden_cost_usd),
        "hidden_output_tokens": simulated.hidden_output_tokens,
    }
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    for signal, request in simulated.requests:
        yield signal, json.dumps(request).encode()
