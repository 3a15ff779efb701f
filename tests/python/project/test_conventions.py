"""What dbt-bouncer has no check for: tested grains, SQL for two engines, dead macros, unwelcome files."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from built_fleet import BuiltFleet

from fleetledger import __version__
from fleetledger.base.paths import PROJECT_ROOT

Node = dict[str, Any]

UNIQUENESS_TESTS = {"grain"}

OF_ONE_BUILD = r"\b(?:run_started_at|invocation_id|modules|env_var|run_query|statement|flags)\b"
"""What gives other SQL in another build of the same project, which then could not be run again (module plan)."""

MOST_LINES = 200
MOST_CTES = 10

UNWELCOME = {
    "an unfinished mark": r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b",
    "a path of one machine": r"(?<![\w./-])/(?:work|root|farm)/[a-z.]",
    "an address of a package index": r"index-[u]rl|https?://[^ \"]*/(?:simple|packages)/",
}


@pytest.fixture(scope="module")
def nodes(fleet: BuiltFleet) -> list[Node]:
    """Everything the dbt project defines, as its manifest says; macros included."""
    manifest = json.loads(fleet.manifest.read_bytes())
    parts: list[dict[str, Node]] = [manifest["nodes"], manifest["macros"], manifest["unit_tests"]]
    return [node for part in parts for node in part.values() if node["package_name"] == "fleetledger"]


def of_type(nodes: list[Node], resource_type: str) -> list[Node]:
    return [node for node in nodes if node["resource_type"] == resource_type]


def sql_of(node: Node) -> str:
    """A node's SQL as written, without comments, then without text literals, then without Jinja."""
    sql: str = node["raw_code"]
    for left_out in (r"\{#.*?#\}|--[^\n]*", r"'[^']*'", r"\{\{.*?\}\}|\{%.*?%\}"):
        sql = re.sub(left_out, "", sql, flags=re.DOTALL)
    return sql


def test_a_stated_grain_is_tested(nodes: list[Node]) -> None:
    tested: dict[str, list[set[str]]] = {}
    for test in of_type(nodes, "test"):
        arguments = test.get("test_metadata") or {}
        if arguments.get("name") in UNIQUENESS_TESTS | {"one_row"}:
            columns = arguments["kwargs"].get("columns") or [test["column_name"]]
            tested.setdefault(test["attached_node"], []).append({column for column in columns if column})
    wrong = {}
    for model in of_type(nodes, "model"):
        if model["config"]["materialized"] == "ephemeral":
            continue  # It is no relation: what it gives is tested where it lands.
        stated = re.search(r"Grain: (one row\b|`\w+`(?:, `\w+`)*)", model["description"])
        grain = set(re.findall(r"`(\w+)`", stated[1])) if stated else None
        if grain not in tested.get(model["unique_id"], []):
            wrong[model["name"]] = grain
    assert not wrong


def test_every_table_says_how_it_is_refreshed_and_has_the_columns_that_it_names(
    nodes: list[Node], fleet: BuiltFleet
) -> None:
    with fleet.warehouse() as warehouse:
        columns = set(warehouse.execute("select table_name, column_name from duckdb_columns()").fetchall())
    tables = {
        model["name"]: model["config"]["meta"].get("refill", "nothing")
        for model in of_type(nodes, "model")
        if model["config"]["materialized"] not in ("view", "ephemeral")
    }
    wrong = {}
    for table, refill in tables.items():
        key, _, of = refill.removeprefix("lookup numbered by ").removesuffix(" or none").partition(" of ")
        other, _, column = of.partition(".")
        needed = set() if key in ("kept", "lookup", "whole") else {(table, "line_id" if key == "batch" else key)}
        needed |= {(other, column or key), (other, "session_id")} if of else set()
        if not needed <= columns:
            wrong[table] = refill
    assert not wrong


def test_every_mart_without_sessions_says_how_it_is_cut(nodes: list[Node], fleet: BuiltFleet) -> None:
    """A slice of the marts takes the others by their sessions or tasks."""
    wrong = {}
    with fleet.warehouse() as warehouse:
        for model in of_type(nodes, "model"):
            cut, columns = model["config"]["meta"].get("slice"), model["columns"].keys()
            if model["schema"] != "marts" or cut in ("again", "all"):
                continue
            if cut is None and not columns & {"session_id", "task_id"}:
                wrong[model["name"]] = "nothing"
            elif cut:
                asked = f"select {cut.partition(' of ')[0]} from {model['relation_name']} limit 0"
                try:
                    warehouse.execute(asked)
                except duckdb.Error as error:
                    wrong[model["name"]] = str(error)
    assert not wrong


