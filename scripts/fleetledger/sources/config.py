"""The user's description of their fleet: `fleet.toml`, or, without one, what is found on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fleetledger.base.errors import CallError
from fleetledger.base.paths import this_host
from fleetledger.base.text import near
from fleetledger.base.toml import read_toml
from fleetledger.sources.discovery import discover, distinct_roots, expanded
from fleetledger.sources.fleets import BESIDE, DEFAULT_ACCOUNT, KEPT, LOGGED_FLEETS, TELEMETRY, Source, account_of
from fleetledger.sources.judges import Judge, read_judge
from fleetledger.sources.settings import KINDS, Settings, read_settings

_TOP_KEYS = ("source", "text", "demo", "package", "keep", "timezone", "csv", "judge", *KINDS)
_SOURCE_KEYS = ("fleet", "kind", "root", "host", "account", "provider")
_KINDS = ("logs", TELEMETRY)


class ConfigError(CallError):
    """The configuration cannot be used; the message names file, key, what stands there and what should."""


@dataclass(frozen=True, slots=True)
class FleetConfig:
    """Where the logs are, and what may be published of them.

    `text` is whether titles go into the published file; `demo` whether all of it is made up; `package` is the
    user's own dbt package, if any; `judge` who judges sessions, where one is named; `path` the file it was read from,
    `settings` the user's own rows in it. Without a file the sources were discovered, and these two are None.
    """

    sources: tuple[Source, ...]
    text: bool = True
    demo: bool = False
    package: Path | None = None
    path: Path | None = None
    settings: Settings | None = None
    judge: Judge | None = None


def load_config(path: Path | None) -> FleetConfig:
    """The configuration in a file; without a file, or without a `[[source]]` in it, the sources on this machine.

    Raises ConfigError.
    """
    if path is None:
        return FleetConfig(discover())
    table = read_toml(path, ConfigError)
    _check_keys(table, _TOP_KEYS, path, "")
    entries = table.get("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _unexpected(path, "source", entries, "tables that each begin with [[source]]")
    sources = tuple(_source(entry, path, f"source[{number}]") for number, entry in enumerate(entries, start=1))
    sources = distinct_roots(sources) or discover()
    _check_distinct(sources, path)
    keeps = _keeps(table, path)
    sources = tuple(replace(source, keeps=keeps) if source.fleet in BESIDE else source for source in sources)
    flags = _flag(table, "text", True, path), _flag(table, "demo", False, path)
    _check_csv(table.get("csv", {}), path)
    return FleetConfig(sources, *flags, _package(table, path), path, read_settings(table, path), _judge(table, path))


def _check_csv(files: object, path: Path) -> None:
    if not isinstance(files, dict) or not all(isinstance(name, str) for name in files.values()):
        raise _unexpected(path, "csv", files, 'names of files, such as budget = "budgets.csv" below [csv]')
    _check_keys(files, tuple(KINDS), path, "csv.")


def _source(entry: Mapping[str, Any], path: Path, key: str) -> Source:
    _check_keys(entry, _SOURCE_KEYS, path, f"{key}.")
    fleet = _text(entry, "fleet", path, key)
    if fleet not in LOGGED_FLEETS:
        raise _unexpected(path, f"{key}.fleet", fleet, " or ".join(f'"{name}"' for name in LOGGED_FLEETS))
    kind = _text(entry, "kind", path, key, "logs")
    if kind not in _KINDS or (kind == TELEMETRY and fleet != "claude_code"):
        expected = '"logs" or "otlp"' if fleet == "claude_code" else f'"logs", the only kind that {fleet} has'
        raise _unexpected(path, f"{key}.kind", kind, expected)
    root = (path.parent / expanded(_text(entry, "root", path, key))).absolute()
    if fleet == "claude_code" and kind == "logs" and root.name == "projects" and not (root / "projects").exists():
        root = root.parent
    named = account_of(root) if fleet == "claude_code" and kind == "logs" else DEFAULT_ACCOUNT
    return Source(
        fleet=fleet if kind == "logs" else kind,
        host=_text(entry, "host", path, key, this_host()),
        account=_text(entry, "account", path, key, named),
        provider=_text(entry, "provider", path, key) if "provider" in entry else None,
        root=root,
    )


def _check_keys(table: Mapping[str, Any], known: Iterable[str], path: Path, prefix: str) -> None:
    for key in table:
        if key not in known:
            expected = f"expected one of {', '.join(known)}{near(key, tuple(known))}"
            raise ConfigError(f"{path}: {prefix}{key}: no such key; {expected}")


def _check_distinct(sources: Iterable[Source], path: Path) -> None:
    """No two sources may share fleet, host and account: a file's place below its root would not tell them apart."""
    roots: dict[tuple[str, str, str], Path] = {}
    for source in sources:
        key = source.fleet, source.host, source.account
        if key in roots:
            raise ConfigError(
                f"{path}: source: {roots[key]} and {source.root} are both of fleet {source.fleet!r}, "
                f"host {source.host!r}, account {source.account!r}; expected an account of its own for each root"
            )
        roots[key] = source.root


def _text(table: Mapping[str, Any], name: str, path: Path, key: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _unexpected(path, f"{key}.{name}", value, "text that is not empty")
    return value


def _package(table: Mapping[str, Any], path: Path) -> Path | None:
    value = table.get("package")
    if value is None:
        return None
    folder = (path.parent / expanded(value)).absolute() if isinstance(value, str) and value.strip() else None
    if folder is None or not (folder / "dbt_project.yml").is_file():
        raise _unexpected(path, "package", value, "the directory of a dbt package, with a dbt_project.yml in it")
    return folder


def _judge(table: Mapping[str, Any], path: Path) -> Judge | None:
    value = table.get("judge")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _unexpected(path, "judge", value, "a table that begins with [judge]")
    return read_judge(value, lambda key, said, expected: _unexpected(path, f"judge.{key}", said, expected))


def _keeps(table: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    value = table.get("keep", [])
    if not isinstance(value, list) or not all(name in KEPT for name in value):
        raise _unexpected(path, "keep", value, f"a list of {' and '.join(KEPT)}")
    return tuple(dict.fromkeys(value))


def _flag(table: Mapping[str, Any], name: str, default: bool, path: Path) -> bool:
    value = table.get(name, default)
    if not isinstance(value, bool):
        raise _unexpected(path, name, value, "true or false")
    return value


def _unexpected(path: Path, key: str, value: object, expected: str) -> ConfigError:
    stands = "is missing" if value is None else f"is {value!r}"
    return ConfigError(f"{path}: {key} {stands}; expected {expected}")
