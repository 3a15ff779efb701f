"""Invented words, names, texts and ids: what simulated sessions talk about, read, edit and print.

Nothing here comes from a real log. Everything is drawn from a seeded `random.Random`: the same seed, the same text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NOUNS = _words(
    "berth vessel tide pilot manifest cargo crane quay anchor harbor ledger invoice tariff voyage crew roster cabin "
    "buoy channel beacon signal radar chart route leg draft mooring tug ferry dock slip gate permit customs parcel "
    "pallet container seal booking slot queue worker batch cursor page token session user account role policy rule "
    "event stream topic offset shard replica snapshot index column table schema field record row key value cache "
    "bucket window budget quota limit retry backoff timeout deadline handler router middleware request response "
    "header payload body client server socket pool buffer parser lexer node tree branch leaf edge graph walker "
    "visitor filter mapper reducer encoder decoder digest nonce cipher vault secret profile setting option flag theme "
    "layout panel widget button dialog form input label icon badge toast banner menu report metric counter gauge "
    "histogram trace span log alert probe check fixture sample mock stub spy clock timer job step stage pipeline "
    "artifact bundle module package plugin hook adapter driver engine planner resolver registry catalog store"
)
VERBS = _words(
    "load read write parse build make find fetch send push pull merge split join filter map fold sort group count sum "
    "plan resolve render draw apply reset clear flush close open start stop pause resume schedule retry validate "
    "verify check sign encode decode compress expand index scan match rank score trim normalize convert collect emit "
    "publish subscribe handle dispatch route claim release acquire update insert delete upsert refresh rotate archive "
    "restore"
)
TYPES = _words("str int float bool bytes Path date datetime Decimal None")
ADJECTIVES = _words(
    "stale empty missing duplicate late early pending active broken slow partial invalid unknown nested shared local"
)

_SLOT = re.compile(r"\{([nNvtadh])\}")
_SLOTS: dict[str, Sequence[str]] = {
    "n": NOUNS,
    "N": [noun.capitalize() for noun in NOUNS],
    "v": VERBS,
    "t": TYPES,
    "a": ADJECTIVES,
    "d": [str(int((step / 400) ** 3 * 997) + 1) for step in range(400)],
    "h": [f"{(step + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFF:012x}" for step in range(4096)],
}

_LANGUAGES: dict[str, tuple[str, ...]] = {
    "python": (
        "def {v}_{n}({n}: {t}, {a}: bool = False) -> {t}:",
        '    """The {n} of a {n}, or None where the {n} is {a}."""',
        "    {n} = self.{v}_{n}({n}, {n}={d})",
        "    if not {n}.{a} and {n}.{n} > {d}:",
        '        raise {N}Error(f"{a} {n}: {{{n}!r}}")',
        "    for {n} in {v}_{n}s({n}):",
        "        {n}s.append({v}_{n}({n}[{d}], {n}.{n}))",
        "    return {n}.{v}({n}, timeout={d})",
        "",
        "",
        "class {N}{N}(Base{N}):",
        "    {n}: {t} = {d}",
        "        assert {v}_{n}({n}) == {d}",
        '    logger.info("{v} {n}", extra={"{n}": {n}.{n}, "{n}_count": len({n})})',
        "from {n}.{n} import {N}, {v}_{n}",
        "    with {v}_{n}({n}) as {n}:",
        "        # The {n} is {a} until the {n} has been seen, see test_{v}_{n}.",
    ),
    "typescript": (
        "export async function {v}{N}({n}: {N}, {n}s: {N}[]): Promise<{N}> {",
        "  const {n} = await {v}{N}({n}.{n}, { {n}: {d}, {a}: true });",
        "  if (!{n} || {n}.{a}) {",
        "    throw new {N}Error(`{a} {n}: ${{n}.{n}}`);",
        "  }",
        "  return {n}s.map(({n}) => ({ ...{n}, {n}: {v}{N}({n}, {d}) }));",
        "}",
        "",
        "import { {N}, {v}{N} } from '../{n}/{n}';",
        "interface {N}Props { {n}: string; {n}Count: number; on{N}?: ({n}: {N}) => void }",
        "  const [{n}, set{N}] = useState<{N} | null>(null);",
        '    <{N} key={{n}.{n}} {n}={{d}} className="{n}-{a} {n}__{n}" on{N}={() => {v}{N}({n})} />',
        "  it('{v}s the {n} when the {n} is {a}', async () => {",
        "    expect({v}{N}({n})).toEqual({ {n}: {d}, {n}: '{h}' });",
        "  });",
    ),
    "rust": (
        "pub fn {v}_{n}(&self, {n}: &{N}, {a}: bool) -> Result<{N}, {N}Error> {",
        "    let mut {n} = {N}::with_capacity({d});",
        "    for {n} in self.{n}s.iter().filter(|{n}| !{n}.{a}()) {",
        "        {n}.push({v}_{n}({n}, {d})?);",
        "    }",
        "    match {n}.{v}() {",
        "        Some({n}) if {n}.{n} > {d} => Ok({n}.into()),",
        "        None => Err({N}Error::{N}{N} { {n}: {n}.to_string() }),",
        "    }",
        "}",
        "",
        "#[derive(Debug, Clone, PartialEq)]",
        "pub struct {N}{N} {",
        "    pub {n}: Option<{N}>,",
        "use crate::{n}::{{N}, {v}_{n}};",
        "    /// {v}s the {n}; a {a} {n} is an error.",
        "        assert_eq!({v}_{n}(&{n}), {d});",
    ),
    "terraform": (
        'resource "harbor_{n}" "{n}_{a}" {',
        '  name        = "${var.{n}}-{n}-{d}"',
        "  {n}_{n}   = module.{n}.{n}_id",
        "  {n} {",
        "    {n}     = {d}",
        '    {a}      = "{h}"',
        "  }",
        "}",
        "",
        'variable "{n}_{n}" {',
        "  type    = number",
        "  default = {d}",
        "  # {v} the {n} before the {n} is {a}",
    ),
}

_SENTENCES = (
    "The {n} is stale because {v}_{n} returns before the {n} has been written.",
    "Let me look at how the {n} gets its {n} first.",
    "I see two places that {v} the {n}: the {n} handler and the {n} path.",
    "The test fails at line {d}: it expects {d} {n}s and gets {d}.",
    "Now I'll {v} the {n} and keep the {n} as it is.",
    "That leaves the {a} {n}, which nothing {v}s any more.",
    "One {a} {n} would be {v}-ed twice here, so the {n} needs a key of its own.",
    "The {n} already has a helper for this, `{v}_{n}`, so there is no need for a new one.",
    "Before changing the {n}, check that the {n} still {v}s with {d} {n}s.",
    "I've updated the {n} so that any {a} {n} is reported instead of being dropped.",
    "Note that {n}s older than {d} days are {v}-ed by the {n} job at night.",
    "If the {n} is {a}, `{v}_{n}` should raise and name the {n}.",
    "Both suites pass: {d} tests in the {n} package and {d} in the {n} package.",
    "The diff touches `{n}/{n}` and `{n}/{v}_{n}`, {d} lines in all.",
)

_TASKS: dict[str, tuple[str, ...]] = {
    "harbor-api": (
        "Add pagination to the bookings endpoint and cover it with tests",
        "Make the webhook handler idempotent, the sender retries for a day",
        "Move the tariff rules out of the invoice handler, three places use them now",
        "Find every place that builds SQL by string formatting and fix it",
        "Rename vessel_id to ship_id across the API without breaking old clients",
        "Why do cancelled bookings end up in the daily report?",
        "Write a migration that adds a pilot to each booking and backfills it in batches",
        "Plan how to split the tide service from the booking service, no code yet",
        "Stream the log download instead of building it in memory",
        "Explain what the lease table is for and who writes it",
    ),
    "tidepool-web": (
        "The berth page takes four seconds with more than 500 bookings, find out why",
        "Add dark colours to the harbour map",
        "The sign-in page loses the return path, please fix",
        "Show the crew roster in the local time of the port",
        "Cache the chart tiles for an hour and let us clear them by hand",
        "Upgrade the router to the new major version and fix what breaks",
        "Clean up the stale feature flags, list them before you remove any",
        "Make the booking form usable with the keyboard alone",
        "Fix the flaky test of the tide chart, it fails about once in thirty runs",
        "Review the open changes in this branch and tell me what you would not merge",
    ),
    "gullwing": (
        "Port the crane simulator's config from YAML to TOML",
        "Write property tests for the route parser",
        "Add a --dry-run flag to the import command, off by default",
        "Replace the hand-written date parser by the one in the standard library",
        "Document how the retry budget works, short, in docs/retries.md",
        "Halve the time of the release build",
        "Errors of the sync command should name the file they are about",
        "Why does `gullwing plan` read the manifest twice?",
        "Upgrade clap and keep the help texts as they are",
        "Cross-compile for the harbour office's old ARM boxes",
    ),
    "lighthouse-infra": (
        "Set up a staging database per pull request",
        "The deploy failed in the smoke test, it worked yesterday. What I know: the port is taken",
        "Alarms should page only in the port's office hours, else collect them",
        "We get forty alerts a night about late manifests. Make the check smarter",
        "Move the state bucket to the other region",
        "Rotate the queue's credentials every week, without downtime",
        "Which of our machines nobody uses any more?",
        "Write a runbook for a full disk on the tide gauges",
        "Pin every provider version and say why where it is not the newest",
        "Cut the cost of the nightly backups",
    ),
    "pelican-etl": (
        "Reduce the memory of the nightly export, it is killed at 4 GB",
        "Bring the coverage of the pricing module above ninety percent",
        "Fix the flaky test in test_sync_manifest, it fails about once in twenty runs",
        "Load the port register from the new CSV layout, keep reading the old one",
        "Count late arrivals per berth and week, and test it around new year",
        "Upgrade the queue client to the new major version and fix what breaks",
        "Find out why yesterday's load has 312 duplicate voyages",
        "Make the tide import restartable",
        "Write down what each of the twelve staging tables is for",
        "Replace pandas in the hourly job, it takes a minute to start",
    ),
}
_ERRANDS = (
    "Find every caller of {v}_{n} and report file and line",
    "Read the tests of the {n} module and tell what they leave out",
    "Look for code that handles a {n} which {v}_{n} already handles",
    "Find where the {n} is configured and which values it can have",
    "Compare {v}_{n} with {v}_{n} and list the differences",
)
_FOLLOW_UPS = (
    "yes, go on",
    "also handle the case where the list is empty",
    "that broke the import, please have a look",
    "commit this",
    "good. now the same for the other endpoint",
    "please run the whole suite before you go on",
    "why not use the existing helper?",
    "revert the last change, keep the test",
    "open a PR for it",
    "smaller steps please, one at a time",
    "what is left to do?",
    "the name is misleading, call it what it does",
    "can you make the error say which {n} it was?",
)
_SUBJECTS = (
    "Report a missing {n} instead of dropping it",
    "Page through {n}s by cursor",
    "Keep the {n} when the {n} is late",
    "Test that the {n} is written once",
    "Name the {n} in {n} errors",
    "Cap {n}s at {d} per {n}",
)
_BRANCHES = ("main", "main", "main", "fix/{a}-{n}", "feature/{n}-{n}", "chore/{v}-{n}")


@dataclass(frozen=True)
class SourceFile:
    """A file of a project: its path below the project and its lines."""

    path: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A repository that sessions work in."""

    name: str
    language: str
    test_command: str
    files: tuple[SourceFile, ...]


