"""`fleetledger page --serve`, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(fleet: Path, data: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The server of a fleet, and the port that it says."""
    where = ["--config", str(fleet), "--data-dir", str(data)]
    call = [sys.executable, "-m", "fleetledger", "page", "--serve", "--port", "0", *where]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            found = next(found for text in server.stdout if (found := re.search(r"http://127\.0\.0\.1:(\d+)/", text)))
            threading.Thread(target=server.stdout.read, daemon=True).start()
            yield server, int(found[1])
        finally:
            server.terminate()
            assert server.stderr
            assert "Traceback" not in server.stderr.read()
