"""What GET /metrics says, for Prometheus: what came since the server began, by the names that it gives OTLP's metrics.

Sessions and people are no labels: Prometheus keeps a series for each combination of values for ever.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from fleetledger.sources.otlp import COLUMNS, Request

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LABELS = ("decision", "effort", "language", "model", "query_source", "speed", "start_type", "tool_name", "type")
REMEMBERED = 50_000
"""As many points are remembered, to know one that is sent again."""
SERIES = 10_000
"""As many series are kept; what would be another one is counted without labels."""
_CUMULATIVE = 2
_UNITS = {"s": "seconds"}
_NO_NAME = re.compile(r"[^a-zA-Z0-9_]")

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, Labels], float] = {}
        self._seen: OrderedDict[tuple[object, ...], None] = OrderedDict()
        self._last: OrderedDict[tuple[object, ...], float] = OrderedDict()

    def take(self, line: bytes) -> None:
        """Count the points of a kept request of metrics."""
        # What is nested so deeply that it does not read is on disk all the same, and told of by the landing.
        with suppress(ValueError, RecursionError):
            for row in msgspec.json.decode(line, type=Request).rows[1]:
                self._count(dict(zip(COLUMNS["points"], row, strict=True)))

    def _count(self, point: Mapping[str, object]) -> None:
        name, value = point["metric_name"], point["value"]
        if point["point_kind"] != "sum" or not point["is_monotonic"] or not isinstance(value, float) or not name:
            return
        series = (name, point["attributes"], point["start_time_unix_nano"])
        if point["temporality"] == _CUMULATIVE:
            before = self._last.pop(series, 0.0)
            self._last[series] = value
            _forget(self._last)
            value = value - before if value >= before else value
        else:
            at = (*series, point["time_unix_nano"])
            if at in self._seen:
                return
            self._seen[at] = None
            _forget(self._seen)
        self._add(_name(str(name), str(point["unit"] or "")), _labels(str(point["attributes"])), value)

    def _add(self, name: str, labels: Labels, value: float) -> None:
        key = name, labels
        if key not in self._values and len(self._values) >= SERIES:
            key = name, ()
        self._values[key] = self._values.get(key, 0.0) + value

    def text(self, records: Counter[str], requests: Counter[tuple[str, int]], events: Counter[str]) -> str:
        """All counters as Prometheus reads them, those of the server among them."""
        values = dict(self._values)
        for signal, count in records.items():
            values["fleetledger_telemetry_records_total", (("signal", signal),)] = count
        for (signal, status), count in requests.items():
            labels = (("signal", signal), ("status", str(status)))
            values["fleetledger_telemetry_requests_total", labels] = count
        for event, count in events.items():
            values["claude_code_events_total", (("event", event),)] = count
        return "".join(_lines(values.items()))


def _forget(remembered: OrderedDict[tuple[object, ...], Any]) -> None:
    if len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


def _name(metric: str, unit: str) -> str:
    """The name that Prometheus gives a counter of OTLP.

    >>> _name("claude_code.cost.usage", "USD"), _name("claude_code.active_time.total", "s")
    ('claude_code_cost_usage_USD_total', 'claude_code_active_time_seconds_total')
    """
    parts = [metric.removesuffix(".total").replace(".", "_"), _UNITS.get(unit, unit), "total"]
    return _NO_NAME.sub("_", "_".join(part for part in parts if part))


def _labels(attributes: str) -> Labels:
    found = msgspec.json.decode(attributes)
    return tuple((name, str(found[name])) for name in LABELS if found.get(name) is not None)


def _lines(values: Iterable[tuple[tuple[str, Labels], float]]) -> Iterable[str]:
    named = ""
    for (name, labels), value in sorted(values):
        if name != named:
            yield f"# TYPE {name} counter\n"
            named = name
        told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{name}{{{told}}} {value!r}\n" if told else f"{name} {value!r}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
