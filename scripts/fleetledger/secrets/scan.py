"""Looking for secrets in what tools were given and gave back, batch by batch of the landing.

    <data>/secrets/key               the key of the digests, of this data directory alone

What was found, and which batches were looked through, is landed (module landed).

Which secrets are looked for stands in seeds/audit/audit_rules.csv, names of detect-secrets' rules, and in the user's
own audit rules, which may be expressions.
DuckDB picks the lines that hold a word without which no such secret is (MARKERS); only those are read by the detector.
A secret itself is written nowhere: what is kept is the rule, the place, and a keyed digest, which tells that two
finds are the same, and cannot be tried out on guessed passwords without the key. Nothing is verified with its
provider: no network is used.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

from fleetledger.base.errors import FleetledgerError
from fleetledger.base.files import write_file
from fleetledger.base.paths import PROJECT_ROOT, landing_dir
from fleetledger.base.sql import NO_BAR
from fleetledger.base.steps import Step
from fleetledger.landing.manifest import Batch
from fleetledger.landing.queries import read_manifests
from fleetledger.landing.settings import landed_rows
from fleetledger.secrets.landed import finds

RULES = PROJECT_ROOT / "seeds/audit/audit_rules.csv"
TYPES = PROJECT_ROOT / "seeds/audit/secret_types.csv"

DIGEST_LENGTH = 16
"""Hexadecimal digits of a digest: 64 bits tell millions of secrets apart."""

SHORTEST_SECRET = 16

PRIVATE_KEY = re.compile(
    r"(?:BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|SSH2 ENCRYPTED) )?PRIVATE KEY|BEGIN PGP PRIVATE KEY BLOCK"
    r"|PuTTY-User-Key-File-[23])(?P<body>.{0,12000}?)(?:-----END|$)",
    re.DOTALL,
)
KEY_BODY = re.compile(r"[A-Za-z0-9+/]{40}")

CHUNK_ROWS = 64

with TYPES.open(newline="", encoding="utf-8") as _rows:
    MARKERS = {row["secret_type"]: row["marker"] for row in csv.DictReader(_rows)}
"""What every secret of a type has in it, in a line's JSON as well, as an expression that DuckDB is quick at (RE2)."""

CANDIDATES = {
    "claude_code_lines": "record_type in ('user', 'assistant')",
    "mu_events": "kind in ('tool_call', 'tool_result')",
    "claude_code_files": "regexp_matches(source_path, '/tool-results/|^plans/|^file-history/')",
}
"""The lines of each landing table that can hold a tool's input or output."""

PLACEHOLDER = re.compile(
    r"(?i)example|x{6}|redacted|\*{3}|<[a-z_ -]+>|\$\{?\w|^(?:user|pass|password|pw|secret|token)$"
)
"""What stands in documentation where a secret would."""


class SecretScanError(FleetledgerError):
    """The rules or the landing cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's place, rule and digest. `block_number` counts a message's blocks from 1; None in mu."""

    host: str
    account: str
    source_path: str
    generation: int
    byte_offset: int
    block_number: int | None
    found_in: str
    secret_type: str
    secret_hash: str


class Scanned(NamedTuple):
    """What a scan did: batches and lines looked through now, lines read by the detector, secrets found, by rule."""

    batches: int
    lines: int
    candidates: int
    found: dict[str, int]


Detector = Callable[[str], Iterable[str]]


