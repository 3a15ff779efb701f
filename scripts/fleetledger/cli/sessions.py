"""The commands that find sessions again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetledger.base.text import clean
from fleetledger.cli.options import Places, narrow, published, session_filter_options, with_places
from fleetledger.cli.output import json_option, print_document
from fleetledger.terminal.progress import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fleetledger.published.ledger import Ledger
    from fleetledger.published.rows import Row
    from fleetledger.terminal.sessions import Parts

LIMIT = 10

limit_option = click.option(
    "-n", "--limit", type=click.IntRange(1), help=f"How many sessions to show [default: {LIMIT}; all as JSON]."
)


@click.command()
@with_places
@click.argument("words", nargs=-1)
@session_filter_options
@limit_option
@json_option
def sessions(places: Places, words: tuple[str, ...], limit: int | None, as_json: bool, **filters: str | None) -> None:
    """List the newest sessions, and how to resume them; with WORDS those in which they were said.

    One line says when a session was last active, its project, its cost with the mark of its kind (≈ for a
    subscription, which nobody is billed for), its outcome and its title; the line below resumes it. WORDS are searched
    as `search` does, which has more options.

    \b
    Examples:
      fleetledger sessions
      fleetledger sessions --project shop --since yesterday -n 5
      fleetledger sessions login token
    """
    from fleetledger.published.ledger import Ledger
    from fleetledger.reports.sessions import sessions as newest

    if words:
        _search(places, words, filters, limit, as_json)
        return
    ledger = Ledger(published(places))
    narrow(ledger, filters)
    print_found(newest(ledger, limit or (None if as_json else LIMIT)), as_json)


@click.command()
@with_places
@click.argument("words", nargs=-1, required=True)
@session_filter_options
@limit_option
@click.option("--all", "everything", is_flag=True, help="Also in what tools returned and the runtime put in.")
@click.option("--regex", "is_regex", is_flag=True, help="WORDS are regular expressions (RE2).")
@json_option
def search(
    places: Places,
    words: tuple[str, ...],
    limit: int | None,
    everything: bool,
    is_regex: bool,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Find sessions by what was said in them.

    All WORDS must stand in one text: a prompt, an answer, or the input of a tool (its values, not the names of its
    fields). Upper and lower case are one; a quoted phrase is one word, whose spaces match any white space. The newest
    sessions come first, a sub-agent's words under the session that it worked for.

    \b
    Examples:
      fleetledger search login token
      fleetledger search "connection refused" --all --since 7d
      fleetledger search --regex "retry_(count|limit)" --project shop
    """
    _search(places, words, filters, limit, as_json, everything=everything, is_regex=is_regex)


def _search(
    places: Places,
    words: tuple[str, ...],
    filters: dict[str, str | None],
    limit: int | None,
    as_json: bool,
    *,
    everything: bool = False,
    is_regex: bool = False,
) -> None:
    from fleetledger.published.ledger import Ledger, ReportError
    from fleetledger.published.text_index import read_index
    from fleetledger.reports.search import patterns, search

    if not all(word.strip() for word in words):
        raise click.UsageError("A word to search for must not be empty.")
    file = published(places)
    ledger = Ledger(file)
    index = read_index(file.parent)
    if index is None:
        click.echo(no_texts(ledger))
        return
    narrow(ledger, filters)
    wanted = patterns(words, is_regex=is_regex)
    limit = limit or (None if as_json else LIMIT)
    while True:
        try:
            document = search(ledger, file.parent, index, wanted, everything=everything, limit=limit)
            break
        except ReportError:
            # Refreshes may have gone on meanwhile, and removed what they had written before the last.
            newer = read_index(file.parent)
            if newer is None or newer == index:
                raise
            index = newer
    print_found(document, as_json)


@click.command()
@with_places
@click.argument("session", required=False)
@click.option(
    "--card", is_flag=True, help="What it cost, took, did and came to, in short [default: the newest session]."
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="As a page, into this file."
)
def show(places: Places, session: str | None, card: bool, html: Path | None) -> None:
    """Show a session: what was said, turn by turn, and what it cost.

    SESSION is the beginning of its id, or `last`. Prompts and answers are shown, tool calls folded, sub-agents where
    they were started; each turn says what it cost and how large the context was at its end. The page that --html writes
    needs no network and runs no script.

    \b
    Examples:
      fleetledger show 5f3a91c2
      fleetledger show last
      fleetledger show laptop/d41f/session-3 --html session.html
      fleetledger show --card
    """
    from fleetledger.published.ledger import Ledger
    from fleetledger.published.text_index import read_index
    from fleetledger.reports.show import show as shown
    from fleetledger.terminal import show as show_render

    file = published(places)
    ledger = Ledger(file)
    if card:
        _show_card(ledger, session)
        return
    if session is None:
        raise click.UsageError("Name a session by the beginning of its id; `fleetledger sessions` lists the newest.")
    index = read_index(file.parent)
    document = shown(ledger, file.parent, index, session, show_render.LONGEST["page" if html else "text"])
    if index is None:
        click.echo(no_texts(ledger))
    if html:
        show_render.write_page(html, document)
        click.echo(f"Wrote {html}")
    elif is_terminal(sys.stdout):
        click.echo_via_pager(f"{line}\n" for line in show_render.lines(document))
    else:
        for line in show_render.lines(document):
            click.echo(line)


def _show_card(ledger: Ledger, session: str | None) -> None:
    from fleetledger.reports.card import card, newest

    session = session or newest(ledger)
    if session is None:
        raise click.UsageError("There is no session yet; type `fleetledger refresh` after the agents have run.")
    print_document(card(ledger, session), "text", render="card")


def print_found(document: Row, as_json: bool) -> None:
    """Print what `sessions` or `search` found."""
    if as_json:
        from fleetledger.reports.export import to_json

        click.echo(to_json(document))
        return
    from fleetledger.terminal import sessions as find_render

    rendered = find_render.search if document["found"] == "search" else find_render.sessions
    echo(rendered(document))


def no_texts(ledger: Ledger) -> str:
    """Why there is nothing to search or to show."""
    if not ledger.build["has_text"]:
        return "No texts are kept: the configuration says text = false."
    return "No texts are kept yet; `fleetledger publish` writes them."


def echo(lines: Iterable[Parts]) -> None:
    """Print lines, in colours on a terminal; nothing of them can steer it."""
    colours = is_terminal(sys.stdout)
    for line in lines:
        words = [(clean(text), style) for text, style in line]
        click.echo("  ".join(_styled(text, style) if colours else text for text, style in words))


def _styled(text: str, style: str) -> str:
    if style in ("", "bold", "dim", "underline"):
        return click.style(text, bold=style == "bold" or None, dim=style == "dim" or None)
    return click.style(text, fg=style)
