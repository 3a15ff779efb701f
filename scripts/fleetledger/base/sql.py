"""How names, texts and files are written in SQL, where it takes no parameters for them."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

NO_BAR = "set enable_progress_bar = false"
"""For a connection that may work for long: where Python was started with `-c`, DuckDB draws a bar on what we print."""


def name_of(identifier: str) -> str:
    """A name of a table or column, whatever it is.

    >>> print(name_of('an "odd" name'))
    "an ""odd"" name"
    """
    return '"' + identifier.replace('"', '""') + '"'


def text_of(text: str | Path) -> str:
    """A text, or a path.

    >>> print(text_of("it's"))
    'it''s'
    """
    return "'" + str(text).replace("'", "''") + "'"


def rows_of(files: Iterable[Path]) -> str:
    """The rows of Parquet files; no character of their paths is taken for a pattern.

    >>> print(rows_of([Path("a[b].parquet")]))
    read_parquet(['a[[]b].parquet'])
    """
    return f"read_parquet([{', '.join(text_of(glob.escape(str(file))) for file in files)}])"
