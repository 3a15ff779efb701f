"""Claude Code's tokens and costs against ccusage, by model and month and by model and day.

Every difference is one of the divergences that docs/ccusage.md names, and is attributed by reading the logs line by
line: with all of them in force the reading comes to ccusage's numbers, with none to the warehouse's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from built_fleet import BuiltFleet
from calculator import price_of
from ccusage_command import Reported, installed, rates, reported
from ccusage_reading import (
    BUCKETS,
    EVERY,
    NONE,
    OWN_TEXT_MODEL,
    Divergence,
    Line,
    Rates,
    Sum,
    Totals,
    read_lines,
    totals,
)
from compiled_models import read_models, run_models
from logged_host import LoggedHost

from fleetledger.base.paths import PROJECT_ROOT

REPORTS = ("monthly", "daily")
ROUNDING = 2.0**-52
"""How far off a sum of floating point numbers may be for each term, as a part of it."""


@pytest.fixture(scope="module")
def ccusage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("npm"))


@dataclass(frozen=True)
class Compared:
    """The same logs read by all: by ccusage, line by line, and by fleetledger."""

    lines: list[Line]
    prices: dict[str, Rates]
    said: dict[str, Reported]
    warehouse: dict[str, Totals]

    def totals(self, report: str, active: frozenset[Divergence]) -> Totals:
        return totals(self.lines, report, active, self.prices, price_of)

    def deltas(self, report: str) -> dict[Divergence, Totals]:
        """What each divergence makes of it: how much more there is once it is taken away, after those before it."""
        active = EVERY
        found, before = {}, self.totals(report, active)
        for divergence in Divergence:
            active -= {divergence}
            after = self.totals(report, active)
            found[divergence] = difference(after, before)
            before = after
        return found


def difference(after: Totals, before: Totals) -> Totals:
    found: Totals = {}
    for key in after.keys() | before.keys():
        more, less = after.get(key, Sum()), before.get(key, Sum())
        tokens = [a - b for a, b in zip(more.tokens, less.tokens, strict=True)]
        if any(tokens) or more.cost != less.cost:
            found[key] = Sum(tokens, more.cost - less.cost)
    return found


def compared(ccusage: Path, roots: list[Path], lines: list[Line], warehouse: dict[str, Totals], work: Path) -> Compared:
    named = {line.model for line in lines} | {one.model for line in lines for one in line.iterations}
    models = sorted(model for model in named if model and model != OWN_TEXT_MODEL)
    said = {report: reported(ccusage, report, roots, work) for report in REPORTS}
    return Compared(lines, rates(ccusage, models, work), said, warehouse)


def warehouse_totals(warehouse: duckdb.DuckDBPyConnection, report: str) -> Totals:
    """What the marts have of Claude Code's calls."""
    rows = warehouse.execute(
        """
        select
            coalesce(strftime(called_on, $1), 'never') as period,
            case when speed = 'fast' then model || '-fast' else model end as model,
            coalesce(sum(input_tokens), 0),
            coalesce(sum(output_tokens), 0),
            coalesce(sum(cache_write_5m_tokens), 0) + coalesce(sum(cache_write_1h_tokens), 0),
            coalesce(sum(cache_read_tokens), 0),
            coalesce(sum(cost_usd), 0),
            count(*)
        from marts.fct_model_calls
        where fleet = 'claude_code' and usage_source = 'model_call'
        group by 1, 2
        """,
        ["%Y-%m-%d" if report == "daily" else "%Y-%m"],
    ).fetchall()
    return {(period, model): Sum(tokens, cost, count) for period, model, *tokens, cost, count in rows}


def assert_same(found: Totals, wanted: Totals) -> None:
    """Both have the same tokens and the same cost, to the last digit, in every period for every model."""
    for key in found.keys() | wanted.keys():
        mine, other = found.get(key, Sum()), wanted.get(key, Sum())
        assert (mine.tokens, mine.cost) == (other.tokens, other.cost), key


