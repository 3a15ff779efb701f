"""What the terminal gets: text of logs made harmless, and progress, as bars on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from fleetledger.base.steps import Step
from fleetledger.base.text import clean


def is_terminal(stream: object) -> bool:
    """Whether a person watches this stream, rather than a file, a pipe or a scheduler's log."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """Show the progress of `what` on standard error: a bar on a terminal, else a line at each quarter of the way."""
    if is_terminal(sys.stderr):
        with _bar(what) as step:
            yield step
    else:
        yield _lines(what)


@contextmanager
def _bar(what: str) -> Iterator[Step]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[piece]}"), console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(what, total=None, piece="")

        def step(done: int, total: int, piece: str = "") -> None:
            bars.update(bar, completed=done, total=total, piece=escape(clean(piece)))

        yield step


def _lines(what: str) -> Step:
    next_quarter = 1

    def step(done: int, total: int, piece: str = "") -> None:
        nonlocal next_quarter
        if total and done * 4 >= total * next_quarter:
            next_quarter = done * 4 // total + 1
            click.echo(f"{what}: {100 * done // total} %", err=True)

    return step
