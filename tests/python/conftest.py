from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from built_fleet import BuiltFleet, built_fleet
from compiled_models import Columns, Marts, marts, read_models, run_models
from hypothesis import settings
from logged_host import LoggedHost
from refreshed_demo import RefreshedDemo, refreshed_demo

# Days are local where nothing else is said: here they are the same on every machine.
os.environ["TZ"] = "UTC"

settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")


@pytest.fixture
def host(tmp_path: Path) -> LoggedHost:
    """A host with one Claude Code source that holds no logs yet."""
    return LoggedHost(tmp_path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A directory that all processes of this run of tests share."""
    place = tmp_path_factory.getbasetemp()
    return place.parent if hasattr(request.config, "workerinput") else place


@pytest.fixture(scope="session")
def fleet(shared: Path) -> BuiltFleet:
    """A built warehouse of real and generated logs; read it, don't change it."""
    if made := os.environ.get("FLEETLEDGER_TEST_FLEET"):
        return built_fleet(Path(made))
    return built_fleet(shared / "fleet", "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="session")
def refreshed(shared: Path) -> RefreshedDemo:
    """The demo as the first refresh on a machine without logs makes it; don't change it."""
    return refreshed_demo(shared / "refreshed")


@pytest.fixture(scope="session")
def warehouse_of(fleet: BuiltFleet) -> Callable[..., Marts]:
    """What makes the marts of what is landed in a data directory, but for columns that are left out."""
    models = read_models(fleet.manifest)

    def made(data: Path, *left_out: Columns) -> Marts:
        with run_models(models, fleet.data, data) as warehouse:
            return marts(warehouse, *left_out)

    return made


collect_ignore = ["support/fuzz_requests.py"]
"""It needs atheris, and its own process: test_fuzz starts it."""

SLOWEST = (
    "test_processes",
    "test_refill",
    "test_delta",
    "test_wheel",
    "test_pipeline",
    "test_docs_commands",
    "test_browser",
    "test_package",
    "test_damage",
    "test_withheld",
    "test_panels",
    "test_interleavings",
    "test_cli",
    "test_template",
    "test_watch",
    "test_doctor",
    "test_live_page",
    "test_report",
)
"""The files that take longest, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process ends long after the others."""
    order = {name: position for position, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(SLOWEST)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=200, help="How many kills a stress test does at least: rounds of 32.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_of_32" in metafunc.fixturenames:
        metafunc.parametrize("round_of_32", range(1, -(-metafunc.config.getoption("kills") // 32) + 1))