def assert_ccusage_says(said: Reported, wanted: Totals) -> None:
    """ccusage says these tokens, and this cost as closely as its sums of floating point numbers can."""
    for key in said.keys() | wanted.keys():
        tokens, cost = said.get(key, ([0] * len(BUCKETS), 0.0))
        other = wanted.get(key, Sum())
        assert tokens == other.tokens, key
        assert math.isclose(cost, other.cost, rel_tol=ROUNDING * (other.count + 20)), key


# --- All the logs there are ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(ccusage: Path, fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    sources = [source for source in fleet.sources if source.fleet == "claude_code"]
    with fleet.warehouse() as warehouse:
        marts = {report: warehouse_totals(warehouse, report) for report in REPORTS}
    roots = [source.root for source in sources]
    return compared(ccusage, roots, read_lines(sources), marts, tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("report", REPORTS)
def test_with_every_divergence_the_logs_come_to_what_ccusage_says(whole: Compared, report: str) -> None:
    assert_ccusage_says(whole.said[report], whole.totals(report, EVERY))


@pytest.mark.parametrize("report", REPORTS)
def test_with_no_divergence_the_logs_come_to_what_the_warehouse_says(whole: Compared, report: str) -> None:
    assert_same(whole.totals(report, NONE), whole.warehouse[report])


@pytest.mark.parametrize("report", REPORTS)
def test_the_warehouse_is_ccusage_and_what_is_attributed(whole: Compared, report: str) -> None:
    said, mine = whole.said[report], whole.warehouse[report]
    deltas = whole.deltas(report).values()
    for key in said.keys() | mine.keys():
        tokens, cost = said.get(key, ([0] * len(BUCKETS), 0.0))
        attributed = [delta[key] for delta in deltas if key in delta]
        other = mine.get(key, Sum())
        assert other.tokens == [
            sum(counts) for counts in zip(tokens, *(delta.tokens for delta in attributed), strict=True)
        ]
        attributed_cost = sum((delta.cost for delta in attributed), Decimal(0))
        assert math.isclose(cost, other.cost - attributed_cost, rel_tol=ROUNDING * (other.count + 20))


# --- Each divergence by itself ---------------------------------------------------------------------------------------

SONNET = "claude-sonnet-4-5-20250929"
OPUS = "claude-opus-4-6"


class Numbers(NamedTuple):
    """Tokens by bucket, and cost."""

    input: int
    output: int
    cache_creation: int
    cache_read: int
    cost: Decimal


def numbers(cost: str, cache_creation: int = 0, cache_read: int = 0, *, input_tokens: int = 100) -> Numbers:
    return Numbers(input_tokens, 10, cache_creation, cache_read, Decimal(cost))


def calls(count: int) -> Numbers:
    """So many of sonnet's calls as `line` makes them."""
    return Numbers(100 * count, 10 * count, 0, 0, count * Decimal("0.00045"))


def record(at: str, number: int = 1, model: str | None = SONNET, **usage: object) -> dict[str, Any]:
    """An assistant line of its own response."""
    name = f"{at}-{number}"
    return {
        "type": "assistant",
        "uuid": name,
        "sessionId": "s",
        "timestamp": at,
        "version": "2.1.0",
        "requestId": f"req-{name}",
        "message": {
            "id": f"msg-{name}",
            "model": model,
            "content": [{"type": "text", "text": "done"}],
            "usage": {"input_tokens": 100, "output_tokens": 10, **usage},
        },
    }


def dumped(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def line(at: str, number: int = 1, model: str | None = SONNET, **usage: object) -> bytes:
    return dumped(record(at, number, model, **usage))


def without(fields: dict[str, Any], *path: str) -> dict[str, Any]:
    """A line without the field at this path."""
    *above, last = path
    inner = fields
    for name in above:
        inner = inner[name]
    del inner[last]
    return fields


@dataclass(frozen=True)
class Example:
    """A month of logs in which one divergence shows: what the three readings make of the model that month."""

    divergence: Divergence
    month: str
    lines: Callable[[str], list[bytes]]
    monthly: Numbers
    daily: Numbers
    own: Numbers
    model: str | None = SONNET

    @property
    def at(self) -> str:
        return f"{self.month}-15T10:00:00.000Z"


def agent_progress(at: str) -> list[bytes]:
    repeated = {"type": "agent_progress", "agentId": "a", "message": record(at, 2)}
    return [line(at), dumped({"type": "progress", "sessionId": "s", "data": repeated})]


EXAMPLES = [
    Example(
        Divergence.NULL_KEY,
        "2024-01",
        lambda at: [line(at), dumped(record(at, 2) | {"toolUseResult": {"input": {"id": None}}})],
        calls(1),
        calls(1),
        calls(2),
    ),
    Example(
        Divergence.WRITTEN_FORM,
        "2024-02",
        lambda at: [
            line(at),
            line(at, 2)[:-1] + line(at, 3),
            json.dumps(record(at, 4)).encode() + b"\n",
            line(at.replace(".000Z", ".5Z"), 5),
            dumped(record(at, 6) | {"version": "unknown"}),
            dumped(without(record(at, 7), "message", "usage", "output_tokens")),
        ],
        calls(1),
        calls(1),
        Numbers(700, 60, 0, 0, 6 * Decimal("0.00045")),
    ),
    Example(
        Divergence.BROKEN_TEXT,
        "2024-03",
        lambda at: [line(at), line(at, 2).replace(b"done", b"\\ud83d"), line(at, 3).replace(b"done", b"\xff")],
        calls(3),
        calls(1),
        calls(3),
    ),
    Example(
        Divergence.OTHER_RECORDS,
        "2024-04",
        lambda at: [line(at), dumped(record(at, 2) | {"type": "user"})],
        calls(2),
        calls(2),
        calls(1),
    ),
    Example(Divergence.AGENT_PROGRESS, "2024-05", agent_progress, calls(1), calls(2), calls(2)),
    Example(
        Divergence.OWN_TEXTS,
        "2024-06",
        lambda at: [line(at, 1, OWN_TEXT_MODEL)],
        numbers("0"),
        numbers("0"),
        calls(0),
        model=None,
    ),
    Example(
        Divergence.SIDECHAIN_REPLAY,
        "2024-07",
        lambda at: [
            line(at),
            dumped(
                record(at) | {"requestId": "replayed", "isSidechain": True, "timestamp": at.replace(".000Z", ".001Z")}
            ),
        ],
        calls(2),
        calls(1),
        calls(1),
    ),
    Example(
        Divergence.NO_REQUEST_ID,
        "2024-08",
        lambda at: [
            dumped(without(record(at), "requestId")),
            dumped(without(record(at), "requestId") | {"timestamp": at.replace(".000Z", ".001Z")}),
        ],
        calls(1),
        calls(2),
        calls(1),
    ),
    Example(
        Divergence.NO_MESSAGE_ID,
        "2024-09",
        lambda at: [dumped(without(record(at), "message", "id"))] * 2,
        calls(2),
        calls(2),
        calls(1),
    ),
    Example(
        Divergence.REPEATED_IDS,
        "2023-11",
        lambda at: [line(at), dumped(record(at, input_tokens=50) | {"sessionId": "t", "uuid": "another"})],
        calls(1),
        calls(1),
        Numbers(150, 20, 0, 0, Decimal("0.00075")),
    ),
    Example(
        Divergence.COMPACTIONS,
        "2026-05",
        lambda at: [
            line(
                at,
                iterations=[
                    {"type": "message", "input_tokens": 100, "output_tokens": 10},
                    {"type": "advisor_message", "model": OPUS, "input_tokens": 7000, "output_tokens": 70},
                    {"type": "compaction", "input_tokens": 1000, "output_tokens": 100},
                ],
            )
        ],
        calls(1),
        calls(1),
        Numbers(1100, 110, 0, 0, Decimal("0.00495")),
    ),
    Example(
        Divergence.FALLBACK_MODEL,
        "2026-06",
        lambda at: [
            line(
                at,
                iterations=[
                    {"type": "message", "model": SONNET, "input_tokens": 90, "output_tokens": 0},
                    {"type": "fallback_message", "model": OPUS, "input_tokens": 100, "output_tokens": 10},
                ],
            )
        ],
        calls(1),
        calls(1),
        calls(0),
    ),
    Example(
        Divergence.LINE_THAT_IS_KEPT,
        "2024-10",
        lambda at: [
            dumped(record(at, output_tokens=1) | {"timestamp": "2024-10-31T23:59:59.999Z"}),
            dumped(record(at) | {"timestamp": "2024-11-01T00:00:00.000Z"}),
        ],
        calls(0),
        calls(0),
        calls(1),
    ),
    Example(
        Divergence.CACHE_SPLIT,
        "2024-12",
        lambda at: [line(at, cache_creation_input_tokens=1000, cache_creation={})],
        calls(1),
        calls(1),
        numbers("0.0042", cache_creation=1000),
    ),
    Example(
        Divergence.MARGINAL_TIERS,
        "2025-01",
        lambda at: [line(at, cache_read_input_tokens=300_000)],
        numbers("0.12045", cache_read=300_000),
        numbers("0.12045", cache_read=300_000),
        numbers("0.180825", cache_read=300_000),
    ),
    Example(
        Divergence.ONE_PRICE_LIST,
        "2026-02",
        lambda at: [line(at, 1, OPUS, input_tokens=300_000)],
        numbers("1.50025", input_tokens=300_000),
        numbers("1.50025", input_tokens=300_000),
        numbers("3.000375", input_tokens=300_000),
        model=OPUS,
    ),
    Example(
        Divergence.WEB_SEARCHES,
        "2025-02",
        lambda at: [line(at, server_tool_use={"web_search_requests": 2})],
        calls(1),
        calls(1),
        numbers("0.02045"),
    ),
    Example(
        Divergence.BATCH,
        "2026-11",
        lambda at: [line(at, service_tier="batch")],
        calls(1),
        calls(1),
        numbers("0.000225"),
    ),
    Example(
        Divergence.GEOGRAPHY,
        "2026-04",
        lambda at: [line(at, 1, OPUS, inference_geo="us")],
        numbers("0.00075"),
        numbers("0.00075"),
        numbers("0.000825"),
        model=OPUS,
    ),
]


@pytest.fixture(scope="module")
def examples(ccusage: Path, fleet: BuiltFleet, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """All examples in one directory; the warehouse is that of the real models."""
    work = tmp_path_factory.mktemp("examples")
    host = LoggedHost(work)
    for example in EXAMPLES:
        host.write(b"".join(example.lines(example.at)), f"projects/p/{example.month}.jsonl")
    host.extract()
    with run_models(read_models(fleet.manifest), fleet.data, host.data) as warehouse:
        marts = {report: warehouse_totals(warehouse, report) for report in REPORTS}
    return compared(ccusage, [host.sources[0].root], read_lines(host.sources), marts, work)


def of_month(found: Totals, example: Example) -> Numbers:
    of_model = [(period, sums) for (period, model), sums in found.items() if model == example.model]
    months = [sums for period, sums in of_model if period.startswith(example.month)]
    tokens = [sum(counts) for counts in zip([0] * len(BUCKETS), *(one.tokens for one in months), strict=True)]
    cost = sum((one.cost for one in months), Decimal(0))
    return Numbers(tokens[0], tokens[1], tokens[2], tokens[3], cost)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.divergence.value)
def test_a_divergence(examples: Compared, example: Example) -> None:
    for report, wanted in (("monthly", example.monthly), ("daily", example.daily)):
        assert of_month(examples.totals(report, EVERY), example) == wanted
        assert of_month(examples.warehouse[report], example) == example.own
        shown = {
            divergence
            for divergence, delta in examples.deltas(report).items()
            if any(period.startswith(example.month) for period, _ in delta)
        }
        assert shown == ({example.divergence} if wanted != example.own else set())


@pytest.mark.parametrize("report", REPORTS)
def test_the_examples_are_read_as_ccusage_and_as_the_warehouse_read_them(examples: Compared, report: str) -> None:
    assert_ccusage_says(examples.said[report], examples.totals(report, EVERY))
    assert_same(examples.totals(report, NONE), examples.warehouse[report])


def test_each_divergence_has_an_example_and_a_row_in_the_document() -> None:
    text = (PROJECT_ROOT / "docs/ccusage.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z ]+) \|", text, flags=re.MULTILINE)
    assert rows[1:] == [divergence.value for divergence in Divergence]
    assert {example.divergence for example in EXAMPLES} == set(Divergence)
