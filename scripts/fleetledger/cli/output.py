"""How commands print what they found: the options that say how, and the printing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from fleetledger.terminal.progress import is_terminal

if TYPE_CHECKING:
    from fleetledger.published.rows import Row

Value = TypeVar("Value")


def alone(ctx: click.Context, param: click.Parameter, value: Value) -> Value:
    """The callback of options of which only one may be given. Raises click.UsageError for a second."""
    if value:
        first = ctx.meta.setdefault(__name__, param)
        if first is not param:
            raise click.UsageError(f"{first.opts[0]} and {param.opts[0]} exclude one another.", ctx)
    return value


json_option = click.option("--json", "as_json", is_flag=True, callback=alone, help="As JSON, with all decimals.")

csv_option = click.option("--csv", "as_csv", is_flag=True, callback=alone, help="As CSV, with all decimals.")


def table_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add `--json` and `--csv`; `print_document` takes what they gave."""
    return json_option(csv_option(function))


def print_document(document: Row, as_json: bool, as_csv: bool = False, svg: Path | None = None, *, render: str) -> None:
    """Print a document as asked: JSON, CSV, a picture, or for the terminal, as the module `render` shows it."""
    if as_json or as_csv:
        from fleetledger.reports.export import to_csv, to_json

        click.echo(to_json(document) if as_json else to_csv(document), nl=as_json)
        return
    from fleetledger.terminal.layout import plain, print_to, write_svg

    pieces = import_module(f"fleetledger.terminal.{render}").pieces
    if svg:
        write_svg(svg, pieces(document), f"fleetledger report {document['report']}")
        click.echo(f"Wrote {svg}")
    elif is_terminal(sys.stdout):
        from rich.console import Console

        print_to(Console(highlight=False), pieces(document))
    else:
        click.echo(plain(pieces(document)), nl=False)
