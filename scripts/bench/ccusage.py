"""ccusage, the peer that speed and numbers are compared with: where it comes from and how its reports are asked for."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

VERSION = "20.0.24"


def install(work: Path) -> tuple[Path | None, str | None]:
    """The command of ccusage, installed into `work` if it is not there; or None, and why not."""
    home = work / f"ccusage-{VERSION}"
    command = home / "node_modules" / ".bin" / "ccusage"
    if command.exists():
        return command, None
    npm = shutil.which("npm")
    if npm is None:
        return None, "npm is missing"
    # npm may leave a package of binaries out without a word, since it is optional: named, it must come.
    names = ("ccusage", f"@ccusage/ccusage-{platform.system().lower()}-{_npm_architecture()}")
    packages = [f"{name}@{VERSION}" for name in names]
    installed = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", home, *packages], capture_output=True, check=False
    )
    return (command, None) if installed.returncode == 0 else (None, "npm could not install it")


def _npm_architecture() -> str:
    return {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def arguments(report: str) -> list[str]:
    """How to ask for a report (`monthly`, `daily`) of Claude Code that depends on the logs alone."""
    return ["claude", report, "--json", "--offline", "--mode", "calculate", "-z", "UTC"]


def environment(roots: Iterable[Path], home: Path) -> dict[str, str]:
    """What makes it read these directories, and nothing of the user's."""
    named = ",".join(map(str, roots))
    return {"CLAUDE_CONFIG_DIR": named, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
