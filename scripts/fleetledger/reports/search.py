"""Searching the texts: all words in one text, the newest sessions first, with the places where they stand.

A text is one block: a prompt, an answer, a tool's input; with `everything` also a tool's result, or what the runtime
put in. Matching is RE2's, whatever the letters' case, in all of Unicode. Every text is looked at, so that the counts
are of all there is; only as many sessions as asked for are shown.

The document is as those of `find`, and its rows have `hit_count` and `hits`, the newest of them: `said_at,
said_at_local, task_id, text_kind, tool_name, sender`, and `snippet`, in which the match of the first word is from
`match_start` to `match_end`, and that of each word from and to what `marks` says.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from fleetledger.base.errors import CallError
from fleetledger.base.text import ESCAPES, composed
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

GAP = " … "
"""What stands between excerpts of one text."""


def patterns(words: tuple[str, ...], *, is_regex: bool) -> list[str]:
    """The expressions that must all match. A word stands for itself; its spaces match any white space.

    >>> patterns(("c++", "two words"), is_regex=False)
    ['(?i)c\\\\+\\\\+', '(?i)two\\\\s+words']
    """
    if is_regex:
        return [f"(?i){composed(word)}" for word in words]
    return ["(?i)" + r"\s+".join(map(re.escape, word.split())) for word in map(composed, words)]


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
    hits = _hits(ledger, files, [key for row in rows for key in row["hits"]], wanted)
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


def _hits(ledger: Ledger, files: dict[str, object], keys: list[int], words: list[str]) -> dict[int, Row]:
    """Some hits by their keys, each with the matches of all words and what is around them."""
    if not keys:
        return {}
    around = {"before": BEFORE, "after": AFTER, "most": MOST_SHOWN}
    rows = ledger.ask("reports/search_hits", texts=files["texts"], text_keys=keys, words=words, **around)
    return {key: _hit(list(found)) for key, found in groupby(rows, key=itemgetter("text_key"))}


def _hit(found: list[Row]) -> Row:
    """A text with the excerpts around its matches: `marks` are where these begin and end, the first word's first."""
    pieces: list[tuple[int, str]] = []
    for row in sorted(found, key=itemgetter("window_place")):
        place, excerpt = row["window_place"], row["excerpt"]
        if pieces and place <= pieces[-1][0] + len(pieces[-1][1]):
            first, text = pieces[-1]
            pieces[-1] = first, text + excerpt[first + len(text) - place :]
        else:
            pieces.append((place, excerpt))
    snippet, begins = "", {}
    for place, text in pieces:
        snippet += GAP if snippet else ""
        begins[place] = len(snippet) - place
        snippet += text
    marks = []
    for row in found:
        start = row["place"] + begins[max(place for place in begins if place <= row["window_place"])]
        marks.append((start, start + row["match_length"]))
    snippet, marks = _without_escapes(snippet, marks)
    said = ("said_at", "task_id", "text_kind", "tool_name", "sender", "said_at_local")
    return {key: found[0][key] for key in said} | {
        "is_cut_before": pieces[0][0] > 1,
        "snippet": snippet,
        "match_start": marks[0][0],
        "match_end": marks[0][1],
        "marks": [list(mark) for mark in marks],
    }


def _without_escapes(text: str, marks: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    r"""The text without what terminals take for commands, and where its marks are then.

    >>> _without_escapes("a\x1b[31mred\x1b[0m b", [(6, 9), (14, 15)])
    ('ared b', [(1, 4), (5, 6)])
    """
    gone = [match.span() for match in ESCAPES.finditer(text)]

    def moved(place: int) -> int:
        return place - sum(min(end, place) - start for start, end in gone if start < place)

    return ESCAPES.sub("", text), [(moved(start), moved(end)) for start, end in marks]