def scan(data: Path, now: datetime, step: Step, *, again: bool = False) -> Scanned:
    """Look through the batches of `data` that were not looked through yet, or `again` through all.

    What was found in a batch is landed once it is done: an interrupted scan goes on where it was. Raises
    SecretScanError, LandingError, and LockHeld where another scan is running.
    """
    (data / "secrets").mkdir(mode=0o700, exist_ok=True)
    with finds(data, now) as landed:
        detectors, marker = read_rules(RULES, landed_rows(data, "settings_audit_rules", now))
        key, rules = _key(data / "secrets/key"), _digest(marker)
        manifests = read_manifests(landing_dir(data))
        batches = [batch for manifest in manifests for batch in manifest.batches if batch.table in CANDIDATES]
        todo = [batch for batch in batches if again or landed.rules(batch.batch_id) != rules]
        found: dict[str, int] = {}
        candidates = 0
        for number, batch in enumerate(todo):
            step(number, len(todo))
            secrets, read = _scan_batch(landing_dir(data), batch, detectors, marker, key)
            candidates += read
            for secret in secrets:
                found[secret.secret_type] = found.get(secret.secret_type, 0) + 1
            landed.note(batch.batch_id, rules, now, map(asdict, secrets))
        step(len(todo), len(todo))
        landed.forget_others([batch.batch_id for batch in batches])
    return Scanned(len(todo), sum(batch.rows for batch in todo), candidates, found)


def read_rules(path: Path, own: Iterable[Mapping[str, Any]] = ()) -> tuple[dict[str, Detector], str]:
    """The detectors that the rules name, by secret type, and the expression that picks lines for them.

    The rules are those in the file, as `own` rows change them and add to them. Raises SecretScanError where a rule
    names a type that is not known.
    """
    detectors: dict[str, Detector] = {}
    markers: list[str] = []
    for rule_id, rule in _rules_in_force(path, own).items():
        if rule["applies_to"] != "output":
            continue
        if rule.get("scope") == "expression":
            detectors[rule_id] = _expression(rule["pattern"], f"rule {rule_id}")
            markers.append(rule["pattern"])
            continue
        for secret_type in rule["pattern"].split("|"):
            if secret_type not in MARKERS:
                known = ", ".join(MARKERS)
                raise SecretScanError(f"rule {rule_id}: {secret_type!r} is not looked for; known are {known}")
            detectors[secret_type] = _plugin(secret_type)
            markers.append(MARKERS[secret_type])
    return detectors, "|".join(f"(?:{marker})" for marker in markers)


