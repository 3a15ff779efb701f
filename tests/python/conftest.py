from __future__ import annotations

from pathlib import Path

import pytest
from logged_host import LoggedHost


@pytest.fixture
def host(tmp_path: Path) -> LoggedHost:
    """A host with one Claude Code source that holds no logs yet."""
    return LoggedHost(tmp_path)
