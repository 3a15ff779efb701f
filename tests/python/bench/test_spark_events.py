"""What is said of Spark's runs: a session with most of the lines, and the times of an event log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.process import BenchError
from bench.spark import events_in, prolong, read, report

EXECUTION = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecution"
PLAN = "(2) CreateDataSourceTableAsSelectCommand\nArguments: `spark_catalog`.`marts`.`t`, ErrorIfExists, [a]\n"
EVENTS = [
    {"Event": f"{EXECUTION}Start", "executionId": 1, "time": 1000, "physicalPlanDescription": PLAN},
    {
        "Event": "SparkListenerJobStart",
        "Submission Time": 3000,
        "Stage IDs": [4],
        "Properties": {"spark.sql.execution.id": "1"},
    },
    {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": 4,
        "Task Metrics": {
            "Executor CPU Time": 500_000_000,
            "Disk Bytes Spilled": 2_000_000,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": 3_000_000},
        },
    },
    {"Event": "SparkListenerTaskEnd", "Stage ID": 9, "Task Metrics": {"Executor CPU Time": 70}},
    {"Event": f"{EXECUTION}End", "executionId": 1, "time": 6000},
    {"Event": f"{EXECUTION}Start", "executionId": 2, "time": 6000, "physicalPlanDescription": "LocalTableScan"},
    {"Event": f"{EXECUTION}End", "executionId": 2, "time": 6250},
]


def test_an_event_log_tells_what_each_table_took(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no event log"):
        report(tmp_path)
    (tmp_path / "local-1").write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    tables = read(events_in(tmp_path))
    assert tables.keys() == {"marts.t", "other"}
    made = tables["marts.t"]
    assert (made.seconds, made.planning_seconds, made.tasks) == (5, 2, [0.5])
    assert (made.shuffled, made.spilled) == (3_000_000, 2_000_000)
    assert (tables["other"].seconds, tables["other"].planning_seconds) == (0.25, 0.25)
    assert "marts.t" in report(tmp_path)


def test_the_longest_session_goes_on_as_other_lines_later(tmp_path: Path) -> None:
    session = "0f0f0f0f-0000-4000-8000-000000000001"
    place = tmp_path / "laptop/.claude/projects/p"
    place.mkdir(parents=True)
    (place / "short.jsonl").write_text("{}\n")
    lines = [
        {
            "uuid": f"{n}f0f0f0f-0000-4000-8000-000000000010",
            "sessionId": session,
            "timestamp": f"2026-03-01T09:0{n}:00.000Z",
        }
        for n in range(2)
    ]
    log = place / f"{session}.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    prolong(tmp_path, 2)
    written = [json.loads(line) for line in log.read_text().splitlines()]
    assert written[:2] == lines
    assert {line["sessionId"] for line in written} == {session}
    assert len({line["uuid"] for line in written}) == 6
    assert [line["timestamp"][14:16] for line in written] == ["00", "01", "01", "02", "02", "03"]
