"""What systems do differently: locks that say who holds them, and paths of either form."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from fleetledger.base import system
from fleetledger.base.locks import LockHeld, lock
from fleetledger.base.paths import PROJECT_ROOT
from fleetledger.reports.sessions import LAST_NAME
from fleetledger.sources.resume import resume_line

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from fleetledger.base.locks import lock
with lock(Path(sys.argv[1]), datetime(2026, 11, 20, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_and_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeld, match=f"held by pid {holder.pid} on"), lock(path, NOW):
            pass
        holder.communicate()
    with lock(path, NOW):
        assert b"2026-11-20T18:00:00" in path.read_bytes()
    assert path.read_bytes() == b""


def test_a_shorter_text_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    for content in (b"a long text", b"short", b""):
        system.write_whole(descriptor, content)
        assert system.read_start(descriptor, 100) == content
    os.close(descriptor)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"C:\Users\ann\code\shop", "shop"),
        ("C:\\Users\\ann\\my shop\\", "my shop"),
        (r"\\server\share\shop", "shop"),
        ("/home/ann/shop/", "shop"),
    ],
)
def test_a_project_has_its_last_name_in_either_form(path: str, name: str) -> None:
    found = LAST_NAME.search(path)
    assert found
    assert found[1] == name
    pattern = "([^/\\\\]+)[/\\\\]*$"
    assert duckdb.execute("select regexp_extract(?, ?, 1)", [path, pattern]).fetchone() == (name,)
    assert pattern in (PROJECT_ROOT / "models/marts/sessions/dim_projects.sql").read_text()


def test_a_directory_of_windows_is_quoted_for_a_shell() -> None:
    session = {"fleet": "claude_code", "resume_id": "s1", "resume_in": r"C:\Users\ann\my shop"}
    line = resume_line(session, None)
    assert line is not None
    assert r"'C:\Users\ann\my shop'" in line
