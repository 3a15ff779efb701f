"""The audit's rules against a table of commands, paths and addresses: what each must find, half of them nothing."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from audited_calls import ToolCall, audited
from built_fleet import BuiltFleet

from fleetledger.base.paths import PROJECT_ROOT

CASES = list(csv.DictReader((Path(__file__).with_name("audit_cases.csv")).open(newline="")))
RULES = list(csv.DictReader((PROJECT_ROOT / "seeds/audit/audit_rules.csv").open(newline="")))
SEVERITIES = {"critical", "high", "medium", "low"}


def call(number: int, given: str, text: str) -> ToolCall:
    """The tool call of a case: a command line, a file that is read or written, an address, or paths of a tool."""
    if given == "powershell":
        return ToolCall(
            str(number), command=text, tool_name="PowerShell", working_directory="D:\\dev\\shop", session_id="windows"
        )
    if given.startswith("mcp__"):
        return ToolCall(str(number), tool_kind="mcp", tool_name=given, paths=text.replace(" ", "\x1f"))
    what = {"command": "command", "fetch": "url"}.get(given, "file_path")
    kind = {"command": "bash", "fetch": "web_fetch"}.get(given, given)
    return ToolCall(str(number), tool_kind=kind, **{what: text})


@pytest.fixture(scope="module")
def found(fleet: BuiltFleet) -> dict[int, set[str]]:
    """The rules that fired, by the number of their case."""
    calls = [call(number, case["given"], case["text"]) for number, case in enumerate(CASES)]
    with audited(fleet.manifest, calls) as warehouse:
        rows = warehouse.sql("select tool_call_id, rule_id from marts.fct_audit_findings").fetchall()
    fired: dict[int, set[str]] = {}
    for tool_call_id, rule_id in rows:
        fired.setdefault(int(tool_call_id), set()).add(rule_id)
    return fired


def test_the_table_is_large_and_half_of_it_is_harmless() -> None:
    harmless = [case for case in CASES if not case["rules"]]
    assert len(CASES) >= 150
    assert len(harmless) >= len(CASES) / 2


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number]["text"][:60])
def test_rules_find(found: dict[int, set[str]], number: int) -> None:
    assert found.get(number, set()) == set(CASES[number]["rules"].split())


def test_every_rule_of_commands_paths_and_addresses_has_a_case() -> None:
    tried = {rule for case in CASES for rule in case["rules"].split()}
    assert {rule["rule_id"] for rule in RULES if rule["applies_to"] != "output"} - tried == UNTRIED


UNTRIED = {
    # Programs of other systems, and twins of rules that have a case.
    "remove-item-recursive",
    "rd-recursive",
    "cloud-secret-shown",
    "database-dropped",
} - {rule for case in CASES for rule in case["rules"].split()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["rule_id"]))
def test_a_rule_is_well_formed(rule: dict[str, str]) -> None:
    assert rule["severity"] in SEVERITIES
    assert rule["what_to_do"].endswith(".")
    assert rule["category"]
    scopes = {"path": {"read", "write", "write_outside_project"}, "url": {"", "outside_allow_list"}}
    assert rule["scope"] in scopes.get(rule["applies_to"], {"", "expression"})
    if rule["applies_to"] == "command":
        assert re.compile(rule["pattern"])
        assert rule["program"] == rule["program"].lower() != ""
    if rule["applies_to"] == "path":
        assert rule["pattern"] == rule["pattern"].lower()