def _rules_in_force(path: Path, own: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rules by their ids, as the model int_audit_rules has them."""
    with path.open(newline="", encoding="utf-8") as lines:
        rules = {row["rule_id"]: dict(row) for row in csv.DictReader(lines)}
    for row in own:
        said = {name: value for name, value in row.items() if value is not None}
        rules[row["rule_id"]] = rules.get(row["rule_id"], {}) | said
    return {rule_id: rule for rule_id, rule in rules.items() if rule["severity"] != "off"}


def _expression(pattern: str, where: str) -> Detector:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise SecretScanError(f"{where}: the pattern is no regular expression: {error}") from error
    return lambda text: (match[0] for match in compiled.finditer(text))


def _plugin(secret_type: str) -> Detector:
    """What detect-secrets finds of one type, by its expressions alone.

    It yields the groups of an expression, which for some types are only a beginning that all of them share.
    So a secret is its longest group if that is long enough to tell secrets apart, else all that the expression matched.
    """
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    plugins: dict[str, Any] = get_mapping_from_secret_type_to_class()
    plugin = plugins[secret_type]()

    def found(text: str) -> Iterator[str]:
        for expression in plugin.denylist:
            for match in expression.finditer(text):
                longest = max((group for group in match.groups() if group), key=len, default="")
                if any(True for _ in plugin.analyze_string(match[0])) and not PLACEHOLDER.search(longest):
                    yield longest if len(longest) >= SHORTEST_SECRET else match[0]

    return _private_keys if secret_type == "Private Key" else found  # noqa: S105 - the name of a rule


def _private_keys(text: str) -> Iterator[str]:
    """Private keys with what follows their headline, which alone is only talk of a key."""
    for match in PRIVATE_KEY.finditer(text):
        body = re.sub(r"\\[nr]|\s", "", match["body"])
        if KEY_BODY.search(body):
            yield body


def _scan_batch(
    landing: Path, batch: Batch, detectors: dict[str, Detector], marker: str, key: bytes
) -> tuple[list[Secret], int]:
    """The secrets in a batch, and how many of its lines were read for them."""
    query = f"""
        select host, account, source_path, generation, byte_offset, coalesce(repaired, raw) as line
        from read_parquet($path, hive_partitioning = false)
        where line_status <> 'rejected' and {CANDIDATES[batch.table]}
            and regexp_matches(coalesce(repaired, raw), $marker)
    """  # noqa: S608 - a condition of CANDIDATES
    secrets: dict[Secret, None] = {}
    read = 0
    try:
        with duckdb.connect() as connection:
            connection.execute(NO_BAR)
            rows = connection.execute(query, {"path": str(landing / batch.path), "marker": marker})
            while chunk := rows.fetchmany(CHUNK_ROWS):
                read += len(chunk)
                for *place, line in chunk:
                    secrets |= dict.fromkeys(_secrets_of_line(place, line, detectors, key))
    except duckdb.Error as error:
        reason = type(error).__name__
        raise SecretScanError(
            f"{landing / batch.path} cannot be looked through ({reason}); see `fleetledger doctor`"
        ) from error
    return list(secrets), read


def _secrets_of_line(place: list[Any], line: str, detectors: dict[str, Detector], key: bytes) -> Iterator[Secret]:
    """The secrets of the line at `place` (host, account, source path, generation, byte offset)."""
    host, account, source_path, generation, byte_offset = place
    texts = [(None, "output", line)] if "/tool-results/" in source_path else _tool_texts(line)
    for block_number, found_in, text in texts:
        for secret_type, value in _secrets_in(text, detectors):
            yield Secret(
                host=host,
                account=account,
                source_path=source_path,
                generation=generation,
                byte_offset=byte_offset,
                block_number=block_number,
                found_in=found_in,
                secret_type=secret_type,
                secret_hash=hmac.digest(key, value.encode(), "sha256").hex()[:DIGEST_LENGTH],
            )


def _secrets_in(text: str, detectors: dict[str, Detector]) -> Iterator[tuple[str, str]]:
    for secret_type, detector in detectors.items():
        for value in detector(text):
            if not PLACEHOLDER.search(value):
                yield secret_type, value


def _tool_texts(line: str) -> Iterator[tuple[int | None, str, str]]:
    """Each text that a tool was given or gave back in a line, with its block, and `input` or `output`."""
    try:
        record = msgspec.json.decode(line.encode())
    except msgspec.DecodeError:
        # Landed as readable, yet not to this parser: such a line has no tool texts that could be placed.
        return
    payload = record.get("payload")
    if isinstance(payload, dict):
        if payload.get("kind") == "tool_call":
            yield from ((None, "input", text) for text in _texts(payload.get("arguments")))
        elif payload.get("kind") == "tool_result":
            yield from ((None, "output", text) for text in _texts(payload.get("content")))
        return
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    for number, block in enumerate(content if isinstance(content, list) else [], start=1):
        if isinstance(block, dict) and block.get("type") == "tool_use":
            yield from ((number, "input", text) for text in _texts(block.get("input")))
        elif isinstance(block, dict) and block.get("type") == "tool_result":
            yield from ((number, "output", text) for text in _texts(block.get("content")))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The texts in a JSON value; pictures and other encoded data are left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict) and value.get("type") != "base64":
        for item in value.values():
            yield from _texts(item)


def _key(path: Path) -> bytes:
    """The key of this data directory's digests, made when there is none."""
    try:
        return bytes.fromhex(path.read_text())
    except FileNotFoundError:
        key = os.urandom(32)
        write_file(path, key.hex())
        return key
    except ValueError as error:
        raise SecretScanError(f"{path} is damaged; remove it and type `fleetledger secrets --again`") from error


def _digest(marker: str) -> str:
    return hashlib.blake2b(marker.encode(), digest_size=8).hexdigest()
