"""The logs that are measured on: generated once and kept, able to grow and to shrink, with the truth about them."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import duckdb
import msgspec

from bench.process import BenchError
from fleetledger.simulate.fleet import DEFAULT_UNTIL, SMALLEST_SIZE, CallTotals, Truth, simulate
from fleetledger.sources.config import load_config

SPACE_FACTOR = 2
"""All that is made of the logs, two landings, a warehouse and what dbt spills, takes so many times their size."""

GROWTH_SHARE = 100
"""The logs grow by a hundredth."""

_SESSIONS = "*/.claude*/projects/*/*.jsonl"
_KEYS = CallTotals.__struct_fields__.index("calls")
_SHOWN = 5

Totals = dict[tuple[str, ...], tuple[int, ...]]
"""The sums of CallTotals by its keys (fleet, host, account, provider, model, day)."""


class Addition(NamedTuple):
    """Bytes to add at the end of a log, which may not be there yet, and when they were written (ns)."""

    path: Path
    content: bytes
    changed_ns: int


@dataclass(frozen=True)
class Corpus:
    """Logs on disk, what to add to them, and the totals that must come of them before and after."""

    root: Path
    truth: Truth
    additions: Sequence[Addition]
    totals: Totals
    grown_totals: Totals

    @property
    def config(self) -> Path:
        """The fleet.toml of the logs."""
        return self.root / "fleet.toml"

    @property
    def growth_bytes(self) -> int:
        """How much is added."""
        return sum(len(addition.content) for addition in self.additions)

    def claude_code_roots(self) -> list[Path]:
        """The directories that Claude Code logs to."""
        return [source.root for source in load_config(self.config).sources if source.fleet == "claude_code"]

    def warm_up(self) -> int:
        """Read all logs once, so that no job pays for the disk; how many bytes of them are Claude Code's."""
        sizes = Counter[bool]()
        for path in self.root.rglob("*.jsonl"):
            sizes["projects" in path.parts] += len(path.read_bytes())
        return sizes[True]

    @contextmanager
    def grown(self) -> Iterator[None]:
        """Let the logs grow as they do in use, by appending, and cut them back after the block."""
        before = {addition.path: addition.path.stat() for addition in self.additions if addition.path.exists()}
        try:
            for addition in self.additions:
                _append(addition)
            yield
        finally:
            for addition in self.additions:
                _cut_back(addition.path, before.get(addition.path))


def _append(addition: Addition) -> None:
    addition.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with addition.path.open("ab") as file:
        file.write(addition.content)
    os.utime(addition.path, ns=(addition.changed_ns, addition.changed_ns))