def test_a_contract_names_columns_in_the_order_of_its_select(nodes: list[Node], fleet: BuiltFleet) -> None:
    """dbt makes a table in the contract's order, a select of all columns gives its own."""
    wrong = []
    with fleet.warehouse() as warehouse:
        for model in of_type(nodes, "model"):
            if model["config"]["contract"]["enforced"]:
                columns = [name for name, *_ in warehouse.execute(f"describe ({model['compiled_code']})").fetchall()]
                if columns != [*model["columns"]]:
                    wrong.append(model["name"])
    assert not wrong


def test_the_examples_in_descriptions_run(nodes: list[Node], fleet: BuiltFleet) -> None:
    examples = [
        found[1]
        for model in of_type(nodes, "model")
        if (found := re.search(r"Example: `(select [^`]+)`", model["description"]))
    ]
    assert examples
    with fleet.warehouse() as warehouse:
        warehouse.execute("use marts")
        for example in examples:
            warehouse.execute(example).fetchall()


def test_a_model_is_short_or_says_why_not(nodes: list[Node]) -> None:
    """A model of several questions is cut by question; `meta: {long_because: …}` says why one stays whole."""
    long = set()
    for model in of_type(nodes, "model"):
        lines = model["raw_code"].count("\n") + 1
        ctes = len(re.findall(r"^ *\w+ as \($", model["raw_code"], re.MULTILINE))
        if lines > MOST_LINES or ctes > MOST_CTES:
            long.add(model["name"])
    excused = {model["name"] for model in of_type(nodes, "model") if model["config"]["meta"].get("long_because")}
    assert long == excused


def test_only_staging_touches_json(nodes: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in of_type(nodes, "model")
        if not model["original_file_path"].startswith("models/staging/")
        if re.search(r"json", model["raw_code"], re.IGNORECASE)
    ]
    assert not wrong


def test_the_sql_of_models_and_tests_is_the_same_in_every_build(nodes: list[Node]) -> None:
    macros = {macro["unique_id"]: macro for macro in of_type(nodes, "macro")}
    asked = of_type(nodes, "model") + of_type(nodes, "test")
    for node in asked:
        asked += [macros[name] for name in node["depends_on"]["macros"] if name in macros and macros[name] not in asked]
    wrong = [node["name"] for node in asked if re.search(OF_ONE_BUILD, node.get("raw_code") or node["macro_sql"])]
    assert not wrong


def test_every_macro_is_called(nodes: list[Node]) -> None:
    called = {macro for node in nodes for macro in node["depends_on"]["macros"]}
    wrong = [
        macro["name"]
        for macro in of_type(nodes, "macro")
        # dbt itself calls generate_schema_name and materializations; those of the other engine wait for it.
        if macro["unique_id"] not in called
        and not macro["name"].startswith(("fleetledger_spark__", "generate_schema_name", "materialization_"))
    ]
    assert not wrong


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True)
    return [PROJECT_ROOT / name for name in listed.stdout.split("\0") if name and (PROJECT_ROOT / name).is_file()]


@pytest.mark.parametrize("what", UNWELCOME)
def test_the_repository_holds_no(what: str) -> None:
    wrong = [
        f"{path.relative_to(PROJECT_ROOT)}:{number}"
        for path in tracked()
        if path.suffix != ".png"
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if re.search(UNWELCOME[what], line)
    ]
    assert not wrong


def test_the_repository_holds_no_large_file() -> None:
    assert [path.name for path in tracked() if path.stat().st_size > 1_000_000] == []


def test_the_data_directory_stays_out_of_the_repository() -> None:
    assert [path.name for path in tracked() if PROJECT_ROOT / "data" in path.parents] == []


def test_every_query_is_asked_and_each_that_is_asked_is_there() -> None:
    package = PROJECT_ROOT / "scripts/fleetledger"
    there = {f"{path.parents[1].name}/{path.stem}" for path in package.glob("*/queries/*.sql")}
    sources = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert set(re.findall(r'"((?:published|reports|doctor)/[a-z_]+)"', sources)) == there


def test_the_version_is_the_same_wherever_it_stands() -> None:
    project = (PROJECT_ROOT / "dbt_project.yml").read_text()
    assert re.findall(r'version: "(\d+\.\d+\.\d+)"', project) == [__version__, __version__]
    newest = re.search(r"^## (\S+?)(?:,|$)", (PROJECT_ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == __version__
