"""What Spark is measured on and by: a session that has most of the lines, and by table the time of its event log."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.process import BenchError

SETTINGS = "spark.eventLog.enabled true\nspark.eventLog.dir {0}\nspark.eventLog.compress false\n"
"""Settings, as spark-defaults.conf has them, under which a session writes its event log to the directory {0}."""

_EXECUTION = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecution"
_MADE = re.compile(r"CreateDataSourceTableAsSelectCommand\nArguments: `spark_catalog`\.`(\w+)`\.`(\w+)`")
_MB = 1e6
_ID = re.compile(rb'"((?:msg|req|toolu)_\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')
_TIME = re.compile(rb'"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"')


@dataclass
class Table:
    """What making a table took: seconds by the clock, those before its first task, and processor seconds by task."""

    seconds: float = 0
    planning_seconds: float = 0
    tasks: list[float] = field(default_factory=list)
    shuffled: int = 0
    spilled: int = 0

    def row(self, name: str) -> str:
        """The table as a line."""
        work, longest = sum(self.tasks), max(self.tasks, default=0)
        return (
            f"{name:44}{self.seconds:9.1f}{self.planning_seconds:9.1f}{work:9.1f}{len(self.tasks):7}{longest:9.1f}"
            f"{self.shuffled / _MB:12.1f}{self.spilled / _MB:10.1f}"
        )


HEADING = (
    f"{'table':44}{'wall s':>9}{'plan s':>9}{'cpu s':>9}{'tasks':>7}{'longest':>9}{'shuffle MB':>12}{'spill MB':>10}"
)


def report(logs: Path, most: int = 25) -> str:
    """The tables that took the longest, and all together. Raises BenchError where there is no event log."""
    tables = read(events_in(logs))
    total = Table()
    for table in tables.values():
        total.seconds += table.seconds
        total.planning_seconds += table.planning_seconds
        total.tasks += table.tasks
        total.shuffled += table.shuffled
        total.spilled += table.spilled
    longest = sorted(tables.items(), key=lambda item: -item[1].seconds)[:most]
    return "\n".join([HEADING, *(table.row(name) for name, table in longest), total.row(f"all {len(tables)}")])


def events_in(logs: Path) -> Iterator[dict[str, Any]]:
    """The events of the last session that wrote to the directory."""
    files = sorted((path for path in logs.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
    written = [path for path in files if path.stat().st_size and not path.name.startswith(("appstatus", "."))]
    if not written:
        raise BenchError(f"{logs} has no event log of Spark's")
    of_last = (
        [path for path in written if path.parent == written[-1].parent] if written[-1].parent != logs else [written[-1]]
    )
    for path in of_last:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def read(events: Iterable[dict[str, Any]]) -> dict[str, Table]:
    """The tables that were made, and `other` for all else (tests, seeds, steps)."""
    started: dict[int, float] = {}
    names: dict[int, str] = {}
    first: dict[int, float] = {}
    of_stage: dict[int, int] = {}
    tables: dict[str, Table] = defaultdict(Table)
    for event in events:
        kind = event["Event"]
        if kind == f"{_EXECUTION}Start":
            number = event.get("rootExecutionId") or event["executionId"]
            started.setdefault(number, event["time"])
            found = _MADE.search(event["physicalPlanDescription"])
            if found and number not in names:
                names[number] = f"{found[1]}.{found[2]}"
        elif kind == f"{_EXECUTION}End" and event["executionId"] in started:
            number = event["executionId"]
            table = tables[names.get(number, "other")]
            seconds = (event["time"] - started[number]) / 1e3
            table.seconds += seconds
            table.planning_seconds += (first[number] - started[number]) / 1e3 if number in first else seconds
        elif kind == "SparkListenerJobStart":
            asked = (event.get("Properties") or {}).get("spark.sql.execution.root.id") or (
                event.get("Properties") or {}
            ).get("spark.sql.execution.id")
            if asked:
                first.setdefault(int(asked), event["Submission Time"])
                of_stage |= dict.fromkeys(event["Stage IDs"], int(asked))
        elif kind == "SparkListenerTaskEnd" and event["Stage ID"] in of_stage:
            metrics = event.get("Task Metrics") or {}
            table = tables[names.get(of_stage[event["Stage ID"]], "other")]
            table.tasks.append(metrics.get("Executor CPU Time", 0) / 1e9)
            table.shuffled += (metrics.get("Shuffle Write Metrics") or {}).get("Shuffle Bytes Written", 0)
            table.spilled += metrics.get("Disk Bytes Spilled", 0)
    return dict(tables)


def prolong(logs: Path, times: int) -> None:
    """Have the longest session of generated logs go on: its lines come so many times more, later and as others."""
    longest = max(logs.glob("*/.claude*/projects/*/*.jsonl"), key=lambda path: (path.stat().st_size, path))
    content = longest.read_bytes()
    session = longest.stem.encode()
    at = sorted(map(_read, _TIME.findall(content)))
    lasts = at[-1] - at[0]

    with longest.open("ab") as file:
        for number in range(1, times + 1):

            def other(found: re.Match[bytes], end: bytes = b"%04x" % number) -> bytes:
                return found[0] if found[1] == session else b'"' + found[1][: -len(end)] + end + b'"'

            def later(found: re.Match[bytes], by: int = number) -> bytes:
                return b'"' + (_read(found[1]) + by * lasts).isoformat(timespec="milliseconds")[:23].encode() + b'Z"'

            file.write(_TIME.sub(later, _ID.sub(other, content)))


def _read(instant: bytes) -> datetime:
    return datetime.fromisoformat(instant.decode())