def _cut_back(path: Path, before: os.stat_result | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        os.truncate(path, before.st_size)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cached(work: Path, size: int, seed: int) -> Path:
    """The directory in `work` of the logs of this size and seed; the generator as it is now is part of its name."""
    sources = sorted(Path(__file__).parents[1].glob("fleetledger/simulate/*.py"))
    digest = blake2b(b"".join(path.read_bytes() for path in sources), digest_size=4).hexdigest()
    return work / f"logs-{size}-{seed}-{digest}"


def generate(work: Path, size: int, seed: int) -> Path:
    """The logs of this size and seed, generated if they are not there; those of an older generator go."""
    logs = cached(work, size, seed)
    for other in work.glob(f"logs-{size}-{seed}-*"):
        if other != logs:
            shutil.rmtree(other)
    if not logs.exists():
        part = logs.with_name(f"{logs.name}.part")
        simulate(part, seed=seed, size=size)
        part.rename(logs)
    return logs


def check_space(work: Path, size: int, seed: int) -> None:
    """Raise BenchError where the disk has no room for the logs and what is made of them."""
    needed = size * (SPACE_FACTOR if cached(work, size, seed).exists() else SPACE_FACTOR + 1)
    free = shutil.disk_usage(work).free
    if free < needed:
        raise BenchError(
            f"{work} has {free / 1e9:.1f} GB free, and {size / 1e9:.1f} GB of logs need about {needed / 1e9:.1f} GB; "
            "choose another place with --work, or a smaller size"
        )


def read_truth(logs: Path) -> Truth:
    """What is true of generated logs."""
    return msgspec.json.decode((logs / "truth.json").read_bytes(), type=Truth)


def totals_of(*truths: Truth) -> Totals:
    """The totals of logs that have no call in common."""
    sums: dict[tuple[str, ...], Counter[int]] = {}
    for row in (row for truth in truths for row in truth.totals):
        values = msgspec.structs.astuple(row)
        sums.setdefault(values[:_KEYS], Counter()).update(dict(enumerate(values[_KEYS:])))
    count = len(CallTotals.__struct_fields__) - _KEYS
    return {key: tuple(counted[index] for index in range(count)) for key, counted in sums.items()}


def lay_out(logs: Path, scratch: Path, seed: int) -> Corpus:
    """Logs in `scratch` that can grow by a hundredth; what does not grow is linked to `logs`, which stay as they are.

    The growth is a day's work of another seed, after the last of the logs. Its sessions carry on sessions of the same
    account, the newest; sub-agents, forks, sessions that find no other and all of mu's are new files.
    """
    root, growth = scratch / "logs", scratch / "growth"
    truth = read_truth(logs)
    size = max(truth.bytes // GROWTH_SHARE, SMALLEST_SIZE)
    grown = simulate(growth, seed=seed + 1, size=size, days=1, until=DEFAULT_UNTIL + timedelta(days=1)).truth
    places = carried_on(_sessions(logs, truth), _sessions(growth, grown))
    additions = list(_additions(logs, root, growth, places))
    _link(logs, root, {addition.path for addition in additions})
    shutil.rmtree(growth)
    return Corpus(root, truth, additions, totals_of(truth), totals_of(truth, grown))


def _sessions(logs: Path, truth: Truth) -> dict[str, list[str]]:
    """The sessions of each account's directory, as paths without suffix, newest first, but for forks and forked ones.

    A forked session that goes on only after its fork cannot be told from the fork if it has nothing else of its own.
    """
    forked = {name for fork in truth.forks for name in (fork.original_session_id, fork.session_id)}
    paths = sorted(logs.glob(_SESSIONS), key=lambda path: (-path.stat().st_mtime_ns, path))
    sessions: dict[str, list[str]] = {}
    for path in paths:
        if not path.name.startswith("agent-") and path.stem not in forked:
            place = path.relative_to(logs)
            sessions.setdefault(str(place.parents[2]), []).append(str(place.with_suffix("")))
    return sessions


def carried_on(old: dict[str, list[str]], new: dict[str, list[str]]) -> dict[str, str]:
    """Which new session carries on which old one of the same account: as many as there are of both, newest first.

    >>> carried_on({"a": ["1", "2"], "b": ["3"]}, {"a": ["7"], "c": ["8"]})
    {'7': '1'}
    """
    return {
        new_one: old_one
        for account in new
        for new_one, old_one in zip(new[account], old.get(account, []), strict=False)
    }


def _additions(logs: Path, root: Path, growth: Path, places: dict[str, str]) -> Iterator[Addition]:
    """What the growth adds to the logs; it names the sessions that it carries on, in paths and in lines."""
    ids = {Path(new).name.encode(): Path(old).name.encode() for new, old in places.items()}
    pattern = re.compile(b"|".join(ids) or b"(?!)")
    for path in sorted(growth.rglob("*.jsonl")):
        place = _place(str(path.relative_to(growth)), places)
        content = pattern.sub(lambda found: ids[found[0]], path.read_bytes())
        end = b"" if _ends_a_line(logs / place) else b"\n"
        yield Addition(root / place, end + content, path.stat().st_mtime_ns)


def _place(path: str, places: dict[str, str]) -> str:
    """Where a file of the growth goes: with the session that it is of, if that carries on another."""
    for new, old in places.items():
        if path.startswith(new):
            return old + path.removeprefix(new)
    return path


def _ends_a_line(path: Path) -> bool:
    """Whether the file ends with a line's end, or is not there."""
    return not path.exists() or path.read_bytes().endswith(b"\n")


def _link(logs: Path, root: Path, growing: set[Path]) -> None:
    """Copy what grows, link what does not."""

    def place(source: str, target: str) -> str:
        if Path(target) in growing:
            shutil.copy2(source, target)
        else:
            os.link(source, target)
        return target

    shutil.copytree(logs, root, copy_function=place)


def check_totals(published: Path, expected: Totals) -> None:
    """Raise BenchError where the published token sums are not those that the logs were generated with."""
    found = _published_totals(published)
    wrong = [key for key in sorted(found.keys() | expected.keys()) if found.get(key) != expected.get(key)]
    if wrong:
        names = ", ".join(CallTotals.__struct_fields__[_KEYS:])
        lines = [f"{' '.join(key)}: {found.get(key)}, not {expected.get(key)}" for key in wrong[:_SHOWN]]
        heading = f"{published}: {len(wrong)} of {len(expected)} totals are wrong ({names}):"
        raise BenchError("\n  ".join([heading, *lines]))


def _published_totals(published: Path) -> Totals:
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                fleet,
                host,
                account,
                provider,
                model,
                cast(called_on as varchar),
                count(*) filter (where usage_source <> 'task_telemetry'),
                count(*) filter (where usage_source = 'model_call' and usage_is_final),
                count(*) filter (where usage_source = 'task_telemetry'),
                coalesce(sum(input_tokens), 0),
                coalesce(sum(output_tokens), 0),
                coalesce(sum(reasoning_tokens), 0),
                coalesce(sum(cache_read_tokens), 0),
                coalesce(sum(cache_write_5m_tokens), 0),
                coalesce(sum(cache_write_1h_tokens), 0),
                coalesce(sum(web_search_requests), 0)

            from fct_model_calls

            group by all
            """
        ).fetchall()
    return {tuple(map(str, row[:_KEYS])): tuple(row[_KEYS:]) for row in rows}
