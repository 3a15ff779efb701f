"""Searching the texts: all words in one text, the newest sessions first, with the places where they stand.

A text is one block: a prompt, an answer, a tool's input; with `everything` also a tool's result, or what the runtime
put in. Matching is RE2's, whatever the letters' case, in all of Unicode. Every text is looked at, so that the counts
are of all there is; only as many sessions as asked for are shown.

The document is as those of `find`, and its rows have `hit_count` and `hits`, the newest of them: `said_at,
said_at_local, task_id, text_kind, tool_name`, and `snippet`, in which the match is from `match_start` to `match_end`.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from fleetledger.base.errors import CallError
from fleetledger.published.ledger import Ledger
from fleetledger.published.rows import Row
from fleetledger.published.text_index import TextIndex, text_dir
from fleetledger.reports.sessions import described, header

WORDS = 4
"""How many words the query has places of their own for."""

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


def search(
    ledger: Ledger, data: Path, index: TextIndex, wanted: list[str], *, everything: bool, limit: int | None
) -> Row:
    """The document of the newest sessions in which all of `wanted` match a text. Raises CallError for a bad one."""
    for pattern in wanted:
        if fault := ledger.regex_fault(pattern):
            raise CallError(f"--regex: {pattern.removeprefix('(?i)')!r} is no regular expression of RE2: {fault}")
    ledger.rows(f"set threads = {os.cpu_count() or 1}")
    files = stored(data, index, index.said if not everything else (*index.said, *index.rest))
    if not files:
        return header(ledger, "search") | {"row_count": 0, "hit_count": 0, "rows": []}
    # What is longest is rarest, and looked for first.
    longest_first: list[str | None] = [*sorted(wanted, key=len, reverse=True), *[None] * WORDS]
    words = {f"word_{number + 1}": longest_first[number] for number in range(WORDS)} | {
        "more_words": sorted(wanted, key=len, reverse=True)[WORDS:]
    }
    rows = ledger.ask("reports/search", **files, **words, shown=SHOWN_HITS, limit=limit)
    counts = [(row.pop("session_count"), row.pop("all_hit_count")) for row in rows]
    hits = _hits(ledger, files, [key for row in rows for key in row["hits"]], wanted[0])
    for row in rows:
        row["hits"] = [hits[key] for key in row["hits"] if key in hits]
    sessions, all_hits = counts[0] if counts else (0, 0)
    return header(ledger, "search") | {"row_count": sessions, "hit_count": all_hits, "rows": described(ledger, rows)}


def stored(data: Path, index: TextIndex, names: Iterable[str]) -> dict[str, object]:
    """Files of the text store, and of the keys that are gone, as queries are given them; nothing without files.

    No character of their paths is taken for a pattern.
    """
    files = [glob.escape(str(text_dir(data) / name)) for name in names]
    gone = glob.escape(str(text_dir(data) / index.gone)) if index.gone else files[:1]
    return {"texts": files, "gone": gone, "has_gone": index.gone is not None} if files else {}


def _hits(ledger: Ledger, files: dict[str, object], keys: list[int], word: str) -> dict[int, Row]:
    """Some hits by their keys, each with the match of `word` and what is around it."""
    around = {"before": BEFORE, "after": AFTER, "most": MOST_SHOWN}
    rows = ledger.ask("reports/search_hits", texts=files["texts"], text_keys=keys, word=word, **around) if keys else []
    return {row.pop("text_key"): _hit(row) for row in rows}


def _hit(row: Row) -> Row:
    before, matched, after = row.pop("before"), row.pop("matched"), row.pop("after")
    return row | {
        "snippet": before + matched + after,
        "match_start": len(before),
        "match_end": len(before) + len(matched),
    }
