"""The dbt project: what belongs to it, its name, and a copy of it that can be written to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from fleetledger import __version__
from fleetledger.base.paths import PROJECT_ROOT

PARTS = ("dbt_project.yml", "profiles.yml", "models", "seeds", "macros", "analyses", "tests/data")
"""What a dbt project is made of. The wheel holds these, too."""

INPUTS = (*(part for part in PARTS if part != "analyses"), "pyproject.toml")
"""What decides, beside the landing, what a build makes. pyproject.toml, in a checkout, says with which dbt."""

SUFFIXES = (".sql", ".yml", ".csv", ".md", ".toml")


def project_key(root: Path = PROJECT_ROOT) -> str:
    """A name for the content of the project in `root` and the version of what runs it."""
    digest = blake2b(__version__.encode(), digest_size=16)
    for path in _files(root, INPUTS):
        digest.update(b"\0" + path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_project(directory: Path) -> None:
    """Copy the project into `directory`, which is made if it is not there; files of the same names are replaced."""
    for path in _files(PROJECT_ROOT, PARTS):
        target = directory / path.relative_to(PROJECT_ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _files(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for part in parts:
        path = root / part
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in inside if file.suffix in SUFFIXES and file.is_file())
