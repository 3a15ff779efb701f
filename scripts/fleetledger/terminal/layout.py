"""Sentences and tables, as plain text, in a terminal's colours, or as a picture."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from fleetledger.base.text import clean

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
NARROW = 16
"""The cells that a text column keeps as long as there are columns to spare."""

PICTURE_WIDTH = 100


class Line(NamedTuple):
    """A sentence, and its style as rich writes it."""

    text: str
    style: str = ""
    is_tight: bool = False
    """Leave no empty line between a table and this."""
    is_cut: bool = False
    """Cut it at a terminal's edge rather than wrap it."""


class Column(NamedTuple):
    """A column of texts, which a narrow terminal cuts, unless `is_figure`: figures are aligned right and kept whole."""

    header: str
    is_figure: bool = False
    style: str = ""
    keeps_end: bool = False
    """Cut texts at their beginning, as suits paths."""
    is_fixed: bool = False
    """Keep texts whole, as suits dates."""
    is_spare: bool = False
    """Leave the column out where the terminal is too narrow; the last such column first."""


class Table(NamedTuple):
    """A table of texts, one to each column in each row. The last row is a sum if `has_sum`."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    has_sum: bool = False
    is_tight: bool = False
    """Leave no empty line before it."""


Piece = Line | Table


def plain(pieces: Iterable[Piece]) -> str:
    """The pieces as text: nothing is cut or wrapped, whatever its width, so that it can be searched."""
    return "".join(
        "\n"
        if piece is None
        else _plain_table(_cleaned(piece))
        if isinstance(piece, Table)
        else clean(piece.text) + "\n"
        for piece in _spaced(pieces)
    )


def print_to(console: Console, pieces: Iterable[Piece]) -> None:
    """Print the pieces to a terminal: long sentences are wrapped, and tables made to fit."""
    from rich.text import Text

    for piece in _spaced(pieces):
        if piece is None:
            console.print()
        elif isinstance(piece, Table):
            _print_table(console, _cleaned(piece))
        else:
            told = clean(piece.text)
            shown = _cut(told, console.width, keeps_end=False) if piece.is_cut else told
            console.print(Text(shown, style=piece.style))


def _spaced(pieces: Iterable[Piece]) -> Iterator[Piece | None]:
    """The pieces, with None for an empty line before and after each table."""
    before: Piece | None = None
    for piece in pieces:
        if before and (isinstance(before, Table) or isinstance(piece, Table)) and not piece.is_tight:
            yield None
        yield piece
        before = piece


def markdown(pieces: Iterable[Piece]) -> str:
    """The pieces as Markdown: sentences as paragraphs, tables as GitHub's, whatever the texts hold."""
    return "\n".join(
        _markdown_table(_cleaned(piece)) if isinstance(piece, Table) else _escaped(clean(piece.text)) + "\n"
        for piece in pieces
    )


def _markdown_table(table: Table) -> str:
    lines = [f"**{_escaped(table.title)}**\n"] if table.title else []
    rule = ["---:" if column.is_figure else "---" for column in table.columns]
    for row in ([column.header for column in table.columns], rule, *table.rows):
        lines.append("| " + " | ".join(row if row is rule else map(_escaped, row)) + " |")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    r"""A text that Markdown shows as it is.

    >>> _escaped("a|b <c> `d`")
    'a\\|b \\<c\\> \\`d\\`'
    """
    return re.sub(r"([\\`*_\[\]<>|~#])", r"\\\1", text)


def write_svg(path: Path, pieces: Iterable[Piece], title: str) -> None:
    """Write a picture of the pieces in a terminal to an SVG file; it loads nothing from the network."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        record=True,
        width=PICTURE_WIDTH,
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
    )
    print_to(console, pieces)
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    path.write_text(drawn, encoding="utf-8")


def fit(table: Table, width: int) -> tuple[Table, list[str]]:
    """The table made to be `width` cells wide if it can be, and the headers of the columns that were left out for that.

    Spare columns go while the texts have fewer than NARROW cells each; then the longest texts are cut.
    """
    left_out = []
    while _least_width(table) > width:
        spare = [index for index, column in enumerate(table.columns) if column.is_spare]
        if not spare:
            break
        left_out.append(table.columns[spare[-1]].header)
        table = _without(table, spare[-1])
    widths = _widths(table)
    texts = [index for index, column in enumerate(table.columns) if _is_cut(column)]
    for _ in range(sum(widths) + GAP * (len(widths) - 1) - width):
        longest = max(texts, key=lambda index: widths[index], default=None)
        if longest is None or widths[longest] <= 1:
            break
        widths[longest] -= 1
    rows = [
        [
            _cut(cell, cells_, keeps_end=column.keeps_end)
            for cell, cells_, column in zip(row, widths, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    return table._replace(rows=rows), left_out[::-1]


def _is_cut(column: Column) -> bool:
    return not column.is_figure and not column.is_fixed


def _least_width(table: Table) -> int:
    widths = [
        min(width, NARROW) if _is_cut(column) else width
        for column, width in zip(table.columns, _widths(table), strict=True)
    ]
    return sum(widths) + GAP * (len(widths) - 1)


def _without(table: Table, index: int) -> Table:
    columns = [column for place, column in enumerate(table.columns) if place != index]
    rows = [[cell for place, cell in enumerate(row) if place != index] for row in table.rows]
    return table._replace(columns=columns, rows=rows)


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: East Asian wide characters take two, combining marks none.

    >>> cells("日本"), cells("e\\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(text: str, width: int, *, keeps_end: bool) -> str:
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for char in reversed(text) if keeps_end else text:
        room -= _cells(char)
        if room < 0:
            break
        kept += char
    return "…" + kept[::-1] if keeps_end else kept + "…"


def _cleaned(table: Table) -> Table:
    return table._replace(rows=[[clean(cell) for cell in row] for row in table.rows])


def _widths(table: Table) -> list[int]:
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    return [
        max([cells(column.header), *map(cells, found)]) for column, found in zip(table.columns, columns, strict=True)
    ]


def _plain_table(table: Table) -> str:
    widths = _widths(table)
    headers = [column.header for column in table.columns]
    lines = [table.title] if table.title else []
    for row in ([headers] if any(headers) else []) + list(table.rows):
        padded = [
            " " * (width - cells(cell)) + cell if column.is_figure else cell + " " * (width - cells(cell))
            for column, cell, width in zip(table.columns, row, widths, strict=True)
        ]
        lines.append((" " * GAP).join(padded).rstrip())
    return "\n".join(lines) + "\n"


def _print_table(console: Console, table: Table) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    table, left_out = fit(table, console.width)
    headers = any(column.header for column in table.columns)
    drawn = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=headers, header_style="dim")
    for column in table.columns:
        justify: Literal["left", "right"] = "right" if column.is_figure else "left"
        drawn.add_column(column.header, justify=justify, style=column.style, no_wrap=True)
    for number, row in enumerate(table.rows, start=1):
        drawn.add_row(*map(Text, row), style="bold" if table.has_sum and number == len(table.rows) else "")
    if table.title:
        console.print(Text(table.title, style="bold"))
    console.print(drawn)
    if left_out:
        console.print(Text(f"Too narrow for: {', '.join(left_out)}.", style="dim"))
