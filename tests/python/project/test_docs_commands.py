"""Every command that README.md and docs/ show is run on a demo fleet, and so are the queries in analyses/."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from refreshed_demo import RefreshedDemo

from fleetledger.base.paths import PROJECT_ROOT, published_path

DOCS = PROJECT_ROOT / "docs"
EVERYWHERE = [PROJECT_ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
BUILDING = [DOCS / "scale.md", DOCS / "schedule.md"]
ONLY_SHOWN = (
    "fleetledger build",
    "fleetledger watch",
    *("fleetledger prices update", "fleetledger restore", "fleetledger set-aside"),
    *("fleetledger collect github", "fleetledger backfill", "fleetledger mark", "fleetledger outcomes review"),
    "fleetledger judge",
    *("fleetledger telemetry serve", "fleetledger telemetry tap"),
    *("fleetledger export mu", "fleetledger publish --from", "fleetledger report --data-dir ~/cluster"),
    *("fleetledger page --serve", "fleetledger page --open", "fleetledger page --demo"),
)
"""Commands that take long, never end, rewrite a seed, ask GitHub or name what nobody has; their own tests run them."""
FINDING = ("fleetledger doctor", "fleetledger budget", "fleetledger prices check", "fleetledger report audit --fail-on")
"""Commands that end with 1 where they find something, as they do in the demo."""
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(language: str, pages: list[Path]) -> list[str]:
    return [code for page in pages for kind, code in FENCE.findall(page.read_text()) if kind == language]


def commands(program: str, pages: list[Path] = EVERYWHERE) -> list[str]:
    lines = (line.partition(" #")[0].strip() for code in shown("console", pages) for line in code.splitlines())
    return [line for line in dict.fromkeys(lines) if line.split()[:1] == [program]]


@pytest.fixture(scope="module")
def place(refreshed: RefreshedDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory such as the docs speak of: logs at home, a fleet.toml, the data directory, analyses/.

    The logs are the demo's, which was refreshed elsewhere.
    """
    place = tmp_path_factory.mktemp("docs") / "fleet"
    shutil.copytree(refreshed.copy / "logs", place)
    shutil.copytree(refreshed.copy, data_of(place), ignore=shutil.ignore_patterns("logs"))
    (place / "analyses").symlink_to(PROJECT_ROOT / "analyses")
    (place / "home" / ".claude").symlink_to(place / "demo-server" / ".claude")
    for command in ["fleetledger refresh --config fleet.toml", *commands("fleetledger", BUILDING)]:
        assert run(place, command) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("HOME", str(place / "home"))
        yield place


def data_of(place: Path) -> Path:
    """Where the docs say that the data are."""
    return place / "home/.local/share/fleetledger"


def run(place: Path, command: str) -> int:
    """Run what the docs show; of what they only show, the words are read."""
    program, *arguments = shlex.split(command.replace("/mnt/shared/fleet", str(data_of(place))))
    if command.startswith(ONLY_SHOWN):
        arguments.append("--help")
    environment = os.environ | {"HOME": str(place / "home"), "FLEETLEDGER_DATA": str(data_of(place))}
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    path = Path(sys.executable).with_name(program)
    return subprocess.run([path, *arguments], cwd=place, env=environment, check=False).returncode


@pytest.mark.parametrize("command", commands("fleetledger", [page for page in EVERYWHERE if page not in BUILDING]))
def test_command_works(place: Path, command: str) -> None:
    code = run(place, command)
    assert code == 0 or (code == 1 and command.startswith(FINDING))


@pytest.mark.parametrize("command", commands("make"))
def test_make_has_the_target(command: str) -> None:
    subprocess.run([*shlex.split(command), "--dry-run"], cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", commands("duckdb"))
def test_query_of_the_docs_works(place: Path, command: str) -> None:
    # The DuckDB CLI is not among the dependencies: what it would be given is run here.
    words = [str(Path(word).expanduser()) for word in shlex.split(command)]
    with duckdb.connect(next(word for word in words if word.endswith(".duckdb")), read_only=True) as published:
        for option, value in pairwise(words):
            if option in ("-c", "<"):
                published.sql(value if option == "-c" else Path(value).read_text()).fetchall()


@pytest.mark.parametrize("code", shown("python", EVERYWHERE))
def test_python_of_the_docs_works(place: Path, code: str) -> None:
    exec(compile(code, "docs", "exec"), {})  # noqa: S102 - the documentation's own code


@pytest.mark.parametrize("query", sorted((PROJECT_ROOT / "analyses").glob("*.sql")), ids=lambda path: path.stem)
def test_example_query_answers(place: Path, query: Path) -> None:
    with duckdb.connect(published_path(data_of(place)), read_only=True) as published:
        assert published.sql(query.read_text()).fetchall()
