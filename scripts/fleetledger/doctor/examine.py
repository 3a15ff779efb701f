"""Doctor: whether everything that should be landed and priced is, and what needs a person.

The result is a document that `--json` prints as it is and doctor_render shows. Its keys are stable:

- `checked_at`, `data_dir`, `config` (the configuration file, null if the sources were discovered).
- `needs`: what needs a person, each with `check` (one of CHECKS) and `message`. Empty if nothing does.
- `next`: commands to type, each with its `reason`.
- `sources`: `fleet, host, account, provider, root, status` (found, empty, missing, unreadable), `reason, files, bytes,
  unlanded_files, unlanded_bytes, problems` (`path, reason`), `cleanup_period_days`, `cleanup_settings` (the file that
  says so), `settings_problem` (null in mu) and `expiring`, logs that are not landed and will be deleted within days:
  `source_path, unlanded_bytes, deleted_at`.
- `looked_in`: where discovery found no source: `fleet, directory, status, reason`; empty with a configuration.
- `landing`: `lines, repaired_lines, rejected_lines`, and `hosts`, the same for each `fleet, host`, with `landed_at`.
- `line_faults`: `line_status, reason, fleet, host, account, lines`, and `source_path, line_number` of the first one.
- `withheld`: sessions that are left out of what is published, by their files' names: `fleet, host, account, session`,
  and the `reason`, the test that fails with them; empty where all is published.
- `published`: null, or `path, built_at, as_of, is_demo, lines`, the landed lines that it was made of.
- `drift`, `shared_sessions`, `unpriced_models`, `unmapped_providers`, `usage_by_version`, `telemetry`: rows of the
  published file; empty without one. Of `shared_sessions` each is a place that sessions are counted in and others that
  hold them, too: `fleet, host, account, also_in, sessions, newest_session_id`. The last has each host of which
  telemetry came.

Instants are UTC. Paths below a root are written as `sources.to_text` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fleetledger.base.errors import FleetledgerError, LandingError
from fleetledger.base.paths import landing_dir, published_path, this_host
from fleetledger.base.state import NewerState
from fleetledger.doctor.logs import (
    MISSING,
    UNREADABLE,
    WARNING_DAYS,
    SourceHealth,
    places_without_logs,
    source_health,
)
from fleetledger.landing import states as file_states
from fleetledger.landing.manifest import Manifest
from fleetledger.landing.queries import account_directories, line_faults, read_manifests
from fleetledger.landing.states import FileKey, FileState
from fleetledger.published.ledger import Ledger, ReportError
from fleetledger.published.rows import Row
from fleetledger.sources.config import FleetConfig, load_config
from fleetledger.sources.files import to_text
from fleetledger.sources.fleets import FLEETS
from fleetledger.telemetry.environment import complaints, settings_of
from fleetledger.warehouse.withheld import read_withheld

CHECKS = (
    "no_logs",
    "source_missing",
    "source_unreadable",
    "logs_expire",
    "landing_unreadable",
    "published_unreadable",
    "withheld",
    "drift",
    "unpriced_models",
    "unmapped_providers",
    "telemetry_silent",
)
"""What can need a person. Repaired and rejected lines do not: they are landed, and nothing is lost."""


NAMED = 5
"""How many names a message gives; the sections below it give them all."""

MANY = 10
"""A part of sessions that is larger than one by this may not be chance: a call that spends a budget is in no event."""

DAMAGED = "docs/doctor.md says what to do about a damaged landing"


class Need(NamedTuple):
    """Something that needs a person."""

    check: str
    message: str


def examine(data: Path, config_path: Path | None, now: datetime) -> Row:
    """Check the sources of a configuration, or of this machine, and what of them is landed and published in `data`.

    Nothing is written, and no dbt started. Raises ConfigError.
    """
    config = load_config(config_path)
    needs: list[Need] = []
    manifests = _manifests(landing_dir(data), needs)
    healths = _healths(landing_dir(data), config, manifests, now, needs)
    places = [] if config_path else places_without_logs(config.sources)
    needs += _source_needs(healths, places, is_new=not manifests)
    landing = _landing(manifests)
    faults = _line_faults(landing_dir(data), manifests, needs)
    published = _published(published_path(data), needs)
    needs += _silence(published["telemetry"], config)
    withheld = _withheld(data, needs)
    return {
        "checked_at": _utc(now.replace(microsecond=0)),
        "data_dir": str(data),
        "config": str(config_path) if config_path else None,
        "needs": [need._asdict() for need in sorted(needs, key=lambda need: CHECKS.index(need.check))],
        "next": list(_next(healths, landing, published["published"])),
        "sources": [_source(health) for health in healths],
        "looked_in": [
            {"fleet": fleet, "directory": to_text(str(directory)), "status": status, "reason": reason}
            for fleet, directory, status, reason in places
        ],
        "landing": landing,
        "line_faults": faults,
        "withheld": withheld,
        **published,
    }


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


# --- What the logs and the landing say -------------------------------------------------------------------------------


def _manifests(landing: Path, needs: list[Need]) -> list[Manifest]:
    try:
        return read_manifests(landing)
    except LandingError as error:
        needs.append(_of_landing(error))
        return []


def _of_landing(error: LandingError) -> Need:
    return Need("landing_unreadable", str(error) if isinstance(error, NewerState) else f"{error}. {DAMAGED}")


def _healths(
    landing: Path, config: FleetConfig, manifests: list[Manifest], now: datetime, needs: list[Need]
) -> list[SourceHealth]:
    states: dict[str, dict[FileKey, FileState]] = {}
    projects: dict[tuple[str, str], list[Path]] = {}
    for manifest in manifests:
        projects |= _projects(landing, manifest)
        try:
            states[manifest.host] = file_states.read(landing, manifest).files
        except LandingError as error:
            needs.append(_of_landing(error))
    return [
        source_health(source, states.get(source.host, {}), projects.get((source.host, source.account), ()), now)
        for source in config.sources
    ]


def _projects(landing: Path, manifest: Manifest) -> dict[tuple[str, str], list[Path]]:
    """Where the sessions of each host and account were, as far as that is on this machine."""
    if manifest.host != this_host():
        return {}
    try:
        found = account_directories(landing, manifest)
    except LandingError:
        return {}  # It is told with the lines' faults.
    return {
        (manifest.host, account): [Path(name) for name in names if Path(name).is_absolute() and "\0" not in name]
        for account, names in found.items()
    }


def _source_needs(
    healths: list[SourceHealth], places: list[tuple[str, Path, str, str]], *, is_new: bool
) -> Iterator[Need]:
    # Where other machines land, the one that builds needs no logs of its own.
    if is_new and not any(health.files for health in healths):
        where = ", ".join(to_text(str(directory)) for _, directory, *_ in places) or "the configured directories"
        yield Need(
            "no_logs", f"There are no logs of agents in {where}. Say where they are in a file like fleet.example.toml."
        )
    for health in healths:
        root = to_text(str(health.source.root))
        if health.status == MISSING:
            yield Need("source_missing", f"{root} ({health.source.fleet}): {health.reason}.")
        elif health.problems or health.status == UNREADABLE:
            yield Need("source_unreadable", _unreadable(root, health))
        if health.expiring:
            size = sum(log.unlanded_bytes for log in health.expiring)
            by = health.cleanup.settings if health.cleanup else None
            since = f", since {to_text(str(by))} says so" if by else ""
            yield Need(
                "logs_expire",
                f"{_many(len(health.expiring), 'log')} in {root} will be deleted within {WARNING_DAYS} days{since}, "
                f"and {_many(size, 'byte')} of them are not landed; type `fleetledger refresh`.",
            )
    for fleet, directory, status, reason in places:
        if status == UNREADABLE:
            yield Need("source_unreadable", f"{to_text(str(directory))} ({fleet}): {reason}.")


def _unreadable(root: str, health: SourceHealth) -> str:
    if not health.problems:
        return f"{root} ({health.source.fleet}): {health.reason}."
    first = health.problems[0]
    more = f", and {len(health.problems) - 1} more" if len(health.problems) > 1 else ""
    return f"{root}: cannot read {first.path} ({first.reason}){more}."


def _source(health: SourceHealth) -> Row:
    source, cleanup = health.source, health.cleanup
    return {
        "fleet": source.fleet,
        "host": source.host,
        "account": source.account,
        "provider": source.provider,
        "root": to_text(str(source.root)),
        "status": health.status,
        "reason": health.reason,
        "files": health.files,
        "bytes": health.bytes,
        "unlanded_files": health.unlanded_files,
        "unlanded_bytes": health.unlanded_bytes,
        "problems": [{"path": problem.path, "reason": problem.reason} for problem in health.problems],
        "cleanup_period_days": cleanup.days if cleanup else None,
        "cleanup_settings": to_text(str(cleanup.settings)) if cleanup and cleanup.settings else None,
        "settings_problem": cleanup.problem if cleanup else None,
        "expiring": [
            {"source_path": log.source_path, "unlanded_bytes": log.unlanded_bytes, "deleted_at": _utc(log.deleted_at)}
            for log in health.expiring
        ],
    }


def _landing(manifests: list[Manifest]) -> Row:
    hosts: list[Row] = [
        {
            "fleet": name,
            "host": manifest.host,
            "lines": sum(batch.rows for batch in batches),
            "repaired_lines": sum(batch.repaired_lines for batch in batches),
            "rejected_lines": sum(batch.rejected_lines for batch in batches),
            "landed_at": _utc(datetime.fromisoformat(max(batch.landed_at for batch in batches))),
        }
        for manifest in manifests
        for name, fleet in FLEETS.items()
        if (batches := [batch for batch in manifest.batches if batch.table == fleet.table])
    ]
    counts = ("lines", "repaired_lines", "rejected_lines")
    return {**{count: sum(host[count] for host in hosts) for count in counts}, "hosts": hosts}


def _line_faults(landing: Path, manifests: list[Manifest], needs: list[Need]) -> list[Row]:
    try:
        return [asdict(fault) for fault in line_faults(landing, manifests)]
    except LandingError as error:
        needs.append(_of_landing(error))
        return []


# --- What is left out ------------------------------------------------------------------------------------------------


def _withheld(data: Path, needs: list[Need]) -> list[Row]:
    try:
        withheld = read_withheld(data)
    except LandingError as error:
        needs.append(Need("withheld", str(error)))
        return []
    if withheld is None:
        return []
    fleets = {fleet.table: name for name, fleet in FLEETS.items()}
    needs.append(
        Need(
            "withheld",
            f"{_many(len(withheld.sessions), 'session')} left out of what is published, since with them the figures "
            f"contradict each other ({withheld.reason}): {_named(one.session for one in withheld.sessions)}. "
            "Please report it; a new version tries them again.",
        )
    )
    return [
        {
            "fleet": fleets[one.table],
            "host": one.host,
            "account": one.account,
            "session": one.session,
            "reason": withheld.reason,
        }
        for one in withheld.sessions
    ]


# --- What the published file says ------------------------------------------------------------------------------------


def _published(path: Path, needs: list[Need]) -> Row:
    found: Row = {
        "published": None,
        "drift": [],
        "shared_sessions": [],
        "unpriced_models": [],
        "unmapped_providers": [],
        "usage_by_version": [],
        "telemetry": [],
    }
    if not path.exists():
        return found
    try:
        found |= _found_in(Ledger(path))
    except ReportError as error:
        needs.append(Need("published_unreadable", f"{error}; if it stays so, `fleetledger refresh` builds it anew."))
        return found
    found["published"]["path"] = str(path)
    needs += _published_needs(found)
    return found


def _found_in(ledger: Ledger) -> Row:
    build = ledger.build
    (providers,) = ledger.costs(("provider",))
    return {
        "published": {
            "path": None,
            "built_at": build["built_at"],
            "as_of": build["as_of"],
            "is_demo": build["is_demo"],
            "lines": build["landed_line_count"],
        },
        "drift": ledger.rows(
            "select * from log_drift order by could_change_figures desc, fleet, term_kind, line_count desc, term"
        ),
        "shared_sessions": ledger.ask("doctor/shared_sessions"),
        "unpriced_models": ledger.unpriced_models(),
        "unmapped_providers": [
            {"provider": row["provider"], "model_call_count": row["unknown_call_count"]}
            for row in providers
            if row["unknown_call_count"]
        ],
        "usage_by_version": ledger.ask("doctor/usage_by_version"),
        "telemetry": ledger.ask("doctor/telemetry"),
    }


def _published_needs(found: Row) -> Iterator[Need]:
    if rows := [row for row in found["drift"] if row["could_change_figures"]]:
        terms = _named(f"{row['term']} ({row['term_kind']} in {row['fleet']})" for row in rows)
        yield Need(
            "drift",
            f"The logs hold what could change figures, and the models do not know: {terms}. Look at an example of "
            "each; what changes none goes into seeds/log/known_log_terms.csv.",
        )
    if rows := found["unpriced_models"]:
        models = _named(f"{row['model'] or '(none)'} at {row['provider'] or '(none)'}" for row in rows)
        yield Need(
            "unpriced_models",
            f"Models without a rate have no cost: {models}. A [[price]] in fleet.toml gives them one.",
        )
    if rows := found["unmapped_providers"]:
        providers = _named(row["provider"] or "(none)" for row in rows)
        told = f"Providers of unknown cost kind: {providers}. A [[cost_kind]] in fleet.toml says what it is."
        yield Need("unmapped_providers", told)


def _silence(hosts: list[Row], config: FleetConfig) -> Iterator[Need]:
    """What telemetry came and does not come any more, or only in part, and why, as far as settings and versions say."""
    for host in hosts:
        silent = host["silent_since_sessions"]
        parts = [
            (
                silent,
                f"no telemetry came of {_many(silent, 'session')} since {host['last_heard_at']:%Y-%m-%d %H:%M} UTC",
            ),
            *(
                (count, f"{_many(count, 'session')} sent no {what}")
                for what in ("events", "metrics")
                for count in [host[f"sessions_without_{what}"]]
            ),
        ]
        told = [part for count, part in parts if count * MANY > host["sessions"]]
        if told:
            yield Need("telemetry_silent", f"{host['host']}: {'; '.join(told)}. {_why_silent(host, config)}")


def _why_silent(host: Row, config: FleetConfig) -> str:
    if host["hazards"]:
        return f"Known faults of the versions explain some of it (seed telemetry_hazards): {host['hazards']}."
    if host["host"] == this_host():
        roots = dict.fromkeys(source.root for source in config.sources if source.fleet == "claude_code")
        reasons = [f"{to_text(str(root))}: {reason}" for root in roots for reason in _complaints(root)]
        if reasons:
            return f"{'; '.join(reasons)}."
    return "Does `fleetledger telemetry serve` run, and do clients name its address? `telemetry status` says more."


def _complaints(root: Path) -> list[str]:
    try:
        return complaints(settings_of(root, os.environ))
    except FleetledgerError as error:
        return [str(error)]


def _named(names: Iterable[str]) -> str:
    first = list(names)
    return ", ".join(first[:NAMED]) + (f" and {len(first) - NAMED} more" if len(first) > NAMED else "")


# --- What to do next -------------------------------------------------------------------------------------------------


def _next(healths: list[SourceHealth], landing: Row, published: Row | None) -> Iterator[Row]:
    """The command that brings everything up to date, if it is not."""
    unlanded = sum(health.unlanded_bytes for health in healths)
    files = sum(health.unlanded_files for health in healths)
    if unlanded:
        what = "nothing is landed yet" if not landing["lines"] else f"{_many(unlanded, 'byte')} are not landed"
        yield {"command": "fleetledger refresh", "reason": f"{what}; {_many(files, 'log')} would be read"}
    elif not landing["lines"]:
        yield {"command": "fleetledger refresh --demo-if-empty", "reason": "there is nothing to land: it shows a demo"}
    elif published is None:
        yield {"command": "fleetledger refresh", "reason": "what is landed was never published"}
    elif landing["lines"] != published["lines"]:
        new = _many(landing["lines"] - published["lines"], "line")
        yield {"command": "fleetledger refresh", "reason": f"{new} were landed since the published file was built"}


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
