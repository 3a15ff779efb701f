"""Running the real ccusage: its reports, and the prices it goes by, told from what it says of made-up lines."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ccusage_reading import TIER_START, Rates

from bench.ccusage import arguments, environment, install

Reported = dict[tuple[str, str | None], tuple[list[int], float]]
"""By period and model: tokens by bucket and cost; None stands for what is in a period's sums and in no model's."""

_BUCKET_NAMES = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")
_PROBES: dict[str, Callable[[int], dict[str, object]]] = {
    "input": lambda count: {"input_tokens": count},
    "output": lambda count: {"output_tokens": count},
    "write_5m": lambda count: {"cache_creation": {"ephemeral_5m_input_tokens": count}},
    "write_1h": lambda count: {"cache_creation": {"ephemeral_1h_input_tokens": count}},
    "read": lambda count: {"cache_read_input_tokens": count},
}
_FIRST_DAY = date(2001, 1, 1)


def installed(work: Path) -> Path:
    """The command, installed anew into `work`; skips the tests that ask for it where it cannot be."""
    if "CI" in os.environ:
        pytest.skip("ccusage comes from npm, and continuous integration does without")
    command, reason = install(work)
    if command is None:
        pytest.skip(f"ccusage is not here: {reason}")
    return command


def reported(command: Path, report: str, roots: Iterable[Path], home: Path) -> Reported:
    """What a report says."""
    said = subprocess.run(
        [command, *arguments(report)],
        env=os.environ | environment(roots, home),
        capture_output=True,
        check=True,
        text=True,
    )
    found: Reported = {}
    periods = json.loads(said.stdout) or {report: []}
    for period in periods[report]:
        name = period["date" if report == "daily" else "month"]
        rest = [period[bucket] for bucket in _BUCKET_NAMES]
        for model in period["modelBreakdowns"]:
            tokens = [model[bucket] for bucket in _BUCKET_NAMES]
            rest = [whole - part for whole, part in zip(rest, tokens, strict=True)]
            found[name, model["modelName"]] = tokens, model["cost"]
        if any(rest):
            found[name, None] = rest, 0.0
    return found


def rates(command: Path, models: Iterable[str], work: Path) -> dict[str, Rates]:
    """The prices of models: each bucket's is told from lines with tokens in it alone, on days of their own."""
    probes: dict[tuple[str, str, int], str] = {}
    lines: list[str] = []

    def probe(model: str, name: str, count: int, usage: Mapping[str, object]) -> None:
        day = (_FIRST_DAY + timedelta(len(probes))).isoformat()
        probes[model, name, count] = day
        lines.append(_line(day, model, usage))

    models = list(models)
    for model in models:
        for bucket, usage in _PROBES.items():
            for count in (TIER_START, 2 * TIER_START):
                probe(model, bucket, count, usage(count))
        probe(model, "fast", TIER_START, {"input_tokens": TIER_START, "speed": "fast"})
    directory = work / "probes/projects/p"
    directory.mkdir(parents=True)
    (directory / "s.jsonl").write_text("".join(lines), encoding="utf-8")
    costs = {day: cost for (day, _), (_, cost) in reported(command, "daily", [work / "probes"], work).items()}

    def dollars(model: str, name: str, count: int) -> Decimal:
        return round(Decimal(costs[probes[model, name, count]]) / TIER_START, 14)

    def prices(model: str, bucket: str) -> tuple[Decimal, Decimal]:
        base = dollars(model, bucket, TIER_START)
        return base, dollars(model, bucket, 2 * TIER_START) - base

    def fast(model: str) -> Decimal:
        return dollars(model, "fast", TIER_START) / (dollars(model, "input", TIER_START) or 1)

    return {model: Rates({bucket: prices(model, bucket) for bucket in _PROBES}, fast(model)) for model in models}


def _line(day: str, model: str, usage: Mapping[str, object]) -> str:
    message = {"id": day, "model": model, "usage": {"input_tokens": 0, "output_tokens": 0, **usage}}
    record = {"type": "assistant", "timestamp": f"{day}T00:00:00Z", "requestId": day, "message": message}
    return json.dumps(record, separators=(",", ":")) + "\n"
