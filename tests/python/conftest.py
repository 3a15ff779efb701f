from __future__ import annotations

from pathlib import Path

import pytest
from built_fleet import BuiltFleet, built_fleet
from hypothesis import settings
from logged_host import LoggedHost

settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")


@pytest.fixture
def host(tmp_path: Path) -> LoggedHost:
    """A host with one Claude Code source that holds no logs yet."""
    return LoggedHost(tmp_path)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> BuiltFleet:
    """A built warehouse of real and generated logs; read it, don't change it."""
    place = tmp_path_factory.getbasetemp()
    is_one_of_many = hasattr(request.config, "workerinput")
    return built_fleet((place.parent if is_one_of_many else place) / "fleet")
