"""The process that dbt runs in: `python -m fleetledger.warehouse.dbt_process ARGUMENT…`, arguments as dbt's own.

Each event that its parent follows is one line of JSON on standard output: `name`, `level`, `message`, and, where the
event has them, `node`, `status` and `total`. dbt's own JSON log holds the same and all else of each node, and writing
that takes a tenth of a small build. A build that went well ends with the event `Plan`, which has the `plan` of what it
ran. Exits with 0 if all went well, else with 1.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fleetledger.warehouse.plan import DataTest, Model, Plan

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

FOLLOWED = {"LogStartLine", "LogModelResult", "LogSeedResult", "LogTestResult", "RunResultError"}
"""The events that begin or end a node. Of others, errors alone are told."""


PROJECT = "fleetledger"
"""The dbt project's name."""


def main() -> None:
    """Run dbt, and end when the parent does."""
    # Nothing is ever written to this pipe. It ends when the process that reads the events does, even if that is
    # killed: dbt is not to go on alone and keep the warehouse locked.
    threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
    # Collecting garbage among the million objects of a manifest costs a tenth of a small build, and frees next to
    # nothing.
    gc.disable()
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner

    result = dbtRunner(callbacks=[_tell]).invoke(sys.argv[1:])
    if result.exception:
        _say(str(result.exception))
    if result.success and isinstance(result.result, RunExecutionResult):
        _say(json.dumps({"name": "Plan", "level": "info", "plan": _plan(ran.node for ran in result.result)}))
    sys.exit(0 if result.success else 1)


def _tell(event: EventMsg) -> None:
    info: Any = event.info
    if info.name not in FOLLOWED and info.level != "error":
        return
    told = {"name": info.name, "level": info.level, "message": info.msg}
    data = event.data
    if info.name in FOLLOWED:
        told["node"] = data.node_info.node_name
    if info.name == "LogStartLine":
        told["total"] = data.total
    elif info.name == "RunResultError":
        told["message"] = data.msg
    elif info.name in FOLLOWED:
        told["status"] = data.status
    _say(json.dumps(told))


def _plan(nodes: Iterable[Any]) -> Plan:
    """What dbt built and tested; nodes that it built end before those that ask them."""
    models, tests = [], []
    for node in nodes:
        if node.resource_type == "model":
            how = (node.config.meta.get("refill"), node.config.meta.get("slice"))
            models.append(Model(_name(node), node.relation_name, node.config.materialized, node.compiled_code, *how))
        elif node.resource_type == "test" and _may_stop_a_build(node):
            tests.append(DataTest(_name(node), node.compiled_code))
    return Plan(models, tests)


def _may_stop_a_build(test: Any) -> bool:  # noqa: ANN401 - of dbt
    """Whether a test is of a model, and what it finds is an error: what is but a warning stops nobody."""
    is_of_a_model = any(parent.startswith("model.") for parent in test.depends_on.nodes)
    return is_of_a_model and test.config.severity.lower() == "error"


def _name(node: Any) -> str:  # noqa: ANN401 - of dbt
    """A node's name; of a package it has the package's before it, which may have what the project has."""
    return str(node.name) if node.package_name == PROJECT else f"{node.package_name}.{node.name}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