@dataclass(frozen=True)
class Library:
    """All text that sessions draw from: projects with their files, and sentences."""

    projects: tuple[Project, ...]
    sentences: tuple[str, ...]
    detail: float


_PROJECTS = (
    ("harbor-api", "python", "pytest -q", "py"),
    ("tidepool-web", "typescript", "npm test", "ts"),
    ("gullwing", "rust", "cargo test", "rs"),
    ("lighthouse-infra", "terraform", "make check", "tf"),
    ("pelican-etl", "python", "pytest -q tests", "py"),
)


@lru_cache(maxsize=2)
def library(seed: int, detail: float, file_count: int) -> Library:
    """The texts of a fleet. `detail` scales how long files and prose are: 1 is life-size, a demo takes less.

    `file_count` is the number of files in a project; the more there are, the more there is to say, too.
    """
    rng = Random(f"{seed}/library")  # noqa: S311 - reproducible, not secret
    projects = tuple(
        Project(name, language, test_command, _files(rng, language, extension, detail, file_count))
        for name, language, test_command, extension in _PROJECTS
    )
    sentences = tuple(fill(rng, pick(rng, _SENTENCES)) for _ in range(400 + 140 * file_count))
    return Library(projects, sentences, detail)


def _files(rng: Random, language: str, extension: str, detail: float, count: int) -> tuple[SourceFile, ...]:
    names = [f"{pick(rng, NOUNS)}/{pick(rng, VERBS)}_{pick(rng, NOUNS)}.{extension}" for _ in range(count)]
    paths = dict.fromkeys(names)
    return tuple(SourceFile(path, code(rng, language, amount(rng, 180 * detail, 0.8, 8, 1200))) for path in paths)


