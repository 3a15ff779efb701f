"""Commands in processes of their own, which are killed while a step of their work is going on."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fleetledger.sources.config import FleetConfig, load_config

PATIENCE = 600
"""Seconds after which a process that should have ended long ago is a failure."""

_CHILD = """
import json, os, sys
from importlib import import_module
from fleetledger.cli.main import main

pipe, begins, ends, settings, *arguments = sys.argv[1:]

def mark(place, before, after):
    module, name = place.split(":")
    work = getattr(import_module(module), name)
    def marked(*positional, **named):
        os.write(int(pipe), before)
        done = work(*positional, **named)
        os.write(int(pipe), after)
        return done
    setattr(import_module(module), name, marked)

for place, value in json.loads(settings).items():
    module, name = place.split(":")
    setattr(import_module(module), name, value)
mark(begins, b"b", b"")
mark(ends, b"", b"e")
main(arguments)
"""


@dataclass(frozen=True)
class Step:
    """Work of a command: from the call of one function to the return of another, with other settings than usual."""

    command: str
    begins: str
    ends: str
    settings: Mapping[str, int] = field(default_factory=dict)


_EXTRACT = "fleetledger.landing.extract:extract"
_COMPACT = "fleetledger.landing.extract:compact"
_IN_WORKERS = {"fleetledger.landing.workers:PARALLEL_BYTES": 0}
_AT_ONCE = {"fleetledger.landing.compaction:SMALL_BATCHES": 1}

STEPS = {
    "extract": Step("extract", _EXTRACT, _EXTRACT),
    "extract in workers": Step("extract", _EXTRACT, _EXTRACT, _IN_WORKERS),
    "compaction": Step("extract", _COMPACT, _EXTRACT, _AT_ONCE),
    "build": Step("build", "fleetledger.warehouse.build:build", "fleetledger.warehouse.build:build"),
    "publish": Step("publish", "fleetledger.published.publish:publish", "fleetledger.published.publish:publish"),
    "refill": Step("refresh", "fleetledger.warehouse.refill:refill", "fleetledger.warehouse.refill:refill"),
    "publish by delta": Step(
        "refresh", "fleetledger.published.publish:publish", "fleetledger.published.publish:publish"
    ),
    "beginning": Step("refresh", "fleetledger.warehouse.template:start", "fleetledger.warehouse.refill:refill"),
    "refresh": Step("refresh", "fleetledger.warehouse.template:start", "fleetledger.published.publish:publish"),
}
MEETING = Step("extract", _EXTRACT, _EXTRACT, _IN_WORKERS | _AT_ONCE)
"""An extraction that takes a while, and replaces batches that others read."""


class Run:
    """A command at work, which can be waited for and killed."""

    def __init__(self, step: Step, fleet: GrowingFleet) -> None:
        read, write = os.pipe()
        self._marks, self._seen = read, b""
        arguments = [step.begins, step.ends, json.dumps(dict(step.settings)), step.command, *fleet.places]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(write), *arguments],
            pass_fds=[write],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        os.close(write)

    def wait_for(self, mark: bytes, seconds: float = PATIENCE) -> bool:
        """Whether the step begins (b), or ends (e), or the process does, before some seconds have passed."""
        end = time.monotonic() + seconds
        while select.select([self._marks], [], [], max(0, end - time.monotonic()))[0]:
            seen = os.read(self._marks, 1)
            self._seen += seen
            if seen in (mark, b""):
                return True
        return False

    def kill(self, whole_group: bool) -> bool:
        """Kill it, alone or with all that it has started; whether the step had not ended. Waits for all of them."""
        os.killpg(self.process.pid, signal.SIGKILL) if whole_group else self.process.kill()
        self.process.communicate(timeout=PATIENCE)
        end = time.monotonic() + PATIENCE
        while _is_there(self.process.pid):
            assert time.monotonic() < end, "a process that it started goes on"
            time.sleep(0.001)
        self.wait_for(b"e")
        return self.process.returncode == -signal.SIGKILL and b"e" not in self._seen

    def close(self) -> tuple[int, str]:
        """Wait for it: its exit code and what it said."""
        said, _ = self.process.communicate(timeout=PATIENCE)
        os.close(self._marks)
        return self.process.returncode, said


def _is_there(group: int) -> bool:
    """Whether a process of a group still runs; one that has ended may wait for long until its end is taken note of."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, check=True, text=True).stdout
    return any(line.split()[0] == str(group) and "Z" not in line for line in listed.splitlines())


class GrowingFleet:
    """A fleet whose logs grow to what `whole` holds, byte by byte of every file, and its data directory."""

    def __init__(self, whole: Path, place: Path, slices: int) -> None:
        self.logs, self.data = place / "logs", place / "data"
        self._whole, self._slices, self._slice = whole, slices, 0
        shutil.copytree(whole, self.logs, ignore=shutil.ignore_patterns("*.jsonl"))

    @property
    def places(self) -> list[str]:
        return ["--config", str(self.logs / "fleet.toml"), "--data-dir", str(self.data)]

    @property
    def config(self) -> FleetConfig:
        return load_config(self.logs / "fleet.toml")

    def grow(self) -> None:
        """Let every file grow by a slice of what it is to be."""
        assert self._slice < self._slices
        self._slice += 1
        for source in self._whole.rglob("*.jsonl"):
            content = source.read_bytes()
            with (self.logs / source.relative_to(self._whole)).open("ab") as file:
                file.write(content[file.tell() : len(content) * self._slice // self._slices])

    def finish(self) -> None:
        """Let them grow to their ends."""
        self._slice = self._slices - 1
        self.grow()

    def forget_warehouse(self) -> None:
        """Let there be no warehouse, as before the first build."""
        for path in self.data.glob("warehouse.duckdb*"):
            path.unlink()

    def run(self, step: Step) -> float:
        """Do a step to its end; how many seconds it took."""
        run = Run(step, self)
        assert run.wait_for(b"b")
        begun = time.monotonic()
        assert run.wait_for(b"e")
        took = time.monotonic() - begun
        code, said = run.close()
        assert code == 0, said
        return took

    def kill(self, step: Step, seconds: float, whole_group: bool) -> bool:
        """Kill a step so many seconds after it has begun; whether that was before it ended."""
        run = Run(step, self)
        assert run.wait_for(b"b")
        run.wait_for(b"e", seconds)
        inside = run.kill(whole_group)
        run.close()
        return inside
