"""Log lines with something wrong in them: a flipped bit, a cut, another value, a doubled record, a blank id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

ODD_VALUES: tuple[object, ...] = (None, 0, -1, 1.5, "a", [], {}, True, 10**20, "2026-13-45T99:00:00Z", [[]], {"a": {}})
BLANKS = ("", " ", "\t", None)
IDS = (
    "uuid",
    "parentUuid",
    "sessionId",
    "agentId",
    "requestId",
    "id",
    "session_id",
    "task_id",
    "call_id",
    "tool_use_id",
)

Slot = tuple[Any, Any]
"""A container in a record, and the key or place in it."""


def mutate_logs(root: Path, random: Random, share: float) -> int:
    """Do something wrong to so many of the lines below a directory; how many it was."""
    mutated = 0
    for path in sorted(root.rglob("*.jsonl")):
        lines = path.read_bytes().split(b"\n")
        chosen = [bool(line.strip()) and random.random() < share for line in lines]
        mutated += sum(chosen)
        written = [
            one
            for line, is_chosen in zip(lines, chosen, strict=True)
            for one in (random.choice(MUTATIONS)(line, lines, random) if is_chosen else [line])
        ]
        path.write_bytes(b"\n".join(written))
    return mutated


def mutate_lines(root: Path, changes: Mapping[int, int]) -> list[str]:
    """Do something wrong to some of the lines below a directory, by their numbers; what was done.

    What it is each change's seed decides. Numbers above that of the last line begin again with the first.
    """
    contents = {path: path.read_bytes().split(b"\n") for path in sorted(root.rglob("*.jsonl"))}
    places = [(path, number) for path, lines in contents.items() for number, line in enumerate(lines) if line.strip()]
    done = []
    for index, seed in sorted(changes.items()):
        path, number = places[index % len(places)]
        random = Random(seed)
        mutation, line = random.choice(MUTATIONS), contents[path][number]
        contents[path][number] = b"\n".join(mutation(line, contents[path], random))
        done.append(f"{path.name}:{number + 1} {mutation.__name__}: {line!r} is {contents[path][number]!r}")
    for path, lines in contents.items():
        path.write_bytes(b"\n".join(lines))
    return done


def _flipped(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    changed = bytearray(line)
    changed[random.randrange(len(line))] ^= 1 << random.randrange(8)
    return [bytes(changed)]


def _cut(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    return [line[: random.randrange(len(line))]]


def _doubled(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    return [line, line]


def _of_another_type(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    return _with_value(line, random, lambda key: random.choice(ODD_VALUES))


def _with_a_blank_id(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    return _with_value(line, random, lambda key: random.choice(BLANKS), IDS)


def _with_anothers_value(line: bytes, lines: list[bytes], random: Random) -> list[bytes]:
    theirs = list(_slots(_parsed(random.choice(lines))))

    def value(key: object) -> object:
        same = [slot for slot in theirs if slot[1] == key] or theirs or [([None], 0)]
        container, place = random.choice(same)
        return container[place]

    return _with_value(line, random, value)


MUTATIONS = (_flipped, _cut, _doubled, _of_another_type, _with_a_blank_id, _with_anothers_value)


def _with_value(
    line: bytes, random: Random, value: Callable[[object], object], keys: tuple[str, ...] = ()
) -> list[bytes]:
    """The line with another value at one place, one with a name in `keys` where there is any."""
    record = _parsed(line)
    slots = list(_slots(record))
    if not slots:
        return [line]
    container, key = random.choice([slot for slot in slots if slot[1] in keys] or slots)
    container[key] = value(key)
    return [json.dumps(record, separators=(",", ":")).encode()]


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _slots(value: object) -> Iterator[Slot]:
    inner: Iterable[tuple[Any, Any]]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield value, key
        yield from _slots(part)