def code(rng: Random, language: str, count: int) -> tuple[str, ...]:
    """`count` lines that look like source text of `language`."""
    templates = _LANGUAGES[language]
    return tuple(fill(rng, pick(rng, templates)) for _ in range(count))


def fill(rng: Random, template: str) -> str:
    """A template with its slots filled: a noun, Noun, verb, type or adjective, digits, hexadecimal digits."""
    parts = list(_parts(template))
    for index in range(1, len(parts), 2):
        words = _SLOTS[parts[index]]
        parts[index] = words[int(rng.random() * len(words))]
    return "".join(parts)


@cache
def _parts(template: str) -> tuple[str, ...]:
    """Text and slot names in turn, text first."""
    return tuple(_SLOT.split(template))


def pick(rng: Random, items: Sequence[Item]) -> Item:
    """One of the items; much cheaper than `Random.choice`."""
    return items[int(rng.random() * len(items))]


def chance(rng: Random, probability: float) -> bool:
    """True with this probability."""
    return rng.random() < probability


def amount(rng: Random, median: float, sigma: float, low: int, high: int) -> int:
    """A heavy-tailed (lognormal) count between low and high."""
    return min(max(int(rng.lognormvariate(0.0, sigma) * median), low), max(low, high))


def prose(rng: Random, texts: Library, length: int) -> str:
    """Sentences, together about `length` characters long."""
    parts: list[str] = []
    while length > 0:
        parts.append(pick(rng, texts.sentences))
        length -= len(parts[-1])
    return " ".join(parts)


