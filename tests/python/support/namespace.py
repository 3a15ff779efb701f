"""Disks of a test's own, full or read-only, in a mount namespace that ends with the command that is run in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from fleetledger.cli.main import main; main()"]
"""`fleetledger` in a process of its own."""

_ENTER = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]
_FULL = """
place=$1 disk=$(mktemp -d) code=0
mount -t tmpfs -o size=$2k,mode=700 none "$disk"
cp -a "$place/." "$disk"
mount --bind "$disk" "$place"
shift 2
"$@" || code=$?
umount "$place"
rm -r "$place"
cp -a "$disk" "$place"
exit $code
"""
_READ_ONLY = """
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
shift
exec "$@"
"""


def on_full_disk(place: Path, free: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `fleetledger` with `place` on a disk that has so many KiB left; then `place` is as it was left there."""
    used = sum(-(-path.stat().st_size // 4096) * 4 if path.is_file() else 4 for path in place.rglob("*"))
    return _run(_FULL, place, str(used + free), *COMMAND, *arguments)


def read_only(place: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `fleetledger` while nothing in `place` can be written."""
    return _run(_READ_ONLY, place, *COMMAND, *arguments)


def _run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if not _is_possible():
        pytest.skip("no mount namespace can be made here")
    command = [*_ENTER, script, "sh", *arguments]
    return subprocess.run(command, capture_output=True, check=False, text=True)


@cache
def _is_possible() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*_ENTER, "mount -t tmpfs none /mnt"], capture_output=True, check=False).returncode == 0
