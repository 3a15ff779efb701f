"""The template: an empty warehouse as dbt makes it of the project, with the plan that fills it.

dbt takes half a minute and more, and all that it makes of a project is the same on every machine: tables with their
types, contracts and comments, seeds, and the SQL of models and tests. So it is made once for a project, byte for byte;
a data directory begins with a copy of it, and a refresh runs the plan. The wheel brings the template of its project; a
checkout keeps its own, and makes it where the project has changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import duckdb

from fleetledger.base import clock
from fleetledger.base.locks import lock
from fleetledger.base.paths import CHECKOUT, IS_CHECKOUT, PROJECT_ROOT, package_dir, platform_cache_dir, warehouse_path
from fleetledger.base.steps import Step
from fleetledger.base.system import wait_lock
from fleetledger.warehouse.build import BuildError, build
from fleetledger.warehouse.filling import TEMPLATE
from fleetledger.warehouse.plan import plan_path
from fleetledger.warehouse.project import project_key, project_with
from fleetledger.warehouse.record import forget

PACKAGED = PROJECT_ROOT / "template"
"""Where a wheel holds the template of its project."""

KEPT = 3
"""How many templates stay: whoever goes to and fro between two states of a project waits once for each."""

PARSED = "partial_parse.msgpack"
"""What dbt keeps of a project to parse only what changed since.

It names the project's directory, and dbt would read the seeds there: of a checkout that was copied, the other's.
"""


def start(data: Path, now: datetime, step: Step) -> None:
    """Put the template's empty warehouse and its plan in the place of those in `data`, which must be a directory.

    The warehouse says of itself that it is not of one build until the plan is run. Where there is no template of the
    project yet, dbt makes it. Raises BuildError, and LockHeld where another is at work on the warehouse.
    """
    template = ready(package_dir(data), now, step)
    with lock(data / "build.lock", now):
        forget(data)
        warehouse = warehouse_path(data)
        # A log that a killed build left belongs to the warehouse that goes.
        warehouse.unlink(missing_ok=True)
        warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
        for place in (plan_path, warehouse_path):
            _copy(place(template), place(data))


def make(template: Path, now: datetime, step: Step, project: Path) -> None:
    """Have dbt make the template of a project in `template`, a directory that must not be there. Raises BuildError."""
    template.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=template.parent, prefix=".making-") as work:
        data, part = Path(work, "data"), Path(work, "template")
        (data / "target").mkdir(parents=True)
        part.mkdir()
        parsed = template.parent / f"{blake2b(str(project).encode(), digest_size=8).hexdigest()}.{PARSED}"
        if project == PROJECT_ROOT and parsed.exists():
            shutil.copyfile(parsed, data / "target" / PARSED)
        _build(data, now, step, project)
        for path in (plan_path(data), warehouse_path(data)):
            path.rename(part / path.name)
        part.rename(template)
        if project == PROJECT_ROOT:
            (data / "target" / PARSED).replace(parsed)


def _build(data: Path, now: datetime, step: Step, project: Path) -> None:
    log, kept = data / "logs/dbt.log", data.parent.parent / "dbt.log"
    try:
        build(data, now, step, project=project)
    except BuildError as error:
        shutil.copyfile(log, kept)
        raise BuildError(str(error).replace(str(log), str(kept))) from error
    with duckdb.connect(str(warehouse_path(data))) as warehouse:
        warehouse.execute(
            f"create or replace table main.build_state as select false as is_complete, '{TEMPLATE}' as build_id"
        )


def ready(package: Path | None, now: datetime, step: Step) -> Path:
    """The directory of the project's template, made where it is not there. Raises BuildError.

    `package` is where the user's own package is, if there is one.
    """
    key = project_key(PROJECT_ROOT, package)
    found = _found(key)
    if found:
        return found
    kept_in = _kept_in()
    kept_in.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (kept_in / "lock").open("w") as waiting:
        wait_lock(waiting.fileno())
        if not _found(key):
            _make_with(package, kept_in / key, now, step)
            _tidy(kept_in)
    return kept_in / key


def _make_with(package: Path | None, template: Path, now: datetime, step: Step) -> None:
    if package and package.exists():
        with tempfile.TemporaryDirectory() as project:
            make(template, now, step, project_with(package, Path(project)))
    else:
        make(template, now, step, PROJECT_ROOT)


def _found(key: str) -> Path | None:
    return next((place / key for place in (PACKAGED, _kept_in()) if (place / key).is_dir()), None)


def _tidy(kept_in: Path) -> None:
    """Remove all but the newest templates, and what a killed process left."""
    there = sorted((path for path in kept_in.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in there[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _kept_in() -> Path:
    """Where templates are kept that are made here: what belongs to a checkout goes with it."""
    if IS_CHECKOUT and os.access(CHECKOUT, os.W_OK):
        return CHECKOUT / "target" / "templates"
    return platform_cache_dir() / "templates"


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole, readable by its owner alone."""
    part = target.with_name(f".{target.name}.new")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    shutil.copyfile(source, part)
    part.replace(target)


if __name__ == "__main__":
    ready(None, clock.now(), lambda *_: None)
