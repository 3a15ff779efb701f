"""What lands beside the logs, and like them: commits, pull requests, marks, settings, and where secrets were found.

    <landing>/<table>/host=<host>/<batch id>.parquet    rows of one table and host
    <landing>/collected/<host>.json                     the batches that exist; replaced whole, as the last step
    <landing>/collected/<host>.lock                     who collects for that host

The tables are append-only: what was observed anew is one more row. Files that no manifest names do not exist for
readers, as in the rest of the landing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fleetledger.base.errors import LandingError, why
from fleetledger.base.files import begin_part, make_private, put_in_place, remove_unnamed
from fleetledger.base.locks import lock
from fleetledger.base.paths import quoted
from fleetledger.landing.manifest import COLLECTED, batch_directory, collected_path, new_id, timestamp

SMALL_BATCHES = 64
"""How many batches a table may have before they are merged into one."""
_GRACE = timedelta(hours=1)
"""How long files that were merged away are kept: a build may be reading them."""

_TEXT, _COUNT, _FLAG, _TIME = pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us")
_DAY, _USD, _SHARE, _PRICE = pa.date32(), pa.decimal128(18, 4), pa.decimal128(6, 4), pa.decimal128(14, 8)
_HASHES = pa.list_(pa.uint64())
_FILES = pa.list_(pa.struct({"path": _TEXT, "old_path": _TEXT, "insertions": _COUNT, "deletions": _COUNT}))


def _schema(*texts: str, **others: pa.DataType) -> pa.Schema:
    return pa.schema({"host": _TEXT, **dict.fromkeys(texts, _TEXT), **others, "observed_at": _TIME})


SCHEMAS = {
    "git_directories": _schema(
        *("directory", "repository", "remote", "default_branch", "status", "reason", "worktree_of")
    ),
    "git_commits": _schema(
        *("repository", "sha", "parents", "subject", "body"),
        authored_at=_TIME,
        committed_at=_TIME,
        diff_is_known=_FLAG,
        file_count=_COUNT,
        files=_FILES,
        added_lines=_HASHES,
        is_made_here=_FLAG,
    ),
    "git_commit_states": _schema(
        *("repository", "sha", "branch", "branches"), is_on_a_branch=_FLAG, reached_default_branch=_FLAG
    ),
    "github_pull_requests": _schema("url", "raw"),
    "backfilled_tasks": _schema(
        *("task_id", "session_id", "parent_task_id", "provider", "model", "model_version", "exit_reason"),
        *("outcome_class", "outcome_confidence", "rationale", "source_file"),
        started_at=_TIME,
        ended_at=_TIME,
        wall_clock_ms=_COUNT,
        entry_number=_COUNT,
        **{f"{kind}_tokens": _COUNT for kind in ("prompt", "completion", "cache_read", "cache_write")},
    ),
    "plan_limits": _schema("account", "limit_name", used_share=pa.float64(), resets_at=_TIME),
    "judge_verdicts": _schema(
        *("session_id", "judge", "prompt_hash", "criterion", "severity", "quote", "reason", "rejected_for"),
        holds=_FLAG,
        confidence=pa.float64(),
        prompt_tokens=_COUNT,
    ),
    "session_marks": _schema("session_id", "note", rating=_COUNT),
    "scanned_batches": _schema("batch_id", "rules", scanned_at=_TIME),
    "secrets": _schema(
        *("account", "source_path", "found_in", "secret_type", "secret_hash", "batch_id"),
        generation=pa.int32(),
        byte_offset=_COUNT,
        block_number=_COUNT,
    ),
    "settings_reporting": _schema("timezone"),
    "settings_budgets": _schema("scope", "scope_value", "period", "cost_kind", limit_usd=_USD, warn_share=_SHARE),
    "settings_plans": _schema("provider", "account", "label", starts_on=_DAY, ends_on=_DAY, cost_usd=_USD),
    "settings_prices": _schema(
        *("rate_id", "price_book", "model_id", "match_names", "match_regex", "match_not_regex", "price_variant"),
        *("source", "source_version"),
        valid_from=_DAY,
        tier_start=_COUNT,
        source_date=_DAY,
        **{f"{bucket}_usd_per_mtok": _PRICE for bucket in ("input", "output", "cache_read")},
        **{f"cache_write_{ttl}_usd_per_mtok": _PRICE for ttl in ("5m", "1h")},
        web_search_usd_per_kcount=_PRICE,
    ),
    "settings_cost_kinds": _schema("provider", "model_regex", "cost_kind"),
    "settings_audit_rules": _schema(
        *("rule_id", "severity", "applies_to", "scope", "program", "pattern", "not_pattern", "category", "what_to_do")
    ),
    "settings_directives": _schema("directive", "program", "subcommand", "broken_pattern", "meaning"),
    "settings_project_folds": _schema("pattern", "replacement", "note", rule_order=_COUNT),
    "settings_tickets": _schema("pattern", "note", rule_order=_COUNT),
}


@dataclass(frozen=True, slots=True)
class CollectedBatch:
    """One Parquet file; `path` is below the landing."""

    table: str
    path: str
    rows: int
    observed_at: str


@dataclass(slots=True)
class Collection:
    """What is collected of one host; `retired` are batch files that were merged away, with when.

    `digest` is for whoever replaces all of it, and can tell by it that there is nothing to replace.
    """

    landing: Path
    host: str
    now: datetime
    batches: list[CollectedBatch] = field(default_factory=list)
    retired: dict[str, str] = field(default_factory=dict)
    digest: str | None = None

    def rows(self, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Some columns of all rows of a table, the earliest observation first. Raises LandingError."""
        found = self._read(table)
        order = found["observed_at"].to_pylist()
        values = zip(*(found[column].to_pylist() for column in columns), strict=True)
        return [row for _, row in sorted(zip(order, values, strict=True), key=lambda pair: pair[0])]

    def dicts(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, by their columns' names. Raises LandingError."""
        found: list[dict[str, Any]] = self._read(table).to_pylist()
        return found

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write rows, which lack host and observed_at; how many. They count once `commit` has said so."""
        stamp = self.now.astimezone(UTC).replace(tzinfo=None)
        values = [{"host": self.host, "observed_at": stamp, **row} for row in rows]
        if values:
            self._write(table, pa.Table.from_pylist(values, schema=SCHEMAS[table]))
        return len(values)

    def replace(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Let a table hold these rows, which lack host and observed_at, and no others, once `commit` has said so.

        A table that holds them already stays as it is, for whoever looks what has changed.
        """
        columns = [name for name in SCHEMAS[table].names if name != "observed_at"]
        values = [{"host": self.host, **row} for row in rows]
        after = pa.Table.from_pylist(values, schema=SCHEMAS[table])
        if not self._read(table).select(columns).equals(after.select(columns)):
            self._retire(table)
            self.add(table, values)

    def commit(self) -> None:
        """Make what was added count. Whatever happens before the last rename, the earlier manifest does."""
        for table in SCHEMAS:
            self._merge(table)
        batches = [asdict(batch) for batch in self.batches]
        values = {"host": self.host, "batches": batches, "retired": self.retired, "digest": self.digest}
        COLLECTED.write(collected_path(self.landing, self.host), values, indent=1)

    def _merge(self, table: str) -> None:
        """Put the batches of a table into one, once they are many."""
        if sum(batch.table == table for batch in self.batches) <= SMALL_BATCHES:
            return
        merged = self._read(table)
        self._retire(table)
        self._write(table, merged)

    def _retire(self, table: str) -> None:
        """Have the batches of a table count no longer, and stay for a while."""
        self.retired |= {batch.path: timestamp(self.now) for batch in self.batches if batch.table == table}
        self.batches = [batch for batch in self.batches if batch.table != table]

    def _read(self, table: str) -> pa.Table:
        parts = [SCHEMAS[table].empty_table()]
        for batch in self.batches:
            if batch.table == table:
                parts.append(_read_batch(self.landing / batch.path))
        return pa.concat_tables(parts, promote_options="default").select(SCHEMAS[table].names)

    def _write(self, table: str, rows: pa.Table) -> None:
        path = f"{batch_directory(table, self.host)}/{new_id(self.now)}.parquet"
        target = self.landing / path
        try:
            pq.write_table(rows, begin_part(target), compression="zstd", write_page_checksum=True)
            put_in_place(target)
        except (OSError, pa.ArrowException) as error:
            raise LandingError(f"{target}: cannot write: {_why(error)}") from error
        self.batches.append(CollectedBatch(table, path, rows.num_rows, timestamp(self.now)))


@contextmanager
def collecting(landing: Path, host: str, now: datetime) -> Iterator[Collection]:
    """Collect for a host, which nobody else does meanwhile.

    Raises LockHeld where another process does, LandingError where the landing cannot be read or written.
    """
    make_private(landing, ["collected", *SCHEMAS, *(batch_directory(table, host) for table in SCHEMAS)])
    with lock(landing / "collected" / f"{quoted(host)}.lock", now):
        collection = read_collection(landing, host, now)
        _remove_leftovers(collection)
        yield collection


def read_collection(landing: Path, host: str, now: datetime) -> Collection:
    """What is collected of a host, to be read; to add to it, `collecting` is needed. Raises LandingError."""
    path = collected_path(landing, host)
    values = COLLECTED.read(path)
    if values is None:
        return Collection(landing, host, now)
    try:
        batches = [CollectedBatch(**batch) for batch in values["batches"]]
        return Collection(landing, host, now, batches, dict(values["retired"]), values.get("digest"))
    except (ValueError, KeyError, TypeError) as error:
        raise COLLECTED.damaged(path, error) from error


def _remove_leftovers(collection: Collection) -> None:
    """Delete what a killed run left, and what was merged away long enough ago; for the holder of the lock only."""
    recent = timestamp(collection.now - _GRACE)
    named = {batch.path for batch in collection.batches}
    named |= {path for path, since in collection.retired.items() if since > recent}
    collection.retired = {path: since for path, since in collection.retired.items() if since > recent}
    directories = [batch_directory(table, collection.host) for table in SCHEMAS]
    remove_unnamed(collection.landing, directories, named)


def _read_batch(path: Path) -> pa.Table:
    try:
        # A table of its own: without it, the directory's name would become a column.
        return pq.ParquetFile(path, page_checksum_verification=True).read()
    except (OSError, pa.ArrowException) as error:
        raise LandingError(f"{path}: cannot read what was collected: {_why(error)}") from error


def _why(error: Exception) -> str:
    return why(error) if isinstance(error, OSError) and error.strerror else type(error).__name__
