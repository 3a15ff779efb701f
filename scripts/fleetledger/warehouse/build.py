"""Building the warehouse: `dbt build` in a process of its own, since dbt holds its database as long as it lives."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from fleetledger.base.errors import FleetledgerError, LandingError
from fleetledger.base.locks import lock
from fleetledger.base.paths import PROJECT_ROOT, landing_dir, package_dir
from fleetledger.base.state import NewerState
from fleetledger.base.steps import Step
from fleetledger.base.text import clean
from fleetledger.landing.manifest import collected_manifests
from fleetledger.warehouse.plan import Plan, write_plan
from fleetledger.warehouse.project import project_with
from fleetledger.warehouse.record import forget

RESULTS = {"LogModelResult": "models", "LogSeedResult": "seeds", "LogTestResult": "tests"}
"""The events of dbt that end a node, and what such nodes are called."""

LEFT_TO_THE_PROJECT = (
    "resource_type:unit_test",
    "test_type:generic,path:models/staging",
    "test_type:generic,path:models/intermediate",
    "tag:alarm",
)
"""What `make test` and plain `dbt build` run, and not each build: unit tests pin the models on made-up rows, and what
is wrong below the marts shows in the tests of the marts, which count and sum the same rows (docs/decisions/refresh).
Alarms are tests of what was spent, not of the figures: whoever is over budget needs fresh figures the most."""

IDENTIFIER_ERRORS = (
    *("Binder Error", "Catalog Error", "Parser Error", "Compilation Error", "IO Error"),
    "No space left on device",
)
"""Errors that quote names, SQL and paths. What others quote can be a value, and values come from logs."""


OF_DATA = ("configured to fail", "Conversion Error", "Invalid Input Error", "Out of Range Error", "Constraint Error")
"""What dbt says of a test that found something, and the database of a value that is none of its kind."""


class BuildError(FleetledgerError):
    """dbt did not build; the message names what failed. The published file is as it was."""


class BrokenByData(BuildError):
    """Tests found something, or models met values that they cannot take: some of the sessions may do that."""


class Built(NamedTuple):
    """What dbt did: how many models, seeds and tests, and the tests that only warned."""

    counts: Counter[str]
    warnings: list[str]


class _Run:
    """What the events of a dbt run say, as they come."""

    def __init__(self, step: Step) -> None:
        self.counts: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.failures: list[str] = []
        self.other: list[str] = []
        self.plan: Plan | None = None
        self._step = step
        self._total = 0

    def take(self, line: str) -> None:
        """Note one line of dbt's output: an event as JSON, or what Python prints when dbt itself breaks."""
        try:
            event = json.loads(line)
            name = event["name"]
        except (ValueError, KeyError, TypeError):
            self.other.append(line)
            return
        if name == "LogStartLine":
            self._total = event["total"]
            self._step(self.counts.total(), self._total, event["node"])
        elif name == "Plan":
            self.plan = Plan(*event["plan"])
        elif name in RESULTS:
            self.counts[RESULTS[name]] += 1
            self._step(self.counts.total(), self._total)
            if event["status"] == "warn":
                self.warnings.append(event["node"])
        elif name == "RunResultError":
            self.failures.append(f"{event['node']}: {told(event['message'])}")
        elif name not in ("RunResultFailure", "EndOfRunSummary"):
            self.other.append(told(event["message"]))


def build(data: Path, now: datetime, step: Step, *, seeds: bool = True, project: Path | None = None) -> Built:
    """Run every model, and what tests the marts, into the warehouse of `data`, which must be a directory.

    `seeds` false leaves out the seeds: for a warehouse that holds them as they are in the project now. `project` is
    the directory of the dbt project, if it is not the usual one with the package of `data`.
    Raises BuildError, and LockHeld where another build or publish of `data` is running.
    """
    with lock(data / "build.lock", now):
        forget(data)
        run = _Run(step)
        code = _dbt(data, run, seeds=seeds, project=project or _project_of(data))
        if run.plan:
            write_plan(data, run.plan)
    if code:
        if damage := _damage(landing_dir(data), now):
            raise BuildError(damage)
        is_of_data = run.failures and all(any(sign in failure for sign in OF_DATA) for failure in run.failures)
        raise (BrokenByData if is_of_data else BuildError)(_explain(run, data))
    return Built(run.counts, run.warnings)


def _project_of(data: Path) -> Path:
    package = package_dir(data)
    return project_with(package, data / "target" / "project") if package.exists() else PROJECT_ROOT


def _dbt(data: Path, run: _Run, *, seeds: bool, project: Path) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    environment |= {"FLEETLEDGER_DATA": str(data), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    with subprocess.Popen(  # noqa: S603 - dbt, with paths of ours
        [sys.executable, "-P", "-m", "fleetledger.warehouse.dbt_process", *_arguments(data, project, seeds=seeds)],
        cwd=project,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        umask=0o077,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the types: it is a pipe
        try:
            for line in process.stdout:
                run.take(line.rstrip("\n"))
        except BaseException:
            process.terminate()
            process.wait()
            raise
    return process.returncode


def _arguments(data: Path, project: Path, *, seeds: bool) -> list[str]:
    left_out = () if seeds else ("resource_type:seed", "test_type:generic,path:seeds")
    return [
        "build",
        *("--project-dir", str(project)),
        *("--profiles-dir", str(project)),
        *("--target-path", str(data / "target")),
        *("--log-path", str(data / "logs")),
        *("--exclude", *LEFT_TO_THE_PROJECT, *left_out),
        *("--log-level", "none"),
        *("--log-level-file", "info"),
        "--no-write-json",
        "--no-use-colors",
        "--no-version-check",
    ]


def _damage(landing: Path, now: datetime) -> str | None:
    """What is damaged in the landing, if anything: dbt's own message seldom names the file."""
    from fleetledger.landing.batches import check
    from fleetledger.landing.collection import read_collection
    from fleetledger.landing.queries import read_manifests

    try:
        for manifest in read_manifests(landing):
            check(landing, manifest.batches)
        for path in collected_manifests(landing):
            read_collection(landing, unquote(path.stem), now)
    except NewerState as error:
        return str(error)
    except LandingError as error:
        return f"{error}; docs/doctor.md says what to do about a damaged landing"
    return None


def _explain(run: _Run, data: Path) -> str:
    log = data / "logs" / "dbt.log"
    if run.failures:
        return f"dbt build failed in {len(run.failures)} of its steps:\n" + _list(run.failures) + f"\nMore is in {log}"
    return "dbt build failed:\n" + _list(run.other[-5:] or ["it said nothing"]) + f"\nMore is in {log}"


def _list(messages: Iterable[str]) -> str:
    return "\n".join(f"  {clean(message)}" for message in messages)


def told(message: str) -> str:
    """What dbt or the database says, without the SQL that follows and without quoted values: they may be of a log."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    headings = list(takewhile(_is_heading, lines))
    said = " ".join([*headings[-1:], *lines[len(headings) :][:1]])
    if any(error in said for error in IDENTIFIER_ERRORS):
        return said
    return re.sub(r"\"[^\"]*\"|'[^']*'", "'…'", said)


def _is_heading(line: str) -> bool:
    """Whether a line of dbt's only says what kind of error the next one tells."""
    return line.endswith((")", ":")) or line == "Runtime Error"