def task_prompt(project: Project, number: int) -> str:
    """What a person asks for at the start of a project's session."""
    tasks = _TASKS[project.name]
    return tasks[number % len(tasks)]


def errand(rng: Random) -> str:
    """What a sub-agent or a worker is sent to do."""
    return fill(rng, pick(rng, _ERRANDS))


def follow_up(rng: Random) -> str:
    """What a person says next."""
    return fill(rng, pick(rng, _FOLLOW_UPS))


def commit_subject(rng: Random) -> str:
    """The first line of a commit message."""
    return fill(rng, pick(rng, _SUBJECTS))


def branch(rng: Random) -> str:
    """A branch name."""
    return fill(rng, pick(rng, _BRANCHES))


def slug(rng: Random) -> str:
    """Three words joined by hyphens, as sessions are nicknamed."""
    return f"{pick(rng, ADJECTIVES)}-{pick(rng, VERBS)}ing-{pick(rng, NOUNS)}"


def log_lines(rng: Random, length: int, at_ms: int) -> str:
    """Program output, about `length` characters long."""
    lines = [f"started {timestamp(at_ms)}"]
    while length > 0:
        what = f"{pick(rng, NOUNS)}.{pick(rng, NOUNS)} {pick(rng, VERBS)}={hexadecimal(rng, 16)}"
        lines.append(f"INFO  {what} took={rng.random():.4f}s")
        length -= len(lines[-1])
    return "\n".join(lines)


def test_report(rng: Random, project: Project, failures: int) -> str:
    """What a test run prints."""
    total = 40 + int(rng.random() * 300)
    name = f"test_{pick(rng, VERBS)}_{pick(rng, NOUNS)}"
    if project.language == "rust":
        verdict = "FAILED" if failures else "ok"
        detail = f"---- {name} stdout ----\nassertion `left == right` failed\n\n" if failures else ""
        counts = f"{total - failures} passed; {failures} failed; 0 ignored"
        return f"running {total} tests\n{detail}test result: {verdict}. {counts}"
    if project.language == "typescript":
        verdict = "FAIL" if failures else "PASS"
        failed = f"{failures} failed, " if failures else ""
        return f"{verdict} src/{pick(rng, NOUNS)}.test.ts\nTests: {failed}{total - failures} passed, {total} total"
    if failures:
        failed = f"FAILED tests/test_{pick(rng, NOUNS)}.py::{name} - AssertionError"
        return f"{failed}\n{failures} failed, {total - failures} passed in 4.2s"
    return f"{'.' * min(total, 72)}\n{total} passed in 3.8s"


def uuid(rng: Random) -> str:
    """A random (version 4) UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def hexadecimal(rng: Random, length: int) -> str:
    """Random hexadecimal digits."""
    return f"{rng.getrandbits(4 * length):0{length}x}"


def token(rng: Random, prefix: str) -> str:
    """An id as services hand them out: a prefix and 22 letters and digits."""
    letters = base64.b64encode(rng.randbytes(17)).decode()[:22]
    return prefix + letters.replace("+", "A").replace("/", "z")


def noise(rng: Random, length: int) -> str:
    """Base64 text that no compressor shrinks by much: signatures and pictures."""
    return base64.b64encode(rng.randbytes(length * 3 // 4)).decode()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(at_ms: int) -> str:
    """Milliseconds since 1970 as Claude Code writes them: 2026-11-20T08:00:00.000Z."""
    seconds, milliseconds = divmod(at_ms, 1000)
    return f"{_to_the_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=256)
def _to_the_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def utc_day(at_ms: int) -> str:
    """The UTC day of an instant, 2026-11-20."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).date().isoformat()
