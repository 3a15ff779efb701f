"""Searching the texts: all words in one text, the newest sessions first, with the places where they stand.

A text is one block: a prompt, an answer, a tool's input; with `everything` also a tool's result, or what the runtime
put in. Matching is RE2's, whatever the letters' case, in all of Unicode. Every text is looked at, so that the counts
are of all there is; only as many sessions as asked for are shown.

The document is as those of `find`, and its rows have `hit_count` and `hits`, the newest of them: `said_at,
said_at_local, task_id, text_kind, tool_name`, and `snippet`, in which the match is from `match_start` to `match_end`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from fleetledger.base.errors import CallError
from fleetledger.base.sql import rows_of
from fleetledger.published.ledger import Ledger, Row, Sql, where
from fleetledger.published.text_index import TextIndex, text_dir
from fleetledger.reports.session_queries import COSTS, KEYS, sessions_query
from fleetledger.reports.sessions import described, header

SHOWN_HITS = 3
"""How many places of a session are shown."""

BEFORE, AFTER = 60, 100
"""Characters around a match; more of the match itself than AFTER is not shown."""

MOST_SHOWN = 200


def patterns(words: tuple[str, ...], *, is_regex: bool) -> list[str]:
    """The expressions that must all match. A word stands for itself; its spaces match any white space.

    >>> patterns(("c++", "two words"), is_regex=False)
    ['(?i)c\\\\+\\\\+', '(?i)two\\\\s+words']
    """
    if is_regex:
        return [f"(?i){word}" for word in words]
    return ["(?i)" + r"\s+".join(map(re.escape, word.split())) for word in words]


def search(ledger: Ledger, data: Path, index: TextIndex, wanted: list[str], *, everything: bool, limit: int) -> Row:
    """The document of the newest sessions in which all of `wanted` match a text. Raises CallError for a bad one."""
    for pattern in wanted:
        if fault := ledger.regex_fault(pattern):
            raise CallError(f"--regex: {pattern.removeprefix('(?i)')!r} is no regular expression of RE2: {fault}")
    ledger.rows(f"set threads = {os.cpu_count() or 1}")
    files = [*index.said, *(index.rest if everything else ())]
    if not files:
        return header(ledger, "search") | {"row_count": 0, "hit_count": 0, "rows": []}
    rows = _sessions(ledger, _texts(data, files), _gone(data, index), wanted, limit)
    counts = [(row.pop("session_count"), row.pop("all_hit_count")) for row in rows]
    hits = _hits(ledger, _texts(data, files), [key for row in rows for key in row["hits"]], wanted[0])
    for row in rows:
        row["hits"] = [hits[key] for key in row["hits"] if key in hits]
    sessions, all_hits = counts[0] if counts else (0, 0)
    return header(ledger, "search") | {"row_count": sessions, "hit_count": all_hits, "rows": described(ledger, rows)}


def _sessions(ledger: Ledger, texts: str, gone: str, wanted: list[str], limit: int) -> list[Row]:
    chosen, values = sessions_query(ledger)
    matches: list[Sql] = [
        ("regexp_matches(block_text, ?)", [pattern]) for pattern in sorted(wanted, key=len, reverse=True)
    ]
    terms, terms_values = where(matches + ledger.time_terms("said_at"))
    query = f"""
        with
        chosen as ({chosen}),
        hits as (
            select text_key, session_id, coalesce(said_at, timestamp '0001-01-01') as said_at
            from {texts}
            where {terms}
        ),
        standing as (from hits {gone}),
        grouped as (
            select session_id, count(*) as hit_count, max(said_at) as newest_hit_at,
                max_by(text_key, said_at, {SHOWN_HITS}) as hits
            from standing
            semi join chosen using (session_id)
            group by session_id
        ),
        counted as (
            select *, count(*) over () as session_count, sum(hit_count) over () as all_hit_count
            from grouped
            order by newest_hit_at desc, session_id
            limit ?
        )
        select
            {KEYS}, {COSTS}, cast(hit_count as bigint) as hit_count, hits, session_count,
            cast(all_hit_count as bigint) as all_hit_count,
            strftime(timezone(?, timezone('UTC', coalesce(ended_at, started_at))), '%Y-%m-%d %H:%M')
                as last_active_local
        from counted
        inner join chosen using (session_id)
        order by newest_hit_at desc, session_id
    """
    return ledger.rows(query, [*values, *terms_values, limit, ledger.timezone])


def _hits(ledger: Ledger, texts: str, keys: list[int], pattern: str) -> dict[int, Row]:
    """Some hits by their keys, each with the match of `pattern` and what is around it."""
    if not keys:
        return {}
    query = f"""
        with
        matched as (
            select *, regexp_extract(block_text, ?) as matched
            from {texts}
            where text_key in ({", ".join(map(str, keys))})
        ),
        placed as (select *, greatest(strpos(block_text, matched), 1) as place from matched)
        select
            text_key, said_at, task_id, text_kind, tool_name,
            strftime(timezone(?, timezone('UTC', said_at)), '%Y-%m-%d %H:%M') as said_at_local,
            place > {BEFORE + 1} as is_cut_before,
            substring(block_text, greatest(place - {BEFORE}, 1), least(place - 1, {BEFORE})) as before,
            left(matched, {MOST_SHOWN}) as matched,
            substring(block_text, place + length(matched), {AFTER}) as after
        from placed
    """
    return {row.pop("text_key"): _hit(row) for row in ledger.rows(query, [pattern, ledger.timezone])}


def _hit(row: Row) -> Row:
    before, matched, after = row.pop("before"), row.pop("matched"), row.pop("after")
    return row | {
        "snippet": before + matched + after,
        "match_start": len(before),
        "match_end": len(before) + len(matched),
    }


def _texts(data: Path, files: list[str]) -> str:
    return rows_of(text_dir(data) / name for name in files)


def _gone(data: Path, index: TextIndex) -> str:
    return f"anti join {_texts(data, [index.gone])} using (text_key)" if index.gone else ""
