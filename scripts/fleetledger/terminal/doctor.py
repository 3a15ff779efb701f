"""What doctor found, for people: what needs them first, then tables of what there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from fleetledger.base.text import counted
from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import UNOBSERVED, percent, text

VERSIONS_SHOWN, LOGS_SHOWN = 12, 5


def pieces(document: Row) -> Iterator[Piece]:
    """The document that `doctor.examine` makes, as sentences and tables."""
    yield from _verdict(document)
    if document["sources"]:
        yield _sources(document["sources"])
    if document["looked_in"]:
        yield _looked_in(document["looked_in"])
    yield from _notes(document["sources"])
    if document["landing"]["lines"]:
        yield _landing(document["landing"]["hosts"])
    if document["line_faults"]:
        yield _line_faults(document["line_faults"])
    if document["published"]:
        yield from _published(document)
    for step in document["next"]:
        yield Line(f"Next: {step['command']} ({step['reason']})", "bold")


def _verdict(document: Row) -> Iterator[Piece]:
    needs = document["needs"]
    if not needs:
        yield Line("Nothing needs you.", "bold green")
        return
    yield Line("1 thing needs you:" if len(needs) == 1 else f"{len(needs)} things need you:", "bold yellow")
    for need in needs:
        yield Line(f"- {need['check']}: {need['message']}", "yellow")


def _sources(sources: list[Row]) -> Table:
    rows = [
        source | {"place": source["root"] + (f" ({source['reason']})" if source["reason"] else "")}
        for source in sources
    ]
    columns = {
        "fleet": Column("fleet", is_fixed=True),
        "host": Column("host", is_spare=True),
        "account": Column("account"),
        "status": Column("status", is_fixed=True),
        "files": Column("logs", True),
        "bytes": Column("bytes", True),
        "unlanded_bytes": Column("not landed", True),
        "place": Column("root", keeps_end=True),
    }
    return _table("Sources", rows, columns)


def _looked_in(places: list[Row]) -> Table:
    columns = {
        "fleet": Column("fleet", is_fixed=True),
        "directory": Column("directory", keeps_end=True),
        "reason": Column("why not"),
    }
    return _table("Looked in, and found no logs", places, columns)


def _notes(sources: list[Row]) -> Iterator[Piece]:
    for source in sources:
        if source["settings_problem"]:
            days = f"{source['cleanup_period_days']:g}"
            yield Line(
                f"{source['root']}: {source['settings_problem']}; {days} days until logs are deleted is assumed."
            )
        expiring = source["expiring"]
        for log in expiring[:LOGS_SHOWN]:
            what = f"{source['root']}/{log['source_path']} ({counted(log['unlanded_bytes'], 'byte')} not landed)"
            yield Line(f"Deleted from {_shown(log['deleted_at'])} on: {what}", "yellow")
        if len(expiring) > LOGS_SHOWN:
            yield Line(f"and {counted(len(expiring) - LOGS_SHOWN, 'more log')} in {source['root']}", "yellow")


def _landing(hosts: list[Row]) -> Table:
    columns = {
        "fleet": Column("fleet", is_fixed=True),
        "host": Column("host"),
        "lines": Column("lines", True),
        "repaired_lines": Column("repaired", True),
        "rejected_lines": Column("rejected", True),
        "landed_at": Column("last landed", is_fixed=True),
    }
    return _table("Landed", hosts, columns)


def _line_faults(faults: list[Row]) -> Table:
    rows = [
        fault
        | {
            "of": f"{fault['fleet']}/{fault['host']}/{fault['account']}",
            "place": f"{fault['source_path']}:{fault['line_number']}",
        }
        for fault in faults
    ]
    columns = {
        "line_status": Column("landed as", is_fixed=True),
        "reason": Column("because"),
        "lines": Column("lines", True),
        "of": Column("of account", is_spare=True),
        "place": Column("the first", keeps_end=True),
    }
    return _table("Lines that did not read as they are", rows, columns)


def _published(document: Row) -> Iterator[Piece]:
    published = document["published"]
    demo = " DEMO: all of it is made up." if published["is_demo"] else ""
    yield Line(
        f"Published: built {_shown(published['built_at'])} of {counted(published['lines'], 'line')}, the newest of "
        f"{_shown(published['as_of'])}.{demo}"
    )
    if document["drift"]:
        yield _drift(document["drift"])
    if document["shared_sessions"]:
        yield _shared_sessions(document["shared_sessions"])
    for title, rows, calls in (
        ("Models without a rate", document["unpriced_models"], "unpriced_call_count"),
        ("Providers of unknown cost kind", document["unmapped_providers"], "model_call_count"),
    ):
        if rows:
            keys = [key for key in rows[0] if key != calls]
            columns = [*(Column(key) for key in keys), Column("calls", True)]
            yield Table(title, columns, [[*(text(row[key]) for key in keys), f"{row[calls]:,}"] for row in rows])
    if document["usage_by_version"]:
        yield _versions(document["usage_by_version"])
    if document["telemetry"]:
        yield _telemetry(document["telemetry"])


def _drift(terms: list[Row]) -> Table:
    rows = [
        term
        | {
            "matters": _matters(term),
            "place": f"{term['example_host']}/{term['example_account']}: "
            f"{term['example_source_path']}:{term['example_line_number']}",
        }
        for term in terms
    ]
    columns = {
        "fleet": Column("fleet", is_fixed=True),
        "term_kind": Column("kind", is_fixed=True),
        "term": Column("name"),
        "matters": Column("matters"),
        "first_version": Column("since version", is_spare=True),
        "line_count": Column("lines", True),
        "place": Column("an example", keeps_end=True),
    }
    return _table("In the logs, and not as the models know it", rows, columns)


def _matters(term: Row) -> str:
    if term["term_kind"] == "disagreement":
        return "other counts than the calls, which count"
    return "could change figures" if term["could_change_figures"] else "no figure"


def _shared_sessions(places: list[Row]) -> Table:
    rows = [place | {"counted_in": f"{place['host']}/{place['account']}"} for place in places]
    columns = {
        "counted_in": Column("counted in"),
        "also_in": Column("also in"),
        "sessions": Column("sessions", True),
        "newest_session_id": Column("the newest", keeps_end=True),
    }
    return _table("Sessions whose history lies in several places", rows, columns)


def _versions(versions: list[Row]) -> Table:
    """The share of calls whose usage is final, for the newest versions of each fleet."""
    newest = sorted(versions, key=lambda row: _numbers(row["client_version"]), reverse=True)
    shown = [
        row
        for fleet in sorted({row["fleet"] for row in versions})
        for row in [row for row in newest if row["fleet"] == fleet][:VERSIONS_SHOWN]
    ]
    columns = [Column("fleet", is_fixed=True), Column("version"), Column("calls", True), Column("final usage", True)]
    rows = [
        [
            row["fleet"],
            text(row["client_version"]),
            f"{row['model_call_count']:,}",
            percent(row["final_usage_call_count"] / row["model_call_count"] if row["model_call_count"] else None),
        ]
        for row in shown
    ]
    cut = f" (the newest {VERSIONS_SHOWN} of a fleet)" if len(shown) < len(newest) else ""
    return Table(f"Calls with final usage, by version{cut}", columns, rows)


def _telemetry(hosts: list[Row]) -> Table:
    columns = {
        "host": Column("host"),
        "sessions": Column("sessions", True),
        "silent_sessions": Column("without any", True),
        "sessions_without_events": Column("without events", True),
        "sessions_without_metrics": Column("without metrics", True),
        "last_heard_at": Column("last heard of", is_fixed=True),
        "last_session_at": Column("last session", is_fixed=True, is_spare=True),
    }
    return _table("Sessions of 7 days, and what their telemetry lacks", hosts, columns)


def _numbers(version: str | None) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", version or "")]


def _table(title: str, rows: Iterable[Row], columns: Mapping[str, Column]) -> Table:
    """A table of what rows have under some keys."""
    return Table(title, list(columns.values()), [[_shown(row[key]) for key in columns] for row in rows])


def _shown(value: str | int | datetime | None) -> str:
    if value is None:
        return UNOBSERVED
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return (value or UNOBSERVED) if isinstance(value, str) else f"{value:,}"
