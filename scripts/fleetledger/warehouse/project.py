"""The dbt project: what belongs to it, its name, and a copy of it that can be written to.

A user's own dbt package, models and seeds and tests that a build is to include, is built as dbt builds any package: it
lies in `dbt_packages/` of the project. A refresh takes what is in the user's folder to `package/` in the data
directory, so that all steps of it, and `fleetledger build` after it, are of the same files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from fleetledger import __version__
from fleetledger.base.paths import PROJECT_ROOT, package_dir

PARTS = ("dbt_project.yml", "profiles.yml", "models", "seeds", "macros", "analyses", "tests/data")
"""What a dbt project is made of. The wheel holds these, too."""

INPUTS = (*(part for part in PARTS if part != "analyses"), "pyproject.toml")
"""What decides, beside the landing, what a build makes. pyproject.toml, in a checkout, says with which dbt."""

SUFFIXES = (".sql", ".yml", ".csv", ".md", ".toml")

NOT_OF_A_PACKAGE = ("target", "logs", "dbt_packages")
"""Directories in a package that dbt writes, where the package is somebody's project as well."""


def project_key(root: Path = PROJECT_ROOT, package: Path | None = None) -> str:
    """A name for the content of the project in `root`, of a package if there is one, and the version that runs them."""
    digest = blake2b(__version__.encode(), digest_size=16)
    for path in _files(root, INPUTS):
        digest.update(b"\0" + path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    if package and package.exists():
        for path in _files_of_package(package):
            digest.update(b"\1" + path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_project(directory: Path) -> None:
    """Copy the project into `directory`, which is made if it is not there; files of the same names are replaced."""
    _copy(_files(PROJECT_ROOT, PARTS), PROJECT_ROOT, directory)


def project_with(package: Path, directory: Path) -> Path:
    """Write the project, with a package among its packages, to a directory, which is emptied before; that directory."""
    shutil.rmtree(directory, ignore_errors=True)
    with _private():
        write_project(directory)
        _copy(_files_of_package(package), package, directory / "dbt_packages" / package.name)
    return directory


def take_package(data: Path, folder: Path | None) -> None:
    """Have `data` hold the package that is in a user's folder now; none where there is no folder."""
    taken = package_dir(data)
    if folder and taken.exists() and project_key(package=taken) == project_key(package=folder):
        return
    shutil.rmtree(taken, ignore_errors=True)
    if folder:
        part = taken.with_name(f".{taken.name}.new")
        shutil.rmtree(part, ignore_errors=True)
        with _private():
            _copy(_files_of_package(folder), folder, part)
        part.rename(taken)


@contextmanager
def _private() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _copy(files: Iterator[Path], root: Path, directory: Path) -> None:
    for path in files:
        target = directory / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _files_of_package(package: Path) -> Iterator[Path]:
    parts = sorted(path.name for path in package.iterdir() if path.name not in NOT_OF_A_PACKAGE)
    return _files(package, tuple(part for part in parts if not part.startswith(".")))


def _files(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for part in parts:
        path = root / part
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in inside if file.suffix in SUFFIXES and file.is_file())
