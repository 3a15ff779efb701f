"""What was made of what: whether there is anything to build, and how much of it.

`<data>/build.json` names what the warehouse and the published file were made from. Whether the warehouse is of one
whole build stands in itself, in `main.build_state`: only there can a build note it with what it makes.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from fleetledger.base.paths import landing_dir, package_dir, published_path, warehouse_path
from fleetledger.base.state import DamagedState, StateKind, Values
from fleetledger.landing.manifest import collected_manifests, read_manifest
from fleetledger.warehouse.project import project_key
from fleetledger.warehouse.withheld import read_withheld

RECORD = StateKind("a record of what was made of what")


class Inputs(NamedTuple):
    """Names for all that decides what is published: the project's models, seeds and rules; the lines, and options."""

    project: str
    landed: str


def inputs(data: Path, *, text: bool) -> Inputs:
    """What there is to build from; `text` is whether titles are published."""
    landed = blake2b(f"text = {text}".encode(), digest_size=16)
    for path in _manifests(data):
        manifest = read_manifest(landing_dir(data), unquote(path.stem))
        landed.update(repr((manifest.host, manifest.demo, manifest.sources, manifest.batches)).encode())
    for path in collected_manifests(landing_dir(data)):
        landed.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return Inputs(project_key(package=package_dir(data)), landed.hexdigest())


def is_current(data: Path, inputs_now: Inputs) -> bool:
    """Whether what is published in `data` was made by a refresh from these inputs, and nobody built since."""
    return published_path(data).exists() and _last_made(data) == _made(data, inputs_now)


def only_landing_is_new(data: Path, inputs_now: Inputs) -> bool:
    """Whether the warehouse was made by a refresh from the project as it is, and nobody built since.

    Of a refresh that did not end, the warehouse says itself how far it came.
    """
    made = _last_made(data)
    if made is None or made == _begun(inputs_now.project):
        return made is not None
    return made == _made(data, inputs_now._replace(landed=str(made.get("landed"))))


def begin(data: Path) -> None:
    """Remember that a refresh brings the warehouse up to date, by the project that it was made from."""
    made = _last_made(data)
    if made is not None:
        RECORD.write(_record(data), _begun(made.get("project")))


def forget(data: Path) -> None:
    """Forget what the published file was made from, before it is made anew."""
    _record(data).unlink(missing_ok=True)


def remember(data: Path, inputs_before: Inputs) -> None:
    """Remember that what is published was made from these inputs, which were there before the build began."""
    RECORD.write(_record(data), _made(data, inputs_before))


def _last_made(data: Path) -> Values | None:
    try:
        return RECORD.read(_record(data))
    except DamagedState:
        return None


def _record(data: Path) -> Path:
    return data / "build.json"


def _made(data: Path, of: Inputs) -> Values:
    warehouse = warehouse_path(data).stat() if warehouse_path(data).exists() else None
    state = [warehouse.st_size, warehouse.st_mtime_ns] if warehouse else None
    return {"project": of.project, "landed": of.landed, "withheld": repr(read_withheld(data)), "warehouse": state}


def _begun(project: object) -> Values:
    return {"project": project, "landed": None, "warehouse": None}


def _manifests(data: Path) -> list[Path]:
    return sorted((landing_dir(data) / "manifests").glob("*.json"))
