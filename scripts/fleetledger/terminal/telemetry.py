"""The reports on what telemetry tells, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from fleetledger.base.text import counted
from fleetledger.published.rows import Row
from fleetledger.terminal.layout import Column, Line, Piece, Table
from fleetledger.terminal.money import (
    KINDS,
    NOTIONAL,
    UNOBSERVED,
    WARN,
    cut,
    duration,
    filters_told,
    heading,
    money,
    percent,
    text,
)

TITLES = {
    "telemetry": "What telemetry and transcripts say of the same requests",
    "latency": "How long requests took",
    "errors": "Which requests failed",
    "decisions": "What was decided about tools",
    "active-time": "How long people and the client were active",
}

VERDICTS = {
    "match": "both have it, at the same cost",
    "transcript_output_placeholder": "the transcript stops before the last count",
    "telemetry_only": "no transcript has it",
    "transcript_only": "telemetry lacks it",
    "price_difference": "the same tokens, another price",
    "tokens_differ": "other tokens",
}

GAPS = {
    None: "nothing is missing",
    "no_telemetry": "nothing was sent of it",
    "no_events": "its events were not sent",
    "no_metrics": "its metrics were not sent",
    "metrics_and_events_differ": "its metrics and events add up to other costs",
    "events_missing": "some of its requests are in no event",
}

SHORT = 10_000
"""Milliseconds below which a time is told in them."""

NOTHING = (
    "No telemetry yet. `fleetledger telemetry serve` receives it, `fleetledger telemetry env` prints what to set where"
    " Claude Code runs, and the next refresh lands what came."
)


def pieces(document: Row) -> Iterator[Piece]:
    """What to show of a document, from top to bottom."""
    yield from heading(document, TITLES[document["report"]])
    if not document["rows"]:
        yield Line(_nothing(document))
        return
    shown: dict[str, Callable[[Row], Iterator[Piece]]] = {
        "telemetry": _telemetry,
        "latency": _latency,
        "errors": _errors,
        "decisions": _decisions,
        "active-time": _active_time,
    }
    yield from shown[document["report"]](document)


def _nothing(document: Row) -> str:
    if filters_told(document):
        return "Nothing matches."
    totals = document["totals"]
    if document["report"] == "errors" and totals["tries"]:
        return f"None of {counted(totals['tries'], 'request')} failed."
    return NOTHING


def _telemetry(document: Row) -> Iterator[Piece]:
    yield Line(covered(document["totals"]))
    columns = [
        Column("verdict", is_fixed=True),
        Column("reason", is_fixed=True),
        Column("what it means", is_spare=True),
        Column("requests", True),
        Column("ours", True),
        Column("the client's", True),
    ]
    yield Table("Verdicts", columns, [_verdict(row) for row in document["rows"]])
    if document["hidden"]:
        yield Table("Requests that no transcript has", *_sources(document["hidden"]))
    if document["corrections"]:
        yield Table("Transcripts that were cut off, and what telemetry says instead", *_corrections(document))
    gaps = [
        [row["gap"] or "none", GAPS.get(row["gap"], ""), f"{row['sessions']:,}", f"{row['first_request_at']:%Y-%m-%d}"]
        for row in document["gaps"]
    ]
    columns = [
        Column("gap", is_fixed=True),
        Column("what it means", is_spare=True),
        Column("sessions", True),
        Column("since"),
    ]
    yield Table("Sessions, by what is missing", columns, gaps)
    yield Line("Ours is the transcript's cost at the list's rates; the client's is what it reported.")
    yield Line(NOTIONAL, "dim")


def coverage(found: Row) -> Line:
    """The line of an overview: how far telemetry covers it, and what requests cost that no transcript has."""
    told = covered(found)
    kinds = [kind for kind in KINDS if found.get(f"{kind}_hidden_cost_usd") is not None]
    if found["hidden_requests"]:
        amounts = " and ".join(money(found[f"{kind}_hidden_cost_usd"], kind) for kind in kinds)
        cost = f" cost {amounts}" if amounts else ""
        count = found["hidden_requests"]
        told += f" {count:,} request{'' if count == 1 else 's'} that no transcript has{cost}."
    return Line(f"{told} `fleetledger report telemetry` says more.", "dim")


def covered(totals: Row) -> str:
    """How far telemetry covers the transcripts, in a sentence."""
    return (
        f"Telemetry has {totals['paired_requests']:,} of the"
        f" {counted(totals['transcript_calls'], 'call')} that transcripts have"
        f" since {totals['first_requested_at']:%Y-%m-%d} ({percent(totals['coverage'])});"
        f" {totals['matching_requests']:,} agree to a micro-dollar."
    )


def _verdict(row: Row) -> list[str]:
    return [
        row["verdict"],
        row["reason"] or "",
        VERDICTS.get(row["verdict"], ""),
        f"{row['requests']:,}",
        _amount(row, "transcript_cost_usd"),
        _amount(row, "telemetry_cost_usd"),
    ]


def _sources(rows: Iterable[Row]) -> tuple[list[Column], list[list[str]]]:
    columns = [
        Column("kind"),
        Column("query source"),
        Column("requests", True),
        Column("output", True, is_spare=True),
        Column("cost", True),
    ]
    return columns, [
        [
            text(row["reason"]),
            text(row["query_source"]),
            f"{row['requests']:,}",
            _count(row["telemetry_output_tokens"]),
            _amount(row, "telemetry_cost_usd"),
        ]
        for row in rows
    ]


def _corrections(document: Row) -> tuple[list[Column], list[list[str]]]:
    columns = [
        Column("model"),
        Column("requests", True),
        Column("output logged", True),
        Column("corrected", True),
        Column("cost it adds", True),
    ]
    return columns, [
        [
            text(row["model"]),
            f"{row['requests']:,}",
            _count(row["transcript_output_tokens"]),
            _count(row["corrected_output_tokens"]),
            _amount(row, "cost_difference_usd"),
        ]
        for row in document["corrections"]
    ]


def _amount(row: Row, column: str) -> str:
    kind = row["cost_kind"] or "unknown"
    return "free" if kind == "free" else money(row[column], kind)


def _latency(document: Row) -> Iterator[Piece]:
    columns = [
        _key(document),
        Column("requests", True),
        *(Column(header, True) for header in ("first token p50", "p95", "whole p50", "p95")),
        Column("longest", True, is_spare=True),
        Column("tokens/s", True, is_spare=True),
    ]
    rows = [[_name(row), *_times(row)] for row in document["rows"]]
    rows.append(["all", *_times(document["totals"])])
    yield Table(cut(document, "rows", _order(document)), columns, rows, has_sum=True)
    totals = document["totals"]
    yield Line(
        f"The time to the first token is known of {totals['ttft_requests']:,}, the whole of"
        f" {totals['duration_requests']:,} of {counted(totals['requests'], 'request')}."
        " Tokens a second are of the time between."
    )


def _times(row: Row) -> list[str]:
    times = ("ttft_p50_ms", "ttft_p95_ms", "duration_p50_ms", "duration_p95_ms", "longest_ms")
    pace = row["tokens_per_second"]
    told = [_wait(row[name]) for name in times]
    return [f"{row['requests']:,}", *told, UNOBSERVED if pace is None else f"{pace:.0f}"]


def _wait(ms: int | None) -> str:
    """A time that is told in milliseconds as long as it has few of them.

    >>> _wait(480), _wait(12_345), _wait(None)
    ('480 ms', '12.3s', '-')
    """
    return f"{ms:,} ms" if ms is not None and ms < SHORT else duration(None if ms is None else ms / 1000)


def _errors(document: Row) -> Iterator[Piece]:
    is_status = document["by"] == "status"
    keys = [Column("error"), Column("status", True)] if is_status else [_key(document)]
    columns = [
        *keys,
        Column("failed", True),
        Column("of tries", True),
        Column("share", True),
        Column("sessions", True),
        Column("most attempts", True, is_spare=True),
        Column("time lost", True, is_spare=True),
        Column("last", is_fixed=True, is_spare=True),
    ]
    rows = [
        [*([row["error_kind"], text(row["status_code"])] if is_status else [_name(row)]), *_failed(row)]
        for row in document["rows"]
    ]
    rows.append([*["all", ""][: len(keys)], *_failed(document["totals"])])
    yield Table(cut(document, "rows", _order(document)), columns, rows, has_sum=True)
    yield Line("A try is a failed one, or a request that was answered; a request that failed twice is three tries.")


def _failed(row: Row) -> list[str]:
    lost, last = row["lost_ms"], row["last_failed_at"]
    return [
        f"{row['failed_tries']:,}",
        f"{row['tries']:,}",
        percent(row["failed_share"]),
        f"{row['failed_sessions']:,}",
        _count(row["most_attempts"]),
        duration(None if lost is None else lost / 1000),
        f"{last:%Y-%m-%d %H:%M}" if last else UNOBSERVED,
    ]


def _decisions(document: Row) -> Iterator[Piece]:
    columns = [
        _key(document),
        *(Column(header, True) for header in ("decisions", "accepted", "rejected", "by a person")),
        Column("by settings", True, is_spare=True),
        Column("by a hook", True, is_spare=True),
        Column("failed", True),
        Column("of ended", True),
        Column("mean", True, is_spare=True),
    ]
    rows = [[_name(row), *_decided(row)] for row in document["rows"]]
    rows.append(["all", *_decided(document["totals"])])
    yield Table(cut(document, "rows", _order(document)), columns, rows, has_sum=True)


def _decided(row: Row) -> list[str]:
    counts = ("decisions", "accepted", "rejected", "decided_by_person", "decided_by_config", "decided_by_hook")
    timed = row["timed_calls"]
    return [
        *(f"{row[name]:,}" for name in (*counts, "failed_calls", "ended_calls")),
        duration(row["duration_ms"] / timed / 1000 if timed else None),
    ]


def _active_time(document: Row) -> Iterator[Piece]:
    columns = [
        _key(document),
        Column("sessions", True),
        Column("person", True),
        Column("client", True),
        Column("both", True, "bold"),
    ]
    rows = [[_name(row), *_active(row)] for row in document["rows"]]
    rows.append(["all", *_active(document["totals"])])
    yield Table(cut(document, "rows", _order(document)), columns, rows, has_sum=True)
    yield Line(
        "The person typed or read; the client waited for models and ran tools. Two sessions at once count twice."
    )
    if document["by"] in ("project", "account") and any(row[document["by"]] is None for row in document["rows"]):
        yield Line("(none): sessions of which there is no transcript.", WARN)


def _active(row: Row) -> list[str]:
    person, client = row["user_active_ms"] or 0, row["cli_active_ms"] or 0
    return [f"{row['sessions']:,}", *(duration(ms / 1000) for ms in (person, client, person + client))]


def _key(document: Row) -> Column:
    by = document["by"]
    return Column(by, keeps_end=by == "project", is_fixed=by in ("day", "hour"))


def _name(row: Row) -> str:
    return text(next(iter(row.values())))


def _order(document: Row) -> str:
    return "last" if document["by"] in ("day", "hour") else "first"


def _count(count: int | None) -> str:
    return UNOBSERVED if count is None else f"{count:,}"
